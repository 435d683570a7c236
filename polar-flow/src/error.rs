//! Errors, by the decision that follows.

use std::time::Duration;

use web_session::auth::{AccountError, SignInReport};
use web_session::{Content, DecodeError, ErrorKind, Fingerprint, ImportError};

/// A call that did not do what was asked. `Display` is one sentence for the user; nothing in it is secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The e-mail address or the password is wrong. The client does not send it again, so that no account gets locked.
    #[error("Polar refuses the e-mail address or the password; check both on the website")]
    BadCredentials,

    /// No session is alive, and no way to sign in worked.
    #[error("not signed in to Polar Flow: {0}")]
    SignInNeeded(Box<SignInReport>),

    /// The session has expired. Only sign-in strategies report it; a call renews the session or ends as `SignInNeeded`.
    #[error("{endpoint}: the Polar Flow session has expired")]
    SessionExpired {
        /// Which request.
        endpoint: &'static str,
    },

    /// The page after the password is neither the application nor a refusal: perhaps a second factor, perhaps a change
    /// of the service.
    #[error(
        "the sign-in to Polar Flow did not finish: after {step} came {fingerprint}; if your account asks for a second \
         factor or a captcha, import the cookies of your browser"
    )]
    SignInChanged {
        /// The step after which it happened.
        step: &'static str,
        /// The page that came instead.
        fingerprint: Box<Fingerprint>,
    },

    /// A firewall or a bot defence refuses this client. Trying again makes it worse.
    #[error(
        "Polar {} ({endpoint}: {fingerprint}); sign in with your browser and import its cookies, or try later from another network",
        blocked(*.content)
    )]
    Blocked {
        /// Which request.
        endpoint: &'static str,
        /// A block page or a bot challenge.
        content: Content,
        /// The page that came.
        fingerprint: Box<Fingerprint>,
    },

    /// The service took the request for a forged one: its protection against cross-site requests has changed.
    #[error("Polar Flow rejected the request as forged ({endpoint}); its protection has changed")]
    CsrfRejected {
        /// Which request.
        endpoint: &'static str,
    },

    /// It belongs to another account.
    #[error("{endpoint}: this belongs to another Polar account")]
    Forbidden {
        /// Which request.
        endpoint: &'static str,
    },

    /// It does not exist, or no longer.
    #[error("{endpoint}: Polar Flow does not know it (any more)")]
    NotFound {
        /// Which request.
        endpoint: &'static str,
    },

    /// The session exists, but not in this format. Normal for GPX of a session without GPS.
    #[error("{endpoint}: Polar Flow has nothing to export here")]
    NotAvailable {
        /// Which request.
        endpoint: &'static str,
    },

    /// Too many requests.
    #[error("{endpoint}: Polar Flow asks for a pause{}", pause(.retry_after))]
    RateLimited {
        /// Which request.
        endpoint: &'static str,
        /// The pause, when the service names one.
        retry_after: Option<Duration>,
    },

    /// The service is down for the moment (5xx, or 408).
    #[error("{endpoint}: Polar Flow is not available ({fingerprint})")]
    Unavailable {
        /// Which request.
        endpoint: &'static str,
        /// The page that came.
        fingerprint: Box<Fingerprint>,
        /// The pause, when the service names one.
        retry_after: Option<Duration>,
    },

    /// The service refused the request, and why is not known.
    #[error("{endpoint}: Polar Flow refused the request ({fingerprint})")]
    Refused {
        /// Which request.
        endpoint: &'static str,
        /// The answer.
        fingerprint: Box<Fingerprint>,
    },

    /// The answer is of another kind than the expected one: HTML instead of JSON, JSON instead of a file. It does not prove a
    /// change of the service.
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

    /// The answer has changed its shape, or was cut off.
    #[error(transparent)]
    Drift(#[from] Box<DecodeError>),

    /// The archive of a multi-sport export cannot be read.
    #[error("{endpoint}: the archive cannot be read: {problem}")]
    Archive {
        /// Which request.
        endpoint: &'static str,
        /// The fault of the archive.
        problem: String,
    },

    /// The argument cannot be sent. Nothing was sent.
    #[error("{0}")]
    InvalidArgument(String),

    /// A write may have been done, although no answer proves it: the connection broke, a gateway gave up, a strange page
    /// came. Look before you send it again.
    #[error("it may have been done: {0}")]
    MaybeSent(#[source] Box<Error>),

    /// No answer came, or the session file cannot be used. Of a write: nothing was sent.
    #[error(transparent)]
    Transport(#[from] web_session::Error),

    /// The cookies of a browser could not be taken over.
    #[error(transparent)]
    Import(#[from] ImportError),
}

fn blocked(content: Content) -> &'static str {
    match content {
        Content::BotChallenge => "returned a bot challenge",
        _ => "blocked the request by its firewall",
    }
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
            | Self::SignInChanged { .. }
            | Self::Import(_) => ErrorKind::SignInNeeded,
            Self::Blocked { .. } => ErrorKind::Blocked,
            Self::RateLimited { .. } => ErrorKind::RateLimited,
            Self::Unavailable { .. } => ErrorKind::Unavailable,
            Self::CsrfRejected { .. } => ErrorKind::Drift,
            Self::Drift(error) if !error.syntax => ErrorKind::Drift,
            Self::Drift(_) | Self::UnexpectedContent { .. } | Self::Archive { .. } => {
                ErrorKind::Unexpected
            }
            Self::Forbidden { .. } => ErrorKind::Forbidden,
            Self::NotFound { .. } => ErrorKind::NotFound,
            Self::NotAvailable { .. } => ErrorKind::NotAvailable,
            Self::InvalidArgument(_) => ErrorKind::Invalid,
            Self::Refused { .. } => ErrorKind::Rejected,
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
            | Self::Refused { fingerprint, .. }
            | Self::UnexpectedContent { fingerprint, .. } => fingerprint.retry_after,
            _ => None,
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
        matches!(
            self,
            Self::SessionExpired { .. } | Self::Refused { .. } | Self::Forbidden { .. }
        )
    }

    fn lets_next_try(&self) -> bool {
        matches!(
            self,
            Self::SessionExpired { .. } | Self::SignInChanged { .. }
        )
    }

    fn bad_credentials() -> Self {
        Self::BadCredentials
    }

    fn sign_in_needed(report: SignInReport) -> Self {
        Self::SignInNeeded(Box::new(report))
    }
}
