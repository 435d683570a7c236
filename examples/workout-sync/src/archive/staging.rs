//! Files on their way into an archive: whole and on disk, but not in their place before the manifest names them. A run that is
//! killed leaves no file that no line names, and no line without its file: the next run puts the file in its place, or removes it.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::thread::ScopedJoinHandle;

use web_session::Bytes;

use super::folder::{Folder, place, sync};
use super::record::Digest;
use super::state::{State, Stored};
use super::{names, scan};

/// A file that may be put on record under its path.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Staged {
    /// The path below the archive's folder, with `/`.
    pub(super) path: String,
    /// Whether it still has to be put in its place with [`Folder::put`]: an equal file may have been there.
    pub(super) waits: bool,
}

/// A file that is in memory only.
#[derive(Debug)]
pub(super) struct NewFile {
    /// The path that it shall have.
    pub(super) path: String,
    /// Its contents.
    pub(super) bytes: Bytes,
    /// Their checksum.
    pub(super) sha256: Digest,
}

/// Files that are written side by side.
const WRITERS: usize = 16;

impl Folder {
    /// [`Folder::stage`] for many files, in their order. They are written side by side: a file system makes many files durable in the
    /// time that one takes.
    pub(super) fn stage_all(&self, files: &[NewFile]) -> Vec<io::Result<Staged>> {
        let stage = |file: &NewFile| self.stage(&file.path, &file.bytes, file.sha256);
        if let [only] = files {
            return vec![stage(only)];
        }
        let share = files.len().div_ceil(WRITERS).max(1);
        std::thread::scope(|scope| {
            let shares = files.chunks(share);
            let writers =
                shares.map(|share| scope.spawn(move || share.iter().map(stage).collect()));
            let writers: Vec<ScopedJoinHandle<'_, Vec<_>>> = writers.collect();
            let staged = writers.into_iter().map(ScopedJoinHandle::join);
            staged
                .flat_map(|staged| staged.unwrap_or_else(|panic| resume_unwind(panic)))
                .collect()
        })
    }

    /// Writes a new file, for a path that no other file has: next to a file of another origin it gets a number.
    ///
    /// # Errors
    /// Those of the file system.
    pub(super) fn stage(&self, path: &str, bytes: &[u8], sha256: Digest) -> io::Result<Staged> {
        for number in 1_u32.. {
            let path = match number {
                1 => path.to_owned(),
                _ => names::numbered(path, number),
            };
            let target = self.place(&path);
            match fs::read(&target) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Ok(there) if Digest::of(&there) == sha256 => {
                    return Ok(Staged { path, waits: false });
                }
                _ => continue,
            }
            // Whatever keeps the folder from being made is found before the manifest names a file in it.
            if let Some(folder) = target.parent() {
                fs::create_dir_all(folder)?;
            }
            let waiting = waiting(self.root(), &path);
            let written = File::create(&waiting).and_then(|mut file| {
                file.write_all(bytes)?;
                file.sync_all()
            });
            if let Err(error) = written {
                // A disk that is full has room again.
                let _ = fs::remove_file(&waiting);
                return Err(error);
            }
            return Ok(Staged { path, waits: true });
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    /// Puts a staged file in its place. The folder that it is in must be made durable with [`sync`] afterwards.
    ///
    /// # Errors
    /// Those of the file system; the next run tries again.
    pub(super) fn put(&self, path: &str) -> io::Result<()> {
        fs::rename(waiting(self.root(), path), self.place(path))
    }

    /// Ends the work of a run that was killed: puts the files on record in their place, and removes those that no line names.
    ///
    /// # Errors
    /// Those of the file system.
    pub(super) fn recover(&self, state: &State) -> io::Result<()> {
        let folder = self.root().join(names::TEMPORARY);
        let mut recorded = None;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let path = entry.file_name().to_string_lossy().replace(SEPARATOR, "/");
            let recorded = recorded.get_or_insert_with(|| state.all_files());
            let target = self.place(&path);
            let belongs = |stored: &Stored| {
                let found = scan::digest(&entry.path());
                found.is_ok_and(|found| found == (stored.sha256, stored.size))
            };
            if !target.exists() && recorded.get(&path).is_some_and(belongs) {
                if let Some(folder) = target.parent() {
                    fs::create_dir_all(folder)?;
                    self.put(&path)?;
                    sync(folder);
                }
            } else if entry.file_type()?.is_dir() {
                fs::remove_dir_all(entry.path())?;
            } else {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// Stands for `/` in the names of staged files; no path of an archive has it.
const SEPARATOR: &str = "+";

/// The place of a file that is not in its place yet.
#[must_use]
pub(super) fn waiting(root: &Path, path: &str) -> PathBuf {
    place(root, names::TEMPORARY).join(path.replace('/', SEPARATOR))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::kind::DayKind;
    use crate::archive::record::{DayLine, Record};

    const DAY: &str = "sleep/2025/05/2025-05-01.json";

    fn staged(folder: &Folder, text: &str) -> Staged {
        let bytes = text.as_bytes();
        folder.stage(DAY, bytes, Digest::of(bytes)).unwrap()
    }

    fn state_of(path: &str, text: &str) -> State {
        let mut state = State::default();
        let line = DayLine {
            kind: DayKind::Sleep,
            day: "2025-05-01".parse().unwrap(),
            path: path.to_owned(),
            sha256: Digest::of(text.as_bytes()),
            size: text.len() as u64,
            fetched: "2026-11-28T12:00:00Z".parse().unwrap(),
        };
        state.apply(Record::Day(line)).unwrap();
        state
    }

    #[test]
    fn files_of_others_are_never_overwritten() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::open(temporary.path(), false).unwrap();
        let one = staged(&folder, "one");
        assert_eq!((one.path.as_str(), one.waits), (DAY, true));
        assert!(!folder.place(DAY).exists());
        folder.put(DAY).unwrap();
        assert!(!staged(&folder, "one").waits);
        let two = staged(&folder, "two");
        assert_eq!(two.path, "sleep/2025/05/2025-05-01~2.json");
        folder.put(&two.path).unwrap();
        assert_eq!(fs::read(folder.place(DAY)).unwrap(), b"one");
        assert_eq!(fs::read(folder.place(&two.path)).unwrap(), b"two");
    }

    #[test]
    fn a_killed_run_leaves_the_files_on_record_and_no_other() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::open(temporary.path(), false).unwrap();
        let left = || fs::read_dir(temporary.path().join(names::TEMPORARY)).unwrap();
        // Killed before its line was written.
        staged(&folder, "one");
        folder.recover(&State::default()).unwrap();
        assert!(!folder.place(DAY).exists());
        assert_eq!(left().count(), 0);
        // Killed after it.
        staged(&folder, "one");
        folder.recover(&state_of(DAY, "one")).unwrap();
        assert_eq!(fs::read(folder.place(DAY)).unwrap(), b"one");
        // The line is about other bytes.
        fs::remove_file(folder.place(DAY)).unwrap();
        staged(&folder, "half");
        folder.recover(&state_of(DAY, "whole")).unwrap();
        assert!(!folder.place(DAY).exists());
        assert_eq!(left().count(), 0);
    }
}
