//! One file for each command.

pub(crate) mod add;
pub(crate) mod limit;
pub(crate) mod list;
pub(crate) mod orders;
pub(crate) mod pause;
pub(crate) mod remove;
pub(crate) mod status;

use std::io::{ErrorKind, Write, stdout};

use workout_sync::exit::Failure;

/// Prints the result. A reader that has gone wants no more.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    match stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::failed(format!("standard output: {error}")))
        }
        _ => Ok(()),
    }
}
