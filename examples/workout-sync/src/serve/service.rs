//! The service: waits for the next run, works, remembers, reports.

use std::collections::VecDeque;
use std::hash::{BuildHasher, Hasher};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::{Notify, watch};
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::handle::{Handle, Shared};
use super::journal::{self, warn};
use super::notify::{Notifier, Ping};
use super::schedule::Schedule;
use super::state::{Claim, Past, State};
use super::store::Store;
use super::systemd::Systemd;
use super::view::{Running, View};
use super::{Clock, Job, Order, Overview, Pulse, Summary, Watch, notices};
use crate::exit::Failure;

/// A sleeping machine does not count time: the wall clock is looked at this often.
const TICK: Duration = Duration::from_secs(20);

/// How the service behaves.
#[derive(Debug, Clone)]
pub struct Options {
    /// When runs are due.
    pub schedule: Schedule,
    /// The time without progress after which a run hangs.
    pub stall: Duration,
    /// The length of the lease on the work.
    pub lease: Duration,
    /// The days without a new workout after which the user is notified; `None`: never.
    pub idle_days: Option<u32>,
}

/// The service.
pub struct Service {
    job: Arc<dyn Job>,
    store: Arc<Store>,
    clock: Arc<dyn Clock>,
    options: Options,
    notifier: Notifier,
    systemd: Arc<Systemd>,
    shared: Arc<Shared>,
    holder: String,
}

/// How an order ended, besides its summary.
struct Ending {
    since: DateTime<Utc>,
    stopped: bool,
    random: f64,
}

impl Service {
    /// Reads what the ledger remembers.
    ///
    /// # Errors
    /// When the ledger cannot be used.
    pub async fn open(
        job: Arc<dyn Job>,
        store: Arc<Store>,
        clock: Arc<dyn Clock>,
        options: Options,
        notifier: Notifier,
        systemd: Systemd,
        route: String,
    ) -> Result<Self, Failure> {
        let state = store.load().await?;
        let overview = job.look().await?;
        let now = clock.now();
        let view = View {
            route,
            started_at: now,
            state,
            overview,
            running: None,
            queued: VecDeque::new(),
            is_alive: true,
            period: options.schedule.period(now),
            ledger_problem: None,
        };
        let shared = Shared {
            view: Mutex::new(view),
            pulse: Pulse::default(),
            stall: options.stall,
            wake: Notify::new(),
        };
        Ok(Self {
            job,
            store,
            clock,
            options,
            notifier,
            systemd: Arc::new(systemd),
            shared: Arc::new(shared),
            holder: format!("{}-{:x}", std::process::id(), random_bits()),
        })
    }

    /// What pages and probes hold of it.
    #[must_use]
    pub fn handle(&self) -> Handle {
        Handle {
            shared: Arc::clone(&self.shared),
            job: Arc::clone(&self.job),
            store: Arc::clone(&self.store),
            clock: Arc::clone(&self.clock),
        }
    }

    /// Works until `stop` turns true; the order in work ends first, at its next safe place.
    pub async fn run(self, mut stop: watch::Receiver<bool>) {
        self.systemd.notify("READY=1");
        let watchdog = self.feed_watchdog();
        while !*stop.borrow_and_update() {
            self.shared.pulse.beat();
            let pause = match self.next_order().await {
                Some((order, only_if_due)) => self.attempt(order, only_if_due, &mut stop).await,
                None => self.until_due(),
            };
            if pause.is_zero() {
                continue;
            }
            tokio::select! {
                () = sleep(pause.min(TICK)) => {}
                () = self.shared.wake.notified() => {}
                _ = stop.changed() => {}
            }
        }
        self.systemd.notify("STOPPING=1");
        if let Some(watchdog) = watchdog {
            watchdog.abort();
        }
        self.notifier.end().await;
    }

    /// Feeds the service manager's watchdog as long as there is progress.
    fn feed_watchdog(&self) -> Option<tokio::task::JoinHandle<()>> {
        let within = self.systemd.watchdog()?;
        let (systemd, shared) = (Arc::clone(&self.systemd), Arc::clone(&self.shared));
        Some(tokio::spawn(async move {
            let mut ticks = interval((within / 3).max(Duration::from_millis(10)));
            loop {
                ticks.tick().await;
                if shared.pulse.is_alive(shared.stall) {
                    systemd.notify("WATCHDOG=1");
                }
            }
        }))
    }

    /// The order to carry out now, and whether another process may have done so meanwhile.
    async fn next_order(&self) -> Option<(Order, bool)> {
        if let Some(order) = self.shared.view().queued.front().cloned() {
            return Some((order, false));
        }
        match self.store.load().await {
            Ok(state) => {
                let mut view = self.shared.view();
                view.state = state;
                view.ledger_problem = None;
            }
            // The times that are known go on counting.
            Err(failure) => self.shared.view().ledger_problem = Some(failure.message),
        }
        self.until_due().is_zero().then_some((Order::Run, true))
    }

    fn until_due(&self) -> Duration {
        let now = self.clock.now();
        let Some(next) = self.shared.view().state.next_run else {
            return Duration::ZERO;
        };
        if next > self.options.schedule.horizon(now) {
            return Duration::ZERO;
        }
        (next - now).to_std().unwrap_or(Duration::ZERO)
    }

    /// Carries out an order if no other process works. Gives the time to wait before the next one.
    async fn attempt(
        &self,
        order: Order,
        only_if_due: bool,
        stop: &mut watch::Receiver<bool>,
    ) -> Duration {
        let schedule = &self.options.schedule;
        let claim = self
            .store
            .update(|state, now| {
                // A time that no schedule gives was written by a wrong clock.
                if state
                    .next_run
                    .is_some_and(|next| next > schedule.horizon(now))
                {
                    state.next_run = None;
                }
                let claim = state.claim(&self.holder, now, self.options.lease, only_if_due);
                (claim, now)
            })
            .await;
        match claim {
            Ok((state, (Claim::Taken, since))) => {
                {
                    let mut view = self.shared.view();
                    view.state = state;
                    view.ledger_problem = None;
                    view.queued.retain(|queued| *queued != order);
                    view.running = Some(Running {
                        order: order.clone(),
                        since,
                    });
                }
                let summary = self.work(&order, stop).await;
                let stopped = *stop.borrow();
                self.conclude(&order, since, summary, stopped).await;
                Duration::ZERO
            }
            Ok((state, (Claim::Held(until), now))) => {
                self.shared.view().state = state;
                (until - now)
                    .to_std()
                    .unwrap_or_default()
                    .max(Duration::from_millis(100))
            }
            Ok((state, (Claim::NotDue, _))) => {
                self.shared.view().state = state;
                // The ledger's clock may be behind this machine's.
                self.until_due().max(Duration::from_secs(1))
            }
            Err(failure) => {
                warn(&failure.message);
                let now = self.clock.now();
                let mut view = self.shared.view();
                view.ledger_problem = Some(failure.message);
                view.state.failures = view.state.failures.saturating_add(1);
                view.state.next_run = Some(schedule.next_run(now, view.state.failures, random()));
                // Orders wait for the ledger, too.
                TICK
            }
        }
    }

    /// Has the job done, and keeps the lease meanwhile.
    async fn work(&self, order: &Order, stop: &mut watch::Receiver<bool>) -> Summary {
        if *order == Order::Run {
            self.notifier.ping(Ping::Start);
        }
        self.shared.pulse.beat();
        let (stop_job, stop_of_job) = watch::channel(*stop.borrow());
        let watch = Watch {
            pulse: self.shared.pulse.clone(),
            stop: stop_of_job,
        };
        let mut work = std::pin::pin!(self.job.work(order, &watch));
        let mut ticks = interval(self.options.lease / 3);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        ticks.tick().await;
        loop {
            tokio::select! {
                summary = &mut work => return summary,
                _ = ticks.tick() => {
                    // Without progress the lease ends, and with it this process's right to go on.
                    if self.shared.pulse.is_alive(self.options.stall) && !self.renew().await {
                        warn("another process took the work over; this one stops");
                        stop_job.send_replace(true);
                    }
                }
                Ok(()) = stop.changed() => {
                    stop_job.send_replace(*stop.borrow());
                }
            }
        }
    }

    async fn renew(&self) -> bool {
        let renewed = self
            .store
            .update(|state, now| state.renew(&self.holder, now, self.options.lease))
            .await;
        // A ledger that fails ends the run by itself.
        renewed.is_ok_and(|(_, renewed)| renewed)
    }

    /// Records how an order ended, and reports it.
    async fn conclude(&self, order: &Order, since: DateTime<Utc>, summary: Summary, stopped: bool) {
        let overview = match self.job.look().await {
            Ok(overview) => Some(overview),
            Err(failure) => {
                warn(&failure.message);
                None
            }
        };
        let ending = Ending {
            since,
            stopped,
            random: random(),
        };
        let concluded = self
            .store
            .update(|state, now| {
                self.note(state, order, &summary, &ending, now);
                notices::forget_what_is_over(state, &summary, overview.as_ref());
            })
            .await;
        let state = match concluded {
            Ok((state, ())) => state,
            Err(failure) => {
                warn(&failure.message);
                let mut state = self.shared.view().state.clone();
                let now = self.clock.now();
                self.note(&mut state, order, &summary, &ending, now);
                self.shared.view().ledger_problem = Some(failure.message);
                state
            }
        };
        let next = state.next_run;
        let overview = {
            let mut view = self.shared.view();
            view.running = None;
            view.state = state.clone();
            if let Some(overview) = overview {
                view.overview = overview;
            }
            view.overview.clone()
        };
        self.tell(order, &state, &summary, &overview);
        journal::ended(order, &summary, next);
        self.systemd
            .notify(&format!("STATUS=last {order}: {}", summary.exit.word()));
    }

    fn note(
        &self,
        state: &mut State,
        order: &Order,
        summary: &Summary,
        ending: &Ending,
        now: DateTime<Utc>,
    ) {
        state.record(Past {
            order: order.to_string(),
            started_at: ending.since,
            ended_at: now,
            result: summary.exit.word().to_owned(),
            counts: summary.counts.clone(),
            message: summary.message.clone(),
        });
        for (service, signed_in) in &summary.access {
            state.set_access(service, *signed_in, now);
        }
        if summary.moved() > 0 || state.last_new.is_none() {
            state.last_new = Some(now);
        }
        let is_ours = state
            .lease
            .as_ref()
            .is_none_or(|lease| lease.holder == self.holder);
        if *order == Order::Run && is_ours {
            if summary.failed {
                state.failures = state.failures.saturating_add(1);
            } else {
                state.failures = 0;
                state.last_success = Some(now);
            }
            // A run that was asked to stop goes on when the service starts again.
            if !ending.stopped {
                let next = self
                    .options
                    .schedule
                    .next_run(now, state.failures, ending.random);
                state.next_run = Some(next);
            }
        }
        state.release(&self.holder);
    }

    fn tell(&self, order: &Order, state: &State, summary: &Summary, overview: &Overview) {
        let now = self.clock.now();
        let idle = self.options.idle_days;
        for notice in notices::due(state, summary, overview, idle, now) {
            let _ = self.notifier.notice(notice);
        }
        if *order == Order::Run {
            let failed = summary.failed;
            self.notifier
                .ping(if failed { Ping::Failure } else { Ping::Success });
        }
    }
}

/// A number in `0.0..1.0`, good enough for jitter.
fn random() -> f64 {
    (random_bits() >> 11) as f64 / (1_u64 << 53) as f64
}

fn random_bits() -> u64 {
    std::collections::hash_map::RandomState::new()
        .build_hasher()
        .finish()
}
