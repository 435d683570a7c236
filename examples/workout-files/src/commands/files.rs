//! Inputs and outputs.

use std::io::{self, Read, Write, stderr, stdin};
use std::path::Path;

use workout_files::Reading;

use crate::Exit;
use crate::report::Failure;

pub(super) fn unknown_extension(output: &Path) -> Exit {
    let _ = writeln!(
        stderr(),
        "workout-files: {}: the name must end in .tcx or .gpx, to say the format",
        output.display()
    );
    Exit::Usage
}

pub(super) fn name(file: &Path) -> String {
    file.display().to_string()
}

pub(super) fn code(outcome: &Result<Reading, Failure>) -> Exit {
    if outcome.is_ok() {
        Exit::Good
    } else {
        Exit::Unreadable
    }
}

pub(super) fn read(file: &Path) -> Result<Reading, Failure> {
    let bytes = if file == Path::new("-") {
        let mut bytes = Vec::new();
        stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(file)
    };
    workout_files::read(&bytes.map_err(Failure::Io)?)
        .map_err(|error| Failure::Read(Box::new(error)))
}

/// Written beside its place and renamed, so that a half-written file never has the name.
pub(super) fn save(output: &Path, bytes: &[u8]) -> io::Result<()> {
    let explain = |error: io::Error| {
        io::Error::new(
            error.kind(),
            format!("{} cannot be written: {error}", output.display()),
        )
    };
    let folder = output
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::Builder::new()
        .prefix(".workout-")
        .tempfile_in(folder.unwrap_or(Path::new(".")))
        .map_err(explain)?;
    file.write_all(bytes).map_err(explain)?;
    file.persist(output).map_err(|error| explain(error.error))?;
    Ok(())
}
