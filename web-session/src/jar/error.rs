//! Failures to read or keep a session.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A session file that is unusable. The file is never changed by the failure.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JarError {
    /// It cannot be opened or read.
    #[error("the session file {} cannot be read; check that you own it", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason the system gives.
        #[source]
        source: io::Error,
    },
    /// It is cut off or damaged. Nothing in it was changed.
    #[error("the session file {} is damaged ({what}); it was not changed. Move it away and sign in again", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// The fault, without any content of the file.
        what: String,
    },
    /// It is something else: not a session file of this program, or of a newer version. Nothing in it was changed.
    #[error("{} is not a session file of this program ({what}); it was not changed. Choose another path for the session", path.display())]
    Foreign {
        /// The file.
        path: PathBuf,
        /// The apparent content.
        what: String,
    },
    /// Others may read or change it, or it is no file. It is neither read nor written, as ssh does with keys.
    #[error("the session file {} is not used: {what}; {advice}", path.display())]
    Unsafe {
        /// The file.
        path: PathBuf,
        /// The fault.
        what: String,
        /// What to do.
        advice: String,
    },
    /// It cannot be written.
    #[error("the session file {} cannot be written; check the folder's permissions and the free space", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// The reason the system gives.
        #[source]
        source: io::Error,
    },
    /// A store that is no file failed to load or to keep the session.
    #[error("the session in {} cannot be read or kept", path.display())]
    Store {
        /// The place.
        path: PathBuf,
        /// The reason the store gives.
        #[source]
        source: crate::error::Source,
    },
    /// Another process holds its lock for too long.
    #[error("another process has been using the session file {} for {waited:?}; end it or wait", path.display())]
    Busy {
        /// The file.
        path: PathBuf,
        /// How long this process waited.
        waited: Duration,
    },
}

impl JarError {
    pub(super) fn damaged(path: &Path, what: impl Into<String>) -> Self {
        Self::Damaged {
            path: path.to_owned(),
            what: what.into(),
        }
    }

    pub(super) fn unwritable(path: &Path, source: io::Error) -> Self {
        Self::Unwritable {
            path: path.to_owned(),
            source,
        }
    }

    /// The file or place that the error is about.
    #[must_use]
    pub fn path(&self) -> &Path {
        match self {
            Self::Unreadable { path, .. }
            | Self::Damaged { path, .. }
            | Self::Foreign { path, .. }
            | Self::Unsafe { path, .. }
            | Self::Unwritable { path, .. }
            | Self::Store { path, .. }
            | Self::Busy { path, .. } => path,
        }
    }
}
