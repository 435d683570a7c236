//! Identifiers, one type each, so that the compiler keeps them apart.

use std::fmt;

use serde::{Deserialize, Serialize};
use web_session::decode::{Format, Found};

/// Number of an activity, as in `/user/<name>/activity/<id>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ActivityId(pub u64);

/// A number, as text in some years.
impl<'de> Format<'de> for ActivityId {
    type Value = Self;
    const EXPECTED: &'static str = "the number of an activity";

    fn scalar(found: Found<'de>) -> Option<Self> {
        match found {
            Found::Unsigned(id) => Some(Self(id)),
            Found::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl fmt::Display for ActivityId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::str::FromStr for ActivityId {
    type Err = std::num::ParseIntError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.trim().parse().map(Self)
    }
}

/// The name in the user's addresses: one that was chosen, or a number of about ten digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserName(String);

impl UserName {
    /// A name; `None` when it can't stand in an address.
    #[must_use]
    pub fn new(name: impl Into<String>) -> Option<Self> {
        let name = name.into();
        let fits = !name.is_empty()
            && name.len() <= 100
            && name
                .chars()
                .all(|c| !c.is_control() && !c.is_whitespace() && !"/?#\"'<>".contains(c));
        fits.then_some(Self(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// The UUID of an activity, by which its points are asked for since 2017.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TripUuid(pub String);

impl fmt::Display for TripUuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_name_fits_into_an_address() {
        assert!(UserName::new("1234567890").is_some());
        assert!(UserName::new("jane.doe-1").is_some());
        for bad in ["", "a/b", "a b", "a?b", "a\"b", "a\nb"] {
            assert_eq!(UserName::new(bad), None, "{bad:?}");
        }
    }
}
