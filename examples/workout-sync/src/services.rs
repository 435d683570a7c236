//! The two ends of a route: connectors built from the settings, signed in.

mod ends;
mod watched;

use std::sync::Arc;
use std::time::Duration;

use polar_flow::{PolarFlow, PolarFlowBuilder};
use runkeeper::{Runkeeper, RunkeeperBuilder};
use secrecy::ExposeSecret;
use sync_core::ledger::SharedLedger;
use sync_core::{Cancel, Engine, Observer, Run, ServiceError, Side, SyncPlan};
use web_session::ImportReport;

use crate::clock::SystemClock;
use crate::exit::Failure;
use crate::settings::{Connector, RouteEnds, Service, ServiceName, Settings};
use crate::{ledger, name};

use ends::{Client, Ends};
use watched::watched;

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

/// A Polar Flow client with the settings' addresses, session file and credentials.
///
/// # Errors
/// When the session file cannot be used.
pub fn polar(settings: &Settings) -> Result<PolarFlow, Failure> {
    let builder = polar_without_session(settings).session(settings.polar.session.store()?);
    builder
        .build()
        .map_err(|error| ServiceError::from(error).into())
}

/// The same for an archive: as many requests at a time as the settings allow, one after the other still with the usual gap.
///
/// # Errors
/// When there is no way to sign in, or the session file cannot be used.
pub fn polar_in_parallel(settings: &Settings) -> Result<PolarFlow, Failure> {
    ready(settings, &Connector::PolarFlow)?;
    let requests = settings.http.parallel;
    let builder = polar_without_session(settings)
        .session_settings(|session| session.max_in_flight(requests))
        .session(settings.polar.session.store()?);
    builder
        .build()
        .map_err(|error| ServiceError::from(error).into())
}

fn polar_without_session(settings: &Settings) -> PolarFlowBuilder {
    let (service, http) = (&settings.polar, &settings.http);
    let watched = watched(settings, polar_flow::drift::NAME);
    let mut builder = PolarFlow::builder()
        .timeout(http.timeout)
        .first_backoff(http.backoff)
        .on_observation(settings.watch.observer(polar_flow::drift::NAME))
        .session_settings(watched);
    if let Some(url) = &service.url {
        builder = builder.base_url(url.clone());
    }
    if let Some(url) = &settings.polar_auth_url {
        builder = builder.auth_url(url.clone());
    }
    if let Some(gap) = http.pace {
        builder = builder.pace(gap);
    }
    if let Some(credentials) = &service.credentials {
        builder = builder.password(
            credentials.email.expose_secret(),
            credentials.password.expose_secret(),
        );
    }
    builder
}

/// A Runkeeper client with the settings' addresses, session file and credentials.
///
/// # Errors
/// When the session file cannot be used.
pub fn runkeeper(settings: &Settings) -> Result<Runkeeper, Failure> {
    let builder = with_runkeeper_password(settings, runkeeper_without_session(settings));
    builder
        .session(settings.runkeeper.session.store()?)
        .build()
        .map_err(|error| ServiceError::from(error).into())
}

fn with_runkeeper_password(settings: &Settings, builder: RunkeeperBuilder) -> RunkeeperBuilder {
    match &settings.runkeeper.credentials {
        Some(credentials) => builder.password(
            credentials.email.expose_secret(),
            credentials.password.expose_secret(),
        ),
        None => builder,
    }
}

fn runkeeper_without_session(settings: &Settings) -> RunkeeperBuilder {
    let (service, http) = (&settings.runkeeper, &settings.http);
    let watched = watched(settings, runkeeper::drift::NAME);
    let mut builder = Runkeeper::builder()
        .on_observation(settings.watch.observer(runkeeper::drift::NAME))
        .session_settings(watched)
        .assumed_distance_unit(settings.runkeeper_unit.clone())
        .timeout(http.timeout)
        .upload_timeout(http.upload_timeout)
        .first_backoff(http.backoff);
    if let Some(url) = &service.url {
        builder = builder.base_url(url.clone());
    }
    if let Some(user) = &settings.runkeeper_user {
        builder = builder.user(user.clone());
    }
    if let Some(url) = &settings.asics_id_url {
        builder = builder.auth_url(url.clone());
    }
    if let Some(gap) = http.pace {
        builder = builder.pace(gap);
    }
    builder
}

/// Reads a session that is in the ledger; one in a file has been read.
async fn loaded(session: &web_session::Session) -> Result<(), Failure> {
    let loaded = session.load().await;
    loaded.map_err(|error| Failure::failed(crate::exit::with_causes(&error)))
}

/// Signs in to Polar Flow with e-mail and password, whatever session is kept, and keeps the new one; says how it was done.
///
/// # Errors
/// When no way works; the session that was kept is left as it was then.
pub async fn sign_in_polar(settings: &Settings) -> Result<&'static str, Failure> {
    // First the file: a damaged one is left alone, before any password is used.
    let kept = polar(settings)?;
    loaded(kept.session()).await?;
    // With the kept cookies the client would find that nothing needs to be done, for the account that they belong to.
    let fresh = polar_without_session(settings)
        .build()
        .map_err(ServiceError::from)?;
    let report = fresh.sign_in().await.map_err(ServiceError::from)?;
    let cookies = fresh.session().jar().snapshot();
    kept.session().jar().restore(cookies);
    kept.save_session().await.map_err(ServiceError::from)?;
    Ok(report.by().unwrap_or("password"))
}

/// Signs in to Runkeeper and keeps the session; says how it was done.
///
/// # Errors
/// When no way works.
pub async fn sign_in_runkeeper(settings: &Settings) -> Result<&'static str, Failure> {
    // As for Polar Flow: the kept cookies may be another account's.
    let kept = runkeeper(settings)?;
    loaded(kept.session()).await?;
    let fresh = with_runkeeper_password(settings, runkeeper_without_session(settings))
        .build()
        .map_err(ServiceError::from)?;
    let report = fresh.sign_in().await.map_err(ServiceError::from)?;
    kept.session()
        .jar()
        .restore(fresh.session().jar().snapshot());
    kept.save_session().await.map_err(ServiceError::from)?;
    Ok(report.by().unwrap_or("password"))
}

/// Takes over a browser's cookies for Polar Flow, if they work.
///
/// # Errors
/// When the text brings nothing usable, or the service does not accept it; the session is as it was then.
pub async fn import_polar(settings: &Settings, text: &str) -> Result<ImportReport, Failure> {
    polar(settings)?
        .import_session(text)
        .await
        .map_err(|error| match error {
            polar_flow::Error::Import(error) => Failure::usage(error.to_string()),
            error => ServiceError::from(error).into(),
        })
}

/// Takes over a browser's cookies for Runkeeper, if they work.
///
/// # Errors
/// When the text brings nothing usable, or the service does not accept it; the session is as it was then.
pub async fn import_runkeeper(settings: &Settings, text: &str) -> Result<ImportReport, Failure> {
    // With a password at hand the client would mend dead cookies, and they would seem to work.
    let runkeeper = runkeeper_without_session(settings)
        .session(settings.runkeeper.session.store()?)
        .build()
        .map_err(ServiceError::from)?;
    runkeeper
        .import_session(text)
        .await
        .map_err(|error| match error {
            runkeeper::Error::Import(error) => Failure::usage(error.to_string()),
            error => ServiceError::from(error).into(),
        })
}

/// Takes over the session of a browser that is installed here, if it works.
///
/// # Errors
/// When the profile has no usable cookies, or the service does not accept them; the session is as it was then.
#[cfg(feature = "browsers")]
pub async fn import_browser(
    settings: &Settings,
    service: ServiceName,
    profile: web_session::import::browser::BrowserProfile,
) -> Result<ImportReport, Failure> {
    let take = async |session: web_session::Session| {
        let taken =
            tokio::task::spawn_blocking(move || session.import_from_browser(&profile)).await;
        let taken = taken.map_err(|_| Failure::failed("the profile's reader failed"))?;
        taken.map_err(|error| Failure::usage(error.to_string()))
    };
    match service {
        ServiceName::Polar => {
            let mut settings = settings.clone();
            settings.polar.credentials = None;
            let kept = polar(&settings)?;
            loaded(kept.session()).await?;
            // Apart from the kept cookies: those of another account must not help.
            let fresh = polar_without_session(&settings)
                .build()
                .map_err(ServiceError::from)?;
            let report = take(fresh.session().clone()).await?;
            fresh.sign_in().await.map_err(ServiceError::from)?;
            kept.session()
                .jar()
                .restore(fresh.session().jar().snapshot());
            kept.save_session().await.map_err(ServiceError::from)?;
            Ok(report)
        }
        ServiceName::Runkeeper => {
            let runkeeper = runkeeper_without_session(settings)
                .session(settings.runkeeper.session.store()?)
                .build()
                .map_err(ServiceError::from)?;
            let report = take(runkeeper.session().clone()).await?;
            runkeeper.check().await.map_err(ServiceError::from)?;
            runkeeper.save_session().await.map_err(ServiceError::from)?;
            Ok(report)
        }
    }
}
