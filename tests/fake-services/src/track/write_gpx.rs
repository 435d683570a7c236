//! GPX in the dialects of the two services.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};

use super::TrackFile;

/// Whose dialect to write.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum GpxStyle {
    /// One line, milliseconds, one `trkseg` whatever pauses there were, no heart rate.
    Polar,
    /// Pretty-printed, whole seconds, a `trkseg` per pause, `<time>` as a child of `<trk>`, heart rate extension.
    Runkeeper,
}

/// Writes the points that have a position.
pub(crate) fn write_gpx(file: &TrackFile, name: &str, style: GpxStyle) -> String {
    match style {
        GpxStyle::Polar => polar(file),
        GpxStyle::Runkeeper => runkeeper(file, name),
    }
}

fn polar(file: &TrackFile) -> String {
    let start = file
        .id
        .or_else(|| file.points().find_map(|point| point.time));
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><gpx xmlns=\"http://www.topografix.com/GPX/1/1\" version=\"1.1\" creator=\"Polar Synthetic\"><metadata><author><name>Polar</name></author>",
    );
    let _ = write!(
        out,
        "<time>{}</time></metadata><trk><trkseg>",
        millis(start)
    );
    for point in file.points() {
        if let Some((lat, lon)) = point.position() {
            let _ = write!(
                out,
                "<trkpt lat=\"{lat}\" lon=\"{lon}\"><ele>{:.1}</ele><time>{}</time></trkpt>",
                point.altitude.unwrap_or_default(),
                millis(point.time)
            );
        }
    }
    out.push_str("</trkseg></trk></gpx>");
    out
}

fn runkeeper(file: &TrackFile, name: &str) -> String {
    let start = file.points().find_map(|point| point.time);
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<gpx\n  version=\"1.1\"\n  creator=\"Runkeeper - http://www.runkeeper.com\"\n  xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"\n  xmlns=\"http://www.topografix.com/GPX/1/1\"\n  xsi:schemaLocation=\"http://www.topografix.com/GPX/1/1 http://www.topografix.com/GPX/1/1/gpx.xsd\"\n  xmlns:gpxtpx=\"http://www.garmin.com/xmlschemas/TrackPointExtension/v1\">\n<trk>\n",
    );
    let _ = write!(
        out,
        "  <name><![CDATA[{name}]]></name>\n  <time>{}</time>\n",
        seconds(start)
    );
    for segment in file.segments.iter().filter(|points| !points.is_empty()) {
        out.push_str("<trkseg>\n");
        for point in segment {
            let Some((lat, lon)) = point.position() else {
                continue;
            };
            let _ = write!(
                out,
                "<trkpt lat=\"{lat:.9}\" lon=\"{lon:.9}\"><ele>{:.1}</ele><time>{}</time>",
                point.altitude.unwrap_or_default(),
                seconds(point.time)
            );
            if let Some(rate) = point.heart_rate {
                let _ = write!(
                    out,
                    "<extensions><gpxtpx:TrackPointExtension><gpxtpx:hr>{rate:.0}</gpxtpx:hr></gpxtpx:TrackPointExtension></extensions>"
                );
            }
            out.push_str("</trkpt>\n");
        }
        out.push_str("</trkseg>\n");
    }
    out.push_str("</trk>\n</gpx>\n");
    out
}

fn millis(time: Option<DateTime<Utc>>) -> String {
    time.unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn seconds(time: Option<DateTime<Utc>>) -> String {
    time.unwrap_or_default()
        .to_rfc3339_opts(SecondsFormat::Secs, true)
}
