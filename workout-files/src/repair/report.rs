//! The report of a repair.

use std::fmt;

use super::Fix;

/// The report of a repair.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct RepairReport {
    /// What differs afterwards, fix by fix.
    pub changes: Vec<Change>,
    /// Fixes that found something and left it, because they would have done harm or lacked evidence.
    pub declined: Vec<Declined>,
}

/// The changes of one fix.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// The fix.
    pub fix: Fix,
    /// How many things it changed: trackpoints, laps or values.
    pub count: usize,
    /// The changes in words.
    pub detail: String,
}

/// A fix that was not done.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Declined {
    /// The fix.
    pub fix: Fix,
    /// Why it was not done.
    pub reason: DeclineReason,
}

/// Why a fix was not done.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum DeclineReason {
    /// The route would get longer by more than 3 %.
    RouteLonger {
        /// Metres before the fix.
        before_m: f64,
        /// Metres after it.
        after_m: f64,
    },
    /// Positions that have a time would be lost.
    PositionsLost {
        /// How many.
        count: usize,
    },
    /// No trackpoint would be left.
    NothingLeft,
    /// Neither the route nor the distances show how to mend it.
    NoEvidence {
        /// How many trackpoints, tracks or laps are concerned.
        count: usize,
    },
    /// Only a few trackpoints have a position: the rest of the workout would be lost.
    FewPositions {
        /// How many have one.
        positions: usize,
        /// How many there are.
        trackpoints: usize,
    },
    /// Together with the other fixes it would change the workout again each time it is repaired.
    Unsettled,
}

impl fmt::Display for DeclineReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RouteLonger { before_m, after_m } => write!(
                f,
                "the route would become {after_m:.0} m long instead of {before_m:.0} m"
            ),
            Self::PositionsLost { count } => {
                write!(f, "{count} positions that have a time would be lost")
            }
            Self::NothingLeft => f.write_str("no trackpoint would be left"),
            Self::FewPositions {
                positions,
                trackpoints,
            } => write!(
                f,
                "of {trackpoints} trackpoints only the {positions} with a position would be left"
            ),
            Self::Unsettled => f.write_str("each further repair would change the workout again"),
            Self::NoEvidence { count } => write!(
                f,
                "left {count} as they are: neither the route nor the distances show how to mend them"
            ),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.fix, self.detail)
    }
}

impl fmt::Display for Declined {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: not done: {}", self.fix, self.reason)
    }
}

#[cfg(feature = "serde")]
mod json {
    use serde::ser::SerializeStruct;
    use serde::{Serialize, Serializer};

    use super::{Change, Declined};

    impl Serialize for Change {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut change = serializer.serialize_struct("Change", 3)?;
            change.serialize_field("fix", self.fix.as_str())?;
            change.serialize_field("count", &self.count)?;
            change.serialize_field("detail", &self.detail)?;
            change.end()
        }
    }

    impl Serialize for Declined {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut declined = serializer.serialize_struct("Declined", 2)?;
            declined.serialize_field("fix", self.fix.as_str())?;
            declined.serialize_field("reason", &self.reason.to_string())?;
            declined.end()
        }
    }
}
