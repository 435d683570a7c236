//! The kinds of errors: the same answers have the same names in every client.

use chrono::{NaiveDate, TimeDelta};
use fake_services::{Answer, BrowserCookie, FakeActivity, FakeRunkeeper, Fault, kinds};
use runkeeper::web_session::ErrorKind;
use runkeeper::{
    ActivityEdit, ActivityId, ActivityType, DistanceUnit, Error, ImportPreview, ManualEntry, Month,
    PreviewPoint, Runkeeper, TrackUpload,
};

use crate::common::{builder, file, signed_in, with_password};

const LIST: &str = "GET /activitiesByDateRange";
const UPLOAD: &str = "POST /trackMultipleFileUpload";

fn march() -> Month {
    Month::new(2025, 3).unwrap()
}

#[tokio::test]
async fn reads_name_their_failures_as_every_client_does() {
    for (answer, kind) in kinds::answers_to_a_read() {
        let fake = FakeRunkeeper::start().await.unwrap();
        let client = with_password(&fake)
            .session_settings(|s| s.read_attempts(1))
            .build()
            .unwrap();
        client.sign_in().await.unwrap();
        let shown = format!("{answer:?}");
        fake.faults().always(LIST, Fault::Answer(answer));
        let error = client.activities_in(march()).await.unwrap_err();
        assert_eq!(format!("{:?}", error.kind()), kind, "{shown}: {error:?}");
        assert!(!error.may_have_been_sent());
    }
}

#[tokio::test]
async fn writes_name_their_failures_as_every_client_does() {
    for (answer, kind, may_be_done) in kinds::answers_to_a_write() {
        let fake = FakeRunkeeper::start().await.unwrap();
        let client = signed_in(&fake);
        let shown = format!("{answer:?}");
        fake.faults().always(UPLOAD, Fault::Answer(answer));
        let error = client.upload(&file()).await.unwrap_err();
        assert_eq!(format!("{:?}", error.kind()), kind, "{shown}: {error:?}");
        assert_eq!(error.may_have_been_sent(), may_be_done, "{shown}");
        assert_eq!(fake.requests().count(UPLOAD), 1, "{shown}");
    }
}

#[tokio::test]
async fn the_other_kinds_have_their_names() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let wrong = builder(&fake)
        .password(FakeRunkeeper::EMAIL, "wrong")
        .build()
        .unwrap();
    assert_eq!(kind(wrong.sign_in().await), ErrorKind::BadCredentials);
    let nobody = builder(&fake).build().unwrap();
    assert_eq!(kind(nobody.check().await), ErrorKind::SignInNeeded);
    let client = signed_in(&fake);
    let no_gps = client.upload(&TrackUpload::tcx("gym", "")).await;
    assert_eq!(kind(no_gps), ErrorKind::Invalid);
    let unknown = client.activity(ActivityId(1)).await;
    assert_eq!(kind(unknown), ErrorKind::NotFound);
    drop(fake);
    assert_eq!(kind(client.check().await), ErrorKind::Unavailable);
}

fn kind<T: std::fmt::Debug>(result: Result<T, Error>) -> ErrorKind {
    result.unwrap_err().kind()
}

fn stored(fake: &FakeRunkeeper) -> ActivityId {
    let day = NaiveDate::from_ymd_opt(2025, 3, 9).unwrap();
    let start = day.and_hms_opt(8, 0, 0).unwrap();
    let activity = FakeActivity::new(start, TimeDelta::minutes(30), 5000.0);
    ActivityId(fake.add_activity(activity))
}

fn preview() -> ImportPreview {
    let point = |at: f64| {
        let mut point = PreviewPoint::default();
        (point.latitude, point.longitude) = (Some(at), Some(at));
        (point.delta_time, point.delta_distance) = (Some(1000.0), Some(3.0));
        point
    };
    let mut preview = ImportPreview::default();
    preview.track_points = vec![point(0.01), point(0.02)];
    preview
}

/// The writes by their paths. The site answers each with a redirect to the login page.
async fn run(client: &Runkeeper, path: &str, id: ActivityId) -> Result<(), Error> {
    let day = NaiveDate::from_ymd_opt(2025, 3, 9).unwrap();
    let start = day.and_hms_opt(8, 0, 0).unwrap();
    let entry = ManualEntry::new(ActivityType::Run, start, TimeDelta::seconds(60));
    let edit = ActivityEdit::new().notes("new");
    match path {
        UPLOAD => client.upload(&file()).await.map(drop),
        "POST /new/activity" => {
            let saved = client.save_preview(&preview(), &file(), &entry).await;
            saved.map(drop)
        }
        "POST /edit/activity" => {
            let form = client.edit_form(id).await?;
            client.save_edit(form, &edit).await.map(drop)
        }
        "POST /exportData" => client.request_export(day, day).await,
        _ => client.delete_activity(id).await,
    }
}

const WRITES: [&str; 5] = [
    UPLOAD,
    "POST /new/activity",
    "POST /edit/activity",
    "POST /exportData",
    "GET /delete/activity",
];

#[tokio::test]
async fn a_session_that_ends_at_a_write_is_renewed_and_the_write_is_sent_again() {
    for path in WRITES {
        let fake = FakeRunkeeper::start().await.unwrap();
        fake.set(|switches| switches.strict_forms = true);
        let id = stored(&fake);
        let client = with_password(&fake)
            .distance_unit(DistanceUnit::Kilometres)
            .build()
            .unwrap();
        client.sign_in().await.unwrap();
        fake.faults()
            .next(1, path, Fault::Answer(Answer::redirect("/login")));
        run(&client, path, id).await.unwrap();
        assert_eq!(fake.requests().count(path), 2, "{path}");
    }
}

#[tokio::test]
async fn a_session_that_ends_at_a_write_for_good_is_sign_in_needed() {
    for path in WRITES {
        let fake = FakeRunkeeper::start().await.unwrap();
        let id = stored(&fake);
        let client = builder(&fake)
            .distance_unit(DistanceUnit::Kilometres)
            .build()
            .unwrap();
        let cookies = BrowserCookie::header(&fake.browser_cookies());
        client.import_cookies(&cookies).unwrap();
        fake.faults()
            .always(path, Fault::Answer(Answer::redirect("/login")));
        let error = run(&client, path, id).await.unwrap_err();
        assert!(matches!(error, Error::SignInNeeded(_)), "{path}: {error:?}");
        assert_eq!(fake.requests().count(path), 1, "{path}");
    }
}

/// The form that was read before the session ended shows old values: they must not be written over newer ones.
#[tokio::test]
async fn an_edit_after_a_renewal_never_overwrites_what_has_changed_meanwhile() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let id = stored(&fake);
    let client = with_password(&fake).build().unwrap();
    client.sign_in().await.unwrap();
    let edit = |notes: &str| ActivityEdit::new().notes(notes);
    let old = client.edit_form(id).await.unwrap();
    client.edit_activity(id, &edit("by hand")).await.unwrap();
    fake.faults().next(
        1,
        "POST /edit/activity",
        Fault::Answer(Answer::redirect("/login")),
    );
    let error = client.save_edit(old, &edit("new")).await.unwrap_err();
    assert!(matches!(error, Error::InvalidArgument(_)), "{error:?}");
    assert_eq!(fake.activities()[0].notes, "by hand");
}
