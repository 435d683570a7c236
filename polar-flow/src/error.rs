//! What can go wrong with Polar Flow, in the terms of the decision that follows.

use std::time::Duration;

use web_session::{Content, DecodeError, Fingerprint, ImportError, WriteError};

use crate::auth::SignInReport;

/// A call that did not do what was asked. `Display` is one sentence for a person; nothing in it is secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The e-mail address or the password is wrong. Automatic sign-ins stop after it, so that no account gets locked.
    #[error("Polar refuses the e-mail address or the password; check both on the website")]
    BadCredentials,

    /// Nobody is signed in, and every way to change that has been tried.
    #[error("nobody is signed in to Polar Flow: {0}")]
    SignInNeeded(Box<SignInReport>),

    /// The session has expired. Only sign-in strategies report this; a call mends it or ends as `SignInNeeded`.
    #[error("the Polar Flow session has expired")]
    SessionExpired,

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

    /// The content network in front of the service refuses this client. Trying again makes it worse.
    #[error(
        "Polar's firewall blocked the request ({endpoint}: {fingerprint}); sign in with your browser and import its \
         cookies, or try later from another network"
    )]
    WafBlocked {
        /// Which request.
        endpoint: &'static str,
        /// The page that came.
        fingerprint: Box<Fingerprint>,
    },

    /// A bot defence asks for proof of a browser.
    #[error(
        "Polar asks for proof that a person is at work ({endpoint}: {fingerprint}); sign in with your browser and \
         import its cookies"
    )]
    BotChallenge {
        /// Which request.
        endpoint: &'static str,
        /// The page that came.
        fingerprint: Box<Fingerprint>,
    },

    /// The service took the request for a forged one: its protection against cross-site requests has changed.
    #[error("Polar Flow rejected the request as forged ({endpoint}); its protection has changed")]
    CsrfRejected {
        /// Which request.
        endpoint: &'static str,
    },

    /// It belongs to somebody else.
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
        /// How long, when it says.
        retry_after: Option<Duration>,
    },

    /// The service is down for the moment (5xx, or 408).
    #[error("{endpoint}: Polar Flow is not available ({fingerprint})")]
    Unavailable {
        /// Which request.
        endpoint: &'static str,
        /// The page that came.
        fingerprint: Box<Fingerprint>,
        /// How long to wait, when it says.
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

    /// The answer is something else than it should be: HTML instead of JSON, JSON instead of a file.
    #[error("{endpoint}: {expected} was expected, and {content} came ({fingerprint})")]
    UnexpectedContent {
        /// Which request.
        endpoint: &'static str,
        /// What should have come.
        expected: &'static str,
        /// What came.
        content: Content,
        /// What came, more exactly.
        fingerprint: Box<Fingerprint>,
    },

    /// The answer has changed its shape.
    #[error(transparent)]
    Drift(#[from] Box<DecodeError>),

    /// The archive of a multi-sport export can't be read.
    #[error("{endpoint}: the archive cannot be read: {problem}")]
    Archive {
        /// Which request.
        endpoint: &'static str,
        /// What is wrong with it.
        problem: String,
    },

    /// The argument can't be sent.
    #[error("{0}")]
    InvalidArgument(String),

    /// No answer came, or the session file can't be used.
    #[error(transparent)]
    Transport(#[from] web_session::Error),

    /// A write got no answer.
    #[error(transparent)]
    Write(#[from] WriteError),

    /// A write got an answer that does not say whether it was done: a gateway that gave up, a strange page.
    #[error("it may have been done all the same: {0}")]
    MaybeDone(#[source] Box<Error>),

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
    /// A person has to sign in (again) before anything else can work.
    #[must_use]
    pub fn needs_sign_in(&self) -> bool {
        matches!(
            self,
            Self::BadCredentials
                | Self::SignInNeeded(_)
                | Self::SessionExpired
                | Self::SignInChanged { .. }
                | Self::Import(_)
        )
    }

    /// The service refuses this client as such; trying again makes it worse.
    #[must_use]
    pub fn is_blocked(&self) -> bool {
        matches!(self, Self::WafBlocked { .. } | Self::BotChallenge { .. })
    }

    /// Trying again later may help.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::Unavailable { .. } => true,
            Self::Transport(error) => error.is_temporary(),
            Self::Write(error) => error.error().is_temporary(),
            Self::MaybeDone(error) => error.is_temporary(),
            _ => false,
        }
    }

    /// The service has changed: a type or a rule of this crate is out of date.
    #[must_use]
    pub fn is_drift(&self) -> bool {
        match self {
            Self::Drift(error) => !error.syntax,
            Self::SignInChanged { .. } | Self::CsrfRejected { .. } => true,
            Self::Transport(web_session::Error::Page { .. }) => true,
            _ => false,
        }
    }

    /// The pause that the service asks for, or what is left of it: until then nothing is sent.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Unavailable { retry_after, .. } => {
                *retry_after
            }
            Self::Transport(error) => error.retry_after(),
            Self::Write(error) => error.retry_after(),
            Self::MaybeDone(error) => error.retry_after(),
            // A page of a firewall or of a sign-in can ask to wait, too.
            Self::WafBlocked { fingerprint, .. }
            | Self::BotChallenge { fingerprint, .. }
            | Self::SignInChanged { fingerprint, .. }
            | Self::Refused { fingerprint, .. }
            | Self::UnexpectedContent { fingerprint, .. } => fingerprint.retry_after,
            _ => None,
        }
    }

    /// For writes: whether the service may have done what was asked although no answer says so.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        match self {
            Self::Write(error) => error.may_have_been_sent(),
            Self::MaybeDone(_) => true,
            _ => false,
        }
    }
}
