//! Reading GPX.

use chrono::FixedOffset;

use super::elements::{Node, child};
use crate::check;
use crate::model::{
    Application, Fix, Lap, Link, PointText, Position, RawPoint, Sport, Track, Workout, instant,
};
use crate::read::scalar::{self, Number, Zone};
use crate::read::value::Value;
use crate::read::xml::{self, Handler, Mend, attribute};
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

    #[inline]
    fn number(&mut self, byte: u64) -> Option<f64> {
        match scalar::number(self.text.as_bytes()) {
            Number::Value(value) => Some(value),
            _ => self.value(byte).number(),
        }
    }

    fn begin(&mut self, node: Node, attributes: &str, byte: u64) -> Result<(), ReadErrorKind> {
        match node {
            Node::Point => self.begin_point(attributes, byte)?,
            Node::Segment => {
                self.begin_workout()?;
                if self.track.is_some() {
                    // `<trkseg><trkseg>`: the second one is the one that is meant.
                    self.note(Code::SegmentTags, byte, "<trkseg> inside <trkseg>");
                    self.end_track();
                }
                self.begin_track()?;
            }
            Node::Track => {
                self.end_workout();
                self.begin_workout()?;
            }
            Node::Gpx => self.begin_gpx(attributes, byte)?,
            Node::Link => {
                self.link = Link::default();
                if let Some(href) = attribute(attributes, "href")? {
                    self.link.href = href.trim().to_owned();
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn begin_gpx(&mut self, attributes: &str, byte: u64) -> Result<(), ReadErrorKind> {
        if !attributes.contains(super::NAMESPACE) && !attributes.contains(super::NAMESPACE_1_0) {
            self.note(Code::NamespaceMissing, byte, "");
        }
        let creator = attribute(attributes, "creator")?;
        if creator.is_none() || attribute(attributes, "version")?.is_none() {
            self.note(Code::VersionMissing, byte, "");
        }
        self.text.clear();
        self.text.push_str(creator.as_deref().unwrap_or(""));
        self.creator = self
            .value(byte)
            .token()
            .filter(|name| name != super::NO_CREATOR);
        Ok(())
    }

    fn begin_workout(&mut self) -> Result<(), ReadErrorKind> {
        if self.workout.is_none() {
            if self.workouts.len() >= self.limits.activities {
                return Err(ReadErrorKind::TooLarge(
                    "activities",
                    self.limits.activities,
                ));
            }
            self.workout = Some(Box::new(Workout::new(Sport::Other)));
        }
        Ok(())
    }

    fn begin_track(&mut self) -> Result<(), ReadErrorKind> {
        self.tracks_read += 1;
        if self.tracks_read > self.limits.laps_and_tracks {
            return Err(ReadErrorKind::TooLarge(
                "laps and tracks",
                self.limits.laps_and_tracks,
            ));
        }
        self.track = Some(Track::new());
        Ok(())
    }

    fn begin_point(&mut self, attributes: &str, byte: u64) -> Result<(), ReadErrorKind> {
        self.trackpoints += 1;
        if self.trackpoints > self.limits.trackpoints {
            return Err(ReadErrorKind::TooLarge(
                "trackpoints",
                self.limits.trackpoints,
            ));
        }
        self.begin_workout()?;
        if self.track.is_none() {
            // Runkeeper forgets to open a segment after a pause.
            self.note(Code::SegmentTags, byte, "<trkpt> outside <trkseg>");
            self.begin_track()?;
        }
        self.point = RawPoint::EMPTY;
        match (
            coordinate(attributes, "lat")?,
            coordinate(attributes, "lon")?,
        ) {
            (Some(Number::Value(latitude)), Some(Number::Value(longitude))) => {
                match Position::new(latitude, longitude) {
                    Some(at) => self.point.position = [at.latitude, at.longitude],
                    None => self.note(Code::PositionRange, byte, attributes),
                }
            }
            (None, None) => self.note(Code::PositionMissing, byte, ""),
            (Some(latitude), Some(longitude)) => {
                self.odd_position(latitude, longitude, byte, attributes);
            }
            _ => self.note(Code::PositionIncomplete, byte, attributes),
        }
        Ok(())
    }

    #[cold]
    fn odd_position(&mut self, latitude: Number, longitude: Number, byte: u64, attributes: &str) {
        let value = |number| match number {
            Number::Value(value) | Number::Comma(value) => Some(value),
            _ => None,
        };
        let Some((latitude, longitude)) = value(latitude).zip(value(longitude)) else {
            self.note(Code::NumberInvalid, byte, attributes);
            return;
        };
        self.note(Code::DecimalComma, byte, attributes);
        match Position::new(latitude, longitude) {
            Some(at) => self.point.position = [at.latitude, at.longitude],
            None => self.note(Code::PositionRange, byte, attributes),
        }
    }

    fn end_point(&mut self) {
        if !self.point_text.is_empty() {
            let text = std::mem::take(&mut self.point_text);
            self.point.rare().text = Some(Box::new(text));
        }
        if let Some(track) = &mut self.track {
            track.push_raw(&mut self.point);
        }
    }

    fn end_track(&mut self) {
        if let Some(mut track) = self.track.take() {
            track.shrink_to_fit();
            self.tracks.push(track);
        }
    }

    fn end_workout(&mut self) {
        self.end_track();
        let Some(mut workout) = self.workout.take() else {
            return;
        };
        let mut lap = Lap {
            tracks: std::mem::take(&mut self.tracks),
            ..Lap::default()
        };
        lap.tracks.shrink_to_fit();
        workout.start = workout.start.or_else(|| lap.first_time());
        lap.start = workout.start;
        workout.laps.push(lap);
        self.workouts.push(*workout);
    }

    fn end_link(&mut self) {
        let link = std::mem::take(&mut self.link);
        if link.href.is_empty() {
            return;
        }
        if self
            .stack
            .last()
            .is_some_and(|frame| frame.node == Node::Point)
        {
            self.point_text.links.push(link);
        } else if let Some(workout) = &mut self.workout {
            workout.links.push(link);
        }
    }

    fn keep_offset(&mut self, zone: Zone) {
        if let (Zone::Offset(seconds), Some(workout)) = (zone, &mut self.workout)
            && workout.local_offset.is_none()
        {
            workout.local_offset = FixedOffset::east_opt(seconds);
        }
    }

    #[inline]
    fn leaf(&mut self, node: Node, byte: u64) {
        match node {
            Node::Elevation => {
                if let Some(value) = self.number(byte) {
                    self.point.altitude = value;
                }
            }
            Node::Time => match scalar::time(self.text.as_bytes()) {
                Some(time) if time.zone == Zone::Utc => self.point.time = time.micros,
                _ => {
                    if let Some(time) = self.value(byte).time() {
                        self.point.time = time.micros;
                        self.keep_offset(time.zone);
                    }
                }
            },
            Node::HeartRate => match scalar::small(self.text.as_bytes()) {
                Some(value @ 1..=255) => self.point.heart_rate = value as u8 - 1,
                _ => {
                    if let Some(value) = self.value(byte).heart_rate() {
                        self.point.heart_rate = value - 1;
                    }
                }
            },
            Node::Cadence => match scalar::small(self.text.as_bytes()) {
                Some(value @ 0..=254) => self.point.cadence = value as u8,
                _ => {
                    if let Some(value) = self.value(byte).byte(254) {
                        self.point.cadence = value;
                    }
                }
            },
            Node::Speed => {
                if let Some(value) = self.number(byte) {
                    self.point.speed = value;
                    self.point.has_more = true;
                }
            }
            Node::Power => {
                if let Some(value) = self.value(byte).whole(u32::from(u16::MAX)) {
                    self.point.power = value;
                    self.point.has_more = true;
                }
            }
            _ => self.rare_leaf(node, byte),
        }
    }

    #[inline(never)]
    fn rare_leaf(&mut self, node: Node, byte: u64) {
        match node {
            Node::AirTemperature
            | Node::WaterTemperature
            | Node::Depth
            | Node::Course
            | Node::Bearing
            | Node::MagneticVariation
            | Node::GeoidHeight
            | Node::Hdop
            | Node::Vdop
            | Node::Pdop
            | Node::DgpsAge => self.rare_number(node, byte),
            Node::Satellites => {
                let value = self.value(byte).whole(u32::from(u16::MAX));
                if let Some(value) = value {
                    self.point.rare().satellites = Some(value as u16);
                }
            }
            Node::DgpsId => {
                if let Some(value) = self.value(byte).whole(1023) {
                    self.point.rare().dgps_id = Some(value as u16);
                }
            }
            Node::Fix => {
                let choices = [
                    ("none", Fix::None),
                    ("2d", Fix::TwoD),
                    ("3d", Fix::ThreeD),
                    ("dgps", Fix::Dgps),
                    ("pps", Fix::Pps),
                ];
                if let Some(fix) = self.value(byte).choice(&choices) {
                    self.point.rare().fix = Some(fix);
                }
            }
            Node::PointName
            | Node::PointComment
            | Node::PointDescription
            | Node::PointSource
            | Node::PointSymbol
            | Node::PointType => self.point_text_leaf(node, byte),
            Node::LinkText => self.link.text = self.value(byte).free_text(),
            Node::LinkType => self.link.kind = self.value(byte).free_text(),
            Node::Url | Node::UrlName => self.url(node, byte),
            Node::MetadataName => self.file_name = self.value(byte).free_text(),
            _ => self.track_leaf(node, byte),
        }
    }

    fn rare_number(&mut self, node: Node, byte: u64) {
        let Some(value) = self.number(byte) else {
            return;
        };
        let rare = self.point.rare();
        let slot = match node {
            Node::AirTemperature => &mut rare.air_temperature_c,
            Node::WaterTemperature => &mut rare.water_temperature_c,
            Node::Depth => &mut rare.depth_m,
            Node::Course => &mut rare.course_deg,
            Node::Bearing => &mut rare.bearing_deg,
            Node::MagneticVariation => &mut rare.magnetic_variation_deg,
            Node::GeoidHeight => &mut rare.geoid_height_m,
            Node::Hdop => &mut rare.hdop,
            Node::Vdop => &mut rare.vdop,
            Node::Pdop => &mut rare.pdop,
            _ => &mut rare.dgps_age_s,
        };
        *slot = Some(value);
    }

    fn point_text_leaf(&mut self, node: Node, byte: u64) {
        let text = self.value(byte).free_text();
        let slot = match node {
            Node::PointName => &mut self.point_text.name,
            Node::PointComment => &mut self.point_text.comment,
            Node::PointDescription => &mut self.point_text.description,
            Node::PointSource => &mut self.point_text.source,
            Node::PointSymbol => &mut self.point_text.symbol,
            _ => &mut self.point_text.kind,
        };
        *slot = text;
    }

    /// GPX 1.0 has `url` and `urlname` where 1.1 has `link`.
    fn url(&mut self, node: Node, byte: u64) {
        let Some(text) = self.value(byte).free_text() else {
            return;
        };
        let in_point = self
            .stack
            .last()
            .is_some_and(|frame| frame.node == Node::Point);
        let links = match (&mut self.workout, in_point) {
            (_, true) => &mut self.point_text.links,
            (Some(workout), false) => &mut workout.links,
            (None, false) => return,
        };
        if node == Node::Url {
            links.push(Link {
                href: text,
                ..Link::default()
            });
        } else if let Some(link) = links.last_mut() {
            link.text = Some(text);
        }
    }

    fn track_leaf(&mut self, node: Node, byte: u64) {
        let Some(mut workout) = self.workout.take() else {
            return;
        };
        match node {
            Node::TrackName => workout.name = self.value(byte).free_text(),
            Node::TrackComment => workout.comment = self.value(byte).free_text(),
            Node::TrackDescription => workout.notes = self.value(byte).free_text(),
            Node::TrackSource => workout.source = self.value(byte).free_text(),
            Node::TrackNumber => workout.number = self.value(byte).whole(u32::MAX),
            Node::TrackType => {
                if let Some(token) = self.value(byte).free_text() {
                    workout.sport = sport(&token);
                }
            }
            // `<trk><time>` is Runkeeper's and not of GPX.
            Node::TrackTime | Node::OwnStart => {
                if node == Node::TrackTime {
                    self.note(Code::UnknownElement, byte, "time");
                }
                if let Some(time) = self.value(byte).time() {
                    workout.start = instant(time.micros);
                }
            }
            Node::OwnOffset => {
                let seconds = self.text.trim().parse().ok();
                workout.local_offset = seconds.and_then(FixedOffset::east_opt);
            }
            _ => {}
        }
        self.workout = Some(workout);
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
        check::all(&self.workouts, &mut self.diagnostics);
        Reading {
            workouts: self.workouts,
            diagnostics: self.diagnostics.finish(Some(bytes)),
            format: Format::Gpx,
        }
    }
}

/// `lat` or `lon`: the value between its quotes, without going through every attribute when they
/// stand where they usually do.
#[inline]
fn coordinate(attributes: &str, name: &str) -> Result<Option<Number>, ReadErrorKind> {
    Ok(
        attribute(attributes, name)?.map(|text| match scalar::number(text.as_bytes()) {
            Number::Value(value) => Number::Value(value),
            _ => scalar::number(text.trim().as_bytes()),
        }),
    )
}

/// `trk/type` is a word, or one of Strava's numbers.
fn sport(token: &str) -> Sport {
    match token {
        "1" => Sport::Cycling,
        "4" => Sport::Hiking,
        "9" => Sport::Running,
        "10" => Sport::Walking,
        "16" => Sport::Swimming,
        "17" => Sport::VirtualCycling,
        _ => Sport::from_token(token),
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
