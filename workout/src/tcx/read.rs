//! Reading TCX.

use chrono::Utc;

use super::elements::{Node, child};
use super::run;
use crate::check;
use crate::model::{Application, Device, Lap, RawPoint, Sport, Track, Version, Workout};
use crate::read::value::Value;
use crate::read::xml::{self, Handler};
use crate::read::{Code, Diagnostics, Format, Limits, Place, ReadError, ReadErrorKind, Reading};

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
    xml::read_document(bytes, limits, TcxReader::new(limits))
}

#[derive(Clone, Copy)]
struct Frame {
    node: Node,
    /// Rank of the last child, for checking their order.
    last_rank: u8,
}

struct TcxReader<'a> {
    limits: &'a Limits,
    diagnostics: Diagnostics,
    skipped: u64,
    stack: Vec<Frame>,
    /// Depth inside an element that is left out.
    skip: usize,
    text: String,
    collect: bool,

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
            diagnostics: Diagnostics::default(),
            skipped: 0,
            stack: vec![Frame {
                node: Node::Document,
                last_rank: 0,
            }],
            skip: 0,
            text: String::new(),
            collect: false,
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

    fn place(&self, byte: u64) -> Place {
        let in_activity = self.workout.is_some();
        let in_lap = self.lap.is_some();
        let in_track = self.track.is_some();
        let in_point = self
            .stack
            .iter()
            .any(|frame| frame.node == Node::Trackpoint);
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
            byte: Some(byte + self.skipped),
            line: None,
        }
    }

    #[cold]
    fn note(&mut self, code: Code, byte: u64, detail: &str) {
        let place = self.place(byte);
        self.diagnostics.note(code, place, detail);
    }

    #[cold]
    fn note_text(&mut self, code: Code, byte: u64) {
        let place = self.place(byte);
        self.diagnostics.note(code, place, &self.text);
    }

    /// The text of the leaf that just ended.
    fn value(&mut self, byte: u64) -> Value<'_> {
        let place = self.place(byte);
        Value {
            text: &self.text,
            place,
            diagnostics: &mut self.diagnostics,
        }
    }

    #[cold]
    fn open_unknown(&mut self, parent: Node, name: &[u8], byte: u64) -> Result<(), ReadErrorKind> {
        if parent == Node::Document {
            return Err(xml::other_root());
        }
        let code = if parent.holds_extensions() {
            Code::UnknownExtension
        } else {
            Code::UnknownElement
        };
        let place = self.place(byte);
        self.diagnostics
            .note_each(code, place, &String::from_utf8_lossy(name));
        self.skip = 1;
        Ok(())
    }

    #[cold]
    fn open_ignored(&mut self, node: Node, byte: u64) {
        let code = match node {
            Node::Courses => Code::CoursesIgnored,
            Node::Workouts => Code::PlannedIgnored,
            _ => Code::FoldersIgnored,
        };
        self.note(code, byte, "");
        self.skip = 1;
    }

    #[cold]
    fn out_of_order(&mut self, node: Node, same: bool, name: &[u8], byte: u64) {
        let code = match (same, node.repeats()) {
            (true, true) => return,
            (true, false) => Code::ElementRepeated,
            (false, _) => Code::ElementOrder,
        };
        self.note(code, byte, &String::from_utf8_lossy(name));
    }
}

impl Handler for TcxReader<'_> {
    const MENDS_TAGS: bool = false;

    #[inline]
    fn open(&mut self, name: &[u8], attributes: &str, byte: u64) -> Result<(), ReadErrorKind> {
        if self.skip > 0 {
            self.skip += 1;
            return Ok(());
        }
        let last = self.stack.len() - 1;
        let parent = self.stack[last].node;
        let node = child(parent, name);
        if node == Node::Unknown {
            return self.open_unknown(parent, name, byte);
        }
        let (rank, leaf) = node.rank();
        if rank > 0 {
            let before = self.stack[last].last_rank;
            if rank > before {
                self.stack[last].last_rank = rank;
            } else {
                self.out_of_order(node, rank == before, name, byte);
            }
        }
        if parent == Node::Document && node != Node::Database {
            self.note(Code::RootMissing, byte, &String::from_utf8_lossy(name));
        }
        if matches!(node, Node::Courses | Node::Workouts | Node::Folders) {
            self.open_ignored(node, byte);
            return Ok(());
        }
        self.stack.push(Frame { node, last_rank: 0 });
        self.collect = leaf;
        self.text.clear();
        if leaf {
            Ok(())
        } else {
            self.begin(node, attributes, byte)
        }
    }

    #[inline]
    fn text(&mut self, text: &str, byte: u64) {
        if self.collect {
            self.text.push_str(text);
        } else if self.skip == 0 && !text.trim_ascii().is_empty() {
            let place = self.place(byte);
            self.diagnostics.note(Code::StrayText, place, text);
        }
    }

    #[inline]
    fn close(&mut self, byte: u64) -> Result<(), ReadErrorKind> {
        if self.skip > 0 {
            self.skip -= 1;
            return Ok(());
        }
        let Some(frame) = self.stack.pop() else {
            return Ok(());
        };
        let node = frame.node;
        if self.collect && node.is_leaf() {
            self.collect = false;
            self.leaf(node, byte);
            return Ok(());
        }
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
        Ok(())
    }

    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }

    #[inline]
    fn run(&mut self, text: &[u8], levels: usize) -> usize {
        if self.stack[self.stack.len() - 1].node != Node::Track || self.skip > 0 || levels < 4 {
            return 0;
        }
        let Some(track) = &mut self.track else {
            return 0;
        };
        let limit = self.limits.trackpoints - self.trackpoints;
        let (count, used) = run::trackpoints(text, track, limit);
        self.trackpoints += count;
        used
    }

    fn skipped(&mut self, bytes: u64) {
        self.skipped = bytes;
    }

    fn finish(mut self, bytes: &[u8]) -> Reading {
        self.end_track();
        self.end_lap(false);
        self.end_activity();
        self.end_session();
        if self.workouts.is_empty() {
            self.diagnostics
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
        check::all(&self.workouts, &mut self.diagnostics);
        Reading {
            workouts: self.workouts,
            diagnostics: self.diagnostics.finish(Some(bytes)),
            format: Format::Tcx,
        }
    }
}

mod containers;
mod leaves;
mod sources;
