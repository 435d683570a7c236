//! Axes and their ticks.

/// A range of values along a range of pixels.
#[derive(Clone, Copy)]
pub(super) struct Axis {
    pub(super) low: f64,
    pub(super) high: f64,
    pub(super) from: f64,
    pub(super) to: f64,
}

impl Axis {
    pub(super) fn at(&self, value: f64) -> f64 {
        let share = (value - self.low) / (self.high - self.low);
        self.from + share * (self.to - self.from)
    }

    /// The range that shows `values` with room around them; at least `least` high.
    pub(super) fn around(
        values: impl Iterator<Item = f64> + Clone,
        least: f64,
        from: f64,
        to: f64,
    ) -> Self {
        let low = values.clone().fold(f64::INFINITY, f64::min);
        let high = values.fold(f64::NEG_INFINITY, f64::max);
        let (low, high) = if low > high {
            (0.0, least)
        } else {
            (low, high)
        };
        let missing = (least - (high - low)).max(0.0) / 2.0;
        let room = (high - low).max(least) * 0.06;
        Self {
            low: low - missing - room,
            high: high + missing + room,
            from,
            to,
        }
    }

    /// About `count` round values within the range.
    pub(super) fn ticks(&self, count: usize) -> Vec<f64> {
        let step = round_step((self.high - self.low) / count as f64);
        multiples(self.low, self.high, step)
    }
}

/// 1, 2 or 5 times a power of ten, not below `least`.
pub(super) fn round_step(least: f64) -> f64 {
    let power = 10.0_f64.powf(least.max(1e-9).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0].into_iter().map(|step| step * power);
    steps
        .into_iter()
        .find(|&step| step >= least * 0.999_999)
        .unwrap_or(power * 10.0)
}

fn multiples(low: f64, high: f64, step: f64) -> Vec<f64> {
    let first = (low / step).ceil();
    let count = ((high / step).floor() - first).clamp(-1.0, 40.0) as i32 + 1;
    (0..count).map(|n| (first + f64::from(n)) * step).collect()
}

/// At most eight times from 0 to `length` seconds that clocks like to show.
pub(super) fn time_ticks(length: f64) -> Vec<f64> {
    const STEPS: [f64; 17] = [
        1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0,
        14_400.0, 21_600.0, 86_400.0,
    ];
    let fits = |step: &f64| length / step <= 8.0;
    let step = STEPS
        .into_iter()
        .find(fits)
        .unwrap_or(86_400.0 * round_step(length / 86_400.0 / 8.0));
    multiples(0.0, length, step)
}

/// `5:03` or `1:05:03`; whole minutes of long times as `1:05 h`.
pub(super) fn clock(seconds: f64) -> String {
    let whole = seconds.round() as i64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// A number with as many decimals as its size deserves, and thousands set apart.
pub(super) fn number(value: f64) -> String {
    let decimals = match value.abs() {
        size if size >= 100.0 || value.fract().abs() < 1e-9 => 0,
        size if size >= 10.0 => 1,
        size if size >= 0.1 => 2,
        _ => 3,
    };
    let text = format!("{value:.decimals$}");
    let (whole, fraction) = text
        .split_once('.')
        .map_or((&text[..], None), |(w, f)| (w, Some(f)));
    let (sign, digits) = whole
        .strip_prefix('-')
        .map_or(("", whole), |digits| ("-", digits));
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index) % 3 == 0 {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    match fraction {
        Some(fraction) => format!("{sign}{grouped}.{fraction}"),
        None => format!("{sign}{grouped}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let axis = Axis {
            low: 97.0,
            high: 163.0,
            from: 0.0,
            to: 1.0,
        };
        assert_eq!(axis.ticks(4), [100.0, 120.0, 140.0, 160.0]);
        assert_eq!(time_ticks(100.0), [0.0, 15.0, 30.0, 45.0, 60.0, 75.0, 90.0]);
        for length in [1.0, 59.0, 4000.0, 90_000.0, 3e6, 1e9] {
            let ticks = time_ticks(length);
            assert!((1..=9).contains(&ticks.len()), "{length}: {ticks:?}");
        }
    }

    #[test]
    fn numbers_read_easily() {
        let shown: Vec<_> = [0.0, 0.012, 0.35, 12.345, 1234.5, -1_234_567.0, 42.0]
            .into_iter()
            .map(number)
            .collect();
        assert_eq!(
            shown,
            ["0", "0.012", "0.35", "12.3", "1,234", "-1,234,567", "42"]
        );
        assert_eq!(
            (clock(59.6), clock(303.0), clock(3903.0)),
            ("1:00".into(), "5:03".into(), "1:05:03".into())
        );
    }

    #[test]
    fn flat_values_have_a_range() {
        let axis = Axis::around([5.0, 5.0].into_iter(), 10.0, 100.0, 0.0);
        assert_eq!(
            (axis.at(5.0), axis.low < 0.5, axis.high > 9.5),
            (50.0, true, true)
        );
        let empty = Axis::around(std::iter::empty(), 10.0, 100.0, 0.0);
        assert!(empty.at(3.0).is_finite());
    }
}
