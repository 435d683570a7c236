//! A log in memory and errors as text, for tests that search them for planted secrets.

use std::error::Error;
use std::fmt::Write as _;
use std::io;
use std::string::FromUtf8Error;
use std::sync::{Arc, Mutex, PoisonError};

/// A log that is kept in memory. Clones write into the same log.
#[derive(Debug, Clone, Default)]
pub struct TestLog(Arc<Mutex<Vec<u8>>>);

impl TestLog {
    /// The log so far.
    ///
    /// # Errors
    /// When that is no UTF-8.
    pub fn text(&self) -> Result<String, FromUtf8Error> {
        String::from_utf8(
            self.0
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .clone(),
        )
    }

    /// The first line that holds one of `secrets`.
    ///
    /// # Errors
    /// When the log is no UTF-8, or is empty: then it proves nothing.
    pub fn first_leak(&self, secrets: &[impl AsRef<str>]) -> io::Result<Option<String>> {
        let log = self.text().map_err(io::Error::other)?;
        if log.is_empty() {
            return Err(io::Error::other("the log is empty"));
        }
        let leaks = |line: &&str| secrets.iter().any(|secret| line.contains(secret.as_ref()));
        Ok(log.lines().find(leaks).map(str::to_owned))
    }
}

impl io::Write for TestLog {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An error and its causes, by `Display` and by `Debug`.
#[must_use]
pub fn error_text(error: &dyn Error) -> String {
    let mut text = format!("{error} {error:?}");
    let mut next = error.source();
    while let Some(cause) = next {
        // Writing into memory does not fail.
        let _ = write!(text, " <- {cause} {cause:?}");
        next = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn a_clone_writes_into_the_same_log() {
        let log = TestLog::default();
        log.clone().write_all(b"one line").unwrap();
        assert_eq!(log.text().unwrap(), "one line");
    }

    #[test]
    fn a_leak_is_found_and_an_empty_log_proves_nothing() {
        let log = TestLog::default();
        assert!(log.first_leak(&["secret"]).is_err());
        log.clone().write_all(b"one\na secret\n").unwrap();
        assert_eq!(log.first_leak(&["other"]).unwrap(), None);
        let leak = log.first_leak(&["other", "secret"]).unwrap();
        assert_eq!(leak.as_deref(), Some("a secret"));
    }

    #[test]
    fn causes_are_shown_by_display_and_debug() {
        let cause = "x".parse::<u8>().unwrap_err();
        let error = io::Error::other(cause.clone());
        let text = error_text(&error);
        assert!(text.contains(&format!("{cause}")), "{text}");
        assert!(text.contains(&format!("{cause:?}")), "{text}");
    }
}
