//! The kinds of errors that clients of services share.

/// The kind of an error of a client. It names the decision that follows, whatever the service.
///
/// Error types of clients have a method `kind` and the predicates that [`error_predicates!`](crate::error_predicates) derives
/// from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The session is missing or has expired, and no way to sign in worked.
    SignInNeeded,
    /// The service refused the e-mail address or the password. Sending it again can lock the account.
    BadCredentials,
    /// A firewall or a bot defence refuses this client. Trying again makes it worse.
    Blocked,
    /// The service asks for a pause.
    RateLimited,
    /// The network or the service failed for the moment, or another process holds the session.
    Unavailable,
    /// The service has changed: a type or a rule of the client is out of date.
    Drift,
    /// An answer of another kind than the expected one, which does not prove a change: a page of maintenance, a document that
    /// was cut off.
    Unexpected,
    /// It exists, and belongs to another account or is private.
    Forbidden,
    /// It does not exist, or no longer.
    NotFound,
    /// It exists, but not in the form that was asked for: positions of a workout indoors.
    NotAvailable,
    /// The argument cannot be sent; nothing was sent.
    Invalid,
    /// The service refused what was sent.
    Rejected,
    /// The machine or its settings: no HTTPS, a session file that cannot be used.
    Local,
    /// None of the others.
    Other,
}

impl ErrorKind {
    /// The user has to sign in (again) before anything else can work.
    #[must_use]
    pub fn needs_sign_in(self) -> bool {
        matches!(self, Self::SignInNeeded | Self::BadCredentials)
    }

    /// The same call may succeed later.
    #[must_use]
    pub fn is_temporary(self) -> bool {
        matches!(self, Self::RateLimited | Self::Unavailable)
    }
}

/// The predicates of an error type that has a method `kind`, so that they mean the same in every client: `needs_sign_in`,
/// `is_blocked`, `is_temporary` and `is_drift`.
///
/// ```
/// # #[derive(Debug)] struct Error;
/// impl Error {
///     fn kind(&self) -> web_session::ErrorKind {
///         web_session::ErrorKind::RateLimited
///     }
/// }
/// web_session::error_predicates!(Error);
/// assert!(Error.is_temporary() && !Error.is_drift());
/// ```
#[macro_export]
macro_rules! error_predicates {
    ($error:ty) => {
        impl $error {
            /// The user has to sign in (again) before anything else can work.
            #[must_use]
            pub fn needs_sign_in(&self) -> bool {
                self.kind().needs_sign_in()
            }

            /// A firewall or a bot defence refuses this client; trying again makes it worse.
            #[must_use]
            pub fn is_blocked(&self) -> bool {
                self.kind() == $crate::ErrorKind::Blocked
            }

            /// The same call may succeed later.
            #[must_use]
            pub fn is_temporary(&self) -> bool {
                self.kind().is_temporary()
            }

            /// The service has changed: a type or a rule of this crate is out of date, and a write would be a guess.
            #[must_use]
            pub fn is_drift(&self) -> bool {
                self.kind() == $crate::ErrorKind::Drift
            }
        }
    };
}

/// The meaning of the errors of writes in every client, for an error type with the variants `Transport(web_session::Error)` and
/// `MaybeSent(Box<Self>)`: the method `may_have_been_sent`, and the conversion of a [`WriteError`](crate::WriteError).
///
/// ```
/// #[derive(Debug)]
/// enum Error {
///     Transport(web_session::Error),
///     MaybeSent(Box<Error>),
/// }
///
/// web_session::write_errors!(Error);
/// # let setup = web_session::Error::Setup { problem: String::new() };
/// assert!(!Error::from(web_session::WriteError::from(setup)).may_have_been_sent());
/// ```
#[macro_export]
macro_rules! write_errors {
    ($error:ty) => {
        impl $error {
            /// For writes: whether the service may have done what was asked, although no answer says so. After any other error it
            /// has not.
            #[must_use]
            pub fn may_have_been_sent(&self) -> bool {
                matches!(self, Self::MaybeSent(_))
            }

            /// As the error of a write that may have arrived.
            pub(crate) fn maybe_sent(self) -> Self {
                match self {
                    Self::MaybeSent(_) => self,
                    error => Self::MaybeSent(Box::new(error)),
                }
            }
        }

        impl From<$crate::WriteError> for $error {
            fn from(error: $crate::WriteError) -> Self {
                match error {
                    $crate::WriteError::NotSent(error) => Self::Transport(error),
                    $crate::WriteError::MaybeSent(error) => Self::Transport(error).maybe_sent(),
                }
            }
        }
    };
}
