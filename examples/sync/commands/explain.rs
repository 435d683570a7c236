//! `sync explain ID`

use examples::exit::{Exit, Failure};
use examples::settings::Settings;
use examples::{ledger, table};

use super::{route, say};
use crate::cli::Cli;

pub(crate) async fn explain(cli: &Cli, settings: &Settings, id: &str) -> Result<Exit, Failure> {
    let ledger = ledger::open_existing(&settings.ledger).await?;
    let Some(record) = sync_core::explain(&ledger, &route(), id).await? else {
        return Err(Failure::usage(format!(
            "the ledger {} knows no workout {id}; `sync plan` lists what it does not know yet",
            settings.ledger
        )));
    };
    if cli.json {
        let json = serde_json::to_string(&record)
            .map_err(|error| Failure::failed(format!("the record has no JSON form: {error}")))?;
        say(&format!("{json}\n"))?;
    } else {
        say(&table::explain(&record))?;
    }
    Ok(Exit::Settled)
}
