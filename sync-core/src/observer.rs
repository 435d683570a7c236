//! Progress of a run.

use crate::item::{Item, Window};
use crate::model::Record;

/// Something worth showing to a user who waits.
#[derive(Debug)]
#[non_exhaustive]
pub enum Progress<'a> {
    /// The source is being listed.
    Listing {
        /// The days.
        window: Window,
    },
    /// The listing is complete.
    Listed {
        /// How many workouts it has.
        listed: usize,
        /// How many of them have to be worked on, with those that earlier runs left open.
        due: usize,
    },
    /// Work on a workout begins.
    Started {
        /// Which one.
        item: &'a Item,
        /// Its number in this run, from 1.
        number: usize,
        /// Of how many.
        of: usize,
    },
    /// Work on a workout ended, for this run.
    Ended {
        /// How it stands now.
        record: &'a Record,
    },
}

/// Receives [`Progress`]. Called between the engine's steps: keep it short.
pub trait Observer: Send + Sync {
    /// Something happened.
    fn progress(&self, progress: &Progress<'_>);
}

/// Ignores all progress.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoopObserver;

impl Observer for NoopObserver {
    fn progress(&self, _: &Progress<'_>) {}
}
