//! Errors, by the decision that follows.

use std::time::Duration;

use web_session::auth::{AccountError, SignInReport};
use web_session::{Content, DecodeError, ErrorKind, Fingerprint, ImportError};

/// A call that did not do what was asked. No variant holds a body, a cookie, a token or an address with a query.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The e-mail address or the password is wrong. The client does not send it again, so that no account gets locked.
    #[error("Runkeeper does not accept this e-mail and password")]
    BadCredentials,

    /// No session is alive, and no way to sign in worked.
    #[error(
        "not signed in to Runkeeper: {0}; import the cookies of a browser in which you are signed in, or give e-mail and password"
    )]
    SignInNeeded(Box<SignInReport>),

    /// The session has expired. Only sign-in strategies report it; a call renews the session or ends as `SignInNeeded`.
    #[error("{endpoint}: the Runkeeper session has expired")]
    SessionExpired {
        /// Which request.
        endpoint: &'static str,
    },

    /// A bot defence lets no program sign in with a password.
    #[error(
        "Runkeeper does not let a program sign in with a password ({what}); import the cookies of a browser in which \
         you are signed in"
    )]
    SignInBlocked {
        /// The defence.
        what: String,
    },

    /// The site does not offer this way to sign in.
    #[error("the site does not offer this way to sign in: {0}")]
    NotOffered(&'static str),

    /// A firewall or a bot defence refuses this client. Trying again makes it worse.
    #[error(
        "{endpoint}: refused as a client ({content}; {fingerprint}); wait some hours, then try with imported cookies"
    )]
    Blocked {
        /// Which request.
        endpoint: &'static str,
        /// A block page or a bot challenge.
        content: Content,
        /// The page that came.
        fingerprint: Box<Fingerprint>,
    },

    /// It exists, but this account may not see it.
    #[error("{endpoint}: not visible for this account")]
    Forbidden {
        /// Which request.
        endpoint: &'static str,
    },

    /// There is no such page or activity, or no longer.
    #[error("{endpoint}: not found")]
    NotFound {
        /// Which request.
        endpoint: &'static str,
    },

    /// The activity exists, but has no track: it was typed in.
    #[error("{endpoint}: the activity has no points")]
    NotAvailable {
        /// Which request.
        endpoint: &'static str,
    },

    /// Too many requests.
    #[error("{endpoint}: Runkeeper asks for a pause{}", pause(.retry_after))]
    RateLimited {
        /// Which request.
        endpoint: &'static str,
        /// The pause, when the service names one.
        retry_after: Option<Duration>,
    },

    /// The service is down for the moment (5xx, or 408); also when a content network's page says so.
    #[error("{endpoint}: Runkeeper is not available ({fingerprint})")]
    Unavailable {
        /// Which request.
        endpoint: &'static str,
        /// The page that came.
        fingerprint: Box<Fingerprint>,
        /// The pause, when the service names one.
        retry_after: Option<Duration>,
    },

    /// The site refused what was sent, in its own words.
    #[error("{endpoint}: refused: {message}")]
    Rejected {
        /// Which request.
        endpoint: &'static str,
        /// The message, shortened and without control characters.
        message: String,
    },

    /// The page after the password is neither the application nor a refusal: perhaps a second factor, perhaps a change
    /// of the site.
    #[error(
        "the sign-in to Runkeeper did not finish: after {step} came {fingerprint}; import the cookies of a browser in \
         which you are signed in"
    )]
    SignInChanged {
        /// The step after which it happened.
        step: &'static str,
        /// The page that came instead.
        fingerprint: Box<Fingerprint>,
    },

    /// The answer is of another kind than the expected one: HTML instead of JSON, JSON instead of a file. It does not prove a
    /// change of the site.
    #[error("{endpoint}: expected {expected}, got {content} ({fingerprint})")]
    UnexpectedContent {
        /// Which request.
        endpoint: &'static str,
        /// The expected content.
        expected: &'static str,
        /// The content that came.
        content: Content,
        /// The answer.
        fingerprint: Box<Fingerprint>,
    },

    /// A page or an answer lacks what it had when this was written: the site has changed.
    #[error("{endpoint}: expected {expected}, got {fingerprint}; the site has changed")]
    SiteChanged {
        /// Which request.
        endpoint: &'static str,
        /// The missing part.
        expected: &'static str,
        /// The answer.
        fingerprint: Box<Fingerprint>,
    },

    /// The answer has changed its shape, or was cut off.
    #[error(transparent)]
    Drift(#[from] Box<DecodeError>),

    /// The file has no positions; the site takes no file without GPS. Nothing was sent.
    #[error("no GPS: Runkeeper takes no file without positions")]
    NoGps,

    /// The unit of the account's distances is not known, and guessing would falsify every distance. Nothing was sent.
    #[error(
        "can't tell whether this account counts in kilometres or miles; say so with `RunkeeperBuilder::distance_unit`"
    )]
    UnitUnknown,

    /// The argument cannot be sent. Nothing was sent.
    #[error("not sent: {0}")]
    InvalidArgument(String),

    /// A write may have been done, although no answer proves it: the connection broke, the site failed. Look at the listing
    /// before you send it again.
    #[error("it may have arrived: {0}")]
    MaybeSent(#[source] Box<Error>),

    /// No answer came, or the session file cannot be used. Of a write: nothing was sent.
    #[error(transparent)]
    Transport(#[from] web_session::Error),

    /// The cookies of a browser could not be taken over.
    #[error(transparent)]
    Import(#[from] ImportError),
}

fn pause(retry_after: &Option<Duration>) -> String {
    retry_after
        .map(|pause| format!(" of {} s", pause.as_secs()))
        .unwrap_or_default()
}

impl Error {
    /// The kind of the error, in the words that both clients share.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::BadCredentials => ErrorKind::BadCredentials,
            Self::SignInNeeded(_)
            | Self::SessionExpired { .. }
            | Self::SignInBlocked { .. }
            | Self::SignInChanged { .. }
            | Self::NotOffered(_)
            | Self::Import(_) => ErrorKind::SignInNeeded,
            Self::Blocked { .. } => ErrorKind::Blocked,
            Self::Forbidden { .. } => ErrorKind::Forbidden,
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::NotAvailable { .. } => ErrorKind::NotAvailable,
            Self::RateLimited { .. } => ErrorKind::RateLimited,
            Self::Unavailable { .. } => ErrorKind::Unavailable,
            Self::Rejected { .. } => ErrorKind::Rejected,
            Self::SiteChanged { .. } => ErrorKind::Drift,
            Self::Drift(error) if !error.syntax => ErrorKind::Drift,
            Self::Drift(_) | Self::UnexpectedContent { .. } => ErrorKind::Unexpected,
            Self::NoGps | Self::InvalidArgument(_) => ErrorKind::Invalid,
            Self::UnitUnknown => ErrorKind::Other,
            Self::MaybeSent(error) => error.kind(),
            Self::Transport(error) => error.kind(),
        }
    }

    /// The pause that the service asks for, or the rest of it: until then nothing is sent.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Unavailable { retry_after, .. } => {
                *retry_after
            }
            Self::Transport(error) => error.retry_after(),
            Self::MaybeSent(error) => error.retry_after(),
            // A page of a firewall or of a sign-in can ask to wait, too.
            Self::Blocked { fingerprint, .. }
            | Self::SignInChanged { fingerprint, .. }
            | Self::SiteChanged { fingerprint, .. }
            | Self::UnexpectedContent { fingerprint, .. } => fingerprint.retry_after,
            _ => None,
        }
    }

    /// The cause of a write that may have arrived; any other error unchanged.
    #[cfg(feature = "engine")]
    pub(crate) fn cause(self) -> Self {
        match self {
            Self::MaybeSent(error) => *error,
            error => error,
        }
    }
}

web_session::error_predicates!(Error);
web_session::write_errors!(Error);

impl AccountError for Error {
    fn kind(&self) -> ErrorKind {
        Self::kind(self)
    }

    fn retry_after(&self) -> Option<Duration> {
        Self::retry_after(self)
    }

    fn is_session_expired(&self) -> bool {
        matches!(self, Self::SessionExpired { .. })
    }

    fn refuses_session(&self) -> bool {
        self.is_session_expired()
    }

    fn lets_next_try(&self) -> bool {
        matches!(
            self,
            Self::SessionExpired { .. } | Self::SignInChanged { .. } | Self::NotOffered(_)
        )
    }

    fn bad_credentials() -> Self {
        Self::BadCredentials
    }

    fn sign_in_needed(report: SignInReport) -> Self {
        Self::SignInNeeded(Box::new(report))
    }
}
