//! Positions that do not say where the workout went: they would make everything else a dot.

use super::canvas::{Area, Canvas};
use super::map::length;
use super::path::Path;
use super::projection::Projection;
use crate::model::{Position, Workout};
use crate::summary::{credible, metres};

/// Pixels between the edge of the picture and a mark on it.
const EDGE: f64 = 9.0;
/// Marks closer than this many pixels are one.
const NEAR: f64 = 8.0;

/// Strays and zeros of both versions: a dot where they are inside of the picture, a triangle on its edge where
/// they are outside.
pub(super) struct Outside {
    dots: Vec<(f64, f64)>,
    /// On the edge, and the direction outwards.
    edges: Vec<((f64, f64), (f64, f64))>,
    /// How many each version has, and the metres from the farthest to the route.
    counts: [usize; 2],
    farthest_m: f64,
}

impl Outside {
    pub(super) fn of(area: Area, on: &Projection, before: &Workout, after: &Workout) -> Self {
        let mut outside = Self {
            dots: Vec::new(),
            edges: Vec::new(),
            counts: [0, 0],
            farthest_m: 0.0,
        };
        let frame = Area {
            left: area.left + EDGE,
            top: area.top + EDGE,
            width: area.width - 2.0 * EDGE,
            height: area.height - 2.0 * EDGE,
        };
        for (version, workout) in [before, after].into_iter().enumerate() {
            if !workout.has_route() {
                continue;
            }
            for (position, before) in off_route(workout) {
                let away_m = metres(before, position);
                outside.counts[version] += 1;
                outside.farthest_m = outside.farthest_m.max(away_m);
                outside.add(frame, on.at(before), on.at(position));
            }
        }
        outside
    }

    fn add(&mut self, frame: Area, from: (f64, f64), at: (f64, f64)) {
        let is_near = |&(x, y): &(f64, f64), to: (f64, f64)| (x - to.0).hypot(y - to.1) < NEAR;
        if frame.holds(at) {
            if !self.dots.iter().any(|dot| is_near(dot, at)) {
                self.dots.push(at);
            }
            return;
        }
        let (east, south) = (at.0 - from.0, at.1 - from.1);
        let far = east.hypot(south).max(1.0);
        let Some((_, edge)) = frame.clip(from, at) else {
            return;
        };
        if !self.edges.iter().any(|(other, _)| is_near(other, edge)) {
            self.edges.push((edge, (east / far, south / far)));
        }
    }

    pub(super) fn draw(&self, canvas: &mut Canvas) {
        for &dot in &self.dots {
            canvas.circle("stray", dot, 5.0);
        }
        let mut path = Path::default();
        for &((x, y), (east, south)) in &self.edges {
            let (tip, back, side) = (7.0, 5.0, 6.0);
            let corner = |along: f64, across: f64| {
                (
                    x + along * east - across * south,
                    y + along * south + across * east,
                )
            };
            path.polygon([corner(tip, 0.0), corner(-back, side), corner(-back, -side)]);
        }
        canvas.path("stray", &path);
    }

    pub(super) fn note(&self) -> Option<String> {
        let [before, after] = self.counts;
        let whose = match (before > 0, after > 0) {
            (false, false) => return None,
            (true, false) => " of the first version",
            (false, true) => " of the second version",
            (true, true) => " of both versions",
        };
        let (positions, lie) = match before.max(after) {
            1 => ("position", "is"),
            _ => ("positions", "are"),
        };
        let count = before.max(after);
        let far = length(self.farthest_m);
        let place = if self.edges.is_empty() {
            "off the route"
        } else {
            "outside of the picture"
        };
        let up_to = if count > 1 { "up to " } else { "" };
        Some(format!(
            "{count} {positions}{whose} {lie} {place}, {up_to}{far} away"
        ))
    }
}

/// The positions that the route leaves out, each with the one of the route before it.
fn off_route(workout: &Workout) -> Vec<(Position, Position)> {
    let route = credible(workout);
    let pairs = workout.tracks().zip(route.tracks());
    let pairs = pairs.flat_map(|(all, kept)| {
        (0..all.len()).map(|index| (all.position(index), kept.position(index)))
    });
    let mut before = route.trackpoints().find_map(|point| point.position);
    let mut off = Vec::new();
    for (position, kept) in pairs {
        before = kept.or(before);
        if let (Some(at), None, Some(before)) = (position, kept, before) {
            off.push((at, before));
        }
    }
    off
}
