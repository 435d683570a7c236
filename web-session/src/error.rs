//! Failures between a request and its answer.

use std::error::Error as StdError;
use std::time::Duration;

use reqwest::StatusCode;

use crate::connect::ConnectProblem;
use crate::jar::JarError;
use crate::kind::ErrorKind;
use crate::page::PageProblem;

/// The error underneath, with everything that could be secret removed.
pub type Source = Box<dyn StdError + Send + Sync + 'static>;

/// A request that got no usable answer.
///
/// An answer with an error status is *not* an `Error`: it is a [`Response`](crate::Response), because only the client
/// of a service knows the meaning of a 403 there.
///
/// No variant holds a URL's query, a header or a body, so every `Display` and `Debug` of it may be logged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The request could not be built. Nothing was sent. A mistake of the program or of its settings.
    #[error("{endpoint}: the request cannot be built: {problem}")]
    InvalidRequest {
        /// Which request, in the words of the client.
        endpoint: &'static str,
        /// The fault.
        problem: String,
    },

    /// No connection came about, so nothing was sent.
    #[error("{endpoint}: no connection to {host}: {problem}")]
    Connect {
        /// Which request.
        endpoint: &'static str,
        /// The host that could not be reached.
        host: String,
        /// The cause, as far as the transport names it.
        problem: ConnectProblem,
        /// The reason, as the transport states it.
        #[source]
        source: Source,
    },

    /// The connection stood, but the whole answer did not arrive in time.
    #[error("{endpoint}: {host} did not answer within {limit:?}")]
    Timeout {
        /// Which request.
        endpoint: &'static str,
        /// The host that was too slow.
        host: String,
        /// The limit that ran out.
        limit: Duration,
    },

    /// The connection broke after it stood: while sending, while waiting, or in the middle of the answer.
    #[error("{endpoint}: the connection to {host} broke before the answer was complete")]
    Interrupted {
        /// Which request.
        endpoint: &'static str,
        /// The host at the other end.
        host: String,
        /// The status of the answer, when its head had arrived.
        status: Option<StatusCode>,
        /// The reason, as the transport states it.
        #[source]
        source: Source,
    },

    /// The answer is larger than allowed (counted after decompression). Reading stopped there.
    #[error("{endpoint}: the answer of {host} is larger than the limit of {limit} bytes")]
    TooLarge {
        /// Which request.
        endpoint: &'static str,
        /// The host that sent it.
        host: String,
        /// The status of the answer.
        status: StatusCode,
        /// The limit in bytes.
        limit: u64,
    },

    /// The service sent the client from page to page without end.
    #[error("{endpoint}: more than {limit} redirects, the last one by {host}")]
    TooManyRedirects {
        /// Which request.
        endpoint: &'static str,
        /// The host that sent the last one.
        host: String,
        /// How many were followed.
        limit: usize,
    },

    /// An HTML page is beyond a [limit](crate::limits), so it was not read.
    #[error("{endpoint}: the page is not read: {problem}")]
    Page {
        /// Which request brought it.
        endpoint: &'static str,
        /// The limit.
        problem: PageProblem,
    },

    /// A JSON answer holds more than any answer of a service does. Reading stopped there.
    #[error("{endpoint}: the answer of {host} holds more than {limit} {what}")]
    TooManyEntries {
        /// Which request.
        endpoint: &'static str,
        /// The host that sent it.
        host: String,
        /// The status of the answer.
        status: StatusCode,
        /// The counted thing.
        what: &'static str,
        /// The limit.
        limit: usize,
    },

    /// The service asked for a pause (429 or 503 with `Retry-After`) that is not over. Nothing was sent.
    #[error(
        "{endpoint}: not sent, because {host} asked for a pause; it ends in {} s",
        retry_after.as_secs().max(1)
    )]
    Paused {
        /// Which request.
        endpoint: &'static str,
        /// The host to which it would have gone.
        host: String,
        /// How long the pause still lasts.
        retry_after: Duration,
    },

    /// The HTTP client could not be set up. On a machine without CA certificates this is the error.
    #[error(
        "the HTTPS client cannot be set up: {problem}. If this machine has no CA certificates, install them \
         (package `ca-certificates`) or point SSL_CERT_FILE at a bundle"
    )]
    Setup {
        /// The message of the TLS library.
        problem: String,
    },

    /// The session file could not be read or written.
    #[error(transparent)]
    Jar(#[from] JarError),
}

impl Error {
    /// Proved: not one byte of this request left the machine.
    #[must_use]
    pub fn is_not_sent(&self) -> bool {
        matches!(
            self,
            Self::InvalidRequest { .. }
                | Self::Connect { .. }
                | Self::Paused { .. }
                | Self::Setup { .. }
                | Self::Jar(_)
        )
    }

    /// Trying again later may help: the cause was the network, the service or a busy session file, not the request.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::Connect { problem, .. } => problem.is_temporary(),
            Self::Timeout { .. }
            | Self::Interrupted { .. }
            | Self::Paused { .. }
            | Self::Jar(JarError::Busy { .. }) => true,
            _ => false,
        }
    }

    /// The kind of the error, in the words that the clients of all services share.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Paused { .. } => ErrorKind::RateLimited,
            error if error.is_temporary() => ErrorKind::Unavailable,
            Self::Page { .. } => ErrorKind::Drift,
            Self::InvalidRequest { .. } => ErrorKind::Invalid,
            Self::Connect { .. } | Self::Setup { .. } | Self::Jar(_) => ErrorKind::Local,
            _ => ErrorKind::Other,
        }
    }

    /// How long the service still wants to be left alone.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Paused { retry_after, .. } => Some(*retry_after),
            _ => None,
        }
    }

    /// Which request failed, in the words of the client that made it. `None` when it was not about one request.
    #[must_use]
    pub fn endpoint(&self) -> Option<&'static str> {
        match self {
            Self::InvalidRequest { endpoint, .. }
            | Self::Connect { endpoint, .. }
            | Self::Timeout { endpoint, .. }
            | Self::Interrupted { endpoint, .. }
            | Self::TooLarge { endpoint, .. }
            | Self::TooManyRedirects { endpoint, .. }
            | Self::TooManyEntries { endpoint, .. }
            | Self::Page { endpoint, .. }
            | Self::Paused { endpoint, .. } => Some(endpoint),
            Self::Setup { .. } | Self::Jar(_) => None,
        }
    }
}

/// A write that got no complete answer. The two variants decide what may happen next.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Proved: not one byte left this machine. It is safe to try again.
    #[error("not sent: {0}")]
    NotSent(#[source] Error),

    /// Something may have left this machine, so the service may have done what was asked. Never repeat it blindly:
    /// look first.
    #[error("it may have been sent: {0}")]
    MaybeSent(#[source] Error),
}

impl WriteError {
    /// The error of the transport.
    #[must_use]
    pub fn error(&self) -> &Error {
        match self {
            Self::NotSent(e) | Self::MaybeSent(e) => e,
        }
    }

    /// The error of the transport, by value.
    #[must_use]
    pub fn into_error(self) -> Error {
        match self {
            Self::NotSent(e) | Self::MaybeSent(e) => e,
        }
    }

    /// How long the service still wants to be left alone, as in [`Error::retry_after`].
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.error().retry_after()
    }

    /// Whether the service may have received it.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        matches!(self, Self::MaybeSent(_))
    }
}

impl From<Error> for WriteError {
    fn from(error: Error) -> Self {
        if error.is_not_sent() {
            Self::NotSent(error)
        } else {
            Self::MaybeSent(error)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    #[test]
    fn a_session_file_that_is_in_use_will_be_free_again() {
        let path = PathBuf::from("session.json");
        let waited = Duration::from_secs(30);
        let busy = Error::Jar(JarError::Busy {
            path: path.clone(),
            waited,
        });
        assert!(busy.is_temporary() && busy.is_not_sent());
        let what = "it is empty".to_owned();
        assert!(!Error::Jar(JarError::Damaged { path, what }).is_temporary());
    }
}
