//! The one writer of an archive: it stages files, writes the lines that tell of them, and puts the files in their places.

use std::collections::{BTreeSet, HashSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use chrono::{NaiveDate, SubsecRound as _, Utc};
use tokio::sync::mpsc;
use web_session::Bytes;

use super::folder::{Folder, sync, trouble};
use super::kind::{DayKind, Kind};
use super::manifest::Manifest;
use super::record::{AccountLine, DayLine, Digest, FileLine, Record};
use super::staging::NewFile;
use super::state::State;
use super::{names, scan};
use crate::exit::Failure;

/// Files that wait for the writer at most: they are in memory.
const WAITING: usize = 16;
/// Files that are made durable together.
const TOGETHER: usize = 64;

/// The manifest, shared with the writer.
pub(super) type Shared = Arc<Mutex<State>>;

/// The state, also after a panic elsewhere: it is changed in one step.
pub(super) fn locked(state: &Shared) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Something to be kept.
#[derive(Debug)]
pub(super) enum Order {
    /// A file of a session.
    File {
        /// The session.
        id: u64,
        /// The kind of file.
        kind: Kind,
        /// Which exercise, of how many.
        part: Option<(u32, u32)>,
        /// The version of the session.
        version: u32,
        /// What came.
        bytes: Bytes,
    },
    /// The JSON of a day.
    Day(DayKind, NaiveDate, Bytes),
    /// A file of the whole account.
    Account(&'static str, Bytes),
    /// A line without a file.
    Line(Record),
    /// Nothing more comes for this session.
    Done(u64),
}

/// The written file.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Written {
    /// Files.
    pub(super) files: usize,
    /// Their bytes.
    pub(super) bytes: u64,
    /// Files of a new version that are equal to those of an older one, and were not written again.
    pub(super) equal: usize,
}

/// A running writer. Dropping every clone of its sender ends it.
#[derive(Debug)]
pub(super) struct Store {
    orders: mpsc::Sender<Order>,
    thread: JoinHandle<(Result<(), Failure>, Written)>,
}

impl Store {
    /// Starts the writer. `done` hears of each session whose files are on disk.
    #[must_use]
    pub(super) fn start(
        folder: Arc<Folder>,
        manifest: Manifest,
        state: Shared,
        done: std::sync::mpsc::Sender<u64>,
    ) -> Self {
        let (orders, incoming) = mpsc::channel(WAITING);
        let mut writer = Writer {
            folder,
            manifest,
            state,
            done,
            written: Written::default(),
            waiting: Vec::new(),
            known: HashSet::new(),
        };
        let thread = std::thread::spawn(move || {
            let result = writer.run(incoming);
            (result, writer.written)
        });
        Self { orders, thread }
    }

    /// Takes orders, and waits when the disk is behind. It is closed once something could not be written.
    #[must_use]
    pub(super) fn orders(&self) -> mpsc::Sender<Order> {
        self.orders.clone()
    }

    /// Waits until everything that was ordered is on disk.
    pub(super) async fn finish(self) -> (Result<(), Failure>, Written) {
        drop(self.orders);
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        let lost = || {
            (
                Err(Failure::failed("the archive's writer failed")),
                Written::default(),
            )
        };
        joined.ok().and_then(Result::ok).unwrap_or_else(lost)
    }
}

struct Writer {
    folder: Arc<Folder>,
    manifest: Manifest,
    state: Shared,
    done: std::sync::mpsc::Sender<u64>,
    written: Written,
    /// The paths of the files that are staged and not in their place.
    waiting: Vec<String>,
    /// Folders whose names are durable.
    known: HashSet<PathBuf>,
}

impl Writer {
    fn run(&mut self, mut incoming: mpsc::Receiver<Order>) -> Result<(), Failure> {
        while let Some(first) = incoming.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < TOGETHER
                && let Ok(next) = incoming.try_recv()
            {
                batch.push(next);
            }
            self.commit(batch)?;
        }
        Ok(())
    }

    fn commit(&mut self, batch: Vec<Order>) -> Result<(), Failure> {
        let mut done = Vec::new();
        let mut lines = Vec::new();
        let mut new = Vec::new();
        for order in batch {
            match self.entry(order) {
                Entry::Line(line) => lines.push(self.apply(line)?),
                Entry::New(file, line) => new.push((file, line)),
                Entry::Done(id) => done.push(id),
            }
        }
        let (files, stored): (Vec<NewFile>, Vec<Record>) = new.into_iter().unzip();
        let staged = self.folder.stage_all(&files);
        let mut failed = None;
        for ((file, mut line), staged) in files.iter().zip(stored).zip(staged) {
            match staged {
                Ok(staged) => {
                    self.written.files += 1;
                    self.written.bytes += file.bytes.len() as u64;
                    line.set_path(&staged.path);
                    lines.push(self.apply(line)?);
                    if staged.waits {
                        self.waiting.push(staged.path);
                    }
                }
                // The files that could be written before a disk was full stay.
                Err(error) => {
                    let place = self.folder.place(&file.path);
                    failed.get_or_insert_with(|| trouble(&place, "cannot be written", &error));
                }
            }
        }
        if !self.waiting.is_empty() {
            sync(&self.folder.root().join(names::TEMPORARY));
        }
        if !lines.is_empty() {
            let path = self.folder.root().join(names::MANIFEST);
            let appended = self.manifest.append(&lines);
            appended.map_err(|error| trouble(&path, "cannot be written", &error))?;
        }
        self.put_in_place()?;
        if let Some(failure) = failed {
            return Err(failure);
        }
        for id in done {
            // The receiver is gone once no more pages are made.
            let _ = self.done.send(id);
        }
        Ok(())
    }

    /// Makes a line known to the state.
    fn apply(&self, line: Record) -> Result<Record, Failure> {
        let applied = locked(&self.state).apply(line.clone());
        applied.map_err(|why| Failure::failed(format!("the manifest: {why}")))?;
        Ok(line)
    }

    /// Puts the staged files where their lines say, and makes that durable.
    fn put_in_place(&mut self) -> Result<(), Failure> {
        let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
        for path in self.waiting.drain(..) {
            let place = self.folder.place(&path);
            let put = self.folder.put(&path);
            put.map_err(|error| trouble(&place, "cannot be written", &error))?;
            for (depth, folder) in place.ancestors().skip(1).enumerate() {
                // The folder has a new name in it; those above it only when it is new itself.
                let is_new = self.known.insert(folder.to_owned());
                if depth == 0 || is_new {
                    folders.insert(folder.to_owned());
                }
                if folder == self.folder.root() {
                    break;
                }
            }
        }
        for folder in &folders {
            sync(folder);
        }
        Ok(())
    }

    fn entry(&mut self, order: Order) -> Entry {
        let fetched = Utc::now().trunc_subsecs(0);
        match order {
            Order::Line(record) => Entry::Line(record),
            Order::Done(id) => Entry::Done(id),
            Order::File {
                id,
                kind,
                part,
                version,
                bytes,
            } => {
                let sha256 = Digest::of(&bytes);
                let number = part.map(|(number, _)| number);
                let (usual, same) = {
                    let state = locked(&self.state);
                    let session = state.sessions.get(&id);
                    let stem = session.map_or("", |session| &session.stem);
                    let same = session.and_then(|it| it.same_bytes(kind, number, sha256));
                    (names::file(stem, kind, number, version), same)
                };
                // The file of an older version may have been deleted or changed since.
                let found = same
                    .as_ref()
                    .map(|path| scan::digest(&self.folder.place(path)));
                let is_new = !matches!(found, Some(Ok((there, _))) if there == sha256);
                let is_gone = matches!(found, Some(Err(_)));
                let path = same.filter(|_| !is_new || is_gone).unwrap_or(usual);
                let line = Record::File(FileLine {
                    id,
                    kind,
                    part: number,
                    of: part.map(|(_, of)| of),
                    version,
                    path: path.clone(),
                    sha256,
                    size: bytes.len() as u64,
                    fetched,
                    adopted: false,
                });
                if is_new {
                    return Entry::new(path, bytes, sha256, line);
                }
                self.written.equal += 1;
                Entry::Line(line)
            }
            Order::Day(kind, day, bytes) => {
                let (path, sha256) = (names::day(kind, day), Digest::of(&bytes));
                let line = Record::Day(DayLine {
                    kind,
                    day,
                    path: path.clone(),
                    sha256,
                    size: bytes.len() as u64,
                    fetched,
                });
                Entry::new(path, bytes, sha256, line)
            }
            Order::Account(path, bytes) => {
                let sha256 = Digest::of(&bytes);
                let line = Record::Account(AccountLine {
                    path: path.to_owned(),
                    sha256,
                    size: bytes.len() as u64,
                    fetched,
                });
                Entry::new(path.to_owned(), bytes, sha256, line)
            }
        }
    }
}

/// What becomes of an order.
enum Entry {
    /// A line without a new file. It has to be known before the files of its session are named.
    Line(Record),
    /// A file with its line.
    New(NewFile, Record),
    /// The end of a session.
    Done(u64),
}

impl Entry {
    fn new(path: String, bytes: Bytes, sha256: Digest, line: Record) -> Self {
        let file = NewFile {
            path,
            bytes,
            sha256,
        };
        Self::New(file, line)
    }
}
