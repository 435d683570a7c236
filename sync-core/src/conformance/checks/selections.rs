//! Scans by the columns `open` and `day`.

use super::super::bench::{Answer, Bench, Failure, ROUTE, Subject, broken, key, names};
use super::columns::{day, days};
use crate::ledger::Expected::{Absent, Version};
use crate::ledger::{Content, Key, Select};

/// The documents of these checks: every second one is open, every third one has no day, and the days run against the names.
fn content(number: u64) -> Content<'static> {
    Content::new("{}")
        .with_open(number % 2 == 0)
        .with_day((number % 3 != 0).then(|| day(100 - number / 2)))
}

fn name(number: u64) -> String {
    format!("item/{number:02}")
}

async fn fill(ledger: &Subject, count: u64) -> Answer {
    for number in 0..count {
        let key = key(&name(number));
        ledger.done_with(&key, Absent, content(number), 1).await?;
        // Neighbours must not leak into a selection.
        let neighbour = Key::new("there -> here", name(number));
        let content = Content::new("{}").with_open(true).with_day(Some(day(90)));
        ledger.done_with(&neighbour, Absent, content, 1).await?;
    }
    Ok(())
}

/// The names of the first `count` documents that belong to the selection.
fn expected(count: u64, select: Select) -> Vec<String> {
    let selected = (0..count).filter(|number| {
        let content = content(*number);
        select.matches(content.open, content.day)
    });
    selected.map(name).collect()
}

async fn gives(ledger: &Subject, select: Select, expected: &[String]) -> Answer {
    let found = ledger.selected(ROUTE, select, 1000).await?;
    if names(&found) == expected {
        return Ok(());
    }
    broken(format!(
        "a scan of {select:?} gave {:?} instead of {expected:?}",
        names(&found)
    ))
}

pub(super) async fn open_scan(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    gives(&ledger, Select::Open, &[]).await?;
    fill(&ledger, 20).await?;
    gives(&ledger, Select::Open, &expected(20, Select::Open)).await?;
    let empty = ledger.selected("nowhere", Select::Open, 5).await?;
    if !empty.is_empty() {
        return broken(format!(
            "a route without documents gave {:?}",
            names(&empty)
        ));
    }
    for number in 0..20 {
        let key = key(&name(number));
        ledger.done(&key, Version(1), "{}", 2).await?;
    }
    gives(&ledger, Select::Open, &[]).await
}

pub(super) async fn days_scan(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    fill(&ledger, 24).await?;
    let (first, last) = (day(89), day(100));
    for from in (0..=12).map(|number| day(88 + number)) {
        for until in (0..=13).map(|number| day(88 + number)) {
            // A window that ends before it begins holds no day.
            let select = days(from, until);
            gives(&ledger, select, &expected(24, select)).await?;
        }
    }
    gives(
        &ledger,
        days(day(0), first.pred_opt().unwrap_or(first)),
        &[],
    )
    .await?;
    gives(
        &ledger,
        days(last.succ_opt().unwrap_or(last), day(999)),
        &[],
    )
    .await?;
    let all = days(chrono::NaiveDate::MIN, chrono::NaiveDate::MAX);
    gives(&ledger, all, &expected(24, all)).await
}

pub(super) async fn selection_pages(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    fill(&ledger, 24).await?;
    for select in [Select::Open, days(day(90), day(97)), days(day(0), day(999))] {
        let expected = expected(24, select);
        for limit in [
            1,
            2,
            5,
            expected.len(),
            expected.len() + 1,
            1000,
            usize::MAX,
        ] {
            let found = ledger.selected(ROUTE, select, limit).await?;
            if names(&found) != expected {
                return broken(format!(
                    "pages of {limit} of {select:?} gave {:?} instead of {expected:?}",
                    names(&found)
                ));
            }
        }
        ledger.page_of(ROUTE, select, None, 0).await?;
        // "After" means after by bytes, also after names that are not selected, or are not there.
        let afters = (0..24)
            .map(name)
            .chain(["", "item/", "item/1x", "z"].map(str::to_owned));
        for after in afters {
            let rest: Vec<&String> = expected.iter().filter(|name| **name > after).collect();
            let found = ledger.page_of(ROUTE, select, Some(&after), 1000).await?;
            if names(&found) != rest {
                return broken(format!(
                    "{select:?} after {after:?} gave {:?} instead of {rest:?}",
                    names(&found)
                ));
            }
        }
    }
    Ok(())
}

pub(super) async fn selection_is_current(bench: &Bench<'_>) -> Answer {
    let handles = bench.open_many(2).await?;
    let (writer, reader) = (&handles[0], &handles[1]);
    fill(writer, 4).await?;
    let moved = [name(9)];
    let key = key(&moved[0]);
    let (one, other) = (days(day(200), day(200)), days(day(201), day(300)));
    let steps = [
        (Content::new("{}"), false, false, false),
        (Content::new("{}").with_open(true), true, false, false),
        (
            Content::new("{}").with_day(Some(day(200))),
            false,
            true,
            false,
        ),
        (
            Content::new("{}").with_open(true).with_day(Some(day(300))),
            true,
            false,
            true,
        ),
        (Content::new("{}").with_open(true), true, false, false),
        (
            Content::new("{}").with_day(Some(day(201))),
            false,
            false,
            true,
        ),
        (Content::new("{}"), false, false, false),
    ];
    for (version, (content, open, in_one, in_other)) in (0..).zip(steps) {
        let expects = if version == 0 {
            Absent
        } else {
            Version(version)
        };
        writer
            .done_with(&key, expects, content, version + 1)
            .await?;
        let mut opens = expected(4, Select::Open);
        opens.extend(moved.iter().filter(|_| open).cloned());
        gives(reader, Select::Open, &opens).await?;
        gives(reader, one, if in_one { &moved } else { &[] }).await?;
        gives(reader, other, if in_other { &moved } else { &[] }).await?;
    }
    Ok(())
}

pub(super) async fn selection_while_writing(bench: &Bench<'_>) -> Answer {
    for (part, select) in [Select::Open, days(day(90), day(100))]
        .into_iter()
        .enumerate()
    {
        let bench = Bench {
            stores: bench.stores,
            store: format!("{}-{}", bench.store, ["a", "b"][part]),
        };
        page_while_writing(&bench, select).await?;
    }
    Ok(())
}

/// Documents that stay (in new versions), leave, enter and leave again, while another handle pages.
async fn page_while_writing(bench: &Bench<'_>, select: Select) -> Answer {
    const PAGE: usize = 3;
    let handles = bench.open_many(2).await?;
    let (reader, writer) = (&handles[0], &handles[1]);
    let inside = Content::new("in").with_open(true).with_day(Some(day(95)));
    let outside = Content::new("out").with_day(Some(day(10)));
    let mut versions = [1_u64; 40];
    for number in 0..40 {
        let start = if number % 4 == 3 { outside } else { inside };
        let key = key(&name(number));
        writer.done_with(&key, Absent, start, 1).await?;
    }
    let mut found: Vec<String> = Vec::new();
    for round in 0..100_u64 {
        let after = found.last().cloned();
        let page = reader
            .page_of(ROUTE, select, after.as_deref(), PAGE)
            .await?;
        found.extend(page.iter().map(|document| document.name.clone()));
        if page.len() < PAGE {
            break;
        }
        for number in 0..40_u64 {
            let to = match number % 4 {
                // Stays, with another day.
                0 => inside.with_day(Some(day(90 + (round + number) % 11))),
                // Stays unchanged.
                1 => continue,
                // Leaves, behind the reader's place and before it, one after the other.
                2 if number / 4 == round => outside,
                2 => continue,
                // Comes and goes.
                _ if (round + number / 4) % 2 == 0 => inside,
                _ => outside,
            };
            let version = usize::try_from(number)
                .ok()
                .and_then(|number| versions.get_mut(number));
            if let Some(version) = version {
                let key = key(&name(number));
                writer
                    .done_with(&key, Version(*version), to, *version + 1)
                    .await?;
                *version += 1;
            }
        }
    }
    verify(&found)
}

fn verify(found: &[String]) -> Answer {
    for number in 0..40 {
        let name = name(number);
        let times = found.iter().filter(|found| **found == name).count();
        let stays = number % 4 < 2;
        if times > 1 || (stays && times == 0) {
            return Err(Failure::Broken(format!(
                "{name}, which {} selected, was returned {times} times",
                if stays { "stayed" } else { "was not always" }
            )));
        }
    }
    if !found.is_sorted() {
        return broken(format!("the pages are out of order: {found:?}"));
    }
    Ok(())
}
