//! A folder of workout files as a source of `sync-core`: TCX, GPX and (with the feature `fit`) FIT files.
//!
//! ```
//! use sync_connector_folder_source::FolderSource;
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let source = FolderSource::open(folder)?.with_name("folder-recordings");
//! assert!(FolderSource::open(folder.join("missing")).is_err());
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Names
//!
//! It is called `folder` unless it gets a name. The name is part of every ledger key: two folders of one program need two
//! names, and a name must not change later.
//!
//! # Features
//!
//! - `fit`: reads FIT files.
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod copies;
mod scan;
mod source;

pub use source::{FolderSource, Unreadable};
