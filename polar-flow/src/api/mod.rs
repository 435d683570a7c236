//! The endpoints, one file each: request, response, where and when the shape was seen, and a test against its fixture.

pub mod account;
pub mod activity;
pub mod calendar;
mod delete;
pub mod details;
pub mod edit;
pub mod export;
pub mod history;
mod sports;
pub mod summary;
pub mod training_target;
pub mod week_summary;
