//! What the ledger remembers of one workout on one route.

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};
use workout::Sport;

use crate::ledger::Version;
use crate::{DeliveryForm, Item, Receipt};

/// How many lines of history a record keeps.
const HISTORY: usize = 24;

/// One workout on one route: what it is, where it stands, and how it got there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// The workout as the source listed it.
    pub item: Item,
    /// Where it stands.
    #[serde(flatten)]
    pub state: State,
    /// Who works on it now, until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// How often fetching, converting or sending failed since the last success or the last word of a person.
    #[serde(default)]
    pub attempts: u32,
    /// Exercises that are already at the destination (a multi-sport session is delivered as one activity per exercise).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Why the exercises in `parts` are being removed from the destination again: on record first, so that whoever finds it goes on
    /// removing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub taking_back: Option<String>,
    /// Activities at the destination of which a person said that they are not this workout.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_ours: Vec<String>,
    /// A person looked at the destination and said that what it lists is all there is, even where delivered activities are missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listing_trusted: bool,
    /// What happened, oldest first; the oldest lines are dropped when it grows long.
    #[serde(default)]
    pub history: Vec<Event>,
    /// When this record was last written.
    pub updated_at: DateTime<Utc>,
    /// The version of the document that this copy was read from or written as; `None`: not in the ledger yet. Changes made on this copy
    /// are only ever written over that version, whatever was read since.
    #[serde(skip)]
    pub(crate) version: Option<Version>,
}

/// Where a workout stands on its route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// A worker fetches and converts it; nothing was sent.
    Claimed,
    /// Written before the first byte leaves. Found without a live lease, it means [`State::Unsure`].
    Sending {
        /// What was about to be sent.
        intent: Intent,
    },
    /// It is at the destination: an answer proved it, or the listing did.
    Delivered,
    /// It was found at the destination instead of being sent (again).
    Linked,
    /// The destination refused it. Permanent until a person says `retry`.
    Rejected {
        /// In the destination's words, or ours.
        reason: String,
    },
    /// It was sent, and nobody knows whether it arrived.
    Unsure {
        /// What was sent.
        intent: Intent,
        /// Before this instant "not in the listing" proves nothing.
        not_before: DateTime<Utc>,
        /// What made it unsure.
        reason: String,
    },
    /// It failed in a way that may pass; a later run tries again.
    Waiting {
        /// The earliest time of the next try.
        not_before: DateTime<Utc>,
        /// What failed.
        reason: String,
    },
    /// It needs a person.
    Parked {
        /// What the person has to decide.
        reason: String,
        /// What is known.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<String>,
        /// What was sent, when something was: a later `retry` looks for it first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<Intent>,
    },
    /// A setting says that it is not to be moved.
    Skipped {
        /// Which.
        reason: String,
    },
    /// A person said that it is never to be moved.
    Tombstoned {
        /// What they said.
        reason: String,
        /// What was sent, when something of unknown fate was: a later `retry` looks for it first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<Intent>,
    },
}

/// The name of a state, as it stands in reports and JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StateName {
    /// Listed by the source, not in the ledger yet.
    New,
    /// See [`State::Claimed`].
    Claimed,
    /// See [`State::Sending`].
    Sending,
    /// See [`State::Delivered`].
    Delivered,
    /// See [`State::Linked`].
    Linked,
    /// See [`State::Unsure`].
    Unsure,
    /// See [`State::Waiting`].
    Waiting,
    /// See [`State::Rejected`].
    Rejected,
    /// See [`State::Parked`].
    Parked,
    /// See [`State::Skipped`].
    Skipped,
    /// See [`State::Tombstoned`].
    Tombstoned,
}

impl StateName {
    /// All names, in the order in which reports show them.
    pub const ALL: [Self; 11] = [
        Self::Delivered,
        Self::Linked,
        Self::New,
        Self::Claimed,
        Self::Sending,
        Self::Unsure,
        Self::Waiting,
        Self::Rejected,
        Self::Parked,
        Self::Skipped,
        Self::Tombstoned,
    ];

    /// The name as it stands in JSON.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Claimed => "claimed",
            Self::Sending => "sending",
            Self::Delivered => "delivered",
            Self::Linked => "linked",
            Self::Unsure => "unsure",
            Self::Waiting => "waiting",
            Self::Rejected => "rejected",
            Self::Parked => "parked",
            Self::Skipped => "skipped",
            Self::Tombstoned => "tombstoned",
        }
    }

    /// Nothing more will or has to happen.
    #[must_use]
    pub const fn is_settled(self) -> bool {
        matches!(
            self,
            Self::Delivered | Self::Linked | Self::Skipped | Self::Tombstoned
        )
    }

    /// It is there, by our doing or not.
    pub(crate) const fn is_at_destination(self) -> bool {
        matches!(self, Self::Delivered | Self::Linked)
    }

    /// Nothing will happen until a person says something.
    #[must_use]
    pub const fn needs_person(self) -> bool {
        matches!(self, Self::Rejected | Self::Parked)
    }
}

impl std::fmt::Display for StateName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl State {
    /// The state's name.
    #[must_use]
    pub const fn name(&self) -> StateName {
        match self {
            Self::Claimed => StateName::Claimed,
            Self::Sending { .. } => StateName::Sending,
            Self::Delivered => StateName::Delivered,
            Self::Linked => StateName::Linked,
            Self::Rejected { .. } => StateName::Rejected,
            Self::Unsure { .. } => StateName::Unsure,
            Self::Waiting { .. } => StateName::Waiting,
            Self::Parked { .. } => StateName::Parked,
            Self::Skipped { .. } => StateName::Skipped,
            Self::Tombstoned { .. } => StateName::Tombstoned,
        }
    }

    /// Why it is in this state, where there is something to say.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        match self {
            Self::Rejected { reason }
            | Self::Unsure { reason, .. }
            | Self::Waiting { reason, .. }
            | Self::Parked { reason, .. }
            | Self::Skipped { reason }
            | Self::Tombstoned { reason, .. } => Some(reason),
            Self::Claimed | Self::Sending { .. } | Self::Delivered | Self::Linked => None,
        }
    }

    /// The earliest time of the next step, for states that wait.
    #[must_use]
    pub fn not_before(&self) -> Option<DateTime<Utc>> {
        match self {
            Self::Unsure { not_before, .. } | Self::Waiting { not_before, .. } => Some(*not_before),
            _ => None,
        }
    }

    /// The send whose fate is open, or was when a person was asked.
    #[must_use]
    pub fn intent(&self) -> Option<&Intent> {
        match self {
            Self::Sending { intent } | Self::Unsure { intent, .. } => Some(intent),
            Self::Parked { intent, .. } | Self::Tombstoned { intent, .. } => intent.as_ref(),
            _ => None,
        }
    }
}

/// What was about to be sent, written down before it left.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Intent {
    /// Which exercise of the workout, counted from 0.
    pub part: usize,
    /// Of how many.
    pub of: usize,
    /// In which form.
    pub form: DeliveryForm,
    /// When.
    pub started_at: DateTime<Utc>,
    /// By when the send has ended, whatever happened to the worker.
    pub ends_by: DateTime<Utc>,
    /// What we would recognise it by.
    pub facts: Facts,
    /// The activities that were at the destination before: whatever is among them is not ours.
    pub pre_image: Vec<String>,
}

/// What a workout can be recognised by at the destination.
///
/// Several values stand side by side where a destination may show either: with and without pauses, as listed and as sent.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// Wall-clock start.
    pub start: NaiveDateTime,
    /// The start as an instant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_utc: Option<DateTime<Utc>>,
    /// Durations that the destination may show, in milliseconds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub durations_ms: Vec<u64>,
    /// Distances that it may show, in metres.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub distances_m: Vec<f64>,
    /// The sport.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sport: Option<Sport>,
}

impl Facts {
    /// The local day.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        self.start.date()
    }

    /// The facts of a listed item.
    #[must_use]
    pub fn of_item(item: &Item) -> Self {
        Self {
            start: item.start,
            start_utc: item.start_utc,
            durations_ms: item.duration_ms.into_iter().collect(),
            distances_m: item.distance_m.into_iter().filter(|d| *d > 0.0).collect(),
            sport: item.sport.clone(),
        }
    }
}

/// An exercise that is at the destination.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Part {
    /// In which form it was delivered; `None` when it was found there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub form: Option<DeliveryForm>,
    /// What proves it.
    pub receipt: Receipt,
    /// What it can be recognised by.
    pub facts: Facts,
}

/// The right to work on a workout, for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lease {
    /// Who holds it: unique for each process and run.
    pub holder: String,
    /// Until when.
    pub until: DateTime<Utc>,
}

/// One line of a record's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// When.
    pub at: DateTime<Utc>,
    /// What happened, in words.
    pub what: String,
}

impl Record {
    /// The record of a workout that a worker has just claimed.
    pub(crate) fn claimed(item: Item, lease: Lease, now: DateTime<Utc>) -> Self {
        let mut record = Self {
            item,
            state: State::Claimed,
            lease: Some(lease),
            attempts: 0,
            parts: Vec::new(),
            taking_back: None,
            not_ours: Vec::new(),
            listing_trusted: false,
            history: Vec::new(),
            updated_at: now,
            version: None,
        };
        record.note(now, "claimed");
        record
    }

    /// Nothing more will or has to happen with it.
    #[must_use]
    pub const fn is_settled(&self) -> bool {
        self.state.name().is_settled()
    }

    /// The receipt of the whole workout: of its first exercise.
    #[must_use]
    pub fn receipt(&self) -> Option<&Receipt> {
        self.parts.first().map(|part| &part.receipt)
    }

    /// The form of the whole workout: manual only when every exercise is.
    #[must_use]
    pub fn form(&self) -> Option<DeliveryForm> {
        let forms = || self.parts.iter().filter_map(|part| part.form);
        forms()
            .find(|form| *form == DeliveryForm::TrackFile)
            .or_else(|| forms().next())
    }

    /// Adds a line of history.
    pub(crate) fn note(&mut self, at: DateTime<Utc>, what: impl Into<String>) {
        if self.history.len() >= HISTORY {
            self.history.remove(0);
        }
        self.history.push(Event {
            at,
            what: what.into(),
        });
        self.updated_at = at;
    }
}
