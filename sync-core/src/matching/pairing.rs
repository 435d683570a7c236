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
    let mut columns = Vec::with_capacity(count);
    for row in same {
        // The first in order with which the rows after it still find theirs.
        let column = (0..count).find(|column| {
            let is_free = row[*column] && !columns.contains(column);
            is_free && rest_fits(same, &[columns.as_slice(), &[*column]].concat())
        })?;
        columns.push(column);
    }
    Some(columns)
}

/// Whether every row after those that have their `columns` finds one.
fn rest_fits(same: &[Vec<bool>], columns: &[usize]) -> bool {
    let all = 0..same.len();
    let taken: Vec<bool> = all.map(|column| columns.contains(&column)).collect();
    let mut row_of = vec![None; same.len()];
    (columns.len()..same.len()).all(|row| place(same, row, &mut row_of, &mut taken.clone()))
}

/// Finds a column for a row; the rows that have one make room where they can (an augmenting path).
fn place(same: &[Vec<bool>], row: usize, row_of: &mut [Option<usize>], tried: &mut [bool]) -> bool {
    for column in 0..tried.len() {
        if !same[row][column] || tried[column] {
            continue;
        }
        tried[column] = true;
        if row_of[column].is_none_or(|holder| place(same, holder, row_of, tried)) {
            row_of[column] = Some(row);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::pair_up;

    #[test]
    fn twins_are_paired_in_order_and_only_when_each_gets_one() {
        assert_eq!(pair_up(&[vec![true; 2], vec![true; 2]]), Some(vec![0, 1]));
        assert_eq!(pair_up(&[vec![true, true]]), None);
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
