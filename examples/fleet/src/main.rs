//! `workout-sync` for many accounts: settings, sessions and state in PostgreSQL, one job per account and interval on the queue
//! `graphile_worker`, any number of workers.
//!
//! The guide's page "Many accounts on a job queue" says how to set it up.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod account_ledger;
mod accounts;
mod cli;
mod commands;
mod database;
mod hosts;
mod job;
mod metrics;
mod outcome;
mod queue;
mod random;
mod run;
mod settings;
mod slots;
mod watchdog;
mod worker;

use std::io::{Write, stderr};
use std::process::ExitCode;

use clap::Parser;
use workout_sync::exit::{Exit, Failure};

use crate::cli::{Cli, Command};
use crate::database::Database;
use crate::settings::FleetSettings;

#[tokio::main]
async fn main() -> ExitCode {
    workout_sync::fault::end_at_faults(|_| ());
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => {
            let _ = error.print();
            return match error.use_stderr() {
                true => Exit::Usage.into(),
                false => ExitCode::SUCCESS,
            };
        }
    };
    let outcome = match workout_sync::log::start() {
        Ok(()) => dispatch(&cli).await,
        Err(failure) => Err(failure),
    };
    match outcome {
        Ok(exit) => exit.into(),
        Err(failure) => {
            let _ = writeln!(stderr(), "{}", failure.message);
            failure.exit.into()
        }
    }
}

async fn dispatch(cli: &Cli) -> Result<Exit, Failure> {
    let settings = FleetSettings::load(&|name| std::env::var(name).ok())?;
    let connections = match &cli.command {
        Command::Worker(options) => options.connections(),
        _ => 2,
    };
    let database = Database::open(&settings.database, connections).await?;
    match &cli.command {
        Command::Add(options) => commands::add::add(&settings, &database, options).await,
        Command::List { json } => commands::list::list(&database, *json).await,
        Command::Pause { account } => commands::pause::pause(&database, account).await,
        Command::Resume { account } => commands::pause::resume(&database, account).await,
        Command::Remove { account, forget } => {
            commands::remove::remove(&database, account, *forget).await
        }
        Command::Limit { host, requests } => {
            commands::limit::limit(&database, host.as_deref(), *requests).await
        }
        Command::Status { json, prometheus } => {
            commands::status::status(&database, *json, *prometheus).await
        }
        Command::Explain { account, id, json } => {
            commands::orders::explain(&settings, &database, account, id, *json).await
        }
        Command::Retry(options) => commands::orders::retry(&settings, &database, options).await,
        Command::Skip { account, id, json } => {
            commands::orders::skip(&settings, &database, account, id, *json).await
        }
        Command::Worker(options) => worker::work(settings, database, options).await,
    }
}
