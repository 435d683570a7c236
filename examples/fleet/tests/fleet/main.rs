//! Runs the built program against the fake services and PostgreSQL. `TEST_POSTGRES_URL` names a server; tests that restart a server start
//! one of their own.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod commands;
mod fairness;
mod limits;
mod orders;
mod outage;
mod people;
mod server;
mod sign_in;
mod storm;
mod twice;
mod watchdog;
mod workers;
mod world;
