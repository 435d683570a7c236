//! The report of a run.

use std::fmt::{self, Display, Formatter};
use std::path::PathBuf;

use serde::Serialize;

use crate::exit::{Exit, Failure};
use crate::name;

/// Failures that are spelt out.
const SHOWN: usize = 20;

/// The result of a run.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// The archive's folder.
    pub archive: PathBuf,
    /// Sessions.
    pub sessions: Sessions,
    /// Files.
    pub files: Files,
    /// Sessions and days that a limit or an early end left for the next run.
    pub backlog: usize,
    /// Files that could not be fetched. The next run asks for them again.
    pub failures: Vec<FileFailure>,
    /// Things that the user should know.
    pub warnings: Vec<String>,
    /// Why the run ended early.
    pub stopped: Option<Stopped>,
}

/// Numbers of sessions.
#[derive(Debug, Default, Serialize)]
pub struct Sessions {
    /// In the listing.
    pub listed: usize,
    /// Seen for the first time.
    pub new: usize,
    /// Edited at the source since they were fetched.
    pub changed: usize,
    /// In the archive.
    pub archived: usize,
}

/// Numbers of files.
#[derive(Debug, Default, Serialize)]
pub struct Files {
    /// Fetched and stored.
    pub stored: usize,
    /// Their bytes.
    pub bytes: u64,
    /// Fetched for a new version and equal to the old one.
    pub equal: usize,
    /// Recognised in the folder.
    pub adopted: usize,
    /// Pages made.
    pub pages: usize,
}

/// A file that could not be fetched.
#[derive(Debug, Clone, Serialize)]
pub struct FileFailure {
    /// The session; `None` for a day or the account.
    pub id: Option<u64>,
    /// The kind of file, or the day.
    pub what: String,
    /// The reason.
    pub message: String,
}

/// Why a run ended early.
#[derive(Debug, Serialize)]
pub struct Stopped {
    /// The word for it.
    pub kind: &'static str,
    /// The reason, and what to do.
    pub message: String,
    #[serde(skip)]
    exit: Exit,
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self {
            kind: failure.exit.word(),
            message: failure.message,
            exit: failure.exit,
        }
    }
}

impl Report {
    /// How the program ends.
    #[must_use]
    pub fn exit(&self) -> Exit {
        match &self.stopped {
            Some(stopped) => stopped.exit,
            None if self.failures.is_empty() && self.backlog == 0 => Exit::Settled,
            None => Exit::Unfinished,
        }
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (sessions, files) = (&self.sessions, &self.files);
        writeln!(
            f,
            "{}: {} sessions, {} new, {} edited at Polar Flow",
            self.archive.display(),
            sessions.archived,
            sessions.new,
            sessions.changed
        )?;
        write!(f, "{} files fetched ({})", files.stored, size(files.bytes))?;
        if files.equal > 0 {
            write!(f, ", {} unchanged by the edits", files.equal)?;
        }
        if files.adopted > 0 {
            write!(f, ", {} recognised in the folder", files.adopted)?;
        }
        writeln!(f, ", {} pages made", files.pages)?;
        for failure in self.failures.iter().take(SHOWN) {
            let id = failure.id.map(|id| format!("{id} ")).unwrap_or_default();
            writeln!(f, "  {id}{}: {}", failure.what, failure.message)?;
        }
        if self.failures.len() > SHOWN {
            writeln!(f, "  ({} more)", self.failures.len() - SHOWN)?;
        }
        let again = format!("run `{} archive` again", name::program());
        match (self.failures.len(), self.backlog) {
            (0, 0) => Ok(()),
            (0, left) => writeln!(f, "{left} sessions or days are left: {again}"),
            (failed, 0) => writeln!(f, "{failed} files failed: {again}"),
            (failed, left) => {
                writeln!(
                    f,
                    "{failed} files failed, {left} sessions or days are left: {again}"
                )
            }
        }
    }
}

/// A number of bytes for people.
#[must_use]
pub(super) fn size(bytes: u64) -> String {
    if bytes < 1000 {
        return format!("{bytes} bytes");
    }
    const UNITS: [&str; 4] = ["kB", "MB", "GB", "TB"];
    let mut value = bytes as f64 / 1000.0;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let decimals = usize::from(value < 10.0);
    format!("{value:.decimals$} {}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_short() {
        let shown = [0, 1234, 56_789, 999_000_000, 2_500_000_000].map(size);
        assert_eq!(shown, ["0 bytes", "1.2 kB", "57 kB", "999 MB", "2.5 GB"]);
    }

    #[test]
    fn the_exit_code_follows_from_what_is_left() {
        let mut report = Report::default();
        assert_eq!(report.exit(), Exit::Settled);
        report.backlog = 1;
        assert_eq!(report.exit(), Exit::Unfinished);
        report.stopped = Some(Failure::sign_in("x").into());
        assert_eq!(report.exit(), Exit::SignInNeeded);
    }
}
