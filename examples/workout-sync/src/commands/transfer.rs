//! `sync export FILE`, `sync import FILE`: a ledger as JSON lines, from one backend to another

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write, stderr};
use std::path::Path;

use sync_core::transfer::{self, TransferError};
use workout_sync::exit::{Exit, Failure};
use workout_sync::ledger;
use workout_sync::settings::Settings;

use super::route;

pub(crate) async fn export(settings: &Settings, file: &Path) -> Result<Exit, Failure> {
    let ledger = ledger::open_existing(&settings.ledger).await?;
    let mut out: Box<dyn Write + Send> = if is_dash(file) {
        Box::new(std::io::stdout())
    } else {
        let mut options = OpenOptions::new();
        // An older export may be the only copy of a ledger.
        options.write(true).create_new(true);
        // For its owner only, like the ledger: it holds when and where somebody trains.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Box::new(
            options
                .open(file)
                .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?,
        )
    };
    let count = transfer::export(&ledger, &route(), &mut *out)
        .await
        .map_err(failed)?;
    tell(&format!(
        "{count} documents of {} written\n",
        settings.ledger
    ));
    Ok(Exit::Settled)
}

pub(crate) async fn import(settings: &Settings, file: &Path) -> Result<Exit, Failure> {
    let mut lines: Box<dyn BufRead + Send> = if is_dash(file) {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        let file = File::open(file)
            .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?;
        Box::new(BufReader::new(file))
    };
    let ledger = ledger::open(&settings.ledger).await?;
    let count = transfer::import(&ledger, &mut *lines)
        .await
        .map_err(failed)?;
    tell(&format!(
        "{count} documents written to {}\n",
        settings.ledger
    ));
    Ok(Exit::Settled)
}

fn is_dash(file: &Path) -> bool {
    file == Path::new("-")
}

fn failed(error: TransferError) -> Failure {
    match error {
        TransferError::Malformed { .. } | TransferError::Different { .. } => {
            Failure::usage(error.to_string())
        }
        _ => Failure::failed(error.to_string()),
    }
}

fn tell(text: &str) {
    let _ = stderr().write_all(text.as_bytes());
}
