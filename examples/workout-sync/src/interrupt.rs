//! What Ctrl-C and SIGTERM do in commands that end by themselves.

use std::io::{Write, stderr};
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use sync_core::Cancel;

use crate::exit::Exit;
use crate::progress;

/// Asks what is in work to end.
type Request = Box<dyn FnOnce() + Send>;

/// How to ask what is in work to stop; `None` once it was asked.
///
/// One for the process, because the signal is: once there is a handler, the signal no longer ends the program by itself.
static IN_WORK: Mutex<Option<Request>> = Mutex::new(None);
static LISTENING: Once = Once::new();

/// Work that the first signal asks to stop, until this is dropped.
pub struct Interruptible {
    /// The flag that the signal sets.
    pub cancel: Cancel,
}

impl Drop for Interruptible {
    fn drop(&mut self) {
        *in_work() = None;
    }
}

/// From now on the first signal finishes the workout in work; a second one ends the program at once, and so does any that comes when
/// nothing is in work any more.
#[must_use]
pub fn interruptible() -> Interruptible {
    let cancel = Cancel::new();
    let asked = cancel.clone();
    at_first(move || asked.cancel());
    Interruptible { cancel }
}

/// The same, for work that is asked in another way.
pub fn at_first(request: impl FnOnce() + Send + 'static) {
    *in_work() = Some(Box::new(request));
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
}

fn interrupted() {
    let Some(request) = in_work().take() else {
        // The next run looks up every send that is on record.
        std::process::exit(i32::from(Exit::Unfinished.code()));
    };
    request();
    progress::quietly(|| {
        let text = "finishing the workout in work; a second signal (Ctrl-C) ends at once";
        let _ = writeln!(stderr(), "{text}");
    });
}

fn in_work() -> MutexGuard<'static, Option<Request>> {
    IN_WORK.lock().unwrap_or_else(PoisonError::into_inner)
}
