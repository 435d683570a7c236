//! The folder of an archive: who may work in it, and how files get into it.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::names;
use crate::exit::{Exit, Failure};

/// Files that operating systems leave in folders that a user opens.
const SYSTEM: [&str; 3] = [".DS_Store", "Thumbs.db", "desktop.ini"];

/// A folder that is open for work. No other run works in it meanwhile.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    number: AtomicU64,
    /// Held, where the file system knows locks.
    _lock: File,
}

impl Folder {
    /// Opens a folder for writing, and makes it when it is missing. With `adopt` it may hold files of other programs. What a run that
    /// was killed left half done is ended with [`Folder::recover`].
    ///
    /// # Errors
    /// When it cannot be written, another run works in it, or it is full of other things.
    pub(super) fn open(root: &Path, adopt: bool) -> Result<Self, Failure> {
        fs::create_dir_all(root).map_err(|error| trouble(root, "cannot be used", &error))?;
        if !root.join(names::MANIFEST).exists() && !adopt {
            refuse_foreign(root)?;
        }
        let path = root.join(names::LOCK);
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).open(path);
        let lock = file.map_err(|error| trouble(root, "cannot be written", &error))?;
        if let Err(TryLockError::WouldBlock) = lock.try_lock() {
            return Err(busy(root));
        }
        fs::create_dir_all(root.join(names::TEMPORARY))
            .map_err(|error| trouble(root, "cannot be written", &error))?;
        Ok(Self {
            root: root.to_owned(),
            number: AtomicU64::new(0),
            _lock: lock,
        })
    }

    /// The folder's path.
    #[must_use]
    pub(super) fn root(&self) -> &Path {
        &self.root
    }

    /// The place of a file on this system.
    #[must_use]
    pub(super) fn place(&self, path: &str) -> PathBuf {
        place(&self.root, path)
    }

    /// Writes a file: it is there with all its bytes, or not at all, whenever the program or the machine stops. The folder that it is
    /// in must be made durable with [`sync`] afterwards.
    ///
    /// # Errors
    /// Those of the file system.
    pub(super) fn write(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        let target = self.place(path);
        if let Some(folder) = target.parent() {
            fs::create_dir_all(folder)?;
        }
        let number = self.number.fetch_add(1, Ordering::Relaxed);
        let temporary = self.root.join(names::TEMPORARY).join(number.to_string());
        let written = (|| {
            let mut file = File::create(&temporary)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            drop(file);
            fs::rename(&temporary, &target)
        })();
        if written.is_err() {
            // A disk that is full has room again.
            let _ = fs::remove_file(&temporary);
        }
        written
    }

    /// Writes a file unless it has these bytes already; whether it did.
    ///
    /// # Errors
    /// Those of the file system.
    pub(super) fn update(&self, path: &str, bytes: &[u8]) -> io::Result<bool> {
        if fs::read(self.place(path)).is_ok_and(|there| there == bytes) {
            return Ok(false);
        }
        self.write(path, bytes)?;
        Ok(true)
    }
}

/// The place of a file of an archive on this system.
#[must_use]
pub(super) fn place(root: &Path, path: &str) -> PathBuf {
    path.split('/')
        .fold(root.to_owned(), |place, name| place.join(name))
}

/// Makes the names in a folder durable. Not every system can open a folder; the names stand nevertheless.
pub(super) fn sync(folder: &Path) {
    if let Ok(folder) = File::open(folder) {
        let _ = folder.sync_all();
    }
}

/// Keeps other runs out while an archive is read; `None` where that is not possible.
///
/// # Errors
/// When a run works on it.
pub(super) fn lock_for_reading(root: &Path) -> Result<Option<File>, Failure> {
    let Ok(file) = File::open(root.join(names::LOCK)) else {
        return Ok(None);
    };
    match file.try_lock_shared() {
        Err(TryLockError::WouldBlock) => Err(busy(root)),
        _ => Ok(Some(file)),
    }
}

fn busy(root: &Path) -> Failure {
    Failure {
        exit: Exit::Unfinished,
        message: format!("another run works on {}; wait for its end", root.display()),
    }
}

fn refuse_foreign(root: &Path) -> Result<(), Failure> {
    let entries = fs::read_dir(root).map_err(|error| trouble(root, "cannot be read", &error))?;
    let ours = [names::LOCK, names::TEMPORARY];
    let mut count = 0;
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        count += usize::from(!is_of_system(&name) && !ours.contains(&&*name));
    }
    if count == 0 {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{} is no archive and holds {count} other files or folders: name an empty or a new folder; with --adopt the training \
         files in it become part of a new archive",
        root.display()
    )))
}

/// Whether an operating system made a file of this name by itself.
#[must_use]
pub(super) fn is_of_system(name: &str) -> bool {
    SYSTEM.contains(&name) || name.starts_with("._")
}

/// A failure of the file system, in words that say what to do.
#[must_use]
pub(super) fn trouble(path: &Path, what: &str, error: &io::Error) -> Failure {
    let advice = match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "; make room and run it again: everything that was fetched is kept"
        }
        io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
            "; choose a folder that you may write to"
        }
        io::ErrorKind::NotADirectory | io::ErrorKind::AlreadyExists => {
            "; name a folder, not a file"
        }
        _ => "",
    };
    Failure::failed(format!("{} {what}: {error}{advice}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_run_works_in_a_folder_at_a_time() {
        let temporary = tempfile::tempdir().unwrap();
        let root = temporary.path().join("a/b");
        let folder = Folder::open(&root, false).unwrap();
        let failure = Folder::open(&root, false).unwrap_err();
        assert_eq!(failure.exit, Exit::Unfinished);
        assert!(lock_for_reading(&root).is_err());
        drop(folder);
        let reading = lock_for_reading(&root).unwrap();
        assert!(reading.is_some());
        drop(reading);
        Folder::open(&root, false).unwrap();
    }

    #[test]
    fn a_folder_of_other_things_is_refused() {
        let temporary = tempfile::tempdir().unwrap();
        fs::write(temporary.path().join(".DS_Store"), "x").unwrap();
        drop(Folder::open(temporary.path(), false).unwrap());
        fs::write(temporary.path().join("holiday.jpg"), "x").unwrap();
        let failure = Folder::open(temporary.path(), false).unwrap_err();
        assert_eq!(failure.exit, Exit::Usage);
        assert!(failure.message.contains("--adopt"), "{}", failure.message);
        Folder::open(temporary.path(), true).unwrap();
        let file = temporary.path().join("holiday.jpg");
        let failure = Folder::open(&file, false).unwrap_err();
        assert!(
            failure.message.contains("name a folder"),
            "{}",
            failure.message
        );
    }

    #[test]
    fn a_file_is_written_when_its_bytes_differ() {
        let temporary = tempfile::tempdir().unwrap();
        let folder = Folder::open(temporary.path(), false).unwrap();
        assert!(folder.update("x/b", b"1").unwrap() && !folder.update("x/b", b"1").unwrap());
        assert_eq!(fs::read(folder.place("x/b")).unwrap(), b"1");
        let left = fs::read_dir(temporary.path().join(names::TEMPORARY)).unwrap();
        assert_eq!(left.count(), 0);
    }
}
