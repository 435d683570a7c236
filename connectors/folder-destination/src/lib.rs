//! A folder that another program watches as a destination of `sync-core`: one TCX file for each workout.
//!
//! ```
//! use sync_connector_folder_destination::FolderDestination;
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let destination = FolderDestination::open(folder)?.with_name("folder-watched");
//! assert!(FolderDestination::open(folder.join("missing")).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Names
//!
//! It is called `folder` unless it gets a name. The name is part of every ledger key: two folders of one program need two
//! names, and a name must not change later.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod destination;
mod index;

pub use destination::FolderDestination;
pub use index::INDEX_FILE;
