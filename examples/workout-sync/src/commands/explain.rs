//! `workout-sync explain ID`

use sync_core::Record;
use sync_core::ledger::SharedLedger;
use workout_sync::exit::{Exit, Failure};
use workout_sync::settings::Settings;
use workout_sync::{ledger, name, table};

use super::{route, say};
use crate::cli::Cli;

pub(crate) async fn explain(cli: &Cli, settings: &Settings, id: &str) -> Result<Exit, Failure> {
    let ledger = ledger::open_existing(&settings.ledger).await?;
    let mut found = Vec::new();
    for ends in &settings.routes {
        let on = settings.on(ends);
        if let Some(record) = route(&on, ledger.clone()).explain(id).await? {
            found.push((ends.name(), record));
        }
    }
    let is_one = settings.routes.len() == 1;
    match &found[..] {
        [] => drop(known(&ledger, settings, id).await?),
        [(_, record)] if is_one => tell(cli, record, &table::explain(record))?,
        several if cli.json => {
            let routes: serde_json::Map<String, serde_json::Value> = several
                .iter()
                .filter_map(|(name, record)| {
                    Some((name.clone(), serde_json::to_value(record).ok()?))
                })
                .collect();
            say(&format!("{}\n", serde_json::json!({ "routes": routes })))?;
        }
        several => {
            for (name, record) in several {
                say(&format!("{name}\n{}\n", table::explain(record)))?;
            }
        }
    }
    Ok(Exit::Settled)
}

/// The ledger's record of a workout.
pub(super) async fn known(
    ledger: &SharedLedger,
    settings: &Settings,
    id: &str,
) -> Result<Record, Failure> {
    let record = route(settings, ledger.clone()).explain(id).await?;
    record.ok_or_else(|| {
        Failure::usage(format!(
            "the ledger {} knows no workout {id}; `{} plan` lists what it does not know yet",
            settings.ledger,
            name::program()
        ))
    })
}

/// One workout in words, or as the JSON document of its record.
pub(super) fn tell(cli: &Cli, record: &Record, words: &str) -> Result<(), Failure> {
    if !cli.json {
        return say(words);
    }
    let json = serde_json::to_string(record)
        .map_err(|error| Failure::failed(format!("the record has no JSON form: {error}")))?;
    say(&format!("{json}\n"))
}
