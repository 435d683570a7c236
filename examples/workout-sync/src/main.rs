//! One-shot sync of workouts from Polar Flow to Runkeeper.
//!
//! `cargo run -p workout-sync -- demo` shows it without an account.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod cli;
mod commands;

use std::process::ExitCode;

use clap::Parser;
use clap::error::ErrorKind;
use workout_sync::exit::{Exit, Failure};
use workout_sync::log;
use workout_sync::settings::Settings;

use crate::cli::{Cli, Command};

#[tokio::main]
async fn main() -> ExitCode {
    commands::end_at_faults();
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let outcome = match log::start() {
        Ok(()) => dispatch(&cli).await,
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => {
            commands::fail(cli.json, &failure);
            failure.exit.into()
        }
    }
}

/// The command line was not understood, or asked for help.
fn usage(error: &clap::Error) -> ExitCode {
    let _ = error.print();
    if let ErrorKind::DisplayHelp | ErrorKind::DisplayVersion = error.kind() {
        return ExitCode::SUCCESS;
    }
    if std::env::args_os().any(|argument| argument == "--json") {
        let _ = commands::say(&format!(
            "{}\n",
            Failure::usage(error.to_string()).to_json()
        ));
    }
    Exit::Usage.into()
}

async fn plan(cli: &Cli, settings: &Settings) -> Result<Exit, Failure> {
    let plan = async |settings: &Settings| commands::plan::plan(cli, settings).await;
    commands::for_each_route(cli, settings, plan).await
}

async fn dispatch(cli: &Cli) -> Result<Exit, Failure> {
    cli.check()?;
    let command = cli.command.clone().unwrap_or(Command::Run);
    if let Command::Demo { tcx_dir } = command {
        return commands::demo::demo(cli, tcx_dir.as_deref()).await;
    }
    if let Command::Completions { shell } = command {
        return commands::completions(shell);
    }
    if let Command::Man = command {
        return commands::man();
    }
    let settings = Settings::load(&cli.flags);
    let command = match command {
        Command::Support(flags) => return commands::support::support(cli, settings, flags).await,
        command => command,
    };
    let settings = settings?;
    if command.needs_one_route() {
        commands::one_route(&settings)?;
    }
    match command {
        Command::Plan => plan(cli, &settings).await,
        Command::Run if cli.dry_run => plan(cli, &settings).await,
        Command::Run => {
            let run = async |settings: &Settings| commands::run::run(cli, settings).await;
            commands::for_each_route(cli, &settings, run).await
        }
        Command::Status => {
            let status = async |settings: &Settings| commands::status::status(cli, settings).await;
            commands::for_each_route(cli, &settings, status).await
        }
        Command::Explain { id } => commands::explain::explain(cli, &settings, &id).await,
        Command::Retry(asked) => commands::retry::retry(cli, &settings, &asked).await,
        Command::Skip { id } => commands::orders::skip(cli, &settings, &id).await,
        Command::Reconcile => commands::orders::reconcile(cli, &settings).await,
        Command::Rebuild => commands::orders::rebuild(cli, &settings).await,
        Command::Undo { id } => commands::orders::undo(cli, &settings, &id).await,
        Command::Redeliver { id } => commands::orders::redeliver(cli, &settings, &id).await,
        Command::Export { file } => commands::transfer::export(&settings, &file).await,
        Command::Import { file } => commands::transfer::import(&settings, &file).await,
        Command::ImportList { from, collection } => {
            commands::import_list::import_list(cli, &settings, &from, collection.as_deref()).await
        }
        Command::SignIn { service } => commands::sign_in::sign_in(&settings, service).await,
        Command::ImportSession { service, file } => {
            commands::import_session::import_session(&settings, service, &file).await
        }
        Command::Drift(flags) => commands::drift::drift(cli, &settings, flags).await,
        Command::Archive(flags) => commands::archive::archive(cli, &settings, flags).await,
        Command::Serve(flags) => commands::serve::serve(cli, &settings, &flags).await,
        Command::Setup => commands::setup::setup(cli, settings).await,
        Command::Demo { .. } | Command::Completions { .. } | Command::Man | Command::Support(_) => {
            Ok(Exit::Settled)
        }
    }
}
