//! The settings: by flag, environment variable or settings file, in this order of precedence.

mod behaviour;
mod file;
mod folders;
mod ledger_url;
mod pick;
mod route;
mod service;
mod session;

use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use polar_flow::calendar::StartField;
use secrecy::SecretString;
use sync_core::Policy;
use sync_core::ledger::SharedLedger;
use url::Url;

use crate::drift::watch::Watch;
use crate::exit::Failure;
pub use behaviour::{Behaviour, Http};
pub use file::{SettingsFile, set_entry};
pub use folders::is_account;
use folders::{Account, Folders};
use ledger_url::ledger;
pub use ledger_url::{LedgerUrl, left_out};
use pick::Picker;
pub use route::{Connector, RouteEnds};
pub use service::{ServeFlags, ServeSettings};
use session::Sessions;
pub use session::{LedgerSession, SessionPlace};

/// All settings, with defaults filled in.
#[derive(Debug, Clone)]
pub struct Settings {
    /// How to reach and sign in to Polar Flow.
    pub polar: Service,
    /// Where Polar's sign-in lives, if not where it really does.
    pub polar_auth_url: Option<Url>,
    /// The field of Polar Flow's calendar with the start of a workout.
    pub polar_start: StartField,
    /// How to reach and sign in to Runkeeper.
    pub runkeeper: Service,
    /// Where Runkeeper's sign-in lives, if not where it really does.
    pub asics_id_url: Option<Url>,
    /// The unit of distances to assume where an account does not tell: in one without any activity.
    pub runkeeper_unit: runkeeper::DistanceUnit,
    /// The name in the account's addresses, for a home page that does not tell whose it is.
    pub runkeeper_user: Option<runkeeper::UserName>,
    /// The API key of intervals.icu.
    pub intervals_key: Option<SecretString>,
    /// The address of intervals.icu, if not the real one.
    pub intervals_url: Option<Url>,
    /// The route that a command works on.
    pub route: RouteEnds,
    /// Every route, the one above included.
    pub routes: Vec<RouteEnds>,
    /// Which ledger.
    pub ledger: LedgerUrl,
    /// The first day that runs list, when they are not to cover the whole history.
    pub since: Option<NaiveDate>,
    /// The settings file that was read, or would be.
    pub file: Option<PathBuf>,
    /// The engine's policy.
    pub policy: Policy,
    /// How the HTTP clients behave.
    pub http: Http,
    /// Whether runs record answers to open questions about the services.
    pub record_answers: bool,
    /// The file of what was noticed about the services.
    pub facts: Option<PathBuf>,
    /// Collects what the clients notice.
    pub watch: Watch,
}

/// How to reach and sign in to one service.
#[derive(Debug, Clone)]
pub struct Service {
    /// Base address, if not the real one: a proxy, a fake.
    pub url: Option<Url>,
    /// E-mail and password, when both are set.
    pub credentials: Option<Credentials>,
    /// The e-mail address, when it is set: `sign-in` then asks only for the password.
    pub email: Option<SecretString>,
    /// The place of the session.
    pub session: SessionPlace,
}

/// An e-mail address and its password.
#[derive(Debug, Clone)]
pub struct Credentials {
    /// The e-mail address; personal, therefore never shown either.
    pub email: SecretString,
    /// The password.
    pub password: SecretString,
}

/// One of the two services.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum ServiceName {
    /// Polar Flow.
    Polar,
    /// Runkeeper.
    Runkeeper,
}

impl ServiceName {
    /// The name for people.
    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Polar => "Polar Flow",
            Self::Runkeeper => "Runkeeper",
        }
    }

    /// The word on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Polar => "polar",
            Self::Runkeeper => "runkeeper",
        }
    }
}

/// Settings that have a flag. A flag wins over everything else.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Flags {
    /// Settings, sessions and ledger of this name, apart from all others [env: SYNC_ACCOUNT]
    #[arg(long, global = true, value_name = "NAME")]
    pub account: Option<String>,
    /// Settings file [default: settings.toml in the user's configuration directory]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Where workouts come from: polar-flow, runkeeper, folder:DIR, polar-archive:ZIP or runkeeper-archive:ZIP
    /// [default: the routes of the settings file, else polar-flow]
    #[arg(long, global = true, value_name = "SOURCE")]
    pub from: Option<String>,
    /// The destination: runkeeper, folder:DIR or intervals-icu [default: the routes of the settings file, else runkeeper]
    #[arg(long, global = true, value_name = "DESTINATION")]
    pub to: Option<String>,
    /// Ledger: sqlite:PATH, postgres://..., mongodb://..., dynamodb:TABLE or memory: [env: SYNC_LEDGER] [default: a file in the user's data directory]
    #[arg(long, global = true, value_name = "URL")]
    pub ledger: Option<String>,
    /// Seconds after a send in which "not in the listing" proves nothing [env: SYNC_SETTLE_SECS] [default: 120]
    #[arg(long, global = true, value_name = "SECONDS")]
    pub settle_secs: Option<String>,
    /// Seconds before an upload of unknown fate is sent once more, where nothing proves earlier that it did not arrive
    /// [env: SYNC_RESEND_SECS] [default: 3600]
    #[arg(long, global = true, value_name = "SECONDS")]
    pub resend_secs: Option<String>,
    /// Seconds for which a workout is claimed [env: SYNC_LEASE_SECS] [default: 300]
    #[arg(long, global = true, value_name = "SECONDS")]
    pub lease_secs: Option<String>,
    /// Seconds for one request; an upload may take twice as long [env: SYNC_HTTP_TIMEOUT_SECS] [default: 60]
    #[arg(long, global = true, value_name = "SECONDS")]
    pub http_timeout_secs: Option<String>,
    /// Milliseconds between two requests to a service [env: SYNC_PACE_MS] [default: 500 Polar Flow, 1000 Runkeeper]
    #[arg(long, global = true, value_name = "MILLISECONDS")]
    pub pace_ms: Option<String>,
    /// Milliseconds before the first retry [env: SYNC_BACKOFF_MS] [default: 1000]
    #[arg(long, global = true, value_name = "MILLISECONDS")]
    pub backoff_ms: Option<String>,
    /// Failures after which a workout is parked [env: SYNC_MAX_ATTEMPTS] [default: 5]
    #[arg(long, global = true, value_name = "NUMBER")]
    pub max_attempts: Option<String>,
    /// Skip workouts without a GPS track instead of typing them in as manual entries
    #[arg(long, global = true)]
    pub no_manual_entries: bool,
    /// Move only these sports (running,cycling), or all but some (!swimming) [env: SYNC_SPORTS] [default: all]
    #[arg(long, global = true, value_name = "NAMES", allow_hyphen_values = true)]
    pub sports: Option<String>,
    /// Seconds for which a workout rests after its end before it is moved [env: SYNC_DELAY_SECS] [default: 0]
    #[arg(long, global = true, value_name = "SECONDS")]
    pub delay_secs: Option<String>,
    /// Workouts that may be downloaded at once, and requests at a time of an archive [env: SYNC_PARALLEL] [default: 2]
    #[arg(long, global = true, value_name = "NUMBER")]
    pub parallel: Option<String>,
    /// Show delivered workouts that were edited or deleted at Polar Flow since: on or off [env: SYNC_TELL_CHANGES] [default: off]
    #[arg(long, global = true, value_name = "ON|OFF", num_args = 0..=1, require_equals = true, default_missing_value = "on")]
    pub tell_changes: Option<String>,
    /// Set type and notes after the upload, which loses them: on or off [env: SYNC_FINISH] [default: on]
    #[arg(long, global = true, value_name = "ON|OFF", num_args = 0..=1, require_equals = true, default_missing_value = "on")]
    pub finish: Option<String>,
    /// Read each upload back, compare it and keep the report for `explain`: on or off [env: SYNC_VERIFY] [default: off].
    /// With `archive`: check the files and fetch nothing
    #[arg(long, global = true, value_name = "ON|OFF", num_args = 0..=1, require_equals = true, default_missing_value = "on")]
    pub verify: Option<String>,
}

impl Settings {
    /// Puts the settings together from flags, this process' environment and the settings file.
    ///
    /// # Errors
    /// A value that cannot be used: the message names the flag, variable or entry, and what it should look like.
    pub fn load(flags: &Flags) -> Result<Self, Failure> {
        // Not as if it were unset: the default ledger, for example, would then be used in silence.
        let ours = ["SYNC_", "POLAR_", "RUNKEEPER_", "ASICS_", "INTERVALS_"];
        for (name, value) in std::env::vars_os() {
            let name = name.to_string_lossy();
            if value.to_str().is_none() && ours.iter().any(|prefix| name.starts_with(prefix)) {
                return Err(Failure::usage(format!("{name} is not UTF-8 text")));
            }
        }
        Self::from_sources(flags, &|name| std::env::var(name).ok())
    }

    /// The same with another environment than this process': `env` gives the value of a variable.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    pub fn from_sources(
        flags: &Flags,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Failure> {
        let account = Account::named(flags, env)?;
        let folders = Folders::find().map(|folders| match &account {
            None => folders,
            Some(Account(name)) => folders.of_account(name),
        });
        let file = SettingsFile::load(flags.config.as_deref(), folders.as_ref().ok(), env)?;
        Self::put_together(flags, env, account, folders, &file)
    }

    /// The same for a host that has no files of its user: neither a settings file nor a data directory is looked for, so the ledger and the
    /// places of the sessions have to be named.
    ///
    /// # Errors
    /// As for [`load`](Self::load).
    pub fn without_files(
        flags: &Flags,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, Failure> {
        let account = Account::named(flags, env)?;
        let none = Err("this host keeps no files: name the ledger and the places of the sessions");
        Self::put_together(flags, env, account, none, &SettingsFile::default())
    }

    /// Settings where [`load`](Self::load) fails: without the file; where that is not enough, without environment and flags.
    ///
    /// # Errors
    /// When there is no home directory.
    pub fn usual(flags: &Flags) -> Result<Self, Failure> {
        let env = |name: &str| std::env::var(name).ok();
        let none = |_: &str| None;
        let empty = SettingsFile::default();
        let folders = || {
            let account = Account::named(flags, &env).ok().flatten();
            Folders::find().map(|folders| match &account {
                None => folders,
                Some(Account(name)) => folders.of_account(name),
            })
        };
        Self::put_together(flags, &env, None, folders(), &empty)
            .or_else(|_| Self::put_together(&Flags::default(), &none, None, folders(), &empty))
    }

    fn put_together(
        flags: &Flags,
        env: &dyn Fn(&str) -> Option<String>,
        account: Option<Account>,
        folders: Result<Folders, &'static str>,
        file: &SettingsFile,
    ) -> Result<Self, Failure> {
        let pick = Picker { env, file };
        let ledger = ledger(flags, &pick, folders.as_ref())?;
        let key = pick.secret("SESSION_KEY")?.map(|(_, key)| key.into());
        let sessions = Sessions::new(&ledger, key, account.map(|Account(name)| name));
        let service = |prefix: &str, section: &file::ServiceSection, url: &str| {
            let url = pick.url(url, section.url.as_deref())?;
            let variable = format!("{prefix}_SESSION");
            let session = match (pick.text(&variable, None), &section.session) {
                (Some((_, path)), _) => PathBuf::from(path),
                (None, Some(path)) => path.clone(),
                (None, None) => folders
                    .as_ref()
                    .map_err(|why| Failure::usage(*why))?
                    .data
                    .join(format!("{}.session.json", prefix.to_lowercase())),
            };
            let session = sessions.place(&variable, &session, &prefix.to_lowercase())?;
            let credentials = pick.credentials(prefix, section)?;
            let email = match &credentials {
                Some(credentials) => Some(credentials.email.clone()),
                None => pick.email(prefix, section)?,
            };
            Ok::<_, Failure>(Service {
                url,
                credentials,
                email,
                session,
            })
        };
        let polar = service("POLAR", &file.polar, "POLAR_FLOW_URL")?;
        let runkeeper = service("RUNKEEPER", &file.runkeeper, "RUNKEEPER_URL")?;
        let polar_auth_url = pick.url("POLAR_AUTH_URL", file.polar.auth_url.as_deref())?;
        let polar_start = match pick.text("POLAR_START", file.polar.start.as_deref()) {
            None => StartField::Agreed,
            Some((_, text)) if text == "datetime" => StartField::Datetime,
            Some((_, text)) if text == "timestamp" => StartField::Timestamp,
            Some((from, text)) => {
                return Err(Failure::usage(format!(
                    "{from} must be datetime or timestamp, not `{text}`"
                )));
            }
        };
        let asics_id_url = pick.url("ASICS_ID_URL", file.runkeeper.auth_url.as_deref())?;
        let runkeeper_unit = match pick.text("RUNKEEPER_UNIT", file.runkeeper.unit.as_deref()) {
            None => runkeeper::DistanceUnit::Kilometres,
            Some((from, text)) => {
                let unit = runkeeper::DistanceUnit::from_label(&text);
                let known = unit.metres().is_some();
                known.then_some(unit).ok_or_else(|| {
                    Failure::usage(format!("{from} must be km or mi, not `{text}`"))
                })?
            }
        };
        let user = pick.text("RUNKEEPER_USER", file.runkeeper.user.as_deref());
        let runkeeper_user = match user {
            None => None,
            Some((from, text)) => Some(runkeeper::UserName::new(&text).ok_or_else(|| {
                Failure::usage(format!(
                    "{from} must be the NAME of runkeeper.com/user/NAME/profile, not `{text}`"
                ))
            })?),
        };
        let since = match pick.text("SYNC_SINCE", file.since.as_deref()) {
            None => None,
            Some((from, text)) => Some(text.parse().map_err(|_| {
                Failure::usage(format!("{from} must be a day (YYYY-MM-DD), not `{text}`"))
            })?),
        };
        let intervals_key = pick.secret("INTERVALS_API_KEY")?;
        let intervals_url = pick.url("INTERVALS_URL", None)?;
        let (from, to) = (flags.from.as_deref(), flags.to.as_deref());
        let routes = route::choose(from, to, &file.route, &file.place("SYNC_ROUTE"))?;
        let record_answers = pick.switch(&None, "", "SYNC_RECORD_ANSWERS", file.record_answers)?;
        let facts = folders.as_ref().ok().map(|it| it.data.join("drift.json"));
        let Behaviour { policy, http } = Behaviour::from_sources(flags, &pick)?;
        Ok(Self {
            since,
            file: file.path(),
            polar,
            polar_auth_url,
            polar_start,
            runkeeper,
            asics_id_url,
            runkeeper_unit,
            runkeeper_user,
            intervals_key: intervals_key.map(|(_, key)| key.into()),
            intervals_url,
            route: routes.first().cloned().unwrap_or_default(),
            routes,
            ledger,
            policy,
            http,
            record_answers: record_answers.unwrap_or(true),
            facts,
            watch: Watch::default(),
        })
    }

    /// The same for one of the [`routes`](Self::routes).
    #[must_use]
    pub fn on(&self, route: &RouteEnds) -> Self {
        Self {
            route: route.clone(),
            ..self.clone()
        }
    }

    /// The same settings for each of the routes.
    #[must_use]
    pub fn on_each(&self) -> Vec<Self> {
        self.routes.iter().map(|route| self.on(route)).collect()
    }

    /// Uses a ledger that is open already for the sessions that are kept in it.
    pub fn share_ledger(&self, ledger: &SharedLedger) {
        self.polar.session.share(ledger);
        self.runkeeper.session.share(ledger);
    }

    /// The settings of one service.
    #[must_use]
    pub fn service(&self, name: ServiceName) -> &Service {
        match name {
            ServiceName::Polar => &self.polar,
            ServiceName::Runkeeper => &self.runkeeper,
        }
    }
}

/// Whether a path leads into an existing file.
pub(crate) fn is_there(path: &Path) -> bool {
    path.try_exists().unwrap_or(true)
}
