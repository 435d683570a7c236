//! Pictures of comparisons: well-formed, small, and silent about places.
#![cfg(feature = "plot")]
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod support;

use std::f64::consts::PI;

use chrono::{DateTime, TimeDelta};
use support::picture::save_picture;
use support::{fixtures, samples};
use workout_files::plot::{Names, comparison};
use workout_files::{Lap, Position, Sport, Track, Trackpoint, Workout};

/// A round of an hour with a hill and a heart.
fn round() -> Workout {
    let start = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
    let points = (0..3600).map(|second| {
        let mut point = Trackpoint::at(start + TimeDelta::seconds(second));
        let angle = second as f64 / 3600.0 * 2.0 * PI;
        let wobble = 1.0 + 0.2 * (3.0 * angle).sin();
        point.position = Position::new(
            0.5 + 0.012 * angle.sin() * wobble,
            -1.0 + 0.016 * angle.cos() * wobble,
        );
        point.altitude_m = Some(200.0 + 80.0 * (2.0 * angle).sin() + (second % 7) as f64 * 0.3);
        point.heart_rate = Some((135.0 + 25.0 * (5.0 * angle).sin()) as u8);
        point
    });
    let mut workout = Workout::new(Sport::TrailRunning);
    let mut lap = Lap::default();
    lap.tracks.push(points.collect());
    workout.start = Some(start);
    workout.laps.push(lap);
    workout
}

/// The same after a bad service: fewer points, coarse altitude, a detour, a gap.
fn mistreated() -> Workout {
    let mut workout = round();
    let track = &mut workout.laps[0].tracks[0];
    let mut kept: Track = Track::new();
    for (index, mut point) in track.iter().enumerate() {
        if index % 4 != 0 || (2000..2250).contains(&index) {
            continue;
        }
        if (700..1000).contains(&index) {
            let share = ((index - 700) as f64 / 300.0 * PI).sin();
            let at = point.position.unwrap();
            point.position = Position::new(at.latitude + 0.0015 * share, at.longitude);
        }
        point.altitude_m = point
            .altitude_m
            .map(|metres| (metres / 10.0).round() * 10.0 + 6.0);
        if (2800..3100).contains(&index) {
            point.heart_rate = point.heart_rate.map(|bpm| bpm - 18);
        }
        kept.push(point);
    }
    *track = kept;
    workout
}

fn well_formed(svg: &str) {
    let mut reader = quick_xml::Reader::from_str(svg);
    let mut depth = 0_i32;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(_) => depth += 1,
            quick_xml::events::Event::End(_) => depth -= 1,
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    for odd in ["NaN", "inf", "e-"] {
        // Numbers stand in quotes, after spaces, or in paths.
        for number in [format!("\"{odd}"), format!(" {odd}"), format!("L{odd}")] {
            assert!(!svg.contains(&number), "{number}");
        }
    }
}

#[test]
fn picture_shows_what_differs() {
    let svg = comparison(&round(), &mistreated(), &Names::default());
    well_formed(&svg);
    for text in [
        "trail running · 2023-11-14 22:13 UTC",
        "m apart",
        "Altitude",
        "Heart rate",
    ] {
        assert!(svg.contains(text), "{text}");
    }
    for class in [
        "class=\"before\" d",
        "class=\"after\" d",
        "class=\"apart\"",
        "class=\"area\" d",
    ] {
        assert!(svg.contains(class), "{class}");
    }
    // The distance between the routes starts at the foot of its chart.
    assert!(svg.contains(">0<"));
    assert!(svg.len() < 200_000, "{} bytes", svg.len());
    save_picture("mistreated", &svg);
}

#[test]
fn equal_workouts_have_no_mark() {
    let svg = comparison(&round(), &round(), &Names::default());
    well_formed(&svg);
    for mark in [
        "class=\"apart\"",
        "class=\"area\" d",
        "class=\"ring\"",
        "class=\"alert\"",
    ] {
        assert!(!svg.contains(mark), "{mark}");
    }
    assert_eq!(svg.matches(">equal<").count(), 3);
}

#[test]
fn what_is_lost_is_said() {
    let mut after = round();
    let track = &mut after.laps[0].tracks[0];
    *track = track
        .iter()
        .map(|mut point| {
            point.heart_rate = None;
            point.position = None;
            point
        })
        .collect();
    let svg = comparison(&round(), &after, &Names::default());
    well_formed(&svg);
    assert!(svg.contains(">lost<") && svg.contains("the second version has no route"));
    let svg = comparison(&after, &round(), &Names::default());
    assert!(svg.contains(">added<") && svg.contains("the first version has no route"));
}

#[test]
fn nothing_can_be_drawn_too() {
    let mut bare = Workout::new(Sport::Other);
    well_formed(&comparison(&bare, &bare, &Names::default()));
    let mut lap = Lap::default();
    let mut point = Trackpoint::default();
    point.position = Position::new(0.0, 179.9999);
    let mut beyond = Trackpoint::default();
    beyond.position = Position::new(0.0, -179.9999);
    lap.tracks.push(Track::from_iter([point, beyond]));
    bare.laps.push(lap);
    let svg = comparison(&bare, &round(), &Names::default());
    well_formed(&svg);
}

#[test]
fn picture_holds_no_coordinates_and_no_notes() {
    let mut before = round();
    before.name = Some("Canary title".into());
    before.notes = Some("Canary notes".into());
    let names = Names {
        before: "a <b>&\"c\" file.tcx".to_owned(),
        after: "x".repeat(500),
    };
    let svg = comparison(&before, &mistreated(), &names);
    well_formed(&svg);
    assert!(svg.contains("a &lt;b&gt;&amp;"));
    assert!(!svg.contains("Canary"));
    // Coordinates around 0.5 and -1.0, as degrees or as semicircles.
    for point in before.trackpoints().step_by(97) {
        let at = point.position.unwrap();
        for degrees in [at.latitude, at.longitude] {
            assert!(!svg.contains(&format!("{degrees:.4}")), "{degrees}");
        }
    }
}

#[test]
fn every_file_can_be_drawn() {
    let mut drawn = 0;
    for file in ["polar-tcx", "other-tcx", "gpx", "../reports/workout"]
        .into_iter()
        .flat_map(samples)
        .chain(fixtures())
    {
        let Ok(reading) = workout_files::read(&file.bytes) else {
            continue;
        };
        for workout in &reading.workouts {
            let svg = comparison(workout, workout, &Names::default());
            well_formed(&svg);
            assert!(svg.len() < 400_000, "{}: {} bytes", file.name, svg.len());
            assert!(!svg.contains("class=\"area\" d"), "{}", file.name);
            drawn += 1;
        }
    }
    assert!(drawn >= 8);
}
