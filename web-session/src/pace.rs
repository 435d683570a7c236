//! A minimum gap between requests to the same host.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;
use url::Url;

use crate::redact;

const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);

#[derive(Debug)]
pub(crate) struct Pacer {
    gap: Duration,
    next: Mutex<HashMap<String, Instant>>,
}

impl Pacer {
    pub(crate) fn new(gap: Duration) -> Self {
        Self {
            // The clock cannot be advanced by `Duration::MAX`.
            gap: gap.min(LONGEST),
            next: Mutex::default(),
        }
    }

    /// Whether requests may have to wait.
    pub(crate) fn has_gap(&self) -> bool {
        !self.gap.is_zero()
    }

    /// Waits until the next request to the host of `url` may leave. Callers that wait at the same time queue up in turn.
    pub(crate) async fn wait(&self, url: &Url) {
        if !self.has_gap() {
            return;
        }
        let slot = {
            let host = redact::host(url);
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let now = Instant::now();
            let slot = next.get(&host).copied().map_or(now, |at| at.max(now));
            next.insert(host, slot + self.gap);
            slot
        };
        tokio::time::sleep_until(slot).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(host: &str) -> Url {
        format!("https://{host}/").parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn an_endless_gap_is_a_long_one() {
        let pacer = Pacer::new(Duration::MAX);
        pacer.wait(&url("a")).await;
        pacer.wait(&url("a")).await;
    }

    #[tokio::test(start_paused = true)]
    async fn requests_to_one_host_keep_the_gap_and_hosts_do_not_wait_for_each_other() {
        let pacer = Pacer::new(Duration::from_millis(500));
        let begin = Instant::now();
        pacer.wait(&url("a")).await;
        pacer.wait(&url("b")).await;
        assert_eq!(begin.elapsed(), Duration::ZERO);
        pacer.wait(&url("a")).await;
        pacer.wait(&url("a")).await;
        assert_eq!(begin.elapsed(), Duration::from_secs(1));
    }
}
