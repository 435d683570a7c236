//! Repairs: named fixes that make a workout acceptable to a destination.
//!
//! # Invariants
//!
//! They hold for every fix, every profile and every input. A fix that would break one is taken back,
//! and [`RepairReport::declined`] names it.
//!
//! 1. The route does not get longer by more than 3 %, neither along the tracks nor through all
//!    positions in order.
//! 2. No position that has a time is lost. (Positions of 0, 0 that stand for "no fix" are none. The fix
//!    [`Fix::DropFarPosition`], which no profile has, takes out as many as it reports.)
//! 3. A workout with trackpoints keeps some.
//! 4. Distances of trackpoints change only where the report says why.
//! 5. [`RepairReport::changes`] lists the differences afterwards, and no others. With
//!    [`Repairs::apply_for`] these are the differences in the written file.
//! 6. Repairing twice changes nothing the second time.
//! 7. Times of trackpoints move only where a witness says which side of a step is wrong, and the report
//!    names it. Times that rise without a step of a week move only where the start of the lap
//!    contradicts them. There are no fewer different times afterwards, but for a trackpoint that ends a
//!    lap and begins the next one at the same place.
//! 8. The start of a lap gives way only to trackpoints whose times rise without such a step; a start
//!    that the lap's own time confirms does not give way.
//!
//! A destination that needs times or positions refuses a workout that has none, or a handful of
//! positions in a long workout indoors: [`Repairs::deliverable`] says so before a file is written.
//!
//! Two kinds of damage need no fix here: the GPX reader mends doubled and stray `trkseg` tags
//! (diagnostic `segment_tags`), and the TCX writer always writes whole creators, authors and build
//! numbers.

mod apply;
mod clock;
mod deliver;
mod distance;
mod duplicates;
mod harm;
mod laps;
mod order;
mod points;
mod positions;
mod report;
mod times;

pub use deliver::Undeliverable;
pub use report::{Change, DeclineReason, Declined, RepairReport};

use chrono::FixedOffset;

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

            /// A description of what it does.
            #[must_use]
            pub fn what(self) -> &'static str {
                match self { $(Self::$variant => $what),+ }
            }
        }
    };
}

// Totals are computed from all trackpoints: the fixes that drop some come last.
fixes! {
    LocalTimeLabelledZ = "local_time_labelled_z", "Moves all times by the zone given with Repairs::local_time_is: they were local, but labelled Z.";
    DropZeroPosition = "drop_zero_position", "Removes positions of exactly 0, 0 far from all others: they stand for no fix.";
    MendClock = "mend_clock", "Moves stretches whose clock is off by a constant where a witness says which side is wrong: the other end, the start of a lap, the end of an hour or day, the numbers. The order of the trackpoints stays.";
    OrderTimes = "order_times", "Puts laps, tracks and trackpoints in the order of their times where the route or the distances show that the order is wrong, not the clock.";
    DropFarPosition = "drop_far_position", "Removes positions that no athlete can have reached, where the others follow one another without them.";
    ContinueDistance = "continue_distance", "Makes distances continue that restart, wrap, have gaps or step back a little.";
    LapStarts = "lap_starts", "Starts laps at their first trackpoint where the two contradict and the times rise, and the workout at its earliest lap or trackpoint.";
    LapTotals = "lap_totals", "Replaces times and distances of laps that are zero, in thousandths, in thousands or running totals.";
    FillRequired = "fill_required", "Fills in the values that files must have: starts, and times, distances, calories, intensity and trigger of laps.";
    InterpolatePositions = "interpolate_positions", "Fills in positions between two known ones of a track, in proportion to time.";
    DropWithoutTime = "drop_without_time", "Drops trackpoints without a time.";
    DropWithoutPosition = "drop_without_position", "Drops trackpoints without a position.";
    MergeDuplicates = "merge_duplicates", "Merges neighbouring trackpoints of one time that do not contradict each other.";
    DropEmptyTracks = "drop_empty_tracks", "Drops tracks without trackpoints.";
    SpeedKmh = "speed_kmh", "Divides the speeds of laps by 3.6 where they are in km/h.";
    SpreadCalories = "spread_calories", "Spreads calories that are all on the first lap over the laps, by their times.";
    SportToken = "sport_token", "Replaces the sport by the nearest of running, cycling and other.";
}

impl Fix {
    /// Whether it can add, drop, move or re-date trackpoints.
    fn touches_points(self) -> bool {
        !matches!(
            self,
            Self::ContinueDistance
                | Self::LapStarts
                | Self::LapTotals
                | Self::FillRequired
                | Self::SpeedKmh
                | Self::SpreadCalories
                | Self::SportToken
        )
    }
}

impl std::fmt::Display for Fix {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

/// A set of fixes.
///
/// ```
/// use workout_files::{Fix, Position, Repairs, Sport, Track, Trackpoint, Workout, Lap};
///
/// let mut there = Trackpoint::default();
/// there.position = Position::new(60.0, 25.0);
/// let mut lap = Lap::default();
/// lap.tracks.push(Track::from_iter([Trackpoint::default(), there]));
/// let mut workout = Workout::new(Sport::Running);
/// workout.laps.push(lap);
///
/// let report = Repairs::none().with(Fix::DropWithoutPosition).apply(&mut workout);
/// assert_eq!(workout.trackpoint_count(), 1);
/// assert_eq!(report.changes[0].count, 1);
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

    /// The fixes that help any destination and lose nothing that was recorded.
    #[must_use]
    pub fn safe() -> Self {
        Self::of(&[
            Fix::MendClock,
            Fix::OrderTimes,
            Fix::LapStarts,
            Fix::LapTotals,
            Fix::FillRequired,
            Fix::DropEmptyTracks,
            Fix::SpeedKmh,
        ])
    }

    /// [`safe`](Self::safe), and the fixes that every service of this module needs.
    fn service() -> Self {
        Self::of(&[
            Fix::DropZeroPosition,
            Fix::ContinueDistance,
            Fix::DropWithoutTime,
        ])
        .and(&Self::safe())
    }

    fn and(self, others: &Self) -> Self {
        others.fixes.iter().fold(self, |set, &fix| set.with(fix))
    }

    /// The fixes for Runkeeper, which wants a time and a position on every trackpoint, in order. They
    /// never invent positions.
    #[must_use]
    pub fn for_runkeeper() -> Self {
        Self::service()
            .with(Fix::DropWithoutPosition)
            .with(Fix::MergeDuplicates)
    }

    /// The fixes for Garmin Connect, which takes time, distance and calories from the laps.
    #[must_use]
    pub fn for_garmin() -> Self {
        Self::service()
            .with(Fix::SpreadCalories)
            .with(Fix::SportToken)
    }

    /// The fixes for Strava, which wants a time on every trackpoint and reads positions of 0, 0 as
    /// given.
    #[must_use]
    pub fn for_strava() -> Self {
        Self::service().with(Fix::MergeDuplicates)
    }

    /// With [`Fix::LocalTimeLabelledZ`]: times are local times of this zone, in spite of their label.
    /// Workouts whose zone is known already stay as they are.
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
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::{Lap, Sport, Track, Trackpoint, Workout};

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
    fn an_empty_workout_gives_an_empty_report() {
        let all = Fix::ALL
            .iter()
            .fold(Repairs::none(), |set, &fix| set.with(fix));
        assert_eq!(all.apply(&mut Workout::default()), RepairReport::default());
    }
}
