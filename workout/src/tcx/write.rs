//! Writing TCX.

use std::collections::HashSet;

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{
    Application, BuildType, CadenceSensor, Device, Intensity, Lap, Plan, PlanKind, SensorState,
    Sport, Track, Trackpoint, Training, TriggerMethod, Version, Workout,
};
use crate::read::value::clean_text;
use crate::summary;
use crate::write::xml::{Fraction, Stamp, Xml, writable};
use crate::write::{LossCode, Losses, WriteError, Written};

/// Namespace of the extension in which what TCX can't say is kept.
///
/// `WX` stands in the `Extensions` of an activity, a lap or a trackpoint and only where it is
/// needed. `Absent` names the required elements whose value was not known (the schema makes us
/// write one), `Sport` is the sport beyond the three of TCX, `Start` the start when it could not be
/// the id because another activity has it, `Name` the title, `OffsetSeconds` the
/// zone of the person, `PlanName` a name of more than 15 characters, `EmptyTracks` the places of
/// tracks without trackpoints.
pub const EXTENSION_NAMESPACE: &str = "urn:workout:tcx-extension:1";

/// Choices when writing TCX.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct WriteOptions {
    /// Keep what TCX can't say in our own extension. On by default; turn it off for an importer
    /// that minds, and get the losses instead.
    pub private_extension: bool,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            private_extension: true,
        }
    }
}

impl WriteOptions {
    /// Nothing but what the schemas of Garmin define.
    #[must_use]
    pub fn plain() -> Self {
        Self {
            private_extension: false,
        }
    }
}

/// Writes a TCX file that is valid against its schema.
///
/// # Errors
/// None at present; the result leaves room for them.
pub fn write(workouts: &[Workout]) -> Result<Written, WriteError> {
    write_with(workouts, &WriteOptions::default())
}

/// [`write()`] with choices of your own.
///
/// # Errors
/// As [`write()`].
pub fn write_with(workouts: &[Workout], options: &WriteOptions) -> Result<Written, WriteError> {
    let points: usize = workouts.iter().map(Workout::trackpoint_count).sum();
    let mut writer = TcxWriter {
        xml: Xml::new(points * 200 + 1000),
        losses: Losses::default(),
        own: options.private_extension,
        ids: HashSet::new(),
        shared_author: None,
    };
    writer.database(workouts);
    let TcxWriter {
        xml, mut losses, ..
    } = writer;
    losses.add(LossCode::Characters, xml.dropped);
    Ok(Written {
        bytes: xml.finish(),
        losses: losses.finish(),
    })
}

struct TcxWriter<'a> {
    xml: Xml,
    losses: Losses,
    own: bool,
    /// Ids given out, because they must differ.
    ids: HashSet<DateTime<Utc>>,
    shared_author: Option<&'a Application>,
}

/// The required elements that had to be made up.
#[derive(Default)]
struct Absent(Vec<&'static str>);

impl Absent {
    fn require<T>(
        &mut self,
        name: &'static str,
        value: Option<T>,
        stand_in: impl FnOnce() -> T,
    ) -> T {
        value.unwrap_or_else(|| {
            self.0.push(name);
            stand_in()
        })
    }
}

impl<'a> TcxWriter<'a> {
    fn database(&mut self, workouts: &'a [Workout]) {
        let root = format!("xmlns=\"{}\"", super::NAMESPACE);
        self.xml.open("TrainingCenterDatabase", &root);
        self.xml.line();
        self.shared_author = workouts.iter().find_map(|workout| workout.author.as_ref());
        let others = workouts
            .iter()
            .filter(|workout| workout.author.as_ref() != self.shared_author)
            .count();
        self.losses.add(LossCode::Author, others);
        if !workouts.is_empty() {
            self.xml.open("Activities", "");
            self.xml.line();
            self.activities(workouts);
            self.xml.close();
            self.xml.line();
        }
        if let Some(author) = self.shared_author {
            self.author(author);
        }
    }

    /// The schema wants all single activities before all sessions.
    fn activities(&mut self, workouts: &'a [Workout]) {
        let mut after_session = false;
        for workout in workouts {
            if workout.multi_sport.is_some() {
                after_session = true;
            } else {
                self.losses.one_if(after_session, LossCode::Order);
                self.activity(workout);
            }
        }
        let legs: Vec<_> = workouts
            .iter()
            .filter_map(|w| Some((w, w.multi_sport.as_ref()?)))
            .collect();
        let mut index = 0;
        let mut session_ids = HashSet::new();
        while index < legs.len() {
            let first = legs[index].1;
            let mut end = index + 1;
            while end < legs.len()
                && legs[end].1.session_start == first.session_start
                && legs[end].1.leg > legs[end - 1].1.leg
            {
                end += 1;
            }
            let mut id = first.session_start;
            if !writable(&id) {
                id = DateTime::UNIX_EPOCH;
                self.losses.one(LossCode::MadeUp);
            }
            let wanted = id;
            let id = unique(&mut session_ids, id);
            self.losses.one_if(id != wanted, LossCode::IdChanged);
            self.xml.open("MultiSportSession", "");
            self.xml.value("Id", stamp(id));
            self.xml.line();
            for (position, (workout, leg)) in legs[index..end].iter().enumerate() {
                self.xml.open(
                    if position == 0 {
                        "FirstSport"
                    } else {
                        "NextSport"
                    },
                    "",
                );
                self.xml.line();
                if let Some(transition) = &leg.transition {
                    if position == 0 {
                        self.losses.one(LossCode::Transition);
                    } else {
                        self.lap("Transition", transition, workout.start_time());
                    }
                }
                self.activity(workout);
                self.xml.close();
                self.xml.line();
            }
            self.xml.text_if("Notes", first.notes.as_deref());
            self.xml.close();
            self.xml.line();
            index = end;
        }
    }

    fn activity(&mut self, workout: &Workout) {
        let mut absent = Absent::default();
        let sport = workout.sport.tcx_token();
        self.xml.open("Activity", &format!("Sport=\"{sport}\""));
        let known_start = workout.start.filter(writable);
        let id = absent.require("Id", known_start, || {
            workout
                .start_time()
                .filter(writable)
                .unwrap_or(DateTime::UNIX_EPOCH)
        });
        let wanted = id;
        let id = if workout.multi_sport.is_some() {
            id
        } else {
            unique(&mut self.ids, id)
        };
        self.xml.value("Id", stamp(id));
        self.xml.line();
        let mut reached = Some(id);
        for lap in &workout.laps {
            self.lap("Lap", lap, reached);
            reached = lap.last_time().or(lap.start).or(reached);
        }
        if workout.laps.is_empty() {
            absent.0.push("Lap");
            self.lap("Lap", &Lap::default(), reached);
        }
        self.xml.text_if("Notes", workout.notes.as_deref());
        if let Some(training) = &workout.training {
            self.training(training);
        }
        if let Some(device) = &workout.device {
            self.creator(device);
        }
        let moved = (id != wanted).then_some(wanted);
        self.activity_extension(workout, absent, moved);
        self.xml.close();
        self.xml.line();
        self.losses.add(LossCode::Links, workout.links.len());
        let words = usize::from(workout.comment.is_some())
            + usize::from(workout.source.is_some())
            + usize::from(workout.number.is_some());
        self.losses.add(LossCode::Comment, words);
    }

    fn activity_extension(
        &mut self,
        workout: &Workout,
        mut absent: Absent,
        moved: Option<DateTime<Utc>>,
    ) {
        if workout.author.is_some()
            && let Some(author) = self.shared_author
        {
            if author
                .language
                .as_deref()
                .is_none_or(|word| !is_language(word))
            {
                absent.0.push("LangID");
            }
            if author
                .part_number
                .as_deref()
                .is_none_or(|number| !is_part_number(number))
            {
                absent.0.push("PartNumber");
            }
        }
        let sport = (Sport::from_token(workout.sport.tcx_token()) != workout.sport)
            .then(|| workout.sport.as_str());
        let offset = workout.local_offset.map(|offset| offset.local_minus_utc());
        let plan = workout
            .training
            .as_ref()
            .and_then(|training| training.plan.as_ref());
        let plan_name = plan
            .and_then(|plan| plan.name.as_deref())
            .filter(|name| short_name(name).as_deref() != Some(*name));
        if !self.own {
            self.losses.one_if(sport.is_some(), LossCode::Sport);
            self.losses.one_if(workout.name.is_some(), LossCode::Title);
            self.losses.one_if(offset.is_some(), LossCode::LocalOffset);
            self.losses.one_if(plan_name.is_some(), LossCode::PlanName);
            self.losses.one_if(moved.is_some(), LossCode::IdChanged);
            self.losses.add(LossCode::MadeUp, absent.0.len());
            return;
        }
        if absent.0.is_empty()
            && sport.is_none()
            && workout.name.is_none()
            && offset.is_none()
            && plan_name.is_none()
            && moved.is_none()
        {
            return;
        }
        self.xml.open("Extensions", "");
        self.open_own();
        if !absent.0.is_empty() {
            self.xml.value("Absent", absent.0.join(" "));
        }
        self.xml.text_if("Sport", sport);
        self.xml.value_if("Start", moved.map(stamp));
        self.xml.text_if("Name", workout.name.as_deref());
        self.xml.value_if("OffsetSeconds", offset);
        self.xml.text_if("PlanName", plan_name);
        self.xml.close();
        self.xml.close();
    }

    fn open_own(&mut self) {
        self.xml
            .open("WX", &format!("xmlns=\"{EXTENSION_NAMESPACE}\""));
    }

    fn lap(&mut self, element: &'static str, lap: &Lap, reached: Option<DateTime<Utc>>) {
        let mut absent = Absent::default();
        let start = absent.require("StartTime", lap.start.filter(writable), || {
            lap.first_time()
                .or(reached)
                .filter(writable)
                .unwrap_or(DateTime::UNIX_EPOCH)
        });
        self.xml
            .open(element, &format!("StartTime=\"{}\"", stamp(start)));
        let finite = |value: Option<f64>| value.filter(|number| number.is_finite());
        let time = absent.require("TotalTimeSeconds", finite(lap.total_time_s), || {
            recorded_seconds(lap)
        });
        let distance = absent.require("DistanceMeters", finite(lap.distance_m), || {
            recorded_metres(lap)
        });
        let calories = absent.require("Calories", lap.calories, || 0);
        self.xml.value("TotalTimeSeconds", time);
        self.xml.value("DistanceMeters", distance);
        self.xml.number("MaximumSpeed", lap.max_speed_mps);
        self.xml.value("Calories", calories);
        self.heart_rate("AverageHeartRateBpm", lap.mean_hr);
        self.heart_rate("MaximumHeartRateBpm", lap.max_hr);
        let intensity = absent.require("Intensity", lap.intensity, || Intensity::Active);
        self.xml.value("Intensity", intensity_token(intensity));
        let cadence = self.cadence_in_range(lap.cadence);
        self.xml.value_if("Cadence", cadence);
        let trigger = absent.require("TriggerMethod", lap.trigger, || TriggerMethod::Manual);
        self.xml.value("TriggerMethod", trigger_token(trigger));
        self.xml.line();
        let mut empty = Vec::new();
        for (index, track) in lap.tracks.iter().enumerate() {
            if !self.track(track) {
                empty.push(index.to_string());
            }
        }
        self.xml.text_if("Notes", lap.notes.as_deref());
        self.lap_extensions(lap, absent, &empty);
        self.xml.close();
        self.xml.line();
    }

    fn lap_extensions(&mut self, lap: &Lap, absent: Absent, empty: &[String]) {
        let max_cadence = self.cadence_in_range(lap.max_cadence);
        let mean_run_cadence = self.cadence_in_range(lap.mean_run_cadence);
        let max_run_cadence = self.cadence_in_range(lap.max_run_cadence);
        let mean_speed = lap.mean_speed_mps.filter(|speed| speed.is_finite());
        let has_lx = mean_speed.is_some()
            || max_cadence.is_some()
            || mean_run_cadence.is_some()
            || max_run_cadence.is_some()
            || lap.steps.is_some()
            || lap.mean_power_w.is_some()
            || lap.max_power_w.is_some();
        let has_own = self.own && !(absent.0.is_empty() && empty.is_empty());
        if !self.own {
            self.losses.add(LossCode::MadeUp, absent.0.len());
            self.losses.add(LossCode::EmptyTracks, empty.len());
        }
        if !has_lx && !has_own && lap.course_mean_power_w.is_none() {
            return;
        }
        self.xml.open("Extensions", "");
        if has_lx {
            self.xml
                .open("LX", &format!("xmlns=\"{}\"", super::ACTIVITY_EXTENSION));
            self.xml.number("AvgSpeed", mean_speed);
            self.xml.value_if("MaxBikeCadence", max_cadence);
            self.xml.value_if("AvgRunCadence", mean_run_cadence);
            self.xml.value_if("MaxRunCadence", max_run_cadence);
            self.xml.value_if("Steps", lap.steps);
            self.xml.value_if("AvgWatts", lap.mean_power_w);
            self.xml.value_if("MaxWatts", lap.max_power_w);
            self.xml.close();
        }
        if let Some(watts) = lap.course_mean_power_w {
            self.xml
                .open("CX", &format!("xmlns=\"{}\"", super::COURSE_EXTENSION));
            self.xml.value("AvgWatts", watts);
            self.xml.close();
        }
        if has_own {
            self.open_own();
            if !absent.0.is_empty() {
                self.xml.value("Absent", absent.0.join(" "));
            }
            if !empty.is_empty() {
                self.xml.value("EmptyTracks", empty.join(" "));
            }
            self.xml.close();
        }
        self.xml.close();
        self.xml.line();
    }

    /// Whether anything was written: the schema wants at least one trackpoint in a track.
    fn track(&mut self, track: &Track) -> bool {
        let mut any = false;
        let mut reached = None;
        let first_time = (0..track.len()).find_map(|index| track.time(index));
        for point in track.iter() {
            let time = point.time.filter(writable);
            if time.is_none() && !self.own {
                self.losses.one(LossCode::NoTime);
                continue;
            }
            if !any {
                self.xml.open("Track", "");
                self.xml.line();
                any = true;
            }
            let stand_in = reached
                .or(first_time)
                .filter(writable)
                .unwrap_or(DateTime::UNIX_EPOCH);
            self.trackpoint(&point, time, stand_in);
            reached = time.or(reached);
        }
        if any {
            self.xml.close();
            self.xml.line();
        }
        any
    }

    fn trackpoint(
        &mut self,
        point: &Trackpoint,
        time: Option<DateTime<Utc>>,
        stand_in: DateTime<Utc>,
    ) {
        self.xml.open("Trackpoint", "");
        self.xml.value("Time", stamp(time.unwrap_or(stand_in)));
        if let Some(position) = point.position {
            self.xml.open("Position", "");
            self.xml.value("LatitudeDegrees", position.latitude);
            self.xml.value("LongitudeDegrees", position.longitude);
            self.xml.close();
        }
        self.xml.number("AltitudeMeters", point.altitude_m);
        self.xml.number("DistanceMeters", point.distance_m);
        self.heart_rate("HeartRateBpm", point.heart_rate);
        self.xml.value_if("Cadence", point.cadence);
        self.xml.value_if(
            "SensorState",
            point.sensor_state.map(|state| match state {
                SensorState::Present => "Present",
                SensorState::Absent => "Absent",
            }),
        );
        let has_tpx = point.speed_mps.is_some()
            || point.run_cadence.is_some()
            || point.power_w.is_some()
            || point.cadence_sensor.is_some();
        if has_tpx || time.is_none() {
            self.xml.open("Extensions", "");
            if has_tpx {
                self.tpx(point);
            }
            if time.is_none() {
                self.open_own();
                self.xml.value("Absent", "Time");
                self.xml.close();
            }
            self.xml.close();
        }
        self.xml.close();
        self.xml.line();
        self.point_losses(point);
    }

    fn tpx(&mut self, point: &Trackpoint) {
        let sensor = point.cadence_sensor.map_or("", |sensor| match sensor {
            CadenceSensor::Footpod => " CadenceSensor=\"Footpod\"",
            CadenceSensor::Bike => " CadenceSensor=\"Bike\"",
        });
        self.xml.open(
            "TPX",
            &format!("xmlns=\"{}\"{sensor}", super::ACTIVITY_EXTENSION),
        );
        self.xml.number("Speed", point.speed_mps);
        self.xml.value_if("RunCadence", point.run_cadence);
        self.xml.value_if("Watts", point.power_w);
        self.xml.close();
    }

    fn point_losses(&mut self, point: &Trackpoint) {
        let losses = &mut self.losses;
        let temperature = point.air_temperature_c.is_some() || point.water_temperature_c.is_some();
        losses.one_if(temperature, LossCode::Temperature);
        losses.one_if(point.depth_m.is_some(), LossCode::Depth);
        losses.one_if(
            point.course_deg.is_some() || point.bearing_deg.is_some(),
            LossCode::Heading,
        );
        let accuracy = point.magnetic_variation_deg.is_some()
            || point.geoid_height_m.is_some()
            || point.fix.is_some()
            || point.satellites.is_some()
            || point.hdop.is_some()
            || point.vdop.is_some()
            || point.pdop.is_some()
            || point.dgps_age_s.is_some()
            || point.dgps_id.is_some();
        losses.one_if(accuracy, LossCode::Accuracy);
        losses.one_if(point.text.is_some(), LossCode::PointText);
    }

    fn heart_rate(&mut self, name: &'static str, value: Option<u8>) {
        match value {
            Some(0) => self.losses.one(LossCode::Range),
            Some(value) => {
                self.xml.open(name, "");
                self.xml.value("Value", value);
                self.xml.close();
            }
            None => {}
        }
    }

    fn cadence_in_range(&mut self, cadence: Option<u8>) -> Option<u8> {
        self.losses.one_if(cadence == Some(255), LossCode::Range);
        cadence.filter(|&value| value < 255)
    }

    fn training(&mut self, training: &Training) {
        let partner = training.virtual_partner;
        self.xml
            .open("Training", &format!("VirtualPartner=\"{partner}\""));
        if let Some(quick) = training.quick_results {
            self.xml.open("QuickWorkoutResults", "");
            let finite = |value: f64| if value.is_finite() { value } else { 0.0 };
            self.xml
                .value("TotalTimeSeconds", finite(quick.total_time_s));
            self.xml.value("DistanceMeters", finite(quick.distance_m));
            self.xml.close();
        }
        if let Some(plan) = &training.plan {
            self.plan(plan);
        }
        self.xml.close();
        self.xml.line();
    }

    fn plan(&mut self, plan: &Plan) {
        let kind = match plan.kind {
            PlanKind::Workout => "Workout",
            PlanKind::Course => "Course",
        };
        let interval = plan.interval_workout;
        self.xml.open(
            "Plan",
            &format!("Type=\"{kind}\" IntervalWorkout=\"{interval}\""),
        );
        let name = plan.name.as_deref().and_then(short_name);
        self.xml.text_if("Name", name.as_deref());
        self.xml.close();
    }

    fn creator(&mut self, device: &Device) {
        self.xml.open("Creator", &source_type("Device_t"));
        self.xml.text("Name", &device.name);
        self.xml.value("UnitId", device.unit_id);
        self.xml.value("ProductID", device.product_id);
        self.version(device.version);
        self.xml.close();
        self.xml.line();
    }

    fn author(&mut self, author: &Application) {
        self.xml.open("Author", &source_type("Application_t"));
        self.xml.text("Name", &author.name);
        self.xml.open("Build", "");
        self.version(author.version);
        self.xml.value_if(
            "Type",
            author.build_type.map(|kind| match kind {
                BuildType::Internal => "Internal",
                BuildType::Alpha => "Alpha",
                BuildType::Beta => "Beta",
                BuildType::Release => "Release",
            }),
        );
        self.xml.text_if("Time", author.build_time.as_deref());
        self.xml.text_if("Builder", author.builder.as_deref());
        self.xml.close();
        let language = author.language.as_deref().filter(|word| is_language(word));
        self.losses.one_if(
            author.language.is_some() && language.is_none(),
            LossCode::Range,
        );
        self.xml.text("LangID", language.unwrap_or("EN"));
        let number = author
            .part_number
            .as_deref()
            .filter(|number| is_part_number(number));
        self.losses.one_if(
            author.part_number.is_some() && number.is_none(),
            LossCode::Range,
        );
        self.xml
            .text("PartNumber", number.unwrap_or("000-00000-00"));
        self.xml.close();
        self.xml.line();
    }

    /// Always with build numbers: Garmin Connect refuses files without them.
    fn version(&mut self, version: Version) {
        self.xml.open("Version", "");
        self.xml.value("VersionMajor", version.major);
        self.xml.value("VersionMinor", version.minor);
        self.xml.value("BuildMajor", version.build_major);
        self.xml.value("BuildMinor", version.build_minor);
        self.xml.close();
    }
}

/// An id that no other has: moved by whole milliseconds when it must be.
fn unique(ids: &mut HashSet<DateTime<Utc>>, id: DateTime<Utc>) -> DateTime<Utc> {
    let mut free = id;
    while !ids.insert(free) {
        free += TimeDelta::milliseconds(1);
    }
    free
}

fn stamp(time: DateTime<Utc>) -> Stamp {
    Stamp(time, Fraction::Milliseconds)
}

fn source_type(name: &str) -> String {
    format!("xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"{name}\"")
}

/// `RestrictedToken_t`: 1 to 15 characters.
fn short_name(name: &str) -> Option<String> {
    let clean = clean_text(name);
    let words = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = words.chars().take(15).collect();
    let short = short.trim_end();
    (!short.is_empty()).then(|| short.to_owned())
}

pub(super) fn is_language(token: &str) -> bool {
    token.chars().count() == 2 && token.chars().all(char::is_alphanumeric)
}

/// `[\p{Lu}\d]{3}-[\p{Lu}\d]{5}-[\p{Lu}\d]{2}`, of which only ASCII is written.
pub(super) fn is_part_number(token: &str) -> bool {
    let bytes = token.as_bytes();
    bytes.len() == 12
        && bytes.iter().enumerate().all(|(index, &byte)| match index {
            3 | 9 => byte == b'-',
            _ => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
        })
}

fn intensity_token(intensity: Intensity) -> &'static str {
    match intensity {
        Intensity::Active => "Active",
        Intensity::Resting => "Resting",
    }
}

fn trigger_token(trigger: TriggerMethod) -> &'static str {
    match trigger {
        TriggerMethod::Manual => "Manual",
        TriggerMethod::Distance => "Distance",
        TriggerMethod::Location => "Location",
        TriggerMethod::Time => "Time",
        TriggerMethod::HeartRate => "HeartRate",
    }
}

/// Seconds that the tracks of a lap cover.
fn recorded_seconds(lap: &Lap) -> f64 {
    summary::recorded_seconds(&lap.tracks).unwrap_or(0.0)
}

/// Metres that the distances of a lap's trackpoints cover, else their positions.
fn recorded_metres(lap: &Lap) -> f64 {
    summary::recorded_metres(&lap.tracks)
        .or_else(|| summary::ellipsoid_metres(&lap.tracks))
        .unwrap_or(0.0)
}
