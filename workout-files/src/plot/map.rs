//! Both routes on a map without a map.

use super::axis::{number, round_step};
use super::canvas::{Anchor, Area, Canvas};
use super::path::Path;
use crate::compare::route::Step;
use crate::model::{Position, Workout};

/// Metres that two routes may be apart before it is marked: what satellites are good for.
const APART: f64 = 10.0;
/// Metres from which the largest distance gets a ring.
const RING: f64 = 1.0;
/// Pixels between two marks.
const MARKS: f64 = 5.0;
/// Metres of a degree of latitude.
const DEGREE: f64 = 111_320.0;

/// Where positions are in the picture.
pub(super) struct Projection {
    origin: Position,
    /// Shrinks degrees of longitude.
    cos: f64,
    /// Pixels per metre.
    pub(super) scale: f64,
    /// Metres at the middle of the area, and the middle.
    middle: (f64, f64),
    centre: (f64, f64),
}

impl Projection {
    pub(super) fn new(positions: &[Position], area: Area) -> Option<Self> {
        let origin = *positions.first()?;
        let mut projection = Self {
            origin,
            cos: 1.0,
            scale: 1.0,
            middle: (0.0, 0.0),
            centre: (area.left + area.width / 2.0, area.top + area.height / 2.0),
        };
        let latitudes = positions.iter().map(|position| position.latitude);
        let south = latitudes.clone().fold(f64::INFINITY, f64::min);
        let north = latitudes.fold(f64::NEG_INFINITY, f64::max);
        projection.cos = ((south + north) / 2.0).to_radians().cos().max(0.01);
        let all = positions
            .iter()
            .map(|&position| projection.metres(position));
        let (mut low, mut high) = ((f64::MAX, f64::MAX), (f64::MIN, f64::MIN));
        for (x, y) in all {
            low = (low.0.min(x), low.1.min(y));
            high = (high.0.max(x), high.1.max(y));
        }
        projection.middle = ((low.0 + high.0) / 2.0, (low.1 + high.1) / 2.0);
        let (width, height) = ((high.0 - low.0).max(10.0), (high.1 - low.1).max(10.0));
        projection.scale = (area.width / width).min(area.height / height);
        Some(projection)
    }

    fn metres(&self, position: Position) -> (f64, f64) {
        // The short way around, so that a route may cross the date line.
        let east = (position.longitude - self.origin.longitude + 540.0).rem_euclid(360.0) - 180.0;
        let north = position.latitude - self.origin.latitude;
        (east * DEGREE * self.cos, north * DEGREE)
    }

    pub(super) fn at(&self, position: Position) -> (f64, f64) {
        let (x, y) = self.metres(position);
        (
            self.centre.0 + (x - self.middle.0) * self.scale,
            self.centre.1 - (y - self.middle.1) * self.scale,
        )
    }
}

pub(super) fn draw(
    canvas: &mut Canvas,
    area: Area,
    before: &Workout,
    after: &Workout,
    steps: Option<&(Vec<Step>, usize)>,
) {
    canvas.rect("panel", area);
    let (was, is) = (routes(before), routes(after));
    let inner = Area {
        left: area.left + 36.0,
        top: area.top + 36.0,
        width: area.width - 72.0,
        height: area.height - 84.0,
    };
    let all: Vec<Position> = was.iter().chain(&is).flatten().copied().collect();
    let middle = (area.left + area.width / 2.0, area.top + area.height / 2.0);
    let Some(projection) = Projection::new(&all, inner) else {
        canvas.text(
            "label",
            middle,
            Anchor::Middle,
            "no route in either version",
        );
        return;
    };
    route(canvas, "before", &was, &projection);
    let steps = steps.map_or(&[][..], |(steps, _)| steps);
    apart(canvas, steps, &projection);
    route(canvas, "after", &is, &projection);
    ends(canvas, if was.is_empty() { &is } else { &was }, &projection);
    ring(canvas, area, steps, &projection);
    scale_bar(canvas, area, &projection);
    let missing = match (was.is_empty(), is.is_empty()) {
        (true, false) => Some("the first version has no route"),
        (false, true) => Some("the second version has no route"),
        _ => None,
    };
    if let Some(missing) = missing {
        let at = (area.left + 14.0, area.top + 22.0);
        canvas.text("alert", at, Anchor::Start, missing);
    }
}

/// The positions of every track that has some.
pub(super) fn routes(workout: &Workout) -> Vec<Vec<Position>> {
    let tracks = workout.tracks().map(|track| {
        let positions = (0..track.len()).filter_map(|index| track.position(index));
        positions.collect::<Vec<_>>()
    });
    tracks.filter(|positions| !positions.is_empty()).collect()
}

fn route(canvas: &mut Canvas, class: &'static str, routes: &[Vec<Position>], on: &Projection) {
    let mut path = Path::default();
    for positions in routes {
        path.line(positions.iter().map(|&position| on.at(position)));
    }
    canvas.path(class, &path);
}

/// Lines between the two places of one time, where they are apart.
fn apart(canvas: &mut Canvas, steps: &[Step], on: &Projection) {
    let mut path = Path::default();
    let mut last: Option<(f64, f64)> = None;
    for (_, pair) in steps.iter().filter(|(_, pair)| pair.apart_m() > APART) {
        let (from, to) = (on.at(pair.before), on.at(pair.after));
        if last.is_none_or(|last| (from.0 - last.0).hypot(from.1 - last.1) >= MARKS) {
            path.line([from, to]);
            last = Some(from);
        }
    }
    canvas.path("apart", &path);
}

fn ends(canvas: &mut Canvas, routes: &[Vec<Position>], on: &Projection) {
    let first = routes.first().and_then(|route| route.first());
    let last = routes.last().and_then(|route| route.last());
    let Some((&first, &last)) = first.zip(last) else {
        return;
    };
    let (start, finish) = (on.at(first), on.at(last));
    let side = 5.0;
    let square = Area {
        left: finish.0 - side,
        top: finish.1 - side,
        width: 2.0 * side,
        height: 2.0 * side,
    };
    canvas.rect("spot", square);
    canvas.circle("spot", start, 5.0);
    let near = (start.0 - finish.0).abs() < 60.0 && (start.1 - finish.1).abs() < 16.0;
    let label = if near { "start and finish" } else { "start" };
    mark(canvas, start, on, label);
    if !near {
        mark(canvas, finish, on, "finish");
    }
}

/// A label beside a spot, on the side where there is room.
fn mark(canvas: &mut Canvas, at: (f64, f64), on: &Projection, label: &str) {
    let (anchor, side) = if at.0 > on.centre.0 {
        (Anchor::End, -10.0)
    } else {
        (Anchor::Start, 10.0)
    };
    canvas.text("mark", (at.0 + side, at.1 - 8.0), anchor, label);
}

fn ring(canvas: &mut Canvas, area: Area, steps: &[Step], on: &Projection) {
    let apart = steps.iter().map(|(_, pair)| (pair.apart_m(), pair));
    let largest = apart.max_by(|a, b| a.0.total_cmp(&b.0));
    let Some((apart_m, pair)) = largest.filter(|(apart_m, _)| *apart_m >= RING) else {
        return;
    };
    let (from, to) = (on.at(pair.before), on.at(pair.after));
    let middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
    let radius = ((from.0 - to.0).hypot(from.1 - to.1) / 2.0 + 5.0).max(9.0);
    canvas.line("apart", from, to);
    canvas.circle("ring", middle, radius);
    let left = middle.0 > area.left + area.width / 2.0;
    let (anchor, side) = if left {
        (Anchor::End, -1.0)
    } else {
        (Anchor::Start, 1.0)
    };
    let label = format!("{} m apart", number(apart_m));
    canvas.text(
        "mark",
        (middle.0 + side * (radius + 5.0), middle.1 + 16.0),
        anchor,
        &label,
    );
}

fn scale_bar(canvas: &mut Canvas, area: Area, on: &Projection) {
    let metres = round_step(area.width / 8.0 / on.scale);
    let (left, y) = (area.left + 16.0, area.bottom() - 16.0);
    let right = left + metres * on.scale;
    for (from, to) in [
        ((left, y), (right, y)),
        ((left, y - 4.0), (left, y + 4.0)),
        ((right, y - 4.0), (right, y + 4.0)),
    ] {
        canvas.line("bar", from, to);
    }
    let label = if metres >= 1000.0 {
        format!("{} km", number(metres / 1000.0))
    } else {
        format!("{} m", number(metres))
    };
    canvas.text("tick", (right + 8.0, y + 4.0), Anchor::Start, &label);
    let north = (area.right() - 12.0, area.bottom() - 12.0);
    let legend = format!(
        "north is up; marked where more than {} m apart",
        number(APART)
    );
    canvas.text("tick", north, Anchor::End, &legend);
}
