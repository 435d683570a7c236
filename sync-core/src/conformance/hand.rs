//! The part of one thread or process among several on one ledger, and the judgement of their work.

use chrono::{Days, NaiveDate};

use super::bench::{Answer, Failure, ROUTE, Subject, broken, described, document, key, quoted};
use crate::ledger::Expected::{Absent, Version};
use crate::ledger::{Content, Document, Select, Swap};

/// How many threads or processes work at the same time.
pub(super) const HANDS: usize = 4;
/// How often each adds one to the counter, and how many documents each tries to create.
const ROUNDS: usize = 40;
const COUNTER: &str = "counter";

/// The counter's content: both columns follow from the number in the body.
fn counter(body: &str) -> Content<'_> {
    let number: u64 = body.parse().unwrap_or_default();
    let day = NaiveDate::default().checked_add_days(Days::new(number));
    Content::new(body)
        .with_open(number % 2 == 1)
        .with_day(day.filter(|_| number % 3 != 0))
}

fn fits(found: &Document) -> Answer {
    let expected = document(&found.name, found.version, counter(&found.body));
    if *found == expected {
        return Ok(());
    }
    broken(format!(
        "a reader saw {} instead of {}",
        described(found),
        described(&expected)
    ))
}

fn slot(round: usize) -> String {
    format!("slot/{round:02}")
}

/// Prepares the store, before the hands begin.
pub(super) async fn prepare(ledger: &Subject) -> Answer {
    ledger
        .done_with(&key(COUNTER), Absent, counter("0"), 1)
        .await
}

/// Counts, and tries to create documents. Returns the rounds in which this hand created the document.
pub(super) async fn work(ledger: &Subject, hand: usize) -> Result<Vec<usize>, Failure> {
    let mut won = Vec::new();
    for round in 0..ROUNDS {
        let body = hand.to_string();
        let open = Content::new(&body).with_open(true);
        match ledger.swap_with(&key(&slot(round)), Absent, open).await? {
            Swap::Done(1) => won.push(round),
            Swap::Done(version) => broken(format!("a new document has version {version}"))?,
            Swap::Conflict => {}
        }
        add_one(ledger).await?;
    }
    Ok(won)
}

async fn add_one(ledger: &Subject) -> Answer {
    let key = key(COUNTER);
    let mut failed = None;
    // Each conflict is the success of another hand, so this many tries are always enough.
    for _ in 0..=HANDS * ROUNDS {
        let Some(found) = ledger.0.get(&key).await? else {
            return broken("a document disappeared");
        };
        fits(&found)?;
        if failed.is_some_and(|version| found.version <= version) {
            return broken(format!(
                "version {} conflicted, and is still there",
                found.version
            ));
        }
        let number: usize = found.body.parse().unwrap_or_default();
        let next = (number + 1).to_string();
        let swap = ledger.swap_with(&key, Version(found.version), counter(&next));
        match swap.await? {
            Swap::Done(version) if version == found.version + 1 => return Ok(()),
            Swap::Done(version) => broken(format!(
                "a swap of version {} gave version {version}",
                found.version
            ))?,
            Swap::Conflict => failed = Some(found.version),
        }
    }
    broken("more conflicts than other hands can cause")
}

/// Compares the store with the answers that the hands got.
pub(super) async fn judge(ledger: &Subject, won: &[Vec<usize>]) -> Answer {
    let total = HANDS * ROUNDS;
    let last = total.to_string();
    ledger
        .holds_with(&key(COUNTER), total as u64 + 1, counter(&last))
        .await?;
    for round in 0..ROUNDS {
        let winners: Vec<usize> = (0..won.len())
            .filter(|hand| won.get(*hand).is_some_and(|won| won.contains(&round)))
            .collect();
        let [winner] = winners[..] else {
            return broken(format!(
                "{} of {HANDS} created {}",
                winners.len(),
                quoted(&slot(round))
            ));
        };
        let body = winner.to_string();
        let content = Content::new(&body).with_open(true);
        ledger.holds_with(&key(&slot(round)), 1, content).await?;
    }
    let open = ledger.selected(ROUTE, Select::Open, 7).await?.len();
    let expected = ROUNDS + total % 2;
    if open != expected {
        return broken(format!("{expected} documents are open, a scan gave {open}"));
    }
    Ok(())
}
