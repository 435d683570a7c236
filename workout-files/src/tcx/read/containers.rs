//! Beginning and end of the elements that hold others.

use chrono::FixedOffset;

use super::{DateTime, Session, TcxReader};
use crate::model::{
    Application, CadenceSensor, Device, Lap, MultiSport, Plan, PlanKind, Position, QuickResults,
    RawPoint, Sport, Track, Training, Version, Workout, instant,
};
use crate::read::scalar::Zone;
use crate::read::skeleton::Fill;
use crate::read::value::clean_text;
use crate::read::xml::attribute;
use crate::read::{Code, Place, ReadErrorKind, starts_at};
use crate::tcx::elements::Node;

use super::Seen;

impl<'a> TcxReader<'a> {
    pub(super) fn begin_container(
        &mut self,
        node: Node,
        attributes: &str,
        byte: u64,
    ) -> Result<(), ReadErrorKind> {
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
            Node::Database if !attributes.contains(crate::tcx::NAMESPACE) => {
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

    pub(super) fn begin_tpx(&mut self, attributes: &str, byte: u64) -> Result<(), ReadErrorKind> {
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

    pub(super) fn begin_track(&mut self) -> Result<(), ReadErrorKind> {
        self.count_lap_or_track()?;
        self.track_number += 1;
        self.track = Some(Track::new());
        Ok(())
    }

    pub(super) fn count_lap_or_track(&mut self) -> Result<(), ReadErrorKind> {
        self.laps_and_tracks += 1;
        if self.laps_and_tracks > self.limits.laps_and_tracks {
            return Err(ReadErrorKind::TooLarge(
                "laps and tracks",
                self.limits.laps_and_tracks,
            ));
        }
        Ok(())
    }

    pub(super) fn begin_lap(&mut self, attributes: &str, byte: u64) -> Result<(), ReadErrorKind> {
        self.count_lap_or_track()?;
        self.lap_number += 1;
        self.track_number = 0;
        self.lap_absent.clear();
        self.empty_tracks.clear();
        let mut lap = Box::<Lap>::default();
        match attribute(attributes, "StartTime")? {
            Some(start) => {
                self.xml.text.clear();
                self.xml.text.push_str(&start);
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
    pub(super) fn keep_offset(&mut self, zone: Zone) {
        if let (Zone::Offset(seconds), Some(workout)) = (zone, &mut self.workout)
            && workout.local_offset.is_none()
        {
            workout.local_offset = FixedOffset::east_opt(seconds);
        }
    }

    pub(super) fn begin_activity(
        &mut self,
        attributes: &str,
        byte: u64,
    ) -> Result<(), ReadErrorKind> {
        if self.workouts.len() >= self.limits.activities {
            return Err(ReadErrorKind::TooLarge(
                "activities",
                self.limits.activities,
            ));
        }
        self.absent.clear();
        self.own_sport = None;
        self.has_own_start = false;
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

    pub(super) fn end_point(&mut self) {
        if self.point_absent {
            self.point.time = RawPoint::EMPTY.time;
        }
        if let Some(track) = &mut self.track {
            track.push_raw(&mut self.point);
        }
    }

    pub(super) fn end_track(&mut self) {
        let Some(mut track) = self.track.take() else {
            return;
        };
        track.shrink_to_fit();
        if let Some(lap) = &mut self.lap {
            lap.tracks.push(track);
        }
    }

    pub(super) fn end_lap(&mut self, transition: bool) {
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
                self.xml
                    .diagnostics
                    .note_each(Code::LapElementMissing, place, name);
            }
        }
        match (transition, &mut self.session, &mut self.workout) {
            (true, Some(session), _) => session.transition = Some(lap),
            (_, _, Some(workout)) => workout.laps.push(*lap),
            _ => {}
        }
    }

    pub(super) fn end_activity(&mut self) {
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
            self.xml.diagnostics.note(Code::NoLap, place, "");
        }
        if self
            .absent
            .split_ascii_whitespace()
            .any(|name| name == "Id")
        {
            workout.start = None;
        } else {
            if workout.start.is_none() {
                self.xml.diagnostics.note(Code::IdMissing, place, "");
            }
            if !self.has_own_start {
                let earliest = workout.earliest();
                if starts_at(workout.start, earliest) {
                    // Polar's first lap begins up to a second after the session.
                    workout.start = workout.start.into_iter().chain(earliest).min();
                } else {
                    self.xml.diagnostics.note(Code::IdNotStart, place, "");
                    workout.start = earliest;
                }
            }
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

    pub(super) fn end_session(&mut self) {
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

    pub(super) fn training(&mut self) -> Option<&mut Training> {
        self.workout
            .as_mut()
            .and_then(|workout| workout.training.as_mut())
    }

    pub(super) fn end_position(&mut self, byte: u64) {
        let [latitude, longitude] = self.point.position;
        if latitude.is_nan() || longitude.is_nan() {
            self.point.position = RawPoint::EMPTY.position;
            self.note(Code::PositionIncomplete, byte, "");
            return;
        }
        match Position::new(latitude, longitude) {
            Some(position) => self.point.position = [position.latitude, position.longitude],
            None => {
                let wrapped = Position::wrapped(latitude, longitude);
                let code = match wrapped {
                    Some(_) => Code::LongitudeWrapped,
                    None => Code::PositionRange,
                };
                self.note(code, byte, &format!("{latitude} {longitude}"));
                self.point.position =
                    wrapped.map_or(RawPoint::EMPTY.position, |at| [at.latitude, at.longitude]);
            }
        }
    }
}

pub(super) fn is_true(text: &str) -> bool {
    matches!(text.trim(), "true" | "1")
}
