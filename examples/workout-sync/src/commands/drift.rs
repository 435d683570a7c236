//! `workout-sync drift`

use std::io::{Write as _, stderr};
use std::path::{Path, PathBuf};

use api_drift::redact::Redactor;
use api_drift::{Exchange, Quarantine, Service, fixture, har, inspect};
use chrono::{Days, NaiveDate, Utc};
use workout_sync::drift::facts::Facts;
use workout_sync::drift::show::Look;
use workout_sync::drift::{learn, live, probes, services};
use workout_sync::exit::{Exit, Failure};
use workout_sync::name;
use workout_sync::settings::{ServiceName, Settings};

use super::{import_session, print_json, say};
use crate::cli::Cli;

/// The flags of a look.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct DriftFlags {
    /// Look at a HAR file from the network tab of a browser instead; nothing is asked of any service
    #[arg(long, value_name = "FILE")]
    har: Option<PathBuf>,
    /// Look at one service only
    #[arg(long, value_name = "SERVICE", conflicts_with = "har")]
    only: Option<ServiceName>,
    /// The list of accepted changes [default: drift-accepted.json in the data directory]
    #[arg(long, value_name = "FILE")]
    accepted: Option<PathBuf>,
    /// Accept every change that is found for this number of days
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u64).range(1..=365))]
    accept: Option<u64>,
    /// For developers: write the answers as redacted fixtures with their shapes below this folder; no file is overwritten
    #[arg(long, value_name = "DIR")]
    write_fixture: Option<PathBuf>,
}

pub(crate) async fn drift(
    cli: &Cli,
    settings: &Settings,
    flags: DriftFlags,
) -> Result<Exit, Failure> {
    let known = services(settings);
    // Before anything is asked: a list that cannot be read would cost the whole look.
    let list = accepted(settings, &flags)?;
    let mut look = Look::default();
    let mut unusable = false;
    let exchanges = match &flags.har {
        Some(file) => {
            let exchanges = from_har(&known, file, &mut look)?;
            learn(settings, &known, &exchanges);
            exchanges
        }
        None => {
            let names = live::chosen(settings, flags.only);
            if names.is_empty() {
                return Err(Failure::sign_in(format!(
                    "no service is set up: `{me} setup`, or look at a file of your browser with `{me} drift --har FILE`",
                    me = name::program()
                )));
            }
            let _ = write!(stderr(), "{}", live::announcement(settings, flags.only));
            let looked = live::look(settings, &names).await?;
            unusable = !looked.troubles.is_empty();
            let troubles = looked.troubles.iter();
            look.notes
                .extend(troubles.map(|(name, why)| format!("{}: {why}", name.title())));
            look.requests = looked.requests;
            looked.exchanges
        }
    };
    look.report = inspect(&known, &exchanges);
    look.probed = probes::probe(&known, &exchanges);
    remarks(&mut look, flags.har.is_some());
    look.report
        .findings
        .extend(look.probed.findings.iter().cloned());
    let today = Utc::now().date_naive();
    if let Some((path, list)) = list {
        quarantine(&path, list, flags.accept, &mut look, today)?;
    }
    if let (Some(path), None) = (&settings.facts, &flags.har) {
        let mut facts = Facts::load(path);
        facts.report = Some(look.report.clone());
        facts.entries = redacted(&known, &exchanges);
        facts.looked_at = Some(Utc::now());
        let kept = facts.save(path);
        kept.map_err(|error| Failure::failed(format!("{}: {error}", path.display())))?;
    }
    match cli.json {
        true => print_json(look.to_json())?,
        false => say(&look.to_text())?,
    }
    if let Some(folder) = &flags.write_fixture {
        write_fixtures(folder, &known, &exchanges, today)?;
    }
    let has_seen_nothing = look.report.compared() == 0 && look.accepted.is_empty();
    Ok(
        match (look.report.is_breaking(), look.report.findings.is_empty()) {
            (true, _) => Exit::Guarded,
            // A file in which nothing could be looked at is the wrong one.
            (false, true) if has_seen_nothing && flags.har.is_some() => Exit::Usage,
            // A service that could not be looked at is not one that is as known.
            (false, _) if unusable => Exit::SignInNeeded,
            (false, false) => Exit::Unfinished,
            (false, true) => Exit::Settled,
        },
    )
}

/// One answer of each endpoint, the largest.
fn redacted(known: &[Service], exchanges: &[Exchange]) -> Vec<serde_json::Value> {
    let mut redactor = Redactor::new(known);
    let mut entries = Vec::new();
    for service in known {
        for endpoint in &service.endpoints {
            let of_it = exchanges.iter().filter(|it| {
                service
                    .endpoint_of(it)
                    .is_some_and(|found| found.name == endpoint.name)
            });
            if let Some(it) = of_it.max_by_key(|it| it.body.as_ref().map_or(0, Vec::len)) {
                entries.push(redactor.entry(service, it));
            }
        }
    }
    entries
}

fn from_har(known: &[Service], file: &Path, look: &mut Look) -> Result<Vec<Exchange>, Failure> {
    let text = import_session::read(file, true).map_err(|mut failure| {
        failure.message.push_str(
            ". A HAR file is text in UTF-8 of at most 64 MiB: save it in the network tab, as HAR with content, of a tab in which you visited \
             the service alone",
        );
        failure
    })?;
    let recording =
        har::read(&text).map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?;
    let is_at = |url: &url::Url| known.iter().any(|service| service.role_of(url).is_some());
    let (ours, others): (Vec<_>, Vec<_>) = recording
        .exchanges
        .into_iter()
        .partition(|it| is_at(&it.url));
    (look.requests, look.ignored) = (ours.len(), others.len());
    // Of an entry without an address nothing says that it is another host's.
    let elsewhere = recording.unreadable_at.iter().filter(|it| !is_at(it));
    let unreadable = recording.unreadable - elsewhere.count();
    if unreadable > 0 {
        look.notes
            .push(format!("{unreadable} entries of the file cannot be read"));
    }
    if ours.is_empty() {
        look.notes.push(
            "the file has no request to Polar Flow or Runkeeper: record while you use the service in the same tab".to_owned(),
        );
    }
    let is_sanitised = |service: &&Service| {
        let mut theirs = ours
            .iter()
            .filter(|it| service.role_of(&it.url).is_some())
            .peekable();
        theirs.peek().is_some() && har::has_no_cookies(theirs)
    };
    let sanitised: Vec<&str> = known
        .iter()
        .filter(is_sanitised)
        .map(|it| it.name)
        .collect();
    if !sanitised.is_empty() {
        look.notes.push(format!(
            "the file has no cookies of {}: the browser left them out. Answers can be compared without them; cookies of the sign-in \
             cannot. (In Chrome: developer tools, settings, \"Allow to generate HAR with sensitive data\", then save the file that has it.)",
            sanitised.join(" and ")
        ));
    }
    Ok(ours)
}

/// Remarks on a look besides its differences.
fn remarks(look: &mut Look, is_recording: bool) {
    let seen = || look.report.seen.iter();
    let endpoints =
        || seen().flat_map(|(service, of_it)| of_it.iter().map(move |it| (service, it)));
    let unseen: usize = endpoints().map(|(_, (_, seen))| seen.unseen).sum();
    let mut notes: Vec<String> = look.report.notes.iter().cloned().collect();
    if unseen > 0 && is_recording {
        notes.push(format!(
            "{unseen} requests have no answer to look at: broken off, answered from the browser's memory, or saved without the whole \
             content. Switch the cache off and keep the log on while you record, and save as HAR with content"
        ));
    }
    for (service, (endpoint, seen)) in endpoints() {
        if seen.answers > 0 && seen.refused > seen.answers {
            notes.push(format!(
                "{service}, {endpoint}: {} of {} answers were refusals, and only the others are compared",
                seen.refused,
                seen.refused + seen.answers
            ));
        }
    }
    look.notes.extend(notes);
}

/// The list of accepted changes, and its file.
fn accepted(
    settings: &Settings,
    flags: &DriftFlags,
) -> Result<Option<(PathBuf, Quarantine)>, Failure> {
    let in_data = || {
        Some(
            settings
                .facts
                .as_ref()?
                .with_file_name("drift-accepted.json"),
        )
    };
    let Some(path) = flags.accepted.clone().or_else(in_data) else {
        return Ok(None);
    };
    let fail = |why: &dyn std::fmt::Display| Failure::usage(format!("{}: {why}", path.display()));
    let list = match std::fs::read_to_string(&path) {
        Ok(text) => Quarantine::parse(&text).map_err(|error| fail(&error))?,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Quarantine::default(),
        Err(error) => return Err(fail(&error)),
    };
    Ok(Some((path, list)))
}

/// Sets accepted changes aside, and accepts those of now where that is asked for.
fn quarantine(
    path: &Path,
    mut list: Quarantine,
    days: Option<u64>,
    look: &mut Look,
    today: NaiveDate,
) -> Result<(), Failure> {
    let fail = |why: &dyn std::fmt::Display| Failure::usage(format!("{}: {why}", path.display()));
    if let Some(days) = days {
        list.accept(&look.report.findings, today + Days::new(days));
        let text = serde_json::to_string_pretty(&list).map_err(|error| fail(&error))?;
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| fail(&error))?;
        }
        std::fs::write(path, format!("{text}\n")).map_err(|error| fail(&error))?;
        let _ = writeln!(stderr(), "accepted for {days} days, in {}", path.display());
    }
    (look.accepted, look.expired) = list.apply(&mut look.report, today);
    Ok(())
}

fn write_fixtures(
    folder: &Path,
    known: &[Service],
    exchanges: &[Exchange],
    today: NaiveDate,
) -> Result<(), Failure> {
    let files = fixture::write(known, exchanges, today);
    if files.is_empty() {
        let _ = writeln!(stderr(), "no answer can be written as a fixture");
    }
    // Before the first is written: half of them would mix two looks.
    for file in &files {
        let path = folder.join(&file.path);
        if path.exists() {
            return Err(super::support::exists(&path));
        }
    }
    for file in files {
        let path = folder.join(&file.path);
        super::support::write_new(&path, file.text.as_bytes())?;
        let _ = writeln!(stderr(), "wrote {}", path.display());
    }
    Ok(())
}
