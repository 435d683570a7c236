//! Which workout is which activity, when several look alike.

/// Pairs workouts with activities, one to one, when every one of both sides finds exactly its partner; `None` when the numbers
/// differ or a workout would be left over.
///
/// Twins (two workouts of the same day that look alike) are told apart by their order: both lists come in the order of creation.
#[must_use]
pub fn pair_up(same: &[Vec<bool>]) -> Option<Vec<usize>> {
    let count = same.len();
    if same.iter().any(|row| row.len() != count) {
        return None;
    }
    let mut taken = vec![false; count];
    let mut pairs = Vec::with_capacity(count);
    fn place(same: &[Vec<bool>], taken: &mut [bool], pairs: &mut Vec<usize>) -> bool {
        let Some(row) = same.get(pairs.len()) else {
            return true;
        };
        for column in 0..row.len() {
            if row[column] && !taken[column] {
                taken[column] = true;
                pairs.push(column);
                if place(same, taken, pairs) {
                    return true;
                }
                pairs.pop();
                taken[column] = false;
            }
        }
        false
    }
    place(same, &mut taken, &mut pairs).then_some(pairs)
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
}
