//! One exercise of a workout: about to be sent, lost, or at the destination.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Facts, FinishStep, Reason, Step, StepKind, VerifyStep};
use crate::{DeliveryForm, Finishing, Receipt};

/// The intent to send, in the ledger before the first byte leaves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Intent {
    /// Which exercise of the workout, counted from 0.
    pub part: usize,
    /// Of how many.
    pub of: usize,
    /// In which form.
    pub form: DeliveryForm,
    /// When the send started.
    pub started_at: DateTime<Utc>,
    /// By when the send has ended, whatever happened to the worker.
    pub ends_by: DateTime<Utc>,
    /// The facts by which the activity is recognised.
    pub facts: Facts,
    /// The activities that the destination listed before: none of them is this upload.
    pub pre_image: Vec<String>,
    /// The values to set once the activity is there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finishing: Option<Finishing>,
    /// When the destination's listing was last read without showing it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub missed_at: Option<DateTime<Utc>>,
}

/// A send whose fate never became known.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LostSend {
    /// Which exercise of the workout, counted from 0.
    pub part: usize,
    /// When it was sent.
    pub at: DateTime<Utc>,
    /// Why its fate was unknown.
    pub reason: Reason,
    /// The facts by which it is recognised if it appears later; `None` where it is proved that it did not arrive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
}

impl LostSend {
    pub(crate) fn new(intent: Intent, reason: Reason, is_proved: bool) -> Self {
        Self {
            part: intent.part,
            at: intent.started_at,
            reason,
            facts: Some(intent.facts).filter(|_| !is_proved),
        }
    }
}

/// How an exercise came to the destination.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Origin {
    /// It was there before; the engine never modifies it.
    #[default]
    Found,
    /// The engine sent it in this form.
    #[serde(untagged)]
    Sent(DeliveryForm),
}

impl Origin {
    /// The engine created the activity.
    #[must_use]
    pub const fn is_sent(&self) -> bool {
        matches!(self, Self::Sent(_))
    }

    /// In which form the engine sent it.
    #[must_use]
    pub const fn form(self) -> Option<DeliveryForm> {
        match self {
            Self::Sent(form) => Some(form),
            Self::Found => None,
        }
    }

    // By reference, because serde calls it so.
    fn is_found(&self) -> bool {
        !self.is_sent()
    }
}

/// An exercise that is at the destination.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Part {
    /// How it came there.
    #[serde(rename = "form", default, skip_serializing_if = "Origin::is_found")]
    pub origin: Origin,
    /// What proves it.
    pub receipt: Receipt,
    /// The facts by which it is recognised.
    pub facts: Facts,
    /// The values that the destination lost during the import and the engine sets.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finish: Option<FinishStep>,
    /// The comparison with the source's workout, where the policy asks for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<VerifyStep>,
    /// The activities that were there before, as long as the receipt names no activity: this part
    /// is not one of them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pre_image: Vec<String>,
    /// When the engine sent it; `None` for what was found there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sent_at: Option<DateTime<Utc>>,
}

impl Part {
    /// An exercise that was found there.
    pub(crate) fn found(activity: impl Into<String>, facts: Facts) -> Self {
        Self {
            receipt: Receipt::with_id(activity),
            facts,
            ..Self::default()
        }
    }

    /// An exercise that the engine sent, with the steps that follow.
    pub(crate) fn sent(intent: Intent, receipt: Receipt, verify: bool) -> Self {
        let step = Step::default();
        // Only until its activity is known.
        let pre_image = receipt.activity_id.is_none().then_some(intent.pre_image);
        Self {
            origin: Origin::Sent(intent.form),
            receipt,
            facts: intent.facts,
            finish: intent.finishing.map(|wanted| FinishStep { wanted, step }),
            verify: verify.then(VerifyStep::default),
            pre_image: pre_image.unwrap_or_default(),
            sent_at: Some(intent.started_at),
        }
    }

    /// The engine created the activity and knows which one it is: only such a one can be removed.
    pub(crate) fn is_removable(&self) -> bool {
        self.origin.is_sent() && self.receipt.activity_id.is_some()
    }

    /// The state of a step, where the part has that step.
    pub(crate) fn step(&self, kind: StepKind) -> Option<&Step> {
        match kind {
            StepKind::Finish => self.finish.as_ref().map(|finish| &finish.step),
            StepKind::Verify => self.verify.as_ref().map(|verify| &verify.step),
        }
    }

    pub(super) fn steps_mut(&mut self) -> impl Iterator<Item = &mut Step> {
        let finish = self.finish.as_mut().map(|finish| &mut finish.step);
        let verify = self.verify.as_mut().map(|verify| &mut verify.step);
        finish.into_iter().chain(verify)
    }

    pub(crate) fn step_mut(&mut self, kind: StepKind) -> Option<&mut Step> {
        match kind {
            StepKind::Finish => self.finish.as_mut().map(|finish| &mut finish.step),
            StepKind::Verify => self.verify.as_mut().map(|verify| &mut verify.step),
        }
    }
}
