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
pub(crate) mod sign_in;
pub(crate) mod status;
pub(crate) mod transfer;

use std::io::{self, BufWriter, Write, stdout};

use sync_core::{Report, Request, Window};
use workout_sync::exit::Failure;
use workout_sync::table;

use crate::cli::Cli;

/// The one route of this program, as it stands in the ledger.
pub(crate) fn route() -> String {
    sync_core::route(polar_flow::sync::NAME, runkeeper::sync::NAME)
}

/// The days that the command line asks for; `None` when it asks for none.
pub(crate) fn request(cli: &Cli) -> Result<Request, Failure> {
    let window = match (cli.since, cli.until) {
        (None, None) => None,
        (since, until) => {
            // "Until" alone means from the beginning, "since" alone means up to now, somewhere on earth.
            let since = since.unwrap_or(sync_core::BEGINNING);
            let until = until.unwrap_or_else(|| {
                let tomorrow = chrono::Utc::now().date_naive() + chrono::Days::new(1);
                tomorrow.max(since)
            });
            Some(Window::new(since, until).ok_or_else(|| {
                Failure::usage(format!("--since {since} is after --until {until}"))
            })?)
        }
    };
    Ok(Request::new()
        .with_window(window)
        .with_accept_listing(cli.accept_listing))
}

/// Prints a report on standard output, as a table or as JSON.
pub(crate) fn print(cli: &Cli, report: &Report) -> Result<(), Failure> {
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

/// Writes to standard output.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
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
