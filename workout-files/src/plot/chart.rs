//! A value over time.

use super::axis::{Axis, clock, number, time_ticks};
use super::canvas::{Anchor, Area, Canvas};
use super::path::{Path, thin};
use super::scale::{Off, Scale};
use crate::compare::{RouteDeviation, SeriesDeviation};

/// Lines of seconds and values, one per stretch without a pause.
pub(super) type Lines = Vec<Vec<(f64, f64)>>;

/// Seconds between two compared values up to which the area between them is drawn as one.
const ONE_STRETCH: f64 = 60.0;

/// The least range of values to show, in metres or beats: smaller changes need no magnifying glass.
const LEAST: f64 = 10.0;

/// A chart of one value in the two versions.
pub(super) struct Chart {
    title: &'static str,
    unit: &'static str,
    /// The conclusion in words, and whether it is a reason to look.
    verdict: (String, bool),
    before: Lines,
    after: Lines,
    /// Seconds, and the value in both versions.
    pairs: Vec<(f64, f64, f64)>,
    /// Whether values start at 0, as distances do.
    from_zero: bool,
    scale: Scale,
    /// The values that are off the scale.
    off: Off,
}

impl Chart {
    /// The distance between the routes.
    pub(super) fn of_route(apart: &[(f64, f64)], deviation: Option<&RouteDeviation>) -> Self {
        let verdict = match deviation {
            None => ("no two routes to compare".to_owned(), false),
            Some(route) if route.max_m == 0.0 && route.uncovered == 0 => {
                ("equal".to_owned(), false)
            }
            Some(route) => {
                let uncovered = match route.uncovered {
                    0 => String::new(),
                    count => format!(", {} not covered", number(count as f64)),
                };
                let (max, mean) = (number(route.max_m), number(route.mean_m));
                (format!("max {max} m, mean {mean} m{uncovered}"), true)
            }
        };
        let metres = || apart.iter().map(|&(_, metres)| metres);
        let scale = Scale::of(metres(), LEAST);
        Self {
            title: "Distance between the routes",
            unit: "m",
            verdict,
            before: Lines::new(),
            after: Lines::new(),
            pairs: apart
                .iter()
                .map(|&(time, metres)| (time, 0.0, metres))
                .collect(),
            from_zero: true,
            scale,
            off: Off::of(metres(), |metres| scale.reaches(metres)),
        }
    }

    /// A series of values, of which only the plausible ones make the scale.
    pub(super) fn of_series(
        (title, unit): (&'static str, &'static str),
        deviation: &SeriesDeviation,
        before: Lines,
        after: Lines,
        pairs: Vec<(f64, f64, f64)>,
        is_plausible: impl Fn(f64) -> bool,
    ) -> Self {
        let both = before.iter().chain(&after).flatten();
        let values = both.map(|&(_, value)| value);
        let scale = Scale::of(values.filter(|value| is_plausible(*value)), LEAST);
        let off = |lines: &Lines| {
            let values = lines.iter().flatten().map(|&(_, value)| value);
            Off::of(values, |value| scale.holds(value))
        };
        let off = off(&before).or(off(&after));
        let verdict = match deviation {
            SeriesDeviation {
                before: 0,
                after: 0,
                ..
            } => ("in neither version".to_owned(), false),
            SeriesDeviation { after: 0, .. } => ("lost".to_owned(), true),
            SeriesDeviation { before: 0, .. } => ("added".to_owned(), true),
            SeriesDeviation {
                max: Some(max),
                mean: Some(mean),
                before,
                compared,
                ..
            } => {
                let missing = before - compared;
                let rest = match missing {
                    0 => String::new(),
                    count => format!(", {} not compared", number(count as f64)),
                };
                if *max == 0.0 {
                    (format!("equal{rest}"), missing > 0)
                } else {
                    let (max, mean) = (number(*max), number(*mean));
                    (
                        format!("max {max} {unit}, mean {mean} {unit} apart{rest}"),
                        true,
                    )
                }
            }
            _ => ("no common times".to_owned(), true),
        };
        Self {
            title,
            unit,
            verdict,
            before,
            after,
            pairs,
            from_zero: false,
            scale,
            off,
        }
    }

    pub(super) fn draw(&self, canvas: &mut Canvas, area: Area, length: f64) {
        let heading = (area.left, area.top + 12.0);
        canvas.text("heading", heading, Anchor::Start, self.title);
        let class = if self.verdict.1 { "alert" } else { "label" };
        canvas.text(
            class,
            (area.right(), area.top + 12.0),
            Anchor::End,
            &self.verdict.0,
        );
        let plot = Area {
            left: area.left,
            top: area.top + 22.0,
            width: area.width,
            height: area.height - 22.0 - 18.0,
        };
        canvas.rect("panel", plot);
        let x = Axis {
            low: 0.0,
            high: length,
            from: plot.left + 4.0,
            to: plot.right() - 4.0,
        };
        let mut y = Axis::around(self.values(), LEAST, plot.bottom(), plot.top);
        if self.from_zero {
            y.high = y.high.max(LEAST);
            y.low = -0.03 * y.high;
        }
        self.grid(canvas, plot, &x, &y);
        self.between(canvas, &x, &y);
        self.lines(canvas, "before", &self.before, &x, &y);
        self.lines(canvas, "after", &self.after, &x, &y);
        let ring = self.ring(canvas, plot, &x, &y);
        if let Some(note) = self.off.note(self.unit) {
            // Away from the label of the ring.
            let is_ring_low = ring.is_some_and(|ring| ring > plot.top + plot.height / 2.0);
            let y = if is_ring_low {
                plot.top + 16.0
            } else {
                plot.bottom() - 6.0
            };
            canvas.text("mark", (plot.left + 8.0, y), Anchor::Start, &note);
        }
    }

    /// The values on the scale.
    fn values(&self) -> impl Iterator<Item = f64> + Clone + '_ {
        let lines = self.before.iter().chain(&self.after).flatten();
        let pairs = self.pairs.iter();
        lines
            .map(|&(_, value)| value)
            .chain(pairs.flat_map(|&(_, before, after)| [before, after]))
            .filter(|value| self.scale.holds(*value))
    }

    fn grid(&self, canvas: &mut Canvas, plot: Area, x: &Axis, y: &Axis) {
        for seconds in time_ticks(x.high) {
            let at = x.at(seconds);
            canvas.line("grid", (at, plot.top), (at, plot.bottom()));
            let anchor = if at > plot.right() - 20.0 {
                Anchor::End
            } else {
                Anchor::Middle
            };
            canvas.text("tick", (at, plot.bottom() + 13.0), anchor, &clock(seconds));
        }
        if self.values().next().is_none() {
            return;
        }
        let mut ticks = y.ticks(5).into_iter().peekable();
        while let Some(value) = ticks.next() {
            let at = y.at(value);
            canvas.line("grid", (plot.left, at), (plot.right(), at));
            let unit = if ticks.peek().is_none() {
                self.unit
            } else {
                ""
            };
            let label = format!("{} {unit}", number(value));
            canvas.text(
                "tick",
                (plot.left - 6.0, at + 4.0),
                Anchor::End,
                label.trim_end(),
            );
        }
    }

    /// The area between the versions; what is off the scale ends at the edge.
    fn between(&self, canvas: &mut Canvas, x: &Axis, y: &Axis) {
        let mut path = Path::default();
        for stretch in self
            .pairs
            .chunk_by(|a, b| (0.0..=ONE_STRETCH).contains(&(b.0 - a.0)))
        {
            if stretch.iter().all(|(_, before, after)| before == after) {
                continue;
            }
            let edge = |value: fn(&(f64, f64, f64)) -> f64| -> Vec<(f64, f64)> {
                let points = stretch
                    .iter()
                    .map(|pair| (x.at(pair.0), y.at(value(pair).clamp(y.low, y.high))));
                thin(&points.collect::<Vec<_>>())
            };
            let (mut there, mut back) = (edge(|pair| pair.2), edge(|pair| pair.1));
            back.reverse();
            there.append(&mut back);
            path.polygon(there);
        }
        canvas.path("area", &path);
    }

    /// A ring around the largest difference; returns its height.
    fn ring(&self, canvas: &mut Canvas, plot: Area, x: &Axis, y: &Axis) -> Option<f64> {
        let apart = |pair: &&(f64, f64, f64)| (pair.2 - pair.1).abs();
        let largest = self
            .pairs
            .iter()
            .max_by(|a, b| apart(a).total_cmp(&apart(b)));
        let &(seconds, before, after) = largest.filter(|pair| apart(pair) > 0.0)?;
        let at = (x.at(seconds), y.at(after.clamp(y.low, y.high)));
        canvas.circle("ring", at, 7.0);
        let label = format!(
            "{} {} at {}",
            number((after - before).abs()),
            self.unit,
            clock(seconds)
        );
        let near_right = at.0 > plot.right() - 130.0;
        let (anchor, side) = if near_right {
            (Anchor::End, -12.0)
        } else {
            (Anchor::Start, 12.0)
        };
        let height = (at.1 + 4.0).clamp(plot.top + 14.0, plot.bottom() - 6.0);
        canvas.text("mark", (at.0 + side, height), anchor, &label);
        Some(at.1)
    }

    /// The values of a version; a value that is off the scale is a gap in its line.
    fn lines(&self, canvas: &mut Canvas, class: &'static str, lines: &Lines, x: &Axis, y: &Axis) {
        let mut path = Path::default();
        for line in on_scale(lines, |value| self.scale.holds(value)) {
            let points: Vec<_> = line
                .iter()
                .map(|&(time, value)| (x.at(time), y.at(value)))
                .collect();
            path.line(thin(&points));
        }
        canvas.path(class, &path);
    }
}

/// The parts of lines, in the order of time, between values that are off the scale.
pub(super) fn on_scale(lines: &Lines, is_on: impl Fn(f64) -> bool) -> Lines {
    let mut parts = Lines::new();
    for line in lines {
        let mut sorted = line.clone();
        sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
        let kept = sorted.split(|&(_, value)| !is_on(value));
        parts.extend(kept.filter(|part| !part.is_empty()).map(<[_]>::to_vec));
    }
    parts
}
