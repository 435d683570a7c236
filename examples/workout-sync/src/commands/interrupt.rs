//! What Ctrl-C and SIGTERM do.

use std::io::{Write, stderr};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use sync_core::Cancel;
use workout_sync::exit::Exit;
use workout_sync::progress;

/// What is in work and has not been asked to stop yet.
///
/// One for the process, because the signal is: once somebody listens for it, it no longer ends the program by itself.
static IN_WORK: Mutex<Option<Cancel>> = Mutex::new(None);
static LISTENING: Once = Once::new();

/// Work that the first signal asks to stop, until this is dropped.
pub(crate) struct Interruptible {
    pub(crate) cancel: Cancel,
}

impl Drop for Interruptible {
    fn drop(&mut self) {
        *in_work() = None;
    }
}

/// From now on the first signal finishes the workout in work; a second one ends the program at once, and so does any that comes when
/// nothing is in work any more.
pub(crate) fn interruptible() -> Interruptible {
    let cancel = Cancel::new();
    *in_work() = Some(cancel.clone());
    LISTENING.call_once(|| {
        tokio::spawn(async {
            while tokio::signal::ctrl_c().await.is_ok() {
                interrupted();
            }
        });
        // What service managers and `kill` send.
        #[cfg(unix)]
        tokio::spawn(async {
            use tokio::signal::unix::{SignalKind, signal};
            if let Ok(mut terminations) = signal(SignalKind::terminate()) {
                while terminations.recv().await.is_some() {
                    interrupted();
                }
            }
        });
    });
    Interruptible { cancel }
}

fn interrupted() {
    let Some(cancel) = in_work().take() else {
        // Whatever was being sent is on record and is looked up by the next run.
        std::process::exit(i32::from(Exit::Unfinished.code()));
    };
    cancel.cancel();
    progress::quietly(|| {
        let text = "finishing the workout in work; a second signal (Ctrl-C) ends at once";
        let _ = writeln!(stderr(), "{text}");
    });
}

fn in_work() -> MutexGuard<'static, Option<Cancel>> {
    IN_WORK.lock().unwrap_or_else(PoisonError::into_inner)
}
