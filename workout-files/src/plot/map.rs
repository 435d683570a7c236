//! Both routes on a map without a map.

use super::axis::{number, round_step};
use super::canvas::{Anchor, Area, Canvas};
use super::outside::Outside;
use super::path::Path;
use super::projection::Projection;
use crate::compare::route::Step;
use crate::model::{Position, Workout};
use crate::summary::{credible, fix_count};

/// Metres that two routes may be apart before it is marked: what satellites are good for.
const APART: f64 = 10.0;
/// Metres from which the largest distance gets a ring.
const RING: f64 = 1.0;
/// Pixels between two marks.
const MARKS: f64 = 5.0;
/// Two places that are this many pixels apart have a ring each.
const ONE_RING: f64 = 60.0;

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
        let text = "no route in either version";
        canvas.text("label", middle, Anchor::Middle, text);
        notes(canvas, area, [few("first", before), few("second", after)]);
        return;
    };
    let outside = Outside::of(area, &projection, before, after);
    route(canvas, "before", &was, &projection);
    let both = steps.filter(|_| !was.is_empty() && !is.is_empty());
    let steps = both.map_or(&[][..], |(steps, _)| steps);
    apart(canvas, area, steps, &projection);
    route(canvas, "after", &is, &projection);
    ends(canvas, if was.is_empty() { &is } else { &was }, &projection);
    ring(canvas, area, steps, &projection);
    outside.draw(canvas);
    scale_bar(canvas, area, &projection);
    let missing = |which: &str, workout: &Workout, is_missing: bool| {
        let none = || format!("the {which} version has no route");
        is_missing.then(|| few(which, workout).unwrap_or_else(none))
    };
    let first = missing("first", before, was.is_empty());
    let second = missing("second", after, is.is_empty());
    notes(canvas, area, [first.or(second), outside.note()]);
}

/// Why the positions of a version are not drawn.
fn few(which: &str, workout: &Workout) -> Option<String> {
    let count = fix_count(workout);
    let positions = if count == 1 { "position" } else { "positions" };
    (count > 0).then(|| format!("the {which} version has only {count} {positions}: no route"))
}

/// Lines of text in the upper left corner.
fn notes<const N: usize>(canvas: &mut Canvas, area: Area, notes: [Option<String>; N]) {
    let mut y = area.top + 31.0;
    for note in notes.into_iter().flatten() {
        canvas.text("alert", (area.left + 20.0, y), Anchor::Start, &note);
        y += 18.0;
    }
}

/// The positions of every track that has some, without those that do not say where it went.
pub(super) fn routes(workout: &Workout) -> Vec<Vec<Position>> {
    let workout = credible(workout);
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
fn apart(canvas: &mut Canvas, area: Area, steps: &[Step], on: &Projection) {
    let mut path = Path::default();
    let mut last: Option<(f64, f64)> = None;
    for (_, pair) in steps.iter().filter(|(_, pair)| pair.apart_m() > APART) {
        let ends = area.clip(on.at(pair.before), on.at(pair.after));
        let Some((from, to)) = ends else { continue };
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
    let (before, after) = (on.at(pair.before), on.at(pair.after));
    let Some((from, to)) = area.clip(before, after) else {
        return;
    };
    canvas.line("apart", from, to);
    let mut middle = ((from.0 + to.0) / 2.0, (from.1 + to.1) / 2.0);
    let mut radius = ((from.0 - to.0).hypot(from.1 - to.1) / 2.0 + 5.0).max(9.0);
    if radius <= ONE_RING / 2.0 {
        canvas.circle("ring", middle, radius);
    } else {
        // One around both would cover the picture.
        radius = 9.0;
        let inside = [before, after].into_iter().filter(|&end| area.holds(end));
        for end in inside {
            canvas.circle("ring", end, radius);
            middle = end;
        }
    }
    let left = middle.0 > area.left + area.width / 2.0;
    let (anchor, side) = if left {
        (Anchor::End, -1.0)
    } else {
        (Anchor::Start, 1.0)
    };
    let label = format!("{} apart", length(apart_m));
    canvas.text(
        "mark",
        (middle.0 + side * (radius + 5.0), middle.1 + 16.0),
        anchor,
        &label,
    );
}

/// Metres, or kilometres when they are many.
pub(super) fn length(metres: f64) -> String {
    if metres >= 10_000.0 {
        format!("{} km", number((metres / 1000.0).round()))
    } else if metres >= 1000.0 {
        format!("{} km", number((metres / 100.0).round() / 10.0))
    } else {
        format!("{} m", number(metres))
    }
}

fn scale_bar(canvas: &mut Canvas, area: Area, on: &Projection) {
    let legend_at = (area.right() - 12.0, area.bottom() - 12.0);
    let up = if on.is_north_up { "north is up; " } else { "" };
    let legend = format!("{up}marked where more than {} m apart", number(APART));
    canvas.text("tick", legend_at, Anchor::End, &legend);
    if !on.has_scale {
        return;
    }
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
    canvas.text(
        "tick",
        (right + 8.0, y + 4.0),
        Anchor::Start,
        &length(metres),
    );
}
