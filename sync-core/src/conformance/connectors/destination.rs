//! The suite for destinations: what its caller provides, and what its checks work with.

use std::cell::Cell;
use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use workout_files::{Lap, Position, Sport, Track, Trackpoint};

use super::super::report::Report;
use super::{Answer, Failure, broken, destination_checks, destination_sending, report, run_all};
use crate::{
    Activity, Capabilities, Delivery, Destination, Item, Receipt, SendOutcome, Window, Workout,
};

/// What happens to the next upload at the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendFault {
    /// The service stores it, and the connection breaks before the answer.
    LostAnswer,
    /// The connection breaks before the service stores anything.
    LostRequest,
    /// The service stores it and answers 500.
    ErrorAfterStoring,
    /// The service stores it and answers with something that proves nothing (an HTML page).
    UnreadableAnswer,
    /// The service is busy, stores nothing and asks to wait (429 or 503 with `Retry-After`).
    Busy,
    /// The service refuses this workout for good and stores nothing.
    Refused,
}

/// The service behind a destination under test, as [`check_destination`] needs it: a fake that counts
/// and can fail.
///
/// Activities of others may be there when the suite starts.
pub trait DestinationHarness {
    /// The destination under test.
    type Destination: Destination;

    /// Opens the destination, as a new process would. Every call gives another handle for the same
    /// service.
    fn open(&self) -> impl Future<Output = Self::Destination>;

    /// How many activities the service holds, whether its listing shows them or not.
    fn activities(&self) -> impl Future<Output = usize>;

    /// How many requests reached the service so far that could create something, whatever came of
    /// them. `None`: the harness cannot tell.
    fn create_requests(&self) -> impl Future<Output = Option<usize>> {
        async { None }
    }

    /// Makes the next upload meet this fault. Returns false, and changes nothing, where the harness
    /// cannot arrange it.
    fn fail_next_send(&self, fault: SendFault) -> impl Future<Output = bool> {
        let _ = fault;
        async { false }
    }

    /// From now on every listing breaks before its end. `false`: this harness cannot arrange that.
    fn break_listings(&self) -> impl Future<Output = bool> {
        async { false }
    }

    /// Listings work again.
    fn mend(&self) -> impl Future<Output = ()> {
        async {}
    }

    /// Returns when the listing has to show what was stored before: after the longest delay that
    /// the connector's documentation states. The default waits for nothing.
    fn settle(&self) -> impl Future<Output = ()> {
        async {}
    }

    /// The `number`th workout for the suite. All of them are different and on different days, and the
    /// destination takes them. The default is a [`test_workout`].
    fn workout(&self, number: usize) -> (Item, Workout) {
        test_workout(number)
    }
}

/// A run of half an hour with a route, two hours ahead of UTC, in spring 2026: `number` days after 1
/// March. Its id has spaces and a letter that is not ASCII, as a source's own text may.
#[must_use]
pub fn test_workout(number: usize) -> (Item, Workout) {
    const SECONDS: u32 = 1800;
    let days = TimeDelta::days(i64::try_from(number).unwrap_or_default());
    // 2026-03-01T08:00:00Z
    let start = DateTime::<Utc>::from_timestamp(1_772_352_000, 0).unwrap_or_default() + days;
    let metres = 5000.0 + 100.0 * number as f64;
    let mut track = Track::new();
    for step in 0..=60_u32 {
        let part = f64::from(step) / 60.0;
        let mut point = Trackpoint::at(start + TimeDelta::seconds(i64::from(step * SECONDS / 60)));
        point.position = Position::new(part * metres / 111_195.0, 0.001);
        point.altitude_m = Some(100.0 + part);
        point.distance_m = Some(part * metres);
        point.heart_rate = u8::try_from(120 + step).ok();
        track.push(point);
    }
    let mut lap = Lap::default();
    lap.start = Some(start);
    lap.total_time_s = Some(f64::from(SECONDS));
    lap.distance_m = Some(metres);
    lap.calories = Some(300);
    lap.tracks.push(track);
    let mut workout = Workout::new(Sport::Running);
    workout.start = Some(start);
    workout.local_offset = chrono::FixedOffset::east_opt(7200);
    workout.notes = Some(format!("run number {number}"));
    workout.laps.push(lap);
    let mut item = Item::new(
        format!("für {} km", 4000 + number),
        start.naive_utc() + TimeDelta::hours(2),
    );
    item.start_utc = Some(start);
    item.duration_ms = Some(u64::from(SECONDS) * 1000);
    item.distance_m = Some(metres);
    item.sport = Some(Sport::Running);
    (item, workout)
}

/// Tests every promise of the [`Destination`] trait on a destination over the service of `harness`.
///
/// Runs on the caller's executor and task. Sends about fifteen workouts and removes some of them.
/// Promises that [`capabilities`](Destination::capabilities) does not make are not tested; that the
/// methods behind them refuse is.
pub async fn check_destination<H: DestinationHarness>(harness: &H) -> Report {
    let bench = Bench {
        harness,
        calls: Cell::new(0),
        used: Cell::new(0),
    };
    let mut outcomes = run_all(&destination_sending::all(), &bench).await;
    outcomes.extend(run_all(&destination_checks::all(), &bench).await);
    report(outcomes, bench.calls.get())
}

/// The time that a send may take.
const LIMIT: Duration = Duration::from_secs(60);

/// The destination under test, with questions that turn a wrong answer into a sentence.
pub(super) struct Bench<'h, H> {
    pub(super) harness: &'h H,
    calls: Cell<u64>,
    used: Cell<usize>,
}

/// A workout that no check used before.
pub(super) struct Sample {
    pub(super) item: Item,
    pub(super) workout: Workout,
    pub(super) key: String,
}

impl Sample {
    pub(super) fn day(&self) -> NaiveDate {
        self.item.day()
    }
}

/// The service's counters at one moment.
pub(super) struct Counts {
    pub(super) activities: usize,
    pub(super) requests: Option<usize>,
}

impl<H: DestinationHarness> Bench<'_, H> {
    pub(super) fn count_call(&self) {
        self.calls.set(self.calls.get() + 1);
    }

    /// Another workout.
    pub(super) fn sample(&self) -> Sample {
        let number = self.used.get();
        self.used.set(number + 1);
        let (item, workout) = self.harness.workout(number);
        let key = format!("conformance:{}:1", item.id);
        Sample { item, workout, key }
    }

    pub(super) async fn counts(&self) -> Counts {
        Counts {
            activities: self.harness.activities().await,
            requests: self.harness.create_requests().await,
        }
    }

    /// Sends a workout as the engine does.
    pub(super) async fn send(
        &self,
        destination: &H::Destination,
        sample: &Sample,
    ) -> Answer<SendOutcome> {
        let form = destination
            .form(&sample.item, &sample.workout)
            .map_err(|refusal| {
                let id = &sample.item.id;
                Failure::Broken(format!("the suite's workout {id} is refused: {refusal}"))
            })?;
        self.count_call();
        let delivery =
            Delivery::new(&sample.item, &sample.workout, form, LIMIT).with_key(&sample.key);
        Ok(destination.send(delivery).await)
    }

    /// Sends a workout that has to be taken, and waits until the listing has to show it.
    pub(super) async fn delivered(
        &self,
        destination: &H::Destination,
        sample: &Sample,
    ) -> Answer<Receipt> {
        let before = self.counts().await;
        let outcome = self.send(destination, sample).await?;
        let after = self.counts().await;
        self.harness.settle().await;
        if after.activities != before.activities + 1 {
            return broken(format!(
                "a send that ended as {} created {} activities instead of one",
                shown(&outcome),
                after.activities as i64 - before.activities as i64
            ));
        }
        match outcome {
            SendOutcome::Accepted(receipt) if receipt.activity_id.is_some() => Ok(receipt),
            SendOutcome::Accepted(_) | SendOutcome::Opaque(_) => {
                // Without an answer that names the activity the listing has to.
                let capabilities = destination.capabilities();
                if !capabilities.find {
                    return Ok(Receipt::default());
                }
                let found = self.found_on(destination, sample).await?;
                match found.as_slice() {
                    [activity] => Ok(Receipt::with_id(&activity.id)),
                    _ => broken(format!(
                        "{} has {} activities after one was sent",
                        sample.day(),
                        found.len()
                    )),
                }
            }
            other => broken(format!(
                "a send to a working service ended as {}",
                shown(&other)
            )),
        }
    }

    /// The listing of a window.
    pub(super) async fn find(
        &self,
        destination: &H::Destination,
        window: Window,
    ) -> Answer<Vec<Activity>> {
        self.count_call();
        let found = destination.find(window).await;
        found.map_err(|error| Failure::Broken(format!("a listing failed: {error}")))
    }

    /// The activities that the listing shows on the day of a workout.
    pub(super) async fn found_on(
        &self,
        destination: &H::Destination,
        sample: &Sample,
    ) -> Answer<Vec<Activity>> {
        let day = sample.day();
        let found = self.find(destination, Window::around(day, 0)).await?;
        let on_day = |activity: &Activity| activity.day.is_none_or(|other| other == day);
        Ok(found.into_iter().filter(on_day).collect())
    }

    /// The destination, where it promises something.
    pub(super) async fn promising(
        &self,
        promise: impl Fn(Capabilities) -> bool,
    ) -> Answer<H::Destination> {
        let destination = self.harness.open().await;
        match promise(destination.capabilities()) {
            true => Ok(destination),
            false => Err(Failure::NotPromised),
        }
    }
}

/// An outcome without the texts of the service.
pub(super) fn shown(outcome: &SendOutcome) -> String {
    match outcome {
        SendOutcome::NotSent(error) => format!("NotSent({:?})", error.kind()),
        SendOutcome::MaybeSent(error) => format!("MaybeSent({:?})", error.kind()),
        SendOutcome::Rejected(_) => "Rejected".into(),
        SendOutcome::Opaque(_) => "Opaque".into(),
        other => format!("{other:?}"),
    }
}
