//! The index file: what was delivered into a folder, whether it is still there or not.

use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};
use sync_core::{ErrorKind, ServiceError};

use crate::io_error;

/// The name of the index file in the folder. It begins with a point: programs that watch folders pass
/// over such files.
pub const INDEX_FILE: &str = ".workout-sync-index.jsonl";

const HEADER: &str = r#"{"index":"sync-connector-folder","version":1}"#;

/// One delivery.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) key: String,
    pub(crate) file: String,
    pub(crate) sha256: String,
    /// The wall clock.
    pub(crate) start: NaiveDateTime,
    pub(crate) start_utc: Option<DateTime<Utc>>,
    pub(crate) duration_ms: Option<u64>,
    pub(crate) distance_m: Option<f64>,
    pub(crate) sport: String,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Line {
    Removed { removed: String },
    Delivered(Entry),
}

/// The opened and locked index of a folder. Dropping it releases the lock.
pub(crate) struct Index {
    path: PathBuf,
    file: File,
    /// How long the file is.
    length: u64,
    entries: BTreeMap<String, Entry>,
}

/// How adding a line ended.
pub(crate) enum Added {
    Yes,
    /// It is certainly not in the index.
    No(ServiceError),
    Unknown(ServiceError),
}

impl Index {
    /// Opens and locks the index; `None` where the file is missing and `create` is false.
    pub(crate) fn open(folder: &Path, create: bool) -> Result<Option<Self>, ServiceError> {
        let path = folder.join(INDEX_FILE);
        let fail = |error| io_error("opened", &path, error);
        let mut options = OpenOptions::new();
        let opened = options.read(true).append(true).create(create).open(&path);
        let mut file = match opened {
            Ok(file) => file,
            // The folder itself has to be there: a drive that is not mounted holds no empty listing.
            Err(error) if error.kind() == io::ErrorKind::NotFound && folder.is_dir() => {
                return Ok(None);
            }
            Err(error) => return Err(fail(error)),
        };
        file.lock()
            .map_err(|error| io_error("locked", &path, error))?;
        let mut text = Vec::new();
        file.read_to_end(&mut text).map_err(fail)?;
        let entries = match text.is_empty() {
            true => BTreeMap::new(),
            false => parse(&text).map_err(|(line, problem)| damaged(&path, line, problem))?,
        };
        let length = text.len() as u64;
        let mut index = Self {
            path,
            file,
            length,
            entries,
        };
        if index.length == 0 && create {
            match index.add(HEADER) {
                Added::Yes => {}
                Added::No(error) | Added::Unknown(error) => return Err(error),
            }
        }
        Ok(Some(index))
    }

    pub(crate) fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    pub(crate) fn get(&self, id: &str) -> Option<&Entry> {
        self.entries.get(id)
    }

    pub(crate) fn deliver(&mut self, entry: Entry) -> Added {
        let added = self.add_line(&Line::Delivered(entry.clone()));
        if let Added::Yes = added {
            self.entries.insert(entry.id.clone(), entry);
        }
        added
    }

    pub(crate) fn remove(&mut self, id: &str) -> Result<(), ServiceError> {
        match self.add_line(&Line::Removed {
            removed: id.to_owned(),
        }) {
            Added::Yes => {
                self.entries.remove(id);
                Ok(())
            }
            Added::No(error) | Added::Unknown(error) => Err(error),
        }
    }

    fn add_line(&mut self, line: &Line) -> Added {
        match serde_json::to_string(line) {
            Ok(text) => self.add(&text),
            Err(error) => Added::No(
                ServiceError::new(ErrorKind::Other, "the delivery has no JSON form")
                    .with_source(error),
            ),
        }
    }

    /// Adds a line, durably. A line that could be written in part only is taken back.
    fn add(&mut self, line: &str) -> Added {
        let text = format!("{line}\n");
        let written = self
            .file
            .write_all(text.as_bytes())
            .and_then(|()| self.file.sync_data());
        let Err(error) = written else {
            self.length += text.len() as u64;
            return Added::Yes;
        };
        let error = io_error("written", &self.path, error);
        let undone = self
            .file
            .set_len(self.length)
            .and_then(|()| self.file.seek(SeekFrom::End(0)));
        match undone {
            Ok(_) => Added::No(error),
            Err(_) => Added::Unknown(error),
        }
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
            Ok(Line::Delivered(entry)) => drop(entries.insert(entry.id.clone(), entry)),
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
