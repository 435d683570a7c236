//! A workout and its files: the neutral model, TCX and GPX reading, repair, writing and comparing.
//!
//! ```
//! let file = br#"<TrainingCenterDatabase
//!     xmlns="http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2"><Activities>
//!   <Activity Sport="Running"><Id>2025-05-01T14:30:42.000Z</Id>
//!     <Lap StartTime="2025-05-01T14:30:42.000Z"><TotalTimeSeconds>60.0</TotalTimeSeconds>
//!       <DistanceMeters>200.0</DistanceMeters><Calories>12</Calories>
//!       <Intensity>Active</Intensity><TriggerMethod>Manual</TriggerMethod>
//!       <Track><Trackpoint><Time>2025-05-01T14:30:43.000Z</Time>
//!         <HeartRateBpm><Value>120</Value></HeartRateBpm></Trackpoint></Track>
//!     </Lap></Activity></Activities></TrainingCenterDatabase>"#;
//! let reading = workout_files::read(file)?;
//! let run = &reading.workouts[0];
//! assert_eq!(run.sport, workout_files::Sport::Running);
//! assert_eq!(run.totals().distance_m, Some(200.0));
//! assert!(!run.has_route());
//!
//! let written = workout_files::tcx::write(&reading.workouts)?;
//! assert_eq!(workout_files::read(&written.bytes)?.workouts, reading.workouts);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(docsrs, feature(doc_cfg))]
#![forbid(unsafe_code)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod check;
mod compare;
#[cfg(feature = "fit")]
pub mod fit;
pub mod gpx;
mod model;
#[cfg(feature = "plot")]
pub mod plot;
mod read;
pub mod repair;
mod summary;
pub mod tcx;
mod write;

pub use compare::{
    Aspect, Comparison, Fate, Fidelity, Pair, RouteDeviation, SeriesDeviation, Sketch, TextFate,
    compare, group_copies,
};
pub use model::{
    Application, BuildType, CadenceSensor, Device, Fix as GpsFix, Intensity, Lap, Length, Link,
    MultiSport, Plan, PlanKind, PointText, Position, QuickResults, SensorState, Split, Sport,
    SwimStroke, Track, Trackpoint, Trackpoints, Training, TriggerMethod, Version, Workout,
};
pub use read::{
    Code, Diagnostic, Format, Limits, NotAWorkout, Place, ReadError, ReadErrorKind, Reading, read,
    read_from, read_with,
};
pub use repair::{Change, DeclineReason, Declined, Fix, RepairReport, Repairs, Undeliverable};
pub use summary::{Summary, Totals, infer_utc_offset, resolve_wall_clock};
pub use write::{Loss, LossCode, WriteError, WriteOptions, Written, write_with};
