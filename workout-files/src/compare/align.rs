//! Pairs the values of two versions: by time, and within one time by
//! order. So a workout compared with itself compares every value with itself, however many of them
//! share a time.

/// The place of a time of the first version among the values of the second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meets {
    /// At a value of the same time.
    Exactly(usize),
    /// Between the value before this one and this one.
    Before(usize),
    /// Before the first value, or after the last.
    Outside,
}

/// Walks through the times of the second version as the first asks for them, in order.
pub(super) struct Aligner<'a, T> {
    values: &'a [(i64, T)],
    /// The first value that is not earlier than the time, and the first that is later.
    start: usize,
    end: usize,
    time: Option<i64>,
    /// How often the time was asked for before.
    rank: usize,
}

impl<'a, T> Aligner<'a, T> {
    /// The values must be in the order of their times.
    pub(super) fn new(values: &'a [(i64, T)]) -> Self {
        Self {
            values,
            start: 0,
            end: 0,
            time: None,
            rank: 0,
        }
    }

    /// Where `time` is; no time may be earlier than the one asked for before.
    pub(super) fn find(&mut self, time: i64) -> Meets {
        if self.time == Some(time) {
            self.rank += 1;
        } else {
            self.time = Some(time);
            self.rank = 0;
            self.start = self.skip(self.start.max(self.end), |other| other < time);
            self.end = self.skip(self.start, |other| other <= time);
        }
        if self.start < self.end {
            Meets::Exactly((self.start + self.rank).min(self.end - 1))
        } else if self.start > 0 && self.start < self.values.len() {
            Meets::Before(self.start)
        } else {
            Meets::Outside
        }
    }

    fn skip(&self, from: usize, passed: impl Fn(i64) -> bool) -> usize {
        let rest = self.values[from..].iter();
        from + rest.take_while(|(time, _)| passed(*time)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_time_meet_in_their_order() {
        let values = [(1, ()), (3, ()), (3, ()), (3, ()), (7, ())];
        let mut aligner = Aligner::new(&values);
        let found: Vec<_> = [0, 1, 3, 3, 3, 3, 4, 7, 7, 9]
            .into_iter()
            .map(|time| aligner.find(time))
            .collect();
        assert_eq!(
            found,
            [
                Meets::Outside,
                Meets::Exactly(0),
                Meets::Exactly(1),
                Meets::Exactly(2),
                Meets::Exactly(3),
                Meets::Exactly(3),
                Meets::Before(4),
                Meets::Exactly(4),
                Meets::Exactly(4),
                Meets::Outside,
            ]
        );
    }
}
