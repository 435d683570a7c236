//! Identifiers. All are numbers far beyond 32 bits (8.4e9 for sessions in 2026).

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub u64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ParseIntError;
            fn from_str(text: &str) -> Result<Self, ParseIntError> {
                text.parse().map(Self)
            }
        }

        impl<'de> web_session::decode::Format<'de> for $name {
            type Value = Self;
            const EXPECTED: &'static str = "an id";

            fn scalar(found: web_session::decode::Found<'de>) -> Option<Self> {
                use web_session::decode::Found;
                match found {
                    Found::Unsigned(id) => Some(Self(id)),
                    // The service writes some numbers as text.
                    Found::Text(id) => id.parse().ok(),
                    _ => None,
                }
            }
        }

        impl From<u64> for $name {
            fn from(id: u64) -> Self {
                Self(id)
            }
        }
    };
}

id!(
    /// A training session: what the calendar calls `listItemId` and the history `id`.
    SessionId
);
id!(
    /// An exercise of a training session. A multi-sport session has several.
    ExerciseId
);
id!(
    /// A training target.
    TargetId
);
id!(
    /// A favourite.
    FavoriteId
);
id!(
    /// The target inside a favourite or a training target.
    ExerciseTargetId
);
id!(
    /// An account.
    UserId
);
