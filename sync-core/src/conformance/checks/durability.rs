//! Closing and opening again.

use super::super::bench::{Answer, Bench, Failure, ROUTE, broken, key};
use super::columns::day;
use crate::item::Window;
use crate::ledger::Expected::{Absent, Version};
use crate::ledger::{Content, Select};

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

pub(super) async fn reopening_keeps_columns(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    if !ledger.0.capabilities().durable {
        return Err(Failure::NotPromised);
    }
    let content = |number: u64| {
        let day = (number % 3 != 0).then(|| day(number));
        Content::new("x").with_open(number % 2 == 0).with_day(day)
    };
    for number in 0..12 {
        let key = key(&format!("item/{number:02}"));
        ledger
            .done_with(&key, Absent, content(number + 1), 1)
            .await?;
        ledger
            .done_with(&key, Version(1), content(number), 2)
            .await?;
    }
    drop(ledger);
    let ledger = bench.open().await?;
    for number in 0..12 {
        let key = key(&format!("item/{number:02}"));
        ledger.holds_with(&key, 2, content(number)).await?;
    }
    let window = Select::Days(Window {
        from: day(4),
        until: day(8),
    });
    for (select, expected) in [(Select::Open, 6), (window, 4)] {
        let found = ledger.selected(ROUTE, select, 3).await?.len();
        if found != expected {
            return broken(format!(
                "after opening again a scan of {select:?} gave {found} documents instead of {expected}"
            ));
        }
    }
    Ok(())
}
