//! Values that are set on an activity after its delivery.

use std::fmt;

use serde::{Deserialize, Serialize};
use workout_files::Sport;

/// The values to set on an activity after its delivery, because the destination lost them during
/// the import.
///
/// ```
/// use sync_core::{Finishing, Sport};
///
/// let finishing = Finishing::new().with_sport(Sport::Cycling).with_notes("windy");
/// assert_eq!(finishing.to_string(), "type and notes");
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Finishing {
    /// The sport whose type the activity is to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sport: Option<Sport>,
    /// The notes that it is to have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

impl Finishing {
    /// Nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The type of this sport.
    #[must_use]
    pub fn with_sport(mut self, sport: Sport) -> Self {
        self.sport = Some(sport);
        self
    }

    /// These notes.
    #[must_use]
    pub fn with_notes(mut self, notes: impl Into<String>) -> Self {
        self.notes = Some(notes.into());
        self
    }

    /// Nothing is to be set.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sport.is_none() && self.notes.is_none()
    }
}

/// The names of the values, in words: never the notes themselves.
impl fmt::Display for Finishing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match (&self.sport, &self.notes) {
            (Some(_), Some(_)) => "type and notes",
            (Some(_), None) => "type",
            (None, Some(_)) => "notes",
            (None, None) => "nothing",
        })
    }
}
