//! Scanning a route page by page.

use super::super::bench::{Answer, Bench, ROUTE, Subject, broken, key, names};
use super::keys::ODD;
use crate::ledger::Expected::{Absent, Version};
use crate::ledger::Key;

async fn fill(ledger: &Subject, count: usize) -> Result<Vec<String>, super::super::bench::Failure> {
    let mut names: Vec<String> = (0..count).map(|number| format!("item/{number}")).collect();
    for name in &names {
        ledger.done(&key(name), Absent, name, 1).await?;
    }
    names.sort_unstable();
    Ok(names)
}

pub(super) async fn order_by_bytes(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let mut expected = ODD.to_vec();
    for name in expected.iter().rev() {
        ledger.done(&key(name), Absent, "x", 1).await?;
    }
    expected.sort_unstable();
    let found = ledger.page(ROUTE, None, 1000).await?;
    if names(&found) != expected {
        return broken(format!("{:?} instead of {expected:?}", names(&found)));
    }
    // And "after" means after by bytes, also after names that are not there.
    for after in ["", "B", "a", "item/0", "item/1", "z", "ä", "\u{10ffff}"] {
        let expected: Vec<&str> = expected
            .iter()
            .copied()
            .filter(|name| *name > after)
            .collect();
        let found = ledger.page(ROUTE, Some(after), 1000).await?;
        if names(&found) != expected {
            return broken(format!(
                "after {after:?} came {:?} instead of {expected:?}",
                names(&found)
            ));
        }
    }
    Ok(())
}

pub(super) async fn pages(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let expected = fill(&ledger, 24).await?;
    // Neighbours must not leak into the pages.
    for route in ["here", "here -> there ", "here -> there/"] {
        let neighbour = Key::new(route, "item/5");
        ledger.done(&neighbour, Absent, "x", 1).await?;
    }
    for limit in [1, 2, 5, 8, 23, 24, 25, 1000] {
        let found = ledger.all(ROUTE, limit).await?;
        if names(&found) != expected {
            return broken(format!(
                "pages of {limit} gave {:?} instead of {expected:?}",
                names(&found)
            ));
        }
    }
    Ok(())
}

pub(super) async fn page_limits(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let expected = fill(&ledger, 9).await?;
    ledger.page(ROUTE, None, 0).await?;
    ledger.page(ROUTE, Some("item/3"), 0).await?;
    for limit in [i32::MAX as usize, i64::MAX as usize, usize::MAX] {
        let found = ledger.page(ROUTE, None, limit).await?;
        if names(&found) != expected {
            return broken(format!("a limit of {limit} gave {:?}", names(&found)));
        }
    }
    Ok(())
}

pub(super) async fn scan_is_current(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    fill(&ledger, 6).await?;
    // A first look, in case it is kept.
    ledger.all(ROUTE, 4).await?;
    ledger.done(&key("item/3"), Version(1), "new", 2).await?;
    ledger.done(&key("item/9"), Absent, "added", 1).await?;
    for document in ledger.all(ROUTE, 4).await? {
        let by_get = ledger.0.get(&key(&document.name)).await?;
        if by_get.as_ref() != Some(&document) {
            return broken(format!("scan gave {document:?}, get gave {by_get:?}"));
        }
    }
    let found = ledger.all(ROUTE, 4).await?;
    if found.len() != 7 {
        return broken(format!(
            "7 documents were written, scan gave {}",
            found.len()
        ));
    }
    Ok(())
}

pub(super) async fn scan_while_writing(bench: &Bench<'_>) -> Answer {
    let handles = bench.open_many(2).await?;
    let (reader, writer) = (&handles[0], &handles[1]);
    let before = fill(reader, 30).await?;
    let mut found: Vec<String> = Vec::new();
    for round in 0.. {
        let page = reader
            .page(ROUTE, found.last().map(String::as_str), 4)
            .await?;
        let last = page.len() < 4;
        found.extend(page.into_iter().map(|document| document.name));
        if last {
            break;
        }
        if round > 100 {
            return broken("paging never ends while another handle writes");
        }
        // Before, at and behind the place of the reader: new ones, and new versions of old ones.
        let place = found.last().cloned().unwrap_or_default();
        for name in [format!("a{round}"), format!("{place}+")] {
            writer.done(&key(&name), Absent, "new", 1).await?;
        }
        let version = round + 1;
        for name in ["item/0", "item/29", "item/9"] {
            writer
                .done(&key(name), Version(version), "changed", version + 1)
                .await?;
        }
    }
    for name in &before {
        let times = found.iter().filter(|found| *found == name).count();
        if times != 1 {
            return broken(format!("{name} was returned {times} times"));
        }
    }
    if !found.is_sorted() {
        return broken(format!("the pages are out of order: {found:?}"));
    }
    Ok(())
}
