//! The ZIP around the tables and tracks.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use super::repeated::Sheet;
use super::table::Rows;
use super::{
    ArchiveError, ArchivedActivity, Diagnostic, Measurement, activities, measurements, repeated,
    tracks,
};

/// How much is unpacked in all. A ZIP of a few megabytes can hold more than any memory.
const LARGEST: u64 = 1024 * 1024 * 1024;

/// How much of one file: as much as a recording of weeks needs.
const LARGEST_FILE: u64 = 64 * 1024 * 1024;

/// How much of a table that is not read is looked at.
const LONGEST_LINE: u64 = 4096;

/// The content of an archive.
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Archive {
    /// The activities, in the order of their tables (newest first). [`ArchivedActivity::gpx_file`] is a name in
    /// [`tracks`](Self::tracks), if the track is there.
    pub activities: Vec<ArchivedActivity>,
    /// Weight, steps and so on.
    pub measurements: Vec<Measurement>,
    /// The GPX files by name, byte for byte; by path, such as `2013/run.gpx`, where several folders have one of the same
    /// name. Some are malformed: `workout_files::read` copes.
    pub tracks: BTreeMap<String, Vec<u8>>,
    /// Names of files that are not read here, such as `heartRate.csv`.
    pub others: Vec<String>,
    /// The column names of those among [`others`](Self::others) that are tables, by the name of the file: of `heartRate.csv` and
    /// `steps.csv` they were never seen.
    pub other_columns: BTreeMap<String, Vec<String>>,
    /// The places that cannot be read, and the contradictions.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads an archive. Files that are not read here are not unpacked either, but for the first line of tables; the rest may have 1 GiB.
///
/// # Errors
/// [`ArchiveError`] when it is no ZIP, or unpacks to more than that. Anything else costs what it names in
/// [`Archive::diagnostics`].
pub fn read(bytes: &[u8]) -> Result<Archive, ArchiveError> {
    read_within(bytes, LARGEST)
}

fn read_within(bytes: &[u8], limit: u64) -> Result<Archive, ArchiveError> {
    let mut left = limit;
    let mut zip = zip::ZipArchive::new(Cursor::new(bytes)).map_err(ArchiveError::Zip)?;
    let mut archive = Archive::default();
    let mut unpacked_tracks = Vec::new();
    let mut tables = Vec::new();
    for index in 0..zip.len() {
        let name = zip.name_for_index(index).and_then(Result::ok);
        // Some programs for Windows write their own separator.
        let path = name.map(|name| name.replace('\\', "/"));
        let path = path.unwrap_or_else(|| format!("file {}", index + 1));
        let file = match zip.by_index(index) {
            Ok(file) => file,
            Err(error) => {
                archive.skip(path, error.to_string());
                continue;
            }
        };
        // Folders, and the shadows that macOS puts beside every file.
        let name = path.rsplit('/').next().unwrap_or_default().to_owned();
        if name.is_empty() || name.starts_with("._") || path.starts_with("__MACOSX") {
            continue;
        }
        let lower = name.to_ascii_lowercase();
        let is_table = matches!(&*lower, "cardioactivities.csv" | "measurements.csv");
        if !is_table && !lower.ends_with(".gpx") {
            if lower.ends_with(".csv") {
                let columns = columns(file);
                archive.other_columns.insert(name.clone(), columns);
            }
            archive.others.push(name);
            continue;
        }
        let mut content = Vec::new();
        let most = left.min(LARGEST_FILE).saturating_add(1);
        let unpacked = file.take(most).read_to_end(&mut content);
        let size = match unpacked {
            Ok(size) => size as u64,
            Err(error) => {
                left = left.saturating_sub(content.len() as u64);
                archive.skip(path, error.to_string());
                continue;
            }
        };
        if size > LARGEST_FILE {
            left = left.saturating_sub(size);
            archive.skip(path, format!("it is larger than {LARGEST_FILE} bytes"));
            continue;
        }
        left = match left.checked_sub(size) {
            Some(left) => left,
            None => {
                let problem = format!("the archive unpacks to more than {limit} bytes");
                let source = std::io::Error::other(problem);
                return Err(ArchiveError::File { name, source });
            }
        };
        match &*lower {
            "cardioactivities.csv" => {
                let read = activities::read_table(&path, &content);
                tables.push(Sheet { path, read });
            }
            "measurements.csv" => {
                let read = measurements::read_table(&path, &content);
                archive.append(&path, read, |archive| &mut archive.measurements);
            }
            _ => unpacked_tracks.push(Track {
                path,
                name,
                content,
            }),
        }
    }
    archive.tracks = by_name(unpacked_tracks);
    repeated::merge(&mut archive, tables);
    tracks::compare(&mut archive);
    Ok(archive)
}

/// The first line of a table; no more of it is unpacked.
fn columns(file: impl std::io::Read) -> Vec<String> {
    let mut start = Vec::new();
    // The columns of a damaged file are unknown.
    let _ = file.take(LONGEST_LINE).read_to_end(&mut start);
    let line = start.split(|byte| b"\r\n".contains(byte)).next();
    let text = String::from_utf8_lossy(line.unwrap_or_default()).into_owned();
    let text = text.trim_start_matches('\u{feff}');
    text.split(',')
        .map(|name| name.trim().trim_matches('"').to_owned())
        .filter(|name| !name.is_empty())
        .collect()
}

impl Archive {
    fn skip(&mut self, file: String, problem: String) {
        self.diagnostics
            .push(Diagnostic::FileSkipped { file, problem });
    }

    /// Adds the rows of a table; those that an earlier table has are left out.
    fn append<T: PartialEq>(
        &mut self,
        table: &str,
        read: Rows<T>,
        rows: impl Fn(&mut Self) -> &mut Vec<T>,
    ) {
        self.diagnostics.extend(read.diagnostics);
        let earlier = rows(self).len();
        for (row, value) in read.rows {
            match rows(self)[..earlier].contains(&value) {
                true => self.diagnostics.push(Diagnostic::RowRepeated {
                    table: table.to_owned(),
                    row,
                }),
                false => rows(self).push(value),
            }
        }
    }
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
    fn of_a_table_that_is_not_read_the_columns_are_known() {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in [
            (
                "steps.csv",
                "\u{feff}Date,\"Steps (count)\",\r\n2026-05-01,77\r\n",
            ),
            ("heartRate.csv", ""),
            ("photo.jpg", "Date,Steps"),
        ] {
            zip.start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            zip.write_all(content.as_bytes()).unwrap();
        }
        let read = read(&zip.finish().unwrap().into_inner()).unwrap();
        let tables: Vec<(&str, usize)> = read
            .other_columns
            .iter()
            .map(|(name, columns)| (name.as_str(), columns.len()))
            .collect();
        assert_eq!(tables, [("heartRate.csv", 0), ("steps.csv", 2)]);
        assert_eq!(read.other_columns["steps.csv"], ["Date", "Steps (count)"]);
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
