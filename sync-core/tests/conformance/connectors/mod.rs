//! The suites for sources and destinations pass an honest one, and fail each deliberately broken one.

mod destination;
mod scripted;
mod source;

use std::collections::BTreeSet;

use sync_core::conformance::{Report, Verdict};

/// The names of the checks that failed.
fn failed(report: &Report) -> BTreeSet<&'static str> {
    report.failures().map(|outcome| outcome.name).collect()
}

/// The names of the checks that ended otherwise than passed or failed.
fn left_out(report: &Report) -> Vec<&'static str> {
    let outcomes = report.outcomes.iter();
    let left_out = outcomes
        .filter(|outcome| matches!(outcome.verdict, Verdict::NotPromised | Verdict::NotTested));
    left_out.map(|outcome| outcome.name).collect()
}

/// Every fault has to be found by the check that is made for it, and every check needs a fault.
fn compare<F: std::fmt::Debug + Copy>(
    faults: &[(F, &'static str)],
    all: &Report,
    check: impl Fn(F) -> Report,
) {
    let mut found = BTreeSet::new();
    for (fault, expected) in faults {
        let report = check(*fault);
        let failed = failed(&report);
        assert!(
            failed.contains(expected),
            "{fault:?} should fail {expected}, and failed {failed:?}\n{report}"
        );
        found.extend(failed);
    }
    let names: BTreeSet<_> = all.outcomes.iter().map(|outcome| outcome.name).collect();
    let never: Vec<_> = names.difference(&found).collect();
    assert!(never.is_empty(), "no fault fails {never:?}");
}
