//! `workout-sync export FILE`, `workout-sync import FILE`: a ledger as JSON lines, from one backend to another

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, ErrorKind, Write, stderr};
use std::path::Path;

use sync_core::transfer::{self, TransferError};
use workout_sync::exit::{Exit, Failure, with_causes};
use workout_sync::settings::Settings;
use workout_sync::text::Lines;
use workout_sync::{ledger, name};

pub(crate) async fn export(settings: &Settings, file: &Path) -> Result<Exit, Failure> {
    let ledger = ledger::open_existing(&settings.ledger).await?;
    let mut out: Box<dyn Write + Send> = if is_dash(file) {
        Box::new(std::io::stdout())
    } else {
        let mut options = OpenOptions::new();
        // An older export may be the only copy of a ledger.
        options.write(true).create_new(true);
        // For its owner only, like the ledger: it holds when and where the user trains.
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        Box::new(
            options
                .open(file)
                .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?,
        )
    };
    let mut count = 0;
    for route in &settings.routes {
        let exported = transfer::export(&ledger, &route.name(), &mut *out).await;
        count += exported.map_err(failed)?;
    }
    tell(&format!(
        "{count} documents of {} written\n",
        settings.ledger
    ));
    Ok(Exit::Settled)
}

pub(crate) async fn import(settings: &Settings, file: &Path) -> Result<Exit, Failure> {
    let named = |error| Failure::usage(format!("{}: {error}", file.display()));
    let source: Box<dyn BufRead + Send> = if is_dash(file) {
        Box::new(BufReader::new(std::io::stdin()))
    } else {
        Box::new(BufReader::new(File::open(file).map_err(named)?))
    };
    // Before a ledger is made: a folder is read, and what is no export is refused.
    let mut lines = Lines::begin(source, LONGEST_LINE).map_err(named)?;
    let begins_well = lines
        .fill_buf()
        .map_err(named)?
        .first()
        .is_none_or(|first| *first == b'{' || first.is_ascii_whitespace());
    if !begins_well {
        return Err(Failure::usage(format!(
            "{} is not what `{} export` writes",
            file.display(),
            name::program()
        )));
    }
    let ledger = ledger::open(&settings.ledger).await?;
    let count = transfer::import(&ledger, &mut lines)
        .await
        .map_err(failed)?;
    tell(&format!(
        "{count} documents written to {}\n",
        settings.ledger
    ));
    Ok(Exit::Settled)
}

/// More than any document of a ledger.
const LONGEST_LINE: usize = 16 * 1024 * 1024;

fn is_dash(file: &Path) -> bool {
    file == Path::new("-")
}

fn failed(error: TransferError) -> Failure {
    match error {
        TransferError::Malformed { .. } | TransferError::Different { .. } => {
            Failure::usage(with_causes(&error))
        }
        TransferError::Io(ref io) if io.kind() == ErrorKind::InvalidData => {
            Failure::usage(with_causes(&error))
        }
        _ => Failure::failed(with_causes(&error)),
    }
}

fn tell(text: &str) {
    let _ = stderr().write_all(text.as_bytes());
}
