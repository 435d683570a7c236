//! The suite with threads and processes: it passes the ledger in memory, and fails files without a lock.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicU64, Ordering};
use std::{env, fs, io};

use chrono::NaiveDate;
use futures_executor::block_on;
use serde::{Deserialize, Serialize};
use sync_core::conformance::{Report, Verdict, check, check_parallel, is_child, same_test};
use sync_core::ledger::{
    Content, Document, Expected, Key, Ledger, LedgerCapabilities, MemoryLedger, Select, Swap,
    Version,
};

/// One JSON file, read and replaced as a whole by each call, without a lock: the wrong way to be shared.
struct JsonFile {
    path: PathBuf,
    capabilities: LedgerCapabilities,
}

#[derive(Serialize, Deserialize)]
struct Stored {
    version: Version,
    body: String,
    open: bool,
    day: Option<NaiveDate>,
}

type Documents = BTreeMap<String, BTreeMap<String, Stored>>;

impl JsonFile {
    fn open(path: PathBuf, shared: bool) -> Self {
        Self {
            path,
            capabilities: LedgerCapabilities::new(true, shared),
        }
    }

    fn read(&self) -> io::Result<Documents> {
        match fs::read(&self.path) {
            Ok(bytes) => Ok(serde_json::from_slice(&bytes)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Documents::new()),
            Err(error) => Err(error),
        }
    }

    /// A reader never sees half a file, and no writer takes the new file of another one.
    fn replace(&self, documents: &Documents) -> io::Result<()> {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let suffix = format!("new-{}-{number}", std::process::id());
        let beside = self.path.with_extension(suffix);
        fs::write(&beside, serde_json::to_vec(documents)?)?;
        fs::rename(&beside, &self.path)
    }
}

fn document(name: &str, stored: &Stored) -> Document {
    Document::new(name, stored.version, &stored.body)
        .with_open(stored.open)
        .with_day(stored.day)
}

impl Ledger for JsonFile {
    type Error = io::Error;

    fn capabilities(&self) -> LedgerCapabilities {
        self.capabilities
    }

    async fn get(&self, key: &Key) -> io::Result<Option<Document>> {
        let documents = self.read()?;
        let stored = documents
            .get(&key.route)
            .and_then(|route| route.get(&key.name));
        Ok(stored.map(|stored| document(&key.name, stored)))
    }

    async fn compare_and_swap(
        &self,
        key: &Key,
        expected: Expected,
        content: Content<'_>,
    ) -> io::Result<Swap> {
        let mut documents = self.read()?;
        let route = documents.entry(key.route.clone()).or_default();
        let version = match (route.get(&key.name), expected) {
            (None, Expected::Absent) => 1,
            (Some(stored), Expected::Version(version)) if stored.version == version => version + 1,
            _ => return Ok(Swap::Conflict),
        };
        let stored = Stored {
            version,
            body: content.body.to_owned(),
            open: content.open,
            day: content.day,
        };
        route.insert(key.name.clone(), stored);
        self.replace(&documents)?;
        Ok(Swap::Done(version))
    }

    async fn scan(
        &self,
        route: &str,
        select: Select,
        after: Option<&str>,
        limit: usize,
    ) -> io::Result<Vec<Document>> {
        let documents = self.read()?;
        let route = documents.get(route).into_iter().flatten();
        Ok(route
            .map(|(name, stored)| document(name, stored))
            .filter(|document| after.is_none_or(|after| *document.name > *after))
            .filter(|document| select.matches(document.open, document.day))
            .take(limit)
            .collect())
    }
}

const PLACE: &str = "TEST_JSON_FILES";

/// The folder of this test: a new one, or in a child process the parent's.
fn place() -> (Option<tempfile::TempDir>, PathBuf) {
    match env::var_os(PLACE) {
        Some(folder) => (None, folder.into()),
        None => {
            let folder = tempfile::tempdir().unwrap();
            let path = folder.path().to_owned();
            (Some(folder), path)
        }
    }
}

fn again(name: &str, folder: &Path) -> Command {
    let mut command = same_test(name);
    command.env(PLACE, folder);
    command
}

fn verdict<'a>(report: &'a Report, name: &str) -> &'a Verdict {
    let outcome = report.outcomes.iter().find(|outcome| outcome.name == name);
    &outcome.unwrap().verdict
}

#[test]
fn json_file_without_a_lock_fails_with_threads_and_with_processes() {
    let (_guard, folder) = place();
    let open = async |store: &str| {
        Ok::<_, Infallible>(JsonFile::open(folder.join(store), /* shared */ true))
    };
    if is_child(&open, |work| block_on(work)) {
        return;
    }
    // One caller at a time finds nothing wrong.
    block_on(check(&open)).assert_conformant();
    let name = "parallel::json_file_without_a_lock_fails_with_threads_and_with_processes";
    let report = check_parallel(&open, |work| block_on(work), || again(name, &folder));
    println!("{report}");
    for check in ["threads", "processes"] {
        assert!(
            matches!(verdict(&report, check), Verdict::Failed(_)),
            "{report}"
        );
    }
}

#[test]
fn ledger_in_memory_passes_with_threads_and_starts_no_process() {
    let open = async |_: &str| Ok::<_, Infallible>(MemoryLedger::new());
    let child = || -> Command { panic!("it is not shared") };
    let report = check_parallel(open, |work| block_on(work), child);
    report.assert_conformant();
    assert_eq!(verdict(&report, "threads"), &Verdict::Passed);
    assert_eq!(verdict(&report, "processes"), &Verdict::NotPromised);
    // Four threads swap and read forty times each, at least.
    assert!(report.calls > 480, "{report}");
}

#[test]
fn child_that_does_not_answer_fails_the_suite() {
    let (_guard, folder) = place();
    let open = async |store: &str| Ok::<_, Infallible>(JsonFile::open(folder.join(store), true));
    // A test that is not there: the child ends at once.
    let report = check_parallel(
        &open,
        |work| block_on(work),
        || again("parallel::no_such_test", &folder),
    );
    match verdict(&report, "processes") {
        Verdict::Failed(why) => assert!(why.contains("without an answer"), "{why}"),
        other => panic!("{other:?}"),
    }
}
