//! A folder of workout files as a source and a destination of `sync-core`.
//!
//! [`FolderSource`] lists the TCX, GPX and (with the feature `fit`) FIT files of a folder and its
//! subfolders. [`FolderDestination`] writes one TCX file for each workout, for an app that watches a
//! folder.
//!
//! ```
//! use sync_connector_folder::{FolderDestination, FolderSource};
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let destination = FolderDestination::open(folder)?.with_name("folder-watched");
//! let source = FolderSource::open(folder)?;
//! assert!(FolderSource::open(folder.join("missing")).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Names
//!
//! Both are called `folder` unless they get a name. The name is part of every ledger key: two folders
//! of one program need two names, and a name must not change later.
//!
//! # Features
//!
//! - `fit`: reads FIT files.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod copies;
mod destination;
mod index;
mod scan;
mod source;

use std::path::{Path, PathBuf};

pub use destination::FolderDestination;
pub use index::INDEX_FILE;
pub use source::{FolderSource, Unreadable};

use sync_core::{ErrorKind, ServiceError};

/// The folder does not exist, or cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{} cannot be used as a folder", path.display())]
pub struct NoFolder {
    path: PathBuf,
    #[source]
    source: std::io::Error,
}

/// The name unless another is given.
const NAME: &str = "folder";

/// Makes sure that a folder is there.
fn folder(path: &Path) -> Result<PathBuf, NoFolder> {
    let fail = |source| NoFolder {
        path: path.to_owned(),
        source,
    };
    let found = path.canonicalize().map_err(fail)?;
    match found.is_dir() {
        true => Ok(found),
        false => Err(fail(std::io::ErrorKind::NotADirectory.into())),
    }
}

/// A failed file operation in the words of the engine.
fn io_error(what: &str, path: &Path, error: std::io::Error) -> ServiceError {
    use std::io::ErrorKind as Io;
    let kind = match error.kind() {
        Io::PermissionDenied | Io::ReadOnlyFilesystem => ErrorKind::Other,
        // A full disk, or a drive that is not mounted now.
        _ => ErrorKind::Temporary,
    };
    let message = format!("{} cannot be {what}", path.display());
    ServiceError::new(kind, message).with_source(error)
}

/// The SHA-256 of some bytes, in hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    use sha2::{Digest, Sha256};
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The part of a SHA-256 that serves as an identifier: 128 bits.
fn short(sha256: &str) -> String {
    sha256.chars().take(32).collect()
}
