//! What the engine and its ledgers cost, as ratios within one run: against ten times less, against a limit, against a bare insert.
//!
//! `cargo bench -p system-tests --bench engine [-- NAME ...]`, with `TEST_POSTGRES_URL` for PostgreSQL. Names: `nothing-new`, `ledgers`,
//! `scans`, `first-sync`, `memory`. The last two run the built `workout-sync` against the fake services.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod first_sync;
mod ledgers;
mod memory;
mod nothing_new;
mod scans;

use std::time::{Duration, Instant};

use fake_services::synthetic::SyntheticTcx;
use fake_services::{PolarSession, PolarSport};

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap();
    let asked: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with('-'))
        .collect();
    let is_asked = |name: &str| asked.is_empty() || asked.iter().any(|asked| asked == name);
    runtime.block_on(async {
        if is_asked("nothing-new") {
            nothing_new::measure().await;
        }
        if is_asked("ledgers") {
            ledgers::measure().await;
        }
        if is_asked("scans") {
            scans::measure().await;
        }
        if is_asked("first-sync") {
            first_sync::measure().await;
        }
        if is_asked("memory") {
            memory::measure().await;
        }
    });
}

/// Two runs a day of different lengths, until the given number is reached; the newest yesterday.
fn history(count: u32) -> Vec<PolarSession> {
    let yesterday = chrono::Utc::now().date_naive().pred_opt().unwrap();
    (0..count)
        .map(|number| {
            let day = yesterday - chrono::Days::new(u64::from(number / 2));
            let (hour, seconds) = if number % 2 == 0 { (6, 90) } else { (17, 400) };
            let start = day.and_hms_opt(hour, 0, 0).unwrap().and_utc();
            let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(seconds);
            PolarSession::new(8_100_000_000 + u64::from(number), 60, tcx.exercise(60))
        })
        .collect()
}

/// The median time of some rounds, after one that does not count.
async fn median<F: Future<Output = ()>>(rounds: usize, mut round: impl FnMut() -> F) -> Duration {
    round().await;
    let mut times = Vec::with_capacity(rounds);
    for _ in 0..rounds {
        let start = Instant::now();
        round().await;
        times.push(start.elapsed());
    }
    times.sort_unstable();
    times[rounds / 2]
}

fn ratio(a: Duration, b: Duration) -> f64 {
    a.as_secs_f64() / b.as_secs_f64()
}
