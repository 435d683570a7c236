//! Pictures stay readable when some values are far from all others.
#![cfg(feature = "plot")]
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use std::f64::consts::PI;

use chrono::{DateTime, TimeDelta};
use support::picture::{attribute, points, save_picture, texts};
use workout_files::plot::figure::{Series, over_time, route};
use workout_files::plot::{Names, comparison};
use workout_files::{Lap, Position, Sport, Track, Trackpoint, Workout};

/// A round of half an hour around a place, given as metres east and north of it.
fn around(place: impl Fn(f64, f64) -> Position, radius_m: f64) -> Workout {
    let start = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let points = (0..1800).map(|second| {
        let mut point = Trackpoint::at(start + TimeDelta::seconds(second));
        let angle = second as f64 / 1800.0 * 2.0 * PI;
        point.position = Some(place(radius_m * angle.sin(), radius_m * angle.cos()));
        point.altitude_m = Some(500.0 + 60.0 * (3.0 * angle).sin());
        point.heart_rate = Some((140.0 + 20.0 * (5.0 * angle).sin()) as u8);
        point
    });
    let mut lap = Lap::default();
    lap.tracks.push(points.collect::<Track>());
    let mut workout = Workout::new(Sport::Running);
    workout.laps.push(lap);
    workout
}

fn round() -> Workout {
    let place = |east: f64, north: f64| Position {
        latitude: 47.0 + north / 111_200.0,
        longitude: 8.0 + east / 76_000.0,
    };
    around(place, 800.0)
}

fn changed(indices: &[usize], change: impl Fn(&mut Trackpoint)) -> Workout {
    let mut workout = round();
    let track = &mut workout.laps[0].tracks[0];
    for &index in indices {
        let mut point = track.get(index).unwrap();
        change(&mut point);
        track.set(index, point);
    }
    workout
}

fn drawn(name: &str, before: &Workout, after: &Workout) -> String {
    let svg = comparison(before, after, &Names::default());
    save_picture(name, &svg);
    svg
}

/// Width and height of the paths of a class.
fn extent(svg: &str, class: &str) -> (f64, f64) {
    let points = points(svg, class);
    let span = |axis: fn(&(f64, f64)) -> f64| {
        let values = || points.iter().map(axis);
        values().fold(f64::MIN, f64::max) - values().fold(f64::MAX, f64::min)
    };
    (span(|point| point.0), span(|point| point.1))
}

/// The metres of the scale bar by its label, and by the size of a route that is `size_m` wide.
fn bar(svg: &str, size_m: f64) -> (f64, f64) {
    let line = svg.split("class=\"bar\"").nth(1).unwrap();
    let length = attribute(line, "x2") - attribute(line, "x1");
    // Its label is the next text.
    let label = &texts(svg.rsplit("class=\"bar\"").next().unwrap())[0];
    let (number, unit) = label.split_once(' ').unwrap();
    let number: f64 = number.replace(',', "").parse().unwrap();
    let on_map = number * if unit == "km" { 1000.0 } else { 1.0 };
    let (width, _) = route_extent(svg);
    (on_map, length / width * size_m)
}

/// Of the map alone: the first path of the class.
fn route_extent(svg: &str) -> (f64, f64) {
    let first = svg.split("class=\"before\" d=").nth(1).unwrap();
    let first = &first[..first.find("/path").unwrap()];
    extent(&format!("class=\"before\" d={first}"), "before")
}

#[test]
fn a_far_position_leaves_the_route_readable_and_is_said() {
    let clean = round();
    let (width, height) = route_extent(&drawn("clean", &clean, &clean));
    assert!(width > 400.0 && height > 400.0, "{width} {height}");
    for (name, latitude, longitude) in [
        ("north", 56.0, 8.0),
        ("echo", 47.0, 8.9),
        ("pole", -90.0, 0.0),
    ] {
        let far = changed(&[700, 701], |point| {
            point.position = Position::new(latitude, longitude)
        });
        for (which, before, after) in [("second", &clean, &far), ("first", &far, &clean)] {
            let svg = drawn(&format!("far-{name}-{which}"), before, after);
            let is = route_extent(&svg);
            assert!(
                (is.0 - width).abs() < 3.0 && (is.1 - height).abs() < 3.0,
                "{name}: {is:?}"
            );
            let note = format!("2 positions of the {which} version are outside of the picture");
            assert!(
                texts(&svg).iter().any(|text| text.starts_with(&note)),
                "{name}"
            );
            // No ring covers the route, and no line leaves the panel.
            let radii = svg
                .split("class=\"ring\"")
                .skip(1)
                .map(|ring| attribute(ring, "r"));
            assert!(radii.into_iter().all(|radius| radius <= 12.0), "{name}");
            for (x, y) in points(&svg, "apart")
                .into_iter()
                .chain(points(&svg, "stray"))
            {
                assert!(
                    (20.0..=628.0).contains(&x) && (146.0..=840.0).contains(&y),
                    "{x} {y}"
                );
            }
            // The chart of the distance shows the others.
            assert!(
                texts(&svg)
                    .iter()
                    .any(|text| text.contains("off the scale")),
                "{name}"
            );
        }
        let figure = route(&far).unwrap();
        assert!(figure.svg.contains("2 positions lie far outside"), "{name}");
        assert_eq!(figure.bar_m, route(&clean).unwrap().bar_m);
    }
}

#[test]
fn a_small_deviation_beside_a_far_position_is_still_seen() {
    let clean = round();
    let mut far = changed(&[700], |point| point.position = Position::new(56.0, 8.0));
    let track = &mut far.laps[0].tracks[0];
    for index in 1000..1200 {
        let at = track.position(index).unwrap();
        let off = 4e-4 * ((index - 1000) as f64 / 200.0 * PI).sin();
        track.set_position(index, Position::new(at.latitude + off, at.longitude));
    }
    let svg = drawn("far-and-detour", &clean, &far);
    let (_, height) = extent(&svg, "area");
    assert!(height > 100.0, "{height}");
}

#[test]
fn marks_for_no_data_do_not_squash_the_altitude() {
    let clean = round();
    let svg = drawn("altitude", &clean, &clean);
    let ticks = |svg: &str| -> Vec<String> {
        let ticks = texts(svg).into_iter();
        ticks
            .filter(|text| ["440", "460", "500", "550"].contains(&text.as_str()))
            .collect()
    };
    let expected = ticks(&svg);
    assert!(!expected.is_empty());
    for mark in [-9999.0, -32_768.0, 65_535.0, 0.0, 12_607.0, 1e9] {
        let few: Vec<usize> = (300..1700).step_by(100).collect();
        let many: Vec<usize> = (300..900).collect();
        for indices in [&few, &many] {
            if indices.len() > 500 && mark == 12_607.0 {
                continue;
            }
            let marked = changed(indices, |point| point.altitude_m = Some(mark));
            let svg = drawn(&format!("mark-{mark}-{}", indices.len()), &clean, &marked);
            assert_eq!(ticks(&svg), expected, "{mark}");
            let note = format!("{} values off the scale: ", indices.len());
            assert!(
                texts(&svg).iter().any(|text| text.starts_with(&note)),
                "{mark}"
            );
            let chart = over_time(&marked, Series::Altitude).unwrap();
            assert!(
                chart.contains("440 to 560 m; ") && chart.contains(&note),
                "{mark}"
            );
        }
    }
}

#[test]
fn a_clock_of_another_year_does_not_squash_the_time() {
    let clean = round();
    let wrong = changed(&[0, 1], |point| point.time = DateTime::from_timestamp(0, 0));
    let svg = drawn("other-year", &clean, &wrong);
    assert!(texts(&svg).iter().any(|text| text == "25:00"));
    assert!(
        over_time(&wrong, Series::HeartRate)
            .unwrap()
            .contains("20:00")
    );
}

#[test]
fn the_scale_is_right_at_the_poles_and_on_the_date_line() {
    // Metres east and north of a pole are not degrees.
    let pole = |east: f64, north: f64| Position {
        latitude: 90.0 - (east.hypot(north) / 111_694.0),
        longitude: east.atan2(north).to_degrees().clamp(-180.0, 179.999_999),
    };
    let south = |east: f64, north: f64| {
        let at = pole(east, north);
        Position {
            latitude: -at.latitude,
            ..at
        }
    };
    let beside_pole = |east: f64, north: f64| pole(east + 11_000.0, north);
    let date_line = |east: f64, north: f64| Position {
        latitude: -17.0 + north / 110_650.0,
        longitude: (180.0 + east / 106_500.0 + 180.0).rem_euclid(360.0) - 180.0,
    };
    type Place<'a> = &'a dyn Fn(f64, f64) -> Position;
    let places: [(&str, Place<'_>, bool); 4] = [
        ("north-pole", &pole, false),
        ("south-pole", &south, false),
        ("beside-pole", &beside_pole, false),
        ("date-line", &date_line, true),
    ];
    for (name, place, is_north_up) in places {
        let workout = around(place, 5000.0);
        let svg = drawn(name, &workout, &workout);
        let (width, height) = route_extent(&svg);
        assert!(
            (width / height - 1.0).abs() < 0.02,
            "{name}: {width} {height}"
        );
        let (label, measured) = bar(&svg, 10_000.0);
        assert!(
            (label / measured - 1.0).abs() < 0.02,
            "{name}: {label} {measured}"
        );
        assert_eq!(svg.contains("north is up"), is_north_up, "{name}");
        let figure = route(&workout).unwrap();
        assert_eq!(figure.is_north_up, is_north_up, "{name}");
        assert_eq!(figure.bar_m, Some(2000.0), "{name}");
    }
}

#[test]
fn a_route_around_the_globe_has_no_scale() {
    let globe = |east: f64, north: f64| Position {
        latitude: north / 5000.0 * 50.0,
        longitude: east / 5000.0 * 179.0,
    };
    let mut workout = around(globe, 5000.0);
    // A ship, not a fault of the receiver.
    let track = &mut workout.laps[0].tracks[0];
    for index in 0..track.len() {
        let time = track.time(index).unwrap() + TimeDelta::hours(index as i64);
        track.set_time(index, Some(time));
    }
    let svg = drawn("globe", &workout, &workout);
    assert!(!svg.contains("class=\"bar\""));
    assert_eq!(route(&workout).unwrap().bar_m, None);
}

#[test]
fn a_handful_of_positions_is_not_drawn() {
    let mut few = round();
    let track = &mut few.laps[0].tracks[0];
    (3..track.len()).for_each(|index| track.set_position(index, None));
    let svg = drawn("few", &few, &few);
    assert!(!svg.contains("class=\"bar\"") && !svg.contains("class=\"spot\""));
    assert!(svg.contains("the first version has only 3 positions: no route"));
    let svg = drawn("few-and-all", &few, &round());
    assert!(svg.contains("the first version has only 3 positions: no route"));
    assert!(!svg.contains("class=\"apart\""));
    assert_eq!(route(&few), None);
}
