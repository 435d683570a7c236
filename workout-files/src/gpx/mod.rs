//! GPS Exchange Format, 1.0 and 1.1, with Garmin's TrackPointExtension (versions 1 and 2).
//!
//! A `trk` is a workout of one lap, a `trkseg` a track of it. Routes and waypoints are no workouts
//! and are left out (a diagnostic says so). Writing gives GPX 1.1 that is valid against its schema;
//! what GPX can't hold (laps and their totals, trackpoints without a position, the distances of
//! trackpoints, ...) comes back as losses. Times are written as they are; Polar's own GPX stamps the
//! same point one second earlier than its TCX.

mod elements;
mod fast_path;
mod read;
mod write;

pub use read::{read, read_with};
pub use write::{EXTENSION_NAMESPACE, write, write_to, write_with};

/// Namespace of GPX 1.1.
pub const NAMESPACE: &str = "http://www.topografix.com/GPX/1/1";
/// Namespace of GPX 1.0.
pub const NAMESPACE_1_0: &str = "http://www.topografix.com/GPX/1/0";
/// Namespace of the trackpoint extension, version 1.
pub const TRACKPOINT_EXTENSION_1: &str = "http://www.garmin.com/xmlschemas/TrackPointExtension/v1";
/// Namespace of the trackpoint extension, version 2, which has speed, course and bearing.
pub const TRACKPOINT_EXTENSION_2: &str = "http://www.garmin.com/xmlschemas/TrackPointExtension/v2";
/// Namespace of Garmin's power extension.
pub const POWER_EXTENSION: &str = "http://www.garmin.com/xmlschemas/PowerExtension/v1";

/// GPX requires a creator; this one stands for none.
const NO_CREATOR: &str = "unknown";
