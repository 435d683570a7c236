//! `drift` and `support`: a service changes one thing at a time, and a user looks.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod bench;
mod browsers;
mod changes;
mod fixtures;
mod live;
mod matrix;
mod private;
mod support;
