//! Oddities of the values, found by looking at workouts that were read.

use crate::model::{Lap, Workout};
use crate::read::{Code, Diagnostics, Place};
use crate::summary::laps::{
    Fault, Judged, exceeds, judged_metres, judged_seconds, lacks_points, recorded,
};
use crate::summary::{fix_count, has_too_few, is_plausible, is_zero, strays};

/// A first trackpoint this much after its lap's start is odd.
const LATE_MICROS: i64 = 60_000_000;
/// No workout pauses for a week.
const NO_PAUSE_MICROS: i64 = 7 * 86_400_000_000;

/// Looks at every workout.
pub(crate) fn all(workouts: &[Workout], diagnostics: &mut Diagnostics) {
    let mut starts: Vec<_> = workouts
        .iter()
        .filter_map(|workout| workout.start)
        .collect();
    starts.sort_unstable();
    if starts.windows(2).any(|pair| pair[0] == pair[1]) {
        diagnostics.note(Code::IdDuplicate, Place::default(), "");
    }
    for (index, workout) in workouts.iter().enumerate() {
        let place = Place {
            activity: index as u32 + 1,
            ..Place::default()
        };
        one(workout, place, diagnostics);
    }
}

fn one(workout: &Workout, mut place: Place, diagnostics: &mut Diagnostics) {
    let mut last_start = None;
    let mut points = Points::default();
    for (index, lap) in workout.laps.iter().enumerate() {
        place.lap = index as u32 + 1;
        if let Some(start) = lap.start {
            if last_start.is_some_and(|last| start < last) {
                diagnostics.note(Code::LapStartOrder, place, "");
            }
            last_start = Some(start);
            if let Some(first) = lap.first_time() {
                let late = first.timestamp_micros() - start.timestamp_micros();
                if !(0..=LATE_MICROS).contains(&late) {
                    diagnostics.note(Code::LapStartOff, place, &format!("{} s", late / 1_000_000));
                }
            }
        }
        if lap.total_time_s == Some(0.0) {
            diagnostics.note(Code::LapTimeZero, place, "");
        }
        if lap.tracks.is_empty() {
            diagnostics.note(Code::LapWithoutTrack, place, "");
        }
        for (index, track) in lap.tracks.iter().enumerate() {
            place.track = index as u32 + 1;
            if track.is_empty() {
                diagnostics.note(Code::EmptyTrack, place, "");
            }
            points.track(track, place, diagnostics);
        }
        place.track = 0;
    }
    place.lap = 0;
    if points.timed > 1 && points.equal_times + 1 == points.timed {
        diagnostics.note(Code::TimesEqual, place, "");
    }
    positions(workout, place, diagnostics);
    totals(workout, place, diagnostics);
    if speeds_in_kmh(&workout.laps) {
        diagnostics.note(Code::SpeedKmh, place, "");
    }
    if calories_on_first_lap(&workout.laps) {
        diagnostics.note(Code::CaloriesFirstLap, place, "");
    }
}

/// Positions that do not say where the workout went.
fn positions(workout: &Workout, place: Place, diagnostics: &mut Diagnostics) {
    if has_too_few(workout) {
        let fixes = fix_count(workout);
        if fixes > 0 {
            let detail = format!("{fixes} of {}", workout.trackpoint_count());
            diagnostics.note(Code::PositionsFew, place, &detail);
        }
        return;
    }
    for stray in strays(workout) {
        let (mut lap, mut track) = (0, stray.track);
        while let Some(tracks) = workout.laps.get(lap).map(|lap| lap.tracks.len()) {
            if track < tracks {
                break;
            }
            (lap, track) = (lap + 1, track - tracks);
        }
        let at = Place {
            lap: lap as u32 + 1,
            track: track as u32 + 1,
            trackpoint: stray.index as u32 + 1,
            ..place
        };
        let detail = format!("{:.1} km away", stray.away_m / 1000.0);
        diagnostics.note(Code::PositionFar, at, &detail);
    }
}

/// Reported totals beside those of the trackpoints.
fn totals(workout: &Workout, place: Place, diagnostics: &mut Diagnostics) {
    let reports = |lap: &Lap| lap.total_time_s.is_some() || lap.distance_m.is_some();
    if !workout.laps.iter().any(reports) {
        return;
    }
    let recorded = recorded(workout);
    let seconds = judged_seconds(workout, &recorded);
    let metres = judged_metres(workout, &recorded);
    let pairs = |reported: fn(&Lap) -> Option<f64>, own: Vec<Option<f64>>| -> Vec<Pair> {
        workout
            .laps
            .iter()
            .zip(own)
            .map(|(lap, own)| (reported(lap), own))
            .collect()
    };
    let times = pairs(
        |lap| lap.total_time_s,
        recorded.iter().map(|lap| lap.seconds).collect(),
    );
    let distances = pairs(
        |lap| lap.distance_m,
        recorded
            .iter()
            .map(|lap| lap.metres.filter(|_| lap.contradiction.is_none()))
            .collect(),
    );
    let time = Quantity {
        code: Code::LapTimeContradicts,
        unit: "s",
        floor: 30.0,
    };
    let distance = Quantity {
        code: Code::LapDistanceContradicts,
        unit: "m",
        floor: 200.0,
    };
    let missing = [
        time.contradictions(&times, &seconds, place, diagnostics),
        distance.contradictions(&distances, &metres, place, diagnostics),
    ];
    for (index, (lap, own)) in workout.laps.iter().zip(&recorded).enumerate() {
        if let Some((points, route)) = own.contradiction {
            let at = Place {
                lap: index as u32 + 1,
                ..place
            };
            let reported = lap.distance_m.unwrap_or_default();
            let detail =
                format!("{reported} m, the trackpoints {points:.1} m, the route {route:.1} m");
            diagnostics.note(Code::LapDistanceContradicts, at, &detail);
        }
    }
    let missing: Vec<String> = missing.into_iter().flatten().collect();
    if !missing.is_empty() {
        let detail = format!("trackpoints for {}", missing.join(" and "));
        diagnostics.note(Code::PointsMissing, place, &detail);
    }
}

/// A reported total, and the one that the trackpoints give.
type Pair = (Option<f64>, Option<f64>);

struct Quantity {
    code: Code,
    unit: &'static str,
    /// A difference that says nothing.
    floor: f64,
}

impl Quantity {
    /// Notes contradictions; returns the covered part when the trackpoints of a lap end early.
    fn contradictions(
        &self,
        pairs: &[Pair],
        judged: &[Judged],
        mut place: Place,
        diagnostics: &mut Diagnostics,
    ) -> Option<String> {
        let (mut covered, mut reported_total, mut is_missing) = (0.0, 0.0, false);
        for (index, (&(reported, own), judged)) in pairs.iter().zip(judged).enumerate() {
            let (Some(reported), Some(own)) = (reported, own) else {
                continue;
            };
            covered += own;
            reported_total += judged.value.unwrap_or(reported);
            place.lap = index as u32 + 1;
            if judged.fault.is_some() || exceeds(reported, own, self.floor) {
                let fault = judged.fault.map_or("less", Fault::as_str);
                let unit = self.unit;
                let detail =
                    format!("{reported} {unit} ({fault}), the trackpoints {own:.1} {unit}");
                diagnostics.note(self.code, place, &detail);
            } else if lacks_points(reported, own, self.floor) {
                is_missing = true;
            }
        }
        is_missing.then(|| format!("{covered:.0} of {reported_total:.0} {}", self.unit))
    }
}

/// What carries over from one trackpoint to the next, over all tracks.
#[derive(Default)]
struct Points {
    time: Option<i64>,
    distance: Option<f64>,
    timed: usize,
    equal_times: usize,
}

impl Points {
    fn track(&mut self, track: &crate::Track, mut place: Place, diagnostics: &mut Diagnostics) {
        for index in 0..track.len() {
            place.trackpoint = index as u32 + 1;
            self.timed += usize::from(track.time_micros(index).is_some());
            match (track.time_micros(index), self.time) {
                (None, _) => diagnostics.note(Code::TimeMissing, place, ""),
                (Some(time), Some(before)) if time < before => {
                    diagnostics.note(Code::TimeDecreasing, place, "");
                    self.time = Some(time);
                }
                (Some(time), Some(before)) if time == before => {
                    diagnostics.note(Code::TimeDuplicate, place, "");
                    self.equal_times += 1;
                }
                (Some(time), Some(before)) if time - before > NO_PAUSE_MICROS => {
                    diagnostics.note(Code::TimeJump, place, "");
                    self.time = Some(time);
                }
                (time, _) => self.time = time,
            }
            if let Some(distance) = track.distance_m(index) {
                if self.distance.is_some_and(|before| distance < before) {
                    diagnostics.note(Code::DistanceDecreasing, place, "");
                }
                self.distance = Some(distance);
            }
            if track
                .altitude_m(index)
                .is_some_and(|altitude| !is_plausible(altitude))
            {
                diagnostics.note(Code::AltitudeInvalid, place, "");
            }
            match track.position(index) {
                Some(position) if is_zero(position) => {
                    diagnostics.note(Code::PositionZero, place, "");
                }
                None if track.heart_rate(index).is_none() && track.only_time(index) => {
                    diagnostics.note(Code::OnlyTime, place, "");
                }
                _ => {}
            }
        }
    }
}

/// Old Polar exports write speeds in km/h: mean speed is then 3.6 times distance by time on every
/// lap that has a distance. One lap alone can be off by chance.
pub(crate) fn speeds_in_kmh(laps: &[Lap]) -> bool {
    let mut any = false;
    for lap in laps {
        let (Some(speed), Some(distance), Some(time)) =
            (lap.mean_speed_mps, lap.distance_m, lap.total_time_s)
        else {
            continue;
        };
        if distance <= 0.0 || time <= 0.0 {
            continue;
        }
        if !(3.5..=3.7).contains(&(speed * time / distance)) {
            return false;
        }
        any = true;
    }
    any
}

/// Polar puts all calories of a session on its first lap.
pub(crate) fn calories_on_first_lap(laps: &[Lap]) -> bool {
    match laps {
        [first, rest @ ..] if !rest.is_empty() => {
            first.calories.is_some_and(|calories| calories > 0)
                && rest.iter().all(|lap| lap.calories == Some(0))
                && rest
                    .iter()
                    .any(|lap| lap.total_time_s.is_some_and(|time| time > 0.0))
        }
        _ => false,
    }
}
