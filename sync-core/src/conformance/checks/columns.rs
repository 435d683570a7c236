//! The columns `open` and `day` of single documents.

use chrono::{Days, NaiveDate};
use futures_util::future::try_join;

use super::super::bench::{
    Answer, Bench, Failure, ROUTE, Subject, broken, described, document, key, names,
};
use crate::item::Window;
use crate::ledger::Expected::{Absent, Version};
use crate::ledger::{Content, Document, Key, Select};

/// Some day, and those after it.
pub(super) fn day(number: u64) -> NaiveDate {
    NaiveDate::from_ymd_opt(2026, 2, 20)
        .and_then(|first| first.checked_add_days(Days::new(number)))
        .unwrap_or_default()
}

/// Every combination of the columns.
fn combinations(number: u64) -> [Content<'static>; 4] {
    let day = Some(day(number));
    [
        Content::new("{}"),
        Content::new("{}").with_open(true),
        Content::new("{}").with_day(day),
        Content::new("{}").with_open(true).with_day(day),
    ]
}

pub(super) async fn columns_are_kept(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let mut written = Vec::new();
    for number in 0..4 {
        for (combination, content) in combinations(number).into_iter().enumerate() {
            let name = format!("item/{number}/{combination}");
            ledger.done_with(&key(&name), Absent, content, 1).await?;
            written.push((name, content));
        }
    }
    // The same name in another route has other columns.
    let other = Key::new("there -> here", "item/0/0");
    let content = Content::new("other")
        .with_open(true)
        .with_day(Some(day(90)));
    ledger.done_with(&other, Absent, content, 1).await?;
    for (name, content) in &written {
        ledger.holds_with(&key(name), 1, *content).await?;
    }
    ledger.holds_with(&other, 1, content).await?;
    let found = ledger.all(ROUTE, 5).await?;
    for (found, (name, content)) in found.iter().zip(&written) {
        let expected = document(name, 1, *content);
        if *found != expected {
            return broken(format!(
                "scan gave {} instead of {}",
                described(found),
                described(&expected)
            ));
        }
    }
    Ok(())
}

pub(super) async fn columns_are_replaced(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let key = key("item/1");
    let mut version = 0;
    // From each combination to each other one, and to itself.
    for from in combinations(1) {
        for to in combinations(2) {
            for content in [from, to] {
                let expected = match version {
                    0 => Absent,
                    version => Version(version),
                };
                version += 1;
                ledger.done_with(&key, expected, content, version).await?;
                ledger.holds_with(&key, version, content).await?;
            }
        }
    }
    Ok(())
}

pub(super) async fn conflict_keeps_columns(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    for (number, content) in combinations(1).into_iter().enumerate() {
        let key = key(&format!("item/{number}"));
        ledger.done_with(&key, Absent, content, 1).await?;
        for other in combinations(2) {
            ledger.conflict_with(&key, Absent, other).await?;
            ledger.conflict_with(&key, Version(7), other).await?;
            ledger.holds_with(&key, 1, content).await?;
        }
    }
    let missing = key("item/missing");
    let content = Content::new("{}").with_open(true).with_day(Some(day(1)));
    ledger.conflict_with(&missing, Version(1), content).await?;
    ledger.lacks(&missing).await?;
    for select in [Select::Open, days(day(2), day(2))] {
        let found = ledger.selected(ROUTE, select, 9).await?;
        if found.iter().any(|found| found.day == Some(day(2))) || found.len() > 2 {
            return broken(format!(
                "after conflicts a scan of {select:?} gave {:?}",
                names(&found)
            ));
        }
    }
    Ok(())
}

pub(super) fn days(from: NaiveDate, until: NaiveDate) -> Select {
    Select::Days(Window { from, until })
}

pub(super) async fn extreme_days(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let date = |year, month, day| NaiveDate::from_ymd_opt(year, month, day);
    // In order. Around the limits of text of four digits, of 16 bits, of dates before 1 and before 1970, and of leap years.
    let dates: Vec<NaiveDate> = [
        Some(NaiveDate::MIN),
        date(-10_000, 12, 31),
        date(-1, 12, 31),
        date(0, 2, 29),
        date(1, 1, 1),
        date(999, 12, 31),
        date(1582, 10, 10),
        date(1880, 4, 17),
        date(1969, 12, 31),
        date(1970, 1, 1),
        date(2024, 2, 29),
        date(2059, 9, 18),
        date(2059, 9, 19),
        date(9999, 12, 31),
        date(10_000, 1, 1),
        Some(NaiveDate::MAX),
    ]
    .into_iter()
    .flatten()
    .collect();
    let name = |number: usize| format!("item/{number:02}");
    for (number, day) in dates.iter().enumerate() {
        let content = Content::new("{}").with_day(Some(*day));
        let key = key(&name(number));
        ledger.done_with(&key, Absent, content, 1).await?;
        ledger.holds_with(&key, 1, content).await?;
    }
    ledger.done(&key("item/none"), Absent, "{}", 1).await?;
    for (first, from) in dates.iter().enumerate() {
        for (last, until) in dates.iter().enumerate().skip(first) {
            let expected: Vec<String> = (first..=last).map(name).collect();
            let found = ledger.page_of(ROUTE, days(*from, *until), None, 99).await?;
            if names(&found) != expected {
                return broken(format!(
                    "the days {from} to {until} gave {:?} instead of {expected:?}",
                    names(&found)
                ));
            }
        }
    }
    Ok(())
}

/// Swap `number` of a document: body and columns follow from the number.
fn numbered(body: &str, number: u64) -> Content<'_> {
    Content::new(body)
        .with_open(number % 2 == 0)
        .with_day((number % 3 != 0).then(|| day(number)))
}

fn fits(found: &Document) -> Answer {
    let number = found.body.parse().unwrap_or_default();
    let expected = document(&found.name, number, numbered(&found.body, number));
    if *found == expected {
        return Ok(());
    }
    broken(format!(
        "a reader saw {} instead of {}",
        described(found),
        described(&expected)
    ))
}

pub(super) async fn columns_with_body(bench: &Bench<'_>) -> Answer {
    const SWAPS: u64 = 30;
    let handles = bench.open_many(2).await?;
    let key = key("item/1");
    handles[0]
        .done_with(&key, Absent, numbered("1", 1), 1)
        .await?;
    let write = async |ledger: &Subject| {
        for number in 2..=SWAPS {
            let body = number.to_string();
            ledger
                .done_with(&key, Version(number - 1), numbered(&body, number), number)
                .await?;
        }
        Ok::<_, Failure>(())
    };
    let read = async |ledger: &Subject| {
        for _ in 0..SWAPS {
            match ledger.0.get(&key).await? {
                Some(found) => fits(&found)?,
                None => return broken("a document disappeared"),
            }
            for select in [Select::All, Select::Open, days(day(0), day(SWAPS))] {
                for found in ledger.page_of(ROUTE, select, None, 5).await? {
                    fits(&found)?;
                }
            }
        }
        Ok(())
    };
    try_join(write(&handles[0]), read(&handles[1])).await?;
    let last = SWAPS.to_string();
    handles[1]
        .holds_with(&key, SWAPS, numbered(&last, SWAPS))
        .await
}
