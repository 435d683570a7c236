//! `workout-sync support FILE`

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{ErrorKind, Write as _, stderr};
use std::path::{Path, PathBuf};

use api_drift::har;
use sync_core::{Record, Route, StoreError};
use workout_sync::drift::facts::Facts;
use workout_sync::drift::support::{self, Counts, Named, Parts};
use workout_sync::drift::{learn, questions, services};
use workout_sync::exit::{Exit, Failure};
use workout_sync::ledger;
use workout_sync::settings::Settings;

use super::{import_session, print_json, say};
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
    settings: Result<Settings, Failure>,
    flags: SupportFlags,
) -> Result<Exit, Failure> {
    // Before anything is read or kept.
    if flags.file.exists() {
        return Err(exists(&flags.file));
    }
    let mut unreadable = Vec::new();
    let (settings, are_read) = match settings {
        Ok(settings) => (settings, true),
        // Damaged settings are a case in which a user asks for help. Why they cannot be read may name what stands in them.
        Err(failure) => {
            tell(&format!(
                "the settings are not in the file: {}",
                failure.message
            ));
            unreadable.push(
                "the settings cannot be read: ledger and drift.json are those of the usual folder"
                    .to_owned(),
            );
            (Settings::usual(&cli.flags)?, false)
        }
    };
    let settings = &settings;
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
    let (mut facts, is_damaged) = settings
        .facts
        .as_deref()
        .map(Facts::load_or_tell)
        .unwrap_or_default();
    if is_damaged {
        unreadable
            .push("the file of what earlier runs noticed (drift.json) cannot be read".to_owned());
    }
    let mut counts = BTreeMap::new();
    let mut named = Vec::new();
    // Without a ledger there is still something to tell.
    match ledger::open_existing(&settings.ledger).await {
        Ok(ledger) => {
            let of_settings = settings.routes.iter();
            let of_settings = of_settings.map(|route| (route.from.name(), route.to.name()));
            let mut routes: Vec<(String, String)> = of_settings.collect();
            // Routes of earlier settings. Those with a folder have names that only its path gives.
            let others = OTHER_ROUTES.map(|(from, to)| (from.to_owned(), to.to_owned()));
            let own = routes.len();
            for other in others {
                if !routes.contains(&other) {
                    routes.push(other);
                }
            }
            let mut wanted: Vec<&String> = flags.workout.iter().collect();
            for (at, (from, to)) in routes.iter().enumerate() {
                let route = Route::new(ledger.clone(), from, to);
                let mut of_route = Counts::default();
                let mut visit = |record: Result<Record, StoreError>| {
                    let Ok(record) = record else {
                        of_route.unreadable += 1;
                        return;
                    };
                    let (state, reason) = support::state_of(&record);
                    if let Some(reason) = reason {
                        let reason = format!("{state}: {reason}");
                        *of_route.reasons.entry(reason).or_default() += 1;
                    }
                    *of_route.states.entry(state).or_default() += 1;
                    if to == runkeeper::engine::NAME {
                        survived(&record, &mut facts);
                    }
                    if flags.workout.contains(&record.item.id) {
                        wanted.retain(|id| **id != record.item.id);
                        let route = Route::name_of(from, to);
                        named.push(Named { route, record });
                    }
                };
                let visited = route.visit_records(&mut visit).await;
                if of_route.unreadable > 0 {
                    unreadable.push(format!(
                        "{} documents of the ledger cannot be read",
                        of_route.unreadable
                    ));
                }
                if visited.is_err() {
                    unreadable
                        .push("the ledger ends early: it cannot be read to its end".to_owned());
                }
                if at < own || !of_route.states.is_empty() || of_route.unreadable > 0 {
                    counts.insert(route.name().to_owned(), of_route);
                }
            }
            for id in &wanted {
                tell(&format!(
                    "the ledger has no workout {id}: its history is not in the file"
                ));
            }
            if !wanted.is_empty() {
                unreadable.push(format!(
                    "{} of the named workouts are not in the ledger",
                    wanted.len()
                ));
            }
        }
        Err(failure) => {
            tell(&format!(
                "the ledger is not in the file: {}",
                failure.message
            ));
            unreadable.push("the ledger is missing or cannot be opened".to_owned());
        }
    }
    let document = support::document(Parts {
        settings: Some(settings).filter(|_| are_read),
        services: &known,
        facts: &facts,
        ledger: &counts,
        named: &named,
        recorded: &recorded,
        unreadable: unreadable.clone(),
    });
    let text = serde_json::to_string_pretty(&document)
        .map_err(|error| Failure::failed(error.to_string()))?;
    write_new(&flags.file, format!("{text}\n").as_bytes())?;
    let size = text.len() / 1024 + 1;
    match cli.json {
        true => print_json(
            serde_json::json!({"file": flags.file, "kib": size, "not_read": unreadable}),
        )?,
        false => say(&format!(
            "{} ({size} KiB) holds:\n{}{}Nothing was sent. It is text: look at it before you attach it to a bug report.\n",
            flags.file.display(),
            support::CONTENTS,
            unreadable
                .iter()
                .map(|line| format!("Note: {line}\n"))
                .collect::<String>(),
        ))?,
    }
    Ok(Exit::Settled)
}

fn tell(line: &str) {
    let _ = writeln!(stderr(), "{line}");
}

/// Routes between services, in case the settings named others before.
const OTHER_ROUTES: [(&str, &str); 8] = [
    ("polar-flow", "runkeeper"),
    ("polar-flow", "intervals-icu"),
    ("runkeeper", "intervals-icu"),
    ("runkeeper", "runkeeper"),
    ("polar-archive", "runkeeper"),
    ("polar-archive", "intervals-icu"),
    ("runkeeper-archive", "intervals-icu"),
    ("runkeeper-archive", "runkeeper"),
];

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
        ErrorKind::AlreadyExists => exists(path),
        _ => Failure::usage(format!("{shown}: {error}")),
    })
}

pub(super) fn exists(path: &Path) -> Failure {
    Failure::usage(format!(
        "{} exists already, and is not overwritten; name another file",
        path.display()
    ))
}
