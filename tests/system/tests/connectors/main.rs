//! The connectors over the fakes: the suites of `sync-core`, and every route through crashes.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod clients;
mod ends;
mod program;
mod routes;
