//! How values are written, and what happens to one that is written otherwise.

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};
use serde::Deserialize;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::Value;

use super::ignored::Ignored;
use super::observation::{self, Finding};

/// How a value is written in JSON. A type that is its own `Value` may stand in a [`lenient`](super::lenient) field.
///
/// Implement what the value can be: a scalar, a list, an object. Each method gives `None` for what it cannot read, and
/// reads to the end what it is given.
pub trait Format<'de> {
    /// The type of the value.
    type Value;

    /// What observations say was expected, such as "a whole number".
    const EXPECTED: &'static str;

    /// Reads text, a number, true or false.
    fn scalar(found: Found<'de>) -> Option<Self::Value> {
        let _ = found;
        None
    }

    /// Reads a list.
    ///
    /// # Errors
    /// When the text is no JSON.
    fn list<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self::Value>, A::Error> {
        while list.next_element::<Ignored>()?.is_some() {}
        Ok(None)
    }

    /// Reads an object.
    ///
    /// # Errors
    /// When the text is no JSON.
    fn object<A: MapAccess<'de>>(mut object: A) -> Result<Option<Self::Value>, A::Error> {
        skip_rest(&mut object)?;
        Ok(None)
    }
}

/// A scalar that stands in JSON.
#[derive(Debug, Clone, PartialEq)]
pub enum Found<'de> {
    /// True or false.
    Bool(bool),
    /// A whole number.
    Unsigned(u64),
    /// A whole number below zero.
    Negative(i64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// Text.
    Text(Cow<'de, str>),
}

/// The thing found in the place of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reading<T> {
    /// There is no such field.
    #[default]
    Absent,
    /// Null.
    Null,
    /// The value.
    Value(T),
    /// Something else: its kind, in words.
    Unfit(&'static str),
}

impl<T> Reading<T> {
    /// The value, if there is one.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }

    /// What stands there, in words; never the value.
    #[must_use]
    pub fn found(&self) -> &'static str {
        match self {
            Self::Absent => "nothing",
            Self::Null => "null",
            Self::Value(_) => "a value",
            Self::Unfit(kind) => kind,
        }
    }
}

/// Reads a value in the format `F`. Only what is no JSON fails.
pub(super) fn read<'de, F: Format<'de>, D: Deserializer<'de>>(
    de: D,
) -> Result<Reading<F::Value>, D::Error> {
    de.deserialize_any(Reader::<F>(PhantomData))
}

struct Reader<F>(PhantomData<F>);

impl<'de, F: Format<'de>> Reader<F> {
    fn judge(value: Option<F::Value>, kind: &'static str) -> Reading<F::Value> {
        match value {
            Some(value) => Reading::Value(value),
            None => {
                // The format may have said more precisely what is wrong.
                if !observation::is_noted() {
                    observation::note(Finding::Unfit {
                        problem: format!("expected {}, found {kind}", F::EXPECTED),
                    });
                }
                Reading::Unfit(kind)
            }
        }
    }
}

impl<'de, F: Format<'de>> Visitor<'de> for Reader<F> {
    type Value = Reading<F::Value>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(F::EXPECTED)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Self::Value, E> {
        Ok(Self::judge(F::scalar(Found::Bool(yes)), "true or false"))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Self::judge(F::scalar(Found::Unsigned(number)), "a number"))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        let found = match u64::try_from(number) {
            Ok(number) => Found::Unsigned(number),
            Err(_) => Found::Negative(number),
        };
        Ok(Self::judge(F::scalar(found), "a number"))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Self::judge(F::scalar(Found::Float(number)), "a number"))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        let found = Found::Text(Cow::Borrowed(text));
        Ok(Self::judge(F::scalar(found), "text"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        let found = Found::Text(Cow::Owned(text.to_owned()));
        Ok(Self::judge(F::scalar(found), "text"))
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Reading::Null)
    }

    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(Reading::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, de: D) -> Result<Self::Value, D::Error> {
        de.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
        Ok(Self::judge(F::list(list)?, "a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        Ok(Self::judge(F::object(object)?, "an object"))
    }
}

/// Reads what is left of an object.
pub(super) fn skip_rest<'de, A: MapAccess<'de>>(object: &mut A) -> Result<(), A::Error> {
    while object.next_entry::<Ignored, Ignored>()?.is_some() {}
    Ok(())
}

/// Larger numbers are no measurement, and floats can't hold them exactly.
const LARGEST: u64 = 1 << 53;

/// Whole numbers from 0; a fraction is rounded.
impl<'de> Format<'de> for u64 {
    type Value = Self;
    const EXPECTED: &'static str = "a whole number";

    fn scalar(found: Found<'de>) -> Option<Self> {
        match found {
            Found::Unsigned(number) => (number <= LARGEST).then_some(number),
            Found::Float(number) => (0.0..LARGEST as f64)
                .contains(&number)
                .then(|| number.round() as u64),
            _ => None,
        }
    }
}

macro_rules! narrower {
    ($($narrow:ty),*) => {
        $(impl<'de> Format<'de> for $narrow {
            type Value = Self;
            const EXPECTED: &'static str = "a whole number";

            fn scalar(found: Found<'de>) -> Option<Self> {
                u64::scalar(found)?.try_into().ok()
            }
        })*
    };
}

narrower!(u8, u16, u32);

/// Whole numbers on both sides of zero.
impl<'de> Format<'de> for i64 {
    type Value = Self;
    const EXPECTED: &'static str = "a whole number";

    fn scalar(found: Found<'de>) -> Option<Self> {
        match found {
            Found::Unsigned(number) => (number <= LARGEST).then_some(number as i64),
            Found::Negative(number) => (number.unsigned_abs() <= LARGEST).then_some(number),
            Found::Float(number) => (number.abs() < LARGEST as f64).then(|| number.round() as i64),
            _ => None,
        }
    }
}

impl<'de> Format<'de> for i32 {
    type Value = Self;
    const EXPECTED: &'static str = "a whole number";

    fn scalar(found: Found<'de>) -> Option<Self> {
        i64::scalar(found)?.try_into().ok()
    }
}

impl<'de> Format<'de> for f64 {
    type Value = Self;
    const EXPECTED: &'static str = "a number";

    fn scalar(found: Found<'de>) -> Option<Self> {
        let number = match found {
            Found::Unsigned(number) => number as f64,
            Found::Negative(number) => number as f64,
            Found::Float(number) => number,
            _ => return None,
        };
        (number.abs() <= LARGEST as f64).then_some(number)
    }
}

/// True or false; services write it as text, too.
impl<'de> Format<'de> for bool {
    type Value = Self;
    const EXPECTED: &'static str = "true or false";

    fn scalar(found: Found<'de>) -> Option<Self> {
        match found {
            Found::Bool(yes) => Some(yes),
            Found::Text(text) => text.parse().ok(),
            _ => None,
        }
    }
}

impl<'de> Format<'de> for String {
    type Value = Self;
    const EXPECTED: &'static str = "text";

    fn scalar(found: Found<'de>) -> Option<Self> {
        Cow::scalar(found).map(Cow::into_owned)
    }
}

impl<'de> Format<'de> for Cow<'de, str> {
    type Value = Self;
    const EXPECTED: &'static str = "text";

    fn scalar(found: Found<'de>) -> Option<Self> {
        match found {
            Found::Text(text) => Some(text),
            _ => None,
        }
    }
}

macro_rules! from_text {
    ($($time:ty, $expected:literal;)*) => {
        $(impl<'de> Format<'de> for $time {
            type Value = Self;
            const EXPECTED: &'static str = $expected;

            fn scalar(found: Found<'de>) -> Option<Self> {
                Cow::scalar(found)?.parse().ok()
            }
        })*
    };
}

// In the notation of ISO 8601. For others there are formats of the client.
from_text! {
    NaiveDate, "a day";
    NaiveDateTime, "a date and time without a zone";
    DateTime<Utc>, "a date and time with a zone";
}

/// An id as text, which a service writes as text or as a number: for
/// [`essential_as`](super::essential_as). An empty text cannot be read.
#[derive(Debug, Clone, Copy)]
pub struct AnyId;

impl<'de> Format<'de> for AnyId {
    type Value = String;
    const EXPECTED: &'static str = "an id";

    fn scalar(found: Found<'de>) -> Option<String> {
        match found {
            Found::Text(id) if !id.is_empty() => Some(id.into_owned()),
            Found::Unsigned(id) => Some(id.to_string()),
            _ => None,
        }
    }
}

/// Anything.
impl<'de> Format<'de> for Value {
    type Value = Self;
    const EXPECTED: &'static str = "anything";

    fn scalar(found: Found<'de>) -> Option<Self> {
        Some(match found {
            Found::Bool(yes) => yes.into(),
            Found::Unsigned(number) => number.into(),
            Found::Negative(number) => number.into(),
            Found::Float(number) => number.into(),
            Found::Text(text) => text.into(),
        })
    }

    fn list<A: SeqAccess<'de>>(list: A) -> Result<Option<Self>, A::Error> {
        Value::deserialize(SeqAccessDeserializer::new(list)).map(Some)
    }

    fn object<A: MapAccess<'de>>(object: A) -> Result<Option<Self>, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(object)).map(Some)
    }
}

impl<'de, T: Format<'de, Value = T>> Deserialize<'de> for Reading<T> {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        read::<T, D>(de)
    }
}

/// Reads an object as a struct. What lacks an essential field is given up, and the rest of it skipped.
pub(super) fn structure<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    mut object: A,
) -> Result<Option<T>, A::Error> {
    match T::deserialize(MapAccessDeserializer::new(&mut object)) {
        Ok(value) => Ok(Some(value)),
        Err(error) => {
            observation::note_given_up();
            skip_rest(&mut object)?;
            let message = super::without_place(&error.to_string());
            observation::note(Finding::Unfit {
                problem: super::without_values(&message),
            });
            Ok(None)
        }
    }
}
