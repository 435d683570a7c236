//! Pictures (feature `plot`): two versions of a workout side by side, as SVG.
//!
//! The picture shows both routes, and the distance between them, altitude and heart rate over time.
//! Differences have one colour everywhere. The colours stay distinct with every kind of colour
//! vision, and width distinguishes the versions too: the first is a broad band, the second a thin
//! line on it.
//!
//! The picture holds the shape of the route, in pixels: no coordinates, no title, no notes.
//!
//! ```
//! use workout_files::{Sport, Workout, plot};
//!
//! let before = Workout::new(Sport::Hiking);
//! let after = Workout::new(Sport::Running);
//! let svg = plot::comparison(&before, &after, &plot::Names::default());
//! assert!(svg.starts_with("<?xml"));
//! ```

mod axis;
mod canvas;
mod chart;
pub mod figure;
mod header;
mod map;
mod outside;
mod path;
mod projection;
mod scale;
mod times;

use crate::compare::{compare, route, zone_shift};
use crate::model::Workout;
use crate::summary::is_plausible;
use canvas::{Area, Canvas};
use chart::Chart;
use times::Times;

const WIDTH: f64 = 1280.0;
const HEIGHT: f64 = 860.0;

/// The names of the two versions in the picture.
#[derive(Clone, Debug)]
pub struct Names {
    /// The first version, for example the name of its file.
    pub before: String,
    /// The second version.
    pub after: String,
}

impl Default for Names {
    fn default() -> Self {
        Self {
            before: "before".to_owned(),
            after: "after".to_owned(),
        }
    }
}

/// Draws two versions of one workout as a picture in SVG, 1280 by 860 pixels.
///
/// Trackpoints are compared as [`compare()`](crate::compare()) does it: at equal times, after a shift
/// by a whole number of quarter hours was taken out.
#[must_use]
pub fn comparison(before: &Workout, after: &Workout, names: &Names) -> String {
    let report = compare(before, after);
    let shift = zone_shift(report.start_shift_s);
    let steps = route::steps(before, after, shift);
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    header::draw(&mut canvas, &report, before, names, shift);
    let map = Area {
        left: 24.0,
        top: 150.0,
        width: 600.0,
        height: HEIGHT - 150.0 - 24.0,
    };
    map::draw(&mut canvas, map, before, after, steps.as_ref());

    let time = Times::of(before, after, shift);
    let apart = steps.iter().flat_map(|(steps, _)| steps);
    let apart: Vec<(f64, f64)> = apart
        .filter_map(|(at, pair)| Some((time.seconds((*at)?, 0)?, pair.apart_m())))
        .collect();
    let charts = [
        Chart::of_route(&apart, report.route.as_ref()),
        time.chart(
            ("Altitude", "m"),
            &report.altitude,
            [before, after],
            |track, index| track.altitude_m(index),
            is_plausible,
        ),
        time.chart(
            ("Heart rate", "bpm"),
            &report.heart_rate,
            [before, after],
            |track, index| track.heart_rate(index).map(f64::from),
            |_| true,
        ),
    ];
    let height = (map.height - 2.0 * 26.0) / 3.0;
    for (index, chart) in charts.iter().enumerate() {
        let area = Area {
            left: 690.0,
            top: map.top + index as f64 * (height + 26.0),
            width: WIDTH - 690.0 - 24.0,
            height,
        };
        chart.draw(&mut canvas, area, time.length);
    }
    canvas.finish()
}
