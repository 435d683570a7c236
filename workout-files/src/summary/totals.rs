//! The totals of a workout.

use super::computed::sum;
use super::laps::{Recorded, end_micros, judged_metres, judged_seconds, recorded};
use crate::model::{Track, Workout, micros};

/// Totals of a workout: as its laps report them, and computed from its trackpoints where they report
/// nothing or a value with a known fault: zero, thousandths, thousands, a running total
/// ([`Summary`](super::Summary) says how). `None` where neither is possible.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Totals {
    /// Seconds of recording without pauses: the sum of the laps' times.
    pub moving_s: Option<f64>,
    /// Seconds from the start to the end, pauses included; never less than `moving_s`.
    pub elapsed_s: Option<f64>,
    /// Metres: the sum of the laps' distances.
    pub distance_m: Option<f64>,
    /// Kilocalories: the sum over the laps.
    pub calories: Option<u32>,
    /// Mean of the trackpoints' heart rates, in beats per minute; without any, the mean of the
    /// laps' means weighted by their times.
    pub mean_hr: Option<f64>,
    /// Highest heart rate, in beats per minute.
    pub max_hr: Option<u8>,
    /// Mean of the trackpoints' cadences (revolutions, or strides of one leg, per minute).
    pub mean_cadence: Option<f64>,
    /// Mean of the trackpoints' power, in watts.
    pub mean_power_w: Option<f64>,
    /// Metres climbed, computed.
    pub ascent_m: Option<f64>,
    /// Metres descended, computed.
    pub descent_m: Option<f64>,
}

impl Workout {
    /// The totals: as reported, computed where nothing usable was reported. See [`Totals`].
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut means = Means::default();
        self.tracks().for_each(|track| means.track(track));
        let recorded: Vec<Recorded> = recorded(self);
        let add_up = |judged: Vec<super::laps::Judged>| sum(judged.iter().map(|lap| lap.value));
        let moving_s = add_up(judged_seconds(self, &recorded));
        let lap_calories = self
            .laps
            .iter()
            .filter_map(|lap| lap.calories.map(u32::from));
        let lap_max = self.laps.iter().filter_map(|lap| lap.max_hr);
        let (ascent_m, descent_m) = super::climb::climb(self);
        Totals {
            moving_s,
            elapsed_s: self.elapsed_or_moving(moving_s),
            distance_m: add_up(judged_metres(self, &recorded)),
            calories: lap_calories.reduce(u32::saturating_add),
            mean_hr: means.heart_rate.mean().or_else(|| self.mean_of_lap_means()),
            max_hr: means.max_hr.into_iter().chain(lap_max).max(),
            mean_cadence: means.cadence.mean(),
            mean_power_w: means.power.mean(),
            ascent_m,
            descent_m,
        }
    }

    fn elapsed_or_moving(&self, moving: Option<f64>) -> Option<f64> {
        let Some(start) = self.start_time().map(micros) else {
            return moving;
        };
        let end = self.laps.iter().filter_map(end_micros).max();
        let elapsed = end
            .map(|end| (end - start) as f64 / 1e6)
            .filter(|&seconds| seconds > 0.0);
        elapsed.into_iter().chain(moving).reduce(f64::max)
    }

    fn mean_of_lap_means(&self) -> Option<f64> {
        let mut weights = 0.0;
        let mut total = 0.0;
        for lap in &self.laps {
            if let Some(mean) = lap.mean_hr {
                let weight = lap.total_time_s.filter(|&time| time > 0.0).unwrap_or(1.0);
                weights += weight;
                total += weight * f64::from(mean);
            }
        }
        (weights > 0.0).then(|| total / weights)
    }
}

#[derive(Default)]
struct Mean {
    sum: u64,
    count: u64,
}

impl Mean {
    fn add(&mut self, value: Option<impl Into<u64>>) {
        if let Some(value) = value {
            self.sum += value.into();
            self.count += 1;
        }
    }

    fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }
}

#[derive(Default)]
struct Means {
    heart_rate: Mean,
    cadence: Mean,
    power: Mean,
    max_hr: Option<u8>,
}

impl Means {
    fn track(&mut self, track: &Track) {
        for index in 0..track.len() {
            let heart_rate = track.heart_rate(index);
            self.heart_rate.add(heart_rate);
            self.max_hr = self.max_hr.max(heart_rate);
            self.cadence.add(track.cadence(index));
            self.power.add(track.power_w(index));
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;
    use crate::model::{Lap, Sport, Trackpoint};

    fn start() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    #[test]
    fn reported_totals_come_first() {
        let mut workout = Workout::new(Sport::Swimming);
        workout.start = Some(start());
        for (time, distance, calories, mean) in [(60.0, 100.0, 30, 100), (180.0, 250.0, 0, 140)] {
            workout.laps.push(Lap {
                start: Some(start()),
                total_time_s: Some(time),
                distance_m: Some(distance),
                calories: Some(calories),
                mean_hr: Some(mean),
                ..Lap::default()
            });
        }
        let totals = workout.totals();
        assert_eq!(totals.moving_s, Some(240.0));
        assert_eq!(totals.elapsed_s, Some(240.0));
        assert_eq!(totals.distance_m, Some(350.0));
        assert_eq!(totals.calories, Some(30));
        assert_eq!(totals.mean_hr, Some(130.0));
    }

    #[test]
    fn trackpoints_give_missing_totals() {
        let mut workout = Workout::new(Sport::Running);
        let points = [(0, 100), (10, 120)].map(|(second, bpm)| {
            let mut point = Trackpoint::at(start() + chrono::TimeDelta::seconds(second));
            point.heart_rate = Some(bpm);
            point.distance_m = Some(second as f64 * 3.0);
            point
        });
        workout.laps.push(Lap {
            tracks: vec![points.into_iter().collect()],
            ..Lap::default()
        });
        let totals = workout.totals();
        assert_eq!(totals.moving_s, Some(10.0));
        assert_eq!(totals.elapsed_s, Some(10.0));
        assert_eq!(totals.distance_m, Some(30.0));
        assert_eq!((totals.mean_hr, totals.max_hr), (Some(110.0), Some(120)));
        assert_eq!(totals.calories, None);
    }

    #[test]
    fn an_empty_workout_has_no_totals() {
        assert_eq!(Workout::default().totals(), Totals::default());
    }
}
