//! Reading TCX.

use chrono::{FixedOffset, Utc};

use super::elements::{Node, child};
use super::run;
use super::write::{is_language, is_part_number};
use crate::check;
use crate::model::{
    Application, BuildType, CadenceSensor, Device, Intensity, Lap, MultiSport, Plan, PlanKind,
    Position, QuickResults, RawPoint, Sport, Track, Training, TriggerMethod, Version, Workout,
    instant,
};
use crate::read::scalar::{self, Number, Zone};
use crate::read::value::{Value, clean_text};
use crate::read::xml::{self, Handler, attribute};
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

    // Values of leaves: the usual spelling at once, everything else through `Value`, which knows
    // every oddity.

    #[inline]
    fn number(&mut self, byte: u64) -> Option<f64> {
        match scalar::number(self.text.as_bytes()) {
            Number::Value(value) => Some(value),
            _ => self.value(byte).number(),
        }
    }

    #[inline]
    fn whole(&mut self, byte: u64) -> Option<u16> {
        match scalar::small(self.text.as_bytes()) {
            Some(value) => Some(value),
            None => self
                .value(byte)
                .whole(u32::from(u16::MAX))
                .map(|value| value as u16),
        }
    }

    #[inline]
    fn byte_value(&mut self, max: u8, byte: u64) -> Option<u8> {
        match scalar::small(self.text.as_bytes()) {
            Some(value) if value <= u16::from(max) => Some(value as u8),
            _ => self.value(byte).byte(max),
        }
    }

    #[inline]
    fn heart_rate(&mut self, byte: u64) -> Option<u8> {
        match scalar::small(self.text.as_bytes()) {
            Some(value @ 1..=255) => Some(value as u8),
            _ => self.value(byte).heart_rate(),
        }
    }

    #[inline]
    fn time(&mut self, byte: u64) -> Option<(i64, Zone)> {
        match scalar::time(self.text.as_bytes()) {
            Some(time) if time.zone == Zone::Utc => Some((time.micros, Zone::Utc)),
            _ => self.value(byte).time().map(|time| (time.micros, time.zone)),
        }
    }

    // Beginning and end of the containers.

    fn begin(&mut self, node: Node, attributes: &str, byte: u64) -> Result<(), ReadErrorKind> {
        match node {
            Node::Trackpoint => {
                self.trackpoints += 1;
                if self.trackpoints > self.limits.trackpoints {
                    return Err(ReadErrorKind::TooLarge(
                        "trackpoints",
                        self.limits.trackpoints,
                    ));
                }
                if self.track.is_none() {
                    self.begin_track()?;
                }
                self.point = RawPoint::EMPTY;
                self.point_absent = false;
            }
            Node::Tpx => self.begin_tpx(attributes, byte)?,
            Node::Track => self.begin_track()?,
            Node::Lap | Node::Transition => self.begin_lap(attributes, byte)?,
            Node::Activity => self.begin_activity(attributes, byte)?,
            Node::MultiSportSession => {
                self.session = Some(Session {
                    first_workout: self.workouts.len(),
                    ..Session::default()
                });
            }
            Node::Database if !attributes.contains(super::NAMESPACE) => {
                self.note(Code::NamespaceMissing, byte, "");
            }
            Node::Creator | Node::Author => {
                self.seen = Seen::default();
                self.version = Version::default();
                if attribute(attributes, "type")?.is_none() {
                    self.note(Code::SourceType, byte, "");
                }
                if node == Node::Creator {
                    self.device = Some(Device::default());
                } else {
                    self.author = Some(Application::default());
                }
            }
            Node::Training => {
                let partner = attribute(attributes, "VirtualPartner")?;
                let training = Training {
                    virtual_partner: partner.as_deref().is_some_and(is_true),
                    ..Training::default()
                };
                if let Some(workout) = &mut self.workout {
                    workout.training = Some(training);
                }
            }
            Node::Plan => {
                let kind = attribute(attributes, "Type")?;
                let interval = attribute(attributes, "IntervalWorkout")?;
                let plan = Plan {
                    kind: match kind.as_deref().map(str::trim) {
                        Some("Course") => PlanKind::Course,
                        _ => PlanKind::Workout,
                    },
                    interval_workout: interval.as_deref().is_some_and(is_true),
                    name: None,
                };
                if let Some(training) = self.training() {
                    training.plan = Some(plan);
                }
            }
            Node::QuickResults => {
                if let Some(training) = self.training() {
                    training.quick_results = Some(QuickResults::default());
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn begin_tpx(&mut self, attributes: &str, byte: u64) -> Result<(), ReadErrorKind> {
        if attributes.contains("CadenceSensor")
            && let Some(sensor) = attribute(attributes, "CadenceSensor")?
        {
            self.point.cadence_sensor = match sensor.trim() {
                "Footpod" => CadenceSensor::Footpod as u8,
                "Bike" => CadenceSensor::Bike as u8,
                other => {
                    self.note(Code::TokenInvalid, byte, other);
                    return Ok(());
                }
            };
            self.point.has_more = true;
        }
        Ok(())
    }

    fn begin_track(&mut self) -> Result<(), ReadErrorKind> {
        self.count_lap_or_track()?;
        self.track_number += 1;
        self.track = Some(Track::new());
        Ok(())
    }

    fn count_lap_or_track(&mut self) -> Result<(), ReadErrorKind> {
        self.laps_and_tracks += 1;
        if self.laps_and_tracks > self.limits.laps_and_tracks {
            return Err(ReadErrorKind::TooLarge(
                "laps and tracks",
                self.limits.laps_and_tracks,
            ));
        }
        Ok(())
    }

    fn begin_lap(&mut self, attributes: &str, byte: u64) -> Result<(), ReadErrorKind> {
        self.count_lap_or_track()?;
        self.lap_number += 1;
        self.track_number = 0;
        self.lap_absent.clear();
        self.empty_tracks.clear();
        let mut lap = Box::<Lap>::default();
        match attribute(attributes, "StartTime")? {
            Some(start) => {
                self.text.clear();
                self.text.push_str(&start);
                if let Some((time, zone)) = self.time(byte) {
                    lap.start = instant(time);
                    self.keep_offset(zone);
                }
            }
            None => self.note(Code::LapStartMissing, byte, ""),
        }
        self.lap = Some(lap);
        Ok(())
    }

    /// The first offset that the activity shows is the one of its start.
    fn keep_offset(&mut self, zone: Zone) {
        if let (Zone::Offset(seconds), Some(workout)) = (zone, &mut self.workout)
            && workout.local_offset.is_none()
        {
            workout.local_offset = FixedOffset::east_opt(seconds);
        }
    }

    fn begin_activity(&mut self, attributes: &str, byte: u64) -> Result<(), ReadErrorKind> {
        if self.workouts.len() >= self.limits.activities {
            return Err(ReadErrorKind::TooLarge(
                "activities",
                self.limits.activities,
            ));
        }
        self.absent.clear();
        self.own_sport = None;
        self.own_plan_name = None;
        self.lap_number = 0;
        let sport = attribute(attributes, "Sport")?;
        match sport.as_deref() {
            None => self.note(Code::SportMissing, byte, ""),
            Some("Running" | "Biking" | "Other") => {}
            Some(other) => self.note(Code::SportToken, byte, other),
        }
        let sport = sport.map_or(Sport::Other, |token| Sport::from_token(&clean_text(&token)));
        self.workout = Some(Box::new(Workout::new(sport)));
        Ok(())
    }

    fn end_point(&mut self) {
        if self.point_absent {
            self.point.time = RawPoint::EMPTY.time;
        }
        if let Some(track) = &mut self.track {
            track.push_raw(&mut self.point);
        }
    }

    fn end_track(&mut self) {
        let Some(mut track) = self.track.take() else {
            return;
        };
        track.shrink_to_fit();
        if let Some(lap) = &mut self.lap {
            lap.tracks.push(track);
        }
    }

    fn end_lap(&mut self, transition: bool) {
        let Some(mut lap) = self.lap.take() else {
            return;
        };
        for name in self.lap_absent.split_ascii_whitespace() {
            match name {
                "StartTime" => lap.start = None,
                "TotalTimeSeconds" => lap.total_time_s = None,
                "DistanceMeters" => lap.distance_m = None,
                "Calories" => lap.calories = None,
                "Intensity" => lap.intensity = None,
                "TriggerMethod" => lap.trigger = None,
                _ => {}
            }
        }
        for index in self.empty_tracks.split_ascii_whitespace() {
            if let Ok(index) = index.parse::<usize>()
                && index <= lap.tracks.len()
                && lap.tracks.len() < self.limits.laps_and_tracks
            {
                lap.tracks.insert(index, Track::new());
            }
        }
        let required = [
            ("TotalTimeSeconds", lap.total_time_s.is_none()),
            ("DistanceMeters", lap.distance_m.is_none()),
            ("Calories", lap.calories.is_none()),
            ("Intensity", lap.intensity.is_none()),
            ("TriggerMethod", lap.trigger.is_none()),
        ];
        for (name, missing) in required {
            if missing {
                let place = Place {
                    activity: self.workouts.len() as u32 + 1,
                    lap: self.lap_number,
                    ..Place::default()
                };
                self.diagnostics
                    .note_each(Code::LapElementMissing, place, name);
            }
        }
        match (transition, &mut self.session, &mut self.workout) {
            (true, Some(session), _) => session.transition = Some(lap),
            (_, _, Some(workout)) => workout.laps.push(*lap),
            _ => {}
        }
    }

    fn end_activity(&mut self) {
        let Some(mut workout) = self.workout.take() else {
            return;
        };
        let place = Place {
            activity: self.workouts.len() as u32 + 1,
            ..Place::default()
        };
        if self
            .absent
            .split_ascii_whitespace()
            .any(|name| name == "Lap")
        {
            workout.laps.clear();
        }
        if workout.laps.is_empty() {
            self.diagnostics.note(Code::NoLap, place, "");
        }
        if self
            .absent
            .split_ascii_whitespace()
            .any(|name| name == "Id")
        {
            workout.start = None;
        } else if workout.start.is_none() {
            self.diagnostics.note(Code::IdMissing, place, "");
            workout.start = workout.start_time();
        }
        self.author_absent.clone_from(&self.absent);
        if let Some(sport) = self.own_sport.take() {
            workout.sport = sport;
        }
        if let (Some(name), Some(plan)) = (
            self.own_plan_name.take(),
            workout
                .training
                .as_mut()
                .and_then(|training| training.plan.as_mut()),
        ) {
            plan.name = Some(name);
        }
        workout.laps.shrink_to_fit();
        if let Some(session) = &mut self.session {
            workout.multi_sport = Some(MultiSport {
                session_start: DateTime::default(),
                leg: session.legs,
                transition: session.transition.take(),
                notes: None,
            });
            session.legs += 1;
        }
        self.workouts.push(*workout);
    }

    fn end_session(&mut self) {
        let Some(mut session) = self.session.take() else {
            return;
        };
        let legs = &mut self.workouts[session.first_workout..];
        let start = session
            .start
            .or_else(|| legs.first().and_then(Workout::start_time));
        for leg in legs {
            if let Some(multi_sport) = &mut leg.multi_sport {
                multi_sport.session_start = start.unwrap_or_default();
                if multi_sport.leg == 0 {
                    multi_sport.notes = session.notes.take();
                }
            }
        }
    }

    fn end_source(&mut self, node: Node, byte: u64) {
        let seen = std::mem::take(&mut self.seen);
        let complete = seen.name && seen.unit_or_language && seen.product_or_part && seen.version;
        if !complete {
            self.note(Code::SourceIncomplete, byte, "");
        }
        if seen.version && !seen.build_numbers {
            self.note(Code::BuildMissing, byte, "");
        }
        if node == Node::Creator {
            let device = self.device.take().map(|device| Device {
                version: self.version,
                ..device
            });
            if let Some(workout) = &mut self.workout {
                workout.device = device;
            }
        } else if let Some(author) = &mut self.author {
            author.version = self.version;
        }
    }

    fn training(&mut self) -> Option<&mut Training> {
        self.workout
            .as_mut()
            .and_then(|workout| workout.training.as_mut())
    }

    /// A leaf ended: its value goes where it belongs.
    fn leaf(&mut self, node: Node, byte: u64) {
        match node {
            Node::Time => {
                if let Some((time, zone)) = self.time(byte) {
                    self.point.time = time;
                    if zone != Zone::Utc {
                        self.keep_offset(zone);
                    }
                }
            }
            Node::Latitude => {
                if let Some(value) = self.number(byte) {
                    self.point.position[0] = value;
                }
            }
            Node::Longitude => {
                if let Some(value) = self.number(byte) {
                    self.point.position[1] = value;
                }
            }
            Node::Altitude => {
                if let Some(value) = self.number(byte) {
                    self.point.altitude = value;
                }
            }
            Node::Distance => {
                if let Some(value) = self.number(byte) {
                    self.point.distance = value;
                }
            }
            Node::HeartRateValue => self.heart_rate_value(byte),
            Node::Cadence => {
                if let Some(value) = self.byte_value(254, byte) {
                    self.point.cadence = value;
                }
            }
            Node::SensorState => match self.text.as_bytes() {
                b"Present" => self.point.sensor_state = 0,
                b"Absent" => self.point.sensor_state = 1,
                _ => {
                    if let Some(value) = self.value(byte).choice(&[("Present", 0), ("Absent", 1)]) {
                        self.point.sensor_state = value;
                    }
                }
            },
            Node::TpxSpeed => {
                if let Some(value) = self.number(byte) {
                    self.point.speed = value;
                    self.point.has_more = true;
                }
            }
            Node::TpxRunCadence => {
                if let Some(value) = self.byte_value(254, byte) {
                    self.point.run_cadence = value;
                    self.point.has_more = true;
                }
            }
            Node::TpxWatts => {
                if let Some(value) = self.whole(byte) {
                    self.point.power = u32::from(value);
                    self.point.has_more = true;
                }
            }
            _ => self.rare_leaf(node, byte),
        }
    }

    fn heart_rate_value(&mut self, byte: u64) {
        let Some(value) = self.heart_rate(byte) else {
            return;
        };
        let parent = self.stack[self.stack.len() - 1].node;
        match (parent, &mut self.lap) {
            (Node::HeartRate, _) => self.point.heart_rate = value - 1,
            (Node::AverageHeartRate, Some(lap)) => lap.mean_hr = Some(value),
            (Node::MaximumHeartRate, Some(lap)) => lap.max_hr = Some(value),
            _ => {}
        }
    }

    #[inline(never)]
    fn rare_leaf(&mut self, node: Node, byte: u64) {
        match node {
            Node::TotalTime
            | Node::LapDistance
            | Node::MaximumSpeed
            | Node::Calories
            | Node::Intensity
            | Node::LapCadence
            | Node::Trigger
            | Node::LapNotes
            | Node::LxAvgSpeed
            | Node::LxMaxBikeCadence
            | Node::LxAvgRunCadence
            | Node::LxMaxRunCadence
            | Node::LxSteps
            | Node::LxAvgWatts
            | Node::LxMaxWatts
            | Node::CxAvgWatts => self.lap_leaf(node, byte),
            Node::SourceName
            | Node::UnitId
            | Node::ProductId
            | Node::VersionMajor
            | Node::VersionMinor
            | Node::BuildMajor
            | Node::BuildMinor
            | Node::BuildType
            | Node::BuildTime
            | Node::Builder
            | Node::LangId
            | Node::PartNumber => self.source_leaf(node, byte),
            Node::OwnAbsent
            | Node::OwnSport
            | Node::OwnStart
            | Node::OwnName
            | Node::OwnOffset
            | Node::OwnPlanName
            | Node::OwnEmptyTracks => self.own_leaf(node, byte),
            _ => self.activity_leaf(node, byte),
        }
    }

    fn lap_leaf(&mut self, node: Node, byte: u64) {
        let Some(mut lap) = self.lap.take() else {
            return;
        };
        // An empty or damaged element says nothing; an earlier one of the same name stays.
        fn set<T>(slot: &mut Option<T>, value: Option<T>) {
            if value.is_some() {
                *slot = value;
            }
        }
        match node {
            Node::TotalTime => set(&mut lap.total_time_s, self.number(byte)),
            Node::LapDistance => set(&mut lap.distance_m, self.number(byte)),
            Node::MaximumSpeed => set(&mut lap.max_speed_mps, self.number(byte)),
            Node::Calories => set(&mut lap.calories, self.whole(byte)),
            Node::LapCadence => set(&mut lap.cadence, self.byte_value(254, byte)),
            Node::LxAvgSpeed => set(&mut lap.mean_speed_mps, self.number(byte)),
            Node::LxMaxBikeCadence => set(&mut lap.max_cadence, self.byte_value(254, byte)),
            Node::LxAvgRunCadence => set(&mut lap.mean_run_cadence, self.byte_value(254, byte)),
            Node::LxMaxRunCadence => set(&mut lap.max_run_cadence, self.byte_value(254, byte)),
            Node::LxSteps => set(&mut lap.steps, self.whole(byte)),
            Node::LxAvgWatts => set(&mut lap.mean_power_w, self.whole(byte)),
            Node::LxMaxWatts => set(&mut lap.max_power_w, self.whole(byte)),
            Node::CxAvgWatts => set(&mut lap.course_mean_power_w, self.whole(byte)),
            Node::LapNotes => set(&mut lap.notes, self.value(byte).free_text()),
            Node::Intensity => {
                let choices = [
                    ("Active", Intensity::Active),
                    ("Resting", Intensity::Resting),
                ];
                set(&mut lap.intensity, self.value(byte).choice(&choices));
            }
            Node::Trigger => {
                let choices = [
                    ("Manual", TriggerMethod::Manual),
                    ("Distance", TriggerMethod::Distance),
                    ("Location", TriggerMethod::Location),
                    ("Time", TriggerMethod::Time),
                    ("HeartRate", TriggerMethod::HeartRate),
                ];
                set(&mut lap.trigger, self.value(byte).choice(&choices));
            }
            _ => {}
        }
        self.lap = Some(lap);
    }

    fn source_leaf(&mut self, node: Node, byte: u64) {
        match node {
            Node::VersionMajor => self.version.major = self.whole(byte).unwrap_or(0),
            Node::VersionMinor => self.version.minor = self.whole(byte).unwrap_or(0),
            Node::BuildMajor => {
                self.seen.build_numbers = true;
                self.version.build_major = self.whole(byte).unwrap_or(0);
            }
            Node::BuildMinor => self.version.build_minor = self.whole(byte).unwrap_or(0),
            Node::SourceName => {
                self.seen.name = true;
                let name = self.value(byte).token().unwrap_or_default();
                if let Some(device) = &mut self.device {
                    device.name = name;
                } else if let Some(author) = &mut self.author {
                    author.name = name;
                }
            }
            Node::UnitId => {
                self.seen.unit_or_language = true;
                let value = self.value(byte).whole(u32::MAX).unwrap_or(0);
                if let Some(device) = &mut self.device {
                    device.unit_id = value;
                }
            }
            Node::ProductId => {
                self.seen.product_or_part = true;
                let value = self.whole(byte).unwrap_or(0);
                if let Some(device) = &mut self.device {
                    device.product_id = value;
                }
            }
            Node::LangId => {
                self.seen.unit_or_language = true;
                let value = self.checked_token(is_language, byte);
                self.with_author(|author| author.language = value);
            }
            Node::PartNumber => {
                self.seen.product_or_part = true;
                let value = self.checked_token(is_part_number, byte);
                self.with_author(|author| author.part_number = value);
            }
            Node::BuildType => {
                let choices = [
                    ("Internal", BuildType::Internal),
                    ("Alpha", BuildType::Alpha),
                    ("Beta", BuildType::Beta),
                    ("Release", BuildType::Release),
                ];
                let value = self.value(byte).choice(&choices);
                self.with_author(|author| author.build_type = value);
            }
            Node::BuildTime => {
                let value = self.value(byte).token();
                self.with_author(|author| author.build_time = value);
            }
            Node::Builder => {
                let value = self.value(byte).token();
                self.with_author(|author| author.builder = value);
            }
            _ => {}
        }
    }

    fn checked_token(&mut self, valid: fn(&str) -> bool, byte: u64) -> Option<String> {
        let token = self.value(byte).token()?;
        if !valid(&token) {
            self.note_text(Code::TokenInvalid, byte);
            return None;
        }
        Some(token)
    }

    fn with_author(&mut self, change: impl FnOnce(&mut Application)) {
        if self.device.is_none()
            && let Some(author) = &mut self.author
        {
            change(author);
        }
    }

    fn own_leaf(&mut self, node: Node, byte: u64) {
        let in_lap = self
            .stack
            .iter()
            .any(|frame| frame.node == Node::LapExtensions);
        let in_point = self
            .stack
            .iter()
            .any(|frame| frame.node == Node::PointExtensions);
        match node {
            Node::OwnAbsent if in_point => self.point_absent = self.text.trim() == "Time",
            Node::OwnAbsent if in_lap => self.lap_absent.clone_from(&self.text),
            Node::OwnAbsent => self.absent.clone_from(&self.text),
            Node::OwnEmptyTracks => self.empty_tracks.clone_from(&self.text),
            Node::OwnSport => {
                self.own_sport = self
                    .value(byte)
                    .free_text()
                    .map(|token| Sport::from_token(&token));
            }
            Node::OwnStart => {
                let start = self.time(byte).and_then(|(time, _)| instant(time));
                if let (Some(workout), true) = (&mut self.workout, start.is_some()) {
                    workout.start = start;
                }
            }
            Node::OwnPlanName => self.own_plan_name = self.value(byte).token(),
            Node::OwnName => {
                let name = self.value(byte).free_text();
                if let Some(workout) = &mut self.workout {
                    workout.name = name;
                }
            }
            Node::OwnOffset => {
                let offset = self
                    .text
                    .trim()
                    .parse()
                    .ok()
                    .and_then(FixedOffset::east_opt);
                if let Some(workout) = &mut self.workout {
                    workout.local_offset = offset;
                }
            }
            _ => {}
        }
    }

    fn activity_leaf(&mut self, node: Node, byte: u64) {
        match node {
            Node::Id => {
                if let Some((time, zone)) = self.time(byte) {
                    self.keep_offset(zone);
                    if let Some(workout) = &mut self.workout {
                        workout.start = instant(time);
                    }
                }
            }
            Node::Notes => {
                let notes = self.value(byte).free_text();
                if let (Some(workout), true) = (&mut self.workout, notes.is_some()) {
                    workout.notes = notes;
                }
            }
            Node::SessionId => {
                let time = self.time(byte).and_then(|(time, _)| instant(time));
                if let Some(session) = &mut self.session {
                    session.start = time;
                }
            }
            Node::SessionNotes => {
                let notes = self.value(byte).free_text();
                if let Some(session) = &mut self.session {
                    session.notes = notes;
                }
            }
            Node::PlanName => {
                let name = self.value(byte).token();
                if name.as_ref().is_some_and(|name| name.chars().count() > 15) {
                    self.note_text(Code::TextTooLong, byte);
                }
                if let Some(plan) = self.training().and_then(|training| training.plan.as_mut()) {
                    plan.name = name;
                }
            }
            Node::QuickTime | Node::QuickDistance => {
                let value = self.number(byte).unwrap_or(0.0);
                if let Some(quick) = self
                    .training()
                    .and_then(|training| training.quick_results.as_mut())
                {
                    if node == Node::QuickTime {
                        quick.total_time_s = value;
                    } else {
                        quick.distance_m = value;
                    }
                }
            }
            _ => {}
        }
    }

    fn end_position(&mut self, byte: u64) {
        let [latitude, longitude] = self.point.position;
        if latitude.is_nan() || longitude.is_nan() {
            self.point.position = RawPoint::EMPTY.position;
            self.note(Code::PositionIncomplete, byte, "");
            return;
        }
        match Position::new(latitude, longitude) {
            Some(position) => self.point.position = [position.latitude, position.longitude],
            None => {
                self.point.position = RawPoint::EMPTY.position;
                self.note(
                    Code::PositionRange,
                    byte,
                    &format!("{latitude} {longitude}"),
                );
            }
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

fn is_true(text: &str) -> bool {
    matches!(text.trim(), "true" | "1")
}
