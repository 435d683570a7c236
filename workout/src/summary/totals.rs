//! The totals of a workout.

use chrono::{DateTime, Utc};

use crate::model::{Track, Workout};

/// Totals of a workout: as its laps report them, and computed from its trackpoints where they say
/// nothing. `None` where neither is possible.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Totals {
    /// Seconds of recording, pauses left out: the sum of the laps' times.
    pub moving_s: Option<f64>,
    /// Seconds from the start to the last trackpoint, pauses included.
    pub elapsed_s: Option<f64>,
    /// Metres.
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
}

impl Workout {
    /// The totals: as reported, computed where nothing was reported. See [`Totals`].
    #[must_use]
    pub fn totals(&self) -> Totals {
        let tracks = || self.tracks();
        let mut means = Means::default();
        tracks().for_each(|track| means.track(track));
        let seconds = sum(self
            .laps
            .iter()
            .map(|lap| lap.total_time_s.or_else(|| recorded_seconds(&lap.tracks))));
        let metres = sum(self
            .laps
            .iter()
            .map(|lap| lap.distance_m.or_else(|| recorded_metres(&lap.tracks))));
        Totals {
            moving_s: seconds,
            elapsed_s: self.elapsed_seconds(seconds),
            distance_m: metres,
            calories: self
                .laps
                .iter()
                .filter_map(|lap| lap.calories.map(u32::from))
                .reduce(|a, b| a + b),
            mean_hr: means.heart_rate.mean().or_else(|| self.mean_of_lap_means()),
            max_hr: means
                .max_hr
                .into_iter()
                .chain(self.laps.iter().filter_map(|lap| lap.max_hr))
                .max(),
            mean_cadence: means.cadence.mean(),
            mean_power_w: means.power.mean(),
        }
    }

    fn elapsed_seconds(&self, moving: Option<f64>) -> Option<f64> {
        let start = self.start_time()?;
        let last_point = self.laps.iter().filter_map(|lap| lap.last_time()).max();
        let last_lap = self
            .laps
            .iter()
            .filter(|lap| lap.trackpoints() == 0)
            .filter_map(|lap| add(lap.start?, lap.total_time_s?))
            .max();
        let end = last_point.max(last_lap);
        let elapsed = end
            .map(|end| seconds_between(start, end))
            .filter(|&s| s > 0.0);
        elapsed.or(moving)
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

fn sum(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    values.flatten().reduce(|a, b| a + b)
}

fn add(start: DateTime<Utc>, seconds: f64) -> Option<DateTime<Utc>> {
    let delta = chrono::TimeDelta::try_milliseconds((seconds * 1000.0) as i64)?;
    start.checked_add_signed(delta)
}

fn seconds_between(start: DateTime<Utc>, end: DateTime<Utc>) -> f64 {
    (end.timestamp_micros() - start.timestamp_micros()) as f64 / 1e6
}

/// Seconds from the first to the last time of each track, added up.
pub(crate) fn recorded_seconds(tracks: &[Track]) -> Option<f64> {
    sum(tracks.iter().map(|track| {
        let mut times = (0..track.len()).filter_map(|index| track.time(index));
        let first = times.next()?;
        let last = (0..track.len()).rev().find_map(|index| track.time(index))?;
        Some(seconds_between(first, last).max(0.0))
    }))
}

/// Metres from the first to the last distance of the tracks.
pub(crate) fn recorded_metres(tracks: &[Track]) -> Option<f64> {
    let mut distances = tracks
        .iter()
        .flat_map(|track| (0..track.len()).filter_map(move |index| track.distance_m(index)));
    let first = distances.next()?;
    let last = distances.last().unwrap_or(first);
    Some((last - first).max(0.0))
}
