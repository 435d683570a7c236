//! Requests to servers that misbehave on purpose.
#![allow(clippy::unwrap_used, missing_docs)]

mod answers;
mod pauses;
mod redirects;
mod retries;
mod sessions;
mod support;
mod tls;
mod writes;
