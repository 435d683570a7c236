//! Moving a ledger from one backend to another, as JSON lines.
//!
//! Each line is one document: `{"route": "...", "name": "...", "body": "..."}`, with the stored
//! body unchanged.

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};

use crate::ledger::{Content, Document, Expected, Key, LedgerError, Select, SharedLedger, Swap};
use crate::store;

const PAGE: usize = 500;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    route: String,
    name: String,
    body: String,
}

/// A transfer that did not complete. Documents written until then stay; repeating the transfer is
/// harmless.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The lines cannot be read or written.
    #[error("the exported lines cannot be read or written")]
    Io(#[from] std::io::Error),
    /// A line is not what an export writes.
    #[error("line {line} is not an exported document")]
    Malformed {
        /// Which line, from 1.
        line: usize,
        /// The fault in the line.
        #[source]
        source: serde_json::Error,
    },
    /// The ledger has a different document about the same workout, and keeps it unchanged.
    #[error(
        "line {line}: the ledger already has a different `{name}`; import into an empty ledger"
    )]
    Different {
        /// Which line, from 1.
        line: usize,
        /// The document's name.
        name: String,
    },
}

/// Writes every document of a route as a line. Says how many there were.
///
/// Runs may continue meanwhile: each record is copied in the state of some moment.
///
/// # Errors
/// [`TransferError`].
pub async fn export(
    ledger: &SharedLedger,
    route: &str,
    out: &mut (dyn Write + Send),
) -> Result<usize, TransferError> {
    let mut count = 0;
    let mut after: Option<String> = None;
    loop {
        let page = ledger.scan(route, Select::All, after.as_deref(), PAGE);
        let page = page.await?;
        let is_last = page.len() < PAGE;
        count += page.len();
        for Document { name, body, .. } in page {
            after = Some(name.clone());
            let route = route.to_owned();
            let line = serde_json::to_string(&Line { route, name, body });
            writeln!(out, "{}", line.map_err(std::io::Error::from)?)?;
        }
        if is_last {
            out.flush()?;
            return Ok(count);
        }
    }
}

/// Writes every line into a ledger. Documents that are there already, and equal, are left alone. Says how many were written.
///
/// What says how much of the source's history is in the ledger is written last: an import that was interrupted is no complete history.
///
/// # Errors
/// [`TransferError`]; a line that is no document of a ledger, or a document that differs, ends the import.
pub async fn import(
    ledger: &SharedLedger,
    lines: &mut (dyn BufRead + Send),
) -> Result<usize, TransferError> {
    let mut written = 0;
    let mut route_states: Vec<(usize, Key, Document)> = Vec::new();
    for (index, text) in lines.lines().enumerate() {
        let (number, text) = (index + 1, text?);
        if text.trim().is_empty() {
            continue;
        }
        let malformed = |source| TransferError::Malformed {
            line: number,
            source,
        };
        let line: Line = serde_json::from_str(&text).map_err(malformed)?;
        let checked = store::check_document(&line.name, &line.body).map_err(malformed)?;
        let Some(checked) = checked else { continue };
        let key = Key::new(line.route, checked.name.clone());
        match &*checked.name {
            store::ROUTE => route_states.push((number, key, checked)),
            _ => written += usize::from(write(ledger, number, key, checked).await?),
        }
    }
    for (number, key, checked) in route_states {
        written += usize::from(write(ledger, number, key, checked).await?);
    }
    Ok(written)
}

/// `false`: it was there already.
async fn write(
    ledger: &SharedLedger,
    number: usize,
    key: Key,
    document: Document,
) -> Result<bool, TransferError> {
    let content = Content::new(&document.body)
        .with_open(document.open)
        .with_day(document.day);
    // Read first: in an import that is repeated, every document is there.
    if ledger.get(&key).await?.is_none() {
        let swap = ledger.compare_and_swap(&key, Expected::Absent, content);
        if let Swap::Done(_) = swap.await? {
            return Ok(true);
        }
    }
    let there = ledger.get(&key).await?.map(|document| document.body);
    if there.as_deref() == Some(document.body.as_str()) {
        return Ok(false);
    }
    Err(TransferError::Different {
        line: number,
        name: key.name,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::MemoryLedger;
    use futures_executor::block_on;

    fn put(ledger: &SharedLedger, name: &str, body: &str) {
        let key = Key::new("a -> b", name);
        let swap = ledger.compare_and_swap(&key, Expected::Absent, Content::new(body));
        let _ = block_on(swap).unwrap();
    }

    fn all(ledger: &SharedLedger) -> Vec<Document> {
        block_on(ledger.scan("a -> b", Select::All, None, 9)).unwrap()
    }

    fn line(name: &str, body: &str) -> String {
        let (name, body) = (name.to_owned(), body.to_owned());
        let route = "a -> b".to_owned();
        serde_json::to_string(&Line { route, name, body }).unwrap() + "\n"
    }

    #[test]
    fn a_ledger_moves_and_a_second_time_changes_nothing() {
        let from = SharedLedger::new(MemoryLedger::new());
        for number in 0..1200 {
            let body = format!("{{\"item\": \"line\\nbreak \u{1f3c3} {number}\"}}");
            put(&from, &format!("link/{number}"), &body);
        }
        put(
            &from,
            "route",
            r#"{"format":2,"listed":[{"from":"2020-01-01","until":"2026-11-23"}]}"#,
        );
        let mut lines = Vec::new();
        assert_eq!(block_on(export(&from, "a -> b", &mut lines)).unwrap(), 1201);
        let to = SharedLedger::new(MemoryLedger::new());
        assert_eq!(block_on(import(&to, &mut lines.as_slice())).unwrap(), 1201);
        assert_eq!(block_on(import(&to, &mut lines.as_slice())).unwrap(), 0);
        let mut again = Vec::new();
        block_on(export(&to, "a -> b", &mut again)).unwrap();
        assert_eq!(lines, again);
    }

    #[test]
    fn what_differs_is_not_overwritten() {
        let ledger = SharedLedger::new(MemoryLedger::new());
        put(&ledger, "link/1", r#"{"item":"old"}"#);
        let text = line("link/1", r#"{"item":"new"}"#);
        let error = block_on(import(&ledger, &mut text.as_bytes())).unwrap_err();
        assert!(
            matches!(error, TransferError::Different { line: 1, .. }),
            "{error}"
        );
        let there = block_on(ledger.get(&Key::new("a -> b", "link/1"))).unwrap();
        assert_eq!(there.unwrap().body, r#"{"item":"old"}"#);
    }

    #[test]
    fn what_no_ledger_wrote_is_named_and_stays_out() {
        let ledger = SharedLedger::new(MemoryLedger::new());
        for foreign in [
            "hello\n".to_owned(),
            line("item/1", "not json"),
            line("item/1", "{}"),
            line("something", "{}"),
        ] {
            let text = format!("\n{foreign}");
            let error = block_on(import(&ledger, &mut text.as_bytes())).unwrap_err();
            assert!(
                matches!(error, TransferError::Malformed { line: 2, .. }),
                "{error}"
            );
        }
        assert_eq!(all(&ledger), []);
    }

    #[test]
    fn half_an_import_is_no_complete_history() {
        let ledger = SharedLedger::new(MemoryLedger::new());
        let head = line("cursor", r#"{"from":"2020-01-01","until":"2026-11-23"}"#);
        let text = head + "cut off";
        block_on(import(&ledger, &mut text.as_bytes())).unwrap_err();
        assert_eq!(all(&ledger), []);
    }
}
