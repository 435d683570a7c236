//! Moving a ledger from one backend to another, as JSON lines.
//!
//! Each line is one document: `{"route": "...", "name": "...", "body": "..."}`, the body exactly as it is stored.

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};

use crate::ledger::{Expected, Key, LedgerError, SharedLedger, Swap};

const PAGE: usize = 500;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    route: String,
    name: String,
    body: String,
}

/// A transfer that did not complete. What was written until then stays; repeating the transfer is harmless.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TransferError {
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The lines can't be read or written.
    #[error("the exported lines can't be read or written: {0}")]
    Io(#[from] std::io::Error),
    /// A line is not what an export writes.
    #[error("line {line} is not an exported document: {source}")]
    Malformed {
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
    /// The ledger knows something else about the same workout. It was left as it is.
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
        let page = ledger.scan(route, after.as_deref(), PAGE).await?;
        for document in &page {
            let line = Line {
                route: route.to_owned(),
                name: document.name.clone(),
                body: document.body.clone(),
            };
            let text = serde_json::to_string(&line).map_err(|source| TransferError::Malformed {
                line: count + 1,
                source,
            })?;
            writeln!(out, "{text}")?;
            count += 1;
        }
        if page.len() < PAGE {
            out.flush()?;
            return Ok(count);
        }
        after = page.last().map(|document| document.name.clone());
    }
}

/// Writes every line into a ledger. Documents that are there already, and equal, are left alone. Says how many were written.
///
/// # Errors
/// [`TransferError`]; a document that differs ends the import.
pub async fn import(
    ledger: &SharedLedger,
    lines: &mut (dyn BufRead + Send),
) -> Result<usize, TransferError> {
    let mut written = 0;
    let mut text = String::new();
    for number in 1.. {
        text.clear();
        if lines.read_line(&mut text)? == 0 {
            break;
        }
        if text.trim().is_empty() {
            continue;
        }
        let line: Line =
            serde_json::from_str(text.trim_end()).map_err(|source| TransferError::Malformed {
                line: number,
                source,
            })?;
        let key = Key::new(line.route, line.name);
        match ledger
            .compare_and_swap(&key, Expected::Absent, &line.body)
            .await?
        {
            Swap::Done(_) => written += 1,
            Swap::Conflict => {
                let there = ledger.get(&key).await?.map(|document| document.body);
                if there.as_deref() != Some(line.body.as_str()) {
                    return Err(TransferError::Different {
                        line: number,
                        name: key.name,
                    });
                }
            }
        }
    }
    Ok(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::MemoryLedger;
    use futures_executor::block_on;

    #[test]
    fn a_ledger_moves_and_a_second_time_changes_nothing() {
        let from = SharedLedger::new(MemoryLedger::new());
        for number in 0..1200 {
            let key = Key::new("a -> b", format!("item/{number}"));
            let body = format!("{{\"text\": \"line\\nbreak \u{1f3c3} {number}\"}}");
            let _ = block_on(from.compare_and_swap(&key, Expected::Absent, &body)).unwrap();
        }
        let mut lines = Vec::new();
        assert_eq!(block_on(export(&from, "a -> b", &mut lines)).unwrap(), 1200);
        let to = SharedLedger::new(MemoryLedger::new());
        assert_eq!(block_on(import(&to, &mut lines.as_slice())).unwrap(), 1200);
        assert_eq!(block_on(import(&to, &mut lines.as_slice())).unwrap(), 0);
        let mut again = Vec::new();
        block_on(export(&to, "a -> b", &mut again)).unwrap();
        assert_eq!(lines, again);
    }

    #[test]
    fn what_differs_is_not_overwritten_and_what_is_foreign_is_named() {
        let ledger = SharedLedger::new(MemoryLedger::new());
        let key = Key::new("a -> b", "item/1");
        let _ = block_on(ledger.compare_and_swap(&key, Expected::Absent, "old")).unwrap();
        let mut line = &br#"{"route":"a -> b","name":"item/1","body":"new"}"#[..];
        let error = block_on(import(&ledger, &mut line)).unwrap_err();
        assert!(
            matches!(error, TransferError::Different { line: 1, .. }),
            "{error}"
        );
        assert_eq!(block_on(ledger.get(&key)).unwrap().unwrap().body, "old");
        let mut line = &b"\nhello\n"[..];
        let error = block_on(import(&ledger, &mut line)).unwrap_err();
        assert!(
            matches!(error, TransferError::Malformed { line: 2, .. }),
            "{error}"
        );
    }
}
