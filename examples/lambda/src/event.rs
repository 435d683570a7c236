//! The event of an invocation.

use chrono::NaiveDate;
use serde::Deserialize;

/// The event. Every field is optional, and others are left alone: schedules send fields of their own.
///
/// ```json
/// {"since": "2025-01-01", "until": "2025-12-31", "dry_run": true, "account": "ana", "items": true}
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(crate) struct Event {
    /// The first local day to list.
    pub(crate) since: Option<NaiveDate>,
    /// The last local day to list.
    pub(crate) until: Option<NaiveDate>,
    /// Lists what would be moved, and moves nothing.
    pub(crate) dry_run: bool,
    /// Whose settings, sessions and ledger; see [`Environment`](crate::environment::Environment).
    pub(crate) account: Option<String>,
    /// The answer lists every workout of the run.
    pub(crate) items: bool,
}
