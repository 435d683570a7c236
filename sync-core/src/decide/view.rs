//! The input and the output of the rules.

use chrono::{DateTime, TimeDelta, Utc};
use workout_files::Workout;

use super::{Call, Trouble};
use crate::clock::utc;
use crate::machine::{Cx, Event};
use crate::matching::Found;
use crate::model::{Facts, Fidelity, Intent, Reason, Record, StepId};
use crate::{DeliveryForm, Finishing, Receipt, ServiceError, Side};

/// The engine's next action.
#[derive(Debug)]
pub(crate) enum Action {
    /// Nothing more in this run.
    Done,
    /// Applies an event; it is saved with the next one.
    Note(Event),
    /// Applies an event and saves the record.
    Apply(Event),
    /// The same, and ends the run with the trouble that was seen.
    EndRun(Event),
    /// Asks the service that failed whether it is up.
    Check,
    /// Downloads the workout.
    Fetch,
    /// Looks in the ledger for workouts that look the same.
    Compare,
    /// Reads the destination's listing and looks the exercise up in it.
    Look,
    /// Sends the exercise of the record's intent.
    Send,
    /// Removes the last activity.
    Remove,
    /// Finds out which activity an exercise became, for a step.
    Identify(StepId),
    /// Sets what the destination lost, or reads an activity back and compares it.
    Step(StepId),
}

/// Everything that the rules depend on, apart from the record.
pub(crate) struct View<'a> {
    pub(crate) cx: Cx<'a>,
    pub(crate) source: &'a str,
    pub(crate) destination: &'a str,
    /// The longest time after which the destination was seen to list an upload.
    pub(crate) listing_delay: TimeDelta,
    /// When the run ends.
    pub(crate) deadline: Option<DateTime<Utc>>,
    /// Whether anything may be sent.
    pub(crate) sends: bool,
}

/// The engine's observations since it claimed the workout.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) fetched: Option<Fetched>,
    /// What [`Action::Compare`] found.
    pub(crate) compared: Option<Compared>,
    /// What [`Action::Look`] or [`Action::Identify`] found.
    pub(crate) look: Option<Look>,
    /// The outcome of [`Action::Send`].
    pub(crate) sent: Option<Sent>,
    /// Something was sent since the claim.
    pub(crate) any_sent: bool,
    /// A step after the delivery succeeded.
    pub(crate) step_done: bool,
    pub(crate) fidelity: Option<Fidelity>,
    /// An activity was removed.
    pub(crate) removed: bool,
    pub(crate) trouble: Option<Trouble>,
}

impl Seen {
    /// Takes note of a failed call; the rules choose the consequence for the workout.
    pub(crate) fn failed(&mut self, call: Call, side: Side, error: ServiceError) {
        self.trouble = Some(Trouble {
            call,
            side,
            error,
            is_up: None,
        });
    }

    /// Forgets what an event made out of date.
    pub(crate) fn forget(&mut self) {
        *self = Self {
            fetched: self.fetched.take(),
            any_sent: self.any_sent,
            ..Self::default()
        };
    }
}

/// The download, and how each exercise would be delivered.
#[derive(Debug)]
pub(crate) struct Fetched {
    pub(crate) workouts: Vec<Workout>,
    /// In their order, up to the first one that the destination can't hold.
    pub(crate) exercises: Vec<Exercise>,
    /// Why the destination can't hold the next one.
    pub(crate) refusal: Option<String>,
}

/// One exercise, ready to be sent.
#[derive(Debug, Clone)]
pub(crate) struct Exercise {
    pub(crate) form: DeliveryForm,
    pub(crate) facts: Facts,
    pub(crate) finishing: Option<Finishing>,
}

/// The ledger's answer about workouts that look the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Compared {
    /// None is in the way.
    Free,
    /// The fate of this one is open.
    Open(String),
    /// The workout in hand is this one under another identifier: `is_excluded`, the user wants it not to be moved.
    SameAs { id: String, is_excluded: bool },
}

/// What one listing of the destination says.
#[derive(Debug)]
pub(crate) struct Look {
    /// When the listing was asked for: what appeared since is not in it.
    pub(crate) at: DateTime<Utc>,
    pub(crate) found: Found,
    /// The identifiers of all listed activities.
    pub(crate) listed: Vec<String>,
    /// The listing shows something that was created after the send: what it does not show did not arrive.
    pub(crate) proves_absence: bool,
}

/// The outcome of a send.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Sent {
    Accepted(Receipt),
    Opaque(String),
    Maybe(String),
    Rejected(String),
    /// The destination has it as this activity.
    AlreadyThere(String),
    /// The activity that the destination has is another workout's.
    AlreadyTaken,
    /// Nothing left: this workout looks the same, and its fate is open.
    Lookalike(String),
    /// Nothing left: too much of the send's time was over.
    TooSlow,
}

impl Look {
    /// A listing that could not be read.
    pub(crate) fn of_nothing(at: DateTime<Utc>) -> Self {
        Self {
            at,
            found: Found::Nothing,
            listed: Vec::new(),
            proves_absence: false,
        }
    }

    pub(super) fn absence(&self, intent: &Intent) -> String {
        let (day, at, many) = (intent.facts.day(), utc(self.at), self.listed.len());
        format!(
            "the listing of the days around {day}, read at {at}, has {many} activities, none of which is it"
        )
    }

    /// Two sends of unknown fate, as evidence.
    pub(super) fn two_sends(&self, record: &Record, intent: &Intent) -> Vec<String> {
        let line = |(at, reason): (_, &Reason)| format!("sent at {}: {reason}", utc(at));
        let lost = record.lost_sends.iter();
        let lost = lost.filter(|lost| lost.part == intent.part);
        let lost = lost.map(|lost| (lost.at, &lost.reason));
        let last = record.state.reason().map(|last| (intent.started_at, last));
        let sends = lost.chain(last).map(line);
        sends.chain([self.absence(intent)]).collect()
    }
}
