//! Columnar storage for trackpoints: one vector per kind of value.
//!
//! Most files lack most values (a gym session has no position, a watch without a power meter no
//! power), so an unused column stays an empty vector and costs nothing per
//! trackpoint. Absence inside a column is a sentinel, never a second vector.

/// A value that can live in a [`Column`]: it has one pattern that means "absent".
pub(crate) trait Cell: Clone {
    /// The pattern that means "absent".
    const NONE: Self;
    /// Whether this is the absent pattern.
    fn is_none(&self) -> bool;
    /// Equality in which two absent values are equal.
    fn same(&self, other: &Self) -> bool;
}

impl Cell for f64 {
    const NONE: Self = f64::NAN;
    #[inline]
    fn is_none(&self) -> bool {
        self.is_nan()
    }
    fn same(&self, other: &Self) -> bool {
        self == other || (self.is_nan() && other.is_nan())
    }
}

impl Cell for [f64; 2] {
    const NONE: Self = [f64::NAN, f64::NAN];
    #[inline]
    fn is_none(&self) -> bool {
        self[0].is_nan()
    }
    fn same(&self, other: &Self) -> bool {
        self[0].same(&other[0]) && self[1].same(&other[1])
    }
}

macro_rules! integer_cell {
    ($($type:ty = $none:expr),+ $(,)?) => {$(
        impl Cell for $type {
            const NONE: Self = $none;
            #[inline]
            fn is_none(&self) -> bool {
                *self == $none
            }
            fn same(&self, other: &Self) -> bool {
                self == other
            }
        }
    )+};
}

// Every schema limits heart rate to 1..=255 and cadence to 0..=254, so a byte holds both once heart
// rate is stored as the value minus one (see `Track`).
integer_cell!(i64 = i64::MIN, u16 = u16::MAX, u8 = u8::MAX, u32 = u32::MAX);

impl<T: Clone + PartialEq> Cell for Option<Box<T>> {
    const NONE: Self = None;
    fn is_none(&self) -> bool {
        Option::is_none(self)
    }
    fn same(&self, other: &Self) -> bool {
        self == other
    }
}

/// A vector whose missing tail means "absent".
#[derive(Clone)]
pub(crate) struct Column<T> {
    cells: Vec<T>,
}

impl<T> Default for Column<T> {
    fn default() -> Self {
        Self { cells: Vec::new() }
    }
}

impl<T: Cell> Column<T> {
    /// The value at `index`, or the absent pattern.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> T {
        self.cells.get(index).cloned().unwrap_or(T::NONE)
    }

    /// Writes `value` at `index`, growing the column only when there is something to keep.
    #[inline]
    pub(crate) fn put(&mut self, index: usize, value: T) {
        if index < self.cells.len() {
            self.cells[index] = value;
        } else if !value.is_none() {
            if index > self.cells.len() {
                self.cells.resize(index, T::NONE);
            }
            self.grow();
            self.cells.push(value);
        }
    }

    /// Grows by 50 %: doubling would make the peak while reading three times what is kept.
    #[inline]
    fn grow(&mut self) {
        if self.cells.len() == self.cells.capacity() {
            self.cells.reserve_exact((self.cells.len() / 2).max(64));
        }
    }

    pub(crate) fn has_any(&self) -> bool {
        self.cells.iter().any(|cell| !cell.is_none())
    }

    /// How many values are present.
    pub(crate) fn present(&self) -> usize {
        self.cells.iter().filter(|cell| !cell.is_none()).count()
    }

    /// Keeps the cells whose flag is set.
    pub(crate) fn retain(&mut self, keep: &[bool]) {
        let mut index = 0;
        self.cells.retain(|_| {
            let kept = keep.get(index).copied().unwrap_or(false);
            index += 1;
            kept
        });
    }

    /// Rearranges so that the new cell `i` is the old cell `order[i]`.
    pub(crate) fn permute(&mut self, order: &[u32]) {
        if self.cells.is_empty() {
            return;
        }
        self.cells = order.iter().map(|&from| self.get(from as usize)).collect();
    }

    /// Takes the cells from `at` on.
    pub(crate) fn split_off(&mut self, at: usize) -> Self {
        Self {
            cells: self.cells.split_off(at.min(self.cells.len())),
        }
    }

    pub(crate) fn shrink(&mut self) {
        while self.cells.last().is_some_and(Cell::is_none) {
            self.cells.pop();
        }
        self.cells.shrink_to_fit();
    }

    /// Bytes on the heap, without what boxed cells point at.
    pub(crate) fn heap_bytes(&self) -> usize {
        self.cells.capacity() * size_of::<T>()
    }
}

impl<T: Cell> PartialEq for Column<T> {
    fn eq(&self, other: &Self) -> bool {
        let shared = self.cells.len().min(other.cells.len());
        self.cells[..shared]
            .iter()
            .zip(&other.cells[..shared])
            .all(|(a, b)| a.same(b))
            && self.cells[shared..].iter().all(Cell::is_none)
            && other.cells[shared..].iter().all(Cell::is_none)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_absent_value_costs_nothing() {
        let mut column = Column::<f64>::default();
        for index in 0..1000 {
            column.put(index, f64::NONE);
        }
        assert_eq!(column.heap_bytes(), 0);
        assert!(!column.has_any());
    }

    #[test]
    fn late_values_are_found_again_and_gaps_are_absent() {
        let mut column = Column::<u16>::default();
        column.put(3, 70);
        assert!(column.get(0).is_none());
        assert_eq!(column.get(3), 70);
        assert!(column.get(4).is_none());
        assert_eq!(column.present(), 1);
    }

    #[test]
    fn trailing_absence_does_not_matter_for_equality() {
        let mut a = Column::<f64>::default();
        a.put(0, 1.5);
        let mut b = a.clone();
        b.put(1, 2.0);
        b.put(1, f64::NONE);
        assert!(a == b);
        b.put(0, 1.6);
        assert!(a != b);
    }

    #[test]
    fn retain_and_permute_move_every_cell() {
        let mut column = Column::<u16>::default();
        for index in 0..4 {
            column.put(index, index as u16 * 10);
        }
        column.retain(&[true, false, true, true]);
        assert_eq!([column.get(0), column.get(1), column.get(2)], [0, 20, 30]);
        column.permute(&[2, 0, 1]);
        assert_eq!([column.get(0), column.get(1), column.get(2)], [30, 0, 20]);
    }
}
