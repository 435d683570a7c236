//! The client as a source of the sync engine.

use std::time::Duration;

use fake_services::synthetic::SyntheticTcx;
use fake_services::{Answer, FakePolarFlow, Fault, PolarSession, PolarSport};
use futures_util::TryStreamExt;
use polar_flow::PolarFlow;
use sync_core::{ErrorKind, Item, Source, Window};
use workout_files::Sport;

use crate::common::*;

fn window() -> Window {
    Window::new("2025-05-01".parse().unwrap(), "2025-05-31".parse().unwrap()).unwrap()
}

async fn items(polar: &PolarFlow) -> Vec<Item> {
    Source::list(polar, window()).try_collect().await.unwrap()
}

async fn item(polar: &PolarFlow, id: &str) -> Item {
    let items = items(polar).await;
    items.into_iter().find(|item| item.id == id).unwrap()
}

/// Scenario: sport: history, calendar or summary
#[tokio::test]
async fn a_workout_is_listed_and_fetched() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    polar.check().await.unwrap();
    let items = items(&polar).await;
    assert_eq!(items.len(), 1);
    let item = &items[0];
    assert_eq!((item.id.as_str(), item.start_utc), ("8104000021", None));
    assert_eq!(item.sport, Some(Sport::Running));
    assert_eq!(item.duration_ms, Some(60_000));
    let workouts = polar.fetch(item).await.unwrap();
    assert_eq!(workouts.len(), 1);
    assert_eq!(
        workouts[0].local_offset.unwrap().local_minus_utc(),
        3 * 3600
    );
    assert!(workouts[0].has_route());
}

/// Scenario: 429 or 503 with `Retry-After`
#[tokio::test]
async fn a_service_that_asks_to_wait_is_asked_nothing_until_then() {
    for busy in [
        Answer::too_many_requests(Some(900)),
        Answer::unavailable(Some(900)),
    ] {
        let fake = fake().await;
        let polar = signed_in(&fake).await;
        let item = item(&polar, "8104000021").await;
        let busy = Fault::Answer(busy);
        fake.faults().always("/training/getCalendarEvents", busy);
        let listed: Result<Vec<Item>, _> = Source::list(&polar, window()).try_collect().await;
        let error = listed.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Temporary);
        assert_eq!(error.retry_after(), Some(Duration::from_secs(900)));
        let asked = fake.requests().all().len();
        for error in [
            polar.fetch(&item).await.unwrap_err(),
            Source::check(&polar).await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Temporary);
            let left = error.retry_after().unwrap();
            assert!(left > Duration::from_secs(890), "{left:?}");
        }
        assert_eq!(fake.requests().all().len(), asked);
    }
}

/// Scenario: multi-sport: ZIP
#[tokio::test]
async fn several_sports_give_one_workout_each_in_order() {
    let fake = fake().await;
    fake.add_session(triathlon());
    let polar = signed_in(&fake).await;
    let item = item(&polar, "88").await;
    let workouts = polar.fetch(&item).await.unwrap();
    assert_eq!(workouts.len(), 3);
    assert!(workouts.is_sorted_by_key(|w| w.start_time()));
    assert!(
        workouts
            .iter()
            .all(|w| w.local_offset.unwrap().local_minus_utc() == 3 * 3600)
    );
    // The same when the icon says nothing.
    let mut unknown = item.clone();
    unknown.sport = None;
    assert_eq!(polar.fetch(&unknown).await.unwrap().len(), 3);
}

#[tokio::test]
async fn what_is_no_workout_is_an_error_of_the_right_kind() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    let item = items(&polar).await.remove(0);
    let kind = |error: sync_core::ServiceError| error.kind();
    let export = "/api/export/training/tcx";
    for (answer, expected) in [
        (
            Answer::html(200, "<html><title>Oops</title></html>"),
            ErrorKind::Temporary,
        ),
        (Answer::empty(), ErrorKind::NotFound),
        (
            Answer::json(200, &serde_json::json!({"error": "sorry"})),
            ErrorKind::Temporary,
        ),
        (
            Answer::new(200, "text/xml", "<TrainingCenterDatabase><broken"),
            ErrorKind::Invalid,
        ),
        (Answer::cloudfront_block(), ErrorKind::Blocked),
    ] {
        fake.faults().clear();
        fake.faults().always(export, Fault::Answer(answer.clone()));
        let error = polar.fetch(&item).await.unwrap_err();
        assert_eq!(kind(error), expected, "{answer:?}");
    }
    fake.faults().clear();
    let gone = Item::new("1", item.start);
    assert_eq!(
        kind(polar.fetch(&gone).await.unwrap_err()),
        ErrorKind::NotFound
    );
    let strange = Item::new("x", item.start);
    assert_eq!(
        kind(polar.fetch(&strange).await.unwrap_err()),
        ErrorKind::Invalid
    );
    fake.set(|s| s.calendar_without = vec!["listItemId"]);
    let drift = Source::list(&polar, window())
        .try_collect::<Vec<_>>()
        .await
        .unwrap_err();
    assert_eq!(kind(drift), ErrorKind::Drift);
}

#[tokio::test]
async fn the_whole_synthetic_history_is_listed_and_fetched() {
    let fake = FakePolarFlow::builder()
        .account(EMAIL, PASSWORD)
        .start()
        .await
        .unwrap();
    let sessions = fake_services::synthetic::history();
    let expected = sessions.len();
    let first = sessions
        .iter()
        .map(|s| s.start_local().date())
        .min()
        .unwrap();
    let last = sessions
        .iter()
        .map(|s| s.start_local().date())
        .max()
        .unwrap();
    fake.add_sessions(sessions);
    let polar = signed_in(&fake).await;
    let window = Window::new(first, last).unwrap();
    let items: Vec<Item> = Source::list(&polar, window).try_collect().await.unwrap();
    assert_eq!(items.len(), expected);
    for item in &items {
        assert!(!polar.fetch(item).await.unwrap().is_empty(), "{}", item.id);
    }
}

/// Scenario: sport: history, calendar or summary
#[tokio::test]
async fn a_sport_that_the_icon_does_not_tell_comes_from_the_summary() {
    let fake = fake().await;
    let tcx =
        SyntheticTcx::new("2025-05-09T07:00:00Z".parse().unwrap(), PolarSport::WALKING).seconds(60);
    fake.add_session(PolarSession::new(77, 180, tcx.exercise(180)));
    let polar = signed_in(&fake).await;
    let items = items(&polar).await;
    let item = items.iter().find(|item| item.id == "77").unwrap();
    assert_eq!(item.sport, None, "the calendar has no word for it");
    assert_eq!(polar.fetch(item).await.unwrap()[0].sport, Sport::Walking);
}

/// Half a triathlon must not be settled as a whole one.
///
/// Scenario: multi-sport: ZIP
#[tokio::test]
async fn a_session_with_missing_exercises_is_refused() {
    let fake = fake().await;
    fake.add_session(triathlon());
    let polar = signed_in(&fake).await;
    let item = item(&polar, "88").await;
    let mut unknown = item.clone();
    unknown.sport = None;
    let leg = triathlon().exercises[1].tcx.clone();
    fake.faults().always(
        "/api/export",
        Fault::Answer(Answer::new(200, "text/xml", leg)),
    );
    for item in [&item, &unknown] {
        let error = polar.fetch(item).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(error.to_string().contains("1 of its 3"), "{error}");
    }
    fake.faults().always(
        "/api/training/analysis",
        Fault::Answer(Answer::unavailable(None)),
    );
    for item in [&item, &unknown] {
        let error = polar.fetch(item).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Temporary, "{error}");
    }
}

/// Summaries that name no exercise.
fn summaries_without_exercises() -> [Answer; 5] {
    [
        Answer::status(404),
        Answer::json(404, &serde_json::json!({"error": "NotFound"})),
        Answer::json(403, &serde_json::json!({"error": "Forbidden"})),
        Answer::json(200, &serde_json::json!({"id": 88})),
        Answer::json(200, &serde_json::json!({"id": 88, "exercises": null})),
    ]
}

/// The session of this id as the calendar lists it, and as it would with an unknown icon.
async fn with_and_without_icon(polar: &PolarFlow, id: &str) -> [Item; 2] {
    let listed = items(polar).await;
    let item = listed.into_iter().find(|item| item.id == id).unwrap();
    let mut unknown = item.clone();
    unknown.sport = None;
    [item, unknown]
}

/// Scenario: multi-sport, and the summary is gone, refused or names no exercise
#[tokio::test]
async fn several_sports_come_whole_when_the_summary_names_no_exercise() {
    let fake = fake().await;
    fake.add_session(triathlon());
    let polar = signed_in(&fake).await;
    let both = with_and_without_icon(&polar, "88").await;
    assert_eq!(both[0].sport, Some(Sport::Multisport));
    for summary in summaries_without_exercises() {
        fake.faults().clear();
        fake.faults()
            .always("/api/training/analysis", Fault::Answer(summary.clone()));
        for item in &both {
            let workouts = polar.fetch(item).await.unwrap();
            assert_eq!(workouts.len(), 3, "{summary:?}, {:?}", item.sport);
        }
    }
}

/// Scenario: multi-sport, and the summary is gone, refused or names no exercise
#[tokio::test]
async fn a_session_with_an_unknown_number_of_exercises_is_refused() {
    let fake = fake().await;
    fake.add_session(triathlon());
    let polar = signed_in(&fake).await;
    let both = with_and_without_icon(&polar, "88").await;
    let leg = triathlon().exercises[1].tcx.clone();
    for summary in summaries_without_exercises() {
        fake.faults().clear();
        fake.faults()
            .always("/api/training/analysis", Fault::Answer(summary.clone()));
        let plain = Answer::new(200, "text/xml", leg.clone());
        fake.faults().always("/api/export", Fault::Answer(plain));
        for item in &both {
            let error = polar.fetch(item).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Temporary, "{summary:?}: {error}");
        }
    }
}

/// An archive names also an exercise whose file is empty.
///
/// Scenario: multi-sport, and the summary is gone, refused or names no exercise
#[tokio::test]
async fn an_archive_with_an_empty_file_is_not_the_whole_session() {
    let fake = fake().await;
    fake.add_session(triathlon());
    let polar = signed_in(&fake).await;
    let both = with_and_without_icon(&polar, "88").await;
    let legs = triathlon().exercises;
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, tcx) in [
        ("1.tcx", &legs[0].tcx),
        ("2.tcx", &Vec::new()),
        ("3.tcx", &legs[2].tcx),
    ] {
        archive
            .start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        std::io::Write::write_all(&mut archive, tcx).unwrap();
    }
    let archive = archive.finish().unwrap().into_inner();
    fake.faults()
        .always("/api/training/analysis", Fault::Answer(Answer::status(404)));
    fake.faults().always(
        "/api/export",
        Fault::Answer(Answer::new(200, "application/zip", archive)),
    );
    for item in &both {
        let error = polar.fetch(item).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
        assert!(error.to_string().contains("2 of its 3"), "{error}");
    }
}

/// Scenario: multi-sport by its icon, with a single exercise
#[tokio::test]
async fn a_session_of_several_sports_may_have_a_single_exercise() {
    let fake = fake().await;
    let mut session = triathlon();
    session.exercises.truncate(1);
    fake.add_session(session);
    let polar = signed_in(&fake).await;
    let both = with_and_without_icon(&polar, "88").await;
    assert_eq!(both[0].sport, Some(Sport::Multisport));
    for item in &both {
        let workouts = polar.fetch(item).await.unwrap();
        assert_eq!(workouts.len(), 1);
        assert_eq!(workouts[0].sport, Sport::OpenWaterSwimming);
    }
    // Its archive proves the number when the summary does not.
    fake.faults()
        .always("/api/training/analysis", Fault::Answer(Answer::status(404)));
    for item in &both {
        assert_eq!(polar.fetch(item).await.unwrap().len(), 1);
    }
}
