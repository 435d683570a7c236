//! The kinds of files that an archive keeps of a session.

use std::fmt;
use std::str::FromStr;

use polar_flow::export::ExportFormat;
use serde::{Deserialize, Serialize};

/// A kind of file of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// `summary.json`: a session and its exercises without samples.
    Summary,
    /// `details.json`: everything that was recorded.
    Details,
    /// The export as TCX.
    Tcx,
    /// The export as GPX: positions only.
    Gpx,
    /// The export as FIT.
    Fit,
    /// The export as CSV.
    Csv,
    /// RR intervals as CSV.
    Rr,
}

impl Kind {
    /// Every kind, in the order in which a session's files are fetched: the summary has the number of exercises.
    pub const ALL: [Self; 7] = [
        Self::Summary,
        Self::Details,
        Self::Tcx,
        Self::Gpx,
        Self::Fit,
        Self::Csv,
        Self::Rr,
    ];

    /// The word for it in the manifest and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Details => "details",
            Self::Tcx => "tcx",
            Self::Gpx => "gpx",
            Self::Fit => "fit",
            Self::Csv => "csv",
            Self::Rr => "rr",
        }
    }

    /// The end of its files' names.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Summary => "summary.json",
            Self::Details => "details.json",
            Self::Tcx => "tcx",
            Self::Gpx => "gpx",
            Self::Fit => "fit",
            Self::Csv => "csv",
            Self::Rr => "rr.csv",
        }
    }

    /// The export that it is; `None` for JSON of the web application.
    #[must_use]
    pub const fn export(self) -> Option<ExportFormat> {
        match self {
            Self::Summary | Self::Details => None,
            Self::Tcx => Some(ExportFormat::Tcx),
            Self::Gpx => Some(ExportFormat::Gpx),
            Self::Fit => Some(ExportFormat::Fit),
            Self::Csv => Some(ExportFormat::Csv),
            Self::Rr => Some(ExportFormat::Rr),
        }
    }

    /// Whether every session was seen to have it. (GPX needs positions, RR intervals a sensor, and FIT was never seen.)
    #[must_use]
    pub const fn is_everywhere(self) -> bool {
        matches!(self, Self::Summary | Self::Details | Self::Tcx | Self::Csv)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.into_iter().find(|kind| kind.word() == text);
        found.ok_or_else(|| {
            let known = Self::ALL.map(Self::word).join(", ");
            format!("`{text}` is no format; known are {known}")
        })
    }
}

/// The kinds of days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DayKind {
    /// The night that ended on the day.
    Sleep,
    /// The activity of the day.
    Activity,
}

impl DayKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Sleep, Self::Activity];

    /// The word for it in the manifest, and its folder.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Sleep => "sleep",
            Self::Activity => "activity",
        }
    }
}

/// The kinds of files that a run fetches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formats {
    /// Of each session.
    pub kinds: Vec<Kind>,
    /// Of each day.
    pub days: Vec<DayKind>,
}

impl Default for Formats {
    fn default() -> Self {
        Self {
            kinds: Kind::ALL.to_vec(),
            days: DayKind::ALL.to_vec(),
        }
    }
}

/// From a list such as `tcx,gpx,summary,sleep`.
impl FromStr for Formats {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut formats = Self {
            kinds: Vec::new(),
            days: Vec::new(),
        };
        for word in text
            .split(',')
            .map(str::trim)
            .filter(|word| !word.is_empty())
        {
            if let Some(day) = DayKind::ALL.into_iter().find(|day| day.word() == word) {
                formats.days.push(day);
                continue;
            }
            let kind = word.parse();
            formats.kinds.push(kind.map_err(|error: String| {
                format!(
                    "{error}, {}, {}",
                    DayKind::Sleep.word(),
                    DayKind::Activity.word()
                )
            })?);
        }
        if formats.kinds.is_empty() && formats.days.is_empty() {
            return Err("no format is named".to_owned());
        }
        formats.kinds.sort_unstable();
        formats.kinds.dedup();
        formats.days.dedup();
        Ok(formats)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_read_from_a_list() {
        let formats: Formats = "gpx, tcx,sleep,tcx".parse().unwrap();
        assert_eq!(formats.kinds, [Kind::Tcx, Kind::Gpx]);
        assert_eq!(formats.days, [DayKind::Sleep]);
        for wrong in ["", ",", "tcx,kml", "TCX"] {
            assert!(wrong.parse::<Formats>().is_err(), "{wrong}");
        }
        let error = "kml".parse::<Formats>().unwrap_err();
        assert!(error.contains("summary, details, tcx"), "{error}");
    }

    #[test]
    fn words_and_extensions_are_distinct() {
        let words: std::collections::HashSet<_> = Kind::ALL.iter().map(|k| k.word()).collect();
        let ends: std::collections::HashSet<_> = Kind::ALL.iter().map(|k| k.extension()).collect();
        assert_eq!((words.len(), ends.len()), (7, 7));
    }
}
