//! The ZIP around the tables and tracks.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use super::{ArchiveError, ArchivedActivity, Measurement, read_activities, read_measurements};

/// How much is unpacked in all. A ZIP of a few megabytes can hold more than any memory.
const LARGEST: u64 = 1024 * 1024 * 1024;

/// What an archive holds.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Archive {
    /// The activities, in the order of the table (newest first).
    pub activities: Vec<ArchivedActivity>,
    /// Weight, steps and so on.
    pub measurements: Vec<Measurement>,
    /// The GPX files by name, byte for byte; by path, such as `2013/run.gpx`, where several folders have one of the same
    /// name. Some are malformed: `workout::read` copes.
    pub tracks: BTreeMap<String, Vec<u8>>,
    /// Names of files that are not read here, such as `heartRate.csv`.
    pub others: Vec<String>,
}

/// Reads an archive. What is not read here is not unpacked either; the rest may have 1 GiB.
///
/// # Errors
/// [`ArchiveError`], which says which file and row.
pub fn read(bytes: &[u8]) -> Result<Archive, ArchiveError> {
    read_within(bytes, LARGEST)
}

fn read_within(bytes: &[u8], limit: u64) -> Result<Archive, ArchiveError> {
    let mut left = limit;
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(ArchiveError::Zip)?;
    let mut archive = Archive::default();
    let mut tracks = Vec::new();
    for index in 0..zip.len() {
        let file = zip.by_index(index).map_err(ArchiveError::Zip)?;
        let path = file.name().map_err(ArchiveError::Zip)?.into_owned();
        // Folders, and the shadows that macOS puts beside every file.
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        if name.is_empty() || name.starts_with("._") || path.starts_with("__MACOSX") {
            continue;
        }
        let lower = name.to_ascii_lowercase();
        let is_table = matches!(&*lower, "cardioactivities.csv" | "measurements.csv");
        if !is_table && !lower.ends_with(".gpx") {
            archive.others.push(name);
            continue;
        }
        let mut content = Vec::new();
        let unpacked = file.take(left.saturating_add(1)).read_to_end(&mut content);
        let size = match unpacked {
            Ok(size) => size as u64,
            Err(source) => return Err(ArchiveError::File { name, source }),
        };
        left = match left.checked_sub(size) {
            Some(left) => left,
            None => {
                let problem = format!("the archive unpacks to more than {limit} bytes");
                let source = std::io::Error::other(problem);
                return Err(ArchiveError::File { name, source });
            }
        };
        match &*lower {
            "cardioactivities.csv" => archive.activities = read_activities(&content)?,
            "measurements.csv" => archive.measurements = read_measurements(&content)?,
            _ => tracks.push(Track {
                path,
                name,
                content,
            }),
        }
    }
    archive.tracks = by_name(tracks);
    Ok(archive)
}

struct Track {
    path: String,
    name: String,
    content: Vec<u8>,
}

/// The table names a track without a folder. One whose name is not its own keeps its path, so that none hides another.
fn by_name(tracks: Vec<Track>) -> BTreeMap<String, Vec<u8>> {
    let mut holders: BTreeMap<String, usize> = BTreeMap::new();
    for track in &tracks {
        *holders.entry(track.name.clone()).or_default() += 1;
    }
    tracks
        .into_iter()
        .map(|track| match holders.get(&track.name) {
            Some(1) => (track.name, track.content),
            _ => (track.path, track.content),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn packed(files: &[(&str, usize)]) -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in files {
            zip.start_file(*name, zip::write::SimpleFileOptions::default())
                .unwrap();
            zip.write_all(&vec![b' '; *bytes]).unwrap();
        }
        zip.finish().unwrap().into_inner()
    }

    #[test]
    fn what_is_unpacked_is_limited_in_all() {
        let bomb = packed(&[("a.gpx", 1000), ("b.gpx", 1000), ("c.gpx", 1000)]);
        assert!(bomb.len() < 1000, "it is small while packed");
        assert_eq!(read_within(&bomb, 3000).unwrap().tracks.len(), 3);
        let error = read_within(&bomb, 2999).unwrap_err();
        assert!(
            matches!(&error, ArchiveError::File { name, .. } if name == "c.gpx"),
            "{error:?}"
        );
    }

    #[test]
    fn what_is_not_read_is_not_unpacked() {
        let archive = packed(&[("a.gpx", 1000), ("heartRate.csv", 5000)]);
        let read = read_within(&archive, 1000).unwrap();
        assert_eq!((read.tracks.len(), &*read.others[0]), (1, "heartRate.csv"));
    }

    #[test]
    fn tracks_of_one_name_in_several_folders_are_all_kept() {
        let archive = packed(&[
            ("2013/run.gpx", 1),
            ("2014/run.gpx", 2),
            ("2014/walk.gpx", 3),
        ]);
        let read = read(&archive).unwrap();
        let sizes: Vec<_> = read
            .tracks
            .iter()
            .map(|(name, content)| (name.as_str(), content.len()))
            .collect();
        let expected = [("2013/run.gpx", 1), ("2014/run.gpx", 2), ("walk.gpx", 3)];
        assert_eq!(sizes, expected);
        // The one that lies where the table says has the name that the table says.
        let read = super::read(&packed(&[("copy/run.gpx", 1), ("run.gpx", 2)])).unwrap();
        assert_eq!((read.tracks["run.gpx"].len(), read.tracks.len()), (2, 2));
    }

    #[test]
    fn what_is_no_zip_is_an_error() {
        assert!(matches!(read(b"<html></html>"), Err(ArchiveError::Zip(_))));
    }
}
