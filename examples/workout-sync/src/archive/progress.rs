//! How far a run is, and how long the rest takes.

use std::collections::VecDeque;
use std::io::{Write as _, stderr};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::progress::Counter;

/// The number of requests that the estimate is made from: a service is slower at some times than at others.
const RECENT: usize = 300;
/// Fewer requests tell nothing.
const FEWEST: usize = 20;
/// The time between two lines where there is no terminal.
const LINES: Duration = Duration::from_secs(60);

/// Counts requests. On a terminal a bar shows them, elsewhere a line each minute.
#[derive(Debug)]
pub struct Progress {
    counter: Counter,
    inner: Mutex<Inner>,
}

#[derive(Debug)]
struct Inner {
    total: usize,
    done: usize,
    recent: VecDeque<Instant>,
    said: Instant,
}

impl Progress {
    /// On standard error.
    #[must_use]
    pub fn on_stderr() -> Self {
        let now = Instant::now();
        Self {
            counter: Counter::on_stderr(),
            inner: Mutex::new(Inner {
                total: 0,
                done: 0,
                recent: VecDeque::from([now]),
                said: now,
            }),
        }
    }

    /// Announces the jobs of the run.
    pub fn say(&self, what: &str) {
        if !self.counter.message(what) {
            line(what);
        }
    }

    /// The number of requests that are left.
    pub fn begin(&self, total: usize) {
        let mut inner = self.inner();
        let now = Instant::now();
        inner.total = total;
        inner.recent = VecDeque::from([now]);
        inner.said = now;
        self.counter.show(0, total, "");
    }

    /// A request was answered.
    pub fn step(&self) {
        let mut inner = self.inner();
        let now = Instant::now();
        inner.done += 1;
        inner.recent.push_back(now);
        if inner.recent.len() > RECENT {
            inner.recent.pop_front();
        }
        let left = inner
            .left()
            .map(|left| format!("about {} left", words(left)));
        let left = left.unwrap_or_default();
        let (done, total) = (inner.done, inner.total);
        if !self.counter.show(done, total, &left) && now - inner.said >= LINES {
            inner.said = now;
            line(&format!("{done} of {total} requests, {left}"));
        }
    }

    /// Requests that turned out not to be needed.
    pub fn skip(&self, count: usize) {
        let mut inner = self.inner();
        inner.total = inner.total.saturating_sub(count);
    }

    fn inner(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The time of the requests that are left, at the pace of the recent ones.
    fn left(&self) -> Option<Duration> {
        let count = self
            .recent
            .len()
            .checked_sub(1)
            .filter(|count| *count >= FEWEST)?;
        let time = *self.recent.back()? - *self.recent.front()?;
        let left = self.total.saturating_sub(self.done);
        Some(time.div_f64(count as f64).mul_f64(left as f64))
    }
}

/// A duration as far as an estimate goes.
fn words(time: Duration) -> String {
    let seconds = time.as_secs();
    match seconds {
        0..10 => "10 s".to_owned(),
        10..100 => format!("{} s", seconds.div_ceil(10) * 10),
        100..5400 => format!("{} min", seconds.div_ceil(60)),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

fn line(text: &str) {
    // A closed stderr is no reason to stop working.
    let _ = writeln!(stderr(), "{text}");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_estimate_follows_the_recent_pace() {
        let begin = Instant::now();
        let at = |seconds: f64| begin + Duration::from_secs_f64(seconds);
        let mut inner = Inner {
            total: 1000,
            done: 10,
            recent: (0..10).map(|n| at(f64::from(n))).collect(),
            said: begin,
        };
        assert_eq!(inner.left(), None);
        inner.done = 100;
        inner.recent = (0..=100).map(|n| at(f64::from(n) / 2.0)).collect();
        assert_eq!(inner.left(), Some(Duration::from_secs(450)));
        let shown = [3, 42, 450, 9000].map(|s| words(Duration::from_secs(s)));
        assert_eq!(shown, ["10 s", "50 s", "8 min", "2 h 30 min"]);
    }
}
