//! A deserializer around serde_json's that knows where it is.
//!
//! It reports fields that no type knows, takes the findings that lenient fields leave, and remembers where an error came
//! up. Keys without escapes are borrowed, so knowing the path costs no memory.

mod name;

use std::borrow::Cow;
use std::cell::RefCell;
use std::fmt;

use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, EnumAccess, MapAccess, SeqAccess, Visitor,
};

use super::observation::{self, Finding};
use name::NameOf;

/// Reads a document.
///
/// # Errors
/// The path of the place that failed, and why.
pub(super) fn read<'de, T: Deserialize<'de>>(
    body: &'de [u8],
    report: &dyn Fn(String, Finding),
) -> Result<T, (String, serde_json::Error)> {
    let sink = Sink {
        report,
        failure: RefCell::new(None),
    };
    let mut de = serde_json::Deserializer::from_slice(body);
    let result = T::deserialize(Tracked {
        inner: &mut de,
        path: Path::Root,
        sink: &sink,
    });
    sink.settle(Path::Root, result.is_err());
    let path = || sink.failure.take().unwrap_or_else(|| ".".to_owned());
    let value = result.map_err(|error| (path(), error))?;
    de.end().map_err(|error| (".".to_owned(), error))?;
    Ok(value)
}

struct Sink<'s> {
    report: &'s dyn Fn(String, Finding),
    /// The path of the error that is on its way outwards.
    failure: RefCell<Option<String>>,
}

impl Sink<'_> {
    /// Every value passes here when it has been read, the inner ones first.
    fn settle(&self, path: Path<'_>, failed: bool) {
        if failed {
            self.failure
                .borrow_mut()
                .get_or_insert_with(|| path.to_string());
        } else if let Some(finding) = observation::take() {
            // A struct that was given up says where it failed.
            let at = self.failure.take().unwrap_or_else(|| path.to_string());
            (self.report)(at, finding);
        }
    }
}

#[derive(Clone, Copy)]
enum Path<'p> {
    Root,
    Member(&'p Path<'p>, &'p str),
    Element(&'p Path<'p>, usize),
}

/// `[3].a.b`
impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fn walk(path: &Path<'_>, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            match path {
                Path::Root => Ok(()),
                Path::Member(Path::Root, name) => f.write_str(name),
                Path::Member(parent, name) => {
                    walk(parent, f)?;
                    write!(f, ".{name}")
                }
                Path::Element(parent, index) => {
                    walk(parent, f)?;
                    write!(f, "[{index}]")
                }
            }
        }
        match self {
            Path::Root => f.write_str("."),
            path => walk(path, f),
        }
    }
}

/// A deserializer, visitor or seed with its place.
struct Tracked<'p, X> {
    inner: X,
    path: Path<'p>,
    sink: &'p Sink<'p>,
}

impl<'de, X: DeserializeSeed<'de>> DeserializeSeed<'de> for Tracked<'_, X> {
    type Value = X::Value;

    fn deserialize<D: Deserializer<'de>>(self, de: D) -> Result<X::Value, D::Error> {
        let Self { inner, path, sink } = self;
        let result = inner.deserialize(Tracked {
            inner: de,
            path,
            sink,
        });
        sink.settle(path, result.is_err());
        result
    }
}

macro_rules! forward {
    ($($method:ident($($argument:ident: $type:ty),*);)*) => {
        $(fn $method<V: Visitor<'de>>(self, $($argument: $type,)* visitor: V) -> Result<V::Value, D::Error> {
            let Self { inner, path, sink } = self;
            inner.$method($($argument,)* Tracked { inner: visitor, path, sink })
        })*
    };
}

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Tracked<'_, D> {
    type Error = D::Error;

    forward! {
        deserialize_any();
        deserialize_bool();
        deserialize_i8();
        deserialize_i16();
        deserialize_i32();
        deserialize_i64();
        deserialize_i128();
        deserialize_u8();
        deserialize_u16();
        deserialize_u32();
        deserialize_u64();
        deserialize_u128();
        deserialize_f32();
        deserialize_f64();
        deserialize_char();
        deserialize_str();
        deserialize_string();
        deserialize_bytes();
        deserialize_byte_buf();
        deserialize_option();
        deserialize_unit();
        deserialize_unit_struct(name: &'static str);
        deserialize_newtype_struct(name: &'static str);
        deserialize_seq();
        deserialize_tuple(len: usize);
        deserialize_tuple_struct(name: &'static str, len: usize);
        deserialize_map();
        deserialize_struct(name: &'static str, fields: &'static [&'static str]);
        deserialize_enum(name: &'static str, variants: &'static [&'static str]);
        deserialize_identifier();
    }

    /// A derived struct asks for this where it meets a field that it does not know.
    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        (self.sink.report)(self.path.to_string(), Finding::Unknown);
        self.inner.deserialize_ignored_any(visitor)
    }

    fn is_human_readable(&self) -> bool {
        self.inner.is_human_readable()
    }
}

macro_rules! forward_visits {
    ($($method:ident: $type:ty;)*) => {
        $(fn $method<E: serde::de::Error>(self, value: $type) -> Result<V::Value, E> {
            self.inner.$method(value)
        })*
    };
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Tracked<'_, V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.expecting(f)
    }

    forward_visits! {
        visit_bool: bool;
        visit_i64: i64;
        visit_i128: i128;
        visit_u64: u64;
        visit_u128: u128;
        visit_f64: f64;
        visit_str: &str;
        visit_borrowed_str: &'de str;
        visit_string: String;
        visit_bytes: &[u8];
        visit_borrowed_bytes: &'de [u8];
        visit_byte_buf: Vec<u8>;
    }

    fn visit_unit<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_unit()
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<V::Value, E> {
        self.inner.visit_none()
    }

    fn visit_some<D: Deserializer<'de>>(self, de: D) -> Result<V::Value, D::Error> {
        self.inner.visit_some(Tracked {
            inner: de,
            path: self.path,
            sink: self.sink,
        })
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, de: D) -> Result<V::Value, D::Error> {
        self.inner.visit_newtype_struct(Tracked {
            inner: de,
            path: self.path,
            sink: self.sink,
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.inner.visit_seq(Elements {
            inner,
            index: 0,
            path: &self.path,
            sink: self.sink,
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, inner: A) -> Result<V::Value, A::Error> {
        self.inner.visit_map(Members {
            inner,
            name: Cow::Borrowed(""),
            path: &self.path,
            sink: self.sink,
        })
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<V::Value, A::Error> {
        self.inner.visit_enum(data)
    }
}

struct Elements<'p, A> {
    inner: A,
    index: usize,
    path: &'p Path<'p>,
    sink: &'p Sink<'p>,
}

impl<'de, A: SeqAccess<'de>> SeqAccess<'de> for Elements<'_, A> {
    type Error = A::Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(
        &mut self,
        inner: T,
    ) -> Result<Option<T::Value>, A::Error> {
        let path = Path::Element(self.path, self.index);
        self.index += 1;
        self.inner.next_element_seed(Tracked {
            inner,
            path,
            sink: self.sink,
        })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}

struct Members<'de, 'p, A> {
    inner: A,
    /// The one whose value comes next.
    name: Cow<'de, str>,
    path: &'p Path<'p>,
    sink: &'p Sink<'p>,
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for Members<'de, '_, A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        self.inner.next_key_seed(NameOf {
            seed,
            name: &mut self.name,
        })
    }

    fn next_value_seed<T: DeserializeSeed<'de>>(&mut self, inner: T) -> Result<T::Value, A::Error> {
        let name = std::mem::take(&mut self.name);
        self.inner.next_value_seed(Tracked {
            inner,
            path: Path::Member(self.path, &name),
            sink: self.sink,
        })
    }

    fn size_hint(&self) -> Option<usize> {
        self.inner.size_hint()
    }
}
