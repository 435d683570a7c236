//! The client as a destination of the sync engine.

use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{
    ActivityOrigin, Answer, FakeActivity, FakeRunkeeper, Fault, PolarSport, UploadMode,
};
use runkeeper::Runkeeper;
use sync_core::{
    Delivery, DeliveryForm, Destination, ErrorKind, Item, Receipt, SendOutcome, Window, Workout,
};

use crate::common::{signed_in, with_password};

fn read(recipe: &SyntheticTcx) -> Workout {
    workout_files::read(&recipe.build())
        .unwrap()
        .workouts
        .remove(0)
}

fn recipe(sport: PolarSport) -> SyntheticTcx {
    let start: DateTime<Utc> = "2024-12-31T22:30:00Z".parse().unwrap();
    SyntheticTcx::new(start, sport).seconds(600)
}

fn item() -> Item {
    let start = NaiveDate::from_ymd_opt(2024, 12, 31)
        .unwrap()
        .and_hms_opt(23, 30, 0)
        .unwrap();
    let mut item = Item::new("8100000008", start);
    item.duration_ms = Some(600_000);
    item
}

async fn send(client: &Runkeeper, item: &Item, workout: &Workout) -> SendOutcome {
    let form = client.form(item, workout).unwrap();
    client
        .send(Delivery::new(item, workout, form, Duration::from_secs(10)))
        .await
}

fn window() -> Window {
    Window::around(item().day(), 1)
}

#[tokio::test]
async fn a_workout_with_a_late_fix_goes_as_a_file_and_is_found() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let workout = read(&recipe(PolarSport::RUNNING).fix_after(130).pause(300, 40.5));
    assert_eq!(client.form(&item(), &workout), Ok(DeliveryForm::TrackFile));
    let outcome = send(&client, &item(), &workout).await;
    assert!(matches!(outcome, SendOutcome::Accepted(_)), "{outcome:?}");
    let stored = &fake.activities()[0];
    assert_eq!(stored.origin, ActivityOrigin::BulkUpload);
    assert_eq!(
        stored.start_local.to_string(),
        "2024-12-31 23:32:11",
        "the first fix"
    );

    let found = client.find(window()).await.unwrap();
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].id, stored.id.to_string());
    assert_eq!(found[0].day, NaiveDate::from_ymd_opt(2024, 12, 31));
    assert_eq!(found[0].sport, Some(workout_files::Sport::Running));
    assert!((found[0].distance_m.unwrap() - stored.distance_m).abs() < 5.1);
    assert_eq!(
        found[0].duration_ms.unwrap() / 1000,
        stored.duration.num_seconds() as u64
    );
}

/// Scenario: file without positions: `NoGps`, not sent; refused in the site's words when some are missing;
///   the destination types it in instead
/// Scenario: never invent positions
#[tokio::test]
async fn a_workout_without_positions_is_typed_in_with_its_type() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let mut workout = read(
        &recipe(PolarSport::POOL_SWIMMING)
            .indoors(Some(500.0))
            .calories(99),
    );
    workout.sport = workout_files::Sport::PoolSwimming;
    assert_eq!(
        client.form(&item(), &workout),
        Ok(DeliveryForm::ManualEntry)
    );
    let outcome = send(&client, &item(), &workout).await;
    let stored = &fake.activities()[0];
    assert!(
        matches!(&outcome, SendOutcome::Accepted(receipt) if *receipt == Receipt::with_id(stored.id.to_string())),
        "{outcome:?}"
    );
    assert_eq!(stored.origin, ActivityOrigin::ManualEntry);
    assert_eq!(stored.activity_type, "SWIMMING");
    assert_eq!(stored.start_local, item().start);
    assert_eq!(
        (stored.duration, stored.calories),
        (TimeDelta::seconds(600), Some(99))
    );
    assert!((stored.distance_m - 500.0).abs() < 0.2);
}

#[tokio::test]
async fn a_later_exercise_of_a_session_keeps_its_own_start() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let start: DateTime<Utc> = "2025-01-01T00:15:00Z".parse().unwrap();
    let second = SyntheticTcx::new(start, PolarSport::STRENGTH_TRAINING)
        .indoors(None)
        .seconds(60);
    let mut workout = read(&second);
    workout.local_offset = chrono::FixedOffset::east_opt(3600);
    send(&client, &item(), &workout).await;
    assert_eq!(
        fake.activities()[0].start_local.to_string(),
        "2025-01-01 01:15:00"
    );
}

#[tokio::test]
async fn a_workout_without_track_and_duration_is_refused_with_both_causes() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let mut item = item();
    item.duration_ms = None;
    let refusal = client
        .form(&item, &Workout::new(workout_files::Sport::Running))
        .unwrap_err();
    let refusal = refusal.to_string();
    assert!(refusal.contains("the workout is empty"), "{refusal}");
    assert!(refusal.contains("it has no duration"), "{refusal}");
}

#[tokio::test]
async fn a_route_without_usable_times_is_typed_in_and_a_refusal_names_the_cause() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let mut workout = read(&recipe(PolarSport::RUNNING));
    for track in workout.tracks_mut() {
        for index in 0..track.len() {
            track.set_time(index, None);
        }
    }
    assert_eq!(
        client.form(&item(), &workout),
        Ok(DeliveryForm::ManualEntry)
    );
    let outcome = send(&client, &item(), &workout).await;
    assert!(matches!(outcome, SendOutcome::Accepted(_)), "{outcome:?}");
    assert_eq!(fake.activities()[0].origin, ActivityOrigin::ManualEntry);
    for lap in &mut workout.laps {
        lap.total_time_s = None;
    }
    let mut untimed = item();
    untimed.duration_ms = None;
    let refusal = client.form(&untimed, &workout).unwrap_err().to_string();
    assert!(refusal.contains("no trackpoint has a time"), "{refusal}");
}

#[tokio::test]
async fn outcomes_say_whether_it_may_be_sent_again() {
    let workout = read(&recipe(PolarSport::RUNNING));
    type Right = fn(&SendOutcome) -> bool;
    let cases: [(UploadMode, Right); 7] = [
        (UploadMode::Html, |o| matches!(o, SendOutcome::Opaque(_))),
        (UploadMode::Empty, |o| matches!(o, SendOutcome::Opaque(_))),
        (
            UploadMode::ErrorJson("bad".into()),
            |o| matches!(o, SendOutcome::Rejected(why) if why.contains("bad")),
        ),
        (UploadMode::StatusBeforeStoring(500), |o| {
            matches!(o, SendOutcome::MaybeSent(_))
        }),
        (UploadMode::ResetAfterStoring, |o| {
            matches!(o, SendOutcome::MaybeSent(_))
        }),
        (
            UploadMode::LoginRedirect,
            |o| matches!(o, SendOutcome::NotSent(error) if error.kind() == ErrorKind::SignInNeeded),
        ),
        (UploadMode::TooManyRequests(Some(9)), |o| {
            matches!(o, SendOutcome::NotSent(error)
                if error.kind() == ErrorKind::Temporary && error.retry_after() == Some(Duration::from_secs(9)))
        }),
    ];
    for (mode, right) in cases {
        let fake = FakeRunkeeper::start().await.unwrap();
        let client = signed_in(&fake);
        fake.next_uploads(1, mode.clone());
        let outcome = send(&client, &item(), &workout).await;
        assert!(right(&outcome), "{mode:?}: {outcome:?}");
    }
}

/// Scenario: 429 or 503 with `Retry-After`
#[tokio::test]
async fn a_site_that_asks_to_wait_is_asked_nothing_until_then() {
    const UPLOAD: &str = "POST /trackMultipleFileUpload";
    let workout = read(&recipe(PolarSport::RUNNING));
    let wait = |outcome: &SendOutcome| match outcome {
        SendOutcome::NotSent(error) | SendOutcome::MaybeSent(error) => error.retry_after(),
        _ => None,
    };
    for (answer, may_have_been_sent) in [
        (Answer::too_many_requests(Some(900)), false),
        (Answer::unavailable(Some(900)), true),
    ] {
        let fake = FakeRunkeeper::start().await.unwrap();
        let client = signed_in(&fake);
        fake.faults().next(1, UPLOAD, Fault::Answer(answer));
        let first = send(&client, &item(), &workout).await;
        assert_eq!(wait(&first), Some(Duration::from_secs(900)), "{first:?}");
        let is_unsure = matches!(first, SendOutcome::MaybeSent(_));
        assert_eq!(is_unsure, may_have_been_sent, "{first:?}");
        let asked = fake.requests().all().len();
        let left = Duration::from_secs(890)..=Duration::from_secs(900);
        for _ in 0..3 {
            let next = send(&client, &item(), &workout).await;
            assert!(matches!(next, SendOutcome::NotSent(_)), "{next:?}");
            assert!(left.contains(&wait(&next).unwrap()), "{next:?}");
        }
        let error = client.find(window()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Temporary);
        assert!(left.contains(&error.retry_after().unwrap()), "{error:?}");
        assert_eq!(fake.requests().all().len(), asked);
    }
}

/// Scenario: 429 or 503 with `Retry-After`
#[tokio::test]
async fn a_pause_asked_of_a_read_keeps_uploads_from_leaving() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let busy = Fault::Answer(Answer::unavailable(Some(900)));
    fake.faults().always("/activitiesByDateRange", busy);
    let error = client.find(window()).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(900)));
    let asked = fake.requests().all().len();
    let outcome = send(&client, &item(), &read(&recipe(PolarSport::RUNNING))).await;
    assert!(
        matches!(&outcome, SendOutcome::NotSent(error) if error.retry_after().is_some()),
        "{outcome:?}"
    );
    assert_eq!(fake.requests().all().len(), asked);
}

/// Scenario: list without a session: never an empty account
#[tokio::test]
async fn a_listing_from_a_dead_session_is_never_an_empty_account() {
    let fake = FakeRunkeeper::start().await.unwrap();
    fake.set(|switches| switches.anonymous_listing = true);
    fake.add_activity(FakeActivity::new(
        item().start,
        TimeDelta::minutes(10),
        1680.0,
    ));
    let client = signed_in(&fake);
    assert_eq!(client.find(window()).await.unwrap().len(), 1);
    fake.expire_sessions();
    let error = client.find(window()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::SignInNeeded);

    // The same with a password at hand: an error now, a good listing at the next try.
    let client = with_password(&fake).build().unwrap();
    client.sign_in().await.unwrap();
    client.user().await.unwrap();
    fake.expire_sessions();
    assert!(client.find(window()).await.is_err());
    Destination::check(&client).await.unwrap();
    assert_eq!(client.find(window()).await.unwrap().len(), 1);
}

/// Scenario: delete, twice: gone; the second is `NotFound`
#[tokio::test]
async fn what_was_delivered_can_be_taken_back_twice() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let id = fake.add_activity(FakeActivity::new(
        item().start,
        TimeDelta::minutes(10),
        1680.0,
    ));
    let receipt = Receipt::with_id(id.to_string());
    client.remove(&receipt).await.unwrap();
    client.remove(&receipt).await.unwrap();
    assert!(fake.activities().is_empty());
    assert_eq!(
        client.remove(&Receipt::default()).await.unwrap_err().kind(),
        ErrorKind::Invalid
    );
}

#[tokio::test]
async fn two_months_are_asked_at_the_turn_of_the_year() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    Destination::check(&client).await.unwrap();
    fake.requests().clear();
    client.find(window()).await.unwrap();
    assert_eq!(fake.requests().count("/activitiesByDateRange"), 2);
    assert_eq!(fake.requests().count("/home"), 1);
}

/// A leg without its own time must not be typed in as long as the whole session.
///
/// Scenario: an exercise of several without track and time: refused, not typed in as long as the whole
///   session
#[tokio::test]
async fn the_listed_duration_is_that_of_the_whole_session_only() {
    use workout_files::{Lap, Sport};
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let leg = |seconds: Option<f64>| {
        let mut workout = Workout::new(Sport::StrengthTraining);
        let mut lap = Lap::default();
        lap.total_time_s = seconds;
        workout.laps.push(lap);
        workout
    };
    for seconds in [Some(0.0), Some(0.4), None] {
        for listed in [None, Some(Sport::Multisport), Some(Sport::Triathlon)] {
            let mut item = item();
            item.sport = listed.clone();
            let refusal = client.form(&item, &leg(seconds)).unwrap_err().to_string();
            assert!(
                refusal.contains("for this exercise") && refusal.contains("whole session"),
                "{seconds:?}, {listed:?}: {refusal}"
            );
            let (leg, limit) = (leg(seconds), Duration::from_secs(10));
            let delivery = Delivery::new(&item, &leg, DeliveryForm::ManualEntry, limit);
            let outcome = client.send(delivery).await;
            assert!(matches!(outcome, SendOutcome::NotSent(_)), "{outcome:?}");
        }
        // Of a session of one sport the listing's time is the workout's.
        let mut item = item();
        item.sport = Some(Sport::StrengthTraining);
        let outcome = send(&client, &item, &leg(seconds)).await;
        assert!(matches!(outcome, SendOutcome::Accepted(_)), "{outcome:?}");
    }
    let stored = fake.activities();
    assert_eq!(stored.len(), 3);
    assert!(stored.iter().all(|a| a.duration == TimeDelta::minutes(10)));
}

/// Scenario: a duration beyond every clock: refused in plain words
#[tokio::test]
async fn a_duration_that_no_clock_can_show_is_refused() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let mut item = item();
    item.sport = Some(workout_files::Sport::Running);
    for ms in [i64::MAX as u64, i64::MAX as u64 - 300] {
        item.duration_ms = Some(ms);
        let outcome = send(&client, &item, &Workout::new(workout_files::Sport::Running)).await;
        assert!(
            matches!(&outcome, SendOutcome::Rejected(why) if why.contains("99 hours")),
            "{outcome:?}"
        );
    }
    assert!(fake.activities().is_empty());
}
