//! `workout-sync import-session SERVICE FILE`

use std::fs::File;
use std::path::Path;

use workout_sync::exit::{Exit, Failure};
use workout_sync::services;
use workout_sync::settings::{ServiceName, Settings};
use workout_sync::text;

use super::say;

pub(crate) async fn import_session(
    settings: &Settings,
    service: ServiceName,
    file: &Path,
) -> Result<Exit, Failure> {
    // The argument may be the cookies themselves.
    let text = read(file, false)?;
    let report = match service {
        ServiceName::Polar => services::import_polar(settings, &text).await?,
        ServiceName::Runkeeper => services::import_runkeeper(settings, &text).await?,
    };
    let place = &settings.service(service).session;
    say(&format!(
        "{}: {report}. The session works and is kept in {place}\n",
        service.title()
    ))?;
    Ok(Exit::Settled)
}

/// One byte more than an import takes, so that what is larger is refused as such.
const LARGEST: usize = 64 * 1024 * 1024 + 1;

/// Reads a text file; `-` is standard input. A name that is not a file is only shown when `is_plain`: it may be a secret in a file's place.
pub(super) fn read(file: &Path, is_plain: bool) -> Result<String, Failure> {
    let result = if file == Path::new("-") {
        text::read(std::io::stdin(), LARGEST)
    } else {
        File::open(file).and_then(|file| text::read(file, LARGEST))
    };
    result.map_err(|error| {
        let there = is_plain || file.symlink_metadata().is_ok();
        let name = there.then(|| file.display().to_string());
        let name = name.as_deref().unwrap_or("the named file");
        Failure::usage(format!("{name} cannot be read: {error}"))
    })
}
