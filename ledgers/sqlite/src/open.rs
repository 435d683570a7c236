//! Opening a ledger file: look first, write only what is certainly ours.

use std::fs::{self, Permissions};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use crate::create::{beside, create};
use crate::error::SqliteError;

/// Marks a file as ours, in SQLite's header. ASCII "wsyn".
const APPLICATION_ID: i64 = 0x7773_796e;
/// The format that this program reads and writes. Format 1 had no columns `open` and `day`.
const FORMAT: i64 = 2;
/// How long to wait for another process that writes.
const BUSY: Duration = Duration::from_secs(30);
/// A larger file is not checked as a whole when it is opened: some forty thousand workouts.
const MOST_CHECKED: u64 = 64 * 1024 * 1024;

pub(crate) fn open(path: &Path) -> Result<Connection, SqliteError> {
    let deadline = Instant::now() + BUSY;
    loop {
        match try_open(path) {
            // While another process makes the file, SQLite does not always wait by itself.
            Err(error) if error.is_busy() && Instant::now() < deadline => {
                std::thread::sleep(Duration::from_millis(10));
            }
            result => return result,
        }
    }
}

fn try_open(path: &Path) -> Result<Connection, SqliteError> {
    match path.metadata() {
        Ok(data) if data.is_dir() => return Err(SqliteError::foreign(path, "it is a folder")),
        // A ledger has content from its first moment on (see `create`). SQLite would begin this one
        // anew, and throw its log away.
        Ok(data) if data.len() == 0 => {
            return Err(SqliteError::damaged(path, "it is empty"));
        }
        Ok(data) => {
            is_writable(path, &data.permissions())?;
            look(path)?;
        }
        Err(error) if error.kind() == ErrorKind::NotFound => create(path)?,
        Err(source) => return Err(SqliteError::io(path, source)),
    }
    connect(path)
}

/// Makes sure, before SQLite touches anything, that the ledger may be written.
///
/// SQLite gives the files beside a ledger (its log, and the log's index) the permissions that the
/// ledger has when they are made. A ledger that was looked at while it was write-protected would
/// keep read-only files when it is writable again.
fn is_writable(path: &Path, permissions: &Permissions) -> Result<(), SqliteError> {
    if permissions.readonly() {
        let why = io::Error::new(ErrorKind::PermissionDenied, "it is write-protected");
        return Err(SqliteError::io(path, why));
    }
    for suffix in ["-wal", "-shm"] {
        let beside = beside(path, suffix);
        let protected = beside
            .metadata()
            .is_ok_and(|data| data.permissions().readonly());
        if protected {
            fs::set_permissions(&beside, permissions.clone())
                .map_err(|source| SqliteError::io(&beside, source))?;
        }
    }
    Ok(())
}

fn connect(path: &Path) -> Result<Connection, SqliteError> {
    let fail = |source| SqliteError::of(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags).map_err(fail)?;
    connection.busy_timeout(BUSY).map_err(fail)?;
    prepare(&mut connection).map_err(fail)?;
    Ok(connection)
}

/// Makes sure, without writing a byte, that an existing file is a ledger.
fn look(path: &Path) -> Result<(), SqliteError> {
    // Read-only, so that nothing is repaired or rolled back in a file that may belong to another
    // program.
    let fail = |source| SqliteError::of(path, source);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(fail)?;
    connection.busy_timeout(BUSY).map_err(fail)?;
    // One transaction: another process may be making the file, and half of each state would look
    // like another program's.
    let transaction = connection.unchecked_transaction().map_err(fail)?;
    let number = |pragma: &str| -> rusqlite::Result<i64> {
        transaction.query_row(&format!("PRAGMA {pragma}"), [], |row| row.get(0))
    };
    let tables: i64 = transaction
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(fail)?;
    let id = number("application_id").map_err(fail)?;
    let format = number("user_version").map_err(fail)?;
    if id != APPLICATION_ID {
        // A process that ended while it made the file left nothing in it.
        let unfinished = id == 0 && format == 0 && tables == 0;
        return if unfinished {
            Ok(())
        } else {
            Err(SqliteError::foreign(
                path,
                "an SQLite file of another program",
            ))
        };
    }
    if format != FORMAT {
        let (path, found, known) = (path.to_owned(), format, FORMAT);
        return Err(if found < known {
            SqliteError::Older { path, found, known }
        } else {
            SqliteError::Newer { path, found, known }
        });
    }
    // It reads the whole file. Of a large one SQLite reports damage when it reads the damaged page.
    if fs::metadata(path).is_ok_and(|data| data.len() > MOST_CHECKED) {
        return Ok(());
    }
    let verdict: String = transaction
        .query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
        .map_err(fail)?;
    if verdict != "ok" {
        return Err(SqliteError::damaged(path, &verdict));
    }
    Ok(())
}

/// Brings a new file to the current format, and an early one of it to the present index. One transaction: a process that dies in between leaves
/// the file unchanged.
pub(crate) fn prepare(connection: &mut Connection) -> rusqlite::Result<()> {
    connection.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
    // An answered swap has to survive a power cut: rule 1 rests on it.
    connection.execute_batch("PRAGMA synchronous = FULL")?;
    // In KiB. The system keeps the file in memory anyway; a run goes through a ledger once, a few
    // documents at a time.
    connection.execute_batch("PRAGMA cache_size = -256")?;
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let format: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if format < 1 {
        transaction.execute_batch(&format!(
            "CREATE TABLE documents (
                 route TEXT NOT NULL,
                 name TEXT NOT NULL,
                 version INTEGER NOT NULL,
                 body TEXT NOT NULL,
                 open INTEGER NOT NULL CHECK (open IN (0, 1)),
                 day INTEGER,
                 PRIMARY KEY (route, name)
             ) STRICT;
             PRAGMA application_id = {APPLICATION_ID};
             PRAGMA user_version = {FORMAT};"
        ))?;
    }
    // One index for both selections: each index costs every write a page. Early files have two.
    transaction.execute_batch(
        "CREATE INDEX IF NOT EXISTS documents_selected ON documents (route, open, day, name)
             WHERE open = 1 OR day IS NOT NULL;
         DROP INDEX IF EXISTS documents_open;
         DROP INDEX IF EXISTS documents_day;",
    )?;
    transaction.commit()
}
