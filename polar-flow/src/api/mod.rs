//! The endpoints, one file each: request, response, where and when the shape was seen, and a test against its fixture.

pub mod account;
pub mod calendar;
mod delete;
pub mod export;
pub mod history;
pub mod summary;
