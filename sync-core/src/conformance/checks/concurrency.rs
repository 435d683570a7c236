//! Several concurrent callers of one ledger.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

use futures_util::FutureExt;
use futures_util::future::join_all;

use super::super::bench::{Answer, Bench, Failure, ROUTE, Subject, broken, key};
use crate::ledger::Expected::{Absent, Version};
use crate::ledger::{Content, Key, Select, Swap};

const HANDS: usize = 6;
const ROUNDS: usize = 12;

async fn race(
    handles: &[Subject],
    key: &Key,
    expected: crate::ledger::Expected,
) -> Result<Vec<Swap>, Failure> {
    let swaps = handles.iter().enumerate().map(|(hand, ledger)| async move {
        let body = format!("hand {hand}");
        ledger.swap(key, expected, &body).await
    });
    join_all(swaps).await.into_iter().collect()
}

async fn one_of(
    handles: &[Subject],
    key: &Key,
    expected: crate::ledger::Expected,
    version: u64,
) -> Answer {
    let swaps = race(handles, key, expected).await?;
    let winners: Vec<usize> = (0..swaps.len())
        .filter(|hand| swaps[*hand] == Swap::Done(version))
        .collect();
    let [winner] = winners[..] else {
        return broken(format!(
            "{} swaps at once expecting {expected:?} gave {swaps:?}",
            swaps.len()
        ));
    };
    let losers = swaps.iter().filter(|swap| **swap == Swap::Conflict).count();
    if losers + 1 != swaps.len() {
        return broken(format!("the losers got {swaps:?}"));
    }
    for ledger in handles {
        ledger
            .holds(key, version, &format!("hand {winner}"))
            .await?;
    }
    Ok(())
}

pub(super) async fn one_creator(bench: &Bench<'_>) -> Answer {
    let handles = bench.open_many(HANDS).await?;
    for round in 0..ROUNDS {
        one_of(&handles, &key(&format!("item/{round}")), Absent, 1).await?;
    }
    Ok(())
}

pub(super) async fn one_winner(bench: &Bench<'_>) -> Answer {
    let handles = bench.open_many(HANDS).await?;
    let key = key("item/1");
    handles[0].done(&key, Absent, "start", 1).await?;
    for version in 1..=ROUNDS as u64 {
        one_of(&handles, &key, Version(version), version + 1).await?;
    }
    Ok(())
}

pub(super) async fn no_lost_update(bench: &Bench<'_>) -> Answer {
    let handles = bench.open_many(HANDS).await?;
    let key = key("counter");
    handles[0].done(&key, Absent, "0", 1).await?;
    let count = |ledger: Subject| {
        let key = &key;
        async move {
            let mut left = ROUNDS;
            // One handle succeeds in every round, so this many tries are always enough.
            for _ in 0..HANDS * ROUNDS * 10 {
                let Some(document) = ledger.0.get(key).await? else {
                    return broken("a document disappeared");
                };
                let number: usize = document.body.parse().unwrap_or(0);
                let body = (number + 1).to_string();
                if let Swap::Done(_) = ledger.swap(key, Version(document.version), &body).await? {
                    left -= 1;
                }
                if left == 0 {
                    return Ok(());
                }
            }
            broken("conflicts without end, though no other handle wrote")
        }
    };
    let answers = join_all(handles.iter().cloned().map(count)).await;
    answers.into_iter().collect::<Result<(), _>>()?;
    let total = HANDS * ROUNDS;
    handles[0]
        .holds(&key, total as u64 + 1, &total.to_string())
        .await
}

/// Polls a future once.
async fn poll_once<T>(future: &mut (impl Future<Output = T> + Unpin)) -> Poll<T> {
    poll_fn(|context| Poll::Ready(Pin::new(&mut *future).poll(context))).await
}

/// The engine drops a run to stop it, and its ledger call with it, at any point.
pub(super) async fn dropped_calls(bench: &Bench<'_>) -> Answer {
    let ledger = bench.open().await?;
    let key = key("item/1");
    ledger.done(&key, Absent, "0", 1).await?;
    for polls in 0..4 {
        let Some(start) = ledger.0.get(&key).await? else {
            return broken("a document disappeared");
        };
        {
            let mut swap = ledger
                .0
                .compare_and_swap(&key, Version(start.version), Content::new("dropped"))
                .boxed_local();
            let mut scan = ledger.0.scan(ROUTE, Select::All, None, 5).boxed_local();
            for _ in 0..polls {
                if poll_once(&mut swap).await.is_ready() {
                    break;
                }
            }
            let _ = poll_once(&mut scan).await;
        }
        // The dropped swap may still land: then the next one conflicts, once.
        let mut version = start.version;
        for attempt in 0.. {
            match ledger.swap(&key, Version(version), "mine").await? {
                Swap::Done(next) => {
                    ledger.holds(&key, next, "mine").await?;
                    break;
                }
                Swap::Conflict if attempt < 2 => {
                    version = ledger.0.get(&key).await?.map_or(0, |d| d.version);
                    if version > start.version + 1 {
                        return broken(format!(
                            "one dropped swap moved the version from {} to {version}",
                            start.version
                        ));
                    }
                }
                Swap::Conflict => {
                    return broken("after a dropped call every swap conflicts");
                }
            }
        }
    }
    Ok(())
}

pub(super) async fn shared(bench: &Bench<'_>) -> Answer {
    let one = bench.open().await?;
    if !one.0.capabilities().shared {
        return Err(Failure::NotPromised);
    }
    let other = bench.open().await?;
    let name = key("item/1");
    // Both have looked before, in case they remember.
    one.lacks(&name).await?;
    other.lacks(&name).await?;
    one.done(&name, Absent, "1", 1).await?;
    for version in 1..10 {
        let (writer, reader) = if version % 2 == 0 {
            (&one, &other)
        } else {
            (&other, &one)
        };
        reader.holds(&name, version, &version.to_string()).await?;
        let body = (version + 1).to_string();
        writer
            .done(&name, Version(version), &body, version + 1)
            .await?;
        reader.holds(&name, version + 1, &body).await?;
        reader.conflict(&name, Version(version), "late").await?;
        let page = reader.page(ROUTE, None, 10).await?;
        if page.len() != 1 || page[0].version != version + 1 {
            return broken(format!("another handle's scan gave {page:?}"));
        }
    }
    Ok(())
}
