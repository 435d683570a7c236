//! Where workouts go.

mod delivery;
mod finishing;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};
use workout_files::{Sport, Workout};

use crate::{ErrorKind, Item, ServiceError, Window};
pub use delivery::Delivery;
pub use finishing::Finishing;

/// A service that workouts are moved to.
///
/// The one rule for implementers: [`send`](Destination::send) **never retries by itself**, and says honestly what it knows about
/// whether the request could have been accepted.
#[async_trait]
pub trait Destination: Send + Sync {
    /// A short stable name, such as `runkeeper`: ASCII letters, digits, `-`, `_` and `.`. It is part of every ledger key.
    fn name(&self) -> &str;

    /// What this destination can do besides taking workouts.
    ///
    /// The default can do nothing else.
    fn capabilities(&self) -> Capabilities {
        Capabilities::none()
    }

    /// Proves that the session works, with one cheap request; called when another request failed in a way that may pass. The default has no
    /// session to prove.
    async fn check(&self) -> Result<(), ServiceError> {
        Ok(())
    }

    /// Lists the activities that exist on the days of `window`.
    ///
    /// # Behavior
    /// - Complete or an error, as for [`Source::list`](crate::Source::list): an upload is allowed
    ///   only because the listing shows no such activity.
    /// - Days are the destination's own local days. More than the asked days may be returned; never less.
    /// - Not called when [`Capabilities::find`] is false; the default refuses.
    async fn find(&self, window: Window) -> Result<Vec<Activity>, ServiceError> {
        let _ = window;
        Err(refusal(self.name(), "list activities"))
    }

    /// Decides, without any request, in which form this workout can be delivered.
    ///
    /// # Errors
    /// A [`Refusal`] in words that the user understands: the destination cannot hold this workout
    /// in any form.
    fn form(&self, item: &Item, workout: &Workout) -> Result<DeliveryForm, Refusal>;

    /// Sends one workout, once.
    ///
    /// # Behavior
    /// - Exactly one request that could create something leaves, or none. Requests that only prepare (read a form) may be repeated.
    /// - Ends within [`Delivery::time_limit`]; the engine drops the future afterwards and treats it as [`SendOutcome::MaybeSent`].
    /// - A lost session found *before or by* the request (redirect to the login page) may be renewed and sent again inside this call,
    ///   because the request was demonstrably not accepted.
    async fn send(&self, delivery: Delivery<'_>) -> SendOutcome;

    /// Removes an activity that a receipt proves was created by us.
    ///
    /// # Behavior
    /// - Never called after [`SendOutcome::AlreadyThere`]: that activity is linked, as one that another program may have created, also
    ///   where an earlier send of unknown fate with the same key created it.
    /// - Removing what is already gone is a success.
    /// - Not called when [`Capabilities::remove`] is false; the default refuses.
    async fn remove(&self, receipt: &Receipt) -> Result<(), ServiceError> {
        let _ = receipt;
        Err(refusal(self.name(), "remove activities"))
    }

    /// The values to set after a delivery in this form, because the destination loses them during
    /// the import. Decided without any request; `None` when nothing is lost that could be set.
    fn finishing(&self, item: &Item, workout: &Workout, form: DeliveryForm) -> Option<Finishing> {
        let _ = (item, workout, form);
        None
    }

    /// Sets what [`finishing`](Destination::finishing) named, on an activity that a receipt proves was created by us.
    ///
    /// # Behavior
    /// - Never called after [`SendOutcome::AlreadyThere`], as for [`remove`](Destination::remove).
    /// - Idempotent: after an interruption the engine calls it again, and setting a value that is
    ///   set already is a success.
    /// - Values that the user entered there in the meantime stay unchanged.
    /// - Gone at the destination: [`NotFound`](ErrorKind::NotFound).
    /// - Not called when [`Capabilities::finish`] is false; the default refuses.
    async fn finish(&self, receipt: &Receipt, what: &Finishing) -> Result<(), ServiceError> {
        let _ = (receipt, what);
        Err(refusal(self.name(), "change activities"))
    }

    /// Reads an activity back, as complete as the destination shows it.
    ///
    /// # Behavior
    /// - What the destination does not show is left out, never guessed.
    /// - Gone at the destination: [`NotFound`](ErrorKind::NotFound).
    /// - Not called when [`Capabilities::read_back`] is false; the default refuses.
    async fn read_back(&self, receipt: &Receipt) -> Result<Workout, ServiceError> {
        let _ = receipt;
        Err(refusal(self.name(), "read activities back"))
    }
}

fn refusal(name: &str, what: &str) -> ServiceError {
    ServiceError::new(ErrorKind::Other, format!("{name} can't {what}"))
}

/// The abilities of a [`Destination`] besides taking workouts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[must_use]
#[non_exhaustive]
pub struct Capabilities {
    /// [`Destination::find`] works. Without it an upload of unknown fate can only be parked.
    pub find: bool,
    /// [`Destination::remove`] works.
    pub remove: bool,
    /// [`Destination::finish`] works.
    pub finish: bool,
    /// [`Destination::read_back`] works.
    pub read_back: bool,
    /// [`Destination::find`] says at which time of day an activity started.
    pub time_of_day: bool,
    /// Sending the same [`key`](Delivery::key) again creates nothing: the destination answers
    /// [`SendOutcome::AlreadyThere`]. An upload of unknown fate is then simply sent again.
    pub idempotent: bool,
    /// A listing of the whole history costs about as much as that of a few days: of a folder. Before a run changes anything there, it
    /// then looks whether the destination still lists something of what was delivered: a drive that is not mounted lists none of it.
    pub lists_all_at_once: bool,
}

impl Capabilities {
    /// Nothing but taking workouts.
    pub const fn none() -> Self {
        Self {
            find: false,
            remove: false,
            finish: false,
            read_back: false,
            time_of_day: false,
            idempotent: false,
            lists_all_at_once: false,
        }
    }

    /// Says whether activities can be listed.
    pub const fn with_find(mut self, yes: bool) -> Self {
        self.find = yes;
        self
    }

    /// Says whether activities can be removed.
    pub const fn with_remove(mut self, yes: bool) -> Self {
        self.remove = yes;
        self
    }

    /// Says whether activities can be finished after they were created.
    pub const fn with_finish(mut self, yes: bool) -> Self {
        self.finish = yes;
        self
    }

    /// Says whether activities can be read back.
    pub const fn with_read_back(mut self, yes: bool) -> Self {
        self.read_back = yes;
        self
    }

    /// Says whether the listing has a time of day.
    pub const fn with_time_of_day(mut self, yes: bool) -> Self {
        self.time_of_day = yes;
        self
    }

    /// Says whether sending the same key again creates nothing.
    pub const fn with_idempotent(mut self, yes: bool) -> Self {
        self.idempotent = yes;
        self
    }

    /// Says whether a listing of the whole history is cheap.
    pub const fn with_lists_all_at_once(mut self, yes: bool) -> Self {
        self.lists_all_at_once = yes;
        self
    }
}

/// An activity that exists at the destination, with the facts that its listing shows.
///
/// Listings differ: Runkeeper's has a day, a distance and perhaps a duration, but no time of day.
/// Unknown facts are `None`. A destination that has no listing may keep them as JSON.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Activity {
    /// The destination's identifier.
    pub id: String,
    /// The local day.
    pub day: Option<NaiveDate>,
    /// Wall-clock start without a zone, when the listing has a time of day.
    pub start: Option<NaiveDateTime>,
    /// The start as an instant, when the listing has one.
    pub start_utc: Option<DateTime<Utc>>,
    /// Duration in milliseconds, as the destination counts it.
    pub duration_ms: Option<u64>,
    /// Distance in metres.
    pub distance_m: Option<f64>,
    /// The type.
    pub sport: Option<Sport>,
    /// The [`key`](Delivery::key) of the delivery that created it, where the destination keeps it. Equal keys are the same workout,
    /// whatever else differs; an activity with another key is another workout.
    pub key: Option<String>,
}

impl Activity {
    /// An activity of which only the identifier is known.
    pub fn new(id: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            ..Self::default()
        }
    }
}

/// In which form a workout is delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryForm {
    /// A file with the recorded track.
    TrackFile,
    /// Start, duration, distance and type typed into the destination's form; no track.
    ManualEntry,
}

impl DeliveryForm {
    /// The name used in ledgers and JSON: `track_file` or `manual_entry`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::TrackFile => "track_file",
            Self::ManualEntry => "manual_entry",
        }
    }
}

/// Why a destination can't hold a workout, in words for the person who runs the sync.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Refusal(pub String);

/// The outcome of a send. The difference between `NotSent` and `MaybeSent` decides whether a
/// workout may be sent again.
#[derive(Debug)]
#[non_exhaustive]
pub enum SendOutcome {
    /// The answer proves that the activity was taken.
    Accepted(Receipt),
    /// An answer arrived that proves nothing (HTML, an empty body, an unknown shape). It has to be looked up in the listing.
    /// The text names the kind of answer, never its content.
    Opaque(String),
    /// The answer says that the destination will not take this workout, and why.
    Rejected(String),
    /// Proved: the destination did not take it (the request never left, or the answer says so: login page, 429).
    NotSent(ServiceError),
    /// The destination has it already, as the activity with this identifier, and created nothing: it is linked, and never taken for a
    /// delivery of the engine.
    AlreadyThere(String),
    /// The request may have arrived: broken connection, time-out, 5xx.
    MaybeSent(ServiceError),
}

/// What proves a delivery.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Receipt {
    /// The destination's identifier of the activity, when it is known.
    pub activity_id: Option<String>,
}

impl Receipt {
    /// A receipt that names the activity.
    pub fn with_id(id: impl Into<String>) -> Self {
        Self {
            activity_id: Some(id.into()),
        }
    }

    /// The identifier of the activity.
    ///
    /// # Errors
    /// [`ErrorKind::Invalid`] when the receipt names none.
    pub fn id(&self) -> Result<&str, ServiceError> {
        let missing = || ServiceError::new(ErrorKind::Invalid, "the receipt names no activity");
        self.activity_id.as_deref().ok_or_else(missing)
    }
}
