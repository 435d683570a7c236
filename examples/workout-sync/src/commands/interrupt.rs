//! What Ctrl-C does.

use std::io::{Write, stderr};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use sync_core::Cancel;
use workout_sync::exit::Exit;
use workout_sync::progress::Shown;

/// What is in work and has not been asked to stop yet.
///
/// One for the process, because the signal is: once somebody listens for it, it no longer ends the program by itself.
static IN_WORK: Mutex<Option<(Cancel, Option<Shown>)>> = Mutex::new(None);
static LISTENING: Once = Once::new();

/// Work that the first Ctrl-C asks to stop, until this is dropped.
pub(crate) struct Interruptible {
    pub(crate) cancel: Cancel,
}

impl Drop for Interruptible {
    fn drop(&mut self) {
        *in_work() = None;
    }
}

/// From now on the first Ctrl-C finishes the workout in work; a second one ends the program at once, and so does any that comes when
/// nothing is in work any more.
pub(crate) fn interruptible(shown: Option<&Shown>) -> Interruptible {
    let cancel = Cancel::new();
    *in_work() = Some((cancel.clone(), shown.cloned()));
    LISTENING.call_once(|| {
        tokio::spawn(async {
            while tokio::signal::ctrl_c().await.is_ok() {
                interrupted();
            }
        });
    });
    Interruptible { cancel }
}

fn interrupted() {
    let Some((cancel, shown)) = in_work().take() else {
        // Whatever was being sent is on record and is looked up by the next run.
        std::process::exit(i32::from(Exit::Unfinished.code()));
    };
    cancel.cancel();
    let tell = || {
        let text = "finishing the workout in work; Ctrl-C again ends at once";
        let _ = writeln!(stderr(), "{text}");
    };
    match shown {
        Some(shown) => shown.quiet(tell),
        None => tell(),
    }
}

fn in_work() -> MutexGuard<'static, Option<(Cancel, Option<Shown>)>> {
    IN_WORK.lock().unwrap_or_else(PoisonError::into_inner)
}
