//! Elements whose text is a value: it goes where it belongs.

use chrono::FixedOffset;

use super::TcxReader;
use crate::model::{Intensity, Sport, TriggerMethod, instant};
use crate::read::Code;
use crate::read::scalar::Zone;
use crate::read::skeleton::Fill;
use crate::tcx::elements::Node;

impl<'a> TcxReader<'a> {
    /// A leaf ended: its value goes where it belongs.
    pub(super) fn end_leaf(&mut self, node: Node, byte: u64) {
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
            Node::SensorState => match self.xml.text.as_bytes() {
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

    pub(super) fn heart_rate_value(&mut self, byte: u64) {
        let Some(value) = self.heart_rate(byte) else {
            return;
        };
        let parent = self.xml.current();
        match (parent, &mut self.lap) {
            (Node::HeartRate, _) => self.point.heart_rate = value - 1,
            (Node::AverageHeartRate, Some(lap)) => lap.mean_hr = Some(value),
            (Node::MaximumHeartRate, Some(lap)) => lap.max_hr = Some(value),
            _ => {}
        }
    }

    #[inline(never)]
    pub(super) fn rare_leaf(&mut self, node: Node, byte: u64) {
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

    pub(super) fn lap_leaf(&mut self, node: Node, byte: u64) {
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

    pub(super) fn own_leaf(&mut self, node: Node, byte: u64) {
        let in_lap = self.xml.is_inside(Node::LapExtensions);
        let in_point = self.xml.is_inside(Node::PointExtensions);
        match node {
            Node::OwnAbsent if in_point => self.point_absent = self.xml.text.trim() == "Time",
            Node::OwnAbsent if in_lap => self.lap_absent.clone_from(&self.xml.text),
            Node::OwnAbsent => self.absent.clone_from(&self.xml.text),
            Node::OwnEmptyTracks => self.empty_tracks.clone_from(&self.xml.text),
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
                    self.has_own_start = true;
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
                    .xml
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

    pub(super) fn activity_leaf(&mut self, node: Node, byte: u64) {
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
                    self.value(byte).note(Code::TextTooLong);
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
}
