//! Garmin's Training Center Database, version 2, with ActivityExtension version 2.
//!
//! Reading is lenient and says in [diagnostics](crate::Diagnostic) what was odd; writing is strict:
//! what [`write()`] returns is valid against `TrainingCenterDatabasev2.xsd`.
//!
//! TCX has three sports, no title, and requires a lap's totals. The writer puts everything else
//! into a small extension of our own (namespace [`EXTENSION_NAMESPACE`]), so that reading,
//! writing and reading again gives an equal workout; [`WriteOptions::private_extension`](crate::WriteOptions::private_extension) turns that
//! off, and then the losses are returned.

mod elements;
mod fast_path;
mod read;
mod write;

pub use read::{read, read_with};
pub use write::{EXTENSION_NAMESPACE, write, write_to, write_with};

/// Namespace of TCX, version 2.
pub const NAMESPACE: &str = "http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2";
/// Namespace of the activity extension, version 2.
pub const ACTIVITY_EXTENSION: &str = "http://www.garmin.com/xmlschemas/ActivityExtension/v2";
/// Namespace of the course extension, version 1, whose `CX` some laps have.
pub const COURSE_EXTENSION: &str = "http://www.garmin.com/xmlschemas/CourseExtension/v1";
