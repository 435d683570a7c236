//! A service on a clock of the test, with a job that follows a script.

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
use workout_sync::serve::handle::Handle;
use workout_sync::serve::notify::{Notifier, Targets};
use workout_sync::serve::schedule::Schedule;
use workout_sync::serve::service::{Options, Service};
use workout_sync::serve::store::{LedgerHandle, Store};
use workout_sync::serve::systemd::Systemd;
use workout_sync::serve::{Cause, Clock, Job, Order, Overview, Summary, Watch, service_words};
use workout_sync::settings::{LedgerUrl, ServiceName};

pub(crate) const MINUTE: Duration = Duration::from_secs(60);
pub(crate) const HOUR: Duration = Duration::from_secs(3600);

/// Wall-clock time that goes with tokio's, and can jump.
pub(crate) struct TestClock {
    start: Instant,
    pub(crate) ahead: Mutex<TimeDelta>,
}

impl Clock for TestClock {
    fn now(&self) -> DateTime<Utc> {
        let base = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        base + TimeDelta::from_std(self.start.elapsed()).unwrap() + *self.ahead.lock().unwrap()
    }
}

/// The behaviour of the next run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Run {
    Succeeds,
    Fails,
    NeedsSignIn,
    Takes(Duration),
    Hangs,
}

/// A job that follows a script; the last entry repeats.
pub(crate) struct ScriptedJob {
    script: Mutex<Vec<Run>>,
    clock: Arc<TestClock>,
    pub(crate) begun: Mutex<Vec<(Order, DateTime<Utc>)>>,
    at_once: AtomicUsize,
    pub(crate) most_at_once: AtomicUsize,
    pub(crate) stopped: AtomicUsize,
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
pub(crate) struct World {
    pub(crate) clock: Arc<TestClock>,
    ledger: Arc<LedgerHandle>,
    pub(crate) store: Arc<Store>,
    pub(crate) job: Arc<ScriptedJob>,
}

pub(crate) struct Running {
    pub(crate) handle: Handle,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) task: JoinHandle<()>,
}

impl World {
    pub(crate) fn new(script: &[Run]) -> Self {
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

    pub(crate) async fn serve(&self, every: &str) -> Running {
        self.serve_under(every, Systemd::default()).await
    }

    pub(crate) async fn serve_under(&self, every: &str, systemd: Systemd) -> Running {
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

    pub(crate) fn runs(&self) -> Vec<DateTime<Utc>> {
        self.job
            .begun
            .lock()
            .unwrap()
            .iter()
            .map(|(_, at)| *at)
            .collect()
    }

    /// Whole minutes between one run and the next.
    pub(crate) fn pauses(&self) -> Vec<i64> {
        self.runs()
            .windows(2)
            .map(|pair| (pair[1] - pair[0]).num_minutes())
            .collect()
    }
}

impl Running {
    pub(crate) async fn end(self) {
        self.stop.send_replace(true);
        self.task.await.unwrap();
    }

    pub(crate) fn problems(&self) -> Vec<String> {
        self.handle.view().problems(self.handle.now())
    }
}
