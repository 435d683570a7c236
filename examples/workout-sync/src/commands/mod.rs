//! One file for each command.

pub(crate) mod demo;
pub(crate) mod explain;
pub(crate) mod import_list;
pub(crate) mod import_session;
pub(crate) mod interrupt;
pub(crate) mod orders;
pub(crate) mod plan;
pub(crate) mod retry;
pub(crate) mod run;
pub(crate) mod serve;
pub(crate) mod sign_in;
pub(crate) mod status;
pub(crate) mod transfer;

use std::ffi::OsStr;
use std::io::{self, BufWriter, Write, stderr, stdout};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use chrono::NaiveDate;
use clap::CommandFactory;

use sync_core::{RouteReport, RunRequest, Window};
use workout_sync::exit::{Exit, Failure};
use workout_sync::{progress, table};

use crate::cli::Cli;

pub(crate) use workout_sync::{route, route_name};

/// Nothing that records workouts is older.
const FIRST_DAY: NaiveDate = NaiveDate::from_ymd_opt(1970, 1, 1).expect("a day of the calendar");

/// The days that the command line asks for; `None` when it asks for none.
pub(crate) fn request(cli: &Cli) -> Result<RunRequest, Failure> {
    let window = match (cli.since, cli.until) {
        (None, None) => None,
        (since, until) => {
            // "Until" alone means from the beginning, "since" alone means up to now, somewhere on earth.
            let since = since.unwrap_or(sync_core::BEGINNING);
            let tomorrow = chrono::Utc::now().date_naive() + chrono::Days::new(1);
            let until = until.unwrap_or(tomorrow.max(since));
            if until < since {
                let why = format!("--since {since} is after --until {until}");
                return Err(Failure::usage(why));
            }
            // Beyond these days there is nothing to list, and a service would be asked month by month.
            let since = since.max(FIRST_DAY).min(tomorrow);
            Window::new(since, until.min(tomorrow).max(since))
        }
    };
    Ok(RunRequest::new()
        .with_window(window)
        .with_accept_listing(cli.accept_listing)
        .with_max_items(cli.max_items))
}

/// Prints a report on standard output, as a table or as JSON.
pub(crate) fn print(cli: &Cli, report: &RouteReport) -> Result<(), Failure> {
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

/// Whether something was printed on standard output.
static PRINTED: AtomicBool = AtomicBool::new(false);

fn begin_output() {
    progress::clear();
    PRINTED.store(true, Ordering::Relaxed);
}

/// Tells why the program ends: on standard error, and with `--json` as the one document where there is no other.
pub(crate) fn fail(json: bool, failure: &Failure) {
    progress::clear();
    let _ = writeln!(stderr(), "{}", failure.message);
    if json && !PRINTED.load(Ordering::Relaxed) {
        let _ = say(&format!("{}\n", failure.to_json()));
    }
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
            "standard output can't be written: {error}"
        ))),
        _ => Ok(()),
    }
}
