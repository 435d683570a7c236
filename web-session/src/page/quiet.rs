//! Suppresses log output while a page is parsed: the parser logs tokens and elements with hidden values, addresses and notes.

use std::sync::{Mutex, PoisonError};

use log::LevelFilter;

/// The number of parses under way, and the level that was set before the first of them.
static QUIET: Mutex<(usize, LevelFilter)> = Mutex::new((0, LevelFilter::Off));

/// At this level it logs no content of a page.
const HARMLESS: LevelFilter = LevelFilter::Info;

/// Runs `what` without a `tracing` subscriber in this thread and with the process-wide level of the `log` crate at "info". Debug
/// messages of other threads through `log` are lost during the parse.
pub(super) fn silently<T>(what: impl FnOnce() -> T) -> T {
    let _quiet = Quiet::begin();
    tracing::dispatcher::with_default(&tracing::Dispatch::none(), what)
}

struct Quiet;

impl Quiet {
    fn begin() -> Self {
        let mut state = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
        if state.0 == 0 {
            state.1 = log::max_level();
            log::set_max_level(state.1.min(HARMLESS));
        }
        state.0 += 1;
        Self
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        let mut state = QUIET.lock().unwrap_or_else(PoisonError::into_inner);
        state.0 -= 1;
        // A level that the program has set meanwhile stays.
        if state.0 == 0 && log::max_level() == state.1.min(HARMLESS) {
            log::set_max_level(state.1);
        }
    }
}
