//! The conformance suite passes the ledger in memory, and fails each deliberately broken one.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub
)]

mod broken;
mod columns;
mod connectors;
mod parallel;

use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;
use std::sync::Mutex;

use broken::{Broken, Fault};
use futures_executor::block_on;
use sync_core::conformance::{Report, Verdict, check};
use sync_core::ledger::MemoryLedger;

fn check_broken(fault: Fault) -> Report {
    let stores: Mutex<BTreeMap<String, MemoryLedger>> = Mutex::default();
    block_on(check(async |store: &str| {
        let documents = stores
            .lock()
            .unwrap()
            .entry(store.to_owned())
            .or_default()
            .clone();
        Ok::<_, Infallible>(Broken::open(fault, documents))
    }))
}

fn check_columns(fault: columns::Fault) -> Report {
    let stores: Mutex<BTreeMap<String, columns::Disk>> = Mutex::default();
    block_on(check(async |store: &str| {
        let disk = stores
            .lock()
            .unwrap()
            .entry(store.to_owned())
            .or_default()
            .clone();
        Ok::<_, Infallible>(columns::Broken::open(fault, disk))
    }))
}

#[test]
fn the_ledger_in_memory_keeps_its_promises() {
    let report = block_on(check(async |_: &str| {
        Ok::<_, Infallible>(MemoryLedger::new())
    }));
    report.assert_conformant();
    let not_promised: Vec<_> = report
        .outcomes
        .iter()
        .filter(|outcome| outcome.verdict == Verdict::NotPromised)
        .map(|outcome| outcome.name)
        .collect();
    assert_eq!(
        not_promised,
        [
            "shared",
            "reopening",
            "reopening-counts-on",
            "reopening-keeps-columns"
        ]
    );
}

#[test]
fn the_frame_of_the_broken_ledgers_is_sound() {
    // Else a mutant might be caught for the frame's fault and not for its own.
    for report in [
        check_broken(Fault::None),
        check_columns(columns::Fault::None),
    ] {
        report.assert_conformant();
        assert!(
            report
                .outcomes
                .iter()
                .all(|outcome| outcome.verdict == Verdict::Passed)
        );
    }
}

/// Each broken ledger, by name: the check that has to fail, and the report.
fn broken_ledgers() -> Vec<(String, &'static str, Report)> {
    let mut all = Vec::new();
    for (fault, name) in broken::FAULTS {
        all.push((format!("{fault:?}"), *name, check_broken(*fault)));
    }
    for (fault, name) in columns::FAULTS {
        all.push((format!("{fault:?}"), *name, check_columns(*fault)));
    }
    all
}

#[test]
fn every_broken_ledger_fails_the_check_that_names_its_fault() {
    let ledgers = broken_ledgers();
    for (fault, name, report) in &ledgers {
        let failed: Vec<_> = report.failures().map(|outcome| outcome.name).collect();
        println!("{fault}: {failed:?}");
        assert!(
            failed.contains(name),
            "{fault} should fail `{name}`\n{report}"
        );
    }
    println!("{} broken ledgers", ledgers.len());
}

#[test]
fn every_check_catches_a_broken_ledger() {
    let mut caught = BTreeSet::new();
    let mut all = BTreeSet::new();
    for (_, _, report) in broken_ledgers() {
        caught.extend(report.failures().map(|outcome| outcome.name));
        all.extend(report.outcomes.iter().map(|outcome| outcome.name));
    }
    let idle: Vec<_> = all.difference(&caught).collect();
    assert!(idle.is_empty(), "these checks caught nothing: {idle:?}");
}

#[test]
fn the_report_counts_the_calls() {
    let report = block_on(check(async |_: &str| {
        Ok::<_, Infallible>(MemoryLedger::new())
    }));
    // One swap and one read at least for each of the forty bodies of `versions-count-up`, and so
    // on.
    assert!(report.calls > 1000, "{}", report.calls);
    let shown = report.to_string();
    assert!(
        shown.contains(&format!("{} calls", report.calls)),
        "{shown}"
    );
}

#[test]
fn a_store_that_can_not_be_opened_fails_every_check_with_the_reason() {
    let report = block_on(check(async |_: &str| {
        Err::<MemoryLedger, _>("no such server")
    }));
    assert_eq!(report.failures().count(), report.outcomes.len());
    assert!(report.to_string().contains("no such server"));
}
