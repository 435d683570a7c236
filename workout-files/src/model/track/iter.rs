//! Going through the trackpoints of a track.

use std::iter::FusedIterator;
use std::ops::Range;

use super::Track;
use crate::model::Trackpoint;

/// The trackpoints of a [`Track`] in order, built one after the other.
#[derive(Clone, Debug)]
pub struct Trackpoints<'a> {
    track: &'a Track,
    indices: Range<usize>,
}

impl<'a> Trackpoints<'a> {
    pub(super) fn new(track: &'a Track) -> Self {
        Self {
            track,
            indices: 0..track.len(),
        }
    }
}

impl Iterator for Trackpoints<'_> {
    type Item = Trackpoint;

    fn next(&mut self) -> Option<Trackpoint> {
        self.indices.next().map(|index| self.track.build(index))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.indices.size_hint()
    }

    fn nth(&mut self, skipped: usize) -> Option<Trackpoint> {
        self.indices
            .nth(skipped)
            .map(|index| self.track.build(index))
    }
}

impl DoubleEndedIterator for Trackpoints<'_> {
    fn next_back(&mut self) -> Option<Trackpoint> {
        self.indices
            .next_back()
            .map(|index| self.track.build(index))
    }
}

impl ExactSizeIterator for Trackpoints<'_> {}
impl FusedIterator for Trackpoints<'_> {}

impl<'a> IntoIterator for &'a Track {
    type Item = Trackpoint;
    type IntoIter = Trackpoints<'a>;

    fn into_iter(self) -> Trackpoints<'a> {
        self.iter()
    }
}
