//! Which workout is which activity, when several look alike.

/// Pairs workouts with activities, one to one, when every one of both sides finds exactly its partner; `None` when the numbers
/// differ or a workout would be left over.
///
/// The order distinguishes twins (two workouts of the same day that look alike): both lists come in
/// the order of creation.
#[must_use]
pub fn pair_up(same: &[Vec<bool>]) -> Option<Vec<usize>> {
    let count = same.len();
    if same.iter().any(|row| row.len() != count) {
        return None;
    }
    let mut pairs = Pairs {
        same,
        row_of: vec![None; count],
    };
    if !(0..count).all(|row| pairs.place(row, 0, &mut vec![false; count])) {
        return None;
    }
    // Any way to pair them up will do to know that there is one; of all of them, the first in order is meant.
    let mut columns = Vec::with_capacity(count);
    for row in 0..count {
        let column = (0..count).find(|column| pairs.settle(row, *column))?;
        columns.push(column);
    }
    Some(columns)
}

struct Pairs<'a> {
    same: &'a [Vec<bool>],
    /// Which row has a column.
    row_of: Vec<Option<usize>>,
}

impl Pairs<'_> {
    /// Finds a column for a row; rows from `first` on make room where they can (an augmenting path).
    fn place(&mut self, row: usize, first: usize, tried: &mut [bool]) -> bool {
        for column in 0..tried.len() {
            if !self.same[row][column] || tried[column] {
                continue;
            }
            let holder = self.row_of[column];
            if holder.is_some_and(|holder| holder < first) {
                continue;
            }
            tried[column] = true;
            if holder.is_none_or(|holder| self.place(holder, first, tried)) {
                self.row_of[column] = Some(row);
                return true;
            }
        }
        false
    }

    /// Gives a column to a row for good, if the rows after it still find theirs. Those before it keep theirs.
    fn settle(&mut self, row: usize, column: usize) -> bool {
        let holder = self.row_of[column];
        if holder == Some(row) {
            return true;
        }
        if !self.same[row][column] || holder.is_none_or(|holder| holder < row) {
            return false;
        }
        let before = self.row_of.clone();
        let own = self.row_of.iter().position(|holder| *holder == Some(row));
        if let Some(own) = own {
            self.row_of[own] = None;
        }
        self.row_of[column] = Some(row);
        let mut tried = vec![false; self.row_of.len()];
        if holder.is_some_and(|holder| self.place(holder, row + 1, &mut tried)) {
            return true;
        }
        self.row_of = before;
        false
    }
}

#[cfg(test)]
mod tests {
    use super::pair_up;

    #[test]
    fn twins_are_paired_in_order_and_only_when_nobody_is_left_over() {
        assert_eq!(
            pair_up(&[vec![true, true], vec![true, true]]),
            Some(vec![0, 1])
        );
        assert_eq!(
            pair_up(&[vec![true, true], vec![true, false]]),
            Some(vec![1, 0])
        );
        assert_eq!(pair_up(&[vec![true, false], vec![true, false]]), None);
        assert_eq!(pair_up(&[vec![true, true]]), None);
        assert_eq!(pair_up(&[]), Some(vec![]));
    }

    /// The first way in order, found by trying all.
    fn by_trying(same: &[Vec<bool>], pairs: &mut Vec<usize>) -> bool {
        let Some(row) = same.get(pairs.len()) else {
            return true;
        };
        for (column, same_here) in row.iter().enumerate() {
            if *same_here && !pairs.contains(&column) {
                pairs.push(column);
                if by_trying(same, pairs) {
                    return true;
                }
                pairs.pop();
            }
        }
        false
    }

    #[test]
    fn every_small_case_is_paired_as_by_trying_all() {
        for count in 0..=4_usize {
            for bits in 0..1_u32 << (count * count) {
                let cell = |row: usize, column: usize| bits >> (row * count + column) & 1 == 1;
                let same: Vec<Vec<bool>> = (0..count)
                    .map(|row| (0..count).map(|column| cell(row, column)).collect())
                    .collect();
                let mut pairs = Vec::new();
                let expected = by_trying(&same, &mut pairs).then_some(pairs);
                assert_eq!(pair_up(&same), expected, "{same:?}");
            }
        }
    }

    #[test]
    fn many_that_look_alike_are_no_burden() {
        let count = 60;
        // The last two want the same one: no way to pair them up, among 58! to try.
        let mut same = vec![vec![true; count]; count];
        for row in [count - 2, count - 1] {
            same[row] = vec![false; count];
            same[row][0] = true;
        }
        assert_eq!(pair_up(&same), None);
    }
}
