//! The right values of faults of real files, and of variations of them.
#![allow(clippy::unwrap_used, missing_docs)]

mod support;

use support::fault;
use workout_files::{Position, Reading, Repairs, Workout};

fn reading(name: &str) -> Reading {
    workout_files::read(&fault(name)).unwrap()
}

fn workout(name: &str) -> Workout {
    reading(name).workouts.remove(0)
}

fn has(reading: &Reading, code: &str) -> bool {
    reading
        .diagnostics
        .iter()
        .any(|found| found.code.as_str() == code)
}

fn near(value: Option<f64>, right: f64) -> bool {
    value.is_some_and(|value| (value - right).abs() <= right.abs() * 0.001 + 0.05)
}

/// A TCX activity of laps, each with its attributes and totals as given and a trackpoint every ten
/// seconds, 30 m apart.
fn tcx(id: &str, laps: &[(&str, std::ops::Range<u32>)]) -> Reading {
    let mut text = format!(
        "<TrainingCenterDatabase xmlns=\"{}\"><Activities><Activity Sport=\"Biking\"><Id>{id}</Id>",
        workout_files::tcx::NAMESPACE
    );
    for (totals, points) in laps {
        let stamp = |index: u32| {
            let seconds = index * 10;
            format!("2022-08-01T06:{:02}:{:02}Z", seconds / 60, seconds % 60)
        };
        text += &format!("<Lap StartTime=\"{}\">{totals}<Track>", stamp(points.start));
        for index in points.clone() {
            text += &format!(
                "<Trackpoint><Time>{}</Time><DistanceMeters>{}</DistanceMeters></Trackpoint>",
                stamp(index),
                index * 30
            );
        }
        text += "</Track></Lap>";
    }
    text += "</Activity></Activities></TrainingCenterDatabase>";
    workout_files::read(text.as_bytes()).unwrap()
}

/// A GPX file of one segment: the attributes and the content of each trackpoint.
fn gpx(head: &str, points: &[(&str, String)]) -> Reading {
    let mut text = format!(
        "<gpx xmlns=\"{}\" version=\"1.1\" creator=\"t\"><trk>{head}<trkseg>",
        workout_files::gpx::NAMESPACE
    );
    for (at, inside) in points {
        text += &format!("<trkpt {at}>{inside}</trkpt>");
    }
    text += "</trkseg></trk></gpx>";
    workout_files::read(text.as_bytes()).unwrap()
}

#[test]
fn lap_totals_that_contradict_the_trackpoints() {
    for (name, seconds, metres) in [
        ("lap-totals-zero.tcx", 600.0, 2151.0),
        ("milliseconds-total.tcx", 1800.0, 6000.0),
    ] {
        let mut reading = reading(name);
        assert!(has(&reading, "lap_time_contradicts"), "{name}");
        let workout = &mut reading.workouts[0];
        let totals = workout.totals();
        assert!(
            near(totals.moving_s, seconds) && near(totals.distance_m, metres),
            "{name}"
        );
        Repairs::for_garmin().apply(workout);
        let lap = &workout.laps[0];
        assert!(
            near(lap.total_time_s, seconds) && near(lap.distance_m, metres),
            "{name}"
        );
    }
    // Running totals, and kilometres.
    let total = |seconds: u32, metres: &str| {
        format!(
            "<TotalTimeSeconds>{seconds}</TotalTimeSeconds><DistanceMeters>{metres}</DistanceMeters>"
        )
    };
    let laps = [total(200, "0.6"), total(400, "0.6"), total(600, "0.6")];
    let laps: Vec<_> = laps
        .iter()
        .map(String::as_str)
        .zip([0..20, 20..40, 40..61])
        .collect();
    let reading = tcx("2022-08-01T06:00:00Z", &laps);
    assert!(has(&reading, "lap_distance_contradicts") && has(&reading, "lap_time_contradicts"));
    let totals = reading.workouts[0].totals();
    assert!(
        near(totals.moving_s, 600.0) && near(totals.distance_m, 1800.0),
        "{totals:?}"
    );
}

#[test]
fn points_that_end_before_the_lap() {
    let early = reading("points-end-before-lap.tcx");
    let missing = early
        .diagnostics
        .iter()
        .find(|d| d.code.as_str() == "points_missing")
        .unwrap();
    assert!(missing.detail.contains("of 4620 m"), "{}", missing.detail);
    let totals = early.workouts[0].totals();
    assert_eq!(totals.moving_s, Some(660.0));
    assert!(totals.elapsed_s >= totals.moving_s);
}

#[test]
fn computed_lap_totals_hold_the_step_to_the_next_lap() {
    let mut gaps = workout("laps-without-totals.tcx");
    let totals = gaps.totals();
    assert!(
        near(totals.distance_m, 1021.7) && near(totals.moving_s, 285.0),
        "{totals:?}"
    );
    for repairs in [
        Repairs::safe(),
        Repairs::for_garmin(),
        Repairs::for_strava(),
    ] {
        repairs.apply(&mut gaps);
        let sum = |value: fn(&workout_files::Lap) -> Option<f64>| {
            gaps.laps.iter().filter_map(value).sum()
        };
        assert!(near(Some(sum(|lap| lap.distance_m)), 1021.7));
        assert!(near(Some(sum(|lap| lap.total_time_s)), 285.0));
    }
    // By positions, and with a real pause between the laps.
    let totals = tcx(
        "2022-08-01T06:00:00Z",
        &[("", 0..10), ("", 10..15), ("", 60..70)],
    )
    .workouts[0]
        .totals();
    assert!(near(totals.moving_s, 140.0 + 90.0), "{totals:?}");
    assert!(near(totals.distance_m, 420.0 + 270.0), "{totals:?}");
}

#[test]
fn the_start_is_the_earliest_lap_or_trackpoint() {
    let id_at_end = reading("id-at-end.tcx");
    assert!(has(&id_at_end, "id_not_start"));
    let start = |reading: &Reading| reading.workouts[0].start.unwrap().to_rfc3339();
    assert_eq!(start(&id_at_end), "2023-05-14T08:00:00+00:00");
    for id in ["2022-08-01T07:30:00Z", "2019-01-01T00:00:00Z", ""] {
        let reading = tcx(id, &[("", 6..20)]);
        assert_eq!(start(&reading), "2022-08-01T06:01:00+00:00", "{id}");
    }
    let time = |minute: u32| format!("<time>2022-08-01T06:{minute:02}:00Z</time>");
    let at = "lat=\"1\" lon=\"2\"";
    let late = gpx(
        "<time>2023-01-01T00:00:00Z</time>",
        &[(at, time(5)), (at, time(3)), (at, time(4))],
    );
    assert_eq!(start(&late), "2022-08-01T06:03:00+00:00");
    assert!(has(&late, "id_not_start"));
    // A start beyond that survives both formats.
    let mut workout = late.workouts[0].clone();
    workout.start = workout
        .start
        .map(|start| start - chrono::TimeDelta::seconds(90));
    for format in [workout_files::Format::Tcx, workout_files::Format::Gpx] {
        let one = std::slice::from_ref(&workout);
        let written =
            workout_files::write_with(one, format, &workout_files::WriteOptions::default())
                .unwrap();
        let again = workout_files::read(&written.bytes).unwrap();
        assert_eq!(again.workouts[0].start, workout.start, "{format}");
    }
}

#[test]
fn lap_borders_become_segments_only_at_pauses() {
    let segments = |workout: &Workout| {
        let gpx = workout_files::gpx::write(std::slice::from_ref(workout)).unwrap();
        let back = workout_files::read(&gpx.bytes).unwrap().workouts.remove(0);
        (back.tracks().count(), back.summary().distance_m)
    };
    let laps = workout("laps-continuous.tcx");
    let (count, metres) = segments(&laps);
    assert_eq!(count, 1);
    assert!((metres.unwrap() - 351.0).abs() < 2.0, "{metres:?}");
    assert!(near(laps.summary().distance_m, metres.unwrap()));
    let pause = |first: std::ops::Range<u32>, second| {
        let mut workout = tcx("2022-08-01T06:00:00Z", &[("", first), ("", second)])
            .workouts
            .remove(0);
        let mut east = 0.0;
        for track in workout.tracks_mut() {
            for index in 0..track.len() {
                east += 1e-4;
                track.set_position(index, Position::new(50.0, east));
            }
        }
        segments(&workout).0
    };
    assert_eq!(pause(0..10, 10..20), 1);
    assert_eq!(pause(0..10, 12..20), 1);
    assert_eq!(pause(0..10, 100..120), 2);
}

#[test]
fn moving_time_is_the_sum_of_the_recorded_tracks() {
    let stale = workout("stale-positions.gpx");
    assert_eq!(stale.totals().moving_s, Some(599.0));
    let summary = stale.summary();
    assert_eq!(summary.moving_s, Some(599.0));
    assert!(summary.in_motion_s.unwrap() < 200.0);
}

#[test]
fn marks_for_no_data_and_jumps_do_not_climb() {
    let marked = reading("altitude-no-data.gpx");
    assert!(has(&marked, "altitude_invalid"));
    assert!(near(marked.workouts[0].totals().ascent_m, 4.0));
    for (altitudes, ascent) in [
        (["100", "104", "65535", "108", "112"], 12.0),
        (["0", "312", "313", "314", "316"], 4.0),
        (["100", "-999.9", "-999.9", "105", "110"], 10.0),
        (["3", "1", "6553", "6552", "2"], 0.0),
    ] {
        let points: Vec<_> = altitudes
            .iter()
            .enumerate()
            .map(|(second, altitude)| {
                let inside =
                    format!("<ele>{altitude}</ele><time>2022-08-01T06:00:{second:02}Z</time>");
                ("lat=\"1\" lon=\"2\"", inside)
            })
            .collect();
        let totals = gpx("", &points).workouts[0].totals();
        assert!(
            near(totals.ascent_m, ascent),
            "{altitudes:?}: {:?}",
            totals.ascent_m
        );
    }
}

#[test]
fn numbers_out_of_range_are_unknown() {
    let calories = reading("calories-in-cal.tcx");
    assert!(has(&calories, "number_range"));
    assert_eq!(calories.workouts[0].totals().calories, None);
    let extensions =
        "<time>2022-08-01T06:00:00Z</time><extensions><power>70000</power></extensions>";
    let power = gpx(
        "",
        &[(
            "lat=\"1\" lon=\"2\"",
            format!("<sat>99999</sat>{extensions}"),
        )],
    );
    let point = power.workouts[0].trackpoints().next().unwrap();
    assert_eq!((point.power_w, point.satellites), (None, None));
}

#[test]
fn the_declared_encoding_is_decoded() {
    let reading = reading("declared-windows-1251.gpx");
    assert!(has(&reading, "declared_encoding"));
    assert_eq!(reading.workouts[0].name.as_deref(), Some("Утренний бег"));
}

#[test]
fn longitudes_beyond_180_go_around() {
    let reading = reading("beyond-180.gpx");
    assert!(has(&reading, "longitude_wrapped"));
    let longitudes = |workout: &Workout| -> Vec<f64> {
        workout
            .trackpoints()
            .map(|p| p.position.unwrap().longitude)
            .collect()
    };
    assert_eq!(longitudes(&reading.workouts[0]), [179.9, -179.9]);
    let around = |longitude: &str| {
        let at = format!("lat=\"-10\" lon=\"{longitude}\"");
        let inside = "<time>2022-08-01T06:00:00Z</time>".to_owned();
        let reading = gpx("", &[(&at, inside)]);
        reading.workouts[0]
            .trackpoints()
            .next()
            .unwrap()
            .position
            .map(|at| at.longitude)
    };
    assert_eq!(around("181.25"), Some(-178.75));
    assert_eq!(around("359.5"), Some(-0.5));
    assert_eq!(around("-200"), Some(160.0));
    assert_eq!(around("999"), None);
    let tcx = String::from_utf8(fault("id-at-end.tcx")).unwrap();
    let tcx = tcx.replace(">10.0000000</Longitude", ">190.5</Longitude");
    let first = workout_files::read(tcx.as_bytes()).unwrap().workouts[0]
        .trackpoints()
        .next()
        .unwrap();
    assert_eq!(first.position.unwrap().longitude, -169.5);
}

#[test]
fn times_in_other_digits_and_with_a_doubled_zone_are_read() {
    for time in [
        "٢٠٢٢-٠٨-٠١T٠٦:٠٠:٠٠Z",
        "2022-08-01T06:00:00ZZ",
        "2022-08-01T06:00:00.000ZZ",
    ] {
        let reading = gpx(
            "",
            &[("lat=\"٥٠.٥\" lon=\"10\"", format!("<time>{time}</time>"))],
        );
        assert!(has(&reading, "odd_spelling"), "{time}");
        let point = reading.workouts[0].trackpoints().next().unwrap();
        assert_eq!(
            point.time.unwrap().to_rfc3339(),
            "2022-08-01T06:00:00+00:00"
        );
        assert_eq!(point.position.unwrap().latitude, 50.5);
    }
}

#[test]
fn gpxdata_distances_and_laps_are_read() {
    let reading = reading("cluetrust-distance-lap.gpx");
    assert!(
        !has(&reading, "unknown_extension"),
        "{:?}",
        reading.diagnostics
    );
    let totals = reading.workouts[0].totals();
    assert_eq!(
        (totals.distance_m, totals.calories),
        (Some(500.0), Some(42))
    );
    assert_eq!(totals.moving_s, Some(100.0));
    let laps: String = [(0, 40, 7), (40, 30, 9)]
        .iter()
        .map(|(start, seconds, kcal)| {
            format!(
                "<d:lap xmlns:d=\"u\"><d:index>1</d:index><d:startTime>2022-08-01T06:00:{start:02}Z\
                 </d:startTime><d:elapsedTime>{seconds}</d:elapsedTime><d:calories>{kcal}\
                 </d:calories><d:trigger kind=\"manual\"/></d:lap>"
            )
        })
        .collect();
    let points: Vec<_> = (0..8)
        .map(|index| {
            let inside = format!("<time>2022-08-01T06:00:{:02}Z</time>", index * 10);
            (
                "lat=\"1\" lon=\"2\"",
                inside
                    .replace("06:00:70", "06:01:10")
                    .replace("06:00:60", "06:01:00"),
            )
        })
        .collect();
    let many = gpx(&format!("<extensions>{laps}</extensions>"), &points);
    let workout = &many.workouts[0];
    let counts: Vec<_> = workout
        .laps
        .iter()
        .map(|lap| (lap.trackpoints(), lap.calories))
        .collect();
    assert_eq!(counts, [(4, Some(7)), (4, Some(9))]);
    assert_eq!(
        workout.laps[1].trigger,
        Some(workout_files::TriggerMethod::Manual)
    );
}

#[test]
fn a_truncated_file_keeps_the_part_before_the_cut() {
    let error = workout_files::read(&fault("truncated.gpx")).unwrap_err();
    let partial = error.into_partial().unwrap();
    assert_eq!(partial.workouts[0].trackpoint_count(), 29);
}
