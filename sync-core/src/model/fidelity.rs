//! The report of what a workout kept and lost on its way to the destination.

use std::ops::Deref;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use workout_files::Fate;

/// The fidelity report of a delivery, and when it was read back. `Display` gives one line for each
/// fate, such as `lost: cadence, calories`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Fidelity {
    /// When it was read back.
    pub at: DateTime<Utc>,
    /// The compared aspects and their fates.
    #[serde(flatten)]
    pub report: workout_files::Fidelity,
}

impl Fidelity {
    /// The lost aspects, as a line of history.
    pub(crate) fn line(&self) -> String {
        let lost: Vec<&str> = self.of(Fate::Lost).map(|aspect| &*aspect.what).collect();
        match lost.as_slice() {
            [] => "read back: nothing was lost".to_owned(),
            lost => format!("read back: lost {}", lost.join(", ")),
        }
    }
}

impl Deref for Fidelity {
    type Target = workout_files::Fidelity;

    fn deref(&self) -> &Self::Target {
        &self.report
    }
}

impl std::fmt::Display for Fidelity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.report.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_of_a_format_1_ledger_is_read() {
        let text = r#"{"at":"2026-11-23T08:00:00Z","aspects":[{"what":"cadence","fate":"lost"}]}"#;
        let fidelity: Fidelity = serde_json::from_str(text).unwrap();
        assert_eq!(fidelity.to_string(), "lost: cadence");
        assert_eq!(fidelity.line(), "read back: lost cadence");
        assert_eq!(serde_json::to_string(&fidelity).unwrap(), text);
    }
}
