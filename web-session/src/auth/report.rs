//! What each strategy of a sign-in said.

use std::fmt;

/// What every strategy said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct SignInReport {
    /// The strategies that were tried, in order.
    pub attempts: Vec<SignInAttempt>,
}

/// What one strategy said.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignInAttempt {
    /// Its name.
    pub strategy: &'static str,
    /// `None` when it worked; otherwise the reason, without secrets.
    pub failure: Option<String>,
}

impl SignInReport {
    /// Adds an attempt. `failure` is `None` when it worked.
    pub fn push(&mut self, strategy: &'static str, failure: Option<String>) {
        self.attempts.push(SignInAttempt { strategy, failure });
    }

    /// The strategy that worked.
    #[must_use]
    pub fn by(&self) -> Option<&'static str> {
        self.attempts
            .iter()
            .find(|attempt| attempt.failure.is_none())
            .map(|attempt| attempt.strategy)
    }
}

impl fmt::Display for SignInAttempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outcome = self.failure.as_deref().unwrap_or("worked");
        write!(f, "{}: {outcome}", self.strategy)
    }
}

impl fmt::Display for SignInReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, attempt) in self.attempts.iter().enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            attempt.fmt(f)?;
        }
        Ok(())
    }
}
