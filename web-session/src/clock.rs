//! The service's clock, as its answers tell it: a wrong clock here must not end a session there.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::time::{Duration, SystemTime};

use reqwest::header::{AGE, DATE, HeaderMap};

use url::Url;

use crate::{redact, retry};

/// Smaller differences come from the travel time of the answer.
const TOLERATED: Duration = Duration::from_secs(120);

/// How far this machine's clock is ahead of the service's, in seconds.
#[derive(Debug, Default)]
pub(crate) struct Clock {
    ahead: AtomicI64,
    warned: AtomicBool,
}

impl Clock {
    /// Learns from an answer that has just come.
    pub(crate) fn learn(&self, headers: &HeaderMap, url: &Url) {
        let Some(ahead) = ahead(headers) else {
            return;
        };
        let wrong = ahead.unsigned_abs() > TOLERATED.as_secs();
        self.ahead
            .store(if wrong { ahead } else { 0 }, Ordering::Relaxed);
        if wrong && !self.warned.swap(true, Ordering::Relaxed) {
            tracing::warn!(
                target: "web_session",
                "this machine's clock is {} the clock of {}; correct it",
                describe(ahead),
                redact::host(url)
            );
        }
    }

    /// The time at the service.
    pub(crate) fn service_time(&self) -> SystemTime {
        let ahead = self.ahead.load(Ordering::Relaxed);
        let difference = Duration::from_secs(ahead.unsigned_abs());
        let now = SystemTime::now();
        let there = match ahead > 0 {
            true => now.checked_sub(difference),
            false => now.checked_add(difference),
        };
        there.unwrap_or(now)
    }
}

/// Seconds that this machine is ahead of the answer's date. A cached answer has an old date and an `Age` header: it is ignored.
fn ahead(headers: &HeaderMap) -> Option<i64> {
    let date = retry::date(headers, DATE).filter(|_| !headers.contains_key(AGE))?;
    let now = SystemTime::now();
    let seconds = |duration: Duration| i64::try_from(duration.as_secs()).ok();
    match now.duration_since(date) {
        Ok(ahead) => seconds(ahead),
        Err(behind) => seconds(behind.duration()).map(|behind| -behind),
    }
}

/// The remark about a wrong clock for an error message.
pub(crate) fn remark(headers: &HeaderMap) -> Option<String> {
    let ahead = ahead(headers)?;
    (ahead.unsigned_abs() > TOLERATED.as_secs()).then(|| {
        let described = describe(ahead);
        format!("this machine's clock is {described} the service's")
    })
}

fn describe(ahead: i64) -> String {
    let direction = if ahead > 0 { "ahead of" } else { "behind" };
    let minutes = ahead.unsigned_abs() / 60;
    match minutes {
        0..=120 => format!("{minutes} minutes {direction}"),
        121..=2880 => format!("{} hours {direction}", minutes / 60),
        _ => format!("{} days {direction}", minutes / 60 / 24),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dated(offset: i64) -> HeaderMap {
        let seconds = Duration::from_secs(offset.unsigned_abs());
        let at = match offset > 0 {
            true => SystemTime::now() + seconds,
            false => SystemTime::now() - seconds,
        };
        let mut headers = HeaderMap::new();
        headers.insert(DATE, httpdate::fmt_http_date(at).parse().unwrap());
        headers
    }

    fn off(clock: &Clock) -> i64 {
        match clock.service_time().duration_since(SystemTime::now()) {
            Ok(later) => later.as_secs() as i64,
            Err(earlier) => -(earlier.duration().as_secs() as i64),
        }
    }

    #[test]
    fn the_service_tells_the_time() {
        let clock = Clock::default();
        let url = "https://h/".parse().unwrap();
        assert!(off(&clock).abs() <= 1);
        for hours in [-1, 1, 30, -240] {
            clock.learn(&dated(hours * 3600), &url);
            assert!((off(&clock) - hours * 3600).abs() <= 2, "{}", off(&clock));
        }
        let mut cached = dated(-7200);
        cached.insert(AGE, "7200".parse().unwrap());
        clock.learn(&cached, &url);
        assert!((off(&clock) + 240 * 3600).abs() <= 2, "nothing learned");
        clock.learn(&dated(-20), &url);
        assert!(off(&clock).abs() <= 1, "the way of the answer");
    }

    #[test]
    fn a_wrong_clock_is_described() {
        let of = |offset| remark(&dated(offset)).unwrap_or_default();
        assert_eq!(of(-20), "");
        assert_eq!(
            of(-3601),
            "this machine's clock is 60 minutes ahead of the service's"
        );
        assert!(of(5 * 3600).contains("4 hours behind") || of(5 * 3600).contains("5 hours behind"));
        assert!(of(-86_400 * 30).contains("30 days ahead"));
        assert_eq!(remark(&HeaderMap::new()), None);
    }
}
