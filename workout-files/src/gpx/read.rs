//! Reading GPX.

use super::elements::Node;
use super::fast_path;
use crate::check;
use crate::model::{Application, Lap, Link, PointText, RawPoint, Sport, Track, Workout};
use crate::read::skeleton::{Fill, Skeleton};
use crate::read::xml::{self, Mend};
use crate::read::{Code, Format, Limits, Place, ReadError, ReadErrorKind, Reading, cursor};

/// Reads a GPX file.
///
/// # Errors
/// As [`crate::read()`].
pub fn read(bytes: &[u8]) -> Result<Reading, ReadError> {
    read_with(bytes, &Limits::default())
}

/// [`read`] with limits of your own.
///
/// # Errors
/// As [`crate::read()`].
pub fn read_with(bytes: &[u8], limits: &Limits) -> Result<Reading, ReadError> {
    xml::read_document(bytes, GpxReader::new(limits))
}

struct GpxReader<'a> {
    limits: &'a Limits,
    xml: Skeleton<Node>,

    workouts: Vec<Workout>,
    workout: Option<Box<Workout>>,
    tracks: Vec<Track>,
    track: Option<Track>,
    point: RawPoint,
    point_text: PointText,
    link: Link,
    file_name: Option<String>,
    creator: Option<String>,
    /// `trk/time`, which is not of GPX.
    track_time: Option<chrono::DateTime<chrono::Utc>>,
    /// Laps of the extension `gpxdata`, without their tracks.
    laps: Vec<Lap>,
    lap: Option<Box<Lap>>,
    tracks_read: usize,
    trackpoints: usize,
}

impl<'a> GpxReader<'a> {
    fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            xml: Skeleton::new(),
            workouts: Vec::new(),
            workout: None,
            tracks: Vec::new(),
            track: None,
            point: RawPoint::EMPTY,
            point_text: PointText::default(),
            link: Link::default(),
            file_name: None,
            creator: None,
            track_time: None,
            laps: Vec::new(),
            lap: None,
            tracks_read: 0,
            trackpoints: 0,
        }
    }
}

impl Fill for GpxReader<'_> {
    type Element = Node;
    const MENDS_TAGS: bool = true;

    #[inline]
    fn skeleton(&mut self) -> &mut Skeleton<Node> {
        &mut self.xml
    }

    fn limits(&self) -> &Limits {
        self.limits
    }

    fn place(&self, byte: u64) -> Place {
        let in_point = self.xml.is_inside(Node::Point);
        let track = self.tracks.len() as u32 + u32::from(self.track.is_some());
        let before = self.track.as_ref().map_or(0, Track::len) as u32;
        Place {
            activity: if self.workout.is_some() {
                self.workouts.len() as u32 + 1
            } else {
                0
            },
            lap: 0,
            track: if self.track.is_some() { track } else { 0 },
            trackpoint: if in_point { before + 1 } else { 0 },
            byte: self.xml.byte(byte),
            line: None,
        }
    }

    fn begin(&mut self, node: Node, attributes: &str, byte: u64) -> Result<(), ReadErrorKind> {
        self.begin_container(node, attributes, byte)
    }

    #[inline]
    fn leaf(&mut self, node: Node, byte: u64) {
        self.end_leaf(node, byte);
    }

    #[inline]
    fn end(&mut self, node: Node, _byte: u64) {
        match node {
            Node::Point => self.end_point(),
            Node::Segment => self.end_track(),
            Node::Track => self.end_workout(),
            Node::Link => self.end_link(),
            Node::Lap => self.laps.extend(self.lap.take().map(|lap| *lap)),
            _ => {}
        }
    }

    #[inline]
    fn fast_path(&mut self, text: &[u8], levels: usize) -> usize {
        if self.xml.current() != Node::Segment || self.xml.is_skipping() || levels < cursor::LEVELS
        {
            return 0;
        }
        let Some(track) = &mut self.track else {
            return 0;
        };
        let limit = self.limits.trackpoints - self.trackpoints;
        let (count, used) = cursor::trackpoints(text, track, limit, fast_path::trackpoint);
        self.trackpoints += count;
        used
    }

    fn mismatch(&mut self, open: Option<&[u8]>, found: &[u8], byte: u64) -> Mend {
        if self.xml.is_skipping() {
            return Mend::GiveUp;
        }
        match (open, found) {
            // A segment was closed that was never opened, or twice.
            (Some(b"trk" | b"gpx"), b"trkseg") => {
                self.note(Code::SegmentTags, byte, "</trkseg> without <trkseg>");
                self.end_track();
                Mend::Ignore
            }
            // A segment was opened twice and closed once.
            (Some(b"trkseg"), b"trk" | b"gpx") => {
                self.note(Code::SegmentTags, byte, "<trkseg> without </trkseg>");
                Mend::CloseInner
            }
            _ => Mend::GiveUp,
        }
    }

    fn finish(mut self, bytes: &[u8]) -> Reading {
        self.end_workout();
        if self.workouts.is_empty() {
            self.xml
                .diagnostics
                .note(Code::NoActivity, Place::default(), "");
        }
        let author = self.creator.map(Application::named);
        let from_runkeeper = author
            .as_ref()
            .is_some_and(|a| a.name.starts_with("Runkeeper"));
        for workout in &mut self.workouts {
            workout.author.clone_from(&author);
            if workout.sport == Sport::Other && from_runkeeper {
                workout.sport = sport_of_runkeeper_title(workout.name.as_deref());
            }
        }
        if let ([workout], Some(name)) = (&mut self.workouts[..], self.file_name)
            && workout.name.is_none()
        {
            workout.name = Some(name);
        }
        laps::distribute(&mut self.workouts, self.laps);
        check::all(&self.workouts, &mut self.xml.diagnostics);
        Reading {
            workouts: self.workouts,
            diagnostics: self.xml.diagnostics.finish(Some(bytes)),
            format: Format::Gpx,
        }
    }
}

/// Runkeeper writes no type, but titles like `Mountain Biking 4/30/13 7:15 pm`.
fn sport_of_runkeeper_title(title: Option<&str>) -> Sport {
    let words = title
        .unwrap_or_default()
        .split(|c: char| c.is_ascii_digit())
        .next();
    match Sport::from_token(words.unwrap_or_default()) {
        Sport::Unlisted(_) => Sport::Other,
        listed => listed,
    }
}

mod containers;
mod laps;
mod leaves;
