//! What the ledger remembers of one workout on one route.

mod fidelity;
mod state;
mod steps;

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use workout_files::Sport;

use crate::ledger::Version;
use crate::{DeliveryForm, Finishing, Item, Receipt};
pub use fidelity::{Aspect, Fate, Fidelity};
pub use state::{Setting, State, StateName};
pub(crate) use steps::Which;
pub use steps::{FinishStep, Step, VerifyStep};

/// How many lines of history a record keeps.
const HISTORY: usize = 24;
/// How long a lease may be of which the record does not say when it began.
const LONGEST_LEASE: TimeDelta = TimeDelta::hours(24);

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
    /// Failures of fetching, converting or sending, and workers that died at this workout, since the last success or the last order of
    /// the user.
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
    /// Sends of unknown fate that the engine gave up looking for and sent again. Never cleared: this bounds re-sends.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lost_sends: Vec<LostSend>,
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
    /// What will be left to be set once it is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finishing: Option<Finishing>,
    /// When the destination's listing was last read without showing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_at: Option<DateTime<Utc>>,
}

/// A send whose fate never became known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LostSend {
    /// Which exercise of the workout, counted from 0.
    pub part: usize,
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// Why its fate was unknown.
    pub reason: String,
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
    /// What the destination lost on the way in and is to be set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish: Option<FinishStep>,
    /// Whether it arrived as it was, when somebody wants to know.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<VerifyStep>,
    /// What was at the destination before, as long as it is not known which activity it became: it is none of these.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pre_image: Vec<String>,
    /// When the engine sent it; `None` for what was found there, and for deliveries of versions that did not record it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<DateTime<Utc>>,
}

impl Part {
    /// An exercise that was found there: it belongs to the person, and nothing is done with it.
    pub(crate) fn found(receipt: Receipt, facts: Facts) -> Self {
        Self {
            form: None,
            receipt,
            facts,
            finish: None,
            verify: None,
            pre_image: Vec::new(),
            sent_at: None,
        }
    }

    /// An exercise that we sent, with the steps that follow.
    pub(crate) fn sent(intent: Intent, receipt: Receipt, verify: bool) -> Self {
        let finish = intent.finishing.map(|wanted| FinishStep {
            wanted,
            step: Step::default(),
        });
        let searched = receipt.activity_id.is_none();
        Self {
            form: Some(intent.form),
            receipt,
            facts: intent.facts,
            finish,
            verify: verify.then(VerifyStep::default),
            pre_image: if searched {
                intent.pre_image
            } else {
                Vec::new()
            },
            sent_at: Some(intent.started_at),
        }
    }

    /// What was sent, as far as it is needed to find the activity it became.
    pub(crate) fn as_intent(&self, index: usize, of: usize, at: DateTime<Utc>) -> Intent {
        Intent {
            part: index,
            of,
            form: self.form.unwrap_or(DeliveryForm::TrackFile),
            started_at: at,
            ends_by: at,
            facts: self.facts.clone(),
            pre_image: self.pre_image.clone(),
            finishing: None,
            missed_at: None,
        }
    }
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
        let length = match self.since {
            Some(since) => self.until - since,
            None => LONGEST_LEASE,
        };
        self.until - now > length + tolerance
    }
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
            lost_sends: Vec::new(),
            history: Vec::new(),
            updated_at: now,
            version: None,
        };
        record.note(now, "claimed");
        record
    }

    /// Nothing more will or has to happen with it: it is where it should be, and no step after its delivery is open.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.state.name().is_settled() && !self.has_open_step()
    }

    /// Why it stands where it does, where there is something to say: of its state, else of the steps after its delivery.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        let state = self.state.reason().map(str::to_owned);
        state.or_else(|| self.steps_reason())
    }

    /// The earliest time at which something happens by itself, for what waits.
    #[must_use]
    pub fn not_before(&self) -> Option<DateTime<Utc>> {
        self.state.not_before().or_else(|| self.steps_not_before())
    }

    /// Whether receipts say which activities we created for it, and all of it is ours: only that can be removed again.
    #[must_use]
    pub fn can_be_undone(&self) -> bool {
        let is_ours = |part: &Part| part.form.is_some() && part.receipt.activity_id.is_some();
        !self.parts.is_empty() && self.parts.iter().all(is_ours)
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

    /// Moves the times that decide when something happens, because the clock that wrote them was ahead by `error`.
    pub(crate) fn put_times_right(&mut self, error: TimeDelta) {
        let right = |at: &mut DateTime<Utc>| *at = at.checked_sub_signed(error).unwrap_or(*at);
        let intent = match &mut self.state {
            State::Unsure {
                intent, not_before, ..
            } => {
                right(not_before);
                Some(intent)
            }
            State::Waiting { not_before, .. } => {
                right(not_before);
                None
            }
            State::Sending { intent } => Some(intent),
            State::Parked { intent, .. } | State::Tombstoned { intent, .. } => intent.as_mut(),
            _ => None,
        };
        if let Some(intent) = intent {
            right(&mut intent.started_at);
            right(&mut intent.ends_by);
            intent.missed_at.as_mut().map(right);
        }
        for part in &mut self.parts {
            part.sent_at.as_mut().map(right);
            for which in [Which::Finish, Which::Verify] {
                if let Some(Step::Open {
                    not_before: Some(not_before),
                    ..
                }) = part.step_mut(which)
                {
                    right(not_before);
                }
            }
        }
    }

    /// Whether the send whose fate is unknown is the last one that is allowed.
    pub(crate) fn is_sent_out(&self) -> bool {
        let intent = self.state.intent();
        intent.is_some_and(|intent| self.lost(intent.part) > 0)
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
        self.history.push(Event {
            at,
            what: what.into(),
        });
        self.updated_at = at;
    }
}
