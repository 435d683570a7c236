use super::super::tests::{second, workout_of};
use crate::{Fix, Lap, Position, RepairReport, Repairs, Track, Trackpoint, Workout};

fn point(index: usize, distance: f64) -> Trackpoint {
    let mut point = Trackpoint::at(second(index as i64 * 10));
    point.distance_m = Some(distance);
    point
}

fn repaired(workout: &mut Workout) -> (Vec<Option<f64>>, RepairReport) {
    let repairs = Repairs::none().with(Fix::ContinueDistance);
    let report = repairs.apply(workout);
    assert!(repairs.apply(workout).changes.is_empty());
    (
        workout.trackpoints().map(|p| p.distance_m).collect(),
        report,
    )
}

fn line(distances: &[f64]) -> (Vec<Option<f64>>, RepairReport) {
    repaired(&mut workout_of(
        distances
            .iter()
            .enumerate()
            .map(|(index, &d)| point(index, d)),
    ))
}

fn known(distances: &[f64]) -> Vec<Option<f64>> {
    distances.iter().copied().map(Some).collect()
}

#[test]
fn restarts_continue_and_wobbles_stand_still() {
    let (distances, report) = line(&[0.0, 50.0, 100.0, 99.5, 101.0, 2.0, 30.0]);
    assert_eq!(
        distances,
        known(&[0.0, 50.0, 100.0, 100.0, 101.0, 103.0, 131.0])
    );
    let detail = &report.changes[0].detail;
    assert!(
        detail.contains("1 restarts continued") && detail.contains("1 small steps back"),
        "{detail}"
    );
}

#[test]
fn a_distance_that_sinks_while_standing_is_held() {
    let rises = (0..60).map(|index| f64::from(index) * 15.0);
    let sinks = (0..300).map(|index| 885.0 - f64::from(index) * 0.1);
    let all: Vec<f64> = rises.chain(sinks).collect();
    let (distances, report) = line(&all);
    assert!(distances[60..].iter().all(|&metres| metres == Some(885.0)));
    assert_eq!(report.changes.len(), 1);
    // A distance that counts down says nothing.
    let down: Vec<f64> = (0..400).map(|index| 900.0 - f64::from(index)).collect();
    let (distances, report) = line(&down);
    assert_eq!((distances, report.changes.len()), (known(&down), 0));
}

#[test]
fn gaps_and_spikes_are_taken_out() {
    for bad in [
        &[0.0][..],
        &[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0],
        &[3.0, 0.0],
    ] {
        let all = [&[0.0, 40.0, 80.0, 120.0][..], bad, &[160.0, 200.0]].concat();
        let (distances, _) = line(&all);
        assert_eq!(distances[..4], known(&[0.0, 40.0, 80.0, 120.0]));
        assert!(distances[4..4 + bad.len()].iter().all(Option::is_none));
        assert_eq!(distances[4 + bad.len()..], known(&[160.0, 200.0]));
    }
    let (distances, _) = line(&[0.0, 40.0, 90_000.0, 80.0, 120.0]);
    assert_eq!(distances[2], None);
    assert_eq!(distances[3..], known(&[80.0, 120.0]));
    let (distances, _) = line(&[0.0, 40.0, 80.0, 0.0, 0.0, 0.0]);
    assert_eq!(distances[3..], [None, None, None]);
}

#[test]
fn a_counter_that_wraps_goes_on() {
    let (distances, _) = line(&[65_440.0, 65_480.0, 65_520.0, 24.0, 64.0]);
    assert_eq!(distances[3..], known(&[65_560.0, 65_600.0]));
}

#[test]
fn laps_that_restart_add_up() {
    for with_totals in [true, false] {
        let mut workout = Workout::default();
        for lap in 0..3_usize {
            let points = (0..4).map(|i| point(lap * 4 + i, 50.0 + i as f64 * 100.0));
            workout.laps.push(Lap {
                distance_m: with_totals.then_some(400.0),
                tracks: vec![Track::from_iter(points)],
                ..Lap::default()
            });
        }
        let (distances, _) = repaired(&mut workout);
        let last = if with_totals { 1150.0 } else { 1050.0 };
        assert_eq!(distances.last(), Some(&Some(last)));
    }
}

#[test]
fn a_fall_without_an_explanation_stays() {
    let falls = [
        0.0, 100.0, 200.0, 300.0, 400.0, 250.0, 260.0, 270.0, 280.0, 290.0, 300.0,
    ];
    let (distances, report) = line(&falls);
    assert_eq!(distances, known(&falls));
    assert_eq!(report.declined.len(), 1);
}

#[test]
fn the_route_overrules_a_restart() {
    // A new sensor begins at zero, but the route says that the old distance was an error.
    let points = (0..40).map(|index| {
        let far = if index < 20 { 5000.0 } else { 0.0 };
        let mut point = point(index, far + index as f64 * 10.0);
        point.position = Position::new(50.0, 10.0 + index as f64 * 1.4e-4);
        point
    });
    let mut workout = workout_of(points);
    let before = workout.clone();
    repaired(&mut workout);
    assert!(workout == before);
}
