//! Looks at workout files, repairs, converts and compares them.
//!
//! `cargo run -p workout-files-cli -- check FILE...`

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cli;
mod commands;
mod report;

#[cfg(all(test, feature = "fit"))]
#[path = "../../../workout-files/tests/support/fit.rs"]
mod fit;

use std::io::{Write, stderr, stdout};
use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;

use crate::cli::{Cli, Command};
use crate::commands::Choices;

/// The exit code of the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Every input was readable.
    Good = 0,
    /// One was not, or held nothing to write.
    Unreadable = 2,
    /// Wrong usage.
    Usage = 64,
    /// Something else: the output could not be written.
    Failed = 70,
}

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            let asked = matches!(
                error.kind(),
                ErrorKind::DisplayHelp | ErrorKind::DisplayVersion
            );
            return ExitCode::from(if asked { Exit::Good } else { Exit::Usage } as u8);
        }
    };
    let mut out = stdout().lock();
    let outcome = match &cli.command {
        Command::Check { files } => commands::check(files, cli.json, &mut out),
        Command::Repair {
            input,
            output,
            destination,
            salvage,
            drop_far_positions,
        } => {
            let choices = Choices {
                destination: *destination,
                salvage: *salvage,
                drop_far_positions: *drop_far_positions,
            };
            commands::repair(input, output, choices, cli.json, &mut out)
        }
        Command::Convert { input, output } => commands::convert(input, output, cli.json, &mut out),
        Command::Compare { before, after, svg } => {
            commands::compare(before, after, svg.as_deref(), cli.json, &mut out)
        }
    };
    let exit = outcome.unwrap_or_else(|error| match error.kind() {
        // The reader of our output closed the pipe.
        std::io::ErrorKind::BrokenPipe => Exit::Good,
        _ => {
            let _ = writeln!(stderr(), "workout-files: {error}");
            Exit::Failed
        }
    });
    ExitCode::from(exit as u8)
}
