//! Reading GPX.

use super::elements::{Node, child};
use crate::check;
use crate::model::{Application, Lap, Link, PointText, RawPoint, Sport, Track, Workout};
use crate::read::value::Value;
use crate::read::xml::{self, Handler, Mend};
use crate::read::{Code, Diagnostics, Format, Limits, Place, ReadError, ReadErrorKind, Reading};

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
    xml::read_document(bytes, limits, GpxReader::new(limits))
}

struct Frame {
    node: Node,
    last_rank: u8,
}

struct GpxReader<'a> {
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

    fn place(&self, byte: u64) -> Place {
        let in_point = self.stack.iter().any(|frame| frame.node == Node::Point);
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
            byte: Some(byte + self.skipped),
            line: None,
        }
    }

    #[cold]
    fn note(&mut self, code: Code, byte: u64, detail: &str) {
        let place = self.place(byte);
        self.diagnostics.note(code, place, detail);
    }

    fn value(&mut self, byte: u64) -> Value<'_> {
        let place = self.place(byte);
        Value {
            text: &self.text,
            place,
            diagnostics: &mut self.diagnostics,
        }
    }

    #[cold]
    fn open_unknown(&mut self, parent: Node, name: &[u8], byte: u64) {
        let code = if parent.holds_extensions() {
            Code::UnknownExtension
        } else {
            Code::UnknownElement
        };
        let place = self.place(byte);
        self.diagnostics
            .note_each(code, place, &String::from_utf8_lossy(name));
        self.skip = 1;
    }

    #[cold]
    fn open_ignored(&mut self, node: Node, name: &[u8], byte: u64) {
        match node {
            Node::Waypoint => self.note(Code::WaypointsIgnored, byte, ""),
            Node::Route => self.note(Code::RoutesIgnored, byte, ""),
            _ => {
                let place = self.place(byte);
                let name = String::from_utf8_lossy(name);
                self.diagnostics
                    .note_each(Code::MetadataIgnored, place, &name);
            }
        }
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

impl Handler for GpxReader<'_> {
    const MENDS_TAGS: bool = true;

    #[inline]
    fn open(&mut self, name: &[u8], attributes: &str, byte: u64) -> Result<(), ReadErrorKind> {
        if self.skip > 0 {
            self.skip += 1;
            return Ok(());
        }
        let last = self.stack.len() - 1;
        let parent = self.stack[last].node;
        let node = child(parent, name);
        match node {
            Node::Unknown if parent == Node::Document => {
                return Err(xml::other_root());
            }
            Node::Unknown => {
                self.open_unknown(parent, name, byte);
                return Ok(());
            }
            Node::Waypoint | Node::Route | Node::Other => {
                self.open_ignored(node, name, byte);
                return Ok(());
            }
            _ => {}
        }
        let (rank, leaf) = node.rank();
        // Points may hold anything in GPX 1.0; inside extensions no order is checked.
        if rank > 0 {
            let before = self.stack[last].last_rank;
            if rank > before {
                self.stack[last].last_rank = rank;
            } else {
                self.out_of_order(node, rank == before, name, byte);
            }
        }
        if parent == Node::Document && node != Node::Gpx {
            self.note(Code::RootMissing, byte, &String::from_utf8_lossy(name));
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
            self.note(Code::StrayText, byte, text);
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
        if self.collect {
            self.collect = false;
            self.leaf(frame.node, byte);
            return Ok(());
        }
        match frame.node {
            Node::Point => self.end_point(),
            Node::Segment => self.end_track(),
            Node::Track => self.end_workout(),
            Node::Link => self.end_link(),
            Node::Lap => self.laps.extend(self.lap.take().map(|lap| *lap)),
            _ => {}
        }
        Ok(())
    }

    fn mismatch(&mut self, open: Option<&[u8]>, found: &[u8], byte: u64) -> Mend {
        if self.skip > 0 {
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

    fn diagnostics(&mut self) -> &mut Diagnostics {
        &mut self.diagnostics
    }

    fn skipped(&mut self, bytes: u64) {
        self.skipped = bytes;
    }

    fn finish(mut self, bytes: &[u8]) -> Reading {
        self.end_workout();
        if self.workouts.is_empty() {
            self.diagnostics
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
        check::all(&self.workouts, &mut self.diagnostics);
        Reading {
            workouts: self.workouts,
            diagnostics: self.diagnostics.finish(Some(bytes)),
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
