//! What a repair changed.

use std::fmt;

use super::Fix;

/// What one fix changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Change {
    /// Which fix.
    pub fix: Fix,
    /// How many things it changed: trackpoints, laps or values.
    pub count: usize,
    /// What exactly, for a person to read.
    pub detail: String,
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.fix, self.detail)
    }
}

#[cfg(feature = "serde")]
impl serde::Serialize for Change {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;
        let mut change = serializer.serialize_struct("Change", 3)?;
        change.serialize_field("fix", self.fix.as_str())?;
        change.serialize_field("count", &self.count)?;
        change.serialize_field("detail", &self.detail)?;
        change.end()
    }
}
