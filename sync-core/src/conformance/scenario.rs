//! One story of the crash matrix.

use super::world::World;
use crate::StateName;

/// The starting point of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Start {
    /// With an empty ledger.
    Fresh,
    /// After a worker died when this effect had happened.
    AfterDeath(&'static str),
    /// After everything was synced and the ledger lost.
    LostLedger,
}

/// One story: what there is, how the services answer, and how it has to end.
pub(super) struct Scenario {
    pub(super) name: &'static str,
    pub(super) build: fn(&mut World),
    pub(super) start: Start,
    /// The ledger is empty after the crash.
    pub(super) crash_loses_ledger: bool,
    /// The ledger is rebuilt from both listings before the first run.
    pub(super) rebuild: bool,
    /// Indistinguishable workouts: it does not matter which activity belongs to which of them.
    pub(super) twins: bool,
    /// Each workout, how it ends, and how many of its exercises were ever accepted: each of them exactly once.
    pub(super) end: &'static [(&'static str, StateName, usize)],
    /// Workouts that may end parked, once a send was given up: a crash in their other send uses up both, or what appears may be the lost
    /// send of a workout that looks the same.
    pub(super) may_park: &'static [&'static str],
    /// Workouts that the listing never shows: they may be accepted once more than `end` says, and never more often.
    pub(super) never_listed: &'static [&'static str],
    /// How many activities are at the destination in the end, where no workout is parked and none accepted once more.
    pub(super) activities: usize,
}

/// Nothing special.
pub(super) const PLAIN: Scenario = Scenario {
    name: "",
    build: |_| {},
    start: Start::Fresh,
    crash_loses_ledger: false,
    rebuild: false,
    twins: false,
    end: &[],
    may_park: &[],
    never_listed: &[],
    activities: 0,
};
