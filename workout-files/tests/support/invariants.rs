//! The invariants of repairs, as `workout_files::repair` states them, checked from outside: the
//! property tests, the tests over real files and the fuzz target use the same checks.

// Every user takes its own part of this.
#![allow(
    dead_code,
    unreachable_pub,
    missing_docs,
    clippy::unwrap_used,
    reason = "each test program uses a part of it"
)]

use std::collections::{BTreeMap, HashSet};

use workout_files::{
    Fix, Format, Lap, Position, RepairReport, Repairs, Trackpoint, Workout, WriteOptions, read,
    write_with,
};

/// The file that a repair is for.
pub type Target = (Format, WriteOptions);

/// Repairs a workout, for a file or in memory, and returns it with its report, or the invariant that
/// is broken.
pub fn repaired(
    repairs: &Repairs,
    target: Option<&Target>,
    before: &Workout,
) -> Result<(Workout, RepairReport), String> {
    let apply = |workout: &mut Workout| match target {
        Some((format, options)) => repairs.apply_for(workout, *format, options),
        None => repairs.apply(workout),
    };
    let mut after = before.clone();
    let report = apply(&mut after);
    let explained = |what: &str| format!("{what}: {report:#?}");
    let broken = |what: &str| Err(explained(what));
    let changes: HashSet<Fix> = report.changes.iter().map(|change| change.fix).collect();
    if !before.tracks().eq(after.tracks()) {
        route_is_kept(before, &after, &report).map_err(|what| explained(&what))?;
    }
    if before.trackpoint_count() > 0 && after.trackpoint_count() == 0 {
        return broken("no trackpoint is left");
    }
    if report.changes.is_empty() != (after == *before) {
        return broken("the report does not say whether the workout changed");
    }
    for (aspect, fixes) in different(before, &after) {
        if !fixes.iter().any(|fix| changes.contains(fix)) {
            return broken(&format!(
                "{aspect} changed, and the report does not list it"
            ));
        }
    }
    times_have_witnesses(before, &after, &report).map_err(|what| explained(&what))?;
    for change in &report.changes {
        if change.count == 0 || change.detail.is_empty() {
            return broken("a change without a count or without words");
        }
        if change.fix == Fix::ContinueDistance
            && !["restarts", "wraps", "gaps", "spikes", "steps back"]
                .iter()
                .any(|evidence| change.detail.contains(evidence))
        {
            return broken("distances changed without named evidence");
        }
    }
    if let Some(target) = target {
        file_agrees(target, before, &after, &report).map_err(|what| explained(&what))?;
    }
    delivered(repairs, target, before, &after).map_err(|what| explained(&what))?;
    let mut again = after.clone();
    let second = apply(&mut again);
    if !second.changes.is_empty() || again != after {
        return broken(&format!("a second repair changes something: {second:#?}"));
    }
    Ok((after, report))
}

/// Times moved only with a witness, none fell together, and a right start stayed.
fn times_have_witnesses(
    before: &Workout,
    after: &Workout,
    report: &RepairReport,
) -> Result<(), String> {
    const WITNESSES: [&str; 5] = [
        "both ends",
        "the start of a lap",
        "not carried",
        "almost all other times",
        "clocks are set by",
    ];
    let of = |fix: Fix| {
        report
            .changes
            .iter()
            .filter(move |change| change.fix == fix)
    };
    if of(Fix::LocalTimeLabelledZ).next().is_some() {
        return Ok(());
    }
    let timed = |workout: &Workout| -> Vec<(i64, Option<Position>)> {
        let points = workout.trackpoints();
        points
            .filter_map(|point| Some((point.time?.timestamp_micros(), point.position)))
            .collect()
    };
    let distinct = |timed: &[(i64, Option<Position>)]| {
        let times = timed.iter().map(|(time, _)| time);
        times.collect::<HashSet<_>>().len()
    };
    let (was, is) = (timed(before), timed(after));
    // A trackpoint that ends a lap and begins the next one has one time.
    let twice = is.windows(2).filter(|pair| pair[0] == pair[1]).count();
    if was.len() == is.len() && distinct(&is) + twice < distinct(&was) {
        return Err("there are fewer different times".to_owned());
    }
    let named = |detail: &str| WITNESSES.iter().any(|witness| detail.contains(witness));
    if of(Fix::MendClock).any(|change| !named(&change.detail)) {
        return Err("times moved without a witness".to_owned());
    }
    const WEEK: i64 = 7 * 86_400 * 1_000_000;
    let rises = was
        .windows(2)
        .all(|pair| (0..WEEK).contains(&(pair[1].0 - pair[0].0)));
    let first = before.laps.iter().find_map(Lap::first_time);
    let is_confirmed = before.laps.first().is_some_and(|lap| {
        let apart = lap
            .start
            .zip(first)
            .map(|(start, first)| (start - first).num_seconds());
        apart.is_none_or(|seconds| seconds.abs() <= 10)
    });
    if rises && is_confirmed && of(Fix::MendClock).next().is_some() {
        let later = of(Fix::MendClock).all(|change| !change.detail.contains("the start of a lap"));
        if later {
            return Err("times that rise moved".to_owned());
        }
    }
    Ok(())
}

/// The route did not grow by more than 3 %, and no position that has a time was lost.
fn route_is_kept(before: &Workout, after: &Workout, report: &RepairReport) -> Result<(), String> {
    let ignores_zero = zero_is_no_fix(before);
    let (was, is) = (
        Route::of(before, ignores_zero),
        Route::of(after, ignores_zero),
    );
    for (what, was_m, is_m) in [
        ("along the tracks", was.along_tracks_m, is.along_tracks_m),
        ("through all positions", was.through_all_m, is.through_all_m),
    ] {
        if is_m > was_m * 1.03 + 0.1 {
            return Err(format!("the route grew {what}: {was_m} m became {is_m} m"));
        }
    }
    let far = report
        .changes
        .iter()
        .filter(|change| change.fix == Fix::DropFarPosition);
    if was.timed.difference(&is.timed).count() <= far.map(|change| change.count).sum() {
        Ok(())
    } else {
        Err("a position that has a time was lost".to_owned())
    }
}

/// The lengths of a route and its timed positions.
struct Route {
    along_tracks_m: f64,
    through_all_m: f64,
    /// Positions that have a time.
    timed: HashSet<(u64, u64)>,
}

impl Route {
    fn of(workout: &Workout, ignores_zero: bool) -> Self {
        let is_fix = |at: &Position| !(ignores_zero && is_zero(at));
        let length = |positions: &[Position]| -> f64 {
            let pairs = positions.windows(2);
            pairs.map(|pair| pair[0].distance_m(pair[1])).sum()
        };
        let mut all = Vec::new();
        let mut along_tracks_m = 0.0;
        let mut timed = HashSet::new();
        for track in workout.tracks() {
            let from = all.len();
            for point in track {
                let Some(at) = point.position.filter(is_fix) else {
                    continue;
                };
                all.push(at);
                if point.time.is_some() {
                    timed.insert((at.latitude.to_bits(), at.longitude.to_bits()));
                }
            }
            along_tracks_m += length(&all[from..]);
        }
        Self {
            along_tracks_m,
            through_all_m: length(&all),
            timed,
        }
    }
}

fn is_zero(at: &Position) -> bool {
    at.latitude == 0.0 && at.longitude == 0.0
}

/// Whether positions of 0, 0 stand for "no fix": no other position is within a kilometre.
fn zero_is_no_fix(workout: &Workout) -> bool {
    let zero = Position {
        latitude: 0.0,
        longitude: 0.0,
    };
    let mut positions = workout.trackpoints().filter_map(|point| point.position);
    !positions.any(|at| !is_zero(&at) && at.distance_m(zero) <= 1000.0)
}

/// How often each value occurs, in any order.
fn counts(values: impl Iterator<Item = String>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    counts
}

/// The aspects that differ, each with the fixes that may change it.
fn different(before: &Workout, after: &Workout) -> Vec<(&'static str, &'static [Fix])> {
    const DROPS: &[Fix] = &[
        Fix::DropWithoutTime,
        Fix::DropWithoutPosition,
        Fix::MergeDuplicates,
    ];
    const STARTS: &[Fix] = &[
        Fix::MendClock,
        Fix::LapStarts,
        Fix::FillRequired,
        Fix::LocalTimeLabelledZ,
    ];
    let mut found: Vec<(&'static str, &'static [Fix])> = Vec::new();
    let mut differs = |aspect, is_different: bool, fixes| {
        if is_different {
            found.push((aspect, fixes));
        }
    };
    differs("the sport", before.sport != after.sport, &[Fix::SportToken]);
    differs("the start", before.start != after.start, STARTS);
    differs(
        "the zone",
        before.local_offset != after.local_offset,
        &[Fix::LocalTimeLabelledZ],
    );
    let laps =
        |get: &dyn Fn(&Lap) -> String, workout: &Workout| counts(workout.laps.iter().map(get));
    let mut lap_differs = |aspect, get: &dyn Fn(&Lap) -> String, fixes| {
        differs(aspect, laps(get, before) != laps(get, after), fixes);
    };
    lap_differs(
        "the start of a lap",
        &|lap| format!("{:?}", lap.start),
        STARTS,
    );
    lap_differs(
        "the time or distance of a lap",
        &|lap| format!("{:?} {:?}", lap.total_time_s, lap.distance_m),
        &[Fix::LapTotals, Fix::FillRequired],
    );
    lap_differs(
        "the calories of a lap",
        &|lap| format!("{:?}", lap.calories),
        &[Fix::FillRequired, Fix::SpreadCalories],
    );
    lap_differs(
        "the speeds of a lap",
        &|lap| format!("{:?} {:?}", lap.mean_speed_mps, lap.max_speed_mps),
        &[Fix::SpeedKmh],
    );
    lap_differs(
        "the intensity or trigger of a lap",
        &|lap| format!("{:?} {:?}", lap.intensity, lap.trigger),
        &[Fix::FillRequired],
    );
    lap_differs(
        "another value of a lap",
        &|lap| {
            let mut rest = lap.clone();
            (rest.start, rest.tracks) = (None, Vec::new());
            (rest.total_time_s, rest.distance_m, rest.calories) = (None, None, None);
            (rest.mean_speed_mps, rest.max_speed_mps) = (None, None);
            (rest.intensity, rest.trigger) = (None, None);
            format!("{rest:?}")
        },
        &[],
    );
    if before.tracks().eq(after.tracks()) {
        return found;
    }
    let tracks = |workout: &Workout| workout.tracks().count();
    differs(
        "the number of tracks",
        tracks(before) != tracks(after),
        &[Fix::DropEmptyTracks, Fix::DropWithoutPosition],
    );
    let points = |get: &dyn Fn(&Trackpoint) -> String, workout: &Workout| {
        counts(workout.trackpoints().map(|point| get(&point)))
    };
    let dropped = before.trackpoint_count() != after.trackpoint_count();
    differs("the number of trackpoints", dropped, DROPS);
    // Of trackpoints that were dropped or merged nothing is compared but this: no value is new.
    let mut point_differs = |aspect, get: &dyn Fn(&Trackpoint) -> String, fixes| {
        let (was, is) = (points(get, before), points(get, after));
        let is_new = is
            .iter()
            .any(|(value, count)| *count > was.get(value).copied().unwrap_or(0));
        differs(aspect, if dropped { is_new } else { was != is }, fixes);
    };
    point_differs(
        "the time of a trackpoint",
        &|point| format!("{:?}", point.time),
        &[Fix::MendClock, Fix::LocalTimeLabelledZ],
    );
    point_differs(
        "the position of a trackpoint",
        &|point| format!("{:?}", point.position),
        &[
            Fix::DropZeroPosition,
            Fix::DropFarPosition,
            Fix::InterpolatePositions,
            Fix::MergeDuplicates,
        ],
    );
    point_differs(
        "the distance of a trackpoint",
        &|point| format!("{:?}", point.distance_m),
        &[Fix::ContinueDistance, Fix::MergeDuplicates],
    );
    point_differs(
        "another value of a trackpoint",
        &|point| {
            let mut rest = point.clone();
            (rest.time, rest.position, rest.distance_m) = (None, None, None);
            format!("{rest:?}")
        },
        &[Fix::MergeDuplicates],
    );
    found
}

/// With changes the written file differs, without it does not. (A value that the writer made up can
/// look like the one that a fix computed.)
fn file_agrees(
    (format, options): &Target,
    before: &Workout,
    after: &Workout,
    report: &RepairReport,
) -> Result<(), String> {
    let file = |workout: &Workout| {
        let one = std::slice::from_ref(workout);
        let written = write_with(one, *format, options);
        written.map(|written| written.bytes).ok()
    };
    let differs = file(before) != file(after);
    let is_reported = !report.changes.is_empty();
    let mut fixes = report.changes.iter().map(|change| change.fix);
    let is_made_up = *format == Format::Tcx && fixes.all(|fix| fix == Fix::FillRequired);
    if differs && !is_reported {
        return Err("the file differs, and the report lists nothing".to_owned());
    }
    if is_reported && !differs && !is_made_up {
        return Err("the report lists changes, and the file does not differ".to_owned());
    }
    Ok(())
}

/// A repair makes no workout undeliverable, and what is deliverable holds something once written.
fn delivered(
    repairs: &Repairs,
    target: Option<&Target>,
    before: &Workout,
    after: &Workout,
) -> Result<(), String> {
    if let (Ok(()), Err(cause)) = (repairs.deliverable(before), repairs.deliverable(after)) {
        return Err(format!(
            "the repair made the workout undeliverable: {cause}"
        ));
    }
    let Some((format, options)) = target else {
        return Ok(());
    };
    let is_gpx_without_route = *format == Format::Gpx && after.position_count() == 0;
    if repairs.deliverable(after).is_err() || is_gpx_without_route {
        return Ok(());
    }
    let written = write_with(std::slice::from_ref(after), *format, options)
        .map_err(|error| format!("the repaired workout is not written: {error}"))?;
    let reading = read(&written.bytes)
        .map_err(|error| format!("the repaired workout is not read back: {error}"))?;
    let has_something = reading.workouts.iter().any(|workout| {
        let has_totals = |lap: &Lap| lap.total_time_s.is_some() || lap.distance_m.is_some();
        workout.trackpoint_count() > 0 || workout.laps.iter().any(has_totals)
    });
    if has_something {
        Ok(())
    } else {
        Err("a deliverable workout is empty once written".to_owned())
    }
}
