use chrono::NaiveDateTime;
use workout_files::Sport;

use super::matcher::*;
use crate::Activity;
use crate::model::Facts;

fn at(text: &str) -> NaiveDateTime {
    text.parse().unwrap()
}

fn run_of_silvester() -> Facts {
    Facts {
        start: at("2025-12-31T23:10:00"),
        start_utc: Some("2026-01-01T04:10:00Z".parse().unwrap()),
        durations_ms: vec![1_800_000],
        distances_m: vec![5000.0],
        sport: Some(Sport::Running),
    }
}

/// An activity on the day of the run.
fn listed(seconds: u64, metres: f64) -> Activity {
    let mut activity = Activity::new("1");
    activity.day = Some(run_of_silvester().day());
    activity.duration_ms = (seconds > 0).then_some(seconds * 1000);
    activity.distance_m = Some(metres);
    activity
}

fn next_day(seconds: u64, metres: f64) -> Activity {
    let mut activity = listed(seconds, metres);
    activity.day = activity.day.and_then(|day| day.succ_opt());
    activity
}

#[track_caller]
fn existing(ours: &Facts, theirs: &Activity, name: &str) {
    verdict(ours, theirs, Prior::Existing, name);
}

#[track_caller]
fn appeared(ours: &Facts, theirs: &Activity, name: &str) {
    verdict(ours, theirs, Prior::AppearedAfterSend, name);
}

#[test]
fn an_hour_in_the_gym_is_not_the_run_of_an_hour() {
    let mut gym = run_of_silvester();
    gym.distances_m.clear();
    let pairs = [
        (run_of_silvester(), listed(1800, 0.0)),
        (gym, listed(1800, 5000.0)),
    ];
    for (ours, theirs) in pairs {
        existing(&ours, &theirs, "unsure");
        appeared(&ours, &theirs, "same");
    }
}

#[track_caller]
fn verdict(ours: &Facts, theirs: &Activity, prior: Prior, name: &str) {
    let verdict = compare(ours, theirs, prior);
    let got = match verdict {
        Match::Same(_) => "same",
        Match::Different(_) => "different",
        Match::Unsure(_) => "unsure",
    };
    assert_eq!(got, name, "{}", verdict.evidence());
}

#[test]
fn a_day_with_duration_and_distance_is_enough() {
    let ours = run_of_silvester();
    existing(&ours, &listed(1800, 5000.0), "same");
    existing(&ours, &listed(1801, 5080.0), "same");
    existing(&ours, &next_day(1800, 5000.0), "same");
}

#[test]
fn another_workout_of_the_same_day_is_different() {
    let ours = run_of_silvester();
    existing(&ours, &listed(3600, 10_000.0), "different");
    existing(&ours, &listed(2700, 5200.0), "different");
}

#[test]
fn a_way_there_and_a_way_back_are_not_confused() {
    let mut there = run_of_silvester();
    there.distances_m = vec![10_000.0];
    existing(&there, &listed(1860, 10_100.0), "unsure");
    appeared(&there, &listed(1860, 10_100.0), "same");
}

#[test]
fn a_neighbouring_day_counts_only_for_a_wrong_zone_and_exact_facts() {
    let mut ours = run_of_silvester();
    ours.start = at("2025-12-31T12:00:00");
    ours.start_utc = Some("2025-12-31T17:00:00Z".parse().unwrap());
    existing(&ours, &next_day(1800, 5000.0), "different");
    ours.start = at("2025-12-31T20:00:00");
    ours.start_utc = Some("2025-12-31T12:00:00Z".parse().unwrap());
    existing(&ours, &next_day(1800, 5000.0), "same");
    existing(&ours, &next_day(1850, 5100.0), "unsure");
}

#[test]
fn without_anything_to_compare_it_stays_unsure() {
    let ours = run_of_silvester();
    let mut theirs = Activity::new("1");
    theirs.day = Some("2025-12-31".parse().unwrap());
    existing(&ours, &theirs, "unsure");
    appeared(&ours, &theirs, "unsure");
}

#[test]
fn a_listing_without_durations_goes_by_the_exact_distance() {
    let ours = run_of_silvester();
    existing(&ours, &listed(0, 5000.0), "same");
    existing(&ours, &listed(0, 5100.0), "unsure");
    existing(&ours, &listed(0, 8000.0), "different");
}

#[test]
fn the_gym_goes_by_the_exact_duration() {
    let mut ours = run_of_silvester();
    ours.distances_m.clear();
    existing(&ours, &listed(1800, 0.0), "same");
    existing(&ours, &listed(1860, 0.0), "unsure");
    existing(&ours, &listed(900, 0.0), "different");
}

#[test]
fn an_activity_that_the_importer_made_a_run_matches_any_sport() {
    let mut ours = run_of_silvester();
    ours.sport = Some(Sport::Cycling);
    let mut theirs = listed(1800, 5000.0);
    theirs.sport = Some(Sport::Running);
    existing(&ours, &theirs, "same");
    ours.sport = Some(Sport::Running);
    theirs.sport = Some(Sport::Cycling);
    existing(&ours, &theirs, "unsure");
}

#[test]
fn a_time_of_day_decides_and_a_wrong_zone_is_forgiven() {
    let ours = run_of_silvester();
    let mut theirs = listed(1700, 4900.0);
    theirs.start = Some(at("2025-12-31T23:13:00"));
    existing(&ours, &theirs, "same");
    theirs.start = Some(at("2025-12-31T18:10:00"));
    existing(&ours, &theirs, "unsure");
    theirs = listed(1800, 5000.0);
    theirs.start = Some(at("2025-12-31T18:10:00"));
    existing(&ours, &theirs, "same");
    theirs.start = Some(at("2025-12-31T19:25:00"));
    existing(&ours, &theirs, "different");
}

#[test]
fn what_began_with_ours_and_came_when_we_sent_is_never_surely_another() {
    let ours = run_of_silvester();
    for (seconds, metres) in [(1790, 4500.0), (900, 5000.0), (900, 9000.0)] {
        let mut theirs = listed(seconds, metres);
        theirs.start = ours.start.into();
        appeared(&ours, &theirs, "unsure");
    }
    let mut theirs = listed(900, 9000.0);
    theirs.start = ours.start.into();
    existing(&ours, &theirs, "different");
}
