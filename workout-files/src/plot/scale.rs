//! The values that a chart is made for. Marks for "no data" and faults of a sensor are few and far
//! away: a scale that holds them too shows a flat line.

use super::axis::number;

/// A gap between values is a fault when it is this many times as wide as all values beyond it.
const FAR: f64 = 2.0;
/// And this many times as wide as the least range that a chart shows.
const FAR_LEAST: f64 = 10.0;
/// One value in this many may be a fault.
const RARE: usize = 10;

/// The range of values to show.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    /// The range without values far from all others, when they are at most a tenth or all equal.
    /// `least` is the least range that the chart shows.
    pub(super) fn of(values: impl Iterator<Item = f64>, least: f64) -> Self {
        let mut sorted: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let mut kept = &sorted[..];
        while let Some(fewer) = without_far(kept, sorted.len(), least) {
            kept = fewer;
        }
        Self {
            low: kept.first().copied().unwrap_or(0.0),
            high: kept.last().copied().unwrap_or(0.0),
        }
    }

    pub(super) fn holds(&self, value: f64) -> bool {
        (self.low..=self.high).contains(&value)
    }

    /// Whether a value is not above the scale.
    pub(super) fn reaches(&self, value: f64) -> bool {
        value <= self.high
    }
}

/// The values without the lowest or the highest, where these are faults.
fn without_far(sorted: &[f64], all: usize, least: f64) -> Option<&[f64]> {
    let (first, last) = (*sorted.first()?, *sorted.last()?);
    let is_fault = |aside: &[f64], kept: &[f64], gap: f64| {
        let is_mark = aside.first() == aside.last() && aside.len() < kept.len();
        let range = kept
            .last()
            .zip(kept.first())
            .map_or(0.0, |(high, low)| high - low);
        (is_mark || aside.len() * RARE <= all) && gap > (FAR * range).max(FAR_LEAST * least)
    };
    // Only gaps that are wide beside the least range matter, and those are few.
    let gaps = (1..sorted.len()).filter(|&at| sorted[at] - sorted[at - 1] > FAR_LEAST * least);
    if last - first <= FAR_LEAST * least {
        return None;
    }
    gaps.into_iter().find_map(|at| {
        let (low, high) = sorted.split_at(at);
        let gap = high[0] - low[low.len() - 1];
        if is_fault(low, high, gap) {
            Some(high)
        } else if is_fault(high, low, gap) {
            Some(low)
        } else {
            None
        }
    })
}

/// The values that are off the scale.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Off {
    count: usize,
    low: f64,
    high: f64,
}

impl Off {
    pub(super) fn of(values: impl Iterator<Item = f64>, is_shown: impl Fn(f64) -> bool) -> Self {
        let mut off = Self::default();
        for value in values.filter(|value| !is_shown(*value)) {
            off.add(Self {
                count: 1,
                low: value,
                high: value,
            });
        }
        off
    }

    fn add(&mut self, other: Self) {
        if self.count == 0 {
            *self = other;
        } else if other.count > 0 {
            self.count += other.count;
            self.low = self.low.min(other.low);
            self.high = self.high.max(other.high);
        }
    }

    /// Of two versions: as many as the one with more has.
    pub(super) fn or(mut self, other: Self) -> Self {
        let count = self.count.max(other.count);
        self.add(other);
        self.count = count;
        self
    }

    /// In words: `3 values off the scale: -9,999 m`.
    pub(super) fn note(&self, unit: &str) -> Option<String> {
        let values = match self.count {
            0 => return None,
            1 => "1 value".to_owned(),
            count => format!("{} values", number(count as f64)),
        };
        let (low, high) = (number(self.low), number(self.high));
        let range = if low == high {
            format!("{low} {unit}")
        } else {
            format!("{low} to {high} {unit}")
        };
        Some(format!("{values} off the scale: {range}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn range(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
        let scale = Scale::of(values.into_iter(), 10.0);
        (scale.low, scale.high)
    }

    fn hill() -> Vec<f64> {
        (0..1000)
            .map(|n| 400.0 + 60.0 * (f64::from(n) / 90.0).sin())
            .collect()
    }

    #[test]
    fn marks_and_faults_are_off_the_scale() {
        let (low, high) = range(hill());
        for faults in [
            vec![-9999.0; 3],
            vec![65_535.0],
            vec![0.0; 400],
            vec![-999.0, 12_607.0],
            vec![9000.0, 9020.0, -500.0],
            vec![f64::NAN, f64::INFINITY, f64::NEG_INFINITY],
        ] {
            let values = hill().into_iter().chain(faults.clone());
            assert_eq!(range(values), (low, high), "{faults:?}");
        }
        assert_eq!(range([5.0, 5.0, 5.0, -9999.0]), (5.0, 5.0));
    }

    #[test]
    fn what_was_climbed_stays_on_the_scale() {
        // A flat marathon with one hill; a lift; two halves in two valleys; nothing.
        let flat = || (0..1000).map(|n| f64::from(n % 3));
        let hill = (0..50).map(|n| f64::from(n) * 4.0);
        assert_eq!(range(flat().chain(hill)), (0.0, 196.0));
        let lift = (0..200).map(|n| 900.0 + f64::from(n % 7));
        assert_eq!(range(flat().chain(lift)), (0.0, 906.0));
        assert_eq!(range([100.0, 2000.0]), (100.0, 2000.0));
        assert_eq!(range([]), (0.0, 0.0));
    }

    #[test]
    fn what_is_off_is_said() {
        let off = |values: &[f64]| Off::of(values.iter().copied(), |value| value < 100.0);
        assert_eq!(off(&[5.0]).note("m"), None);
        let note = off(&[5.0, 65_535.0]).note("m");
        assert_eq!(note.as_deref(), Some("1 value off the scale: 65,535 m"));
        let both = off(&[150.0, 200.0]).or(off(&[200.0, 150.0, 180.0]));
        let note = both.note("m");
        assert_eq!(
            note.as_deref(),
            Some("3 values off the scale: 150 to 200 m")
        );
    }
}
