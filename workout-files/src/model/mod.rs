//! The neutral model of a workout.

mod column;
mod device;
mod lap;
mod length;
mod monotone;
mod pause;
mod split;
mod sport;
mod track;
mod trackpoint;
mod training;
mod workout;

pub use device::{Application, BuildType, Device, Version};
pub use lap::{Intensity, Lap, TriggerMethod};
pub use length::{Length, SwimStroke};
pub(crate) use monotone::make_monotone;
pub use split::Split;
pub use sport::Sport;
pub(crate) use track::{RawPoint, instant, micros};
pub use track::{Track, Trackpoints};
pub use trackpoint::{CadenceSensor, Fix, PointText, Position, SensorState, Trackpoint};
pub use training::{Plan, PlanKind, QuickResults, Training};
pub use workout::{Link, MultiSport, Workout};
