//! Dealing trackpoints to parts without changing their order.

use std::collections::BinaryHeap;

/// Makes the numbers rise, so that they differ as little as possible from what they were (in sum). A
/// few that stick out take the number of their neighbours.
pub(crate) fn make_monotone(numbers: &mut [usize]) {
    if numbers.is_sorted() {
        return;
    }
    // Isotonic regression for absolute differences, with a heap of the values that can still change.
    let mut heap = BinaryHeap::with_capacity(numbers.len());
    for number in numbers.iter_mut() {
        let wanted = *number;
        heap.push(wanted);
        if heap.peek().is_some_and(|&highest| highest > wanted) {
            heap.pop();
            heap.push(wanted);
        }
        *number = heap.peek().copied().unwrap_or(wanted);
    }
    let mut next = usize::MAX;
    for number in numbers.iter_mut().rev() {
        next = next.min(*number);
        *number = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn monotone<const N: usize>(mut numbers: [usize; N]) -> [usize; N] {
        make_monotone(&mut numbers);
        numbers
    }

    #[test]
    fn numbers_that_stick_out_take_those_of_their_neighbours() {
        assert_eq!(monotone([0, 0, 1, 1, 2]), [0, 0, 1, 1, 2]);
        assert_eq!(monotone([0, 0, 2, 0, 1, 1]), [0, 0, 0, 0, 1, 1]);
        assert_eq!(monotone([2, 0, 0, 1, 1]), [0, 0, 0, 1, 1]);
        assert_eq!(monotone([0, 0, 1, 1, 0, 2, 2]), [0, 0, 1, 1, 1, 2, 2]);
    }
}
