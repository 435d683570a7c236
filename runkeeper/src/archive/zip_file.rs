//! The ZIP around the tables and tracks.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use super::{ArchiveError, ArchivedActivity, Measurement, read_activities, read_measurements};

/// Largest single file that is unpacked.
const LARGEST_FILE: u64 = 256 * 1024 * 1024;

/// What an archive holds.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Archive {
    /// The activities, in the order of the table (newest first).
    pub activities: Vec<ArchivedActivity>,
    /// Weight, steps and so on.
    pub measurements: Vec<Measurement>,
    /// The GPX files by name, byte for byte. Some are malformed: `workout::read` copes.
    pub tracks: BTreeMap<String, Vec<u8>>,
    /// Names of files that are not read here, such as `heartRate.csv`.
    pub others: Vec<String>,
}

/// Reads an archive.
///
/// # Errors
/// [`ArchiveError`], which says which file and row.
pub fn read(bytes: &[u8]) -> Result<Archive, ArchiveError> {
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(ArchiveError::Zip)?;
    let mut archive = Archive::default();
    for index in 0..zip.len() {
        let file = zip.by_index(index).map_err(ArchiveError::Zip)?;
        let path = file.name().map_err(ArchiveError::Zip)?.into_owned();
        // Folders, and the shadows that macOS puts beside every file.
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        if name.is_empty() || name.starts_with("._") || path.starts_with("__MACOSX") {
            continue;
        }
        let mut content = Vec::new();
        let size = file
            .take(LARGEST_FILE + 1)
            .read_to_end(&mut content)
            .map_err(|source| ArchiveError::File {
                name: name.clone(),
                source,
            })?;
        if size as u64 > LARGEST_FILE {
            let source = std::io::Error::other("larger than 256 MiB");
            return Err(ArchiveError::File { name, source });
        }
        match name.to_ascii_lowercase().as_str() {
            "cardioactivities.csv" => archive.activities = read_activities(&content)?,
            "measurements.csv" => archive.measurements = read_measurements(&content)?,
            lower if lower.ends_with(".gpx") => {
                archive.tracks.insert(name, content);
            }
            _ => archive.others.push(name),
        }
    }
    Ok(archive)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_zip_is_an_error() {
        assert!(matches!(read(b"<html></html>"), Err(ArchiveError::Zip(_))));
    }
}
