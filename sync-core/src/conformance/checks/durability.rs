//! Closing and opening again.

use super::super::bench::{Answer, Bench, Failure, ROUTE, broken, key};
use crate::ledger::Expected::{Absent, Version};

pub(super) async fn reopening(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    if !ledger.0.capabilities().durable {
        return Err(Failure::NotPromised);
    }
    for number in 0..20 {
        let key = key(&format!("item/{number}"));
        ledger.done(&key, Absent, "1", 1).await?;
        if number % 2 == 0 {
            ledger.done(&key, Version(1), "2", 2).await?;
        }
    }
    drop(ledger);
    let ledger = bench.open().await?;
    for number in 0..20 {
        let key = key(&format!("item/{number}"));
        let (version, body) = if number % 2 == 0 { (2, "2") } else { (1, "1") };
        ledger.holds(&key, version, body).await?;
    }
    let found = ledger.all(ROUTE, 6).await?.len();
    if found != 20 {
        return broken(format!("20 documents were written, {found} came back"));
    }
    Ok(())
}

pub(super) async fn reopening_counts_on(bench: &Bench<'_>) -> Answer {
    let key = key("item/1");
    let ledger = bench.open().await?;
    if !ledger.0.capabilities().durable {
        return Err(Failure::NotPromised);
    }
    ledger.done(&key, Absent, "1", 1).await?;
    drop(ledger);
    for version in 1..8 {
        let ledger = bench.open().await?;
        ledger.conflict(&key, Absent, "new").await?;
        let body = (version + 1).to_string();
        ledger
            .done(&key, Version(version), &body, version + 1)
            .await?;
        ledger.conflict(&key, Version(version), "late").await?;
    }
    bench.open().await?.holds(&key, 8, "8").await
}
