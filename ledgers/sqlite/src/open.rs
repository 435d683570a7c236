//! Opening a ledger file: look first, write only what is certainly ours.

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::error::SqliteError;

/// Marks a file as ours, in SQLite's header. ASCII "wsyn".
const APPLICATION_ID: i64 = 0x7773_796e;
/// The format this program writes.
const FORMAT: i64 = 1;
/// How long to wait for another process that writes.
const BUSY: Duration = Duration::from_secs(30);
const MAGIC: &[u8] = b"SQLite format 3\0";

pub(crate) fn open(path: &Path) -> Result<Connection, SqliteError> {
    let io = |source| SqliteError::Io {
        path: path.to_owned(),
        source,
    };
    let exists = path.try_exists().map_err(io)?;
    if exists {
        look(path)?;
    } else {
        create(path).map_err(io)?;
    }
    let fail = |source| SqliteError::of(path, source);
    let mut connection = Connection::open_with_flags(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
    )
    .map_err(fail)?;
    connection.busy_timeout(BUSY).map_err(fail)?;
    prepare(&mut connection).map_err(fail)?;
    Ok(connection)
}

/// An empty file that only its owner can read: it will hold when and where somebody trains.
fn create(path: &Path) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).map(drop)
}

/// Makes sure, without writing a byte, that an existing file is a ledger.
fn look(path: &Path) -> Result<(), SqliteError> {
    let io = |source| SqliteError::Io {
        path: path.to_owned(),
        source,
    };
    let foreign = |what: &str| SqliteError::NotALedger {
        path: path.to_owned(),
        what: what.into(),
    };
    if path.is_dir() {
        return Err(foreign("it is a folder"));
    }
    let mut start = Vec::new();
    File::open(path)
        .and_then(|file| file.take(100).read_to_end(&mut start))
        .map_err(io)?;
    if start.is_empty() {
        // A process that ended right after making the file left this behind.
        return Ok(());
    }
    if !start.starts_with(MAGIC) {
        return Err(foreign("it is no SQLite file"));
    }
    // Read-only, so that nothing is repaired or rolled back in a file that may be somebody else's.
    let fail = |source| SqliteError::of(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(fail)?;
    connection.busy_timeout(BUSY).map_err(fail)?;
    let number = |pragma: &str| -> rusqlite::Result<i64> {
        connection.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))
    };
    let id = number("application_id").map_err(fail)?;
    let format = number("user_version").map_err(fail)?;
    let tables: i64 = connection
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(fail)?;
    if id != APPLICATION_ID {
        // A process that ended while it made the file left nothing in it.
        let unfinished = id == 0 && format == 0 && tables == 0;
        return if unfinished {
            Ok(())
        } else {
            Err(foreign("an SQLite file of another program"))
        };
    }
    if format > FORMAT {
        let path = path.to_owned();
        return Err(SqliteError::Newer {
            path,
            found: format,
            known: FORMAT,
        });
    }
    let verdict: String = connection
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(fail)?;
    if verdict != "ok" {
        return Err(SqliteError::Damaged {
            path: path.to_owned(),
            what: verdict,
        });
    }
    Ok(())
}

/// Brings a new file to the current format. All in one transaction: whoever dies in between leaves nothing half done.
fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    // An answered swap has to survive a power cut: rule 1 rests on it.
    connection.execute_batch("PRAGMA synchronous = FULL")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let format: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if format < 1 {
        transaction.execute_batch(&format!(
            "CREATE TABLE documents (
                 route TEXT NOT NULL,
                 name TEXT NOT NULL,
                 version INTEGER NOT NULL,
                 body TEXT NOT NULL,
                 PRIMARY KEY (route, name)
             ) STRICT;
             PRAGMA application_id = {APPLICATION_ID};
             PRAGMA user_version = {FORMAT};"
        ))?;
    }
    transaction.commit()
}
