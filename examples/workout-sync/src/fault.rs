//! A fault of the program itself: a panic.
//!
//! The release build has no unwinding, so a panic anywhere ends the process, as a kill would; ledger and sessions survive that. The
//! message of a panic can quote data, so it is not printed.

use std::any::Any;
use std::io::{Write, stderr};
use std::panic::Location;

use crate::exit::Failure;
use crate::name;

/// What to tell about a panic with this payload. Only a message that is part of the program's text is repeated: a message
/// that was made at run time can hold a note or a position.
#[must_use]
pub fn failure(place: Option<&Location<'_>>, payload: &(dyn Any + Send)) -> Failure {
    let program = name::program();
    let place = place.map_or_else(|| "an unknown place".to_owned(), ToString::to_string);
    let what = payload
        .downcast_ref::<&'static str>()
        .map_or_else(String::new, |what| format!(": {what}"));
    Failure::failed(format!(
        "{program} stopped at a fault of its own, at {place}{what}. Nothing is lost: the ledger has a record of every step, and the next \
         run goes on from there. Please report this line together with what you did"
    ))
}

/// From now on a panic anywhere ends the program with that message on standard error and the exit code of a failure. `report` tells
/// others; it must not lock what the panic may have left locked.
pub fn end_at_faults(report: impl Fn(&Failure) + Send + Sync + 'static) {
    std::panic::set_hook(Box::new(move |info| {
        let failure = failure(info.location(), info.payload());
        let _ = writeln!(stderr(), "{}", failure.message);
        report(&failure);
        std::process::exit(failure.exit.code().into());
    }));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::Exit;

    #[test]
    fn a_fixed_message_is_shown_with_its_place() {
        let here = Location::caller();
        let failure = failure(Some(here), &"no such state");
        assert_eq!(failure.exit, Exit::Failed);
        assert!(failure.message.contains("fault.rs:"), "{failure:?}");
        assert!(failure.message.contains(": no such state."), "{failure:?}");
    }

    #[test]
    fn text_made_at_run_time_is_not_shown() {
        let payload = format!("byte index 3 is not a boundary of `{}`", "canary7Q note");
        let failure = failure(None, &payload);
        assert!(!failure.message.contains("canary7Q"), "{failure:?}");
        assert!(failure.message.contains("an unknown place."), "{failure:?}");
    }
}
