//! Tracks whose clock is not that of their row.

use chrono::TimeDelta;

use super::variations::{gpx, table, zipped};
use super::{Diagnostic, read};

/// Days of one activity each, at seven o'clock local time, with the offsets of their tracks.
fn clocks(hours_west: &[f64]) -> Vec<(String, bool)> {
    let near = |hours: &f64| (*hours, 0.05);
    clocks_at(&hours_west.iter().map(near).collect::<Vec<_>>())
}

/// The same with the longitudes of the tracks.
fn clocks_at(days: &[(f64, f64)]) -> Vec<(String, bool)> {
    let mut files = Vec::new();
    let mut rows = Vec::new();
    for (day, (west, longitude)) in (1..).zip(days) {
        let name = format!("2021-05-{day:02}-070000.gpx");
        let local = format!("2021-05-{day:02}T07:00:00")
            .parse::<chrono::NaiveDateTime>()
            .unwrap();
        let first = local + TimeDelta::seconds((west * 3600.0) as i64 + 1);
        let track = gpx(&format!("{}Z", first.format("%Y-%m-%dT%H:%M:%S")));
        let track = track.replace("lon=\"0.05\"", &format!("lon=\"{longitude}\""));
        files.push((name.clone(), track.into_bytes()));
        rows.push(format!(
            ",2021-05-{day:02} 07:00:00,Running,,3.00,18:51,,,,,,\"\",\"\",{name}"
        ));
    }
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    files.push(("cardioActivities.csv".to_owned(), table(&rows).into_bytes()));
    let read = read(&zipped(&files)).unwrap();
    assert_eq!(read.tracks.len(), days.len());
    let off = read.diagnostics.iter().map(|diagnostic| match diagnostic {
        Diagnostic::ClockOff {
            track,
            is_wall_clock,
            ..
        } => (track[8..10].to_owned(), *is_wall_clock),
        other => panic!("{other}"),
    });
    off.collect()
}

#[test]
fn tracks_with_another_clock_than_their_row_are_reported() {
    let off = |day: &str, is_wall_clock| vec![(day.to_owned(), is_wall_clock)];
    // American days, one of which has its wall clock labelled as UTC.
    assert_eq!(clocks(&[5.0, 5.0, 0.0, 5.0, 6.0, 6.0]), off("03", true));
    assert_eq!(clocks(&[5.0, 0.0]), off("02", true));
    // A version of the app has the fault: runs of them, at either end, every other day, most of the days.
    let days =
        |days: &[u32]| -> Vec<_> { days.iter().map(|day| (format!("{day:02}"), true)).collect() };
    let (g, w) = (5.0, 0.0);
    for (hours, wrong) in [
        (vec![g, g, g, g, w, w, w, w, g, g, g, g], vec![5, 6, 7, 8]),
        (vec![g, g, g, g, g, w, w, w, w], vec![6, 7, 8, 9]),
        (vec![w, w, w, g, g, g, g, g, g], vec![1, 2, 3]),
        (vec![g, w, g, w, g, w, g, w, g, w], vec![2, 4, 6, 8, 10]),
        (vec![g, w, w], vec![2, 3]),
        (vec![-2.0, -2.0, w, w, w, w, -2.0, -2.0], vec![3, 4, 5, 6]),
    ] {
        assert_eq!(clocks(&hours), days(&wrong), "{hours:?}");
    }
    // European days and one of them that is hours off.
    assert_eq!(
        clocks(&[-1.0, -2.0, -2.0, 4.0, -2.0, -2.0]),
        off("04", false)
    );
    // No zone.
    assert_eq!(clocks(&[-2.0, -1.7, -2.0]), off("02", false));
    assert_eq!(clocks(&[30.0]), off("01", false));
    // Britain, summer time, a journey, and one day alone.
    for right in [
        vec![0.0, 0.0, 0.0],
        vec![0.0, 0.0, -1.0, -1.0],
        vec![-2.0, -2.0, -2.0, 5.0, 5.0, 5.0],
        vec![0.0],
        vec![5.75, 5.75],
    ] {
        assert_eq!(clocks(&right), vec![], "{right:?}");
    }
}

/// A journey to a region whose clock shows UTC is no fault; the fault at home is one.
#[test]
fn a_journey_changes_the_zone_and_the_fault_does_not() {
    let (home, london) = ((5.0, -75.0), (0.0, -0.1));
    assert_eq!(
        clocks_at(&[home, home, london, london, london, london, home]),
        vec![]
    );
    assert_eq!(
        clocks_at(&[home, home, home, london, home, home, home]),
        vec![]
    );
    let wrong = (0.0, -75.0);
    let found = clocks_at(&[home, home, wrong, london, wrong, home, home]);
    let days: Vec<&str> = found.iter().map(|(day, _)| day.as_str()).collect();
    assert_eq!(days, ["03", "05"]);
}
