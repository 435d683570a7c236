//! Text that must not be printed.

use std::fmt;

use secrecy::ExposeSecret as _;

/// A secret text: a password, a token, the value of a cookie. `Debug` shows nothing of it; memory is cleared when it is dropped.
///
/// ```
/// use web_session::SecretString;
///
/// let secret = SecretString::from("hunter2");
/// assert_eq!(secret.expose_secret(), "hunter2");
/// assert!(!format!("{secret:?}").contains("hunter2"));
/// ```
#[derive(Clone)]
pub struct SecretString(secrecy::SecretString);

impl SecretString {
    /// The text. Every call of this method is a place to look at in a review.
    #[must_use]
    pub fn expose_secret(&self) -> &str {
        self.0.expose_secret()
    }
}

impl From<String> for SecretString {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl From<&str> for SecretString {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Debug for SecretString {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretString(..)")
    }
}
