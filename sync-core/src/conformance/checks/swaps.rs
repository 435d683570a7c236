//! Reading and swapping one document.

use super::super::bench::{Answer, Bench, ROUTE, broken, key, names};
use crate::ledger::Expected::{Absent, Version};

pub(super) async fn starts_empty(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    ledger.lacks(&key("never written")).await?;
    let all = ledger.all(ROUTE, 10).await?;
    if !all.is_empty() {
        return broken(format!(
            "a new store has documents: {:?} (each store name must stand for an empty store at first)",
            names(&all)
        ));
    }
    Ok(())
}

pub(super) async fn absent_creates(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let key = key("item/1");
    ledger.done(&key, Absent, "{\"a\":1}", 1).await?;
    ledger.holds(&key, 1, "{\"a\":1}").await
}

pub(super) async fn absent_conflicts(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let key = key("item/1");
    ledger.done(&key, Absent, "first", 1).await?;
    ledger.conflict(&key, Absent, "second").await?;
    ledger.holds(&key, 1, "first").await?;
    ledger.done(&key, Version(1), "third", 2).await?;
    ledger.conflict(&key, Absent, "fourth").await?;
    ledger.holds(&key, 2, "third").await
}

pub(super) async fn versions_count_up(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let (one, other) = (key("item/1"), key("item/2"));
    ledger.done(&one, Absent, "1", 1).await?;
    for version in 1..40 {
        let body = (version + 1).to_string();
        ledger
            .done(&one, Version(version), &body, version + 1)
            .await?;
    }
    ledger.holds(&one, 40, "40").await?;
    // Writing the same text is a swap as well.
    ledger.done(&one, Version(40), "40", 41).await?;
    ledger.done(&other, Absent, "1", 1).await?;
    ledger.done(&other, Version(1), "2", 2).await?;
    ledger.holds(&one, 41, "40").await
}

pub(super) async fn stale_version_conflicts(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let key = key("item/1");
    ledger.done(&key, Absent, "1", 1).await?;
    ledger.done(&key, Version(1), "2", 2).await?;
    ledger.done(&key, Version(2), "3", 3).await?;
    for stale in [1, 2] {
        ledger.conflict(&key, Version(stale), "stale").await?;
        ledger.holds(&key, 3, "3").await?;
    }
    Ok(())
}

pub(super) async fn unknown_version_conflicts(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let key = key("item/1");
    ledger.done(&key, Absent, "1", 1).await?;
    let beyond = [
        0,
        2,
        3,
        u64::from(u32::MAX),
        (1 << 32) + 1,
        i64::MAX as u64,
        1 << 63,
        u64::MAX,
    ];
    for unknown in beyond {
        ledger.conflict(&key, Version(unknown), "guessed").await?;
        ledger.holds(&key, 1, "1").await?;
    }
    Ok(())
}

pub(super) async fn missing_document_conflicts(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let key = key("item/1");
    for version in [0, 1, 2] {
        ledger.conflict(&key, Version(version), "made up").await?;
        ledger.lacks(&key).await?;
    }
    ledger.done(&key, Absent, "1", 1).await
}

pub(super) async fn usable_after_conflict(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let (one, other) = (key("item/1"), key("item/2"));
    ledger.done(&one, Absent, "1", 1).await?;
    for round in 0..5 {
        ledger.conflict(&one, Absent, "again").await?;
        ledger.holds(&one, 1, "1").await?;
        ledger.conflict(&one, Version(9), "again").await?;
        let name = key(&format!("item/{}", 10 + round));
        ledger.done(&name, Absent, "x", 1).await?;
    }
    ledger.done(&other, Absent, "1", 1).await?;
    ledger.done(&one, Version(1), "2", 2).await?;
    ledger.holds(&one, 2, "2").await
}

/// Leases end by the engine's clock, which may be years away from the ledger's.
pub(super) async fn ignores_the_clock(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    for (name, year) in [("item/past", 1999), ("item/future", 2999)] {
        let key = key(name);
        let body = format!(
            r#"{{"state":"sending","lease":{{"holder":"x","until":"{year}-01-01T00:00:00Z"}},"expires":"{year}-01-01T00:00:00Z","ttl":0}}"#
        );
        ledger.done(&key, Absent, &body, 1).await?;
        ledger.conflict(&key, Absent, "taken over").await?;
        ledger.conflict(&key, Version(2), "taken over").await?;
        ledger.holds(&key, 1, &body).await?;
        ledger.done(&key, Version(1), &body, 2).await?;
        ledger.holds(&key, 2, &body).await?;
    }
    if ledger.all(ROUTE, 10).await?.len() != 2 {
        return broken("scan leaves out a document whose body holds a date");
    }
    Ok(())
}

pub(super) async fn time_goes_on(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let mut last = None;
    for _ in 0..5 {
        let now = ledger.0.now().await?;
        if now < last {
            return broken(format!("the time went from {last:?} to {now:?}"));
        }
        last = now;
    }
    Ok(())
}
