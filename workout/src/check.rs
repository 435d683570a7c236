//! Oddities of the values, found by looking at workouts that were read.

use crate::model::{Lap, Workout};
use crate::read::{Code, Diagnostics, Place};

/// A first trackpoint this much after its lap's start is odd.
const LATE_MICROS: i64 = 60_000_000;

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
    if speeds_in_kmh(&workout.laps) {
        diagnostics.note(Code::SpeedKmh, place, "");
    }
    if calories_on_first_lap(&workout.laps) {
        diagnostics.note(Code::CaloriesFirstLap, place, "");
    }
}

/// What carries over from one trackpoint to the next, over all tracks.
#[derive(Default)]
struct Points {
    time: Option<i64>,
    distance: Option<f64>,
}

impl Points {
    fn track(&mut self, track: &crate::Track, mut place: Place, diagnostics: &mut Diagnostics) {
        for index in 0..track.len() {
            place.trackpoint = index as u32 + 1;
            match (track.time_micros(index), self.time) {
                (None, _) => diagnostics.note(Code::TimeMissing, place, ""),
                (Some(time), Some(before)) if time < before => {
                    diagnostics.note(Code::TimeDecreasing, place, "");
                    self.time = Some(time);
                }
                (Some(time), Some(before)) if time == before => {
                    diagnostics.note(Code::TimeDuplicate, place, "");
                }
                (time, _) => self.time = time,
            }
            if let Some(distance) = track.distance_m(index) {
                if self.distance.is_some_and(|before| distance < before) {
                    diagnostics.note(Code::DistanceDecreasing, place, "");
                }
                self.distance = Some(distance);
            }
            match track.position(index) {
                Some(position) if position.latitude == 0.0 && position.longitude == 0.0 => {
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
