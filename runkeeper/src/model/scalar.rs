//! Values that the site writes as text one year and as numbers the next.

use chrono::TimeDelta;
use serde::Deserializer;
use web_session::decode::{Format, Found, lenient_as};

use super::month::Month;
use super::units::parse_clock;

/// Text, a number or a truth value, as text.
pub(crate) struct Words;

impl<'de> Format<'de> for Words {
    type Value = String;
    const EXPECTED: &'static str = "text or a number";

    fn scalar(found: Found<'de>) -> Option<String> {
        Some(match found {
            Found::Text(text) => text.into_owned(),
            Found::Bool(yes) => yes.to_string(),
            Found::Unsigned(number) => number.to_string(),
            Found::Negative(number) => number.to_string(),
            Found::Float(_) => f64::scalar(found)?.to_string(),
        })
    }
}

/// The same; null, absent and the empty text are `None`.
pub(crate) fn opt_text<'de, D: Deserializer<'de>>(de: D) -> Result<Option<String>, D::Error> {
    let text = lenient_as::<Words, D>(de)?;
    Ok(text.filter(|text| !text.trim().is_empty()))
}

macro_rules! written {
    ($(#[$doc:meta])* $name:ident, $format:ident, $type:ty, $expected:literal, $read:expr) => {
        pub(crate) struct $format;

        impl<'de> Format<'de> for $format {
            type Value = Option<$type>;
            const EXPECTED: &'static str = $expected;

            fn scalar(found: Found<'de>) -> Option<Option<$type>> {
                let text = match found {
                    Found::Bool(_) => return None,
                    found => Words::scalar(found)?,
                };
                match text.trim() {
                    "" => Some(None),
                    text => $read(text).map(Some),
                }
            }
        }

        $(#[$doc])*
        pub(crate) fn $name<'de, D: Deserializer<'de>>(de: D) -> Result<Option<$type>, D::Error> {
            Ok(lenient_as::<$format, D>(de)?.flatten())
        }
    };
}

written!(
    /// The day of a month, also as text.
    opt_day, Day, u32, "the day of a month", |text: &str| {
        text.parse().ok().filter(|day| (1..=31).contains(day))
    }
);
written!(
    /// A year of four digits, also as text.
    opt_year, Year, i32, "a year", |text: &str| {
        text.parse().ok().filter(|year| (1000..=9999).contains(year))
    }
);
written!(
    /// A number, also as text; thousands are grouped in English: "1,234.50".
    opt_decimal, Decimal, f64, "a number", |text: &str| {
        let number = text.replace(',', "").parse::<f64>().ok();
        number.filter(|number| number.is_finite() && *number >= 0.0)
    }
);
written!(
    /// `MM:SS` or `H:MM:SS`.
    opt_clock, Clock, TimeDelta, "a time like 1:02:03", parse_clock
);
written!(
    /// A month, as its number or English name.
    opt_month, MonthNumber, u32, "a month", Month::number_of
);
