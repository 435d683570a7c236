//! Fields that the caller can do without.

use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;
use std::str::FromStr;

use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use super::format::{Format, Reading, read, structure};
use super::ignored::Ignored;
use super::observation::{self, Finding};

/// For `#[serde(default, deserialize_with = "lenient")]`: a field that costs only itself.
///
/// # Errors
/// When the text is no JSON.
pub fn lenient<'de, D: Deserializer<'de>, T: Field<'de>>(de: D) -> Result<T, D::Error> {
    T::field(de)
}

/// The same for a value with its own [`Format`]. Give it a name: `fn duration<..>(de: D) -> .. { lenient_as::<Iso, D>(de) }`.
///
/// # Errors
/// When the text is no JSON.
pub fn lenient_as<'de, F: Format<'de>, D: Deserializer<'de>>(
    de: D,
) -> Result<Option<F::Value>, D::Error> {
    Ok(read::<F, D>(de)?.value())
}

/// For fields of type [`Reading`].
///
/// # Errors
/// When the text is no JSON.
pub fn reading<'de, D: Deserializer<'de>, T: Format<'de, Value = T>>(
    de: D,
) -> Result<Reading<T>, D::Error> {
    read::<T, D>(de)
}

/// For fields of type [`Reading`], with its own [`Format`].
///
/// # Errors
/// When the text is no JSON.
pub fn reading_as<'de, F: Format<'de>, D: Deserializer<'de>>(
    de: D,
) -> Result<Reading<F::Value>, D::Error> {
    read::<F, D>(de)
}

/// For `#[serde(deserialize_with = "essential")]`: a field without which its struct is worth nothing.
///
/// # Errors
/// When it is something else; names both kinds.
pub fn essential<'de, D: Deserializer<'de>, T: Format<'de, Value = T>>(
    de: D,
) -> Result<T, D::Error> {
    essential_as::<T, D>(de)
}

/// For an essential field with its own [`Format`].
///
/// # Errors
/// When it is something else; names both kinds.
pub fn essential_as<'de, F: Format<'de>, D: Deserializer<'de>>(
    de: D,
) -> Result<F::Value, D::Error> {
    match read::<F, D>(de)? {
        Reading::Value(value) => Ok(value),
        other => {
            observation::take();
            Err(D::Error::custom(format_args!(
                "expected {}, found {}",
                F::EXPECTED,
                other.found()
            )))
        }
    }
}

/// A whole document that is a list or a map of lenient entries: that it is one is essential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Entries<T>(pub T);

impl<'de, T: Format<'de, Value = T>> Deserialize<'de> for Entries<T> {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        essential_as::<T, D>(de).map(Self)
    }
}

/// A list of which no entry may be lost: one that cannot be read fails the whole. Null holds nothing to lose; it stays in
/// its place as `None`, and is observed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listing<T>(pub Vec<Option<T>>);

impl<T> Default for Listing<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Listing<T> {
    /// The entries.
    #[must_use]
    pub fn into_entries(self) -> Vec<T> {
        self.0.into_iter().flatten().collect()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Listing<T> {
    fn deserialize<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        struct Rows<T>(PhantomData<T>);
        impl<'de, T: Deserialize<'de>> Visitor<'de> for Rows<T> {
            type Value = Listing<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a list")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
                let mut rows = Vec::new();
                while let Some(row) = list.next_element_seed(Row(PhantomData))? {
                    rows.push(row);
                }
                Ok(Listing(rows))
            }
        }
        de.deserialize_seq(Rows(PhantomData))
    }
}

struct Row<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> DeserializeSeed<'de> for Row<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, de: D) -> Result<Option<T>, D::Error> {
        de.deserialize_any(self)
    }
}

impl<'de, T: Deserialize<'de>> Visitor<'de> for Row<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        let problem = "expected an object, found null".to_owned();
        observation::note(Finding::LeftOut { problem });
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Option<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(object)).map(Some)
    }
}

/// What [`lenient`] can read: `Option<T>`, `Vec<T>` and `BTreeMap<K, V>`.
pub trait Field<'de>: Sized {
    /// Reads the field.
    ///
    /// # Errors
    /// When the text is no JSON.
    fn field<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error>;
}

impl<'de, T: Format<'de, Value = T>> Field<'de> for Option<T> {
    fn field<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        lenient_as::<T, D>(de)
    }
}

impl<'de, T: Entry<'de>> Field<'de> for Vec<T> {
    fn field<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        lenient_as::<Self, D>(de).map(Option::unwrap_or_default)
    }
}

impl<'de, K: FromStr + Ord, V: Entry<'de>> Field<'de> for BTreeMap<K, V> {
    fn field<D: Deserializer<'de>>(de: D) -> Result<Self, D::Error> {
        lenient_as::<Self, D>(de).map(Option::unwrap_or_default)
    }
}

/// A type that can be an entry of a list or a map.
///
/// An entry that cannot be read is left out; an `Option` stays as `None`, so that the places of its neighbours stay true.
pub trait Entry<'de>: Sized {
    /// Reads the entry; `None` leaves it out.
    ///
    /// # Errors
    /// When the text is no JSON.
    fn entry<D: Deserializer<'de>>(de: D) -> Result<Option<Self>, D::Error>;
}

impl<'de, T: Format<'de, Value = T>> Entry<'de> for T {
    fn entry<D: Deserializer<'de>>(de: D) -> Result<Option<Self>, D::Error> {
        Ok(match read::<T, D>(de)? {
            Reading::Value(value) => Some(value),
            Reading::Unfit(_) => {
                observation::note_left_out();
                None
            }
            Reading::Null | Reading::Absent => {
                let problem = format!("expected {}, found null", T::EXPECTED);
                observation::note(Finding::LeftOut { problem });
                None
            }
        })
    }
}

impl<'de, T: Format<'de, Value = T>> Entry<'de> for Option<T> {
    fn entry<D: Deserializer<'de>>(de: D) -> Result<Option<Self>, D::Error> {
        lenient_as::<T, D>(de).map(Some)
    }
}

/// Entries as such a seed are read in place.
struct EntryOf<T>(PhantomData<T>);

impl<'de, T: Entry<'de>> DeserializeSeed<'de> for EntryOf<T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, de: D) -> Result<Self::Value, D::Error> {
        T::entry(de)
    }
}

impl<'de, T: Entry<'de>> Format<'de> for Vec<T> {
    type Value = Self;
    const EXPECTED: &'static str = "a list";

    fn list<A: SeqAccess<'de>>(mut list: A) -> Result<Option<Self>, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = list.next_element_seed(EntryOf(PhantomData))? {
            entries.extend(entry);
        }
        Ok(Some(entries))
    }
}

impl<'de, K: FromStr + Ord, V: Entry<'de>> Format<'de> for BTreeMap<K, V> {
    type Value = Self;
    const EXPECTED: &'static str = "an object";

    fn object<A: MapAccess<'de>>(mut object: A) -> Result<Option<Self>, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some(name) = object.next_key::<String>()? {
            match name.parse::<K>() {
                Ok(key) => {
                    if let Some(value) = object.next_value_seed(EntryOf(PhantomData))? {
                        entries.insert(key, value);
                    }
                }
                Err(_) => object.next_value_seed(Misnamed)?,
            }
        }
        Ok(Some(entries))
    }
}

/// The value of a key that cannot be read.
struct Misnamed;

impl<'de> DeserializeSeed<'de> for Misnamed {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, de: D) -> Result<(), D::Error> {
        Ignored::deserialize(de)?;
        let problem = "the name cannot be read".to_owned();
        observation::note(Finding::LeftOut { problem });
        Ok(())
    }
}

/// Reads an object as a struct; for implementations of [`Format::object`], see
/// [`lenient_objects!`](crate::lenient_objects).
///
/// # Errors
/// When the text is no JSON.
pub fn object<'de, T: Deserialize<'de>, A: MapAccess<'de>>(
    object: A,
) -> Result<Option<T>, A::Error> {
    structure(object)
}

/// Lets structs that implement `Deserialize` stand in lenient fields and be entries of lenient lists.
#[macro_export]
macro_rules! lenient_objects {
    ($($name:ty),+ $(,)?) => {
        $(impl<'de> $crate::decode::Format<'de> for $name {
            type Value = Self;
            const EXPECTED: &'static str = "an object";

            fn object<A: $crate::serde::de::MapAccess<'de>>(
                object: A,
            ) -> ::std::result::Result<::std::option::Option<Self>, A::Error> {
                $crate::decode::object(object)
            }
        })+
    };
}
