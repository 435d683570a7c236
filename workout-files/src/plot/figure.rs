//! Pictures of one workout for a web page: SVG elements without colours, sizes and fonts of their own.
//!
//! Text and lines keep their size on every screen: only the curves are stretched to the width of the page.

use std::fmt::Write as _;

use super::axis::{Axis, clock, number, round_step, time_ticks};
use super::canvas::Area;
use super::chart::on_scale;
use super::map::routes;
use super::path::{Path, thin};
use super::projection::Projection;
use super::scale::{Off, Scale};
use super::times::Times;
use crate::model::{Position, Track, Workout};
use crate::summary::is_plausible;
use crate::write::xml::Xml;

/// The rules that the pictures need from the page, in variables of CSS: `--ink`, `--faint`, `--grid`, `--panel`, `--route`,
/// `--altitude` and `--heart`.
pub const STYLE: &str = "\
svg.route,svg.chart{display:block;width:100%;overflow:hidden;border-radius:6px;background:var(--panel)}\
svg.route{height:22rem}svg.chart{height:156px}\
svg path{fill:none;vector-effect:non-scaling-stroke;stroke-linejoin:round;stroke-linecap:round}\
svg .track{stroke:var(--route);stroke-width:3px}\
svg .start{stroke:var(--ink);stroke-width:13px}svg .start-in{stroke:var(--panel);stroke-width:7px}\
svg .finish{stroke:var(--ink);stroke-width:11px;stroke-linecap:square}\
svg .bar{stroke:var(--faint);stroke-width:2px;stroke-linecap:butt}\
svg .grid{stroke:var(--grid);stroke-width:1px}\
svg text{font-size:11px;fill:var(--faint);paint-order:stroke;stroke:var(--panel);stroke-width:3px}\
svg .altitude{stroke:var(--altitude);stroke-width:2px}svg .ground{fill:var(--altitude);opacity:.22}\
svg .heart{stroke:var(--heart);stroke-width:1.8px}";

/// Units of the longer side of a map.
const MAP: f64 = 640.0;
/// Units around the route.
const EDGE: f64 = 24.0;
/// Units of the width of a chart's curve.
const CHART: f64 = 500.0;
/// Pixels above and below a chart's curve, and of the curve itself.
const TOP: f64 = 8.0;
const CURVE: f64 = 126.0;

/// The route of a workout as an `svg` element of the class `route`, north up, with the start as a ring and the finish as a square.
/// Positions that no athlete can have reached are left out, and the title of the element says how many.
#[derive(Clone, Debug, PartialEq)]
pub struct RouteFigure {
    /// The element.
    pub svg: String,
    /// Whether north is up all over the picture; it is not where the meridians meet.
    pub is_north_up: bool,
    /// The metres that the bar in the lower left corner stands for; `None` where the scale varies too much for a bar.
    pub bar_m: Option<f64>,
}

/// Draws the route of a workout; `None` without one.
#[must_use]
pub fn route(workout: &Workout) -> Option<RouteFigure> {
    let tracks = routes(workout);
    let all: Vec<Position> = tracks.iter().flatten().copied().collect();
    if all.len() < 2 {
        return None;
    }
    let area = Area {
        left: EDGE,
        top: EDGE,
        width: MAP,
        height: MAP,
    };
    let on = Projection::new(&all, area)?;
    let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
    for position in &all {
        let (x, y) = on.at(*position);
        low = (low.0.min(x), low.1.min(y));
        high = (high.0.max(x), high.1.max(y));
    }
    // A box around the route, with room for its ends and for the bar below it.
    let (left, top) = (low.0 - EDGE, low.1 - EDGE);
    let (width, height) = (high.0 - low.0 + 2.0 * EDGE, high.1 - low.1 + 2.5 * EDGE);
    let mut xml = Xml::fragment(16 * 1024);
    xml.open("svg", "class=\"route\" role=\"img\"");
    let up = if on.is_north_up { ", north up" } else { "" };
    let outside = match workout.position_count().saturating_sub(all.len()) {
        0 => String::new(),
        1 => "; 1 position lies far outside".to_owned(),
        count => format!("; {count} positions lie far outside"),
    };
    xml.text("title", &format!("The route{up}{outside}"));
    let view = format!("viewBox=\"{left:.1} {top:.1} {width:.1} {height:.1}\"");
    xml.open("svg", &format!("{view} width=\"100%\" height=\"100%\""));
    let mut path = Path::default();
    for track in &tracks {
        path.line(track.iter().map(|position| on.at(*position)));
    }
    shape(&mut xml, "track", &path.to_string());
    let ends = (all.first(), all.last());
    if let (Some(first), Some(last)) = ends {
        let dot = |position: &Position| {
            let (x, y) = on.at(*position);
            format!("M{x:.1} {y:.1}h.01")
        };
        shape(&mut xml, "finish", &dot(last));
        shape(&mut xml, "start", &dot(first));
        shape(&mut xml, "start-in", &dot(first));
    }
    let bar_m = round_step(width.max(height) / 8.0 / on.scale);
    let bar_m = on.has_scale.then_some(bar_m);
    let (x, y) = (left + EDGE / 2.0, top + height - EDGE / 2.0);
    if let Some(metres) = bar_m {
        let bar = format!("M{x:.1} {y:.1}h{:.1}", metres * on.scale);
        shape(&mut xml, "bar", &bar);
    }
    Some(RouteFigure {
        svg: finish(xml),
        is_north_up: on.is_north_up,
        bar_m,
    })
}

/// A value over the time of a workout.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Series {
    /// Metres.
    Altitude,
    /// Beats per minute.
    HeartRate,
}

impl Series {
    fn of(self, track: &Track, index: usize) -> Option<f64> {
        match self {
            Self::Altitude => track.altitude_m(index),
            Self::HeartRate => track.heart_rate(index).map(f64::from),
        }
    }

    fn is_plausible(self, value: f64) -> bool {
        self != Self::Altitude || is_plausible(value)
    }

    const fn unit(self) -> &'static str {
        match self {
            Self::Altitude => "m",
            Self::HeartRate => "bpm",
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Altitude => "Altitude",
            Self::HeartRate => "Heart rate",
        }
    }

    const fn class(self) -> &'static str {
        match self {
            Self::Altitude => "altitude",
            Self::HeartRate => "heart",
        }
    }

    /// The least range to show.
    const fn least(self) -> f64 {
        match self {
            Self::Altitude => 20.0,
            Self::HeartRate => 20.0,
        }
    }
}

/// Draws a value over time as an `svg` element of the class `chart`; `None` with fewer than two values. Marks for "no data" and
/// other values far off are left out, and the title of the element names them.
#[must_use]
pub fn over_time(workout: &Workout, series: Series) -> Option<String> {
    let times = Times::of(workout, workout, 0);
    let lines = times.lines(workout, 0, |track, index| series.of(track, index));
    let all = || lines.iter().flatten().map(|(_, value)| *value);
    let scale = Scale::of(
        all().filter(|value| series.is_plausible(*value)),
        series.least(),
    );
    let off = Off::of(all(), |value| scale.holds(value)).note(series.unit());
    let lines = on_scale(&lines, |value| scale.holds(value));
    let values = || lines.iter().flatten().map(|(_, value)| *value);
    if values().count() < 2 {
        return None;
    }
    let x = Axis {
        low: 0.0,
        high: times.length,
        from: 0.0,
        to: CHART,
    };
    let y = Axis::around(values(), series.least(), CURVE, 0.0);
    let (low, high) = (
        values().fold(f64::MAX, f64::min),
        values().fold(f64::MIN, f64::max),
    );
    let mut xml = Xml::fragment(16 * 1024);
    xml.open("svg", "class=\"chart\" role=\"img\"");
    let title = format!(
        "{} over time, {} to {} {}{}",
        series.name(),
        number(low.round()),
        number(high.round()),
        series.unit(),
        off.map_or(String::new(), |off| format!("; {off}"))
    );
    xml.text("title", &title);
    grid(&mut xml, &x, &y, series.unit());
    let view = format!("viewBox=\"0 0 {CHART} {CURVE}\" preserveAspectRatio=\"none\"");
    xml.open(
        "svg",
        &format!("{view} y=\"{TOP}\" width=\"100%\" height=\"{CURVE}\""),
    );
    let (mut curve, mut ground) = (Path::default(), Path::default());
    for line in &lines {
        let points: Vec<_> = line
            .iter()
            .map(|&(time, value)| (x.at(time), y.at(value)))
            .collect();
        let points = thin(&points);
        if let (Some(first), Some(last)) = (points.first(), points.last()) {
            let base = [(last.0, CURVE), (first.0, CURVE)];
            ground.polygon(points.iter().copied().chain(base));
        }
        curve.line(points);
    }
    if series == Series::Altitude {
        shape(&mut xml, "ground", &ground.to_string());
    }
    shape(&mut xml, series.class(), &curve.to_string());
    Some(finish(xml))
}

/// Lines and labels: across in percent, down in pixels, so that they keep their size.
fn grid(xml: &mut Xml, x: &Axis, y: &Axis, unit: &str) {
    let share = |value: f64| 100.0 * value / CHART;
    let (top, bottom) = (TOP, TOP + CURVE);
    // More labels than this run into each other on a telephone.
    let ticks = time_ticks(x.high);
    let step = ticks.len().div_ceil(5).max(1);
    for (index, seconds) in ticks
        .iter()
        .enumerate()
        .filter(|(index, _)| index % step == 0)
    {
        let at = share(x.at(*seconds));
        let line = format!("x1=\"{at:.2}%\" x2=\"{at:.2}%\" y1=\"{top}\" y2=\"{bottom}\"");
        empty(xml, "line", "grid", &line);
        let anchor = match at {
            _ if index == 0 => "start",
            at if at > 93.0 => "end",
            _ => "middle",
        };
        label(xml, at, bottom + 16.0, anchor, &clock(*seconds));
    }
    let mut levels = y.ticks(3).into_iter().peekable();
    while let Some(value) = levels.next() {
        let at = TOP + y.at(value);
        let line = format!("x1=\"0\" x2=\"100%\" y1=\"{at:.1}\" y2=\"{at:.1}\"");
        empty(xml, "line", "grid", &line);
        let unit = if levels.peek().is_none() { unit } else { "" };
        let text = format!("{} {unit}", number(value));
        let above = if at < top + 14.0 { at + 12.0 } else { at - 3.0 };
        label(xml, 0.6, above, "start", text.trim_end());
    }
}

fn label(xml: &mut Xml, share: f64, y: f64, anchor: &str, text: &str) {
    xml.open(
        "text",
        &format!("x=\"{share:.2}%\" y=\"{y:.1}\" text-anchor=\"{anchor}\""),
    );
    let text = xml.escape(text);
    xml.raw(text);
    xml.close();
}

fn shape(xml: &mut Xml, class: &str, path: &str) {
    if !path.is_empty() {
        empty(xml, "path", class, &format!("d=\"{path}\""));
    }
}

fn empty(xml: &mut Xml, name: &'static str, class: &str, attributes: &str) {
    let mut all = format!("class=\"{class}\"");
    let _ = write!(all, " {attributes}");
    xml.open(name, &all);
    xml.close();
}

fn finish(xml: Xml) -> String {
    String::from_utf8_lossy(&xml.finish()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Lap, Sport, Trackpoint};
    use chrono::{DateTime, TimeDelta};

    fn ride(points: i64) -> Workout {
        let start = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let points = (0..points).map(|second| {
            let mut point = Trackpoint::at(start + TimeDelta::seconds(second));
            point.position = Position::new(60.0, 25.0 + second as f64 * 1e-5);
            point.altitude_m = Some(10.0 + second as f64 / 100.0);
            point.heart_rate = Some(120);
            point
        });
        let mut workout = Workout::new(Sport::Cycling);
        workout.laps.push(Lap {
            tracks: vec![Track::from_iter(points)],
            ..Lap::default()
        });
        workout
    }

    #[test]
    fn a_route_has_its_shape_and_no_coordinates() {
        let figure = route(&ride(3600)).unwrap();
        assert!(
            figure.svg.starts_with("<svg class=\"route\""),
            "{}",
            figure.svg
        );
        assert!(!figure.svg.contains("style=") && !figure.svg.contains("60.0 25"));
        // 3600 steps of 1e-5 degrees at 60 degrees north are 2 km.
        let bar_m = figure.bar_m.unwrap();
        assert!((200.0..=500.0).contains(&bar_m), "{bar_m}");
        assert_eq!(route(&ride(1)), None);
        assert_eq!(route(&Workout::new(Sport::Yoga)), None);
    }

    #[test]
    fn a_chart_says_what_it_shows() {
        let svg = over_time(&ride(3600), Series::Altitude).unwrap();
        assert!(
            svg.contains("<title>Altitude over time, 10 to 46 m</title>"),
            "{svg}"
        );
        assert!(svg.contains("class=\"ground\""));
        let svg = over_time(&ride(3600), Series::HeartRate).unwrap();
        assert!(svg.contains("120 to 120 bpm") && !svg.contains("ground"));
        assert!(!svg.contains("NaN") && !svg.contains("inf"));
        assert_eq!(over_time(&ride(1), Series::HeartRate), None);
    }

    #[test]
    fn a_picture_is_small_however_long_the_workout_was() {
        let day = ride(86_400);
        let figure = route(&day).unwrap();
        let chart = over_time(&day, Series::Altitude).unwrap();
        assert!(
            figure.svg.len() < 20_000 && chart.len() < 40_000,
            "{} {}",
            figure.svg.len(),
            chart.len()
        );
    }
}
