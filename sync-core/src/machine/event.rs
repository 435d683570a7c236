//! The events of a workout, and why its state may refuse one.

use chrono::{DateTime, TimeDelta, Utc};
use workout_files::Sport;

use crate::model::{Fidelity, Intent, Part, Reason, Step, StepId};
use crate::{Item, Receipt};

/// The events of a workout.
#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// A worker takes it.
    Claimed,
    /// The worker releases its claim and changes nothing else.
    Released,
    /// The source lists it with these facts, before anything of it was sent.
    Listed(Box<Item>),
    /// The recording has facts that the listing lacked.
    Learned {
        start_utc: Option<DateTime<Utc>>,
        sport: Option<Sport>,
    },
    /// The policy leaves it out.
    LeftOut(Reason),
    /// It waits for something that is not its fault.
    Postponed {
        not_before: DateTime<Utc>,
        reason: Reason,
    },
    /// Fetching, converting, sending or removing failed; at least `wait` until the next try.
    Failed { reason: Reason, wait: TimeDelta },
    /// The failure was not its own: the attempt does not count.
    AttemptReturned,
    /// The user has to decide.
    Parked {
        reason: Reason,
        evidence: Vec<String>,
    },
    /// It was found at the destination, without having been sent. `of`: how many exercises it has.
    Found {
        part: Box<Part>,
        of: usize,
        evidence: String,
    },
    /// It is another identifier of this workout, which is taken care of: `is_excluded`, by the user's order not to move it.
    SameAs { id: String, is_excluded: bool },
    /// Every exercise is at the destination already.
    Complete,
    /// It is about to be sent.
    Sending(Intent),
    /// The answer, or the listing after it, proves that it was accepted.
    Accepted(Receipt),
    /// It is not known whether it arrived.
    Unclear(Reason),
    /// The destination refused it.
    Refused(Reason),
    /// The listing does not show what was sent, and that proves nothing yet.
    Missed,
    /// The listing shows what was sent.
    Appeared { activity: String, evidence: String },
    /// The sent workout did not arrive, or was looked for long enough: it may be sent once more.
    GivenUp { is_proved: bool },
    /// The destination recognises a second send of the same: it may be sent again at once.
    SendAgain,
    /// One of its activities was removed.
    PartRemoved,
    /// It is known now which activity an exercise became.
    Identified(usize, String),
    /// A step after the delivery is done.
    StepDone(StepId, Option<Fidelity>),
    /// A step after the delivery is not done.
    StepFailed(StepId, Step),
    /// An activity appeared later that equals it.
    DuplicateSeen { activity: String, evidence: String },
    /// The source's file can be read now: an export was replaced by a better one.
    FileMended,
    /// The user accepts that the source does not list it any more.
    AcceptedAsGone,
    /// Another program's list says that it was synced.
    Imported,
    /// The user orders another try.
    Retry,
    /// The user says that none of these activities is it, and orders another try.
    NotThere(Vec<String>),
    /// The user orders that it is never moved.
    Skip,
    /// The user orders the removal of what the engine sent.
    Undo,
    /// The user orders that what the engine sent is replaced.
    Redeliver(Box<Item>),
}

/// Why a workout's state does not allow a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Obstacle {
    /// It is at the destination.
    #[error("it is at the destination; nothing is to be sent")]
    AtDestination,
    /// Its removal from the destination goes on; a run finishes it.
    #[error("its removal from the destination was interrupted; the next run finishes it")]
    BeingRemoved,
    /// It was sent twice without a clear answer, and is never sent a third time.
    #[error(
        "it was sent twice without a clear answer, and is never sent a third time: upload it by hand, then skip it"
    )]
    SentTwice,
    /// It was sent, and the engine cannot search this destination for it.
    #[error(
        "it was sent, and this destination can't be searched for it: look there; if it is not there, say so with the \
         retry, else skip it"
    )]
    NotSearchable,
    /// Nothing of it was sent.
    #[error("nothing of it is at the destination by the engine's doing")]
    NothingSent,
    /// A part of it was at the destination before.
    #[error("it was at the destination before; the engine does not remove it")]
    NotOurs,
    /// No receipt says which activity it is.
    #[error("no receipt says which activity it is; remove it by hand")]
    NoReceipt,
    /// The destination can't remove activities.
    #[error("this destination can't remove activities")]
    CannotRemove,
    /// It is not in a state for this.
    #[error("its state does not allow that")]
    WrongState,
}
