//! `workout-sync run` as a function of AWS Lambda.
//!
//! An invocation does what one run of `workout-sync` does, with the settings in the function's environment, within the time that the
//! invocation has. The guide's page "AWS Lambda" says how to set it up.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod answer;
mod environment;
mod event;
mod handler;
mod secrets;

use lambda_runtime::{Error, service_fn};

#[tokio::main]
async fn main() -> Result<(), Error> {
    workout_sync::fault::end_at_faults(|_| ());
    workout_sync::log::start().map_err(|failure| failure.message)?;
    lambda_runtime::run(service_fn(handler::handle)).await
}
