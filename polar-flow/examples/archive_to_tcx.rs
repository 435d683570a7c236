//! Turns the data export of an account ("Download your data" at account.polar.com) into TCX files, without any request.
#![allow(clippy::print_stdout)]

use std::error::Error;
use std::path::Path;

use polar_flow::archive;
use workout_files::tcx;

fn main() -> Result<(), Box<dyn Error>> {
    let mut names = std::env::args().skip(1);
    let (Some(export), Some(folder)) = (names.next(), names.next()) else {
        return Err("give the ZIP file of the export and a folder".into());
    };
    save(Path::new(&export), Path::new(&folder))
}

/// Writes each session as a file, and names those that cannot be read.
pub fn save(export: &Path, folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut archive = archive::open(export)?;
    for (number, session) in (1..).zip(archive.sessions()) {
        match session {
            Ok(session) => {
                let name = session.start.format("%Y-%m-%d-%H%M%S");
                let written = tcx::write(&session.workouts())?;
                std::fs::write(folder.join(format!("{name}-{number}.tcx")), written.bytes)?;
            }
            Err(diagnostic) => println!("{diagnostic}"),
        }
    }
    Ok(())
}
