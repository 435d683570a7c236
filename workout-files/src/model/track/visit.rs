//! Operations on every column of a track.

use crate::model::column::{Cell, Column};

/// Something done to every column alike.
pub(super) trait Visit {
    fn column<T: Cell>(&mut self, column: &mut Column<T>);
}

pub(super) struct Retain<'a>(pub(super) &'a [bool]);
pub(super) struct Permute<'a>(pub(super) &'a [u32]);
pub(super) struct Shrink;

impl Visit for Retain<'_> {
    fn column<T: Cell>(&mut self, column: &mut Column<T>) {
        column.retain(self.0);
    }
}

impl Visit for Permute<'_> {
    fn column<T: Cell>(&mut self, column: &mut Column<T>) {
        column.permute(self.0);
    }
}

impl Visit for Shrink {
    fn column<T: Cell>(&mut self, column: &mut Column<T>) {
        column.shrink();
    }
}
