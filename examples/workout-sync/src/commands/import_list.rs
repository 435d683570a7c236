//! `workout-sync import-list FROM`: taking over from the original project

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::json;
use workout_sync::exit::{Exit, Failure};
use workout_sync::progress::Shown;
use workout_sync::services::Services;
use workout_sync::settings::Settings;
use workout_sync::{ledger, original_list};

use super::import_session::read;
use super::{request, say};
use crate::cli::Cli;

pub(crate) async fn import_list(
    cli: &Cli,
    settings: &Settings,
    from: &str,
    collection: Option<&str>,
) -> Result<Exit, Failure> {
    let request = request(cli, None)?;
    let ids = ids(from, collection).await?;
    let ledger = ledger::open(&settings.ledger).await?;
    let shown = Shown::on_stderr(settings.route.from.title());
    let services = Services::for_looking(settings, ledger, shown).await?;
    let list = services.engine.import_list(&ids, &request).await;
    services.close_source().await?;
    let list = list?;
    if cli.json {
        let (adopted, known, unlisted) = (&list.imported, &list.known, &list.unlisted);
        let json = json!({"adopted": adopted, "known": known, "unlisted": unlisted});
        say(&format!("{json}\n"))?;
        return Ok(Exit::Settled);
    }
    let mut text = format!(
        "{} of {} listed workouts are never sent, {} were in the ledger already\n",
        list.imported.len(),
        ids.len(),
        list.known.len()
    );
    if !list.unlisted.is_empty() {
        text.push_str(&format!(
            "{} does not list {}: {}\n",
            settings.route.from.title(),
            list.unlisted.len(),
            list.unlisted.join(", ")
        ));
    }
    say(&text)?;
    Ok(Exit::Settled)
}

async fn ids(from: &str, collection: Option<&str>) -> Result<BTreeSet<String>, Failure> {
    // Whatever looks like an address may hold a password, and is never shown.
    let scheme = from.split_once("://").map(|(scheme, _)| scheme);
    if scheme.is_some_and(|scheme| !matches!(scheme, "mongodb" | "mongodb+srv")) {
        return Err(Failure::usage(
            "a list is read from a file, or from an address that begins with mongodb:// or mongodb+srv://",
        ));
    }
    match (scheme.is_some(), collection) {
        (true, collection) => from_mongo(from, collection).await,
        (false, Some(_)) => Err(Failure::usage(
            "--collection belongs to a mongodb:// address",
        )),
        (false, None) => original_list::read(&read(Path::new(from), !from.contains('@'))?)
            .map_err(|why| Failure::usage(format!("{from} is not the list that was meant: {why}"))),
    }
}

#[cfg(feature = "mongodb")]
async fn from_mongo(url: &str, collection: Option<&str>) -> Result<BTreeSet<String>, Failure> {
    use sync_ledger_mongodb::{ORIGINAL_COLLECTION, ORIGINAL_DATABASE, read_original_list};
    let (database, collection) = match collection {
        Some(collection) => (None, collection),
        None => (Some(ORIGINAL_DATABASE), ORIGINAL_COLLECTION),
    };
    let list = read_original_list(url, database, collection).await;
    list.map_err(ledger::mongo_failure)
}

#[cfg(not(feature = "mongodb"))]
async fn from_mongo(_: &str, _: Option<&str>) -> Result<BTreeSet<String>, Failure> {
    let message = workout_sync::settings::left_out("MongoDB", "mongodb");
    Err(Failure::usage(format!(
        "{message}; or read the list from a file that `mongoexport` writes"
    )))
}
