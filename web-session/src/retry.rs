//! When a read is tried again, and after what pause. Writes never come here.

use std::time::Duration;

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use chrono::{DateTime, Utc};
use reqwest::StatusCode;
use reqwest::header::{HeaderMap, RETRY_AFTER};

use crate::recognise::Content;

#[derive(Debug, Clone)]
pub(crate) struct RetryPolicy {
    /// How often a read is sent at most, the first time included.
    pub(crate) attempts: usize,
    pub(crate) first_backoff: Duration,
    /// Neither a back-off nor a `Retry-After` is waited for longer than this.
    pub(crate) longest_wait: Duration,
}

impl RetryPolicy {
    pub(crate) fn pauses(&self) -> ExponentialBackoff {
        ExponentialBuilder::default()
            .with_min_delay(self.first_backoff)
            .with_max_delay(self.longest_wait)
            .with_max_times(self.attempts.saturating_sub(1))
            .with_jitter()
            .build()
    }
}

/// 429 and 502 to 504 say "later"; a plain 500 usually says "this request, never".
///
/// Whoever asks for proof of a browser, or refuses the client, becomes only more suspicious. (A content network's page
/// with a 5xx status is an outage, whatever it looks like.)
pub(crate) fn is_worth_another_try(status: StatusCode, content: Content) -> bool {
    match content {
        Content::BotChallenge => false,
        Content::BlockPage => matches!(status.as_u16(), 502..=504),
        _ => matches!(status.as_u16(), 429 | 502..=504),
    }
}

/// The pause that the service asks for, from `Retry-After` in seconds or as an HTTP date.
pub(crate) fn retry_after(headers: &HeaderMap, now: DateTime<Utc>) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let at = DateTime::parse_from_rfc2822(text).ok()?;
    Some(
        (at.with_timezone(&Utc) - now)
            .to_std()
            .unwrap_or(Duration::ZERO),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        let mut map = HeaderMap::new();
        map.insert(RETRY_AFTER, value.parse().unwrap());
        map
    }

    #[test]
    fn retry_after_in_seconds_and_as_a_date() {
        let now = DateTime::parse_from_rfc3339("2026-11-01T10:00:00Z")
            .unwrap()
            .with_timezone(&Utc);
        assert_eq!(
            retry_after(&headers("7"), now),
            Some(Duration::from_secs(7))
        );
        assert_eq!(
            retry_after(&headers("Sun, 01 Nov 2026 10:00:09 GMT"), now),
            Some(Duration::from_secs(9))
        );
        assert_eq!(
            retry_after(&headers("Sun, 01 Nov 2026 09:00:00 GMT"), now),
            Some(Duration::ZERO)
        );
        assert_eq!(retry_after(&headers("soon"), now), None);
        assert_eq!(retry_after(&HeaderMap::new(), now), None);
    }

    #[test]
    fn pauses_are_bounded_in_number_and_length() {
        let policy = RetryPolicy {
            attempts: 4,
            first_backoff: Duration::from_millis(100),
            longest_wait: Duration::from_millis(150),
        };
        let pauses: Vec<_> = policy.pauses().collect();
        assert_eq!(pauses.len(), 3);
        // Jitter adds at most one `first_backoff`.
        assert!(
            pauses.iter().all(|p| *p <= Duration::from_millis(300)),
            "{pauses:?}"
        );
    }
}
