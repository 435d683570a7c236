//! What earlier runs noticed about the services: kept in one small file, without content.

use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use api_drift::Report;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// More places or answers than this are no fact but noise.
const MOST: usize = 400;

/// The file.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Facts {
    /// Service and endpoint, then place with what was noticed there.
    pub observations: BTreeMap<String, BTreeMap<String, Counted>>,
    /// The question's id, then the answer.
    pub answers: BTreeMap<String, BTreeMap<String, Counted>>,
    /// The last report of `drift`.
    pub report: Option<Report>,
    /// The redacted answers of that look, one for each endpoint. They have aliases of their own.
    pub entries: Vec<serde_json::Value>,
    /// When that was.
    pub looked_at: Option<DateTime<Utc>>,
}

/// How often, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counted {
    /// How often.
    pub times: u64,
    /// The first time.
    pub first: DateTime<Utc>,
    /// The last time.
    pub last: DateTime<Utc>,
}

impl Facts {
    /// Reads the file. One that is missing or damaged is as good as none: nothing depends on it.
    #[must_use]
    pub fn load(path: &Path) -> Self {
        let text = fs::read(path).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// Writes the file, as a whole.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn save(&self, path: &Path) -> io::Result<()> {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, self)?;
        file.write_all(b"\n")?;
        file.persist(path).map(drop).map_err(|error| error.error)
    }

    /// Counts an observation; whether it is the first of its kind.
    pub fn observe(&mut self, endpoint: &str, place: &str, times: u64, now: DateTime<Utc>) -> bool {
        count(&mut self.observations, endpoint, place, times, now)
    }

    /// Counts an answer.
    pub fn answer(&mut self, question: &str, answer: &str, times: u64, now: DateTime<Utc>) -> bool {
        count(&mut self.answers, question, answer, times, now)
    }
}

fn count(
    map: &mut BTreeMap<String, BTreeMap<String, Counted>>,
    outer: &str,
    inner: &str,
    times: u64,
    now: DateTime<Utc>,
) -> bool {
    let inner_map = map.entry(outer.to_owned()).or_default();
    if let Some(known) = inner_map.get_mut(inner) {
        known.times += times;
        known.last = now;
        return false;
    }
    if inner_map.len() < MOST {
        let counted = Counted {
            times,
            first: now,
            last: now,
        };
        inner_map.insert(inner.to_owned(), counted);
    }
    true
}
