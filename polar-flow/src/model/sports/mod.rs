//! Sports, as ids and as icons.

mod icon;
#[cfg(any(feature = "archive", feature = "engine"))]
mod neutral;
mod table;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use web_session::decode::{Format, Found};

pub use icon::SportIcon;

/// A sport by Polar's number. The list has gaps and grows; numbers not known here are kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SportId(pub u32);

impl<'de> Format<'de> for SportId {
    type Value = Self;
    const EXPECTED: &'static str = "the number of a sport";

    fn scalar(found: Found<'de>) -> Option<Self> {
        match found {
            Found::Unsigned(id) => id.try_into().ok().map(Self),
            _ => None,
        }
    }
}

/// The service's constant, else the number.
impl fmt::Display for SportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.name() {
            Some(name) => f.write_str(name),
            None => self.0.fmt(f),
        }
    }
}

/// A number, or a constant such as `POOL_SWIMMING` in any case.
impl FromStr for SportId {
    type Err = UnknownSport;

    fn from_str(text: &str) -> Result<Self, UnknownSport> {
        let named = |(_, name): &(Self, &str)| name.eq_ignore_ascii_case(text);
        match text.parse() {
            Ok(number) => Ok(Self(number)),
            Err(_) => Self::all()
                .find(named)
                .map(|(id, _)| id)
                .ok_or(UnknownSport),
        }
    }
}

/// A text that names no sport.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("neither the number nor the constant of a sport")]
pub struct UnknownSport;

impl SportId {
    /// Running.
    pub const RUNNING: Self = Self(1);
    /// Triathlon: several sports.
    pub const TRIATHLON: Self = Self(68);
    /// Duathlon: several sports.
    pub const DUATHLON: Self = Self(69);
    /// Off-road triathlon: several sports.
    pub const OFFROAD_TRIATHLON: Self = Self(70);
    /// Off-road duathlon: several sports.
    pub const OFFROAD_DUATHLON: Self = Self(71);
    /// Several sports of the person's choice.
    pub const FREE_MULTISPORT: Self = Self(82);

    /// The service's constant, such as `POOL_SWIMMING`. `None` for a number not known here.
    #[must_use]
    pub fn name(self) -> Option<&'static str> {
        let at = table::SPORTS
            .binary_search_by_key(&self.0, |(id, _)| *id)
            .ok()?;
        Some(table::SPORTS[at].1)
    }

    /// Every number known here with its constant: the 165 of 2026-08.
    pub fn all() -> impl ExactSizeIterator<Item = (Self, &'static str)> {
        table::SPORTS.iter().map(|(id, name)| (Self(*id), *name))
    }

    /// A session of this sport has several exercises.
    #[must_use]
    pub fn is_multisport(self) -> bool {
        matches!(
            self,
            Self::TRIATHLON
                | Self::DUATHLON
                | Self::OFFROAD_TRIATHLON
                | Self::OFFROAD_DUATHLON
                | Self::FREE_MULTISPORT
        )
    }
}

impl fmt::Debug for SportId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "SportId({}: {})",
            self.0,
            self.name().unwrap_or("unknown")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_sorted_and_complete() {
        assert!(table::SPORTS.is_sorted_by_key(|(id, _)| *id));
        assert_eq!(SportId::all().len(), 165);
        assert_eq!(SportId(103).name(), Some("POOL_SWIMMING"));
        assert_eq!(SportId(21).name(), None);
        assert_eq!(format!("{:?}", SportId(9999)), "SportId(9999: unknown)");
        for (id, name) in SportId::all() {
            assert_eq!(id.to_string(), name);
            assert_eq!(
                (name.parse(), name.to_lowercase().parse()),
                (Ok(id), Ok(id))
            );
        }
        assert_eq!(
            (SportId(9999).to_string().parse(), "9999".parse()),
            (Ok(SportId(9999)), Ok(SportId(9999)))
        );
        assert_eq!("NO_SPORT".parse::<SportId>(), Err(UnknownSport));
    }

    #[test]
    fn multisport_is_known() {
        let ids: Vec<u32> = SportId::all()
            .map(|(id, _)| id)
            .filter(|id| id.is_multisport())
            .map(|id| id.0)
            .collect();
        assert_eq!(ids, [68, 69, 70, 71, 82]);
    }
}
