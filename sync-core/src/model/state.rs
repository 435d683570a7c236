//! The state of a workout on its route.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Intent, Reason};

/// The state of a workout on its route.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// A worker fetches and converts it; nothing was sent.
    #[default]
    Claimed,
    /// In the ledger before the first byte leaves. Without a live lease it means [`State::Unsure`].
    Sending {
        /// The workout or exercise that is sent.
        intent: Intent,
    },
    /// It was sent, and it is not known whether it arrived.
    Unsure {
        /// The workout or exercise that was sent.
        intent: Intent,
        /// Before this instant "not in the listing" proves nothing.
        not_before: DateTime<Utc>,
        /// What made it unsure.
        reason: Reason,
    },
    /// The engine removes the activities that it created from the destination.
    Removing {
        /// Why.
        reason: Reason,
        /// What becomes of the workout then.
        then: AfterRemoval,
        /// The earliest time of the next try, after a failure.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        not_before: Option<DateTime<Utc>>,
        /// A send of unknown fate.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<Intent>,
    },
    /// It is at the destination: an answer proved it.
    Delivered,
    /// It was found at the destination instead of being sent (again).
    Linked,
    /// It failed in a way that may pass; a later run tries again.
    Waiting {
        /// The earliest time of the next try.
        not_before: DateTime<Utc>,
        /// What failed.
        reason: Reason,
    },
    /// The destination refused it. Permanent until the user orders a retry.
    Rejected {
        /// In the destination's words, or ours.
        reason: Reason,
    },
    /// The user has to decide.
    Parked {
        /// About what.
        reason: Reason,
        /// The known facts, for the user's decision.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        evidence: Vec<String>,
        /// A send of unknown fate: a later retry looks for it first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<Intent>,
    },
    /// The policy leaves it out. Without that setting, a run that lists it moves it.
    Skipped {
        /// Which setting.
        reason: Reason,
    },
    /// It is never to be moved.
    Tombstoned {
        /// Who said so.
        reason: Reason,
        /// A send of unknown fate: a later retry looks for it first.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        intent: Option<Intent>,
    },
}

/// What becomes of a workout whose activities were removed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AfterRemoval {
    /// It is parked: the rest of the session was refused.
    Park,
    /// It is tombstoned: the user undid it.
    Tombstone,
    /// It is sent anew: the user ordered the source's present version.
    Resend,
}

/// The name of a state, as it stands in reports and JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum StateName {
    /// Listed by the source, not in the ledger yet.
    New,
    /// See [`State::Claimed`].
    // Reports have no separate name for `State::Removing`.
    #[serde(alias = "removing")]
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

    /// It is there, sent by the engine or not.
    pub(crate) const fn is_at_destination(self) -> bool {
        matches!(self, Self::Delivered | Self::Linked)
    }

    /// Nothing happens until the user orders something.
    #[must_use]
    pub const fn needs_user(self) -> bool {
        matches!(self, Self::Rejected | Self::Parked)
    }
}

impl std::fmt::Display for StateName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(self.as_str())
    }
}

impl State {
    /// The state's name. [`State::Removing`] is `claimed`: the engine works on it.
    #[must_use]
    pub const fn name(&self) -> StateName {
        match self {
            Self::Claimed | Self::Removing { .. } => StateName::Claimed,
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
    pub fn reason(&self) -> Option<&Reason> {
        match self {
            Self::Rejected { reason }
            | Self::Unsure { reason, .. }
            | Self::Removing { reason, .. }
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
            Self::Removing { not_before, .. } => *not_before,
            _ => None,
        }
    }

    /// The send whose fate is open, or was when the user was asked.
    #[must_use]
    pub fn intent(&self) -> Option<&Intent> {
        match self {
            Self::Sending { intent } | Self::Unsure { intent, .. } => Some(intent),
            Self::Removing { intent, .. }
            | Self::Parked { intent, .. }
            | Self::Tombstoned { intent, .. } => intent.as_ref(),
            _ => None,
        }
    }

    /// The times that decide when something happens.
    pub(super) fn times_mut(&mut self) -> impl Iterator<Item = &mut DateTime<Utc>> {
        let (not_before, intent) = match self {
            Self::Unsure {
                not_before, intent, ..
            } => (Some(not_before), Some(intent)),
            Self::Removing {
                not_before, intent, ..
            } => (not_before.as_mut(), intent.as_mut()),
            Self::Waiting { not_before, .. } => (Some(not_before), None),
            Self::Sending { intent } => (None, Some(intent)),
            Self::Parked { intent, .. } | Self::Tombstoned { intent, .. } => {
                (None, intent.as_mut())
            }
            _ => (None, None),
        };
        let sent = intent.into_iter().flat_map(|intent| {
            let always = [&mut intent.started_at, &mut intent.ends_by];
            always.into_iter().chain(&mut intent.missed_at)
        });
        not_before.into_iter().chain(sent)
    }
}
