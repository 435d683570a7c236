//! What decoding notices and survives.

use std::cell::{Cell, RefCell};
use std::fmt;
use std::sync::Arc;

/// A place of an answer that is not what the types of the client say, and that did no harm to the rest.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Observation {
    /// The request whose answer held it.
    pub endpoint: &'static str,
    /// JSON path of the place, for example `[3].newField`; `.` is the whole document.
    pub path: String,
    /// The finding. The value itself is not kept.
    pub finding: Finding,
}

/// A finding at a place of an answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Finding {
    /// No type knows the field.
    Unknown,
    /// The value cannot be read; the field is as if it were absent.
    Unfit {
        /// The expected kind and the kind that was found.
        problem: String,
    },
    /// The entry of a list or map cannot be read and is left out.
    LeftOut {
        /// The expected kind and the kind that was found.
        problem: String,
    },
}

/// Receives each [`Observation`]. See [`SessionBuilder::on_observation`](crate::SessionBuilder::on_observation).
pub type Observer = Arc<dyn Fn(&Observation) + Send + Sync>;

impl fmt::Display for Observation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (endpoint, path) = (self.endpoint, &self.path);
        match &self.finding {
            Finding::Unknown => write!(f, "{endpoint}: {path} is unknown"),
            Finding::Unfit { problem } => write!(f, "{endpoint}: {path}: {problem}"),
            Finding::LeftOut { problem } => write!(f, "{endpoint}: {path} is left out: {problem}"),
        }
    }
}

// A field is read by code that knows neither its path nor the observer, so it leaves its finding here for the frame around
// it (`tracked`), which takes it before the next value is read. Decoding has no await point, so a thread is enough.
thread_local! {
    static NOTED: Cell<bool> = const { Cell::new(false) };
    static FINDING: RefCell<Option<Finding>> = const { RefCell::new(None) };
    static LEFT_OUT: Cell<bool> = const { Cell::new(false) };
}

/// Starts a document.
pub(super) fn forget() {
    NOTED.set(false);
    LEFT_OUT.set(false);
}

/// Leaves a finding about the value that is being read.
pub(super) fn note(finding: Finding) {
    NOTED.set(true);
    FINDING.set(Some(finding));
}

/// The value being read is an entry, and it is left out.
pub(super) fn note_left_out() {
    let finding = FINDING.take();
    if let Some(Finding::Unfit { problem }) = finding {
        note(Finding::LeftOut { problem });
    }
}

/// An object was given up halfway.
pub(super) fn note_given_up() {
    LEFT_OUT.set(true);
}

pub(super) fn has_left_out() -> bool {
    LEFT_OUT.get()
}

#[inline]
pub(super) fn is_noted() -> bool {
    NOTED.get()
}

/// The finding about the value that was just read.
#[inline]
pub(super) fn take() -> Option<Finding> {
    // Almost every value is as expected: it costs one look.
    if !NOTED.get() {
        return None;
    }
    NOTED.set(false);
    FINDING.take()
}
