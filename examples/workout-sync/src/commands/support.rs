//! `workout-sync support FILE`

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _, stderr};
use std::path::{Path, PathBuf};

use api_drift::har;
use sync_core::Record;
use workout_sync::drift::facts::Facts;
use workout_sync::drift::support::{self, Counts, Named};
use workout_sync::drift::{learn, questions, services};
use workout_sync::exit::{Exit, Failure};
use workout_sync::ledger;
use workout_sync::settings::{Connector, Settings};

use super::{import_session, print_json, route, say};
use crate::cli::Cli;

/// The flags of a support file.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct SupportFlags {
    /// The file to write; it must not exist
    file: PathBuf,
    /// Workouts whose history goes into it, by their ids as in the table
    #[arg(long, value_name = "ID", num_args = 1..)]
    workout: Vec<String>,
    /// A HAR file of a browser whose answers go into it, redacted
    #[arg(long, value_name = "FILE")]
    har: Option<PathBuf>,
}

pub(crate) async fn support(
    cli: &Cli,
    settings: &Settings,
    flags: SupportFlags,
) -> Result<Exit, Failure> {
    let known = services(settings);
    let recorded = match &flags.har {
        Some(file) => {
            let text = import_session::read(file, true)?;
            let recording = har::read(&text);
            recording
                .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?
                .exchanges
        }
        None => Vec::new(),
    };
    learn(settings, &known, &recorded);
    let mut facts = settings
        .facts
        .as_deref()
        .map(Facts::load)
        .unwrap_or_default();
    let mut counts = BTreeMap::new();
    let mut named = Vec::new();
    // Without a ledger there is still something to tell.
    match ledger::open_existing(&settings.ledger).await {
        Ok(ledger) => {
            for ends in &settings.routes {
                let route = route(&settings.on(ends), ledger.clone());
                let report = route.status().await?;
                let mut of_route = Counts::default();
                for (state, count) in &report.counts {
                    of_route.states.insert(state.to_string(), *count);
                }
                for item in &report.items {
                    let Some(record) = route.explain(&item.item.id).await? else {
                        continue;
                    };
                    if let (state, Some(reason)) = support::state_of(&record) {
                        *of_route
                            .reasons
                            .entry(format!("{state}: {reason}"))
                            .or_default() += 1;
                    }
                    if matches!(ends.to, Connector::Runkeeper) {
                        survived(&record, &mut facts);
                    }
                }
                for id in &flags.workout {
                    let record = route.explain(id).await?;
                    named.extend(record.map(|record| Named {
                        route: route.name().to_owned(),
                        record,
                    }));
                }
                counts.insert(route.name().to_owned(), of_route);
            }
        }
        Err(failure) => {
            let _ = writeln!(
                stderr(),
                "the ledger is not in the file: {}",
                failure.message
            );
        }
    }
    let document = support::document(settings, &known, &facts, &counts, &named, &recorded);
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| Failure::failed(error.to_string()))?;
    write_new(&flags.file, format!("{text}\n").as_bytes())?;
    let size = text.len() / 1024 + 1;
    match cli.json {
        true => print_json(serde_json::json!({"file": flags.file, "kib": size}))?,
        false => say(&format!(
            "{} ({size} KiB) holds:\n{}Nothing was sent. It is text: look at it before you attach it to a bug report.\n",
            flags.file.display(),
            support::CONTENTS
        ))?,
    }
    Ok(Exit::Settled)
}

/// What deliveries kept, where they were read back and compared (`SYNC_VERIFY`).
fn survived(record: &Record, facts: &mut Facts) {
    let reports = record
        .parts
        .iter()
        .filter_map(|part| part.verify.as_ref()?.fidelity.as_ref());
    for report in reports {
        for (question, answer) in report.aspects.iter().filter_map(questions::kept) {
            facts.answer(question, &answer, 1, report.at);
        }
    }
}

/// Writes a file that is not there yet.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let shown = path.display();
    if let Some(folder) = path.parent().filter(|it| !it.as_os_str().is_empty()) {
        std::fs::create_dir_all(folder)
            .map_err(|error| Failure::usage(format!("{shown}: {error}")))?;
    }
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(bytes));
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Failure::usage(format!(
            "{shown} exists already, and is not overwritten; name another file"
        )),
        _ => Failure::usage(format!("{shown}: {error}")),
    })
}
