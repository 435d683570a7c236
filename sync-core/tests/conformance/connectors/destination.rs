//! Destinations that are wrong in one way each.

use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use async_trait::async_trait;
use futures_executor::block_on;
use sync_core::conformance::{DestinationHarness, Report, SendFault, check_destination};
use sync_core::{
    Activity, Capabilities, Delivery, DeliveryForm, Destination, ErrorKind, Finishing, Item,
    Receipt, Refusal, SendOutcome, ServiceError, Window, Workout,
};

use super::{compare, left_out};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    OddName,
    CheckCreates,
    FormFlips,
    /// Sends everything twice, to be sure.
    SendsTwice,
    /// Tries again when the connection breaks.
    Retries,
    /// A broken connection is success.
    HopesForTheBest,
    /// A broken connection proves that nothing arrived.
    FearsTheWorst,
    /// An error of the service proves that nothing was stored.
    TrustsErrors,
    /// A page is a refusal.
    PageIsARefusal,
    /// The wait that the service asked for is forgotten.
    ForgetsTheWait,
    /// A refusal is success.
    RefusalIsSuccess,
    /// Keys are not compared.
    IgnoresKeys,
    /// The wrong activity is named for a known key.
    NamesAnother,
    /// The last day is missing.
    OpenEnd,
    /// A listing of many years is cut off.
    ShortMemory,
    /// The key of the listing is another one.
    AnotherKey,
    /// Listings lack a random entry.
    Flickers,
    /// The beginning of a broken listing is taken for all of it.
    SwallowsFaults,
    /// Starts are missing from the listing.
    NoStarts,
    /// Removing removes nothing.
    KeepsAll,
    /// Removing what is gone fails.
    GoneIsAnError,
    /// Without an id everything is removed.
    RemovesAll,
    /// A removed activity can be read.
    ReadsGhosts,
    /// Only the first finishing succeeds.
    FinishesOnce,
    /// A method works that is not promised.
    Modest,
}

const FAULTS: &[(Fault, &str)] = &[
    (Fault::OddName, "name"),
    (Fault::CheckCreates, "check"),
    (Fault::FormFlips, "form"),
    (Fault::SendsTwice, "sends-once"),
    (Fault::Retries, "lost-answer"),
    (Fault::HopesForTheBest, "lost-request"),
    (Fault::FearsTheWorst, "lost-answer"),
    (Fault::TrustsErrors, "error-after-storing"),
    (Fault::PageIsARefusal, "unreadable-answer"),
    (Fault::ForgetsTheWait, "busy"),
    (Fault::RefusalIsSuccess, "refused"),
    (Fault::IgnoresKeys, "same-key"),
    (Fault::IgnoresKeys, "same-key-after-lost-answer"),
    (Fault::NamesAnother, "same-key"),
    (Fault::OpenEnd, "find-shows-what-was-sent"),
    (Fault::ShortMemory, "find-shows-what-was-sent"),
    (Fault::AnotherKey, "find-shows-what-was-sent"),
    (Fault::Flickers, "find-is-stable"),
    (Fault::SwallowsFaults, "broken-find"),
    (Fault::NoStarts, "time-of-day"),
    (Fault::KeepsAll, "remove"),
    (Fault::GoneIsAnError, "remove-again"),
    (Fault::RemovesAll, "remove-without-receipt"),
    (Fault::ReadsGhosts, "read-back"),
    (Fault::FinishesOnce, "finish"),
    (Fault::Modest, "honest-capabilities"),
];

/// A service in memory.
#[derive(Default)]
struct Shelf {
    activities: Vec<(Activity, Workout)>,
    removed: Vec<Workout>,
    requests: usize,
    finishings: usize,
    listings: usize,
    next: Option<SendFault>,
    is_broken: bool,
}

impl Shelf {
    /// One request that may create something: `None` where no answer comes back.
    fn post(&mut self, delivery: &Delivery<'_>) -> Option<Result<String, SendFault>> {
        self.requests += 1;
        let fault = self.next.take();
        if let Some(SendFault::LostRequest) = fault {
            return None;
        }
        if let Some(fault @ (SendFault::Busy | SendFault::Refused)) = fault {
            return Some(Err(fault));
        }
        let id = format!("a{}", self.requests);
        let mut activity = Activity::new(&id);
        activity.day = Some(delivery.item.day());
        activity.start = Some(delivery.item.start);
        activity.key = Some(delivery.key.to_owned());
        self.activities.push((activity, delivery.workout.clone()));
        match fault {
            None => Some(Ok(id)),
            Some(SendFault::LostAnswer) => None,
            Some(fault) => Some(Err(fault)),
        }
    }
}

struct Handle {
    fault: Option<Fault>,
    shelf: Arc<Mutex<Shelf>>,
}

fn error(kind: ErrorKind) -> ServiceError {
    ServiceError::new(kind, "broken on purpose")
}

impl Handle {
    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap()
    }

    fn is(&self, fault: Fault) -> bool {
        self.fault == Some(fault)
    }
}

#[async_trait]
impl Destination for Handle {
    fn name(&self) -> &str {
        match self.fault {
            Some(Fault::OddName) => "the -> shelf",
            _ => "shelf",
        }
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::none()
            .with_find(true)
            .with_remove(true)
            .with_finish(true)
            .with_read_back(!self.is(Fault::Modest))
            .with_time_of_day(true)
            .with_idempotent(true)
            .with_lists_all_at_once(true)
    }

    async fn check(&self) -> Result<(), ServiceError> {
        if self.is(Fault::CheckCreates) {
            self.shelf().requests += 1;
        }
        Ok(())
    }

    async fn find(&self, window: Window) -> Result<Vec<Activity>, ServiceError> {
        let mut shelf = self.shelf();
        shelf.listings += 1;
        let within = |activity: &Activity| {
            let day = activity.day.unwrap();
            let is_cut = match self.fault {
                Some(Fault::OpenEnd) => day == window.until,
                Some(Fault::ShortMemory) => (day - window.from).num_days() > 1000,
                _ => false,
            };
            window.contains(day) && !is_cut
        };
        let activities = shelf
            .activities
            .iter()
            .map(|(activity, _)| activity.clone());
        let mut found: Vec<Activity> = activities.filter(within).collect();
        if shelf.is_broken && !self.is(Fault::SwallowsFaults) {
            return Err(error(ErrorKind::Temporary));
        }
        if shelf.is_broken || (self.is(Fault::Flickers) && shelf.listings.is_multiple_of(2)) {
            found.pop();
        }
        for activity in &mut found {
            if self.is(Fault::AnotherKey) {
                activity.key = Some("another".into());
            }
            if self.is(Fault::NoStarts) {
                activity.start = None;
            }
        }
        Ok(found)
    }

    fn form(&self, _: &Item, _: &Workout) -> Result<DeliveryForm, Refusal> {
        let mut shelf = self.shelf();
        shelf.listings += 1;
        match self.is(Fault::FormFlips) && shelf.listings.is_multiple_of(2) {
            true => Ok(DeliveryForm::ManualEntry),
            false => Ok(DeliveryForm::TrackFile),
        }
    }

    async fn send(&self, delivery: Delivery<'_>) -> SendOutcome {
        let mut shelf = self.shelf();
        let known = shelf
            .activities
            .iter()
            .find(|(activity, _)| activity.key.as_deref() == Some(delivery.key));
        if let Some((activity, _)) = known
            && !self.is(Fault::IgnoresKeys)
        {
            return SendOutcome::AlreadyThere(match self.is(Fault::NamesAnother) {
                true => "a0".into(),
                false => activity.id.clone(),
            });
        }
        let mut answer = shelf.post(&delivery);
        if self.is(Fault::SendsTwice) || (self.is(Fault::Retries) && answer.is_none()) {
            answer = shelf.post(&delivery);
        }
        match answer {
            Some(Ok(id)) => SendOutcome::Accepted(Receipt::with_id(id)),
            None if self.is(Fault::HopesForTheBest) => SendOutcome::Accepted(Receipt::default()),
            None if self.is(Fault::FearsTheWorst) => {
                SendOutcome::NotSent(error(ErrorKind::Temporary))
            }
            None => SendOutcome::MaybeSent(error(ErrorKind::Temporary)),
            Some(Err(SendFault::Busy)) => {
                let wait = (!self.is(Fault::ForgetsTheWait)).then_some(Duration::from_secs(2));
                SendOutcome::NotSent(error(ErrorKind::Temporary).with_retry_after(wait))
            }
            Some(Err(SendFault::Refused)) if self.is(Fault::RefusalIsSuccess) => {
                SendOutcome::Accepted(Receipt::default())
            }
            Some(Err(SendFault::Refused)) => SendOutcome::Rejected("a bad file".into()),
            Some(Err(SendFault::UnreadableAnswer)) if self.is(Fault::PageIsARefusal) => {
                SendOutcome::Rejected("a page".into())
            }
            Some(Err(SendFault::UnreadableAnswer)) => SendOutcome::Opaque("a page".into()),
            Some(Err(_)) if self.is(Fault::TrustsErrors) => {
                SendOutcome::NotSent(error(ErrorKind::Temporary))
            }
            Some(Err(_)) => SendOutcome::MaybeSent(error(ErrorKind::Temporary)),
        }
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), ServiceError> {
        let mut shelf = self.shelf();
        let Some(id) = &receipt.activity_id else {
            if self.is(Fault::RemovesAll) {
                shelf.activities.clear();
            }
            return Err(error(ErrorKind::Invalid));
        };
        let place = shelf
            .activities
            .iter()
            .position(|(there, _)| there.id == *id);
        match place {
            Some(_) if self.is(Fault::KeepsAll) => Ok(()),
            Some(place) => {
                let (_, workout) = shelf.activities.remove(place);
                shelf.removed.push(workout);
                Ok(())
            }
            None if self.is(Fault::GoneIsAnError) => Err(error(ErrorKind::NotFound)),
            None => Ok(()),
        }
    }

    async fn finish(&self, receipt: &Receipt, what: &Finishing) -> Result<(), ServiceError> {
        let mut shelf = self.shelf();
        shelf.finishings += 1;
        if self.is(Fault::FinishesOnce) && shelf.finishings > 1 {
            return Err(error(ErrorKind::Invalid));
        }
        let id = receipt.activity_id.as_deref();
        let found = shelf
            .activities
            .iter_mut()
            .find(|(activity, _)| Some(activity.id.as_str()) == id);
        let (_, workout) = found.ok_or_else(|| error(ErrorKind::NotFound))?;
        workout.notes.clone_from(&what.notes);
        Ok(())
    }

    async fn read_back(&self, receipt: &Receipt) -> Result<Workout, ServiceError> {
        let shelf = self.shelf();
        let id = receipt.activity_id.as_deref();
        let found = shelf
            .activities
            .iter()
            .find(|(activity, _)| Some(activity.id.as_str()) == id);
        match found {
            Some((_, workout)) => Ok(workout.clone()),
            None if self.is(Fault::ReadsGhosts) => Ok(shelf.removed[0].clone()),
            None => Err(error(ErrorKind::NotFound)),
        }
    }
}

struct Harness {
    fault: Option<Fault>,
    shelf: Arc<Mutex<Shelf>>,
}

impl DestinationHarness for Harness {
    type Destination = Handle;

    async fn open(&self) -> Handle {
        Handle {
            fault: self.fault,
            shelf: Arc::clone(&self.shelf),
        }
    }

    async fn activities(&self) -> usize {
        self.shelf.lock().unwrap().activities.len()
    }

    async fn create_requests(&self) -> Option<usize> {
        Some(self.shelf.lock().unwrap().requests)
    }

    async fn fail_next_send(&self, fault: SendFault) -> bool {
        self.shelf.lock().unwrap().next = Some(fault);
        true
    }

    async fn break_listings(&self) -> bool {
        self.shelf.lock().unwrap().is_broken = true;
        true
    }

    async fn mend(&self) {
        self.shelf.lock().unwrap().is_broken = false;
    }
}

fn check(fault: Option<Fault>) -> Report {
    let shelf = Arc::default();
    block_on(check_destination(&Harness { fault, shelf }))
}

#[test]
fn an_honest_destination_passes_and_each_broken_one_fails() {
    let honest = check(None);
    honest.assert_conformant();
    assert_eq!(left_out(&honest), [""; 0]);
    compare(FAULTS, &honest, |fault| check(Some(fault)));
}
