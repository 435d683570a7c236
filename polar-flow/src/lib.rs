//! A typed client for the undocumented web API of Polar Flow.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod api;
pub mod auth;
mod client;
mod error;
mod ids;
pub mod service;
pub mod sports;
#[cfg(feature = "sync")]
pub mod sync;
#[cfg(test)]
mod testing;
mod wire;

pub use api::{
    account, activity, calendar, details, edit, export, history, summary, training_target,
    week_summary,
};
pub use client::{PolarFlow, PolarFlowBuilder};
pub use error::Error;
pub use ids::{ExerciseId, SessionId, TargetId, UserId};
pub use secrecy::SecretString;
pub use web_session;
