//! The archives that were made before: the folder in which a drive is not mounted looks like one for a new archive.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use super::folder::is_of_system;
use crate::exit::{Exit, Failure};

/// The folders of archives with their numbers of sessions, kept in one small file.
#[derive(Debug)]
pub struct KnownArchives {
    file: PathBuf,
    sessions: BTreeMap<String, usize>,
}

impl KnownArchives {
    /// Those of this file. One that is missing or damaged knows none.
    #[must_use]
    pub fn load(file: PathBuf) -> Self {
        let text = fs::read(&file).unwrap_or_default();
        Self {
            sessions: serde_json::from_slice(&text).unwrap_or_default(),
            file,
        }
    }

    /// Refuses a folder that was an archive and is missing or empty.
    ///
    /// # Errors
    /// [`Exit::Guarded`], with the way to go on.
    pub fn check(&self, root: &Path) -> Result<(), Failure> {
        let sessions = self.sessions.get(&key(root)).copied().unwrap_or(0);
        if sessions == 0 || !is_empty(root) {
            return Ok(());
        }
        Err(Failure {
            exit: Exit::Guarded,
            message: format!(
                "{} was an archive of {sessions} workouts, and is empty or missing. Nothing was fetched or written. Is it on a drive or \
                 a share that is not mounted? To begin a new archive there, go on with --accept-listing",
                root.display(),
            ),
        })
    }

    /// Keeps how many sessions an archive has.
    ///
    /// # Errors
    /// Those of the file system.
    pub fn remember(&mut self, root: &Path, sessions: usize) -> std::io::Result<()> {
        if self.sessions.insert(key(root), sessions) == Some(sessions) {
            return Ok(());
        }
        let folder = self.file.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, &self.sessions)?;
        file.write_all(b"\n")?;
        let kept = file.persist(&self.file);
        kept.map(drop).map_err(|error| error.error)
    }
}

/// Whether the folder is missing, or holds no file of an archive or of another program.
fn is_empty(root: &Path) -> bool {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let mut names = entries.map(|entry| entry.file_name());
    names.all(|name| is_of_system(&name.to_string_lossy()))
}

/// The absolute path, with its links: they may lead elsewhere while a drive is not mounted.
fn key(root: &Path) -> String {
    let path = std::path::absolute(root).unwrap_or_else(|_| root.to_owned());
    path.to_string_lossy().into_owned()
}
