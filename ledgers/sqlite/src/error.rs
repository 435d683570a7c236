//! The errors of a ledger file.

use std::path::{Path, PathBuf};

/// The ledger file is not usable. Each message names the file and the remedy; the file was left as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SqliteError {
    /// The file belongs to something else.
    #[error(
        "{} is not a ledger ({what}). It was left untouched; name another file, or move this one away", path.display()
    )]
    NotALedger {
        /// The file.
        path: PathBuf,
        /// The kind of file.
        what: String,
    },
    /// The file was a ledger once.
    #[error(
        "the ledger {} is damaged ({what}). It was left untouched; restore a backup, or move it away and let the next run find \
         out from the destination what is there already", path.display()
    )]
    Damaged {
        /// The file.
        path: PathBuf,
        /// SQLite's error.
        what: String,
    },
    /// An older program wrote the file.
    #[error(
        "the ledger {} has format {found}, and this program needs format {known}. It was left untouched; export it with the program \
         that wrote it, then import that export into a new ledger with this program", path.display()
    )]
    Older {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The format of this program.
        known: i64,
    },
    /// A newer program wrote the file.
    #[error(
        "the ledger {} has format {found}, and this program needs format {known}. It was left untouched; use the newer program",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its format.
        found: i64,
        /// The format of this program.
        known: i64,
    },
    /// Creating, reading or writing the file failed.
    #[error("opening the ledger {} failed", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// Anything else that SQLite reports: a full disk, a file that stays locked.
    #[error("the ledger {} failed", path.display())]
    Sqlite {
        /// The file.
        path: PathBuf,
        /// SQLite's error.
        #[source]
        source: rusqlite::Error,
    },
}

impl SqliteError {
    pub(crate) fn foreign(path: &Path, what: &str) -> Self {
        Self::NotALedger {
            path: path.to_owned(),
            what: what.to_owned(),
        }
    }

    pub(crate) fn damaged(path: &Path, what: &str) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            what: what.to_owned(),
        }
    }

    pub(crate) fn io(path: &Path, source: std::io::Error) -> Self {
        Self::Io {
            path: path.to_owned(),
            source,
        }
    }

    /// Another connection is in the way, for the moment.
    pub(crate) fn is_busy(&self) -> bool {
        use rusqlite::ErrorCode::{DatabaseBusy, DatabaseLocked};
        matches!(self, Self::Sqlite { source, .. }
            if matches!(source.sqlite_error_code(), Some(DatabaseBusy | DatabaseLocked)))
    }

    pub(crate) fn of(path: &Path, source: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(DatabaseCorrupt) => Self::Damaged {
                path,
                what: source.to_string(),
            },
            Some(NotADatabase) => Self::NotALedger {
                path,
                what: source.to_string(),
            },
            _ => Self::Sqlite { path, source },
        }
    }
}
