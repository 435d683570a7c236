//! The record of one workout.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{LostSend, Part, Reason, State, Step};
use crate::ledger::Version;
use crate::{DeliveryForm, Item, Receipt};

/// How many sends of one exercise may have an unknown fate, ever.
pub(crate) const MOST_UNKNOWN_SENDS: usize = 2;

/// How many lines of history a record keeps.
const HISTORY: usize = 24;
/// How long a lease may be of which the record does not say when it began.
const LONGEST_LEASE: TimeDelta = TimeDelta::hours(24);

/// One workout on one route: the workout, where it stands, and how it got there.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Record {
    /// The workout as the source listed it.
    pub item: Item,
    /// Its state on the route.
    #[serde(flatten)]
    pub state: State,
    /// Which worker works on it now, until when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lease: Option<Lease>,
    /// Failures of fetching, converting or sending, and workers that ended at this workout, since
    /// the last success or the user's last order.
    #[serde(default)]
    pub attempts: u32,
    /// Exercises that are at the destination (a multi-sport session is delivered as one activity
    /// per exercise).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parts: Vec<Part>,
    /// Activities at the destination that are not this workout: the user said so, or the engine
    /// removed them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_ours: Vec<String>,
    /// The user said that the destination's listing is complete, even where delivered activities
    /// are missing.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub listing_trusted: bool,
    /// Sends of unknown fate that the engine gave up looking for and sent again. Never cleared:
    /// this bounds re-sends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost_sends: Vec<LostSend>,
    /// Activities that appeared after the delivery and equal it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub duplicates: Vec<Duplicate>,
    /// The other identifier of this workout, where the source created it anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub same_as: Option<String>,
    /// The user said that it is a separate workout, although the source names it as a copy of another one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub distinct: bool,
    /// The user accepted that the source does not list it any more.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub gone: bool,
    /// What happened, oldest first; the oldest lines are dropped when it grows long.
    #[serde(default)]
    pub history: Vec<HistoryEntry>,
    /// When this record was last written.
    pub updated_at: DateTime<Utc>,
    /// The version of the document that this copy was read from or written as; `None`: not in the
    /// ledger yet. A save writes over that version only, whatever was read since.
    #[serde(skip)]
    pub(crate) version: Option<Version>,
}

/// An activity that appeared after a delivery and equals it: perhaps another program's copy. The
/// engine never touches it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Duplicate {
    /// The destination's identifier.
    pub activity: String,
    /// When the engine saw it.
    pub seen_at: DateTime<Utc>,
    /// What speaks for it.
    pub evidence: String,
}

/// The right to work on a workout, for a time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Lease {
    /// Who holds it: unique for each process and run.
    pub holder: String,
    /// Until when.
    pub until: DateTime<Utc>,
    /// Since when; `None` in records of versions that did not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<DateTime<Utc>>,
}

impl Lease {
    /// Whether it ends further ahead than its own length allows: the clock that wrote it was wrong. `tolerance` is by how much clocks may
    /// differ.
    pub(crate) fn is_void(&self, now: DateTime<Utc>, tolerance: TimeDelta) -> bool {
        let length = self.since.map_or(LONGEST_LEASE, |since| self.until - since);
        let longest = length.checked_add(&tolerance);
        longest.is_some_and(|longest| self.until - now > longest)
    }
}

/// One line of a record's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct HistoryEntry {
    /// When.
    pub at: DateTime<Utc>,
    /// What happened, in words.
    pub what: String,
}

impl Record {
    /// A workout that is not in the ledger yet.
    #[must_use]
    pub fn new(item: Item, now: DateTime<Utc>) -> Self {
        Self {
            item,
            updated_at: now,
            ..Self::default()
        }
    }

    /// Nothing more happens with it: it is where it should be, and no step after its delivery is
    /// open.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.state.name().is_settled() && !self.has_open_step()
    }

    /// Why it stands where it does, where there is something to say: of its state, else of the
    /// steps after its delivery, else of its other identifier.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        let state = self.state.reason().map(Reason::to_string);
        let same_as = || {
            let id = self.same_as.clone()?;
            Some(Reason::SameAs { id }.to_string())
        };
        let duplicate = || {
            let last = self.duplicates.last()?;
            Some(format!(
                "possible duplicate: activity {} appeared after the delivery and looks the same ({})",
                last.activity, last.evidence
            ))
        };
        state
            .or_else(|| self.steps_reason())
            .or_else(same_as)
            .or_else(duplicate)
    }

    /// The earliest time at which something happens by itself, for what waits.
    #[must_use]
    pub fn not_before(&self) -> Option<DateTime<Utc>> {
        self.state.not_before().or_else(|| self.steps_not_before())
    }

    /// The engine created everything that is at the destination of this workout, and knows which
    /// activities they are: only that can be removed again.
    #[must_use]
    pub fn can_be_undone(&self) -> bool {
        !self.parts.is_empty() && self.parts.iter().all(Part::is_removable)
    }

    /// The receipt of the whole workout: of its first exercise.
    #[must_use]
    pub fn receipt(&self) -> Option<&Receipt> {
        self.parts.first().map(|part| &part.receipt)
    }

    /// The activities that are known to be this workout's.
    pub(crate) fn activity_ids(&self) -> impl Iterator<Item = &str> {
        let receipts = self.parts.iter().map(|part| &part.receipt);
        receipts.filter_map(|receipt| receipt.activity_id.as_deref())
    }

    /// The form of the whole workout: manual only when every exercise is.
    #[must_use]
    pub fn form(&self) -> Option<DeliveryForm> {
        let forms = self.parts.iter().filter_map(|part| part.origin.form());
        forms.min_by_key(|form| *form != DeliveryForm::TrackFile)
    }

    /// Moves the times that decide when something happens, because the clock that wrote them was ahead by `error`. A time that is over was
    /// written by a right clock, or does no harm.
    pub(crate) fn put_times_right(&mut self, error: TimeDelta, now: DateTime<Utc>) {
        let right = |at: &mut DateTime<Utc>| {
            if *at > now {
                *at = at.checked_sub_signed(error).unwrap_or(*at);
            }
        };
        self.state.times_mut().for_each(right);
        for part in &mut self.parts {
            part.sent_at.as_mut().map(right);
            for step in part.steps_mut() {
                if let Step::Open { not_before, .. } = step {
                    not_before.as_mut().map(right);
                }
            }
        }
    }

    /// Whether nothing of it is, or may be, at the destination: it goes there as the source has it now.
    pub(crate) fn is_untouched(&self) -> bool {
        self.parts.is_empty() && self.lost_sends.is_empty() && self.state.intent().is_none()
    }

    /// Whether the send whose fate is unknown is the last one that is allowed.
    pub(crate) fn is_sent_out(&self) -> bool {
        let intent = self.state.intent();
        intent.is_some_and(|intent| self.lost(intent.part) + 1 >= MOST_UNKNOWN_SENDS)
    }

    /// How many sends of this exercise were given up as lost.
    pub(crate) fn lost(&self, part: usize) -> usize {
        let of_part = |lost: &&LostSend| lost.part == part;
        self.lost_sends.iter().filter(of_part).count()
    }

    /// Adds a line of history.
    pub(crate) fn note(&mut self, at: DateTime<Utc>, what: impl Into<String>) {
        if self.history.len() >= HISTORY {
            self.history.remove(0);
        }
        let what = what.into();
        self.history.push(HistoryEntry { at, what });
        self.updated_at = at;
    }
}
