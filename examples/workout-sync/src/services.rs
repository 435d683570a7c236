//! The two ends of a route: connectors built from the settings, signed in.

mod clients;
mod ends;
mod sign_in;
mod watched;

use std::sync::Arc;
use std::time::Duration;

use sync_core::ledger::SharedLedger;
use sync_core::{Cancel, Engine, Observer, Run, Side, SyncPlan};

use crate::clock::SystemClock;
use crate::exit::Failure;
use crate::settings::{Connector, RouteEnds, Service, ServiceName, Settings};
use crate::{ledger, name};

use ends::{Client, Ends};

pub use clients::{polar, polar_in_parallel, runkeeper};
#[cfg(feature = "browsers")]
pub use sign_in::import_browser;
pub use sign_in::{import_polar, import_runkeeper, sign_in_polar, sign_in_runkeeper};

/// How often the sessions are kept during a run, where they changed.
const KEEP_EVERY: Duration = Duration::from_secs(3);

/// What to do when nothing is set up yet.
fn first_contact() -> String {
    let me = name::program();
    format!(
        "Nothing is set up yet. To move workouts from Polar Flow to Runkeeper, `{me} setup` asks for everything, step by step. By hand:
  1. Polar Flow: set POLAR_EMAIL and POLAR_PASSWORD, or take over your browser's session: {me} import-session polar FILE
  2. Runkeeper: sign in with your browser, export its cookies, then: {me} import-session runkeeper FILE
  3. See what would be moved with `{me} plan`, move it with `{me}`; `{me} --help` tells the rest
To try it without any account: {me} demo"
    )
}

/// An engine between the two ends of a route.
pub struct Services {
    /// The engine.
    pub engine: Engine,
    source: Client,
    destination: Client,
}

impl Services {
    /// Opens the ledger of the settings and signs in to both ends.
    ///
    /// # Errors
    /// When the ledger cannot be used, or a service cannot be signed in to.
    pub async fn open(
        settings: &Settings,
        observer: impl Observer + 'static,
    ) -> Result<Self, Failure> {
        // Before any request, and before a ledger is made: without sessions there is nothing to be done.
        both_ready(settings)?;
        let ends = Ends::open(settings)?;
        let ledger = ledger::open(&settings.ledger).await?;
        settings.share_ledger(&ledger);
        Self::sign_in(Self::between(ends, settings, ledger, observer)).await
    }

    /// The same on a ledger that is open already.
    ///
    /// # Errors
    /// When a service cannot be signed in to.
    pub async fn on(
        settings: &Settings,
        ledger: SharedLedger,
        observer: impl Observer + 'static,
    ) -> Result<Self, Failure> {
        both_ready(settings)?;
        settings.share_ledger(&ledger);
        Self::sign_in(Self::build(settings, ledger, observer)?).await
    }

    async fn sign_in(services: Self) -> Result<Self, Failure> {
        // During a pause the run itself says so.
        for (side, client) in services.ends() {
            if !services.is_paused(side).await? {
                client.prove().await?;
            }
        }
        Ok(services)
    }

    /// For looking only: the destination is not signed in to.
    ///
    /// # Errors
    /// When the source cannot be signed in to.
    pub async fn for_looking(
        settings: &Settings,
        ledger: SharedLedger,
        observer: impl Observer + 'static,
    ) -> Result<Self, Failure> {
        ready(settings, &settings.route.from)?;
        let services = Self::build(settings, ledger, observer)?;
        if !services.is_paused(Side::Source).await? {
            services.source.prove().await?;
        }
        Ok(services)
    }

    fn ends(&self) -> [(Side, &Client); 2] {
        [
            (Side::Source, &self.source),
            (Side::Destination, &self.destination),
        ]
    }

    /// Asks one end whether it accepts the session; `None`: it asked to be left alone.
    ///
    /// # Errors
    /// When it does not, or nothing is set up for it.
    pub async fn prove(&self, settings: &Settings, side: Side) -> Result<Option<()>, Failure> {
        let (end, client) = match side {
            Side::Source => (&settings.route.from, &self.source),
            Side::Destination => (&settings.route.to, &self.destination),
        };
        ready(settings, end)?;
        if self.is_paused(side).await? {
            return Ok(None);
        }
        client.prove().await?;
        Ok(Some(()))
    }

    /// Whether a service asked an earlier run to be left alone until a time that has not come.
    async fn is_paused(&self, side: Side) -> Result<bool, Failure> {
        Ok(self.engine.pauses().await?.contains_key(&side))
    }

    /// Without any request: for orders that concern the ledger alone.
    ///
    /// # Errors
    /// When a session file, a folder or an archive cannot be used.
    pub fn build(
        settings: &Settings,
        ledger: SharedLedger,
        observer: impl Observer + 'static,
    ) -> Result<Self, Failure> {
        let ends = Ends::open(settings)?;
        Ok(Self::between(ends, settings, ledger, observer))
    }

    fn between(
        ends: Ends,
        settings: &Settings,
        ledger: SharedLedger,
        observer: impl Observer + 'static,
    ) -> Self {
        let ((from, source), (to, destination)) = (ends.source, ends.destination);
        let engine = Engine::builder(from, to, ledger, Arc::new(SystemClock))
            .holder(holder())
            .policy(settings.policy.clone())
            .observer(Arc::new(observer))
            .build();
        Self {
            engine,
            source,
            destination,
        }
    }

    /// Carries out a plan. Services change cookies with their answers; meanwhile each change is kept within seconds, so that a process
    /// that is killed leaves sessions that work.
    pub async fn execute(&self, plan: SyncPlan, cancel: &Cancel) -> Run {
        let work = self.engine.execute(plan, cancel);
        let keep = async {
            loop {
                tokio::time::sleep(KEEP_EVERY).await;
                // What fails here is tried again, and reported at the end.
                let _ = self.source.keep().await;
                let _ = self.destination.keep().await;
            }
        };
        tokio::select! {
            biased;
            run = work => run,
            () = keep => unreachable!("it keeps the sessions until the work is done"),
        }
    }

    /// Keeps the sessions.
    ///
    /// # Errors
    /// When a session file cannot be written.
    pub async fn close(self) -> Result<(), Failure> {
        self.source.keep().await?;
        Ok(self.destination.keep().await?)
    }

    /// The same after [looking](Self::for_looking): a file for the destination, which was not signed in to, would make it look set up.
    ///
    /// # Errors
    /// When the session file cannot be written.
    pub async fn close_source(self) -> Result<(), Failure> {
        Ok(self.source.keep().await?)
    }
}

/// A name that no other worker has, on any machine that shares the ledger.
fn holder() -> String {
    let now = chrono::Utc::now().timestamp_nanos_opt().unwrap_or_default();
    format!("{}-{now}", std::process::id())
}

/// Whether both ends of the route are set up.
///
/// # Errors
/// Advice, when one is not.
pub fn both_ready(settings: &Settings) -> Result<(), Failure> {
    ready(settings, &settings.route.from)?;
    ready(settings, &settings.route.to)
}

/// Whether there is any way to sign in to a service.
#[must_use]
pub fn can_try(service: &Service) -> bool {
    service.credentials.is_some() || service.session.may_exist()
}

/// Whether there is any way to sign in to an end, before anything else is done.
fn ready(settings: &Settings, end: &Connector) -> Result<(), Failure> {
    let name = match end {
        Connector::PolarFlow => ServiceName::Polar,
        Connector::Runkeeper => ServiceName::Runkeeper,
        Connector::IntervalsIcu if settings.intervals_key.is_none() => {
            return Err(Failure::sign_in(
                "intervals.icu needs an API key: make one in its settings (Developer Settings), and set INTERVALS_API_KEY",
            ));
        }
        _ => return Ok(()),
    };
    if can_try(settings.service(name)) {
        return Ok(());
    }
    let is_usual = settings.route == RouteEnds::default();
    if is_usual && !can_try(&settings.polar) && !can_try(&settings.runkeeper) {
        return Err(Failure::sign_in(first_contact()));
    }
    let (title, word) = (name.title(), name.word());
    Err(Failure::sign_in(format!(
        "{title} is not set up: take over your browser's session with `{me} import-session {word} FILE`, or set {upper}_EMAIL and \
         {upper}_PASSWORD",
        me = name::program(),
        upper = word.to_uppercase()
    )))
}
