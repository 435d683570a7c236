//! What can go wrong, and what a caller may do about it.

use std::time::Duration;

use web_session::{Content, DecodeError, Fingerprint, ImportError};

use crate::sign_in::Attempt;

/// An error of the client. No variant holds a body, a cookie, a token or an address with a query.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Nobody is signed in (any more), and it could not be renewed.
    #[error(
        "{endpoint}: the Runkeeper session has ended; import the cookies of a browser in which you are signed in, \
         or give e-mail and password"
    )]
    SessionExpired {
        /// Which request noticed it.
        endpoint: &'static str,
    },

    /// The site wants proof of a browser before it lets anybody sign in with a password.
    #[error(
        "Runkeeper does not let a program sign in with a password ({what}); import the cookies of a browser in which \
         you are signed in"
    )]
    LoginBlocked {
        /// What was met.
        what: String,
    },

    /// E-mail or password is wrong.
    #[error("Runkeeper does not accept this e-mail and password")]
    BadCredentials,

    /// The site does not offer this way to sign in.
    #[error("the site does not offer this way to sign in: {0}")]
    NotOffered(&'static str),

    /// No strategy worked.
    #[error("could not sign in to Runkeeper: {}", describe(attempts))]
    SignInFailed {
        /// What was tried, in order, and what each said.
        attempts: Vec<Attempt>,
    },

    /// The page exists but this account may not see it.
    #[error("{endpoint}: not visible for this account")]
    NotVisible {
        /// Which request.
        endpoint: &'static str,
    },

    /// There is no such page or activity.
    #[error("{endpoint}: not found")]
    NotFound {
        /// Which request.
        endpoint: &'static str,
    },

    /// The activity has no track: it was typed in.
    #[error("{endpoint}: the activity has no points")]
    NoPoints {
        /// Which request.
        endpoint: &'static str,
    },

    /// The file has no positions; the site takes no file without GPS.
    #[error("no GPS: Runkeeper takes no file without positions")]
    NoGps,

    /// The site refused what was sent, in its own words.
    #[error("{endpoint}: refused: {message}")]
    Rejected {
        /// Which request.
        endpoint: &'static str,
        /// The message, shortened and without control characters.
        message: String,
    },

    /// Too many requests.
    #[error("{endpoint}: too many requests")]
    RateLimited {
        /// Which request.
        endpoint: &'static str,
        /// How long the site asks to wait.
        retry_after: Option<Duration>,
    },

    /// The site is out of order: a 5xx answer, or 408; also when a content network tells so on a page of its own.
    #[error("{endpoint}: Runkeeper is out of order (status {status})")]
    Unavailable {
        /// Which request.
        endpoint: &'static str,
        /// The status.
        status: u16,
        /// How long the site asks to wait.
        retry_after: Option<Duration>,
    },

    /// A firewall or bot defence refuses this client. Trying again makes it worse.
    #[error(
        "{endpoint}: refused as a client ({content}; {fingerprint}); wait some hours, then try with imported cookies"
    )]
    Blocked {
        /// Which request.
        endpoint: &'static str,
        /// A bot challenge or a block page.
        content: Content,
        /// What the page looked like.
        fingerprint: Box<Fingerprint>,
    },

    /// The answer is not what it was when this was written: the site has changed.
    #[error("{endpoint}: {expected} was expected ({fingerprint}); the site has changed")]
    UnexpectedShape {
        /// Which request.
        endpoint: &'static str,
        /// What was looked for.
        expected: &'static str,
        /// What came instead.
        fingerprint: Box<Fingerprint>,
    },

    /// A JSON answer has changed.
    #[error(transparent)]
    Changed(#[from] Box<DecodeError>),

    /// The unit of the account's distances is not known, and guessing would falsify every distance.
    #[error(
        "can't tell whether this account counts in kilometres or miles; say so with `RunkeeperBuilder::distance_unit`"
    )]
    UnitUnknown,

    /// What is to be sent makes no sense, so nothing was sent.
    #[error("not sent: {0}")]
    InvalidEntry(&'static str),

    /// The text is no usable export of cookies.
    #[error(transparent)]
    Import(#[from] ImportError),

    /// No answer came.
    #[error(transparent)]
    Transport(#[from] web_session::Error),
}

impl Error {
    /// A person has to sign in, or import cookies.
    #[must_use]
    pub fn needs_sign_in(&self) -> bool {
        match self {
            Self::SessionExpired { .. } | Self::LoginBlocked { .. } | Self::BadCredentials => true,
            Self::SignInFailed { attempts } => !attempts.iter().any(|attempt| {
                attempt
                    .outcome
                    .as_ref()
                    .is_err_and(|error| error.is_temporary())
            }),
            _ => false,
        }
    }

    /// The same request may succeed later.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        match self {
            Self::RateLimited { .. } | Self::Unavailable { .. } => true,
            Self::Transport(error) => error.is_temporary(),
            Self::SignInFailed { attempts } => attempts
                .iter()
                .any(|attempt| attempt.outcome.as_ref().is_err_and(Self::is_temporary)),
            _ => false,
        }
    }

    /// The site has changed: writing on would be guessing.
    #[must_use]
    pub fn is_drift(&self) -> bool {
        matches!(
            self,
            Self::UnexpectedShape { .. }
                | Self::Changed(_)
                | Self::Transport(web_session::Error::Page { .. })
        )
    }

    /// How long the site asks to wait, or what is left of that wait: until then nothing is sent.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::RateLimited { retry_after, .. } | Self::Unavailable { retry_after, .. } => {
                *retry_after
            }
            Self::Transport(error) => error.retry_after(),
            // A firewall's page can ask to wait, too.
            Self::Blocked { fingerprint, .. } | Self::UnexpectedShape { fingerprint, .. } => {
                fingerprint.retry_after
            }
            Self::SignInFailed { attempts } => attempts
                .iter()
                .filter_map(|attempt| attempt.outcome.as_ref().err()?.retry_after())
                .max(),
            _ => None,
        }
    }
}

fn describe(attempts: &[Attempt]) -> String {
    let said: Vec<String> = attempts.iter().map(ToString::to_string).collect();
    if said.is_empty() {
        "no way to sign in is configured".to_owned()
    } else {
        said.join("; ")
    }
}

/// A request that was to create or change something, and did not end with a usable answer.
///
/// The two variants decide what may happen next.
#[derive(Debug, thiserror::Error)]
pub enum SendError {
    /// The site did not take it: it never left, or the answer says so (login page, 429, refused form). It may be sent
    /// again once the cause is gone.
    #[error("{0}")]
    NotSent(#[source] Error),

    /// It may have been taken: a broken connection, a time-out, a 5xx. Look at the listing before sending again.
    #[error("it may have arrived: {0}")]
    MaybeSent(#[source] Error),
}

impl SendError {
    /// The cause.
    #[must_use]
    pub fn error(&self) -> &Error {
        match self {
            Self::NotSent(error) | Self::MaybeSent(error) => error,
        }
    }

    /// Whether the site may have taken it.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        matches!(self, Self::MaybeSent(_))
    }
}

impl From<web_session::WriteError> for SendError {
    fn from(error: web_session::WriteError) -> Self {
        match error {
            web_session::WriteError::NotSent(error) => Self::NotSent(error.into()),
            web_session::WriteError::MaybeSent(error) => Self::MaybeSent(error.into()),
        }
    }
}
