//! The synthetic files that ship with the project: what is in them comes out.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod support;

use support::{difference, fixtures};
use workout_files::{Code, Fix, Reading, Repairs, Sport, Workout};

fn reading(name: &str) -> Reading {
    let sample = fixtures()
        .into_iter()
        .find(|sample| sample.name == name)
        .unwrap();
    workout_files::read(&sample.bytes).unwrap()
}

fn codes(reading: &Reading) -> Vec<&'static str> {
    reading
        .diagnostics
        .iter()
        .map(|diagnostic| diagnostic.code.as_str())
        .collect()
}

#[test]
fn a_polar_run() {
    let reading = reading("polar-run.tcx");
    assert_eq!(
        codes(&reading),
        [
            "lap_distance_contradicts",
            "build_missing",
            "calories_first_lap"
        ]
    );
    let [run] = &reading.workouts[..] else {
        panic!()
    };
    assert_eq!(run.sport, Sport::Running);
    assert_eq!(run.laps.len(), 2);
    assert_eq!(run.laps[0].tracks.len(), 2);
    assert_eq!((run.trackpoint_count(), run.position_count()), (70, 66));
    assert_eq!(
        run.notes.as_deref(),
        Some("First line\nsecond <line> & more")
    );
    assert_eq!(
        run.training
            .as_ref()
            .unwrap()
            .plan
            .as_ref()
            .unwrap()
            .name
            .as_deref(),
        Some("Бег")
    );
    assert_eq!(run.device.as_ref().unwrap().name, "Polar Imaginary");
    let point = run.laps[0].tracks[1].first().unwrap();
    assert_eq!(
        point.time.unwrap().to_rfc3339(),
        "2024-03-09T07:01:30.731+00:00"
    );
    assert_eq!(point.distance_m, Some(251.99999570846558));
    let totals = run.totals();
    assert_eq!(
        (totals.moving_s, totals.distance_m, totals.calories),
        (Some(70.0), Some(196.0), Some(9))
    );
    assert_eq!(totals.elapsed_s, Some(140.481));
}

#[test]
fn a_pool_swim_of_2015() {
    let mut reading = reading("polar-2015-pool.tcx");
    let codes = codes(&reading);
    for code in [
        "leading_whitespace",
        "sport_token",
        "source_incomplete",
        "speed_kmh",
    ] {
        assert!(codes.contains(&code), "{code} of {codes:?}");
    }
    let swim = &mut reading.workouts[0];
    assert_eq!(swim.sport, Sport::Swimming);
    assert!(!swim.has_route());
    Repairs::safe().apply(swim);
    assert_eq!(swim.laps[0].mean_speed_mps, Some(2.5));
    let text =
        String::from_utf8(workout_files::tcx::write(&reading.workouts).unwrap().bytes).unwrap();
    assert!(text.contains("<BuildMajor>0</BuildMajor><BuildMinor>0</BuildMinor>"));
    assert!(text.contains("Sport=\"Other\"") && text.contains("<Sport>swimming</Sport>"));
}

#[test]
fn a_session_of_two_sports() {
    let reading = reading("multi-sport.tcx");
    assert!(
        reading
            .diagnostics
            .iter()
            .all(|d| d.code != Code::UnknownElement)
    );
    let [single, ride, run] = &reading.workouts[..] else {
        panic!()
    };
    assert!(single.multi_sport.is_none());
    assert_eq!(single.laps[0].notes.as_deref(), Some("only a lap"));
    let (first, second) = (
        ride.multi_sport.as_ref().unwrap(),
        run.multi_sport.as_ref().unwrap(),
    );
    assert_eq!((first.leg, second.leg), (0, 1));
    assert_eq!(first.session_start, second.session_start);
    assert_eq!(first.notes.as_deref(), Some("a brick session"));
    assert_eq!(second.transition.as_ref().unwrap().total_time_s, Some(90.0));
    assert_eq!(ride.laps[0].course_mean_power_w, Some(189));
    assert_eq!(ride.laps[0].tracks[0].power_w(0), Some(211));
    assert_eq!(run.laps[0].steps, Some(860));
    let sessions = reading.into_sessions();
    let legs: Vec<usize> = sessions.iter().map(Vec::len).collect();
    assert_eq!(legs, [1, 2]);
}

#[test]
fn an_odd_file_is_read_and_every_oddity_is_named() {
    let reading = reading("odd.tcx");
    let codes = codes(&reading);
    for code in [
        "namespace_missing",
        "trailing_content",
        "courses_ignored",
        "sport_token",
        "time_invalid",
        "lap_start_missing",
        "lap_element_missing",
        "lap_time_zero",
        "empty_track",
        "number_range",
        "heart_rate_zero",
        "element_order",
        "decimal_comma",
        "time_with_offset",
        "number_empty",
        "number_not_finite",
        "number_fraction",
        "time_without_zone",
        "only_time",
        "time_duplicate",
        "time_decreasing",
        "position_range",
        "position_incomplete",
        "time_missing",
        "distance_decreasing",
        "unknown_element",
        "unknown_extension",
        "token_invalid",
        "no_lap",
        "sport_missing",
        "id_missing",
        "lap_without_track",
    ] {
        assert!(codes.contains(&code), "{code} of {codes:?}");
    }
    let first = &reading.workouts[0];
    assert_eq!(first.sport.as_str(), "Branle Double");
    assert_eq!(first.local_offset.unwrap().local_minus_utc(), 7200);
    let track = &first.laps[0].tracks[1];
    assert_eq!(track.position(0).unwrap().latitude, 1.5);
    assert_eq!(track.heart_rate(0), Some(100));
    assert_eq!(track.power_w(2), Some(250));
    assert_eq!(first.laps[0].calories, None);
    assert_eq!(reading.workouts[1], Workout::default());
}

#[test]
fn a_full_gpx() {
    let reading = reading("full.gpx");
    assert_eq!(
        codes(&reading),
        ["waypoints_ignored", "routes_ignored", "metadata_ignored"]
    );
    let ride = &reading.workouts[0];
    assert_eq!((&ride.sport, ride.number), (&Sport::Cycling, Some(3)));
    assert_eq!(ride.name.as_deref(), Some("Evening & ride"));
    assert_eq!(ride.notes.as_deref(), Some("Some notes"));
    let points: Vec<_> = ride.trackpoints().collect();
    assert_eq!(
        (points[0].heart_rate, points[1].heart_rate),
        (Some(141), Some(142))
    );
    assert_eq!((points[0].cadence, points[1].cadence), (Some(77), Some(78)));
    assert_eq!(
        (points[0].power_w, points[0].satellites),
        (Some(230), Some(9))
    );
    assert_eq!(points[1].air_temperature_c, Some(20.0));
    assert_eq!(
        points[0].text.as_ref().unwrap().symbol.as_deref(),
        Some("Flag")
    );
    assert_eq!(ride.laps[0].tracks.len(), 2);
}

#[test]
fn segment_tags_of_runkeeper_are_mended() {
    for (name, tracks, points) in [
        ("runkeeper-stray-close.gpx", 2, 4),
        ("runkeeper-double-open.gpx", 2, 2),
    ] {
        let mut reading = reading(name);
        assert!(codes(&reading).contains(&"segment_tags"), "{name}");
        let walk = &mut reading.workouts[0];
        assert_eq!(walk.sport, Sport::Walking, "{name}");
        assert_eq!(walk.tracks().count(), tracks, "{name}");
        assert_eq!(walk.trackpoint_count(), points, "{name}");
        Repairs::none().with(Fix::DropEmptyTracks).apply(walk);
        assert!(walk.tracks().all(|track| !track.is_empty()), "{name}");
    }
}

#[test]
fn gpx_1_0() {
    let reading = reading("gpx-1-0.gpx");
    let codes = codes(&reading);
    assert!(codes.contains(&"byte_order_mark") && codes.contains(&"position_incomplete"));
    let track = &reading.workouts[0].laps[0].tracks[0];
    let point = track.first().unwrap();
    assert_eq!(point.position.unwrap().longitude, -180.0);
    assert_eq!((point.speed_mps, point.course_deg), (Some(2.5), Some(90.0)));
    assert_eq!(reading.workouts[0].links[0].text.as_deref(), Some("t"));
    assert_eq!(reading.workouts[0].name.as_deref(), Some("old"));
}

#[test]
fn every_fixture_survives_its_own_format() {
    for sample in fixtures() {
        let first = workout_files::read(&sample.bytes).unwrap();
        let written = match first.format {
            workout_files::Format::Gpx => workout_files::gpx::write(&first.workouts).unwrap(),
            _ => workout_files::tcx::write(&first.workouts).unwrap(),
        };
        let second = workout_files::read(&written.bytes).unwrap();
        if written.losses.is_empty() {
            for (a, b) in first.workouts.iter().zip(&second.workouts) {
                assert!(a == b, "{}: {}", sample.name, difference(a, b));
            }
        } else {
            assert_eq!(sample.name, "gpx-1-0.gpx", "{:?}", written.losses);
        }
    }
}

#[test]
fn tcx_to_gpx_and_back_keeps_what_gpx_can_hold() {
    let run = reading("polar-run.tcx").workouts.remove(0);
    let written = workout_files::gpx::write(std::slice::from_ref(&run)).unwrap();
    let losses: Vec<_> = written
        .losses
        .iter()
        .map(|loss| loss.code.as_str())
        .collect();
    assert_eq!(
        losses,
        [
            "laps",
            "totals",
            "device",
            "author_details",
            "training",
            "no_position",
            "distance",
            "sensor_state"
        ]
    );
    let back = workout_files::read(&written.bytes)
        .unwrap()
        .workouts
        .remove(0);
    assert_eq!(
        (&back.sport, &back.notes, back.start),
        (&run.sport, &run.notes, run.start)
    );
    let report = workout_files::compare(&run, &back);
    let route = report.route.unwrap();
    assert_eq!((route.max_m, route.compared), (0.0, 66));
    assert_eq!(report.heart_rate.max, Some(0.0));
    assert_eq!(report.altitude.max, Some(0.0));
    assert_eq!(report.cadence.max, Some(0.0));
}

#[test]
fn files_are_written_into_a_writer() {
    let run = reading("polar-run.tcx").workouts;
    let (mut tcx, mut gpx) = (Vec::new(), Vec::new());
    assert!(
        workout_files::tcx::write_to(&run, &mut tcx)
            .unwrap()
            .is_empty()
    );
    assert!(
        !workout_files::gpx::write_to(&run, &mut gpx)
            .unwrap()
            .is_empty()
    );
    assert_eq!(tcx, workout_files::tcx::write(&run).unwrap().bytes);
    let mut full: &mut [u8] = &mut [0; 10];
    assert!(matches!(
        workout_files::gpx::write_to(&run, &mut full),
        Err(workout_files::WriteError::Io(_))
    ));
}
