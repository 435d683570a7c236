//! One file for each command.

pub(crate) mod archive;
pub(crate) mod demo;
pub(crate) mod drift;
pub(crate) mod explain;
pub(crate) mod import_list;
pub(crate) mod import_session;
pub(crate) mod orders;
pub(crate) mod plan;
pub(crate) mod retry;
pub(crate) mod run;
pub(crate) mod schedule;
pub(crate) mod serve;
pub(crate) mod setup;
pub(crate) mod sign_in;
pub(crate) mod status;
pub(crate) mod support;
pub(crate) mod transfer;

use std::ffi::OsStr;
use std::io::{self, BufWriter, Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::NaiveDate;
use clap::CommandFactory;

use sync_core::{RouteReport, RunRequest};
use workout_sync::days::Days;
use workout_sync::exit::{Exit, Failure};
use workout_sync::settings::Settings;
use workout_sync::{fault, progress, table};

use crate::cli::Cli;

pub(crate) use workout_sync::route;

/// The days that the command line asks for, else those of the settings; `None` when neither asks for any.
pub(crate) fn request(cli: &Cli, since: Option<NaiveDate>) -> Result<RunRequest, Failure> {
    let days = Days {
        since: cli.since,
        until: cli.until,
        default_since: since,
    };
    let window = days
        .window(chrono::Utc::now().date_naive())
        .map_err(Failure::usage)?;
    if let Some(word) = days.word() {
        let _ = writeln!(stderr(), "{word}");
    }
    Ok(RunRequest::new()
        .with_window(window)
        .with_accept_listing(cli.accept_listing)
        .with_max_items(cli.max_items))
}

/// The documents of several routes, which are printed as one.
static SEVERAL: Mutex<Option<Vec<serde_json::Value>>> = Mutex::new(None);

/// Does the same for every route of the settings, one after the other, and ends with the exit code that concerns the user most. With
/// `--json` several routes make one document: `{"routes": [...]}`.
pub(crate) async fn for_each_route(
    cli: &Cli,
    settings: &Settings,
    work: impl AsyncFn(&Settings) -> Result<Exit, Failure>,
) -> Result<Exit, Failure> {
    if let [_] = settings.routes[..] {
        return work(settings).await;
    }
    *several() = cli.json.then(Vec::new);
    let mut worst = Exit::Settled;
    for route in &settings.routes {
        if !cli.json {
            say(&format!("{} -> {}\n", route.from, route.to))?;
        }
        let exit = match work(&settings.on(route)).await {
            Ok(exit) => exit,
            // A route that fails does not hold up the others.
            Err(failure) => {
                fail(cli.json, &failure);
                failure.exit
            }
        };
        if exit.code() > worst.code() {
            worst = exit;
        }
    }
    if let Some(documents) = several().take() {
        say(&format!("{}\n", serde_json::json!({ "routes": documents })))?;
    }
    Ok(worst)
}

fn several() -> MutexGuard<'static, Option<Vec<serde_json::Value>>> {
    SEVERAL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The one route of a command that works on a single one.
pub(crate) fn one_route(settings: &Settings) -> Result<(), Failure> {
    match settings.routes[..] {
        [_] => Ok(()),
        _ => Err(Failure::usage(
            "the settings file names several routes: say which one with --from and --to",
        )),
    }
}

/// Prints one JSON document, or keeps it for the one of several routes.
pub(crate) fn print_json(document: serde_json::Value) -> Result<(), Failure> {
    if let Some(documents) = &mut *several() {
        documents.push(document);
        return Ok(());
    }
    say(&format!("{document}\n"))
}

/// Prints a report on standard output, as a table or as JSON.
pub(crate) fn print(cli: &Cli, report: &RouteReport) -> Result<(), Failure> {
    if cli.json && several().is_some() {
        let document = serde_json::to_value(report)
            .map_err(|error| Failure::failed(format!("the report has no JSON form: {error}")))?;
        return print_json(document);
    }
    begin_output();
    // Straight out: the text of a long history would be the largest thing in memory.
    let mut out = BufWriter::new(stdout().lock());
    let written = if cli.json {
        let json = serde_json::to_writer(&mut out, report).map_err(io::Error::from);
        json.and_then(|()| out.write_all(b"\n"))
    } else {
        write!(out, "{}", table::report(report))
    };
    said(written.and_then(|()| out.flush()))
}

/// Prints what a shell needs, for the name that the program was started by.
pub(crate) fn completions(shell: clap_complete::Shell) -> Result<Exit, Failure> {
    let typed = std::env::args_os().next().map(PathBuf::from);
    let name = typed.as_deref().and_then(Path::file_name);
    let name = name.map_or("workout-sync".into(), OsStr::to_string_lossy);
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), name, &mut script);
    say(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Settled)
}

/// Prints the man page.
pub(crate) fn man() -> Result<Exit, Failure> {
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(Cli::command()).render(&mut page);
    rendered.map_err(|error| Failure::failed(error.to_string()))?;
    say(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Settled)
}

/// Whether something was printed on standard output.
static PRINTED: AtomicBool = AtomicBool::new(false);

fn begin_output() {
    progress::clear();
    PRINTED.store(true, Ordering::Relaxed);
}

/// Reports why the program ends: on standard error, and with `--json` as the one document where there is no other.
pub(crate) fn fail(json: bool, failure: &Failure) {
    progress::clear();
    let _ = writeln!(stderr(), "{}", failure.message);
    if let Some(documents) = several().as_mut().filter(|_| json) {
        documents.extend(serde_json::from_str::<serde_json::Value>(
            &failure.to_json(),
        ));
        return;
    }
    if json && !PRINTED.load(Ordering::Relaxed) {
        let _ = say(&format!("{}\n", failure.to_json()));
    }
}

/// From now on a panic anywhere ends the program with a message, with `--json` also as the document, and with exit code 70.
pub(crate) fn end_at_faults() {
    fault::end_at_faults(|failure| {
        let is_json = std::env::args_os().any(|argument| argument == "--json");
        if is_json && !PRINTED.load(Ordering::Relaxed) {
            let _ = writeln!(stdout(), "{}", failure.to_json());
        }
    });
}

/// Writes to standard output.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    begin_output();
    let mut out = stdout().lock();
    said(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// A reader that went away (`| head`) is no error.
fn said(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::failed(format!(
            "standard output cannot be written: {error}"
        ))),
        _ => Ok(()),
    }
}
