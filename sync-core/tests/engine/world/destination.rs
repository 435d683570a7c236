//! The scripted destination.

use super::*;
use crate::after_delivery::AfterDelivery;

/// The destination's reaction to one upload.
#[derive(Debug, Clone, Copy)]
pub enum Answer {
    Accept,
    AcceptWithoutId,
    StoreThenReset,
    Reset,
    StoreOpaque,
    Opaque,
    Reject,
    NotSent(ErrorKind),
    /// Stores, and never answers.
    StoreAndHang,
    /// Says that it is there already, as activity 77.
    AlreadyThere,
    AlreadyThereAs(&'static str),
}

pub const ALL_OF_IT: Capabilities = Capabilities::none()
    .with_find(true)
    .with_remove(true)
    .with_finish(true)
    .with_read_back(true);

pub struct FakeDestination {
    pub activities: Mutex<Vec<Activity>>,
    /// The ids of the workouts in the order in which uploads were accepted, whatever was answered.
    pub stored: Mutex<Vec<String>>,
    /// How many sends reached the destination.
    pub sends: Mutex<usize>,
    pub script: Mutex<VecDeque<Answer>>,
    pub capabilities: Mutex<Capabilities>,
    /// The number of newest activities that the listing does not show yet.
    pub hidden: Mutex<usize>,
    pub finds: Mutex<usize>,
    /// The days of each listing.
    pub windows: Mutex<Vec<Window>>,
    /// The action of another program while the destination makes the next listing.
    pub meanwhile: Mutex<Option<Meanwhile>>,
    /// The listing, counted from the next one as 1, that shows nothing.
    pub blank: Mutex<usize>,
    pub find_error: Mutex<Option<ErrorKind>>,
    /// The kind of error with which it says that it is down.
    pub down: Mutex<Option<ErrorKind>>,
    pub removed: Mutex<Vec<String>>,
    /// The listing lags: it goes on showing what was removed.
    pub lists_removed: Mutex<bool>,
    ghosts: Mutex<Vec<Activity>>,
    /// How long it asks to wait with each error, and when each request came.
    pub retry_after: Mutex<Option<Duration>>,
    pub requests: Mutex<Vec<(&'static str, DateTime<Utc>)>>,
    pub clock: Mutex<Arc<FakeClock>>,
    /// What happens between a send and its arrival.
    pub meanwhile_sending: Mutex<Option<Meanwhile>>,
    pub after: AfterDelivery,
    /// Activities keep the key of their delivery, and a key that is there is not stored again.
    pub keeps_keys: Mutex<bool>,
    pub keys: Mutex<Vec<String>>,
    failing_removals: Mutex<usize>,
}

type Meanwhile = Box<dyn FnOnce() + Send>;

impl Default for FakeDestination {
    fn default() -> Self {
        Self {
            activities: Mutex::default(),
            stored: Mutex::default(),
            sends: Mutex::default(),
            script: Mutex::default(),
            capabilities: Mutex::new(ALL_OF_IT),
            hidden: Mutex::default(),
            finds: Mutex::default(),
            windows: Mutex::default(),
            meanwhile: Mutex::default(),
            blank: Mutex::default(),
            find_error: Mutex::default(),
            down: Mutex::default(),
            removed: Mutex::default(),
            lists_removed: Mutex::default(),
            ghosts: Mutex::default(),
            retry_after: Mutex::default(),
            requests: Mutex::default(),
            clock: Mutex::default(),
            meanwhile_sending: Mutex::default(),
            after: AfterDelivery::default(),
            keeps_keys: Mutex::default(),
            keys: Mutex::default(),
            failing_removals: Mutex::default(),
        }
    }
}

impl FakeDestination {
    pub fn answers(&self, answers: &[Answer]) {
        self.script.lock().unwrap().extend(answers.iter().copied());
    }

    /// The next removals fail.
    pub fn remove_fails(&self, times: usize) {
        *self.failing_removals.lock().unwrap() = times;
    }

    fn asked(&self, what: &'static str) {
        let now = self.clock.lock().unwrap().now();
        self.requests.lock().unwrap().push((what, now));
    }

    fn error(&self, kind: ErrorKind, message: &str) -> ServiceError {
        ServiceError::new(kind, message).with_retry_after(*self.retry_after.lock().unwrap())
    }

    pub fn stored(&self) -> Vec<String> {
        let mut stored = self.stored.lock().unwrap().clone();
        stored.sort();
        stored
    }

    fn take_meanwhile(&self) -> Option<Meanwhile> {
        self.meanwhile.lock().unwrap().take()
    }

    fn is_blank(&self) -> bool {
        let mut blank = self.blank.lock().unwrap();
        let now = *blank == 1;
        *blank = blank.saturating_sub(1);
        now
    }

    /// Adds an activity that another program created.
    pub fn has(&self, id: &str, day: &str, seconds: u64, metres: f64) {
        self.activities
            .lock()
            .unwrap()
            .push(activity(id, day.parse().unwrap(), seconds, metres));
    }

    fn store(&self, delivery: &Delivery<'_>) -> String {
        let mut activities = self.activities.lock().unwrap();
        let removed = self.removed.lock().unwrap().len();
        let id = format!("{}", 9000 + activities.len() + removed);
        let lap = &delivery.workout.laps[0];
        let local = delivery.workout.start.unwrap() + TimeDelta::hours(2);
        let mut activity = activity(
            &id,
            local.date_naive(),
            lap.total_time_s.unwrap() as u64,
            lap.distance_m.unwrap(),
        );
        activity.key = self
            .keeps_keys
            .lock()
            .unwrap()
            .then(|| delivery.key.to_owned());
        activities.push(activity);
        self.stored.lock().unwrap().push(delivery.item.id.clone());
        self.after.import(&id, delivery.workout);
        id
    }
}

/// As Runkeeper lists it: a day, no time of day.
fn activity(id: &str, day: NaiveDate, seconds: u64, metres: f64) -> Activity {
    let mut activity = Activity::new(id);
    activity.day = Some(day);
    activity.duration_ms = Some(seconds * 1000);
    activity.distance_m = Some((metres / 10.0).round() * 10.0);
    activity.sport = Some(Sport::Running);
    activity
}

#[async_trait]
impl Destination for FakeDestination {
    fn name(&self) -> &str {
        "there"
    }

    fn capabilities(&self) -> Capabilities {
        *self.capabilities.lock().unwrap()
    }

    async fn check(&self) -> Result<(), ServiceError> {
        self.asked("check");
        match *self.down.lock().unwrap() {
            Some(kind) => Err(ServiceError::new(kind, "the destination is down")),
            None => Ok(()),
        }
    }

    async fn find(&self, window: Window) -> Result<Vec<Activity>, ServiceError> {
        *self.finds.lock().unwrap() += 1;
        self.windows.lock().unwrap().push(window);
        self.asked("find");
        if let Some(meanwhile) = self.take_meanwhile() {
            // The other program needs a separate thread: this one waits inside an executor.
            std::thread::spawn(meanwhile).join().unwrap();
        }
        if self.is_blank() {
            return Ok(Vec::new());
        }
        if let Some(kind) = *self.find_error.lock().unwrap() {
            return Err(self.error(kind, "the listing failed"));
        }
        let activities = self.activities.lock().unwrap();
        let shown = activities.len() - (*self.hidden.lock().unwrap()).min(activities.len());
        let ghosts = self.ghosts.lock().unwrap();
        Ok(activities[..shown]
            .iter()
            .chain(&*ghosts)
            .filter(|activity| window.contains(activity.day.unwrap()))
            .cloned()
            .collect())
    }

    fn form(&self, _: &Item, workout: &Workout) -> Result<DeliveryForm, Refusal> {
        match workout.has_route() {
            true => Ok(DeliveryForm::TrackFile),
            false if workout.laps[0].total_time_s == Some(0.0) => {
                Err(Refusal("it has no duration".into()))
            }
            false => Ok(DeliveryForm::ManualEntry),
        }
    }

    async fn send(&self, delivery: Delivery<'_>) -> SendOutcome {
        self.keys.lock().unwrap().push(delivery.key.to_owned());
        let known = self.activities.lock().unwrap().iter().find_map(|activity| {
            (activity.key.as_deref() == Some(delivery.key)).then(|| activity.id.clone())
        });
        if let Some(id) = known {
            return SendOutcome::AlreadyThere(id);
        }
        let answer = self
            .script
            .lock()
            .unwrap()
            .pop_front()
            .unwrap_or(Answer::Accept);
        self.asked("send");
        let meanwhile = self.meanwhile_sending.lock().unwrap().take();
        if let Some(meanwhile) = meanwhile {
            std::thread::spawn(meanwhile).join().unwrap();
        }
        let broken = || self.error(ErrorKind::Temporary, "connection reset");
        if !matches!(answer, Answer::NotSent(_)) {
            *self.sends.lock().unwrap() += 1;
        }
        match answer {
            Answer::Accept => SendOutcome::Accepted(Receipt::with_id(self.store(&delivery))),
            Answer::AcceptWithoutId => {
                self.store(&delivery);
                SendOutcome::Accepted(Receipt::default())
            }
            Answer::StoreThenReset => {
                self.store(&delivery);
                SendOutcome::MaybeSent(broken())
            }
            Answer::Reset => SendOutcome::MaybeSent(broken()),
            Answer::StoreOpaque => {
                self.store(&delivery);
                SendOutcome::Opaque("an HTML page".into())
            }
            Answer::Opaque => SendOutcome::Opaque("an HTML page".into()),
            Answer::Reject => SendOutcome::Rejected("the file is broken".into()),
            Answer::NotSent(kind) => SendOutcome::NotSent(self.error(kind, "not sent")),
            Answer::StoreAndHang => {
                self.store(&delivery);
                std::future::pending().await
            }
            Answer::AlreadyThere => SendOutcome::AlreadyThere("77".into()),
            Answer::AlreadyThereAs(id) => SendOutcome::AlreadyThere(id.into()),
        }
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), ServiceError> {
        let id = receipt.activity_id.clone().unwrap();
        {
            let mut failing = self.failing_removals.lock().unwrap();
            if *failing > 0 {
                *failing -= 1;
                return Err(self.error(ErrorKind::Temporary, "the removal failed"));
            }
        }
        let is_removed = |activity: &mut Activity| activity.id == id;
        let gone = self
            .activities
            .lock()
            .unwrap()
            .extract_if(.., is_removed)
            .collect::<Vec<_>>();
        if *self.lists_removed.lock().unwrap() {
            self.ghosts.lock().unwrap().extend(gone);
        }
        self.removed.lock().unwrap().push(id);
        Ok(())
    }

    fn finishing(&self, _: &Item, workout: &Workout, form: DeliveryForm) -> Option<Finishing> {
        crate::after_delivery::finishing(workout, form)
    }

    async fn finish(&self, receipt: &Receipt, what: &Finishing) -> Result<(), ServiceError> {
        self.after.finish(receipt, what)
    }

    async fn read_back(&self, receipt: &Receipt) -> Result<Workout, ServiceError> {
        self.after.read_back(receipt)
    }
}
