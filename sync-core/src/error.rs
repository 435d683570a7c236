//! The failures with which a service answers a call.

use std::io;
use std::path::Path;
use std::time::Duration;

/// The kind of a failed call, independent of the service: the caller reacts by it.
///
/// The table gives the engine's reaction, by the call that failed. "Ends the run" leaves the
/// workout for the next run and counts no attempt, where the table does not say otherwise. A failed `list` ends the run, whatever
/// the kind.
///
/// | kind | `fetch` | `find` | `send` (`NotSent`) | `remove` | `finish`, `read_back` |
/// |---|---|---|---|---|---|
/// | `SignInNeeded`, `Blocked` | ends the run | ends the run | ends the run | ends the run | ends the run |
/// | `Temporary` with a long `retry_after` | ends the run | ends the run | ends the run | ends the run | ends the run |
/// | `Temporary` with a short one | waits that long | ends the run | waits that long | waits that long | waits that long, counts |
/// | `Temporary` | `check`: up counts an attempt, down ends the run | ends the run | as `fetch` | as `fetch` | as `fetch` |
/// | `Drift` | counts | ends the run | counts, ends the run | counts | counts |
/// | `Invalid` | parks | ends the run | counts | counts | gives the step up |
/// | `NotFound` | counts | ends the run | counts | counts | gives the step up |
/// | `Other` | counts | ends the run | counts | counts | counts |
///
/// A `check` that fails ends the run, whatever its kind; it counts an attempt unless the kind is `Temporary`, `SignInNeeded` or `Blocked`.
/// "Counts" means one of [`Policy::with_max_attempts`](crate::Policy::with_max_attempts): the workout
/// waits, a little longer each time, and is parked after the last one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The session has ended, and the client could not renew it: the user has to sign in.
    SignInNeeded,
    /// A passing fault: network, time-out, overload, 5xx. Trying again later makes sense.
    Temporary,
    /// The thing asked for does not exist at the service (any more), or is not offered for this workout.
    NotFound,
    /// The service answered in a shape this program does not know: it changed. Writing on would be guessing.
    Drift,
    /// The service refuses this client as such (firewall, bot challenge). Retrying makes it worse.
    Blocked,
    /// The object cannot be used (for example a file that is no workout); trying again gives the
    /// same.
    Invalid,
    /// Anything else.
    Other,
}

/// An error of a [`Source`](crate::Source) or a [`Destination`](crate::Destination).
///
/// `Display` is one clear sentence for the user; the technical cause is kept as [`source`](std::error::Error::source).
/// Neither ever holds a password, cookie or token: implementers promise that.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct ServiceError {
    kind: ErrorKind,
    message: String,
    retry_after: Option<Duration>,
    #[source]
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl ServiceError {
    /// An error of this kind with one sentence for the user.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            retry_after: None,
            source: None,
        }
    }

    /// A failed operation on a file: `from_io("read", path, error)` says that it cannot be read. A full disk and a drive that is not
    /// mounted are [`Temporary`](ErrorKind::Temporary).
    #[must_use]
    pub fn from_io(operation: &str, path: &Path, error: io::Error) -> Self {
        let kind = match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => ErrorKind::Other,
            _ => ErrorKind::Temporary,
        };
        let message = format!("{} cannot be {operation}", path.display());
        Self::new(kind, message).with_source(error)
    }

    /// Keeps the technical cause.
    #[must_use]
    pub fn with_source(
        mut self,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        self.source = Some(source.into());
        self
    }

    /// Keeps how long the service asked to wait.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Option<Duration>) -> Self {
        self.retry_after = wait;
        self
    }

    /// What kind of failure this is.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// How long the service asked to wait before the next try, if it said so.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.retry_after
    }
}
