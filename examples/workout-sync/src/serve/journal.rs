//! The service's lines on stderr.

use std::io::{Write, stderr};

use chrono::{DateTime, Local, Utc};

use super::{Order, Summary};
use crate::exit::Exit;

/// Writes a warning to stderr.
pub(super) fn warn(message: &str) {
    let _ = writeln!(stderr(), "warning: {message}");
}

/// Writes how an order ended.
pub(super) fn ended(order: &Order, summary: &Summary, next: Option<DateTime<Utc>>) {
    let counts: Vec<String> = summary
        .counts
        .iter()
        .map(|(state, n)| format!("{n} {state}"))
        .collect();
    let counts = if counts.is_empty() {
        "nothing to do".to_owned()
    } else {
        counts.join(", ")
    };
    let next = next.map(|next| {
        let local = next.with_timezone(&Local);
        format!("; next run at {}", local.format("%Y-%m-%d %H:%M:%S"))
    });
    let message = summary
        .message
        .as_ref()
        .filter(|_| summary.exit != Exit::Settled);
    let message = message
        .map(|message| format!(": {message}"))
        .unwrap_or_default();
    let _ = writeln!(
        stderr(),
        "{order}: {} ({counts}){message}{}",
        summary.exit.word(),
        next.unwrap_or_default()
    );
}
