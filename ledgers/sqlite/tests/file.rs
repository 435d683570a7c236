//! What happens to files that are no ledger, and to ledgers that several open at once.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::future::join_all;
use rusqlite::Connection;
use sync_core::ledger::{Content, Expected, Key, Ledger, Select, Swap};
use sync_ledger_sqlite::{SqliteError, SqliteLedger};

fn key(name: &str) -> Key {
    Key::new("a -> b", name)
}

fn swap(ledger: &SqliteLedger, name: &str, expected: Expected, body: &str) -> Swap {
    futures_executor::block_on(ledger.compare_and_swap(&key(name), expected, Content::new(body)))
        .unwrap()
}

/// Opens a file that must be refused, and proves that not a byte of it changed.
fn refused(path: &Path) -> SqliteError {
    let before = fs::read(path).unwrap();
    let error = SqliteLedger::open(path).unwrap_err();
    assert_eq!(fs::read(path).unwrap(), before, "the file was touched");
    assert!(
        error.to_string().contains(path.to_str().unwrap()),
        "{error} names no file"
    );
    error
}

#[test]
fn what_was_answered_is_there_after_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("deep/er/ledger.sqlite");
    let ledger = SqliteLedger::open(&path).unwrap();
    assert_eq!(swap(&ledger, "x", Expected::Absent, "1"), Swap::Done(1));
    assert_eq!(swap(&ledger, "x", Expected::Absent, "2"), Swap::Conflict);
    assert_eq!(swap(&ledger, "x", Expected::Version(1), "3"), Swap::Done(2));
    assert_eq!(
        swap(&ledger, "x", Expected::Version(1), "4"),
        Swap::Conflict
    );
    drop(ledger);
    let ledger = SqliteLedger::open(&path).unwrap();
    let document = futures_executor::block_on(ledger.get(&key("x")))
        .unwrap()
        .unwrap();
    assert_eq!((document.version, document.body.as_str()), (2, "3"));
}

#[cfg(unix)]
#[test]
fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    SqliteLedger::open(&path).unwrap();
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
}

#[test]
fn other_files_are_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("notes.txt");
    fs::write(&path, "training is fun, and this is a diary of it").unwrap();
    assert!(matches!(refused(&path), SqliteError::NotALedger { .. }));

    let path = folder.path().join("other.sqlite");
    let other = Connection::open(&path).unwrap();
    other
        .execute_batch("CREATE TABLE recipes (name TEXT); INSERT INTO recipes VALUES ('soup')")
        .unwrap();
    drop(other);
    assert!(matches!(refused(&path), SqliteError::NotALedger { .. }));
}

#[test]
fn a_damaged_ledger_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = SqliteLedger::open(&path).unwrap();
    for number in 0..200 {
        let _ = swap(
            &ledger,
            &format!("item/{number}"),
            Expected::Absent,
            &"x".repeat(500),
        );
    }
    drop(ledger);
    let whole = fs::read(&path).unwrap();
    let mut torn = whole.clone();
    torn.truncate(whole.len() / 2);
    fs::write(&path, &torn).unwrap();
    assert!(matches!(refused(&path), SqliteError::Damaged { .. }));
    let mut scribbled = whole;
    for byte in &mut scribbled[8192..12288] {
        *byte = 0xa5;
    }
    fs::write(&path, &scribbled).unwrap();
    assert!(matches!(refused(&path), SqliteError::Damaged { .. }));
}

/// The schema of the first format, as its program made it.
fn version_1(path: &Path) {
    let old = Connection::open(path).unwrap();
    old.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
        .unwrap();
    old.execute_batch(
        "CREATE TABLE documents (
             route TEXT NOT NULL,
             name TEXT NOT NULL,
             version INTEGER NOT NULL,
             body TEXT NOT NULL,
             PRIMARY KEY (route, name)
         ) STRICT;
         INSERT INTO documents VALUES ('a -> b', 'item/1', 7, '{}'), ('a -> b', 'cursor', 1, '{}');
         PRAGMA application_id = 2004056430;
         PRAGMA user_version = 1;",
    )
    .unwrap();
}

#[test]
fn a_version_1_ledger_is_refused_unchanged_with_the_way_to_move_it() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    version_1(&path);
    let error = refused(&path);
    assert!(
        matches!(
            error,
            SqliteError::Older {
                found: 1,
                known: 2,
                ..
            }
        ),
        "{error}"
    );
    for word in [
        "format 1",
        "export it with the program that wrote it",
        "import",
    ] {
        assert!(error.to_string().contains(word), "{error}");
    }
    let old = Connection::open(&path).unwrap();
    let rows: i64 = old
        .query_row("SELECT count(*) FROM documents", [], |row| row.get(0))
        .unwrap();
    assert_eq!(rows, 2);
}

/// Early ledgers of format 2 had an index for each selection.
#[test]
fn a_ledger_with_the_early_indexes_gets_the_present_one_and_keeps_its_documents() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledger = SqliteLedger::open(&path).unwrap();
    let day = chrono::NaiveDate::from_ymd_opt(2026, 11, 28);
    let content = Content::new("{}").with_open(true).with_day(day);
    for name in ["item/1", "item/2"] {
        let key = key(name);
        let written = ledger.compare_and_swap(&key, Expected::Absent, content);
        assert_eq!(futures_executor::block_on(written).unwrap(), Swap::Done(1));
    }
    drop(ledger);
    let file = Connection::open(&path).unwrap();
    file.execute_batch(
        "DROP INDEX documents_selected;
         CREATE INDEX documents_open ON documents (route, name) WHERE open = 1;
         CREATE INDEX documents_day ON documents (route, day, name) WHERE day IS NOT NULL;",
    )
    .unwrap();
    drop(file);
    let ledger = SqliteLedger::open(&path).unwrap();
    let days = Select::Days(sync_core::Window::new(day.unwrap(), day.unwrap()).unwrap());
    for select in [Select::Open, days, Select::All] {
        let page = futures_executor::block_on(ledger.scan("a -> b", select, None, 9)).unwrap();
        let names: Vec<&str> = page.iter().map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["item/1", "item/2"], "{select:?}");
    }
    let file = Connection::open(&path).unwrap();
    let names =
        "SELECT group_concat(name) FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL";
    let names: String = file.query_row(names, [], |row| row.get(0)).unwrap();
    assert_eq!(names, "documents_selected");
}

/// The old program is still at work: its newest pages are in the log.
#[test]
fn a_version_1_ledger_in_use_is_refused_and_its_log_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    version_1(&path);
    let old = Connection::open(&path).unwrap();
    old.execute_batch("UPDATE documents SET version = 8 WHERE name = 'item/1'")
        .unwrap();
    let log = folder.path().join("ledger.sqlite-wal");
    let before = fs::read(&log).unwrap();
    assert!(!before.is_empty());
    assert!(matches!(refused(&path), SqliteError::Older { .. }));
    assert_eq!(fs::read(&log).unwrap(), before, "the log was touched");
    let version: i64 = old
        .query_row("SELECT max(version) FROM documents", [], |row| row.get(0))
        .unwrap();
    assert_eq!(version, 8);
}

#[test]
fn a_newer_ledger_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    SqliteLedger::open(&path).unwrap();
    Connection::open(&path)
        .unwrap()
        .execute_batch("PRAGMA user_version = 99")
        .unwrap();
    assert!(matches!(
        refused(&path),
        SqliteError::Newer { found: 99, .. }
    ));
}

/// The files of a killed process: a ledger whose newest pages are in the write-ahead log only.
fn killed_at_work(folder: &Path, copy: &str) -> (PathBuf, PathBuf) {
    let path = folder.join("ledger.sqlite");
    let ledger = SqliteLedger::open(&path).unwrap();
    for number in 0..50 {
        let name = format!("{copy}/{number}");
        let _ = swap(&ledger, &name, Expected::Absent, &"x".repeat(500));
    }
    let (main, log) = (folder.join(copy), folder.join(format!("{copy}-wal")));
    fs::copy(&path, &main).unwrap();
    fs::copy(folder.join("ledger.sqlite-wal"), &log).unwrap();
    (main, log)
}

#[test]
fn an_emptied_ledger_is_refused_and_its_log_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (path, log) = killed_at_work(folder.path(), "emptied");
    let before = fs::read(&log).unwrap();
    assert!(before.len() > 20_000);
    fs::write(&path, "").unwrap();
    assert!(matches!(refused(&path), SqliteError::Damaged { .. }));
    assert_eq!(fs::read(&log).unwrap(), before, "the log was touched");
    fs::remove_file(&log).unwrap();
    assert!(matches!(refused(&path), SqliteError::Damaged { .. }));
}

#[test]
fn a_log_without_its_ledger_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (path, log) = killed_at_work(folder.path(), "lost");
    let before = fs::read(&log).unwrap();
    fs::remove_file(&path).unwrap();
    let error = SqliteLedger::open(&path).unwrap_err();
    assert!(matches!(error, SqliteError::Damaged { .. }), "{error}");
    assert_eq!(fs::read(&log).unwrap(), before, "the log was touched");
    assert!(!path.exists());
}

#[test]
fn what_a_killed_process_left_in_the_log_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = killed_at_work(folder.path(), "killed");
    let ledger = SqliteLedger::open(&path).unwrap();
    let found = futures_executor::block_on(ledger.scan("a -> b", Select::All, None, 100)).unwrap();
    assert_eq!(found.len(), 50);
}

#[cfg(unix)]
fn protect(path: &Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

#[cfg(unix)]
#[test]
fn a_write_protected_ledger_is_named_and_works_again_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    drop(SqliteLedger::open(&path).unwrap());
    for mode in [0o400, 0o444, 0o440] {
        protect(&path, mode);
        let error = refused(&path);
        let cause = std::error::Error::source(&error).unwrap().to_string();
        assert!(cause.contains("write-protected"), "{error}: {cause}");
        let files = fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(files, 1, "SQLite made files with the same permissions");
        protect(&path, 0o600);
        SqliteLedger::open(&path).unwrap();
    }
}

/// An older program, or SQLite's own, looked at the ledger while it was write-protected.
#[cfg(unix)]
#[test]
fn files_beside_a_ledger_that_stayed_write_protected_are_mended() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let (path, log) = killed_at_work(folder.path(), "protected");
    let mut index = path.clone().into_os_string();
    index.push("-shm");
    let index = PathBuf::from(index);
    if !index.exists() {
        fs::write(&index, "").unwrap();
    }
    protect(&log, 0o400);
    protect(&index, 0o400);
    let ledger = SqliteLedger::open(&path).unwrap();
    for file in [&log, &index] {
        let mode = fs::metadata(file).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{}", file.display());
    }
    let found = futures_executor::block_on(ledger.scan("a -> b", Select::All, None, 100)).unwrap();
    assert_eq!(found.len(), 50);
}

#[test]
fn making_a_ledger_leaves_nothing_else_behind() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    drop(SqliteLedger::open(&path).unwrap());
    drop(SqliteLedger::open(&path).unwrap());
    let names: Vec<_> = fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["ledger.sqlite"]);
}

#[test]
fn an_unfinished_file_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let half = Connection::open(&path).unwrap();
    half.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))
        .unwrap();
    drop(half);
    SqliteLedger::open(&path).unwrap();
}

#[test]
fn several_may_open_a_new_ledger_at_once() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..60 {
        let path = folder.path().join(format!("ledger-{round}.sqlite"));
        let openers: Vec<_> = (0..4)
            .map(|number| {
                let path = path.clone();
                std::thread::spawn(move || {
                    let ledger = SqliteLedger::open(path)?;
                    let done = swap(&ledger, &format!("item/{number}"), Expected::Absent, "x");
                    assert_eq!(done, Swap::Done(1));
                    Ok::<_, SqliteError>(())
                })
            })
            .collect();
        for opener in openers {
            opener.join().unwrap().unwrap();
        }
        // No process made the file anew over the writes of another one.
        let ledger = SqliteLedger::open(&path).unwrap();
        let found =
            futures_executor::block_on(ledger.scan("a -> b", Select::All, None, 100)).unwrap();
        assert_eq!(found.len(), 4);
    }
}

#[test]
fn of_many_connections_exactly_one_wins_each_swap() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.sqlite");
    let ledgers: Vec<_> = (0..6)
        .map(|_| Arc::new(SqliteLedger::open(&path).unwrap()))
        .collect();
    for round in 0..30 {
        let name = format!("item/{round}");
        let swaps = ledgers.iter().map(|ledger| {
            let (ledger, key) = (Arc::clone(ledger), key(&name));
            async move {
                ledger
                    .compare_and_swap(&key, Expected::Absent, Content::new("x"))
                    .await
                    .unwrap()
            }
        });
        let swaps = futures_executor::block_on(join_all(swaps));
        assert_eq!(
            swaps.iter().filter(|swap| **swap == Swap::Done(1)).count(),
            1
        );
    }
}

#[test]
fn pages_follow_the_bytes_of_the_names() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = SqliteLedger::open(folder.path().join("ledger.sqlite")).unwrap();
    let mut names = ["b", "a", "ä", "B", "a/1", "", "日", "a\u{0}b"]
        .map(str::to_owned)
        .to_vec();
    for name in &names {
        assert_eq!(swap(&ledger, name, Expected::Absent, "x"), Swap::Done(1));
    }
    names.sort();
    let mut found: Vec<String> = Vec::new();
    loop {
        let after = found.last().map(String::as_str);
        let page =
            futures_executor::block_on(ledger.scan("a -> b", Select::All, after, 3)).unwrap();
        found.extend(page.iter().map(|document| document.name.clone()));
        if page.len() < 3 {
            break;
        }
    }
    assert_eq!(found, names);
}
