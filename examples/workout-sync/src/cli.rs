//! The command line.

use chrono::NaiveDate;
use clap::{Parser, Subcommand};
use std::path::PathBuf;
use workout_sync::exit::Failure;
use workout_sync::orders::RetryArgs;
use workout_sync::settings::{Flags, ServeFlags, ServiceName};

use crate::commands::archive::ArchiveFlags;
use crate::commands::drift::DriftFlags;
use crate::commands::support::SupportFlags;

/// Moves workouts from Polar Flow to Runkeeper, or between other places: nothing twice, nothing lost.
#[derive(Debug, Parser)]
#[command(name = "workout-sync", version, after_help = AFTER_HELP, disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    /// Only workouts from this day on (YYYY-MM-DD, the workout's local day)
    #[arg(long, global = true, value_name = "DATE")]
    pub(crate) since: Option<NaiveDate>,
    /// Only workouts up to this day, which is included
    #[arg(long, global = true, value_name = "DATE")]
    pub(crate) until: Option<NaiveDate>,
    /// Work on at most so many workouts (and days, in an archive); the others are left for the next run
    #[arg(long, global = true, value_name = "N")]
    pub(crate) max_items: Option<usize>,
    /// Print one JSON document on standard output
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// Only show what would be done (the same as `plan`)
    #[arg(long, global = true)]
    pub(crate) dry_run: bool,
    /// Don't ask before many workouts are sent
    #[arg(long, global = true)]
    pub(crate) yes: bool,
    /// Go on although the listing looks wrong (after a guard stopped the run and you looked at it)
    #[arg(long, global = true)]
    pub(crate) accept_listing: bool,
    #[command(flatten)]
    pub(crate) flags: Flags,
}

#[derive(Debug, Clone, Subcommand)]
pub(crate) enum Command {
    /// Move what is due (the default)
    Run,
    /// Show what would be moved; changes nothing
    Plan,
    /// Show what the ledger says; asks no service
    Status,
    /// Show everything that is known of one workout
    Explain {
        /// The workout's id, as in the table
        id: String,
    },
    /// Try workouts again, whatever they waited for; the destination is looked at first
    Retry(RetryArgs),
    /// Never move this workout
    Skip {
        /// The workout's id
        id: String,
    },
    /// Look up workouts of unknown fate at the destination; sends nothing
    Reconcile,
    /// After a lost ledger: link what is at the destination already; sends nothing
    Rebuild,
    /// Remove from the destination what this program sent for a workout, and don't send it again
    Undo {
        /// The workout's id
        id: String,
    },
    /// Replace what this program sent for a workout by the source's present version
    Redeliver {
        /// The workout's id
        id: String,
    },
    /// Write the ledger as JSON lines
    Export {
        /// The file to write; `-` is standard output
        file: PathBuf,
    },
    /// Read JSON lines that `export` wrote into the ledger, from any backend into any other
    Import {
        /// The file to read; `-` is standard input
        file: PathBuf,
    },
    /// Take over from the original project: never send what stands in its list
    ///
    /// The list has the form `{"synced": [ids]}`: a JSON file (`mongoexport` writes one), or a MongoDB collection. Nothing is
    /// asked of Runkeeper; `rebuild` before it links what is certainly there.
    ImportList {
        /// The JSON file, `-` for standard input, or mongodb://user:password@host/
        // Not its own name: the option `--from` of every command has that one.
        #[arg(id = "list", value_name = "FROM")]
        from: String,
        /// The collection, for a MongoDB address, in the database that it names [default: `synced-runs` in the database
        /// `polar-flow-to-runkeeper`, where the original project kept its list]
        #[arg(long, value_name = "NAME")]
        collection: Option<String>,
    },
    /// Sign in with e-mail and password, and keep the session
    SignIn {
        /// Which service
        service: ServiceName,
    },
    /// Take over the session of a browser
    ImportSession {
        /// Which service
        service: ServiceName,
        /// cookies.txt, cookie JSON, HAR, "Copy as cURL" or a Cookie header; `-` reads standard input
        file: PathBuf,
    },
    /// Set everything up, step by step, on a terminal
    Setup,
    /// Run on a schedule, with a page, probes and notifications, until a signal ends it
    ///
    /// NOTIFY_URL is an ntfy topic or a webhook that hears of everything that needs you, HEALTHCHECK_URL a monitor; both may have _FILE at the end.
    Serve(ServeFlags),
    /// Keep a Polar account as files that you own: every export of every workout, sleep, activity, and pages to look at
    ///
    /// The first run fetches the whole history; later runs fetch what is new or was edited. It can be stopped at any moment. What was
    /// fetched once is not fetched again, wherever you move it. `--verify` checks the files and fetches nothing.
    Archive(ArchiveFlags),
    /// Look whether the services changed: in their answers to a few reads, or in a HAR file of your browser
    ///
    /// Says first what it will ask. Exit codes: 0 nothing changed; 1 something is new that stops nothing; 4 something that a sync needs is
    /// gone or different.
    Drift(DriftFlags),
    /// Write one file for a bug report, without anything private; nothing is sent
    Support(SupportFlags),
    /// Try it out with made-up workouts and services: no account, no network
    Demo {
        /// Serve the TCX files of this folder instead of the made-up history
        #[arg(long, value_name = "DIR")]
        tcx_dir: Option<PathBuf>,
    },
    /// Print the man page (roff)
    Man,
    /// Print what a shell needs to complete commands and options
    Completions {
        /// Which shell
        shell: clap_complete::Shell,
    },
}

impl Cli {
    /// Refuses options that the command would not follow: with `--dry-run` nothing may change.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        let command = self.command.as_ref().unwrap_or(&Command::Run);
        let given = [
            ("--dry-run", self.dry_run, command.can_only_show()),
            ("--since", self.since.is_some(), command.lists()),
            ("--until", self.until.is_some(), command.lists()),
            ("--accept-listing", self.accept_listing, command.lists()),
            (
                "--max-items",
                self.max_items.is_some(),
                command.can_only_show() || matches!(command, Command::Archive(_)),
            ),
            ("--json", self.json, command.reports()),
            ("--config", self.flags.config.is_some(), command.is_real()),
        ];
        match given.iter().find(|(_, given, fits)| *given && !*fits) {
            Some((option, ..)) => Err(Failure::usage(format!(
                "`{}` does not know {option}; nothing was done",
                command.word()
            ))),
            None => Ok(()),
        }
    }
}

impl Command {
    /// Whether it can be asked to change nothing.
    const fn can_only_show(&self) -> bool {
        matches!(self, Self::Run | Self::Plan)
    }

    /// Whether it lists the workouts of the days that are asked for.
    const fn lists(&self) -> bool {
        matches!(
            self,
            Self::Run
                | Self::Plan
                | Self::Skip { .. }
                | Self::Rebuild
                | Self::ImportList { .. }
                | Self::Demo { .. }
                | Self::Archive(_)
        )
    }

    /// Whether it works on one route only.
    pub(crate) const fn needs_one_route(&self) -> bool {
        matches!(
            self,
            Self::Retry { .. }
                | Self::Skip { .. }
                | Self::Reconcile
                | Self::Rebuild
                | Self::Undo { .. }
                | Self::Redeliver { .. }
                | Self::ImportList { .. }
                | Self::Setup
        )
    }

    /// Whether it has to do with accounts and the settings for them.
    const fn is_real(&self) -> bool {
        !matches!(
            self,
            Self::Demo { .. } | Self::Completions { .. } | Self::Man
        )
    }

    /// Whether it has something to tell that fits into one JSON document.
    const fn reports(&self) -> bool {
        !matches!(
            self,
            Self::Export { .. }
                | Self::Import { .. }
                | Self::SignIn { .. }
                | Self::ImportSession { .. }
                | Self::Completions { .. }
                | Self::Serve(_)
                | Self::Setup
                | Self::Man
        )
    }

    /// The word on the command line.
    const fn word(&self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Plan => "plan",
            Self::Status => "status",
            Self::Explain { .. } => "explain",
            Self::Retry { .. } => "retry",
            Self::Skip { .. } => "skip",
            Self::Reconcile => "reconcile",
            Self::Rebuild => "rebuild",
            Self::Undo { .. } => "undo",
            Self::Redeliver { .. } => "redeliver",
            Self::Export { .. } => "export",
            Self::Import { .. } => "import",
            Self::ImportList { .. } => "import-list",
            Self::SignIn { .. } => "sign-in",
            Self::ImportSession { .. } => "import-session",
            Self::Serve(_) => "serve",
            Self::Setup => "setup",
            Self::Archive(_) => "archive",
            Self::Drift(_) => "drift",
            Self::Support(_) => "support",
            Self::Man => "man",
            Self::Demo { .. } => "demo",
            Self::Completions { .. } => "completions",
        }
    }
}

const AFTER_HELP: &str = "\
Exit codes: 0 all settled; 1 some workouts wait, a later run retries them; 2 some need a person; 3 sign-in needed;
4 stopped by a guard; 64 wrong usage or settings; 70 anything else.

Passwords come from the environment only: POLAR_EMAIL, POLAR_PASSWORD, RUNKEEPER_EMAIL, RUNKEEPER_PASSWORD. Each of them may have
_FILE at its end and name a file, or be a credential of systemd.";
