//! Invented workouts in the shape that Polar Flow exports. They start in the Gulf of Guinea.

mod folder;
mod history;
pub mod polar_export;
mod tcx;

pub use folder::sessions_from_folder;
pub use history::{events, history};
pub use tcx::SyntheticTcx;
