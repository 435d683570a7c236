//! Which recorded answers were counted before: a recording that is read twice, or overlaps another, answers no question twice.

use std::collections::HashSet;

use api_drift::Exchange;
use ring::digest::{Context, SHA256};

/// The exchanges of a recording that are neither among the `known` ones nor repeated, each with its digest.
pub(super) fn fresh<'e>(
    exchanges: impl Iterator<Item = &'e Exchange>,
    known: &[String],
) -> Vec<(&'e Exchange, String)> {
    let mut seen: HashSet<String> = known.iter().cloned().collect();
    let with_digests = exchanges.map(|it| (it, digest(it)));
    with_digests
        .filter(|(_, digest)| seen.insert(digest.clone()))
        .collect()
}

/// A name for one exchange: the same request at the same time with the same answer has the same one.
fn digest(exchange: &Exchange) -> String {
    let mut context = Context::new(&SHA256);
    let at = exchange.at.map(|at| at.timestamp_millis());
    let head = format!(
        "{} {} {at:?} {} ",
        exchange.method, exchange.url, exchange.status
    );
    context.update(head.as_bytes());
    context.update(exchange.body.as_deref().unwrap_or_default());
    let digest = context.finish();
    let first = digest.as_ref().iter().take(8);
    first.map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exchange(second: u32, body: &str) -> Exchange {
        let url = "https://flow.polar.com/api/x".parse().unwrap();
        let mut it = Exchange::new("GET", url, 200);
        it.at = format!("2026-11-28T10:00:{second:02}Z").parse().ok();
        it.body = Some(body.as_bytes().to_vec());
        it
    }

    #[test]
    fn an_exchange_counts_once_however_often_it_is_read() {
        let recording = [
            exchange(1, "a"),
            exchange(1, "a"),
            exchange(2, "a"),
            exchange(2, "b"),
        ];
        let first = fresh(recording.iter(), &[]);
        assert_eq!(first.len(), 3);
        let known: Vec<String> = first.into_iter().map(|(_, digest)| digest).collect();
        assert!(fresh(recording.iter(), &known).is_empty());
        let longer = [exchange(1, "a"), exchange(3, "a")];
        assert_eq!(fresh(longer.iter(), &known).len(), 1);
    }
}
