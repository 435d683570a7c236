//! TCX documents like Polar's: one line, laps that repeat the namespace, milliseconds, pauses as several tracks.

use std::fmt::Write as _;

use chrono::{DateTime, NaiveDateTime, SecondsFormat, TimeDelta, Utc};

use crate::polar::{PolarExercise, PolarSport};

const NAMESPACE: &str = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2";

/// A recipe for a TCX document. The same recipe always gives the same bytes.
#[derive(Debug, Clone)]
pub struct SyntheticTcx {
    start: DateTime<Utc>,
    sport: PolarSport,
    seconds: u32,
    speed: f64,
    origin: Option<(f64, f64)>,
    fix_after: u32,
    heart_rate: Option<u8>,
    laps: u32,
    pauses: Vec<(u32, f64)>,
    calories: u32,
    lap_distance_only: Option<f64>,
    notes: Option<String>,
}

impl SyntheticTcx {
    /// Half an hour of a sport from this instant on, with positions and heart rate.
    #[must_use]
    pub fn new(start: DateTime<Utc>, sport: PolarSport) -> Self {
        Self {
            start,
            sport,
            seconds: 1800,
            speed: 2.8,
            origin: Some((0.05, 0.05)),
            fix_after: 0,
            heart_rate: Some(132),
            laps: 1,
            pauses: Vec::new(),
            calories: 300,
            lap_distance_only: None,
            notes: None,
        }
    }

    /// Seconds of movement, pauses left out.
    #[must_use]
    pub fn seconds(mut self, seconds: u32) -> Self {
        self.seconds = seconds.max(1);
        self
    }

    /// Metres per second.
    #[must_use]
    pub fn speed(mut self, metres_per_second: f64) -> Self {
        self.speed = metres_per_second;
        self
    }

    /// The begin of the route, in degrees.
    #[must_use]
    pub fn origin(mut self, latitude: f64, longitude: f64) -> Self {
        self.origin = Some((latitude, longitude));
        self
    }

    /// No positions, and no distance but, when given, that of the laps in metres.
    #[must_use]
    pub fn indoors(mut self, lap_distance_m: Option<f64>) -> Self {
        self.origin = None;
        self.lap_distance_only = lap_distance_m;
        self
    }

    /// This many seconds at the start have no position.
    #[must_use]
    pub fn fix_after(mut self, seconds: u32) -> Self {
        self.fix_after = seconds;
        self
    }

    /// Average heart rate in beats per minute; `None` for no sensor.
    #[must_use]
    pub fn heart_rate(mut self, bpm: Option<u8>) -> Self {
        self.heart_rate = bpm;
        self
    }

    /// Number of laps of equal time.
    #[must_use]
    pub fn laps(mut self, laps: u32) -> Self {
        self.laps = laps.clamp(1, self.seconds);
        self
    }

    /// A pause of `length` seconds after `at` seconds of movement.
    #[must_use]
    pub fn pause(mut self, at: u32, length: f64) -> Self {
        self.pauses.push((at, length));
        self
    }

    /// Kilocalories; Polar writes all of them into the first lap.
    #[must_use]
    pub fn calories(mut self, kilocalories: u32) -> Self {
        self.calories = kilocalories;
        self
    }

    /// The note of the session.
    #[must_use]
    pub fn notes(mut self, notes: &str) -> Self {
        self.notes = Some(notes.to_owned());
        self
    }

    pub(crate) fn average_heart_rate(&self) -> Option<u32> {
        self.heart_rate.map(u32::from)
    }

    /// Distance in metres as the session reports it.
    #[must_use]
    pub fn distance_m(&self) -> Option<f64> {
        if self.origin.is_some() {
            return Some(f64::from((self.speed * f64::from(self.seconds)) as f32));
        }
        self.lap_distance_only
    }

    /// The document as an exercise that started at this local time.
    #[must_use]
    pub fn exercise(&self, offset_minutes: i32) -> PolarExercise {
        let start_local: NaiveDateTime =
            self.start.naive_utc() + TimeDelta::minutes(i64::from(offset_minutes));
        let duration = TimeDelta::seconds(i64::from(self.seconds));
        let mut exercise = PolarExercise::new(start_local, duration, self.sport)
            .calories(self.calories)
            .tcx(self.build());
        exercise.distance_m = self.distance_m();
        exercise
    }

    /// Writes the document.
    #[must_use]
    pub fn build(&self) -> Vec<u8> {
        let mut out = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?><TrainingCenterDatabase xmlns=\"{NAMESPACE}\"><Activities><Activity Sport=\"{}\"><Id>{}</Id>",
            self.sport.tcx,
            millis(self.start)
        );
        for lap in 0..self.laps {
            self.lap(&mut out, lap);
        }
        if let Some(notes) = &self.notes {
            let _ = write!(out, "<Notes>{}</Notes>", crate::http::escape(notes));
        }
        let _ = write!(
            out,
            "<Training xmlns=\"{NAMESPACE}\" VirtualPartner=\"false\"><Plan Type=\"Workout\" IntervalWorkout=\"false\"><Name>{}</Name><Extensions></Extensions></Plan></Training>\
             <Creator xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Device_t\"><Name>Polar Synthetic</Name><UnitId>0</UnitId><ProductID>0</ProductID><Version><VersionMajor>1</VersionMajor><VersionMinor>0</VersionMinor><BuildMajor>0</BuildMajor><BuildMinor>0</BuildMinor></Version></Creator></Activity></Activities>\
             <Author xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"Application_t\"><Name>Polar Flow Mobile Viewer Android</Name><Build><Version><VersionMajor>0</VersionMajor><VersionMinor>0</VersionMinor></Version></Build><LangID>EN</LangID><PartNumber>XXX-XXXXX-XX</PartNumber></Author></TrainingCenterDatabase>",
            plan_name(self.sport)
        );
        out.into_bytes()
    }

    /// First and last second of a lap, counted from 1.
    fn span(&self, lap: u32) -> (u32, u32) {
        (
            self.seconds * lap / self.laps + 1,
            self.seconds * (lap + 1) / self.laps,
        )
    }

    fn lap(&self, out: &mut String, lap: u32) {
        let (first, last) = self.span(lap);
        let seconds = last + 1 - first;
        let namespace = if lap == 0 {
            String::new()
        } else {
            format!(" xmlns=\"{NAMESPACE}\"")
        };
        let metres =
            self.distance_m().unwrap_or_default() * f64::from(seconds) / f64::from(self.seconds);
        let _ = write!(
            out,
            "<Lap{namespace} StartTime=\"{}\"><TotalTimeSeconds>{seconds}.0</TotalTimeSeconds><DistanceMeters>{metres:?}</DistanceMeters>",
            millis(self.time(first))
        );
        if self.origin.is_some() {
            let _ = write!(out, "<MaximumSpeed>{:?}</MaximumSpeed>", self.speed * 1.1);
        }
        let _ = write!(
            out,
            "<Calories>{}</Calories>",
            if lap == 0 { self.calories } else { 0 }
        );
        if let Some(rate) = self.heart_rate {
            let _ = write!(
                out,
                "<AverageHeartRateBpm><Value>{rate}</Value></AverageHeartRateBpm><MaximumHeartRateBpm><Value>{}</Value></MaximumHeartRateBpm>",
                rate.saturating_add(5)
            );
        }
        let trigger = if self.laps > 1 { "Distance" } else { "Manual" };
        let _ = write!(
            out,
            "<Intensity>Active</Intensity><TriggerMethod>{trigger}</TriggerMethod><Track>"
        );
        for second in first..=last {
            if second > first && self.pauses.iter().any(|(at, _)| *at == second - 1) {
                out.push_str("</Track><Track>");
            }
            self.point(out, second);
        }
        out.push_str("</Track>");
        if self.origin.is_some() {
            let _ = write!(
                out,
                "<Extensions><LX xmlns=\"http://www.garmin.com/xmlschemas/ActivityExtension/v2\"><AvgSpeed>{:?}</AvgSpeed></LX></Extensions>",
                self.speed
            );
        }
        out.push_str("</Lap>");
    }

    /// The end of a second of movement: Polar's first point is one second after the start.
    fn time(&self, second: u32) -> DateTime<Utc> {
        let paused: f64 = self
            .pauses
            .iter()
            .filter(|(at, _)| *at < second)
            .map(|(_, length)| length)
            .sum();
        self.start
            + TimeDelta::seconds(i64::from(second))
            + TimeDelta::milliseconds((paused * 1000.0).round() as i64)
    }

    fn point(&self, out: &mut String, second: u32) {
        let _ = write!(
            out,
            "<Trackpoint><Time>{}</Time>",
            millis(self.time(second))
        );
        if let Some(origin) = self.origin {
            if second > self.fix_after {
                let (latitude, longitude) = self.place(origin, second);
                let _ = write!(
                    out,
                    "<Position><LatitudeDegrees>{latitude:?}</LatitudeDegrees><LongitudeDegrees>{longitude:?}</LongitudeDegrees></Position>"
                );
            }
            let altitude = 20.0 + 8.0 * (f64::from(second) / 150.0).sin();
            let metres = f64::from((self.speed * f64::from(second)) as f32);
            let _ = write!(
                out,
                "<AltitudeMeters>{altitude:.3}</AltitudeMeters><DistanceMeters>{metres:?}</DistanceMeters>"
            );
        }
        if let Some(rate) = self.heart_rate {
            let swing = (5.0 * (f64::from(second) / 40.0).sin()).round();
            let _ = write!(
                out,
                "<HeartRateBpm><Value>{}</Value></HeartRateBpm>",
                f64::from(rate) + swing
            );
        }
        let sensor = if self.heart_rate.is_some() {
            "Present"
        } else {
            "Absent"
        };
        let _ = write!(out, "<SensorState>{sensor}</SensorState></Trackpoint>");
    }

    /// A circle of 400 m radius, walked at constant speed.
    fn place(&self, (latitude, longitude): (f64, f64), second: u32) -> (f64, f64) {
        const RADIUS_METRES: f64 = 400.0;
        const METRES_PER_DEGREE: f64 = 111_195.0;
        let angle = self.speed * f64::from(second) / RADIUS_METRES;
        let round = |degrees: f64| (degrees * 1e8).round() / 1e8;
        (
            round(latitude + RADIUS_METRES * angle.sin() / METRES_PER_DEGREE),
            round(longitude + RADIUS_METRES * (1.0 - angle.cos()) / METRES_PER_DEGREE),
        )
    }
}

fn millis(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

fn plan_name(sport: PolarSport) -> String {
    let name = sport.name.to_lowercase().replace('_', " ");
    name.chars().take(15).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::track;

    fn start() -> DateTime<Utc> {
        "2024-12-03T06:10:00.250Z".parse().unwrap()
    }

    #[test]
    fn the_document_is_one_line_with_the_facts_of_the_recipe() {
        let recipe = SyntheticTcx::new(start(), PolarSport::RUNNING)
            .seconds(600)
            .laps(3)
            .pause(250, 61.5)
            .fix_after(30)
            .calories(77);
        let bytes = recipe.build();
        assert!(!bytes.contains(&b'\n'));
        let file = track::read(&bytes).unwrap();
        assert_eq!(file.id, Some(start()));
        assert_eq!(file.laps.len(), 3);
        assert_eq!(
            file.segments.len(),
            4,
            "three laps, one of them split by the pause"
        );
        assert_eq!(file.points().count(), 600);
        assert_eq!(
            file.points()
                .filter(|point| point.position().is_some())
                .count(),
            570
        );
        assert_eq!(file.duration().num_seconds(), 600);
        assert!((file.lap_metres() - 1680.0).abs() < 0.01);
        assert!((file.calories() - 77.0).abs() < f64::EPSILON);
        let last = file.points().last().unwrap().time.unwrap();
        assert_eq!((last - start()).num_milliseconds(), 661_500);
        assert!((file.route_metres() - 570.0 * 2.8).abs() < 20.0);
    }

    #[test]
    fn indoors_there_is_no_position_but_the_lap_may_have_a_distance() {
        let bytes = SyntheticTcx::new(start(), PolarSport::POOL_SWIMMING)
            .indoors(Some(1000.0))
            .build();
        let file = track::read(&bytes).unwrap();
        assert!(!file.has_position());
        assert_eq!(file.sport.as_deref(), Some("Swimming"));
        assert!((file.lap_metres() - 1000.0).abs() < 1e-9);
    }
}
