//! Compares the files of an archive with the manifest.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::{self, Display, Formatter};
use std::io;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::folder::{lock_for_reading, place, trouble};
use super::staging::waiting;
use super::state::Stored;
use super::{manifest, names, scan};
use crate::exit::{Exit, Failure};

/// Paths of one sort that are spelt out.
const SHOWN: usize = 50;

/// The result of a check.
#[derive(Debug, Default, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// The archive's folder.
    pub archive: PathBuf,
    /// Files on record.
    pub files: usize,
    /// Their bytes.
    pub bytes: u64,
    /// On record, and not on disk.
    pub missing: Vec<String>,
    /// On disk with other bytes than on record.
    pub changed: Vec<String>,
    /// On record, and on disk at another place.
    pub moved: Vec<Moved>,
    /// On disk, and not on record.
    pub foreign: Vec<String>,
}

/// A file that the user or another program moved.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The place on record.
    pub from: String,
    /// The place where it is.
    pub to: String,
}

impl Verification {
    /// How the program ends: 2 when a file is missing or has other bytes. A file at another place, or of another program, is no damage.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match self.missing.is_empty() && self.changed.is_empty() {
            true => Exit::Settled,
            false => Exit::NeedsPerson,
        }
    }
}

/// Compares every file with the manifest. Changes nothing and asks no service.
///
/// # Errors
/// When there is no archive, a run works on it, or something cannot be read.
pub fn verify(root: &Path) -> Result<Verification, Failure> {
    let state = manifest::load(root)?;
    let _lock = lock_for_reading(root)?;
    let recorded = state.all_files();
    let mut result = Verification {
        archive: root.to_owned(),
        files: recorded.len(),
        ..Verification::default()
    };
    let mut gone: BTreeMap<String, Stored> = BTreeMap::new();
    for (path, stored) in &recorded {
        result.bytes += stored.size;
        let place = place(root, path);
        let found = scan::digest(&place).or_else(|error| match error.kind() {
            // The run was killed before it put the file in its place; the next one does that.
            io::ErrorKind::NotFound => scan::digest(&waiting(root, path)),
            _ => Err(error),
        });
        match found {
            Ok(found) if found == (stored.sha256, stored.size) => {}
            Ok(_) => result.changed.push(path.clone()),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                gone.insert(path.clone(), *stored);
            }
            Err(error) => return Err(trouble(&place, "cannot be read", &error)),
        }
    }
    let pages: BTreeSet<String> = state
        .sessions
        .values()
        .map(|it| names::page(&it.stem))
        .collect();
    for path in scan::files(root)? {
        if recorded.contains_key(&path) || pages.contains(&path) {
            continue;
        }
        match moved(root, &path, &gone) {
            Some(from) => {
                gone.remove(&from);
                result.moved.push(Moved { from, to: path });
            }
            None => result.foreign.push(path),
        }
    }
    result.missing = gone.into_keys().collect();
    Ok(result)
}

/// The missing file that this one is.
fn moved(root: &Path, path: &str, gone: &BTreeMap<String, Stored>) -> Option<String> {
    let place = place(root, path);
    let size = std::fs::metadata(&place).ok()?.len();
    let mut sized = gone
        .iter()
        .filter(|(_, stored)| stored.size == size)
        .peekable();
    sized.peek()?;
    let (sha256, _) = scan::digest(&place).ok()?;
    let mut same = sized.filter(|(_, stored)| stored.sha256 == sha256);
    let first = same.next()?;
    // Of several with equal bytes, the one that kept its name.
    let name = |path: &str| path.rsplit('/').next().map(str::to_owned);
    let named = same.find(|(from, _)| name(from) == name(path));
    let kept = named.filter(|_| name(first.0) != name(path));
    Some(kept.unwrap_or(first).0.clone())
}

impl Display for Verification {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut list = |what: &str, paths: Vec<String>| {
            for path in paths.iter().take(SHOWN) {
                writeln!(f, "{what}  {path}")?;
            }
            match paths.len().saturating_sub(SHOWN) {
                0 => Ok(()),
                more => writeln!(f, "{what}  ({more} more)"),
            }
        };
        list("missing", self.missing.clone())?;
        list("changed", self.changed.clone())?;
        let moved = self
            .moved
            .iter()
            .map(|it| format!("{} -> {}", it.from, it.to));
        list("moved  ", moved.collect())?;
        list("foreign", self.foreign.clone())?;
        writeln!(
            f,
            "{}: {} files on record ({}), {} missing, {} changed, {} moved, {} foreign",
            self.archive.display(),
            self.files,
            super::report::size(self.bytes),
            self.missing.len(),
            self.changed.len(),
            self.moved.len(),
            self.foreign.len()
        )
    }
}
