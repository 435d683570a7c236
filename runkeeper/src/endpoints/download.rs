//! `GET /download/activity?activityId=<id>&downloadType=gpx|googleEarth`: the files of an activity.
//!
//! Seen 2011 .. 2016-12. `tcx` occurs nowhere and is not offered. An activity without GPS gives a stub of less than 700
//! bytes without a point. The GPX can be malformed (a doubled `<trkseg>`, a stray `</trkseg>`), have local times labelled
//! `Z`, and doubled or decreasing times: read it with `workout_files::read`, which copes.

use std::fmt;
use std::str::FromStr;

use web_session::{Bytes, Content};

use crate::client::FileRequest;
use crate::client::fetch::unexpected;
use crate::{ActivityId, Error, Runkeeper};

const ENDPOINT: &str = "download of an activity";

/// Which file of an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FileKind {
    /// GPX 1.1 with heart rate as an extension, in whole seconds.
    Gpx,
    /// KML for Google Earth: the route only.
    Kml,
}

impl fmt::Display for FileKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gpx => "gpx",
            Self::Kml => "kml",
        })
    }
}

/// A word that names no kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown kind of file; known are gpx and kml")]
pub struct UnknownFileKind;

impl FromStr for FileKind {
    type Err = UnknownFileKind;

    fn from_str(text: &str) -> Result<Self, UnknownFileKind> {
        let found = [Self::Gpx, Self::Kml].into_iter();
        let mut found = found.filter(|kind| kind.to_string().eq_ignore_ascii_case(text));
        found.next().ok_or(UnknownFileKind)
    }
}

impl Runkeeper {
    /// A file of an activity, byte for byte.
    ///
    /// # Errors
    /// [`Error::NotAvailable`] when the file has no point in it, [`Error::NotFound`] when there is no such activity,
    /// [`Error::UnexpectedContent`] when something else than XML came.
    pub async fn download(&self, id: ActivityId, kind: FileKind) -> Result<Bytes, Error> {
        let (name, mark) = match kind {
            FileKind::Gpx => ("gpx", "<trkpt"),
            FileKind::Kml => ("googleEarth", "<coordinates"),
        };
        let mut url = self.url(&self.endpoints().download);
        url.query_pairs_mut()
            .append_pair("activityId", &id.to_string())
            .append_pair("downloadType", name);
        let file = FileRequest {
            endpoint: ENDPOINT,
            url,
            max_bytes: None,
            timeout: None,
        };
        let response = self.fetch_file(&file).await?;
        match (response.status().as_u16(), response.content()) {
            (403, _) => Err(Error::Forbidden { endpoint: ENDPOINT }),
            (200, Content::Empty) => Err(Error::NotAvailable { endpoint: ENDPOINT }),
            (200, Content::Xml) if has_points(&response.text(), mark) => Ok(response.into_body()),
            (200, Content::Xml) => Err(Error::NotAvailable { endpoint: ENDPOINT }),
            (_, content) => Err(unexpected(&response, "a GPX or KML file", content)),
        }
    }
}

fn has_points(text: &str, mark: &str) -> bool {
    match text.split_once(mark) {
        None => false,
        // KML has the element even when nothing is in it.
        Some((_, rest)) if mark == "<coordinates" => {
            let (_, inside) = rest.split_once('>').unwrap_or_default();
            !inside
                .split('<')
                .next()
                .unwrap_or_default()
                .trim()
                .is_empty()
        }
        Some(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_files_are_read_as_they_are_shown() {
        for kind in [FileKind::Gpx, FileKind::Kml] {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        assert_eq!("tcx".parse::<FileKind>(), Err(UnknownFileKind));
    }

    #[test]
    fn a_stub_has_no_points() {
        assert!(!has_points(
            "<gpx><trk><name>Running</name></trk></gpx>",
            "<trkpt"
        ));
        assert!(has_points("<gpx><trkpt lat='0' lon='0'/></gpx>", "<trkpt"));
        assert!(!has_points(
            "<kml><coordinates> </coordinates></kml>",
            "<coordinates"
        ));
        assert!(has_points(
            "<kml><coordinates>1,2,3</coordinates></kml>",
            "<coordinates"
        ));
    }
}
