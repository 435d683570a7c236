//! The command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand};
use workout_sync::orders::RetryArgs;

/// Moves the workouts of many accounts, with any number of workers on one PostgreSQL database.
#[derive(Debug, Parser)]
#[command(name = "workout-fleet", version, after_help = AFTER_HELP, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

const AFTER_HELP: &str = "\
FLEET_DATABASE (or FLEET_DATABASE_FILE) is the address of the database, postgres://..., and SESSION_KEY (or SESSION_KEY_FILE) the key that
encrypts settings and sessions: `openssl rand -base64 32` makes one. NOTIFY_URL (or NOTIFY_URL_FILE) of a worker is an ntfy topic or a
webhook that hears once of each account that needs a sign-in, and of each workout that needs a decision.";

/// One of the commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add an account, or change it: settings from the environment, or many accounts from a file
    Add(AddOptions),
    /// List the accounts
    List {
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
    /// Run an account no more until it is resumed
    Pause {
        /// Its name
        account: String,
    },
    /// Run an account again, at once: after a pause, or after a sign-in
    Resume {
        /// Its name
        account: String,
    },
    /// Remove an account with its settings and sessions
    Remove {
        /// Its name
        account: String,
        /// Also forget which workouts were moved
        #[arg(long)]
        forget: bool,
    },
    /// Show the limits per service host, or set one: how many accounts may be at work with it at the same time
    Limit {
        /// The host, such as runkeeper.com; `default` is for hosts without a limit of their own
        #[arg(requires = "requests")]
        host: Option<String>,
        /// The limit
        #[arg(value_parser = clap::value_parser!(u16).range(1..=10_000))]
        requests: Option<u16>,
    },
    /// Show how the fleet is doing: due, late, failing, sign-in needed, slots in use
    Status {
        /// One JSON document
        #[arg(long)]
        json: bool,
        /// The same for Prometheus
        #[arg(long, conflicts_with = "json")]
        prometheus: bool,
    },
    /// Show everything that is known of one workout of an account
    Explain {
        /// The account
        account: String,
        /// The workout's id, as a notice names it
        id: String,
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
    /// Try workouts of an account again, whatever they waited for; the destination is looked at first
    Retry(RetryOptions),
    /// Never move this workout of an account
    Skip {
        /// The account
        account: String,
        /// The workout's id
        id: String,
        /// One JSON document
        #[arg(long)]
        json: bool,
    },
    /// Run the accounts that are due, until it is stopped
    Worker(WorkerOptions),
}

/// The account to add.
#[derive(Debug, Args)]
pub(crate) struct AddOptions {
    /// Name of the account: letters, digits, `-` and `_`. Its settings are the variables of the environment
    #[arg(required_unless_present = "file")]
    pub(crate) account: Option<String>,
    /// Many accounts, one JSON object in each line; `-` is standard input
    #[arg(long, value_name = "FILE", conflicts_with_all = ["account", "polar_session", "runkeeper_session", "from", "to", "every"])]
    pub(crate) file: Option<PathBuf>,
    /// Where workouts come from [default: polar-flow]
    #[arg(long, value_name = "SOURCE")]
    pub(crate) from: Option<String>,
    /// The destination [default: runkeeper]
    #[arg(long, value_name = "DESTINATION")]
    pub(crate) to: Option<String>,
    /// Time between two runs, such as 30m or 2h [default: 30m]
    #[arg(long, value_name = "INTERVAL")]
    pub(crate) every: Option<String>,
    /// Polar Flow's cookies, exported from a browser; `-` is standard input
    #[arg(long, value_name = "FILE")]
    pub(crate) polar_session: Option<PathBuf>,
    /// Runkeeper's cookies
    #[arg(long, value_name = "FILE")]
    pub(crate) runkeeper_session: Option<PathBuf>,
}

/// The workouts to try again.
#[derive(Debug, Args)]
pub(crate) struct RetryOptions {
    /// The account
    pub(crate) account: String,
    #[command(flatten)]
    pub(crate) workouts: RetryArgs,
    /// One JSON document
    #[arg(long)]
    pub(crate) json: bool,
}

/// How a worker works.
#[derive(Debug, Clone, Args)]
pub(crate) struct WorkerOptions {
    /// Accounts at work at the same time
    #[arg(long, value_name = "N", default_value_t = 8, value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub(crate) concurrency: u16,
    /// Workouts that one job moves; the others wait behind the other accounts
    #[arg(long, value_name = "N", default_value_t = 25, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) max_items: u16,
    /// Seconds for one job
    #[arg(long, value_name = "SECONDS", default_value_t = 240, value_parser = clap::value_parser!(u32).range(10..=86_400))]
    pub(crate) job_secs: u32,
    /// Seconds after which the slot of a dead worker at a service host is free again
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(3..=3600))]
    pub(crate) slot_secs: u32,
    /// Seconds without a heartbeat after which the jobs of a worker are given to others
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(3..=3600))]
    pub(crate) dead_secs: u32,
    /// Seconds in which a worker without accounts at work takes no job although jobs wait, after which it begins with the queue anew
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u32).range(1..=3600))]
    pub(crate) stall_secs: u32,
    /// Seconds without the database after which the worker ends with an error
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u32).range(1..=86_400))]
    pub(crate) patience_secs: u32,
}

impl WorkerOptions {
    /// Connections for accounts and slots, and as many for the queue. Each is needed for moments, so there are fewer than jobs.
    pub(crate) fn connections(&self) -> usize {
        2 + usize::from(self.concurrency) / 8
    }

    pub(crate) fn job_limit(&self) -> Duration {
        Duration::from_secs(self.job_secs.into())
    }

    pub(crate) fn stall(&self) -> Duration {
        Duration::from_secs(self.stall_secs.into())
    }

    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.patience_secs.into())
    }

    pub(crate) fn slot_time(&self) -> Duration {
        Duration::from_secs(self.slot_secs.into())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn command_line_is_consistent() {
        super::Cli::command().debug_assert();
    }
}
