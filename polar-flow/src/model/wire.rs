//! How the service writes things: times that lie about their zone, durations in five units, words in capitals.

use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::str::FromStr;

use chrono::{NaiveDate, NaiveDateTime};
use serde::de::value::MapDeserializer;
use serde::de::{DeserializeOwned, Deserializer, MapAccess};
use serde::ser::Serializer;
use web_session::decode::{Format, Found, Reading, lenient_as};

use crate::model::ids::ExerciseId;
use crate::model::sports::SportId;

pub(crate) use web_session::decode::Ignored;

/// A wall-clock time: `2025-05-01T16:30:42.643Z`, with a `Z` that is false, or a space for the `T`, or no fraction.
///
/// An offset other than `Z` was never seen here. Should one come it is cut off as well: what stands before it is the
/// wall clock.
pub(crate) fn local_time(text: &str) -> Option<NaiveDateTime> {
    let text = text.trim();
    let text = text.strip_suffix(['Z', 'z']).unwrap_or(text);
    if text.len() == 10 {
        return NaiveDate::from_str(text).ok()?.and_hms_opt(0, 0, 0);
    }
    let clock = text.get(11..)?;
    let end = clock.find(['+', '-']).map_or(text.len(), |at| at + 11);
    let text = &text[..end];
    if text.len() == 16 {
        return local_time(&format!("{text}:00"));
    }
    if text.as_bytes().get(10) == Some(&b' ') {
        return NaiveDateTime::from_str(&text.replacen(' ', "T", 1)).ok();
    }
    NaiveDateTime::from_str(text).ok()
}

/// An ISO 8601 duration without years and months (`PT1H2M3.5S`), in milliseconds. Details have one per position, so it
/// is read without detours.
pub(crate) fn iso_duration_ms(text: &str) -> Option<u64> {
    const LONGEST_MS: u64 = 1_000_000_000_000_000;
    let mut ms = 0_u64;
    let mut units = "WD";
    let mut number = Number::default();
    let mut seen = false;
    for byte in text.strip_prefix('P')?.bytes() {
        if number.push(byte) {
            continue;
        }
        if byte == b'T' && units == "WD" && number.is_empty() {
            units = "HMS";
            continue;
        }
        let unit = match (units, byte) {
            ("WD", b'W') => 604_800_000,
            ("WD", b'D') => 86_400_000,
            ("HMS", b'H') => 3_600_000,
            ("HMS", b'M') => 60_000,
            ("HMS", b'S') => 1000,
            _ => return None,
        };
        ms = ms.checked_add(std::mem::take(&mut number).times(unit)?)?;
        seen = true;
    }
    (seen && number.is_empty() && ms < LONGEST_MS).then_some(ms)
}

/// A decimal number, digit by digit.
#[derive(Default)]
struct Number {
    digits: u32,
    whole: u64,
    fraction: u64,
    /// Ten to the power of the fraction's digits; 0 before the point.
    scale: u64,
}

impl Number {
    /// False when `byte` is no part of a number.
    fn push(&mut self, byte: u8) -> bool {
        match byte {
            b'0'..=b'9' => {
                let digit = u64::from(byte - b'0');
                self.digits += 1;
                if self.scale == 0 {
                    self.whole = self.whole.saturating_mul(10).saturating_add(digit);
                } else if self.scale < 1_000_000_000 {
                    self.fraction = self.fraction * 10 + digit;
                    self.scale *= 10;
                }
                true
            }
            b'.' if self.scale == 0 => {
                self.scale = 1;
                true
            }
            _ => false,
        }
    }

    fn is_empty(&self) -> bool {
        self.digits == 0 && self.scale == 0
    }

    fn times(self, unit: u64) -> Option<u64> {
        if self.digits == 0 {
            return None;
        }
        let scale = self.scale.max(1);
        let fraction = (self.fraction * unit + scale / 2) / scale;
        self.whole.checked_mul(unit)?.checked_add(fraction)
    }
}

/// Text in its own form, as `Option` fields with `with = "..."`.
macro_rules! written {
    ($(#[$doc:meta])* $module:ident, $type:ty, $expected:literal, $parse:expr, $write:expr) => {
        $(#[$doc])*
        pub(crate) mod $module {
            use super::*;

            pub(crate) struct Written;

            impl<'de> Format<'de> for Written {
                type Value = $type;
                const EXPECTED: &'static str = $expected;

                fn scalar(found: Found<'de>) -> Option<$type> {
                    match found {
                        Found::Text(text) => {
                            let text: &str = &text;
                            $parse(text)
                        }
                        _ => None,
                    }
                }
            }

            pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
                de: D,
            ) -> Result<Option<$type>, D::Error> {
                lenient_as::<Written, D>(de)
            }

            pub(crate) fn serialize<S: Serializer>(
                value: &Option<$type>,
                to: S,
            ) -> Result<S::Ok, S::Error> {
                match value {
                    Some(value) => write(value, to),
                    None => to.serialize_none(),
                }
            }

            pub(crate) fn write<S: Serializer>(value: &$type, to: S) -> Result<S::Ok, S::Error> {
                to.collect_str(&$write(value))
            }
        }
    };
}

written!(
    /// An ISO 8601 duration, in milliseconds.
    iso_ms, u64, "an ISO 8601 duration", iso_duration_ms,
    |ms: &u64| format!("PT{}.{:03}S", ms / 1000, ms % 1000)
);
written!(
    /// The wall clock of the user, whatever zone it is labelled with.
    wall_clock, NaiveDateTime, "a local date and time", local_time,
    |at: &NaiveDateTime| at.format("%Y-%m-%dT%H:%M:%S%.f").to_string()
);

/// A day, whatever stands behind it.
pub(crate) struct Day;

impl<'de> Format<'de> for Day {
    type Value = NaiveDate;
    const EXPECTED: &'static str = "a day";

    fn scalar(found: Found<'de>) -> Option<NaiveDate> {
        match found {
            Found::Text(text) => text.get(..10)?.parse().ok(),
            _ => None,
        }
    }
}

written!(
    /// `HH:MM:SS`, in milliseconds.
    clock_ms, u64, "a duration like 00:30:00", clock_duration_ms,
    |ms: &u64| format!("{:02}:{:02}:{:02}", ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60)
);

fn clock_duration_ms(text: &str) -> Option<u64> {
    let parts: Vec<u64> = text
        .trim()
        .split(':')
        .map(|part| part.parse().ok())
        .collect::<Option<_>>()?;
    match parts[..] {
        [hours, minutes, seconds] if minutes < 60 && seconds < 60 && hours < 1_000_000 => {
            Some(((hours * 60 + minutes) * 60 + seconds) * 1000)
        }
        _ => None,
    }
}

/// Numbers within limits: a format, and a function for `Option` fields.
macro_rules! within {
    ($(#[$doc:meta])* $name:ident, $format:ident, $limits:expr, $expected:literal) => {
        $(#[$doc])*
        pub(crate) struct $format;

        impl<'de> Format<'de> for $format {
            type Value = f64;
            const EXPECTED: &'static str = $expected;

            fn scalar(found: Found<'de>) -> Option<f64> {
                f64::scalar(found).filter(|number| ($limits).contains(number))
            }
        }

        $(#[$doc])*
        pub(crate) fn $name<'de, D: Deserializer<'de>>(de: D) -> Result<Option<f64>, D::Error> {
            lenient_as::<$format, D>(de)
        }
    };
}

within!(
    /// What cannot be less than nothing; the service writes -1 for "none" at places.
    amount, Amount, 0.0.., "a number from 0"
);
within!(
    /// Degrees north of the equator.
    latitude, Latitude, -90.0..=90.0, "a latitude"
);
within!(
    /// Degrees east of Greenwich.
    longitude, Longitude, -180.0..=180.0, "a longitude"
);

/// An amount that the service also writes as text ("5.0").
pub(crate) fn amount_or_text<'de, D: Deserializer<'de>>(de: D) -> Result<Option<f64>, D::Error> {
    struct AmountOrText;
    impl<'de> Format<'de> for AmountOrText {
        type Value = f64;
        const EXPECTED: &'static str = "a number from 0, also as text";

        fn scalar(found: Found<'de>) -> Option<f64> {
            match found {
                Found::Text(text) => Amount::scalar(Found::Float(text.trim().parse().ok()?)),
                found => Amount::scalar(found),
            }
        }
    }
    lenient_as::<AmountOrText, D>(de)
}

/// A sport where -1 is written for "none".
pub(crate) fn sport_or_none<'de, D: Deserializer<'de>>(de: D) -> Result<Option<SportId>, D::Error> {
    struct SportOrNone;
    impl<'de> Format<'de> for SportOrNone {
        type Value = Option<SportId>;
        const EXPECTED: &'static str = "the number of a sport or -1";

        fn scalar(found: Found<'de>) -> Option<Option<SportId>> {
            match found {
                Found::Negative(-1) => Some(None),
                found => SportId::scalar(found).map(Some),
            }
        }
    }
    Ok(lenient_as::<SportOrNone, D>(de)?.flatten())
}

/// The id of a neighbour: -1 stands for no neighbour.
pub(crate) fn neighbour<'de, D: Deserializer<'de>>(de: D) -> Result<Option<u64>, D::Error> {
    struct Neighbour;
    impl<'de> Format<'de> for Neighbour {
        type Value = Option<u64>;
        const EXPECTED: &'static str = "an id or -1";

        fn scalar(found: Found<'de>) -> Option<Option<u64>> {
            match found {
                Found::Negative(-1) => Some(None),
                found => u64::scalar(found).map(Some),
            }
        }
    }
    Ok(lenient_as::<Neighbour, D>(de)?.flatten())
}

/// An exercise in an object whose names are the ids.
pub(crate) trait Exercise: Sized {
    /// With the id under which it stands.
    fn named(self, id: ExerciseId) -> Self;
}

/// Exercises by id. How many there are decides how a session is exported, so none is left out: one that cannot be read is
/// empty, and a name that is no id costs all of them, which says that their number is unknown.
pub(crate) fn exercises<'de, D, T>(de: D) -> Result<BTreeMap<ExerciseId, T>, D::Error>
where
    D: Deserializer<'de>,
    T: Exercise + Format<'de, Value = T> + DeserializeOwned,
{
    struct All<T>(PhantomData<T>);
    impl<'de, T> Format<'de> for All<T>
    where
        T: Exercise + Format<'de, Value = T> + DeserializeOwned,
    {
        type Value = BTreeMap<ExerciseId, T>;
        const EXPECTED: &'static str = "exercises by their ids";

        fn object<A: MapAccess<'de>>(mut object: A) -> Result<Option<Self::Value>, A::Error> {
            let nothing = || MapDeserializer::new(std::iter::empty::<(&str, ())>());
            let mut all = BTreeMap::new();
            let mut are_ids = true;
            while let Some(name) = object.next_key::<String>()? {
                let exercise = match object.next_value::<Reading<T>>()? {
                    Reading::Value(exercise) => exercise,
                    _ => T::deserialize(nothing())?,
                };
                match name.parse() {
                    Ok(id) => {
                        all.insert(id, exercise.named(id));
                    }
                    Err(_) => are_ids = false,
                }
            }
            Ok(are_ids.then_some(all))
        }
    }
    Ok(lenient_as::<All<T>, D>(de)?.unwrap_or_default())
}

/// For the id inside an exercise: the name under which it stands counts.
pub(crate) fn no_exercise() -> ExerciseId {
    ExerciseId(0)
}

/// For the id inside an exercise.
pub(crate) fn exercise<'de, D: Deserializer<'de>>(de: D) -> Result<ExerciseId, D::Error> {
    Ok(lenient_as::<ExerciseId, D>(de)?.unwrap_or_else(no_exercise))
}

/// Words of the service. A word that is not known is kept.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$word_doc:meta])* $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, serde::Serialize)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$word_doc])* #[serde(rename = $word)] $variant,)+
            /// Another word.
            #[serde(untagged)]
            Other(String),
        }

        impl<'de> web_session::decode::Format<'de> for $name {
            type Value = Self;
            const EXPECTED: &'static str = "a word";

            fn scalar(found: web_session::decode::Found<'de>) -> Option<Self> {
                let word = std::borrow::Cow::scalar(found)?;
                Some(match word.as_ref() {
                    $($word => Self::$variant,)+
                    _ => Self::Other(word.into_owned()),
                })
            }
        }
    };
}

pub(crate) use words;

#[cfg(test)]
mod tests;
