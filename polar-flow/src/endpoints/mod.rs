//! The endpoints, one file each: request, response, where and when the shape was seen, and a test against its fixture.

pub mod account;
pub mod activity;
pub mod calendar;
pub mod create;
mod delete;
pub mod details;
pub mod edit;
pub mod export;
pub mod favorites;
pub mod history;
pub mod progress;
pub mod raw;
pub mod route;
pub mod sleep;
pub mod sport_profiles;
mod sports;
pub mod summary;
pub mod training_target;
pub mod week_summary;
