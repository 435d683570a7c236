//! Moves workouts from any source to any destination, never one twice and never losing one.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod book;
mod clock;
#[cfg(feature = "conformance")]
pub mod conformance;
mod destination;
mod engine;
mod error;
mod facts;
mod guard;
mod item;
pub mod ledger;
mod lookup;
pub mod matcher;
mod observer;
mod policy;
pub mod record;
mod report;
mod source;
pub mod transfer;
mod window;

pub use book::BookError;
pub use clock::Clock;
pub use destination::{
    Activity, Capabilities, Delivery, DeliveryForm, Destination, Finishing, Receipt, Refusal,
    SendOutcome,
};
pub use engine::{
    Adopted, Cancel, Engine, OrderError, Plan, Request, Run, Side, Stop, explain, route, status,
};
pub use error::{ErrorKind, ServiceError};
/// The stream type of [`Source::list`].
pub use futures_util::stream::BoxStream;
pub use guard::Guard;
pub use item::{Item, Window};
pub use observer::{Observer, Progress, Silent};
pub use policy::{Policy, SportFilter, UnknownSport};
pub use record::{Record, StateName};
pub use report::{Line, Outcome, Report};
pub use source::Source;
pub use window::BEGINNING;
/// The types of the crate `workout` that the traits speak of.
pub use workout::{Sport, Workout};
