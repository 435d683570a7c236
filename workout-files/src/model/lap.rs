//! Laps.

use chrono::{DateTime, Utc};

use super::{Length, Track};

/// TCX `Intensity`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Intensity {
    /// `Active`
    Active,
    /// `Resting`
    Resting,
}

/// What ended a lap (TCX `TriggerMethod`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TriggerMethod {
    /// The athlete pressed a button.
    Manual,
    /// A distance was reached.
    Distance,
    /// A place was reached.
    Location,
    /// A time was reached.
    Time,
    /// A heart rate was reached.
    HeartRate,
}

/// A part of a workout. The totals are as reported: `None` means that the source said nothing.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Lap {
    /// When it began.
    pub start: Option<DateTime<Utc>>,
    /// Seconds of recording, pauses left out.
    pub total_time_s: Option<f64>,
    /// Metres.
    pub distance_m: Option<f64>,
    /// Metres per second.
    pub max_speed_mps: Option<f64>,
    /// Kilocalories.
    pub calories: Option<u16>,
    /// Beats per minute.
    pub mean_hr: Option<u8>,
    /// Beats per minute.
    pub max_hr: Option<u8>,
    /// Active or resting.
    pub intensity: Option<Intensity>,
    /// Mean cadence in revolutions per minute.
    pub cadence: Option<u8>,
    /// What ended the lap.
    pub trigger: Option<TriggerMethod>,
    /// The recording; a pause starts a new track.
    pub tracks: Vec<Track>,
    /// The lengths of a pool, and the rests between them.
    pub lengths: Vec<Length>,
    /// Free text.
    pub notes: Option<String>,
    /// `LX/AvgSpeed` in metres per second.
    pub mean_speed_mps: Option<f64>,
    /// `LX/MaxBikeCadence` in revolutions per minute.
    pub max_cadence: Option<u8>,
    /// `LX/AvgRunCadence` in strides (of one leg) per minute.
    pub mean_run_cadence: Option<u8>,
    /// `LX/MaxRunCadence` in strides (of one leg) per minute.
    pub max_run_cadence: Option<u8>,
    /// `LX/Steps`
    pub steps: Option<u16>,
    /// `LX/AvgWatts`
    pub mean_power_w: Option<u16>,
    /// `LX/MaxWatts`
    pub max_power_w: Option<u16>,
    /// `CX/AvgWatts`
    pub course_mean_power_w: Option<u16>,
}

impl Lap {
    /// Number of trackpoints in all tracks.
    #[must_use]
    pub fn trackpoints(&self) -> usize {
        self.tracks.iter().map(Track::len).sum()
    }

    /// The earliest of its start and the times of its trackpoints; a start that is more than a day
    /// away from the trackpoints does not count.
    #[must_use]
    pub fn earliest(&self) -> Option<DateTime<Utc>> {
        let times = self
            .tracks
            .iter()
            .flat_map(|track| (0..track.len()).filter_map(|index| track.time(index)));
        match (self.start, times.min()) {
            (Some(start), Some(first)) if (first - start).num_days() != 0 => Some(first),
            (start, first) => start.into_iter().chain(first).min(),
        }
    }

    /// The time of the first trackpoint that has one.
    #[must_use]
    pub fn first_time(&self) -> Option<DateTime<Utc>> {
        self.tracks
            .iter()
            .find_map(|track| (0..track.len()).find_map(|index| track.time(index)))
    }

    /// The time of the last trackpoint that has one.
    #[must_use]
    pub fn last_time(&self) -> Option<DateTime<Utc>> {
        self.tracks
            .iter()
            .rev()
            .find_map(|track| (0..track.len()).rev().find_map(|index| track.time(index)))
    }
}
