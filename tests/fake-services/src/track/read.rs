//! A small reader of TCX and GPX: element names decide, namespaces and order don't.

use chrono::{DateTime, NaiveDateTime, Utc};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use super::{Lap, Point, TrackFile};

/// Reads a TCX or GPX document.
///
/// # Errors
/// A sentence that says why the bytes are neither.
pub(crate) fn read(bytes: &[u8]) -> Result<TrackFile, String> {
    let text = std::str::from_utf8(bytes).map_err(|_| "not UTF-8 text".to_owned())?;
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let mut reader = Reader::from_str(text);
    let mut state = State::default();
    loop {
        match reader
            .read_event()
            .map_err(|error| format!("not well-formed: {error}"))?
        {
            Event::Start(start) => {
                state.open(&start)?;
            }
            Event::Empty(start) => {
                state.open(&start)?;
                state.close();
            }
            Event::End(_) => state.close(),
            Event::Text(text) => state.text.push_str(&text.xml10_content()),
            Event::CData(data) => state.text.push_str(&data.xml10_content()),
            Event::Eof => break,
            _ => {}
        }
    }
    if !state.path.is_empty() {
        return Err("the document ends early".to_owned());
    }
    if !state.seen_root {
        return Err("no XML element".to_owned());
    }
    Ok(state.file)
}

#[derive(Default)]
struct State {
    file: TrackFile,
    path: Vec<String>,
    text: String,
    seen_root: bool,
    lap: Lap,
    point: Point,
}

impl State {
    fn open(&mut self, start: &BytesStart<'_>) -> Result<(), String> {
        let name = String::from(start.local_name().as_ref());
        if self.path.is_empty() {
            if name != "TrainingCenterDatabase" && name != "gpx" {
                return Err(format!("neither TCX nor GPX: the document is a <{name}>"));
            }
            self.seen_root = true;
        }
        match name.as_str() {
            "Activity" => self.file.sport = attribute(start, "Sport"),
            "Lap" => {
                self.lap = Lap {
                    start: attribute(start, "StartTime").and_then(|text| instant(&text)),
                    ..Lap::default()
                }
            }
            "Track" | "trkseg" => self.file.segments.push(Vec::new()),
            "Trackpoint" => self.point = Point::default(),
            "trkpt" => {
                self.point = Point {
                    latitude: attribute(start, "lat").and_then(|text| number(&text)),
                    longitude: attribute(start, "lon").and_then(|text| number(&text)),
                    ..Point::default()
                }
            }
            _ => {}
        }
        self.text.clear();
        self.path.push(name);
        Ok(())
    }

    fn close(&mut self) {
        let Some(name) = self.path.pop() else { return };
        let parent = self.path.last().map_or("", String::as_str);
        let text = std::mem::take(&mut self.text);
        match (parent, name.as_str()) {
            ("Activity", "Id") => self.file.id = self.file.id.or_else(|| instant(&text)),
            ("Lap", "TotalTimeSeconds") => self.lap.seconds = number(&text).unwrap_or_default(),
            ("Lap", "DistanceMeters") => self.lap.metres = number(&text).unwrap_or_default(),
            ("Lap", "Calories") => self.lap.calories = number(&text).unwrap_or_default(),
            (_, "Lap") => self.file.laps.push(self.lap),
            ("Trackpoint", "Time") | ("trkpt", "time") => self.point.time = instant(&text),
            ("Trackpoint", "AltitudeMeters") | ("trkpt", "ele") => {
                self.point.altitude = number(&text);
            }
            ("Position", "LatitudeDegrees") => self.point.latitude = number(&text),
            ("Position", "LongitudeDegrees") => self.point.longitude = number(&text),
            ("HeartRateBpm", "Value") if self.path.iter().any(|part| part == "Trackpoint") => {
                self.point.heart_rate = number(&text);
            }
            ("TrackPointExtension", "hr") => self.point.heart_rate = number(&text),
            (_, "Trackpoint" | "trkpt") => {
                if self.file.segments.is_empty() {
                    self.file.segments.push(Vec::new());
                }
                if let Some(segment) = self.file.segments.last_mut() {
                    segment.push(self.point);
                }
            }
            _ => {}
        }
    }
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    start
        .attributes()
        .flatten()
        .find(|attribute| attribute.key.local_name().as_ref() == name)
        .map(|attribute| attribute.value.to_string())
}

fn number(text: &str) -> Option<f64> {
    text.trim()
        .parse()
        .ok()
        .filter(|value: &f64| value.is_finite())
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    let text = text.trim();
    DateTime::parse_from_rfc3339(text)
        .map(|time| time.to_utc())
        .ok()
        .or_else(|| {
            text.parse::<NaiveDateTime>()
                .ok()
                .map(|time| time.and_utc())
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tcx_with_two_tracks_and_a_late_fix_is_read() {
        let file = read(
            br#"  <?xml version="1.0"?><TrainingCenterDatabase xmlns="x"><Activities><Activity Sport="Running"><Id>2026-01-02T03:04:05.000Z</Id>
            <Lap StartTime="2026-01-02T03:04:06.000Z"><TotalTimeSeconds>2.0</TotalTimeSeconds><DistanceMeters>5.5</DistanceMeters><Calories>3</Calories>
            <AverageHeartRateBpm><Value>99</Value></AverageHeartRateBpm>
            <Track><Trackpoint><Time>2026-01-02T03:04:06.000Z</Time><HeartRateBpm><Value>100</Value></HeartRateBpm></Trackpoint></Track>
            <Track><Trackpoint><Time>2026-01-02T04:05:06+01:00</Time><Position><LatitudeDegrees>0.1</LatitudeDegrees><LongitudeDegrees>0.2</LongitudeDegrees></Position></Trackpoint></Track>
            </Lap></Activity></Activities></TrainingCenterDatabase>"#,
        )
        .unwrap();
        assert_eq!(file.sport.as_deref(), Some("Running"));
        assert_eq!(file.segments.len(), 2);
        assert_eq!(file.segments[0][0].position(), None);
        assert_eq!(file.segments[1][0].position(), Some((0.1, 0.2)));
        assert_eq!(
            file.segments[1][0].time.unwrap().to_rfc3339(),
            "2026-01-02T03:05:06+00:00"
        );
        assert_eq!(file.average_heart_rate(), Some(100.0));
        assert_eq!(file.duration().num_seconds(), 2);
        assert!((file.calories() - 3.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_page_and_a_torn_file_are_refused_with_a_reason() {
        assert!(
            read(b"<html><body></body></html>")
                .unwrap_err()
                .contains("<html>")
        );
        assert!(read(b"<gpx><trk>").unwrap_err().contains("ends early"));
        assert!(read(b"").unwrap_err().contains("no XML"));
    }
}
