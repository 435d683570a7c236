//! `workout-fleet add NAME`, `workout-fleet add --file FILE`

use std::fs::File;
use std::path::Path;

use sync_core::ledger::SharedLedger;
use workout_sync::exit::{Exit, Failure};
use workout_sync::settings::Settings;
use workout_sync::{services, text};

use super::say;
use crate::account_ledger::Ledgers;
use crate::accounts::{self, AddedAccount, RouteNames, Sessions};
use crate::cli::AddOptions;
use crate::database::Database;
use crate::settings::FleetSettings;

/// More than any file of accounts.
const LARGEST: usize = 256 * 1024 * 1024;

pub(crate) async fn add(
    fleet: &FleetSettings,
    database: &Database,
    options: &AddOptions,
) -> Result<Exit, Failure> {
    let added = match (&options.file, &options.account) {
        (Some(file), _) => from_lines(&read(file)?)?,
        (None, Some(account)) => vec![from_environment(account, options)?],
        (None, None) => return Err(Failure::usage("name an account, or a file of accounts")),
    };
    let ledgers = Ledgers::open(&fleet.database, 1).await?;
    let count = added.len();
    for account in added {
        let name = account.account.clone();
        let in_account = |failure: Failure| Failure {
            message: format!("{name}: {}", failure.message),
            ..failure
        };
        add_one(fleet, database, &ledgers, account)
            .await
            .map_err(in_account)?;
    }
    say(&format!(
        "{count} {} added\n",
        if count == 1 { "account" } else { "accounts" }
    ))?;
    Ok(Exit::Settled)
}

fn from_lines(text: &str) -> Result<Vec<AddedAccount>, Failure> {
    (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(number, line)| AddedAccount::from_line(line, number))
        .collect()
}

fn from_environment(account: &str, options: &AddOptions) -> Result<AddedAccount, Failure> {
    let session = |file: &Option<std::path::PathBuf>| file.as_deref().map(read).transpose();
    let sessions = Sessions {
        polar: session(&options.polar_session)?,
        runkeeper: session(&options.runkeeper_session)?,
    };
    let route = RouteNames {
        from: options.from.clone(),
        to: options.to.clone(),
    };
    let variables = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
    AddedAccount::from_environment(account, variables, route, options.every.clone(), sessions)
}

/// Proves the sessions, keeps them, and only then the account: it is due at once.
async fn add_one(
    fleet: &FleetSettings,
    database: &Database,
    ledgers: &Ledgers,
    added: AddedAccount,
) -> Result<(), Failure> {
    let (name, settings) = (added.account.as_str(), added.settings()?);
    let every = added.every()?;
    let routes = settings.of_routes(fleet, name)?;
    let (ledger, _) = ledgers.of(name);
    if let Some(first) = routes.first() {
        import(first, &ledger, &added.sessions).await?;
    }
    let names: Vec<String> = routes.iter().map(|it| it.route.name()).collect();
    let sealed = settings.seal(&fleet.key, name).await?;
    accounts::put(database, name, &names.join(", "), every, &sealed).await?;
    Ok(())
}

async fn import(
    settings: &Settings,
    ledger: &SharedLedger,
    sessions: &Sessions,
) -> Result<(), Failure> {
    settings.share_ledger(ledger);
    if let Some(text) = &sessions.polar {
        services::import_polar(settings, text).await?;
    }
    if let Some(text) = &sessions.runkeeper {
        services::import_runkeeper(settings, text).await?;
    }
    Ok(())
}

/// Reads a text file; `-` is standard input. A name that is no file is not shown: it may be a secret in a file's place.
fn read(file: &Path) -> Result<String, Failure> {
    let result = match file == Path::new("-") {
        true => text::read(std::io::stdin(), LARGEST),
        false => File::open(file).and_then(|file| text::read(file, LARGEST)),
    };
    result.map_err(|error| {
        let is_there = file.symlink_metadata().is_ok();
        let name = is_there.then(|| file.display().to_string());
        let name = name.as_deref().unwrap_or("the named file");
        Failure::usage(format!("{name} cannot be read: {error}"))
    })
}
