//! The service's work, done by the engine. All contact between the service and the engine is here.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::Arc;

use async_trait::async_trait;
use sync_core::{
    Cancel, CommandError, Observer, Progress, RouteReport, Run, RunError, RunRequest, Side,
};

use super::store::{LedgerHandle, Store};
use super::{Cause, Job, Order, Overview, ParkedWorkout, Pulse, SERVICES, Summary, Watch};
use crate::days::Days;
use crate::exit::{Exit, Failure};
use crate::services::{self, Services};
use crate::settings::{Connector, ServiceName, Settings};
use crate::{orders, progress, route, table};

/// Parked workouts that are shown with their evidence.
const MOST_PARKED: usize = 50;

/// Moves workouts as `workout-sync run` does.
pub struct EngineJob {
    /// Without passwords: a run never signs in by itself.
    settings: Settings,
    with_passwords: Settings,
    ledger: Arc<LedgerHandle>,
    store: Arc<Store>,
}

/// Reports progress, and each workout that was worked on.
struct Beats(Pulse);

impl Observer for Beats {
    fn progress(&self, progress: &Progress<'_>) {
        self.0.beat();
        if let Progress::Ended { record } = progress {
            progress::ended(record);
        }
    }
}

impl EngineJob {
    /// The job for these settings. Sign-ins with a password are counted in the store.
    #[must_use]
    pub fn new(settings: Settings, ledger: Arc<LedgerHandle>, store: Arc<Store>) -> Self {
        let mut without = settings.clone();
        without.polar.credentials = None;
        without.runkeeper.credentials = None;
        Self {
            settings: without,
            with_passwords: settings,
            ledger,
            store,
        }
    }

    fn request(&self) -> Result<RunRequest, Failure> {
        let days = Days {
            default_since: self.settings.since,
            ..Days::default()
        };
        let window = days
            .window(chrono::Utc::now().date_naive())
            .map_err(Failure::usage)?;
        Ok(RunRequest::new().with_window(window))
    }

    /// Both ends of a route, signed in. Passwords are used where a session has ended, once in six hours.
    async fn connect(
        &self,
        settings: &Settings,
        watch: &Watch,
        summary: &mut Summary,
    ) -> Result<Services, Failure> {
        let ledger = self.ledger.get().await?;
        let build = || Services::build(settings, ledger.clone(), Beats(watch.pulse.clone()));
        let mut services = build()?;
        let ends = [
            (Side::Source, &settings.route.from),
            (Side::Destination, &settings.route.to),
        ];
        for (side, end) in ends {
            let proved = services.prove(settings, side).await;
            let Some(service) = end.service() else {
                proved?;
                continue;
            };
            match proved {
                Ok(None) => {}
                Ok(Some(())) => drop(summary.access.insert(service.word(), true)),
                Err(failure) if failure.exit == Exit::SignInNeeded => {
                    summary.access.insert(service.word(), false);
                    summary.cause = Some(Cause::SignIn(service));
                    self.sign_in_by_password(service, failure).await?;
                    services = build()?;
                    summary.access.insert(service.word(), true);
                    summary.cause = None;
                }
                Err(failure) => return Err(failure),
            }
            watch.pulse.beat();
        }
        Ok(services)
    }

    async fn sign_in_by_password(&self, service: ServiceName, why: Failure) -> Result<(), Failure> {
        if self.with_passwords.service(service).credentials.is_none() {
            return Err(why);
        }
        let word = service.word();
        // On record before it is used: a process that dies in between uses it once at most.
        let (_, allowed) = self
            .store
            .update(|state, now| state.use_password(word, now))
            .await?;
        if let Err(not_before) = allowed {
            let local = not_before.with_timezone(&chrono::Local);
            return Err(Failure::sign_in(format!(
                "{}: the session has ended, and the password was used within the last six hours. It is used again after {}, unless you \
                 paste a browser session before",
                service.title(),
                local.format("%Y-%m-%d %H:%M")
            )));
        }
        match service {
            ServiceName::Polar => services::sign_in_polar(&self.with_passwords).await,
            ServiceName::Runkeeper => services::sign_in_runkeeper(&self.with_passwords).await,
        }
        .map(drop)
    }

    /// The settings for the route that knows a workout, else those for the first one.
    async fn knowing(&self, id: &str) -> Result<Settings, Failure> {
        let ledger = self.ledger.get().await?;
        let routes = self.settings.on_each();
        let found = orders::knowing(&routes, &ledger, id).await?;
        Ok(found.unwrap_or(&self.settings).clone())
    }

    /// The ledger alone is enough: no service has to accept a session.
    async fn skip(&self, id: &str, watch: &Watch, summary: &mut Summary) -> Result<(), Failure> {
        let ledger = self.ledger.get().await?;
        let settings = self.knowing(id).await?;
        let services = Services::build(&settings, ledger, Beats(watch.pulse.clone()))?;
        services.engine.skip(id, &RunRequest::new()).await?;
        summary.message = Some(format!("{id} is never moved"));
        Ok(())
    }

    async fn carry_out(
        &self,
        order: &Order,
        watch: &Watch,
        summary: &mut Summary,
    ) -> Result<(), Failure> {
        // A service that no route needs has nothing to prove.
        let ends = self
            .settings
            .routes
            .iter()
            .flat_map(|ends| [&ends.from, &ends.to]);
        let needed: Vec<_> = ends.filter_map(Connector::service).collect();
        for service in SERVICES.iter().filter(|service| !needed.contains(service)) {
            summary.access.insert(service.word(), true);
        }
        match order {
            Order::Skip(id) => self.skip(id, watch, summary).await,
            Order::Retry(id) => {
                let settings = self.knowing(id).await?;
                self.move_on(&settings, Some(id), watch, summary).await
            }
            Order::Run => {
                let mut first = Ok(());
                for ends in &self.settings.routes {
                    if *watch.stop.borrow() {
                        break;
                    }
                    let settings = self.settings.on(ends);
                    let moved = self.move_on(&settings, None, watch, summary).await;
                    // A route that fails does not hold up the others.
                    first = first.and(moved);
                }
                first
            }
        }
    }

    /// A run of one route, or another try of one of its workouts.
    async fn move_on(
        &self,
        settings: &Settings,
        retried: Option<&String>,
        watch: &Watch,
        summary: &mut Summary,
    ) -> Result<(), Failure> {
        let cancel = Cancel::new();
        let services = stoppable(self.connect(settings, watch, summary), watch).await?;
        let engine = services.engine.clone();
        let run = match retried {
            None => {
                // Nothing is written while listing: the run may end there at once.
                match stoppable(async { Ok(engine.plan(&self.request()?).await) }, watch).await? {
                    Ok(plan) => Ok(until_done(engine.execute(plan, &cancel), watch, &cancel).await),
                    Err(error) => Err(error),
                }
            }
            Some(id) => {
                let retried = until_done(engine.retry(id, false, &cancel), watch, &cancel).await;
                match retried {
                    Ok(run) => Ok(run),
                    Err(CommandError::Run(error)) => Err(error),
                    Err(error) => return Err(error.into()),
                }
            }
        };
        match run {
            Ok(run) => describe(summary, settings, &run),
            Err(error) => stopped_by(summary, settings, &error),
        }
        for (service, noticed) in settings.watch.noticed() {
            let keys = noticed.keys.into_iter();
            summary
                .noticed
                .extend(keys.map(|key| (service.clone(), key)));
        }
        settings.watch.keep_in(settings.facts.as_deref());
        services.close().await
    }
}

#[async_trait]
impl Job for EngineJob {
    async fn work(&self, order: &Order, watch: &Watch) -> Summary {
        let mut summary = Summary::new(Exit::Settled);
        if let Err(failure) = self.carry_out(order, watch, &mut summary).await {
            summary.failed = failure.exit != Exit::Unfinished;
            if failure.exit == Exit::Guarded {
                summary.cause = Some(Cause::Guard);
            }
            summary.exit = worst(summary.exit, failure.exit);
            summary.message = Some(failure.message);
            if failure.exit == Exit::Failed {
                self.ledger.forget().await;
            }
        }
        summary
    }

    async fn look(&self) -> Result<Overview, Failure> {
        let mut overview = Overview::default();
        for ends in &self.settings.routes {
            self.look_at(&self.settings.on(ends), &mut overview).await?;
        }
        Ok(overview)
    }

    async fn import_session(&self, service: ServiceName, text: &str) -> Result<String, Failure> {
        let report = match service {
            ServiceName::Polar => services::import_polar(&self.settings, text).await?,
            ServiceName::Runkeeper => services::import_runkeeper(&self.settings, text).await?,
        };
        Ok(format!("{}: {report}. The session works.", service.title()))
    }
}

impl EngineJob {
    /// Adds how things stand on one route.
    async fn look_at(&self, settings: &Settings, overview: &mut Overview) -> Result<(), Failure> {
        let ledger = self.ledger.get().await?;
        let report = route(settings, ledger.clone()).status().await?;
        add(&mut overview.counts, &report);
        overview.backlog += backlog(&report);
        for line in report.items.iter().filter(|line| line.state.needs_user()) {
            if overview.parked.len() == MOST_PARKED {
                overview.more_parked += 1;
                continue;
            }
            let record = route(settings, ledger.clone())
                .explain(&line.item.id)
                .await?;
            let (evidence, next) = match &record {
                Some(record) => (table::evidence(record).to_vec(), record.next_action()),
                None => (Vec::new(), String::new()),
            };
            overview.parked.push(ParkedWorkout {
                id: line.item.id.clone(),
                start: line.item.start,
                sport: line
                    .item
                    .sport
                    .as_ref()
                    .map(|sport| sport.as_str().replace('_', " ")),
                state: line.state.to_string(),
                reason: line.reason().map(str::to_owned),
                evidence,
                next,
            });
        }
        Ok(())
    }
}

/// Work that can be dropped at any time ends as soon as the service has to.
async fn stoppable<T>(
    work: impl Future<Output = Result<T, Failure>>,
    watch: &Watch,
) -> Result<T, Failure> {
    let mut stop = watch.stop.clone();
    tokio::select! {
        result = work => result,
        Ok(_) = stop.wait_for(|stop| *stop) => Err(RunError::Cancelled.into()),
    }
}

/// Work that must not be dropped is asked to end.
async fn until_done<T>(work: impl Future<Output = T>, watch: &Watch, cancel: &Cancel) -> T {
    let mut stop = watch.stop.clone();
    let mut work = pin!(work);
    tokio::select! {
        done = &mut work => return done,
        Ok(_) = stop.wait_for(|stop| *stop) => cancel.cancel(),
    }
    work.await
}

fn add(counts: &mut BTreeMap<String, usize>, report: &RouteReport) {
    for (state, count) in &report.counts {
        *counts.entry(state.to_string()).or_default() += count;
    }
}

/// The exit code that concerns the user most.
fn worst(one: Exit, other: Exit) -> Exit {
    if one.code() >= other.code() {
        one
    } else {
        other
    }
}

/// Workouts that later runs will work on.
fn backlog(report: &RouteReport) -> usize {
    let waits = |line: &&sync_core::ReportEntry| !line.is_settled() && !line.state.needs_user();
    report.items.iter().filter(waits).count()
}

fn describe(summary: &mut Summary, settings: &Settings, run: &Run) {
    add(&mut summary.counts, &run.report);
    let exit = Exit::of_run(&run.report, run.stopped.as_ref());
    summary.exit = worst(summary.exit, exit);
    for entry in &run.report.items {
        let id = &entry.item.id;
        for activity in entry.possible_duplicates() {
            let sentence = format!(
                "activity {activity} looks like workout {id} of {}, which was delivered before",
                entry.item.start.format("%Y-%m-%d %H:%M")
            );
            summary
                .possible_duplicates
                .insert(format!("{id}/{activity}"), sentence);
        }
    }
    if let Some(stop) = &run.stopped {
        note_stop(summary, settings, stop);
    }
}

fn stopped_by(summary: &mut Summary, settings: &Settings, stop: &RunError) {
    summary.exit = worst(summary.exit, Exit::of_stop(stop));
    note_stop(summary, settings, stop);
}

fn note_stop(summary: &mut Summary, settings: &Settings, stop: &RunError) {
    summary.message = Some(stop.to_string());
    summary.failed |= !matches!(stop, RunError::Cancelled | RunError::CircuitBreaker(_));
    match stop.service() {
        Some((side, error)) if Exit::of_service(error.kind()) == Exit::SignInNeeded => {
            let end = match side {
                Side::Source => &settings.route.from,
                Side::Destination => &settings.route.to,
            };
            if let Some(service) = end.service() {
                summary.access.insert(service.word(), false);
                summary.cause = Some(Cause::SignIn(service));
            }
        }
        _ if Exit::of_stop(stop) == Exit::Guarded => summary.cause = Some(Cause::Guard),
        _ => {}
    }
}
