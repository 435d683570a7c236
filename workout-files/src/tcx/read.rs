//! Reading TCX.

use chrono::Utc;

use super::elements::Node;
use super::fast_path;
use crate::check;
use crate::model::{Application, Device, Lap, RawPoint, Sport, Track, Version, Workout};
use crate::read::skeleton::{Fill, Skeleton};
use crate::read::{Code, Format, Limits, Place, ReadError, ReadErrorKind, Reading, cursor, xml};

type DateTime = chrono::DateTime<Utc>;

/// Reads a TCX file.
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
    xml::read_document(bytes, TcxReader::new(limits))
}

struct TcxReader<'a> {
    limits: &'a Limits,
    xml: Skeleton<Node>,

    workouts: Vec<Workout>,
    workout: Option<Box<Workout>>,
    lap: Option<Box<Lap>>,
    track: Option<Track>,
    point: RawPoint,
    point_absent: bool,
    /// Names of required elements that the writer had to make up.
    absent: String,
    lap_absent: String,
    author_absent: String,
    empty_tracks: String,
    own_sport: Option<Sport>,
    has_own_start: bool,
    own_plan_name: Option<String>,
    session: Option<Session>,
    device: Option<Device>,
    author: Option<Application>,
    version: Version,
    seen: Seen,

    laps_and_tracks: usize,
    trackpoints: usize,
    lap_number: u32,
    track_number: u32,
}

#[derive(Default)]
struct Session {
    start: Option<DateTime>,
    first_workout: usize,
    legs: usize,
    transition: Option<Box<Lap>>,
    notes: Option<String>,
}

/// Which required parts of a creator or author were there.
#[derive(Default)]
struct Seen {
    name: bool,
    unit_or_language: bool,
    product_or_part: bool,
    version: bool,
    build_numbers: bool,
}

impl<'a> TcxReader<'a> {
    fn new(limits: &'a Limits) -> Self {
        Self {
            limits,
            xml: Skeleton::new(),
            workouts: Vec::new(),
            workout: None,
            lap: None,
            track: None,
            point: RawPoint::EMPTY,
            point_absent: false,
            absent: String::new(),
            lap_absent: String::new(),
            author_absent: String::new(),
            empty_tracks: String::new(),
            own_sport: None,
            has_own_start: false,
            own_plan_name: None,
            session: None,
            device: None,
            author: None,
            version: Version::default(),
            seen: Seen::default(),
            laps_and_tracks: 0,
            trackpoints: 0,
            lap_number: 0,
            track_number: 0,
        }
    }
}

impl Fill for TcxReader<'_> {
    type Element = Node;
    const MENDS_TAGS: bool = false;

    #[inline]
    fn skeleton(&mut self) -> &mut Skeleton<Node> {
        &mut self.xml
    }

    fn limits(&self) -> &Limits {
        self.limits
    }

    fn place(&self, byte: u64) -> Place {
        let in_activity = self.workout.is_some();
        let in_lap = self.lap.is_some();
        let in_track = self.track.is_some();
        let in_point = self.xml.is_inside(Node::Trackpoint);
        let after = if in_point {
            self.track.as_ref().map_or(0, Track::len) as u32 + 1
        } else {
            0
        };
        Place {
            activity: if in_activity {
                self.workouts.len() as u32 + 1
            } else {
                0
            },
            lap: if in_lap { self.lap_number } else { 0 },
            track: if in_track { self.track_number } else { 0 },
            trackpoint: after,
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
    fn end(&mut self, node: Node, byte: u64) {
        match node {
            Node::Trackpoint => self.end_point(),
            Node::Position => self.end_position(byte),
            Node::Track => self.end_track(),
            Node::Lap => self.end_lap(false),
            Node::Transition => self.end_lap(true),
            Node::Activity => self.end_activity(),
            Node::MultiSportSession => self.end_session(),
            Node::Creator | Node::Author => self.end_source(node, byte),
            Node::Version => self.seen.version = true,
            _ => {}
        }
    }

    #[inline]
    fn fast_path(&mut self, text: &[u8], levels: usize) -> usize {
        if self.xml.current() != Node::Track || self.xml.is_skipping() || levels < cursor::LEVELS {
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

    fn finish(mut self, bytes: &[u8]) -> Reading {
        self.end_track();
        self.end_lap(false);
        self.end_activity();
        self.end_session();
        if self.workouts.is_empty() {
            self.xml
                .diagnostics
                .note(Code::NoActivity, Place::default(), "");
        }
        if let Some(mut author) = self.author {
            for name in self.author_absent.split_ascii_whitespace() {
                match name {
                    "LangID" => author.language = None,
                    "PartNumber" => author.part_number = None,
                    _ => {}
                }
            }
            for workout in &mut self.workouts {
                workout.author = Some(author.clone());
            }
        }
        check::all(&self.workouts, &mut self.xml.diagnostics);
        Reading {
            workouts: self.workouts,
            diagnostics: self.xml.diagnostics.finish(Some(bytes)),
            format: Format::Tcx,
        }
    }
}

mod containers;
mod leaves;
mod sources;
