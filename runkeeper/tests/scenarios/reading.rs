//! An uploaded activity is listed, read back, downloaded, changed and deleted.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{Answer as Canned, FakeActivity, FakeRunkeeper, Fault, GpxDefect, PolarSport};
use futures_util::TryStreamExt;
use runkeeper::{
    ActivityEdit, ActivityId, ActivityType, DistanceUnit, Error, FileKind, Month, Runkeeper,
    TrackUpload,
};

use crate::common::{builder, signed_in};

const MONTH: &str = "/activitiesByDateRange";

fn tcx() -> Vec<u8> {
    let start: DateTime<Utc> = "2024-12-31T22:30:00Z".parse().unwrap();
    SyntheticTcx::new(start, PolarSport::CYCLING)
        .seconds(300)
        .speed(5.0)
        .pause(100, 30.0)
        .build()
}

fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(year, month, day).unwrap()
}

/// An account with one activity, uploaded as a file.
async fn with_a_ride() -> (FakeRunkeeper, Runkeeper) {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    client
        .upload(&TrackUpload::tcx("ride", tcx()))
        .await
        .unwrap();
    (fake, client)
}

/// Scenario: type on import: Running, corrected by the form
/// Scenario: list: month as `text/html`, strings, mi and km: parsed
/// Scenario: delete, twice: gone; the second is `NotFound`
/// Scenario: stateful run: consistent
/// Scenario: key on start and distance; the activity's page decides
#[tokio::test]
async fn an_activity_goes_through_its_whole_life() {
    let (fake, client) = with_a_ride().await;
    let listed = client
        .activities_in(Month::new(2024, 12).unwrap())
        .await
        .unwrap();
    let [row] = &listed[..] else {
        panic!("{listed:?}")
    };
    assert_eq!(row.day, Some(day(2024, 12, 31)));
    assert_eq!(
        row.activity_type,
        Some(ActivityType::Run),
        "as the importer does"
    );

    let edit = ActivityEdit::new()
        .activity_type(ActivityType::Bike)
        .notes("Round & <round>")
        .calories(150);
    client.edit_activity(row.id, &edit).await.unwrap();
    let page = client.activity(row.id).await.unwrap();
    assert_eq!(page.activity_type, Some(ActivityType::Bike));
    assert_eq!(page.start.unwrap().to_string(), "2024-12-31 23:30:01");
    assert_eq!(page.calories, Some(150));
    assert_eq!(page.distance.unwrap().unit, DistanceUnit::Kilometres);
    assert_eq!(
        page.duration.unwrap().num_seconds(),
        fake.activities()[0].duration.num_seconds()
    );
    assert_eq!(fake.activities()[0].notes, "Round & <round>");

    let points = client.points(page.trip_uuid.unwrap()).await.unwrap();
    assert_eq!(points.points.len(), 300);
    assert_eq!(points.activity_type.as_deref(), Some("BIKE"));
    assert!(points.heart_rate().is_some());
    let gpx = client.download(row.id, FileKind::Gpx).await.unwrap();
    let back = workout_files::read(&gpx).unwrap().workouts.remove(0);
    assert_eq!((back.position_count(), back.tracks().count()), (300, 2));
    assert!(client.download(row.id, FileKind::Kml).await.is_ok());

    client.delete_activity(row.id).await.unwrap();
    assert!(
        client
            .activities_in(Month::new(2024, 12).unwrap())
            .await
            .unwrap()
            .is_empty()
    );
    let again = client.delete_activity(row.id).await;
    assert!(matches!(again, Err(Error::NotFound { .. })));
    assert!(matches!(
        client.activity(row.id).await,
        Err(Error::NotFound { .. })
    ));
}

/// Scenario: GPX malformed, local time as `Z`, times that go back, stub: handed over and readable, `NoPoints`
///   for the stub
/// Scenario: GPX: stray `trkseg`, CDATA names, times that go back, local time as `Z`
#[tokio::test]
async fn malformed_downloads_are_handed_over_and_readable() {
    let (fake, client) = with_a_ride().await;
    let id = ActivityId(fake.activities()[0].id);
    for defect in [
        GpxDefect::DoubleOpenSegment,
        GpxDefect::StrayCloseSegment,
        GpxDefect::LocalTimeAsUtc,
        GpxDefect::TimesGoBack,
    ] {
        fake.set(|switches| switches.gpx_defect = defect);
        let gpx = client.download(id, FileKind::Gpx).await.unwrap();
        let read = workout_files::read(&gpx).unwrap_or_else(|error| panic!("{defect:?}: {error}"));
        assert_eq!(read.workouts[0].position_count(), 300, "{defect:?}");
    }
}

/// Scenario: manual activity: `NoPoints`
/// Scenario: private activity: `NotVisible`
/// Scenario: wrong path: `NotFound`
#[tokio::test]
async fn a_manual_entry_has_no_points_and_a_private_activity_is_not_visible() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let start = day(2025, 3, 9).and_hms_opt(8, 0, 0).unwrap();
    let plain = FakeActivity::new(start, TimeDelta::minutes(30), 5000.0);
    let manual = ActivityId(fake.add_activity(plain.clone()));
    let private = ActivityId(fake.add_activity(plain.private()));
    assert!(matches!(
        client.points(manual).await,
        Err(Error::NotAvailable { .. })
    ));
    assert!(matches!(
        client.download(manual, FileKind::Gpx).await,
        Err(Error::NotAvailable { .. })
    ));
    assert!(matches!(
        client.download(manual, FileKind::Kml).await,
        Err(Error::NotAvailable { .. })
    ));
    assert!(matches!(
        client.points(private).await,
        Err(Error::Forbidden { .. })
    ));
    assert!(matches!(
        client.activity(private).await,
        Err(Error::Forbidden { .. })
    ));
    assert!(matches!(
        client.activity(ActivityId(1)).await,
        Err(Error::NotFound { .. })
    ));
}

/// Scenario: points by number and UUID, shapes of 2011, 2017 and 2020: parsed
#[tokio::test]
async fn points_are_asked_for_by_number_too_and_in_the_old_shape() {
    let fake = FakeRunkeeper::start().await.unwrap();
    fake.set(|switches| switches.old_points = true);
    let client = signed_in(&fake);
    client
        .upload(&TrackUpload::tcx("ride", tcx()))
        .await
        .unwrap();
    let points = client
        .points(ActivityId(fake.activities()[0].id))
        .await
        .unwrap();
    assert_eq!(
        points.points[0].at().unwrap().to_rfc3339(),
        "2024-12-31T22:30:01+00:00"
    );
    assert_eq!(
        points.duration().unwrap().num_seconds(),
        fake.activities()[0].duration.num_seconds()
    );
}

/// Scenario: ten years of listing: one request per month with data, one month in memory, stops early
#[tokio::test]
async fn ten_years_are_one_request_per_month_with_data_and_can_be_stopped_early() {
    let fake = FakeRunkeeper::start().await.unwrap();
    fake.set(|switches| switches.old_listing = true);
    let client = signed_in(&fake);
    for year in 2015..2025 {
        for (month, days) in [(2, 15..16), (6, 15..18)] {
            for number in days {
                let start = day(year, month, number).and_hms_opt(8, 0, 0).unwrap();
                fake.add_activity(FakeActivity::new(start, TimeDelta::minutes(30), 5000.0));
            }
        }
    }
    client.user().await.unwrap();
    fake.requests().clear();
    let ten_years = || client.activities(day(2015, 1, 1), day(2024, 12, 31));
    let all: Vec<_> = ten_years().try_collect().await.unwrap();
    assert_eq!(all.len(), 40);
    assert_eq!(all[0].day, Some(day(2015, 2, 15)));
    assert!(
        all.iter()
            .all(|row| row.duration.is_none() && row.day.is_some())
    );
    assert_eq!(fake.requests().count(MONTH), 20);
    assert_eq!(fake.requests().all().len(), 21, "and the page of months");

    // A month is asked for when the one before is used up: it is all that is ever held.
    fake.requests().clear();
    let mut stream = Box::pin(ten_years());
    assert_eq!(
        fake.requests().all().len(),
        0,
        "nothing before the first poll"
    );
    for months in [1, 2, 2, 2, 3, 4] {
        stream.try_next().await.unwrap().unwrap();
        assert_eq!(fake.requests().count(MONTH), months);
    }
    drop(stream);
    assert_eq!(
        fake.requests().all().len(),
        5,
        "and nothing after it is dropped"
    );
    let inside: Vec<_> = client
        .activities(day(2015, 6, 18), day(2015, 6, 30))
        .try_collect()
        .await
        .unwrap();
    assert!(inside.is_empty(), "only the days that were asked for");
}

/// Scenario: ten years of listing: one request per month with data, one month in memory, stops early
#[tokio::test]
async fn without_a_page_of_months_every_month_is_asked() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let start = day(2015, 6, 15).and_hms_opt(8, 0, 0).unwrap();
    fake.add_activity(FakeActivity::new(start, TimeDelta::minutes(30), 5000.0));
    let client = signed_in(&fake);
    for page in [
        Canned::html(200, "<html><body>Now a script draws it</body></html>"),
        Canned::html(404, "<title>Oh noes</title>"),
    ] {
        fake.requests().clear();
        let list = format!("/user/{}/activitylist", FakeRunkeeper::USER);
        fake.faults().next(1, &*list, Fault::Answer(page));
        let year: Vec<_> = client
            .activities(day(2015, 1, 1), day(2015, 12, 31))
            .try_collect()
            .await
            .unwrap();
        assert_eq!((year.len(), fake.requests().count(MONTH)), (1, 12));
    }
}

/// Scenario: list: empty month: empty; any other answer is an error
#[tokio::test]
async fn what_is_no_listing_is_an_error_and_never_an_empty_one() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    client.user().await.unwrap();
    let month = Month::new(2024, 12).unwrap();
    let list = "/activitiesByDateRange";
    type Right = fn(&Error) -> bool;
    let cases: [(Canned, Right); 9] = [
        (Canned::login_page(), |e| {
            matches!(e, Error::SignInNeeded(_))
        }),
        (Canned::redirect("/login"), |e| {
            matches!(e, Error::SignInNeeded(_))
        }),
        (Canned::redirect("https://id.asics.com/"), |e| {
            matches!(e, Error::SignInNeeded(_))
        }),
        (Canned::empty(), |e| {
            matches!(e, Error::UnexpectedContent { .. })
        }),
        (
            Canned::html(200, "<html><body>Soon back</body></html>"),
            |e| matches!(e, Error::UnexpectedContent { .. }),
        ),
        (
            Canned::new(200, "text/html", "{\"activities\":{"),
            |e| matches!(e, Error::Drift(drift) if drift.syntax),
        ),
        (Canned::json(200, &serde_json::json!({"error": "x"})), |e| {
            e.is_drift()
        }),
        (Canned::cloudfront_block(), |e| {
            matches!(e, Error::Blocked { .. })
        }),
        (Canned::html(404, "<title>Oh noes</title>"), |e| {
            matches!(e, Error::NotFound { .. })
        }),
    ];
    for (canned, right) in cases {
        fake.faults().next(1, list, Fault::Answer(canned.clone()));
        let error = client.activities_in(month).await.unwrap_err();
        assert!(right(&error), "{canned:?}: {error:?}");
    }
    fake.faults()
        .next(2, list, Fault::Answer(Canned::unavailable(Some(0))));
    assert!(
        client.activities_in(month).await.is_ok(),
        "a read is repeated"
    );
    fake.faults()
        .always(list, Fault::Answer(Canned::too_many_requests(Some(900))));
    let error = client.activities_in(month).await.unwrap_err();
    assert_eq!(error.retry_after().unwrap().as_secs(), 900);
    assert!(error.is_temporary());
}

/// Scenario: new fields, moved paths: reach the observer, overridable
#[tokio::test]
async fn unknown_fields_reach_the_observer_and_moved_paths_can_be_set() {
    use std::sync::{Arc, Mutex};

    let fake = FakeRunkeeper::start().await.unwrap();
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let client = builder(&fake)
        .on_observation({
            let seen = Arc::clone(&seen);
            move |observation| seen.lock().unwrap().push(observation.path.clone())
        })
        .user(runkeeper::UserName::new(FakeRunkeeper::USER).unwrap())
        .endpoints(|endpoints| endpoints.month = "/v2/list".into())
        .build()
        .unwrap();
    let body = serde_json::json!({"activities": {"2024": {"Dec": [{"activity_id": 1, "mood": "good"}]}}, "page": 1});
    fake.faults()
        .next(1, "/v2/list", Fault::Answer(Canned::json(200, &body)));
    let listed = client
        .activities_in(Month::new(2024, 12).unwrap())
        .await
        .unwrap();
    assert_eq!(listed.len(), 1);
    let seen = seen.lock().unwrap().clone();
    assert!(
        seen.iter().any(|path| path.contains("mood"))
            && seen.iter().any(|path| path.contains("page")),
        "{seen:?}"
    );
}
