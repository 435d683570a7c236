//! Properties that hold for any workout and any bytes.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod support;

use chrono::{DateTime, FixedOffset, Utc};
use proptest::prelude::*;
use support::{difference, invariants};
use workout_files::{
    Application, Device, Fix, Format, Intensity, Lap, Limits, Position, Repairs, SensorState,
    Sport, Track, Trackpoint, TriggerMethod, Workout, WriteOptions,
};

fn time() -> impl Strategy<Value = DateTime<Utc>> {
    (0_i64..4_000_000_000_000_000)
        .prop_map(|micros| DateTime::from_timestamp_micros(micros).unwrap())
}

fn position() -> impl Strategy<Value = Option<Position>> {
    prop_oneof![
        1 => Just(None),
        3 => (-90.0..=90.0_f64, -180.0..180.0_f64).prop_map(|(a, b)| Position::new(a, b)),
    ]
}

/// Limits of just the levels that files need, under which the fast path keeps away.
fn without_fast_path(format: Format) -> Limits {
    let mut limits = Limits::default();
    limits.depth = if format == Format::Gpx { 7 } else { 9 };
    limits
}

prop_compose! {
    fn trackpoint()(
        time in prop::option::weighted(0.95, time()),
        position in position(),
        altitude_m in prop::option::of(-500.0..9000.0_f64),
        distance_m in prop::option::of(prop::num::f64::NORMAL),
        heart_rate in prop::option::of(1_u8..),
        cadence in prop::option::of(0_u8..=254),
        sensor in prop::option::of(prop::bool::ANY),
        speed_mps in prop::option::weighted(0.2, 0.0..100.0_f64),
        power_w in prop::option::weighted(0.2, any::<u16>()),
        run_cadence in prop::option::weighted(0.1, 0_u8..=254),
    ) -> Trackpoint {
        let mut point = Trackpoint::default();
        point.time = time;
        point.position = position;
        point.altitude_m = altitude_m;
        point.distance_m = distance_m;
        point.heart_rate = heart_rate;
        point.cadence = cadence;
        point.sensor_state =
            sensor.map(|there| if there { SensorState::Present } else { SensorState::Absent });
        point.speed_mps = speed_mps;
        point.power_w = power_w;
        point.run_cadence = run_cadence;
        point
    }
}

prop_compose! {
    fn lap()(
        start in prop::option::of(time()),
        total_time_s in prop::option::of(0.0..1e6_f64),
        distance_m in prop::option::of(0.0..1e6_f64),
        max_speed_mps in prop::option::of(0.0..99.0_f64),
        calories in prop::option::of(any::<u16>()),
        mean_hr in prop::option::of(1_u8..),
        intensity in prop::option::of(prop::sample::select(vec![Intensity::Active, Intensity::Resting])),
        trigger in prop::option::of(prop::sample::select(vec![TriggerMethod::Manual, TriggerMethod::Time])),
        steps in prop::option::of(any::<u16>()),
        notes in prop::option::of("[a-z<>&\"']{1,9}"),
        tracks in prop::collection::vec(prop::collection::vec(trackpoint(), 0..8), 0..4),
    ) -> Lap {
        let mut lap = Lap::default();
        lap.start = start;
        lap.total_time_s = total_time_s;
        lap.distance_m = distance_m;
        lap.max_speed_mps = max_speed_mps;
        lap.calories = calories;
        lap.mean_hr = mean_hr;
        lap.intensity = intensity;
        lap.trigger = trigger;
        lap.steps = steps;
        lap.notes = notes;
        lap.tracks = tracks.into_iter().map(Track::from_iter).collect();
        lap
    }
}

prop_compose! {
    fn any_workout()(
        sport in prop::sample::select([Sport::ALL, &[Sport::from_token("Quidditch <3>")]].concat()),
        start in prop::option::of(time()),
        offset in prop::option::of(-50_400..=50_400_i32),
        name in prop::option::of("[\\PC&&[^ ]][\\PC\\n]{0,20}[\\PC&&[^ ]]"),
        notes in prop::option::of("[a-zäß<>&]{1,20}(\n[a-z]{1,9})?"),
        device in prop::option::of("[A-Za-z]{0,12}"),
        author in prop::option::of("[A-Za-z]{1,12}"),
        laps in prop::collection::vec(lap(), 0..4),
    ) -> Workout {
        let mut workout = Workout::new(sport);
        workout.start = start;
        workout.local_offset = offset.and_then(FixedOffset::east_opt);
        // Readers trim names.
        workout.name = name.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty());
        workout.notes = notes;
        workout.device = device.map(Device::named);
        workout.author = author.map(Application::named);
        workout.laps = laps;
        workout
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn tcx_round_trip(workout in any_workout()) {
        let written = workout_files::tcx::write(std::slice::from_ref(&workout)).unwrap();
        prop_assert!(written.losses.is_empty(), "{:?}", written.losses);
        let again = workout_files::read(&written.bytes).unwrap().workouts.remove(0);
        prop_assert!(again == workout, "{}", difference(&workout, &again));
    }

    #[test]
    fn gpx_is_stable_after_one_pass(workout in any_workout()) {
        let once = workout_files::gpx::write(std::slice::from_ref(&workout)).unwrap();
        let first = workout_files::read(&once.bytes).unwrap().workouts;
        let twice = workout_files::gpx::write(&first).unwrap();
        prop_assert!(twice.losses.is_empty(), "{:?}", twice.losses);
        let second = workout_files::read(&twice.bytes).unwrap().workouts;
        prop_assert!(first == second, "{}", difference(&first[0], &second[0]));
        prop_assert_eq!(first[0].position_count(), workout.position_count());
    }

    #[test]
    fn plain_tcx_reads_back_with_as_many_timed_trackpoints(workout in any_workout()) {
        let plain = workout_files::WriteOptions::plain();
        let written = workout_files::tcx::write_with(std::slice::from_ref(&workout), &plain).unwrap();
        let again = workout_files::read(&written.bytes).unwrap().workouts.remove(0);
        let timed = workout.trackpoints().filter(|point| point.time.is_some()).count();
        prop_assert_eq!(again.trackpoint_count(), timed);
    }

    #[test]
    fn repairs_keep_the_invariants(
        workout in any_workout(),
        choice in 0..Fix::ALL.len(),
        format in prop::sample::select(vec![Format::Tcx, Format::Gpx]),
        options in prop::sample::select(vec![WriteOptions::default(), WriteOptions::plain()]),
    ) {
        let all = Fix::ALL.iter().fold(Repairs::none(), |set, &fix| set.with(fix));
        let one = Repairs::none().with(Fix::ALL[choice]);
        let profiles = [Repairs::for_runkeeper(), Repairs::for_garmin(), Repairs::for_strava()];
        let file = (format, options);
        for repairs in profiles.into_iter().chain([all, one, Repairs::safe()]) {
            for target in [None, Some(&file)] {
                let outcome = invariants::repaired(&repairs, target, &workout);
                prop_assert!(outcome.is_ok(), "{repairs:?}, {target:?}: {}", outcome.unwrap_err());
            }
        }
    }

    #[test]
    fn runkeeper_gets_a_position_and_a_time_on_every_trackpoint(mut workout in any_workout()) {
        let repairs = Repairs::for_runkeeper();
        repairs.apply(&mut workout);
        prop_assume!(repairs.deliverable(&workout).is_ok());
        prop_assert!(workout.trackpoints().all(|p| p.position.is_some() && p.time.is_some()));
    }

    #[test]
    fn the_fast_path_reads_the_same_as_the_general_reader(
        workout in any_workout(),
        format in prop::sample::select(vec![Format::Tcx, Format::Gpx]),
        options in prop::sample::select(vec![WriteOptions::default(), WriteOptions::plain()]),
        cut in any::<prop::sample::Index>(),
        patch in "[<>/A-Za-z0-9 .:='\"-]{0,3}",
    ) {
        let mut bytes = workout_files::write_with(&[workout], format, &options).unwrap().bytes;
        let at = cut.index(bytes.len());
        if bytes[at].is_ascii() && bytes.get(at + 1).is_none_or(u8::is_ascii) {
            bytes.splice(at..=at, patch.bytes());
        }
        let general = workout_files::read_with(&bytes, &without_fast_path(format));
        let is_deep = general.as_ref().is_err_and(|error| error.to_string().contains("levels"));
        prop_assume!(!is_deep);
        match (workout_files::read(&bytes), general) {
            (Ok(fast), Ok(general)) => prop_assert!(fast == general),
            (Err(fast), Err(general)) => prop_assert_eq!(fast.to_string(), general.to_string()),
            (fast, _) => prop_assert!(false, "only one of the two reads it: {}", fast.is_ok()),
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = workout_files::read(&bytes);
        let _ = workout_files::tcx::read(&bytes);
        let _ = workout_files::gpx::read(&bytes);
    }

    #[test]
    fn a_workout_is_like_itself(workout in any_workout()) {
        let report = workout_files::compare(&workout, &workout);
        prop_assert!(report.sport.same() && report.distance_m.same() && report.laps.same());
        prop_assert!(report.heart_rate.before == report.heart_rate.after);
        let _ = report.to_string();
    }
}
