//! Reads the archive of an account (Settings, "Export data") without any request.
#![allow(clippy::print_stdout)]

use std::error::Error;

use runkeeper::archive;

fn main() -> Result<(), Box<dyn Error>> {
    let file = std::env::args()
        .nth(1)
        .ok_or("give the name of the ZIP file")?;
    println!("{}", summary(&std::fs::read(file)?)?);
    Ok(())
}

/// The counts, and the rows that were skipped.
pub fn summary(zip: &[u8]) -> Result<String, archive::ArchiveError> {
    let archive = archive::read(zip)?;
    let mut text = format!(
        "{} activities, {} tracks\n",
        archive.activities.len(),
        archive.tracks.len()
    );
    // Rows that cannot be read are skipped, and named.
    for diagnostic in &archive.diagnostics {
        text += &format!("{diagnostic}\n");
    }
    Ok(text)
}
