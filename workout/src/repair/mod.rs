//! Repairs: named fixes that make a workout acceptable to a destination.
//!
//! Two kinds of damage need no fix here, because they are mended elsewhere: doubled and stray
//! `trkseg` tags by the GPX reader (diagnostic `segment_tags`), incomplete creators, authors and
//! build numbers by the TCX writer, which always writes them whole.

mod change;
mod distance;
mod duplicates;
mod laps;
mod order;
mod positions;
mod times;

pub use change::Change;

use chrono::FixedOffset;

use crate::Workout;

macro_rules! fixes {
    ($($variant:ident = $name:literal, $what:literal;)+) => {
        /// A named fix.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[non_exhaustive]
        pub enum Fix {
            $(#[doc = $what] $variant,)+
        }

        impl Fix {
            /// Every fix, in the order in which they are applied.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its stable name.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }

            /// What it does.
            #[must_use]
            pub fn what(self) -> &'static str {
                match self { $(Self::$variant => $what),+ }
            }
        }
    };
}

fixes! {
    LocalTimeLabelledZ = "local_time_labelled_z", "Moves all times by the zone given with Repairs::local_time_is: they were local, but labelled Z.";
    DropWithoutTime = "drop_without_time", "Drops trackpoints without a time.";
    DropZeroPosition = "drop_zero_position", "Removes positions of exactly 0, 0, which stand for no fix.";
    InterpolatePositions = "interpolate_positions", "Fills in positions between two known ones of a track, in proportion to time.";
    DropWithoutPosition = "drop_without_position", "Drops trackpoints without a position.";
    OrderTimes = "order_times", "Puts trackpoints, tracks and laps in the order of their times.";
    MergeDuplicates = "merge_duplicates", "Merges neighbouring trackpoints of one time into one.";
    DropEmptyTracks = "drop_empty_tracks", "Drops tracks without trackpoints.";
    ContinueDistance = "continue_distance", "Makes distances that restart or step back continue.";
    LapStarts = "lap_starts", "Starts laps at their first trackpoint where the two disagree.";
    FillRequired = "fill_required", "Fills in what files must have: starts, and times, distances, calories, intensity and trigger of laps.";
    SpeedKmh = "speed_kmh", "Divides the speeds of laps by 3.6 where they are in km/h.";
    SpreadCalories = "spread_calories", "Spreads calories that are all on the first lap over the laps, by their times.";
    SportToken = "sport_token", "Replaces the sport by the nearest of running, cycling and other.";
}

impl std::fmt::Display for Fix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A set of fixes.
///
/// ```
/// use workout::{Fix, Position, Repairs, Sport, Track, Trackpoint, Workout, Lap};
///
/// let mut there = Trackpoint::default();
/// there.position = Position::new(60.0, 25.0);
/// let mut lap = Lap::default();
/// lap.tracks.push(Track::from_iter([Trackpoint::default(), there]));
/// let mut workout = Workout::new(Sport::Running);
/// workout.laps.push(lap);
///
/// let changes = Repairs::none().with(Fix::DropWithoutPosition).apply(&mut workout);
/// assert_eq!(workout.trackpoint_count(), 1);
/// assert_eq!(changes[0].count, 1);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repairs {
    fixes: Vec<Fix>,
    local_offset: Option<FixedOffset>,
}

impl Repairs {
    /// No fix.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// Exactly these fixes.
    fn of(fixes: &[Fix]) -> Self {
        fixes.iter().fold(Self::none(), |set, &fix| set.with(fix))
    }

    /// What any destination is better off with, and what loses nothing that was recorded.
    #[must_use]
    pub fn safe() -> Self {
        Self::of(&[
            Fix::OrderTimes,
            Fix::DropEmptyTracks,
            Fix::LapStarts,
            Fix::FillRequired,
            Fix::SpeedKmh,
        ])
    }

    /// What Runkeeper needs: a time and a position on every trackpoint, in order. Positions are
    /// never invented. A workout without a [route](Workout::has_route) it does not take at all.
    #[must_use]
    pub fn for_runkeeper() -> Self {
        Self::of(&[
            Fix::DropWithoutTime,
            Fix::DropZeroPosition,
            Fix::OrderTimes,
            Fix::DropWithoutPosition,
            Fix::MergeDuplicates,
            Fix::DropEmptyTracks,
            Fix::ContinueDistance,
            Fix::LapStarts,
            Fix::FillRequired,
            Fix::SpeedKmh,
        ])
    }

    /// What Garmin Connect needs: it takes time, distance and calories from the laps.
    #[must_use]
    pub fn for_garmin() -> Self {
        Self::of(&[
            Fix::DropWithoutTime,
            Fix::DropZeroPosition,
            Fix::OrderTimes,
            Fix::DropEmptyTracks,
            Fix::ContinueDistance,
            Fix::LapStarts,
            Fix::FillRequired,
            Fix::SpeedKmh,
            Fix::SpreadCalories,
            Fix::SportToken,
        ])
    }

    /// What Strava needs: a time on every trackpoint; it reads positions of 0, 0 as given.
    #[must_use]
    pub fn for_strava() -> Self {
        Self::of(&[
            Fix::DropWithoutTime,
            Fix::DropZeroPosition,
            Fix::OrderTimes,
            Fix::MergeDuplicates,
            Fix::DropEmptyTracks,
            Fix::ContinueDistance,
            Fix::FillRequired,
            Fix::SpeedKmh,
        ])
    }

    /// With [`Fix::LocalTimeLabelledZ`]: times are local times of this zone, whatever their label
    /// says. Workouts whose zone is known already are left alone.
    #[must_use]
    pub fn local_time_is(mut self, offset: FixedOffset) -> Self {
        self.local_offset = Some(offset);
        self.with(Fix::LocalTimeLabelledZ)
    }

    /// With one more fix.
    #[must_use]
    pub fn with(mut self, fix: Fix) -> Self {
        if !self.fixes.contains(&fix) {
            self.fixes.push(fix);
            self.fixes.sort_unstable();
        }
        self
    }

    /// Without a fix.
    #[must_use]
    pub fn without(mut self, fix: Fix) -> Self {
        self.fixes.retain(|&other| other != fix);
        self
    }

    /// The fixes, in the order in which they are applied.
    #[must_use]
    pub fn fixes(&self) -> &[Fix] {
        &self.fixes
    }

    /// Applies the fixes; says what was changed. A fix that finds nothing to do says nothing, and
    /// applying the same fixes twice changes nothing the second time.
    pub fn apply(&self, workout: &mut Workout) -> Vec<Change> {
        self.fixes
            .iter()
            .filter_map(|&fix| {
                let (count, detail) = match fix {
                    Fix::LocalTimeLabelledZ => times::local_labelled_z(workout, self.local_offset),
                    Fix::DropWithoutTime => times::drop_without(workout),
                    Fix::DropZeroPosition => positions::drop_zero(workout),
                    Fix::OrderTimes => order::by_time(workout),
                    Fix::InterpolatePositions => positions::interpolate(workout),
                    Fix::DropWithoutPosition => positions::drop_without(workout),
                    Fix::MergeDuplicates => duplicates::merge(workout),
                    Fix::DropEmptyTracks => times::drop_empty_tracks(workout),
                    Fix::ContinueDistance => distance::continue_all(workout),
                    Fix::LapStarts => laps::starts(workout),
                    Fix::FillRequired => laps::fill(workout),
                    Fix::SpeedKmh => laps::speeds(workout),
                    Fix::SpreadCalories => laps::calories(workout),
                    Fix::SportToken => laps::sport(workout),
                };
                (count > 0).then_some(Change { fix, count, detail })
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::{Lap, Sport, Track, Trackpoint};

    pub(super) fn second(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(20_000) + TimeDelta::seconds(seconds)
    }

    pub(super) fn workout_of(points: impl IntoIterator<Item = Trackpoint>) -> Workout {
        let mut lap = Lap::default();
        lap.tracks.push(Track::from_iter(points));
        let mut workout = Workout::new(Sport::Running);
        workout.laps.push(lap);
        workout
    }

    #[test]
    fn fixes_can_be_switched() {
        let repairs = Repairs::for_runkeeper().without(Fix::DropWithoutPosition);
        assert!(!repairs.fixes().contains(&Fix::DropWithoutPosition));
        assert!(repairs.fixes().is_sorted());
        let mut workout = workout_of([Trackpoint::at(second(0))]);
        repairs.apply(&mut workout);
        assert_eq!(workout.trackpoint_count(), 1);
    }

    #[test]
    fn nothing_to_do_says_nothing() {
        let all = Fix::ALL
            .iter()
            .fold(Repairs::none(), |set, &fix| set.with(fix));
        assert!(all.apply(&mut Workout::default()).is_empty());
    }
}
