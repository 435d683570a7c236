//! Where the scheduled service listens, whom it notifies, and when it runs.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use url::Url;

use super::pick::Picker;
use crate::exit::Failure;
use crate::serve::notify::Targets;
use crate::serve::schedule::Schedule;

/// The interval, unless another is set.
const EVERY: &str = "30m";
/// The address, unless another is set.
const LISTEN: &str = "127.0.0.1:8420";
/// Days without a new workout after which the user is notified, unless set.
const IDLE_DAYS: u64 = 14;

/// What `serve` is told on the command line.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct ServeFlags {
    /// Interval between runs, as in 90s, 30m, 2h or 1d; 10 % jitter [env: SYNC_EVERY] [default: 30m]
    #[arg(long, value_name = "INTERVAL", conflicts_with = "cron")]
    pub every: Option<String>,
    /// Times of runs as a cron expression of five fields, in local time [env: SYNC_CRON]
    #[arg(long, value_name = "EXPR")]
    pub cron: Option<String>,
    /// Address of the page and the probes; beyond loopback a token is required [env: SYNC_LISTEN] [default: 127.0.0.1:8420]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<String>,
    /// File with the token that the page asks for [env: SYNC_TOKEN_FILE, SYNC_TOKEN]
    #[arg(long, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
}

/// The same with defaults filled in.
#[derive(Debug, Clone)]
pub struct ServeSettings {
    /// When runs are due.
    pub schedule: Schedule,
    /// Where to listen.
    pub listen: SocketAddr,
    /// What the page asks for.
    pub token: Option<SecretString>,
    /// Whom to notify.
    pub targets: Targets,
    /// Days without a new workout after which the user is notified.
    pub idle_days: Option<u32>,
    /// The time without progress after which a run hangs; `None`: by the HTTP timeout.
    pub stall: Option<Duration>,
    /// The lease on the work.
    pub lease: Duration,
}

impl ServeSettings {
    /// Puts them together from flags, environment and credentials.
    ///
    /// # Errors
    /// A value that can't be used: the message names the place.
    pub fn load(flags: &ServeFlags, lease_secs: &Option<String>) -> Result<Self, Failure> {
        let file = super::SettingsFile::default();
        let pick = Picker {
            env: &|name| std::env::var(name).ok(),
            file: &file,
        };
        let at = |from: &str, why: String| Failure::usage(format!("{from}: {why}"));
        let text = |flag: &Option<String>, name, variable| pick.first(flag, name, variable, &None);
        let cron = match &flags.every {
            Some(_) => None,
            None => text(&flags.cron, "--cron", "SYNC_CRON"),
        };
        let schedule = match cron {
            Some((from, cron)) => Schedule::cron(&cron).map_err(|why| at(&from, why))?,
            None => {
                let every = text(&flags.every, "--every", "SYNC_EVERY");
                let (from, every) = every.unwrap_or_else(|| ("--every".into(), EVERY.into()));
                Schedule::every(&every).map_err(|why| at(&from, why))?
            }
        };
        let listen = text(&flags.listen, "--listen", "SYNC_LISTEN");
        let (from, listen) = listen.unwrap_or_else(|| ("--listen".into(), LISTEN.into()));
        let listen: SocketAddr = listen.parse().map_err(|_| {
            at(
                &from,
                format!("an address is IP:PORT, as in {LISTEN}, not `{listen}`"),
            )
        })?;
        let token = match &flags.token_file {
            Some(path) => Some(super::pick::read_secret("--token-file".to_owned(), path)?),
            None => pick.secret("SYNC_TOKEN")?,
        };
        let url = |variable| -> Result<Option<Url>, Failure> {
            let Some((from, text)) = pick.secret(variable)? else {
                return Ok(None);
            };
            let url = Url::parse(&text).ok();
            let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
            // Not the text itself: topics and hooks are secrets.
            let wrong = || {
                at(
                    &from,
                    format!("{variable} must be an http or https address"),
                )
            };
            url.ok_or_else(wrong).map(Some)
        };
        let number = |variable, least| pick.number(&None, "", variable, &None, least);
        let idle_days = number("NOTIFY_IDLE_DAYS", 0)?.unwrap_or(IDLE_DAYS);
        let lease = pick.number(lease_secs, "--lease-secs", "SYNC_LEASE_SECS", &None, 1)?;
        Ok(Self {
            schedule,
            listen,
            token: token.map(|(_, token)| token.into()),
            targets: Targets {
                notify: url("NOTIFY_URL")?,
                healthcheck: url("HEALTHCHECK_URL")?,
            },
            idle_days: u32::try_from(idle_days).ok().filter(|days| *days > 0),
            stall: number("SYNC_STALL_SECS", 1)?.map(Duration::from_secs),
            // The process renews it; after a crash another one waits until it ends.
            lease: Duration::from_secs(lease.unwrap_or(60).min(60)),
        })
    }
}
