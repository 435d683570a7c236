//! `workout-sync archive DIR`

use std::io::{Write as _, stderr};
use std::path::PathBuf;
use std::sync::Arc;

use workout_sync::archive::{self, Formats, KnownArchives, Progress};
use workout_sync::days::Days;
use workout_sync::exit::{Exit, Failure};
use workout_sync::interrupt::interruptible;
use workout_sync::services;
use workout_sync::settings::Settings;

use super::say;
use crate::cli::Cli;

/// The flags of an archive.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct ArchiveFlags {
    /// The folder; it is made when it is missing
    dir: PathBuf,
    /// What to keep, separated by commas: summary, details, tcx, gpx, fit, csv, rr, sleep, activity [default: all]
    #[arg(long, value_name = "NAMES")]
    formats: Option<String>,
    /// Recognise training files that are in the folder already, of other tools or of an earlier archive, instead of fetching them
    #[arg(long)]
    adopt: bool,
    /// Fetch again what is missing in the folder, and ask again for what did not exist at Polar Flow
    #[arg(long)]
    refetch: bool,
}

pub(crate) async fn archive(
    cli: &Cli,
    settings: &Settings,
    flags: ArchiveFlags,
) -> Result<Exit, Failure> {
    if cli
        .flags
        .verify
        .as_deref()
        .is_some_and(|value| value != "off")
    {
        return verify(cli, flags).await;
    }
    let days = Days {
        since: cli.since,
        until: cli.until,
        default_since: None,
    };
    let window = days.window(chrono::Utc::now().date_naive());
    let window = window.map_err(Failure::usage)?;
    if let Some(word) = days.word() {
        let _ = writeln!(stderr(), "{word}");
    }
    let formats = flags.formats.as_deref().map(str::parse::<Formats>);
    let formats = formats.transpose();
    let formats = formats.map_err(|error| Failure::usage(format!("--formats: {error}")))?;
    let request = archive::Request {
        root: flags.dir,
        formats: formats.unwrap_or_default(),
        window,
        max_items: cli.max_items,
        accept_listing: cli.accept_listing,
        adopt: flags.adopt,
        refetch: flags.refetch,
        parallel: settings.http.parallel,
    };
    let file = settings.facts.as_ref();
    let mut known = file.map(|facts| KnownArchives::load(facts.with_file_name("archives.json")));
    if let Some(known) = known
        .as_ref()
        .filter(|_| !cli.accept_listing && !flags.adopt)
    {
        known.check(&request.root)?;
    }
    let polar = services::polar_in_parallel(settings)?;
    let work = interruptible();
    let progress = Arc::new(Progress::on_stderr());
    let report = archive::run(&polar, &request, &work.cancel, progress).await?;
    if let Some(known) = &mut known
        && let Err(error) = known.remember(&request.root, report.sessions.archived)
    {
        tracing::warn!(%error, "the list of archives cannot be kept");
    }
    match cli.json {
        true => print(&report)?,
        false => say(&report.to_string())?,
    }
    for warning in &report.warnings {
        let _ = writeln!(stderr(), "{warning}");
    }
    if let Some(stopped) = &report.stopped {
        let _ = writeln!(stderr(), "{}", stopped.message);
    }
    Ok(report.exit())
}

async fn verify(cli: &Cli, flags: ArchiveFlags) -> Result<Exit, Failure> {
    if flags.adopt || flags.refetch || flags.formats.is_some() {
        let what = "`archive --verify` only looks: it takes no --adopt, --refetch or --formats";
        return Err(Failure::usage(what));
    }
    let checked = tokio::task::spawn_blocking(move || archive::verify(&flags.dir)).await;
    let checked = checked.map_err(|_| Failure::failed("the check failed"))??;
    match cli.json {
        true => print(&checked)?,
        false => say(&checked.to_string())?,
    }
    Ok(checked.exit())
}

fn print(document: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string(document);
    let text = text.map_err(|error| Failure::failed(error.to_string()))?;
    say(&format!("{text}\n"))
}
