//! The requests that a service works on at the same time.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Counts the requests in work, over all fakes that were built with a clone of it.
#[derive(Debug, Clone, Default)]
pub struct InFlight(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    now: AtomicUsize,
    most: AtomicUsize,
    all: AtomicUsize,
}

impl InFlight {
    /// The largest number so far.
    #[must_use]
    pub fn most(&self) -> usize {
        self.0.most.load(Ordering::SeqCst)
    }

    /// All requests so far.
    #[must_use]
    pub fn all(&self) -> usize {
        self.0.all.load(Ordering::SeqCst)
    }

    /// Counts a request until its answer is ready, or until the server notices that its client has gone.
    pub(crate) fn enter(&self) -> Entered {
        let counts = &self.0;
        counts.all.fetch_add(1, Ordering::SeqCst);
        let now = counts.now.fetch_add(1, Ordering::SeqCst) + 1;
        counts.most.fetch_max(now, Ordering::SeqCst);
        Entered(Arc::clone(counts))
    }
}

/// One request in work.
pub(crate) struct Entered(Arc<Counts>);

impl Drop for Entered {
    fn drop(&mut self) {
        self.0.now.fetch_sub(1, Ordering::SeqCst);
    }
}
