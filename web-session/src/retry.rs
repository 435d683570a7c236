//! When a read is tried again, and after what pause. Writes never come here.

use std::time::{Duration, SystemTime};

use backon::{BackoffBuilder, ExponentialBackoff, ExponentialBuilder};
use reqwest::StatusCode;
use reqwest::header::{DATE, HeaderMap, HeaderName, RETRY_AFTER};

use crate::classify::Content;
use crate::response::Response;

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
/// A defence that asks for proof of a browser, or refuses the client, becomes only more suspicious. (A content network's page
/// with a 5xx status is an outage, whatever it looks like.)
pub(crate) fn is_worth_another_try(response: &Response) -> bool {
    // The content last: most answers need no look at it.
    match response.status().as_u16() {
        429 => !matches!(
            response.content(),
            Content::BotChallenge | Content::BlockPage
        ),
        502..=504 => response.content() != Content::BotChallenge,
        _ => false,
    }
}

/// The pause that the service asks for, from `Retry-After` in seconds or as an HTTP date in any of its three forms.
///
/// A date is compared with the answer's own `Date` where there is one, so that a wrong clock here changes nothing.
pub(crate) fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let at = httpdate::parse_http_date(text).ok()?;
    let now = date(headers, DATE).unwrap_or(now);
    Some(at.duration_since(now).unwrap_or_default())
}

/// A header that holds an HTTP date.
pub(crate) fn date(headers: &HeaderMap, name: HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?.trim()).ok()
}

/// The wait that a service asks every client for: `Retry-After` on "too many requests" and on "not available".
pub(crate) fn pause_of(status: StatusCode, headers: &HeaderMap) -> Option<Duration> {
    matches!(status.as_u16(), 429 | 503)
        .then(|| retry_after(headers, SystemTime::now()))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(value: &str) -> HeaderMap {
        let mut map = HeaderMap::new();
        map.insert(RETRY_AFTER, value.parse().unwrap());
        map
    }

    /// 2026-11-01T10:00:00Z
    fn now() -> SystemTime {
        SystemTime::UNIX_EPOCH + Duration::from_secs(1_793_527_200)
    }

    #[test]
    fn retry_after_in_seconds_and_in_every_form_of_date() {
        for (value, seconds) in [
            ("7", 7),
            (" 0 ", 0),
            ("99999999999999999999999", u64::MAX),
            ("Sun, 01 Nov 2026 10:00:09 GMT", 9),
            ("Sunday, 01-Nov-26 10:00:09 GMT", 9),
            ("Sun Nov  1 10:00:09 2026", 9),
            ("Sun, 01 Nov 2026 09:00:00 GMT", 0),
        ] {
            let wait = retry_after(&headers(value), now());
            assert_eq!(wait, Some(Duration::from_secs(seconds)), "{value}");
        }
        for value in ["soon", "", "-5", "1.5", "2026-11-01T10:00:09Z"] {
            assert_eq!(retry_after(&headers(value), now()), None, "{value}");
        }
        assert_eq!(retry_after(&HeaderMap::new(), now()), None);
    }

    #[test]
    fn a_date_is_measured_by_the_clock_of_the_service() {
        let mut headers = headers("Sun, 01 Nov 2026 10:00:09 GMT");
        headers.insert(DATE, "Sun, 01 Nov 2026 10:00:02 GMT".parse().unwrap());
        let an_hour_ahead = now() + Duration::from_secs(3600);
        assert_eq!(
            retry_after(&headers, an_hour_ahead),
            Some(Duration::from_secs(7))
        );
    }

    #[test]
    fn only_429_and_503_ask_every_client_to_wait() {
        for (status, expected) in [(429, true), (503, true), (500, false), (301, false)] {
            let status = StatusCode::from_u16(status).unwrap();
            let pause = pause_of(status, &headers("7"));
            assert_eq!(pause.is_some(), expected, "{status}");
        }
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
