//! The calendar.

use std::time::Duration;

use fake_services::{Answer, CalendarEvent as FakeEvent, Fault};
use futures_util::TryStreamExt;
use polar_flow::Error;

use crate::common::*;

/// Scenario: calendar of more than 100 days
#[tokio::test]
async fn long_ranges_are_asked_for_in_short_windows() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    fake.requests().clear();
    let events: Vec<_> = polar
        .calendar(days("2016-01-01", "2025-12-31"))
        .try_collect()
        .await
        .unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(fake.requests().count("/training/getCalendarEvents"), 41);
}

/// Scenario: five kinds and an unknown one
#[tokio::test]
async fn kinds_that_are_no_workouts_stay_out_of_the_exercises() {
    let fake = fake().await;
    let at = "2025-05-08T08:00:00".parse().unwrap();
    fake.add_event(FakeEvent::training_target(1, at, "plan"));
    fake.add_event(FakeEvent::fitness_test(2, at));
    fake.add_event(FakeEvent::orthostatic_test(3, at));
    fake.add_event(FakeEvent::rr_recording(4, at));
    fake.add_event(FakeEvent::unknown_kind(at));
    let polar = signed_in(&fake).await;
    assert_eq!(list(&polar).await.unwrap().len(), 6);
    let exercises: Vec<_> = polar
        .sessions(days("2025-05-01", "2025-05-31"))
        .try_collect()
        .await
        .unwrap();
    assert_eq!(exercises.len(), 1);
    assert_eq!(exercises[0].start.to_string(), "2025-05-07 10:05:15.250");
}

/// Scenario: `Drift`
#[tokio::test]
async fn required_fields_that_vanish_are_drift() {
    for field in ["listItemId", "datetime"] {
        let fake = fake().await;
        let polar = signed_in(&fake).await;
        fake.set(|s| s.calendar_without = vec![field]);
        let error = list(&polar).await.unwrap_err();
        assert!(
            error.is_drift() && error.to_string().contains(field),
            "{error}"
        );
    }
}

/// Scenario: 429 and 503 with and without `Retry-After`, resets, cut-off bodies
/// Scenario: `RateLimited`
#[tokio::test]
async fn hiccups_are_waited_out() {
    let hiccups = [
        Fault::Answer(Answer::too_many_requests(Some(0))),
        Fault::Answer(Answer::too_many_requests(None)),
        Fault::Answer(Answer::unavailable(Some(0))),
        Fault::Answer(Answer::unavailable(None)),
        Fault::ResetAfterBody,
        Fault::Truncate(20),
    ];
    for hiccup in hiccups {
        let fake = fake().await;
        let polar = signed_in(&fake).await;
        fake.faults()
            .next(2, "/training/getCalendarEvents", hiccup.clone());
        assert_eq!(list(&polar).await.unwrap().len(), 1, "{hiccup:?}");
    }
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    fake.faults().always(
        "/training/getCalendarEvents",
        Fault::Answer(Answer::too_many_requests(Some(3600))),
    );
    let error = list(&polar).await.unwrap_err();
    assert_eq!(
        error.retry_after(),
        Some(Duration::from_secs(3600)),
        "{error}"
    );
}

/// Scenario: 429 and 503 with and without `Retry-After`, resets, cut-off bodies
#[tokio::test]
async fn cut_off_json_is_an_error_that_is_no_drift() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    fake.faults().next(
        1,
        "/training/getCalendarEvents",
        Fault::Answer(Answer::new(200, "application/json", "[{\"type\":\"EXER")),
    );
    let error = list(&polar).await.unwrap_err();
    assert!(
        matches!(error, Error::Drift(_)) && !error.is_drift(),
        "{error}"
    );
}
