//! `workout-sync demo`: the whole thing with made-up services in this process.

use std::io::{Write, stderr};
use std::path::Path;

use fake_services::{BrowserCookie, FakePolarFlow, FakeRunkeeper, synthetic};
use sync_core::ledger::SharedLedger;
use sync_core::{NoopObserver, Run, RunError};
use tempfile::TempDir;
use url::Url;
use workout_sync::drift::watch::Watch;
use workout_sync::exit::{Exit, Failure, message};
use workout_sync::services::Services;
use workout_sync::settings::{Behaviour, Credentials, LedgerUrl, RouteEnds, Service, Settings};
use workout_sync::{ledger, name, services, table};

use super::run::{carry_out, finish};
use super::{request, say};
use crate::cli::Cli;

pub(crate) async fn demo(cli: &Cli, tcx_dir: Option<&Path>) -> Result<Exit, Failure> {
    let (polar, runkeeper) = start_services(tcx_dir).await?;
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::failed(format!("no temporary folder can be made: {error}")))?;
    let settings = settings(cli, &folder, &polar, &runkeeper)?;
    let ledger = ledger::open(&settings.ledger).await?;
    services::import_runkeeper(
        &settings,
        &BrowserCookie::netscape(&runkeeper.browser_cookies()),
    )
    .await?;
    tell(&format!(
        "a made-up Polar Flow with {} training sessions runs on {}, an empty Runkeeper on {}\n",
        polar.sessions().len(),
        polar.flow_url(),
        runkeeper.url()
    ));

    let first = one_run(cli, &settings, &ledger).await?;
    if matches!(first.stopped, Some(RunError::Cancelled)) {
        // A second run would go on with the rest.
        return finish(cli, &first);
    }
    let uploads = runkeeper.uploads().len();
    if !cli.json {
        say(&format!("First run\n\n{}\n", table::report(&first.report)))?;
    }
    let second = one_run(cli, &settings, &ledger).await?;
    let again = runkeeper.uploads().len() - uploads;
    if cli.json {
        say(&format!("{}\n", both_as_json(&first, &second)?))?;
    } else {
        say(&format!(
            "Second run\n\n{}sent again: {again}\n\nRunkeeper now has {} activities. To use your own accounts: {} --help\n",
            table::report(&second.report),
            runkeeper.activities().len(),
            name::program()
        ))?;
    }
    for stop in [&first.stopped, &second.stopped].into_iter().flatten() {
        tell(&format!("{}\n", message(stop)));
    }
    if again > 0 {
        return Err(Failure::failed(
            "the second run sent something again: this is a bug",
        ));
    }
    Ok(Exit::of_report(&second.report))
}

async fn start_services(tcx_dir: Option<&Path>) -> Result<(FakePolarFlow, FakeRunkeeper), Failure> {
    let port = |error| Failure::failed(format!("no port can be opened on loopback: {error}"));
    let polar = FakePolarFlow::start().await.map_err(port)?;
    let runkeeper = FakeRunkeeper::start().await.map_err(port)?;
    match tcx_dir {
        None => {
            polar.add_sessions(synthetic::history());
            for event in synthetic::events() {
                polar.add_event(event);
            }
        }
        Some(folder) => {
            // The files don't say in which zone they were recorded; one hour ahead is as good as any.
            let sessions = synthetic::sessions_from_folder(folder, 60).map_err(|error| {
                Failure::usage(format!(
                    "the folder {} cannot be read: {error}",
                    folder.display()
                ))
            })?;
            if sessions.is_empty() {
                return Err(Failure::usage(format!(
                    "there are no .tcx files in {}",
                    folder.display()
                )));
            }
            polar.add_sessions(sessions);
        }
    }
    Ok((polar, runkeeper))
}

fn settings(
    cli: &Cli,
    folder: &TempDir,
    polar: &FakePolarFlow,
    runkeeper: &FakeRunkeeper,
) -> Result<Settings, Failure> {
    let url = |text: &str| {
        Url::parse(text)
            .map(Some)
            .map_err(|error| Failure::failed(format!("the fake's address: {error}")))
    };
    let credentials = Credentials {
        email: FakePolarFlow::EMAIL.into(),
        password: FakePolarFlow::PASSWORD.into(),
    };
    // Never the ledger of the environment or the settings file: made-up workouts don't belong there.
    let ledger = match &cli.flags.ledger {
        Some(text) => LedgerUrl::parse(text).map_err(Failure::usage)?,
        None => LedgerUrl::Sqlite(folder.path().join("demo.sqlite")),
    };
    // Services inside the process need no pauses.
    let mut flags = cli.flags.clone();
    flags.pace_ms.get_or_insert_with(|| "0".to_owned());
    flags.backoff_ms.get_or_insert_with(|| "50".to_owned());
    let Behaviour { policy, http } = Behaviour::of_flags(&flags)?;
    Ok(Settings {
        record_answers: false,
        facts: None,
        watch: Watch::default(),
        polar: Service {
            url: url(polar.flow_url())?,
            credentials: Some(credentials),
            email: None,
            session: folder.path().join("polar.session.json").into(),
        },
        polar_auth_url: url(polar.auth_url())?,
        polar_start: polar_flow::calendar::StartField::default(),
        runkeeper: Service {
            url: url(runkeeper.url())?,
            credentials: None,
            email: None,
            session: folder.path().join("runkeeper.session.json").into(),
        },
        asics_id_url: url(runkeeper.asics_url())?,
        runkeeper_unit: runkeeper::DistanceUnit::Kilometres,
        runkeeper_user: None,
        intervals_key: None,
        intervals_url: None,
        route: RouteEnds::default(),
        routes: vec![RouteEnds::default()],
        ledger,
        since: None,
        file: None,
        policy,
        http,
    })
}

async fn one_run(cli: &Cli, settings: &Settings, ledger: &SharedLedger) -> Result<Run, Failure> {
    let services = Services::on(settings, ledger.clone(), NoopObserver).await?;
    let plan = services.engine.plan(&request(cli, None)?).await?;
    let run = carry_out(&services, plan).await;
    services.close().await?;
    Ok(run)
}

/// The first run's document, with the second one's inside.
fn both_as_json(first: &Run, second: &Run) -> Result<String, Failure> {
    let no_json = |error| Failure::failed(format!("the report has no JSON form: {error}"));
    let mut document = serde_json::to_value(&first.report).map_err(no_json)?;
    document["second_run"] = serde_json::to_value(&second.report).map_err(no_json)?;
    serde_json::to_string(&document).map_err(no_json)
}

fn tell(text: &str) {
    let _ = stderr().write_all(text.as_bytes());
}
