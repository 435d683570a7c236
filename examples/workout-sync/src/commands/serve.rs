//! `workout-sync serve`

use std::io::{Write, stderr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use workout_sync::clock::SystemClock;
use workout_sync::exit::{Exit, Failure};
use workout_sync::interrupt;
use workout_sync::serve::engine_job::EngineJob;
use workout_sync::serve::http::{self, Access};
use workout_sync::serve::notify::Notifier;
use workout_sync::serve::service::{Options, Service};
use workout_sync::serve::store::{LedgerHandle, Store};
use workout_sync::serve::systemd::Systemd;
use workout_sync::settings::{ServeFlags, ServeSettings, Settings};

use crate::cli::Cli;

/// A run hangs after this multiple of the HTTP timeout without progress.
const STALL_TIMEOUTS: u32 = 20;
/// And never before.
const SHORTEST_STALL: Duration = Duration::from_secs(600);

pub(crate) async fn serve(
    cli: &Cli,
    settings: &Settings,
    flags: &ServeFlags,
) -> Result<Exit, Failure> {
    let serve = ServeSettings::load(flags, &cli.flags.lease_secs)?;
    let access = Access::new(serve.listen, serve.token.clone()).map_err(Failure::usage)?;
    let listener = TcpListener::bind(serve.listen).await.map_err(|error| {
        Failure::failed(format!("{} cannot be listened on: {error}", serve.listen))
    })?;
    let address = listener.local_addr().unwrap_or(serve.listen);
    let stop = stop_at_signals();
    let ledger = Arc::new(LedgerHandle::new(settings.ledger.clone()));
    let clock = Arc::new(SystemClock);
    let store = Arc::new(Store::new(
        Arc::clone(&ledger),
        clock.clone(),
        &settings.route.name(),
    ));
    let job = EngineJob::new(settings.clone(), ledger, Arc::clone(&store));
    let stall = (settings.http.timeout * STALL_TIMEOUTS).max(SHORTEST_STALL);
    let service = Service::open(
        Arc::new(job),
        Arc::clone(&store),
        clock,
        Options {
            schedule: serve.schedule,
            stall: serve.stall.unwrap_or(stall),
            lease: serve.lease,
            idle_days: serve.idle_days,
        },
        Notifier::start(serve.targets, store),
        Systemd::from_env(),
        names(settings),
    )
    .await?;
    let _ = writeln!(stderr(), "the page is at http://{address}/");
    let server = tokio::spawn(http::serve(listener, service.handle(), access));
    service.run(stop).await;
    server.abort();
    Ok(Exit::Settled)
}

/// The routes, for the page.
fn names(settings: &Settings) -> String {
    let names: Vec<String> = settings.routes.iter().map(|route| route.name()).collect();
    names.join(", ")
}

/// The first signal ends the service after the effect in work, the second one at once.
fn stop_at_signals() -> watch::Receiver<bool> {
    let (stop, stopped) = watch::channel(false);
    interrupt::at_first(move || {
        stop.send_replace(true);
    });
    stopped
}
