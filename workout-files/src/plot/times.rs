//! The time axis that all charts share.

use super::chart::{Chart, Lines};
use crate::SeriesDeviation;
use crate::compare::series;
use crate::model::{Track, Workout};
use crate::summary::stretches;

/// No workout pauses for a week: what is further away has another clock.
const NO_PAUSE: i64 = 7 * 86_400_000_000;

/// Seconds since the first trackpoint of either version.
pub(super) struct Times {
    origin: i64,
    end: i64,
    /// Microseconds that the second version is later by, because of a wrong zone.
    shift: i64,
    pub(super) length: f64,
}

impl Times {
    pub(super) fn of(before: &Workout, after: &Workout, shift: i64) -> Self {
        let times = |workout: &Workout, shift: i64| -> Vec<i64> {
            let of_track = |track: &Track| -> Vec<i64> {
                let times = (0..track.len()).filter_map(|index| track.time_micros(index));
                times.map(|time| time - shift).collect()
            };
            workout.tracks().flat_map(of_track).collect()
        };
        let mut all = times(before, 0);
        all.extend(times(after, shift));
        all.sort_unstable();
        // Of times that are weeks apart those count that are the most.
        let blocks = all.chunk_by(|a, b| b - a <= NO_PAUSE);
        let most = blocks.max_by_key(|block| block.len()).unwrap_or(&[]);
        let origin = most.first().copied().unwrap_or(0);
        let end = most.last().copied().unwrap_or(0);
        Self {
            origin,
            end,
            shift,
            length: ((end - origin) as f64 / 1e6).max(1.0),
        }
    }

    /// `None` for a time that is not on the axis.
    pub(super) fn seconds(&self, micros: i64, shift: i64) -> Option<f64> {
        let time = micros - shift;
        let is_shown = (self.origin..=self.end).contains(&time);
        is_shown.then(|| (time - self.origin) as f64 / 1e6)
    }

    pub(super) fn chart(
        &self,
        name: (&'static str, &'static str),
        deviation: &SeriesDeviation,
        [before, after]: [&Workout; 2],
        value: impl Fn(&Track, usize) -> Option<f64> + Copy,
        is_plausible: impl Fn(f64) -> bool,
    ) -> Chart {
        let steps = series::steps(before, after, self.shift, value).steps;
        let pairs = steps.iter().filter_map(|(at, pair)| {
            let seconds = self.seconds(*at, 0)?;
            Some((seconds, pair.before, pair.after))
        });
        Chart::of_series(
            name,
            deviation,
            self.lines(before, 0, value),
            self.lines(after, self.shift, value),
            pairs.collect(),
            is_plausible,
        )
    }

    /// The values of a version over time, in one line per stretch without a pause.
    pub(super) fn lines(
        &self,
        workout: &Workout,
        shift: i64,
        value: impl Fn(&Track, usize) -> Option<f64>,
    ) -> Lines {
        let stretches = stretches(workout).into_iter();
        let line = |tracks: Vec<&Track>| {
            let points = tracks.into_iter().flat_map(|track| {
                (0..track.len()).filter_map(|index| {
                    let seconds = self.seconds(track.time_micros(index)?, shift)?;
                    Some((seconds, value(track, index)?))
                })
            });
            points.collect::<Vec<_>>()
        };
        stretches.map(line).collect()
    }
}
