//! The data of a path, thinned out to what a screen can show.

use std::fmt;

/// A path of straight lines, without points that are less than a pixel from the last one.
#[derive(Default)]
pub(super) struct Path {
    points: Vec<(bool, f64, f64)>,
    /// The last point that was left out, in case the line ends there.
    pending: Option<(f64, f64)>,
}

/// Pixels.
const NEAR: f64 = 0.6;

impl Path {
    pub(super) fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    pub(super) fn move_to(&mut self, (x, y): (f64, f64)) {
        self.flush();
        self.points.push((true, x, y));
    }

    pub(super) fn line_to(&mut self, (x, y): (f64, f64)) {
        match self.points.last() {
            Some(&(_, last_x, last_y)) if (x - last_x).hypot(y - last_y) < NEAR => {
                self.pending = Some((x, y));
            }
            _ => {
                self.pending = None;
                self.points.push((false, x, y));
            }
        }
    }

    fn flush(&mut self) {
        if let Some((x, y)) = self.pending.take() {
            self.points.push((false, x, y));
        }
    }

    /// A line through points.
    pub(super) fn line(&mut self, points: impl IntoIterator<Item = (f64, f64)>) {
        let mut points = points.into_iter();
        if let Some(first) = points.next() {
            self.move_to(first);
            points.for_each(|point| self.line_to(point));
            self.flush();
        }
    }

    /// A polygon through points.
    pub(super) fn polygon(&mut self, points: impl IntoIterator<Item = (f64, f64)>) {
        self.line(points);
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for &(moves, x, y) in &self.points {
            write!(f, "{}{x:.1} {y:.1}", if moves { 'M' } else { 'L' })?;
        }
        Ok(())
    }
}

/// Of points in the order of their x, at most four per pixel: the first, the last, the lowest and the
/// highest.
pub(super) fn thin(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut kept = Vec::new();
    for column in points.chunk_by(|a, b| a.0.floor() == b.0.floor()) {
        if column.len() <= 4 {
            kept.extend_from_slice(column);
            continue;
        }
        let by_height = |&a: &usize, &b: &usize| column[a].1.total_cmp(&column[b].1);
        let indices = || 0..column.len();
        let mut chosen = vec![0, column.len() - 1];
        chosen.extend(indices().min_by(by_height));
        chosen.extend(indices().max_by(by_height));
        chosen.sort_unstable();
        chosen.dedup();
        kept.extend(chosen.into_iter().map(|index| column[index]));
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_points_are_left_out_but_not_the_last() {
        let mut path = Path::default();
        path.line((0..=100).map(|n| (f64::from(n) * 0.1, 0.0)));
        let text = path.to_string();
        assert!(
            text.starts_with("M0.0 0.0L") && text.ends_with("L10.0 0.0"),
            "{text}"
        );
        assert!(text.matches('L').count() < 20, "{text}");
    }

    #[test]
    fn peaks_survive_thinning() {
        let mut points: Vec<_> = (0..10_000).map(|n| (f64::from(n) / 1000.0, 5.0)).collect();
        points[4321].1 = 50.0;
        points[4322].1 = -50.0;
        let thinned = thin(&points);
        assert!(thinned.len() <= 44, "{}", thinned.len());
        for peak in [50.0, -50.0] {
            assert!(thinned.iter().any(|&(_, y)| y == peak));
        }
    }
}
