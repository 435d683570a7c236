//! The index file: what was delivered into a folder, whether it is still there or not.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sync_core::{Activity, ErrorKind, ServiceError};

/// The name of the index file in the folder. It begins with a point: programs that watch folders pass
/// over such files.
pub const INDEX_FILE: &str = ".workout-sync-index.jsonl";

const HEADER: &str = r#"{"index":"sync-connector-folder","version":1}"#;

/// One delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) file: String,
    pub(crate) sha256: String,
    #[serde(flatten)]
    pub(crate) activity: Activity,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Line {
    Removed { removed: String },
    Delivered(Entry),
}

/// The opened and locked index of a folder. Dropping it releases the lock.
pub(crate) struct Index {
    path: PathBuf,
    file: File,
    entries: BTreeMap<String, Entry>,
}

/// A line that could not be added.
pub(crate) struct NotAdded {
    pub(crate) error: ServiceError,
    /// It is certainly not in the index.
    pub(crate) is_absent: bool,
}

impl Index {
    /// Opens and locks the index; `None` where the file is missing and `create` is false.
    pub(crate) fn open(folder: &Path, create: bool) -> Result<Option<Self>, ServiceError> {
        let path = folder.join(INDEX_FILE);
        let fail = |error| ServiceError::from_io("opened", &path, error);
        let mut options = OpenOptions::new();
        let opened = options.read(true).append(true).create(create).open(&path);
        let mut file = match opened {
            Ok(file) => file,
            // The folder itself has to be there: a drive that is not mounted holds no empty listing.
            Err(error) if !create && error.kind() == io::ErrorKind::NotFound && folder.is_dir() => {
                return Ok(None);
            }
            Err(error) => return Err(fail(error)),
        };
        file.lock()
            .map_err(|error| ServiceError::from_io("locked", &path, error))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(fail)?;
        let entries = match text.is_empty() {
            true => BTreeMap::new(),
            false => parse(&text).map_err(|(line, problem)| damaged(&path, line, problem))?,
        };
        let mut index = Self {
            path,
            file,
            entries,
        };
        if text.is_empty() && create {
            index
                .add(Ok(HEADER.to_owned()))
                .map_err(|line| line.error)?;
        }
        Ok(Some(index))
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.get(id)
    }

    pub(crate) fn deliver(&mut self, entry: &Entry) -> Result<(), NotAdded> {
        self.add(serde_json::to_string(entry))
    }

    pub(crate) fn remove(&mut self, id: &str) -> Result<(), ServiceError> {
        let line = serde_json::json!({ "removed": id });
        self.add(Ok(line.to_string())).map_err(|line| line.error)
    }

    /// Adds a line, durably. A line that could be written in part only is taken back.
    fn add(&mut self, line: serde_json::Result<String>) -> Result<(), NotAdded> {
        let before = self.file.metadata().map(|file| file.len());
        let written = line
            .map_err(io::Error::from)
            .and_then(|line| self.file.write_all(format!("{line}\n").as_bytes()))
            .and_then(|()| self.file.sync_data());
        written.map_err(|error| NotAdded {
            error: ServiceError::from_io("written", &self.path, error),
            is_absent: before.is_ok_and(|length| self.file.set_len(length).is_ok()),
        })
    }
}

/// The deliveries of an index that is not empty, or the line that is no part of one.
fn parse(text: &[u8]) -> Result<BTreeMap<String, Entry>, (usize, &'static str)> {
    let Ok(text) = std::str::from_utf8(text) else {
        return Err((1, "it is no text"));
    };
    let mut lines = text.lines();
    if lines.next() != Some(HEADER) {
        return Err((1, "it is no delivery index of this program's version"));
    }
    let mut entries = BTreeMap::new();
    for (number, line) in (2..).zip(lines) {
        match serde_json::from_str(line) {
            Ok(Line::Delivered(entry)) => drop(entries.insert(entry.activity.id.clone(), entry)),
            Ok(Line::Removed { removed }) => drop(entries.remove(&removed)),
            Err(_) => return Err((number, "it is no delivery")),
        }
    }
    match text.ends_with('\n') {
        true => Ok(entries),
        false => Err((text.lines().count(), "its end is missing")),
    }
}

fn damaged(path: &Path, line: usize, problem: &str) -> ServiceError {
    let message = format!(
        "the delivery index {}, line {line}: {problem}. Nothing was changed. Restore the file, or mend the line by hand; \
         without the index every workout of the source may be delivered again",
        path.display()
    );
    ServiceError::new(ErrorKind::Drift, message)
}
