//! Repairs: named fixes that make a workout acceptable to a destination.

mod change;
mod positions;

pub use change::Change;

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
    DropWithoutPosition = "drop_without_position", "Drops trackpoints without a position.";
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
}

impl Repairs {
    /// No fix.
    #[must_use]
    pub fn none() -> Self {
        Self::default()
    }

    /// What Runkeeper needs: a position on every trackpoint.
    #[must_use]
    pub fn for_runkeeper() -> Self {
        Self::none().with(Fix::DropWithoutPosition)
    }

    /// What Garmin Connect needs.
    #[must_use]
    pub fn for_garmin() -> Self {
        Self::none()
    }

    /// What Strava needs.
    #[must_use]
    pub fn for_strava() -> Self {
        Self::none()
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
                    Fix::DropWithoutPosition => positions::drop_without(workout),
                };
                (count > 0).then_some(Change { fix, count, detail })
            })
            .collect()
    }
}
