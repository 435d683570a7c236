//! The scheduled service on a clock of the test: hours pass in milliseconds.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep};
use workout_sync::exit::{Exit, Failure};
use workout_sync::serve::notify::{Notifier, Targets};
use workout_sync::serve::schedule::Schedule;
use workout_sync::serve::service::{Handle, Options, Service};
use workout_sync::serve::store::{LedgerHandle, Store};
use workout_sync::serve::systemd::Systemd;
use workout_sync::serve::{Cause, Clock, Job, Order, Overview, Summary, Watch, service_words};
use workout_sync::settings::{LedgerUrl, ServiceName};

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);

/// Wall-clock time that goes with tokio's, and can jump.
struct TestClock {
    start: Instant,
    ahead: Mutex<TimeDelta>,
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        let base = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        base + TimeDelta::from_std(self.start.elapsed()).unwrap() + *self.ahead.lock().unwrap()
    }
}

/// What the next run does.
#[derive(Debug, Clone, Copy)]
enum Run {
    Succeeds,
    Fails,
    NeedsSignIn,
    Takes(Duration),
    Hangs,
}

/// A job that follows a script; the last entry goes on for ever.
struct ScriptedJob {
    script: Mutex<Vec<Run>>,
    clock: Arc<TestClock>,
    begun: Mutex<Vec<(Order, DateTime<Utc>)>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
    stopped: AtomicUsize,
}

#[async_trait]
impl Job for ScriptedJob {
    async fn work(&self, order: &Order, watch: &Watch) -> Summary {
        self.begun
            .lock()
            .unwrap()
            .push((order.clone(), self.clock.now()));
        let at_once = self.at_once.fetch_add(1, Ordering::SeqCst) + 1;
        self.most_at_once.fetch_max(at_once, Ordering::SeqCst);
        let next = {
            let mut script = self.script.lock().unwrap();
            if script.len() > 1 {
                script.remove(0)
            } else {
                script[0]
            }
        };
        let signed_in: BTreeMap<&'static str, bool> =
            service_words().into_iter().map(|it| (it, true)).collect();
        let mut summary = Summary::new(Exit::Settled);
        summary.access = signed_in;
        match next {
            Run::Succeeds => {}
            Run::Fails => {
                summary.exit = Exit::Failed;
                summary.failed = true;
            }
            Run::NeedsSignIn => {
                summary.exit = Exit::SignInNeeded;
                summary.failed = true;
                summary.cause = Some(Cause::SignIn(ServiceName::Polar));
                summary.access.insert("polar", false);
            }
            Run::Takes(time) => {
                let mut stop = watch.stop.clone();
                for _ in 0..100 {
                    tokio::select! {
                        () = sleep(time / 100) => watch.pulse.beat(),
                        Ok(_) = stop.wait_for(|stop| *stop) => {
                            self.stopped.fetch_add(1, Ordering::SeqCst);
                            summary.exit = Exit::Unfinished;
                            break;
                        }
                    }
                }
            }
            Run::Hangs => std::future::pending().await,
        }
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        summary
    }

    async fn look(&self) -> Result<Overview, Failure> {
        Ok(Overview::default())
    }

    async fn import_session(&self, _: ServiceName, text: &str) -> Result<String, Failure> {
        match text {
            "good" => Ok("taken over".to_owned()),
            _ => Err(Failure::usage("no cookies")),
        }
    }
}

/// A ledger, a clock and a job for as many services as a test needs.
struct World {
    clock: Arc<TestClock>,
    ledger: Arc<LedgerHandle>,
    store: Arc<Store>,
    job: Arc<ScriptedJob>,
}

struct Running {
    handle: Handle,
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl World {
    fn new(script: &[Run]) -> Self {
        let clock = Arc::new(TestClock {
            start: Instant::now(),
            ahead: Mutex::default(),
        });
        let ledger = Arc::new(LedgerHandle::new(LedgerUrl::Memory));
        let store = Arc::new(Store::new(Arc::clone(&ledger), clock.clone(), "a -> b"));
        let job = Arc::new(ScriptedJob {
            script: Mutex::new(script.to_vec()),
            clock: clock.clone(),
            begun: Mutex::default(),
            at_once: AtomicUsize::new(0),
            most_at_once: AtomicUsize::new(0),
            stopped: AtomicUsize::new(0),
        });
        Self {
            clock,
            ledger,
            store,
            job,
        }
    }

    async fn serve(&self, every: &str) -> Running {
        self.serve_under(every, Systemd::default()).await
    }

    async fn serve_under(&self, every: &str, systemd: Systemd) -> Running {
        let options = Options {
            schedule: Schedule::every(every).unwrap(),
            stall: 10 * MINUTE,
            lease: MINUTE,
            idle_days: None,
        };
        let store = Arc::new(Store::new(
            Arc::clone(&self.ledger),
            self.clock.clone(),
            "a -> b",
        ));
        let notifier = Notifier::start(Targets::default(), Arc::clone(&store));
        let (job, clock) = (self.job.clone(), self.clock.clone());
        let service = Service::open(
            job,
            store,
            clock,
            options,
            notifier,
            systemd,
            "a -> b".to_owned(),
        );
        let service = service.await.unwrap();
        let handle = service.handle();
        let (stop, stopped) = watch::channel(false);
        let task = tokio::spawn(service.run(stopped));
        Running { handle, stop, task }
    }

    fn runs(&self) -> Vec<DateTime<Utc>> {
        self.job
            .begun
            .lock()
            .unwrap()
            .iter()
            .map(|(_, at)| *at)
            .collect()
    }

    /// Whole minutes between one run and the next.
    fn pauses(&self) -> Vec<i64> {
        self.runs()
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).num_minutes())
            .collect()
    }
}

impl Running {
    async fn end(self) {
        self.stop.send_replace(true);
        self.task.await.unwrap();
    }

    fn problems(&self) -> Vec<String> {
        self.handle.view().problems(self.handle.now())
    }
}

#[tokio::test(start_paused = true)]
async fn runs_keep_the_interval_within_its_jitter() {
    let world = World::new(&[Run::Succeeds]);
    let service = world.serve("30m").await;
    sleep(20 * HOUR).await;
    service.end().await;
    let pauses = world.pauses();
    assert!(pauses.len() >= 36, "{pauses:?}");
    assert!(
        pauses.iter().all(|minutes| (27..=33).contains(minutes)),
        "{pauses:?}"
    );
    let distinct: std::collections::BTreeSet<_> = pauses.iter().collect();
    assert!(distinct.len() > 2, "no jitter: {pauses:?}");
}

#[tokio::test(start_paused = true)]
async fn a_missed_run_happens_once() {
    let world = World::new(&[Run::Succeeds]);
    let service = world.serve("30m").await;
    sleep(MINUTE).await;
    service.end().await;
    assert_eq!(world.runs().len(), 1);
    // The machine was off for ten intervals.
    sleep(5 * HOUR).await;
    let service = world.serve("30m").await;
    sleep(20 * MINUTE).await;
    service.end().await;
    assert_eq!(world.runs().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_restart_does_not_bring_the_next_run_forward() {
    let world = World::new(&[Run::Succeeds]);
    for _ in 0..10 {
        let service = world.serve("30m").await;
        sleep(MINUTE).await;
        service.end().await;
    }
    assert_eq!(world.runs().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_machine_that_slept_runs_soon_after_it_woke() {
    let world = World::new(&[Run::Succeeds]);
    let service = world.serve("30m").await;
    sleep(MINUTE).await;
    // The wall clock goes on while the process does not.
    *world.clock.ahead.lock().unwrap() = TimeDelta::hours(9);
    sleep(MINUTE).await;
    assert_eq!(world.runs().len(), 2);
    sleep(10 * MINUTE).await;
    assert_eq!(world.runs().len(), 2);
    service.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_was_far_ahead_does_not_stop_the_service() {
    let world = World::new(&[Run::Succeeds]);
    *world.clock.ahead.lock().unwrap() = TimeDelta::days(3000);
    let service = world.serve("30m").await;
    sleep(MINUTE).await;
    *world.clock.ahead.lock().unwrap() = TimeDelta::zero();
    sleep(MINUTE).await;
    assert_eq!(world.runs().len(), 2);
    sleep(40 * MINUTE).await;
    assert_eq!(world.runs().len(), 3);
    service.end().await;
}

#[tokio::test(start_paused = true)]
async fn backoff_grows_and_ends() {
    let failures = [Run::Fails; 6];
    let world = World::new(&[&failures[..], &[Run::Succeeds]].concat());
    let service = world.serve("30m").await;
    sleep(MINUTE).await;
    assert!(
        service.problems().is_empty(),
        "one failure is not many: {:?}",
        service.problems()
    );
    sleep(6 * HOUR).await;
    assert!(
        service
            .problems()
            .iter()
            .any(|it| it.contains("failed in a row")),
        "{:?}",
        service.problems()
    );
    sleep(40 * HOUR).await;
    assert!(service.problems().is_empty(), "{:?}", service.problems());
    service.end().await;
    let pauses = world.pauses();
    let expected = [60, 120, 240, 360, 360, 360, 30, 30];
    for (pause, expected) in pauses.iter().zip(expected) {
        let tenth = expected / 10 + 1;
        assert!(
            (expected - tenth..=expected + tenth).contains(pause),
            "{pauses:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn two_processes_never_work_at_once() {
    let world = World::new(&[Run::Takes(7 * MINUTE)]);
    let services = [
        world.serve("5m").await,
        world.serve("5m").await,
        world.serve("5m").await,
    ];
    sleep(10 * HOUR).await;
    for service in services {
        service.end().await;
    }
    assert_eq!(world.job.most_at_once.load(Ordering::SeqCst), 1);
    assert!(world.runs().len() > 30, "{}", world.runs().len());
}

#[tokio::test(start_paused = true)]
async fn a_dead_process_is_replaced_after_its_lease() {
    let world = World::new(&[Run::Hangs, Run::Succeeds]);
    let dead = world.serve("30m").await;
    sleep(5 * MINUTE).await;
    dead.task.abort();
    let service = world.serve("30m").await;
    sleep(Duration::from_secs(150)).await;
    assert_eq!(world.runs().len(), 2);
    service.end().await;
    let history = world.store.load().await.unwrap().history;
    let results: Vec<&str> = history.iter().map(|past| past.result.as_str()).collect();
    assert_eq!(results, ["interrupted", "settled"]);
}

#[tokio::test(start_paused = true)]
async fn a_stop_ends_the_run_at_its_next_safe_place_and_the_next_start_goes_on() {
    let world = World::new(&[Run::Takes(HOUR), Run::Succeeds]);
    let service = world.serve("30m").await;
    sleep(5 * MINUTE).await;
    let before = Instant::now();
    service.end().await;
    assert!(before.elapsed() < MINUTE);
    assert_eq!(world.job.stopped.load(Ordering::SeqCst), 1);
    let service = world.serve("30m").await;
    sleep(MINUTE).await;
    assert_eq!(world.runs().len(), 2);
    service.end().await;
}

#[cfg(target_os = "linux")]
#[tokio::test(start_paused = true)]
async fn the_watchdog_is_fed_until_a_run_hangs() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notify");
    let manager = std::os::unix::net::UnixDatagram::bind(&path).unwrap();
    manager.set_nonblocking(true).unwrap();
    let heard = || {
        let mut buffer = [0; 256];
        let mut messages = Vec::new();
        while let Ok(length) = manager.recv(&mut buffer) {
            messages.push(String::from_utf8_lossy(&buffer[..length]).into_owned());
        }
        messages
    };
    let world = World::new(&[Run::Takes(HOUR), Run::Hangs]);
    let service = world
        .serve_under("30m", Systemd::at(&path, Some(6 * MINUTE)))
        .await;
    // A long run with progress, and an idle service.
    for _ in 0..8 {
        sleep(10 * MINUTE).await;
        let messages = heard();
        assert!(messages.contains(&"WATCHDOG=1".to_owned()), "{messages:?}");
        assert!(
            !service
                .problems()
                .iter()
                .any(|it| it.contains("no progress"))
        );
    }
    assert_eq!(world.runs().len(), 1);
    sleep(45 * MINUTE).await;
    assert_eq!(world.runs().len(), 2);
    heard();
    sleep(30 * MINUTE).await;
    assert!(heard().is_empty(), "a run that hangs was reported as alive");
    assert!(
        service
            .problems()
            .iter()
            .any(|it| it.contains("no progress")),
        "{:?}",
        service.problems()
    );
    service.task.abort();
}

#[tokio::test(start_paused = true)]
async fn sign_in_needed_ends_with_a_session() {
    let world = World::new(&[Run::NeedsSignIn, Run::NeedsSignIn, Run::Succeeds]);
    let service = world.serve("30m").await;
    assert_eq!(
        service.problems().len(),
        2,
        "nothing is known before the first run"
    );
    sleep(2 * HOUR).await;
    assert_eq!(world.runs().len(), 2, "{:?}", world.pauses());
    assert!(
        service.problems()[0].contains("sign-in needed"),
        "{:?}",
        service.problems()
    );
    assert!(
        service
            .handle
            .import_session(ServiceName::Polar, "bad")
            .await
            .is_err()
    );
    assert!(service.handle.view().needs_sign_in());
    service
        .handle
        .import_session(ServiceName::Polar, "good")
        .await
        .unwrap();
    sleep(Duration::from_secs(5)).await;
    assert_eq!(world.runs().len(), 3, "a run begins at once");
    assert!(service.problems().is_empty(), "{:?}", service.problems());
    service.end().await;
}

#[tokio::test(start_paused = true)]
async fn orders_are_carried_out_one_after_the_other_and_once() {
    let world = World::new(&[Run::Takes(MINUTE)]);
    let service = world.serve("30m").await;
    sleep(Duration::from_secs(10)).await;
    for _ in 0..3 {
        assert!(service.handle.order(Order::Retry("7".to_owned())));
        assert!(service.handle.order(Order::Skip("8".to_owned())));
    }
    assert_eq!(service.handle.view().queued.len(), 2);
    sleep(10 * MINUTE).await;
    service.end().await;
    let begun = world.job.begun.lock().unwrap();
    let orders: Vec<String> = begun.iter().map(|(order, _)| order.to_string()).collect();
    assert_eq!(orders, ["run", "retry 7", "skip 8"]);
    assert_eq!(world.job.most_at_once.load(Ordering::SeqCst), 1);
}
