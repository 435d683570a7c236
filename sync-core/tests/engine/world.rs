//! A source and a destination with scripted behaviour, and a clock that the test moves.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use futures_executor::block_on;
use futures_util::StreamExt;
use sync_core::ledger::{MemoryLedger, SharedLedger};
use sync_core::{
    Activity, BoxStream, Cancel, Capabilities, Clock, Delivery, DeliveryForm, Destination, Engine,
    ErrorKind, Finishing, Item, Policy, Receipt, Record, Refusal, RouteReport, Run, RunError,
    RunRequest, SendOutcome, ServiceError, Source, Sport, StateName, Window, Workout,
};
use workout_files::{Lap, Position, Track, Trackpoint};

use crate::after_delivery::AfterDelivery;

pub struct World {
    pub source: Arc<FakeSource>,
    pub destination: Arc<FakeDestination>,
    pub ledger: SharedLedger,
    pub clock: Arc<FakeClock>,
    pub policy: Policy,
    runs: Mutex<u32>,
}

impl World {
    pub fn new() -> Self {
        let clock = Arc::new(FakeClock::default());
        clock.set("2026-11-23T08:00:00Z");
        let destination = FakeDestination::default();
        *destination.clock.lock().unwrap() = clock.clone();
        Self {
            source: Arc::new(FakeSource::default()),
            destination: Arc::new(destination),
            ledger: SharedLedger::new(MemoryLedger::new()),
            clock,
            policy: Policy::default().with_resend(Duration::ZERO),
            runs: Mutex::new(0),
        }
    }

    /// A run of 30 minutes over `km` kilometres, with a track.
    pub fn has(&self, id: &str, start: &str, minutes: u64, km: f64) {
        self.source.add(id, start, minutes * 60, km * 1000.0, true);
    }

    pub fn engine(&self) -> Engine {
        let mut runs = self.runs.lock().unwrap();
        *runs += 1;
        Engine::builder(
            self.source.clone(),
            self.destination.clone(),
            self.ledger.clone(),
            self.clock.clone(),
        )
        .holder(format!("worker {runs}"))
        .policy(self.policy.clone())
        .build()
    }

    pub fn try_run(&self, request: &RunRequest) -> Result<Run, RunError> {
        let engine = self.engine();
        let plan = block_on(engine.plan(request))?;
        Ok(block_on(engine.execute(plan, &Cancel::new())))
    }

    pub fn run(&self) -> Run {
        self.try_run(&RunRequest::new()).unwrap()
    }

    pub fn clock_now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    pub fn later(&self, seconds: i64) {
        self.clock.advance(TimeDelta::seconds(seconds));
    }

    pub fn record(&self, id: &str) -> Record {
        block_on(sync_core::Route::new(self.ledger.clone(), "here", "there").explain(id))
            .unwrap()
            .unwrap()
    }

    pub fn state(&self, id: &str) -> StateName {
        self.record(id).state.name()
    }

    pub fn status(&self) -> RouteReport {
        block_on(sync_core::Route::new(self.ledger.clone(), "here", "there").status()).unwrap()
    }
}

#[derive(Default)]
pub struct FakeClock(AtomicI64);

impl FakeClock {
    pub fn set(&self, text: &str) {
        let instant: DateTime<Utc> = text.parse().unwrap();
        self.0.store(instant.timestamp_millis(), Ordering::SeqCst);
    }

    pub fn advance(&self, by: TimeDelta) {
        self.0.fetch_add(by.num_milliseconds(), Ordering::SeqCst);
    }
}

#[async_trait]
impl Clock for FakeClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(self.0.load(Ordering::SeqCst)).unwrap()
    }

    /// Time passes only for those who wait.
    async fn sleep(&self, duration: Duration) {
        self.advance(TimeDelta::from_std(duration).unwrap());
    }
}

#[derive(Default)]
pub struct FakeSource {
    pub items: Mutex<BTreeMap<String, (Item, Vec<Workout>)>>,
    /// The errors that the next fetches of an id return.
    pub fetch_errors: Mutex<BTreeMap<String, VecDeque<ErrorKind>>>,
    /// How long it asks to wait when a fetch fails.
    pub retry_after: Mutex<Option<Duration>>,
    pub down: Mutex<bool>,
    pub fetches: Mutex<Vec<String>>,
    pub windows: Mutex<Vec<Window>>,
}

impl FakeSource {
    pub fn add(&self, id: &str, start: &str, seconds: u64, metres: f64, gps: bool) {
        let mut item = Item::new(id, start.parse().unwrap());
        item.duration_ms = Some(seconds * 1000);
        item.distance_m = (metres > 0.0).then_some(metres);
        item.sport = Some(Sport::Running);
        let workout = workout(&item, seconds, metres, gps);
        self.items
            .lock()
            .unwrap()
            .insert(id.to_owned(), (item, vec![workout]));
    }

    /// A session of several exercises of 10 minutes, one after the other.
    pub fn add_multisport(&self, id: &str, start: &str, exercises: u64) {
        let mut whole = Item::new(id, start.parse().unwrap());
        whole.duration_ms = Some(exercises * 600_000);
        let workouts = (0..exercises)
            .map(|number| {
                let mut part = whole.clone();
                part.start += TimeDelta::seconds(700 * number as i64);
                workout(&part, 600, 1000.0 * (number + 1) as f64, true)
            })
            .collect();
        self.items
            .lock()
            .unwrap()
            .insert(id.to_owned(), (whole, workouts));
    }

    /// Sets the sport and the notes of a workout, as the user does at the source.
    pub fn tell(&self, id: &str, sport: Sport, notes: &str) {
        let mut items = self.items.lock().unwrap();
        let (item, workouts) = items.get_mut(id).unwrap();
        item.sport = Some(sport.clone());
        for workout in workouts {
            workout.sport = sport.clone();
            workout.notes = Some(notes.to_owned()).filter(|notes| !notes.is_empty());
        }
    }

    pub fn fail(&self, id: &str, kinds: &[ErrorKind]) {
        let queue = kinds.iter().copied().collect();
        self.fetch_errors
            .lock()
            .unwrap()
            .insert(id.to_owned(), queue);
    }
}

/// Local time is two hours ahead of UTC in this world.
fn workout(item: &Item, seconds: u64, metres: f64, gps: bool) -> Workout {
    let start = (item.start - TimeDelta::hours(2)).and_utc();
    let mut workout = Workout::new(Sport::Running);
    workout.start = Some(start);
    let mut track = Track::new();
    for number in 0..=10_u32 {
        let mut point = Trackpoint::default();
        let part = f64::from(number) / 10.0;
        point.time = Some(start + TimeDelta::milliseconds((seconds as f64 * part * 1e3) as i64));
        if gps {
            let degrees = metres * part / 111_195.0;
            point.position = Position::new(degrees, 0.0);
        }
        track.push(point);
    }
    let mut lap = Lap::default();
    lap.start = Some(start);
    lap.total_time_s = Some(seconds as f64);
    lap.distance_m = Some(metres);
    lap.tracks.push(track);
    workout.laps.push(lap);
    workout
}

#[async_trait]
impl Source for FakeSource {
    fn name(&self) -> &str {
        "here"
    }

    async fn check(&self) -> Result<(), ServiceError> {
        match *self.down.lock().unwrap() {
            true => Err(ServiceError::new(
                ErrorKind::Temporary,
                "the source is down",
            )),
            false => Ok(()),
        }
    }

    fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>> {
        self.windows.lock().unwrap().push(window);
        let items: Vec<_> = self
            .items
            .lock()
            .unwrap()
            .values()
            .filter(|(item, _)| window.contains(item.day()))
            .map(|(item, _)| Ok(item.clone()))
            .collect();
        futures_util::stream::iter(items).boxed()
    }

    async fn fetch(&self, item: &Item) -> Result<Vec<Workout>, ServiceError> {
        self.fetches.lock().unwrap().push(item.id.clone());
        let error = self
            .fetch_errors
            .lock()
            .unwrap()
            .get_mut(&item.id)
            .and_then(VecDeque::pop_front);
        if let Some(kind) = error {
            let asked = *self.retry_after.lock().unwrap();
            let error = ServiceError::new(kind, "the source stumbled");
            return Err(error.with_retry_after(asked));
        }
        match self.items.lock().unwrap().get(&item.id) {
            Some((_, workouts)) => Ok(workouts.clone()),
            None => Err(ServiceError::new(ErrorKind::NotFound, "no such workout")),
        }
    }
}

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
    /// The action of another program while the destination makes the next listing.
    pub meanwhile: Mutex<Option<Meanwhile>>,
    /// The listing, counted from the next one as 1, that shows nothing.
    pub blank: Mutex<usize>,
    pub find_error: Mutex<Option<ErrorKind>>,
    pub down: Mutex<bool>,
    pub removed: Mutex<Vec<String>>,
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
            meanwhile: Mutex::default(),
            blank: Mutex::default(),
            find_error: Mutex::default(),
            down: Mutex::default(),
            removed: Mutex::default(),
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
            true => Err(ServiceError::new(
                ErrorKind::Temporary,
                "the destination is down",
            )),
            false => Ok(()),
        }
    }

    async fn find(&self, window: Window) -> Result<Vec<Activity>, ServiceError> {
        *self.finds.lock().unwrap() += 1;
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
        Ok(activities[..shown]
            .iter()
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
        self.activities
            .lock()
            .unwrap()
            .retain(|activity| activity.id != id);
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
