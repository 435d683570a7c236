//! Creates a ledger file in one step.

use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rusqlite::{Connection, OpenFlags};

use crate::error::SqliteError;
use crate::open::prepare;

/// Makes an empty ledger at `path`. When another process makes one there at the same moment, that one stays.
///
/// It is prepared under another name and then put in its place: a file that is there but empty is always one that was damaged.
pub(crate) fn create(path: &Path) -> Result<(), SqliteError> {
    let io = |source| SqliteError::io(path, source);
    let log = beside(path, "-wal");
    // Looks for the ledger once more: another process may have made it by now, and then it has a log.
    if log.metadata().is_ok_and(|log| log.len() > 0) && !path.exists() {
        let what = format!("it is gone, but its log {} is there", log.display());
        return Err(SqliteError::damaged(path, &what));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(io)?;
    }
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let new = beside(
        path,
        &format!(".new-{}-{}", std::process::id(), now.as_nanos()),
    );
    let made = fill(&new, path).and_then(|()| put_in_place(&new, path).map_err(io));
    for suffix in ["", "-wal", "-shm", "-journal"] {
        let _ = fs::remove_file(beside(&new, suffix));
    }
    made
}

fn fill(new: &Path, path: &Path) -> Result<(), SqliteError> {
    private(new).map_err(|source| SqliteError::io(path, source))?;
    let fail = |source| SqliteError::of(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(new, flags).map_err(fail)?;
    prepare(&mut connection).map_err(fail)?;
    // Everything is in the file itself after this, and on disk.
    connection.close().map_err(|(_, source)| fail(source))
}

/// Gives the file its name, unless the name is taken.
fn put_in_place(new: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(new, path) {
        Ok(()) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
        // Some file systems have no links. A process that is killed in the middle of this leaves a file that is refused.
        Err(_) => match private(path) {
            Ok(mut file) => {
                file.write_all(&fs::read(new)?)?;
                file.sync_all()?;
            }
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(()),
            Err(error) => return Err(error),
        },
    }
    // The name has to survive a power cut as well. Not every system can open a folder.
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    if let Ok(folder) = File::open(folder.unwrap_or(Path::new("."))) {
        let _ = folder.sync_all();
    }
    Ok(())
}

/// A new file that only its owner can read: it will hold times and places of workouts.
fn private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    // Never an existing file: closing a second handle of it would release the locks that SQLite holds on the first (POSIX).
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// A file beside the ledger.
pub(crate) fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
