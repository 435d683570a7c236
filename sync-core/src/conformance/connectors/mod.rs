//! Suites for the authors of a [`Source`](crate::Source) or a [`Destination`](crate::Destination).

pub(super) mod destination;
mod destination_checks;
mod destination_sending;
pub(super) mod source;
mod source_checks;

use futures_util::future::LocalBoxFuture;

use super::report::{Outcome, Report, Verdict};

/// Why a check did not pass.
#[derive(Debug)]
enum Failure {
    /// The capabilities do not promise this.
    NotPromised,
    /// The harness cannot arrange it.
    NotTested,
    /// The expected and the actual outcome.
    Broken(String),
}

type Answer<T = ()> = Result<T, Failure>;

fn broken<T>(why: impl Into<String>) -> Answer<T> {
    Err(Failure::Broken(why.into()))
}

/// Makes sure of something, or explains why it is not so.
fn ensure(holds: bool, why: impl FnOnce() -> String) -> Answer {
    if holds { Ok(()) } else { broken(why()) }
}

/// One promise, and the way to test it on a bench of type `B`.
struct Check<B> {
    name: &'static str,
    promise: &'static str,
    run: for<'a> fn(&'a B) -> LocalBoxFuture<'a, Answer>,
}

async fn run_all<B>(checks: &[Check<B>], bench: &B) -> Vec<Outcome> {
    let mut outcomes = Vec::with_capacity(checks.len());
    for check in checks {
        let verdict = match (check.run)(bench).await {
            Ok(()) => Verdict::Passed,
            Err(Failure::NotPromised) => Verdict::NotPromised,
            Err(Failure::NotTested) => Verdict::NotTested,
            Err(Failure::Broken(why)) => Verdict::Failed(why),
        };
        outcomes.push(Outcome {
            name: check.name,
            promise: check.promise,
            verdict,
        });
    }
    outcomes
}

fn report(outcomes: Vec<Outcome>, calls: u64) -> Report {
    Report { outcomes, calls }
}

/// A name stands in ledger keys, in reports and on command lines.
fn check_name(first: &str, second: &str) -> Answer {
    ensure(first == second, || {
        format!("the name was {first:?} once and {second:?} another time")
    })?;
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    ensure(!first.is_empty() && first.chars().all(plain), || {
        format!("{first:?} has other characters than letters, digits, `-`, `_` and `.`")
    })
}
