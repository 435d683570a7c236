//! Where a workout stands on its route.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Intent;
use workout_files::Sport;

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
    /// A setting says that it is not to be moved. When the setting is gone, and the workout is listed, it is moved.
    Skipped {
        /// Why, in words.
        reason: String,
        /// Which setting.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        setting: Option<Setting>,
        /// The sport that it leaves out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sport: Option<Sport>,
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

/// A setting that leaves workouts out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Setting {
    /// Manual entries are switched off.
    ManualEntries,
    /// The sport is not among those that are moved.
    Sports,
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
            | Self::Skipped { reason, .. }
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
