//! Distances and times as the site writes them.

use std::fmt;

use chrono::TimeDelta;
use serde::ser::{Serialize, Serializer};

/// The unit of an account's distances.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DistanceUnit {
    /// Kilometres, `km`.
    Kilometres,
    /// Miles, `mi`.
    Miles,
    /// A label that is not known.
    Other(String),
}

impl DistanceUnit {
    /// Reads a label such as `km`, `km.`, `mi` or `miles`.
    #[must_use]
    pub fn from_label(label: &str) -> Self {
        match label
            .trim()
            .trim_end_matches('.')
            .to_ascii_lowercase()
            .as_str()
        {
            "km" | "kms" | "kilometer" | "kilometers" | "kilometre" | "kilometres" => {
                Self::Kilometres
            }
            "mi" | "mile" | "miles" => Self::Miles,
            _ => Self::Other(label.trim().to_owned()),
        }
    }

    /// The label that the site uses.
    #[must_use]
    pub fn label(&self) -> &str {
        match self {
            Self::Kilometres => "km",
            Self::Miles => "mi",
            Self::Other(label) => label,
        }
    }

    /// Metres in one unit; `None` when the unit is not known.
    #[must_use]
    pub fn metres(&self) -> Option<f64> {
        match self {
            Self::Kilometres => Some(1000.0),
            Self::Miles => Some(1609.344),
            Self::Other(_) => None,
        }
    }
}

/// As its label.
impl Serialize for DistanceUnit {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.label())
    }
}

impl fmt::Display for DistanceUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// A distance in the unit of the account, as the site rounded it.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Distance {
    /// How many units.
    pub value: f64,
    /// Of what.
    pub unit: DistanceUnit,
}

impl Distance {
    /// A distance.
    #[must_use]
    pub fn new(value: f64, unit: DistanceUnit) -> Self {
        Self { value, unit }
    }

    /// The distance in metres; `None` when the unit is not known.
    #[must_use]
    pub fn metres(&self) -> Option<f64> {
        Some(self.value * self.unit.metres()?)
    }
}

/// Writes a time in whole seconds.
pub(crate) fn seconds<S: Serializer>(time: &Option<TimeDelta>, to: S) -> Result<S::Ok, S::Error> {
    time.map(|time| time.num_seconds()).serialize(to)
}

/// Reads `MM:SS`, `H:MM:SS` or, as in some exports, `SS`.
pub(crate) fn parse_clock(text: &str) -> Option<TimeDelta> {
    let mut seconds: i64 = 0;
    let mut parts = 0;
    for part in text.trim().split(':') {
        if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        seconds = seconds.checked_mul(60)?.checked_add(part.parse().ok()?)?;
        parts += 1;
    }
    if parts > 3 {
        None
    } else {
        TimeDelta::try_seconds(seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_and_clocks_are_read() {
        assert_eq!(DistanceUnit::from_label("km."), DistanceUnit::Kilometres);
        assert_eq!(DistanceUnit::from_label("Miles"), DistanceUnit::Miles);
        assert_eq!(
            DistanceUnit::from_label("furlong"),
            DistanceUnit::Other("furlong".into())
        );
        assert_eq!(parse_clock("29:41"), Some(TimeDelta::seconds(1781)));
        assert_eq!(parse_clock("1:06:06"), Some(TimeDelta::seconds(3966)));
        for bad in ["", "1:", "1:2:3:4", "-1:00", "1:x", "99999999999999999999"] {
            assert_eq!(parse_clock(bad), None, "{bad:?}");
        }
    }
}
