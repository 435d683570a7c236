//! The fast path for runs of plain trackpoints.
//!
//! Nearly all of a file is trackpoints in the plainest spelling: no comments, no entities, every
//! value well-formed. A format reads those in one pass over the bytes with a [`Cursor`]. At the first
//! thing that is not plain it leaves the trackpoint to the general reader, which knows every oddity;
//! so the fast path never reports one. Tests compare the two.

use super::scalar::{self, Zone};
use crate::model::{RawPoint, Track};

/// Levels of elements that a track must be allowed to hold for the fast path: one more than a
/// trackpoint has, so that a limit of just enough levels turns it off.
pub(crate) const LEVELS: usize = 5;

/// Reads as many plain trackpoints as there are at the start of `text`, at most `limit`; returns
/// how many, and how many bytes they took.
#[inline]
pub(crate) fn trackpoints(
    text: &[u8],
    track: &mut Track,
    limit: usize,
    trackpoint: impl for<'a> Fn(&mut Cursor<'a>) -> Option<RawPoint>,
) -> (usize, usize) {
    let mut used = 0;
    let mut count = 0;
    while count < limit {
        let mut cursor = Cursor {
            rest: &text[used..],
        };
        let Some(mut point) = trackpoint(&mut cursor) else {
            break;
        };
        track.push_raw(&mut point);
        used = text.len() - cursor.rest.len();
        count += 1;
    }
    (count, used)
}

/// The text that is not read yet. Methods that return `Option` give `None` where the text is not
/// plain.
#[derive(Clone)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    #[inline]
    pub(crate) fn space(&mut self) {
        while let [b' ' | b'\n' | b'\r' | b'\t', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    #[inline]
    pub(crate) fn eat(&mut self, tag: &[u8]) -> bool {
        match self.rest.strip_prefix(tag) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// A tag and the white space behind it.
    #[inline]
    pub(crate) fn end(&mut self, tag: &[u8]) -> Option<()> {
        let there = self.eat(tag);
        self.space();
        there.then_some(())
    }

    /// The text up to a byte.
    #[inline]
    pub(crate) fn up_to(&mut self, stop: u8) -> Option<&'a [u8]> {
        let length = self.rest.iter().position(|&byte| byte == stop)?;
        let (value, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(value)
    }

    /// The text up to the next tag.
    #[inline]
    pub(crate) fn value(&mut self) -> Option<&'a [u8]> {
        self.up_to(b'<')
    }

    #[inline]
    pub(crate) fn number(&mut self) -> Option<f64> {
        number(self.value()?)
    }

    #[inline]
    pub(crate) fn small(&mut self) -> Option<u16> {
        scalar::small(self.value()?)
    }

    /// Microseconds of a time in UTC.
    #[inline]
    pub(crate) fn time(&mut self) -> Option<i64> {
        let time = scalar::time(self.value()?);
        time.filter(|time| time.zone == Zone::Utc)
            .map(|time| time.micros)
    }
}

/// A number in its plainest spelling.
#[inline]
pub(crate) fn number(text: &[u8]) -> Option<f64> {
    match scalar::number(text) {
        scalar::Number::Value(number) => Some(number),
        _ => None,
    }
}
