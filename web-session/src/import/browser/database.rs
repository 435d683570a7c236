//! Opening the database of a browser that may be running: a copy is read, with what was written last.

use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use super::{BrowserError, unreadable};
use crate::limits;

/// A private copy of a database, deleted when it is dropped.
pub(super) struct Copy {
    pub(super) connection: Connection,
    _folder: TempDir,
}

/// Browsers hold their database locked, and keep the newest rows in a second file beside it.
pub(super) fn copy(path: &Path) -> Result<Copy, BrowserError> {
    let metadata = fs::metadata(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => BrowserError::NoDatabase {
            path: path.to_owned(),
        },
        _ => unreadable(path, error),
    })?;
    if !metadata.is_file() || metadata.len() > limits::IMPORT_BYTES {
        return Err(unreadable(path, "it is no file, or too large"));
    }
    // Private from the first byte on: `tempfile` makes folders for their owner only.
    let folder = tempfile::tempdir().map_err(|error| unreadable(path, error))?;
    let target = folder.path().join("cookies");
    fs::copy(path, &target).map_err(|error| unreadable(path, error))?;
    for ending in ["-wal", "-journal"] {
        let mut beside = path.as_os_str().to_owned();
        beside.push(ending);
        let is_small = fs::metadata(&beside)
            .is_ok_and(|metadata| metadata.is_file() && metadata.len() <= limits::IMPORT_BYTES);
        if is_small {
            fs::copy(&beside, folder.path().join(format!("cookies{ending}")))
                .map_err(|error| unreadable(path, error))?;
        }
    }
    let connection = Connection::open_with_flags(&target, OpenFlags::SQLITE_OPEN_READ_WRITE)
        .map_err(|error| unreadable(path, error))?;
    Ok(Copy {
        connection,
        _folder: folder,
    })
}
