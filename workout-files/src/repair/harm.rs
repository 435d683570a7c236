//! The check after each fix for harm to the workout.

use std::collections::HashSet;

use super::report::DeclineReason;
use crate::model::{Position, Workout};
use crate::summary::{is_zero, path_metres, zero_is_no_fix};

/// The route may get longer by this factor (interpolated positions bend it a little).
const LONGER: f64 = 1.03;
/// Metres that rounding explains.
const ROUNDING_M: f64 = 0.01;

/// The parts of a workout that repairs must keep.
pub(super) struct Measure {
    trackpoints: usize,
    /// Metres along each track, and through all positions in the order of the workout.
    along_tracks: f64,
    through_all: f64,
    /// Limits of both, from before the first fix.
    most_along_tracks: f64,
    most_through_all: f64,
    /// Positions that have a time: how many, and how many different ones at different times.
    timed: usize,
    distinct: usize,
    skip_zero: bool,
}

impl Measure {
    pub(super) fn of(workout: &Workout) -> Self {
        Self::with(workout, zero_is_no_fix(workout), None)
    }

    fn with(workout: &Workout, skip_zero: bool, first: Option<&Self>) -> Self {
        let is_fix = |at: &Position| !(skip_zero && is_zero(*at));
        let mut along_tracks = 0.0;
        let mut all = Vec::with_capacity(workout.position_count());
        let mut timed = 0;
        let mut distinct = HashSet::new();
        for track in workout.tracks() {
            let from = all.len();
            for index in 0..track.len() {
                let Some(at) = track.position(index).filter(is_fix) else {
                    continue;
                };
                all.push(at);
                if let Some(time) = track.time_micros(index) {
                    timed += 1;
                    distinct.insert((time, at.latitude.to_bits(), at.longitude.to_bits()));
                }
            }
            along_tracks += path_metres(all[from..].iter().copied()).unwrap_or(0.0);
        }
        let through_all = path_metres(all.into_iter()).unwrap_or(0.0);
        let most = |metres: f64| metres * LONGER + ROUNDING_M;
        Self {
            trackpoints: workout.trackpoint_count(),
            along_tracks,
            through_all,
            most_along_tracks: first.map_or(most(along_tracks), |first| first.most_along_tracks),
            most_through_all: first.map_or(most(through_all), |first| first.most_through_all),
            timed,
            distinct: distinct.len(),
            skip_zero,
        }
    }

    /// The measure of the workout after a fix, or the harm that the fix did. `far` positions were taken
    /// out because no athlete can have reached them.
    pub(super) fn allows(&self, after: &Workout, far: usize) -> Result<Self, DeclineReason> {
        let after = Self::with(after, self.skip_zero, Some(self));
        if after.trackpoints == 0 && self.trackpoints > 0 {
            return Err(DeclineReason::NothingLeft);
        }
        // Merging two equal trackpoints lowers only one of the two counts, new times only the other.
        if after.timed + far < self.timed && after.distinct + far < self.distinct {
            let count = self.distinct - far - after.distinct;
            return Err(DeclineReason::PositionsLost { count });
        }
        for (before_m, after_m, most) in [
            (
                self.along_tracks,
                after.along_tracks,
                self.most_along_tracks,
            ),
            (self.through_all, after.through_all, self.most_through_all),
        ] {
            if after_m.is_nan() || after_m > most {
                return Err(DeclineReason::RouteLonger { before_m, after_m });
            }
        }
        Ok(after)
    }
}
