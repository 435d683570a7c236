//! The meaning of unusual redirects after a write, and of pages after a deletion.

use chrono::{NaiveDate, TimeDelta};
use fake_services::{Answer as Canned, FakeActivity, FakeRunkeeper, Fault};
use runkeeper::{
    ActivityEdit, ActivityId, ActivityType, Answer, DistanceUnit, Error, ManualEntry, Runkeeper,
};

use crate::common::{builder, file, signed_in};

const UPLOAD: &str = "POST /trackMultipleFileUpload";
const SAVE: &str = "POST /new/activity";
const DELETE: &str = "GET /delete/activity";

/// The page of 2026 for a visitor without a session: only its visible text shows it.
const SIGNED_OUT: &str = "<html><head><title>Runkeeper</title></head><body><a href='/login'>Log in</a> \
                          <a href='/signup'>Sign up</a></body></html>";

fn entry() -> ManualEntry {
    let day = NaiveDate::from_ymd_opt(2025, 1, 5).unwrap();
    let start = day.and_hms_opt(18, 5, 0).unwrap();
    ManualEntry::new(ActivityType::Swimming, start, TimeDelta::seconds(2130))
}

/// A client that could sign in again at once.
async fn client_with_password(fake: &FakeRunkeeper) -> Runkeeper {
    let client = builder(fake)
        .password(FakeRunkeeper::EMAIL, FakeRunkeeper::PASSWORD)
        .distance_unit(DistanceUnit::Kilometres)
        .build()
        .unwrap();
    client.sign_in().await.unwrap();
    client
}

type Right = fn(&Error) -> bool;

fn stored(fake: &FakeRunkeeper) -> ActivityId {
    let day = NaiveDate::from_ymd_opt(2025, 3, 9).unwrap();
    let start = day.and_hms_opt(8, 0, 0).unwrap();
    let activity = FakeActivity::new(start, TimeDelta::minutes(30), 5000.0);
    ActivityId(fake.add_activity(activity))
}

/// Scenario: write: redirect elsewhere, without a target or in Latin-1: `Opaque` or the id; one request
#[tokio::test]
async fn a_redirect_that_is_not_to_the_login_page_is_no_reason_to_send_again() {
    let targets = [
        "https://www.runkeeper.example/user/x/activity/77",
        "https://www.runkeeper.example/home",
        "https://elsewhere.example/login",
        "https://elsewhere.example/login?next=/home",
        "/help/how-to-login",
        "/help/login",
    ];
    for target in targets {
        for endpoint in [UPLOAD, SAVE] {
            let fake = FakeRunkeeper::start().await.unwrap();
            let client = client_with_password(&fake).await;
            let answer = Canned::redirect(target);
            fake.faults().next(1, endpoint, Fault::AnswerAfter(answer));
            let result = match endpoint {
                UPLOAD => client.upload(&file()).await,
                _ => client.add_manual_entry(&entry()).await,
            };
            assert!(
                matches!(result, Ok(Answer::Opaque(_))),
                "{target}: {result:?}"
            );
            assert_eq!(fake.requests().count(endpoint), 1, "{target}");
            assert_eq!(fake.activities().len(), 1, "{target}");
        }
    }
}

#[tokio::test]
async fn a_redirect_to_the_login_page_says_that_nothing_was_taken() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let at_asics = format!("{}/login?state=x", fake.asics_url());
    for target in [
        "/login",
        "/login/?redirectUrl=/new/activity",
        "https://id.asics.com/login?x=1",
        "https://id.asics.com/",
        &at_asics,
    ] {
        fake.faults()
            .next(1, UPLOAD, Fault::Answer(Canned::redirect(target)));
        let result = client.upload(&file()).await;
        assert!(
            matches!(result, Err(Error::SignInNeeded(_))),
            "{target}: {result:?}"
        );
    }
}

/// Scenario: write: redirect elsewhere, without a target or in Latin-1: `Opaque` or the id; one request
#[tokio::test]
async fn a_redirect_without_a_readable_target_may_follow_a_stored_activity() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = client_with_password(&fake).await;
    for (status, location, id) in [
        (302, Some("/user/jörg/activity/7"), Some(7)),
        (302, None, None),
        (303, Some("http://"), None),
        (304, None, None),
    ] {
        let mut answer = Canned::status(status);
        if let Some(location) = location {
            answer = answer.header("location", location);
        }
        fake.faults().next(1, SAVE, Fault::Answer(answer));
        match (id, client.add_manual_entry(&entry()).await) {
            (Some(id), Ok(Answer::Accepted(found))) => assert_eq!(found, Some(ActivityId(id))),
            (None, Ok(Answer::Opaque(_))) => {}
            (_, other) => panic!("{status} {location:?}: {other:?}"),
        }
    }
}

/// Scenario: delete: an answer that proves nothing: the activity's page decides
#[tokio::test]
async fn a_page_that_deleted_nothing_is_not_taken_for_success() {
    let cases: [(Canned, Right); 6] = [
        (Canned::html(200, SIGNED_OUT), |error| {
            matches!(error, Error::SignInNeeded(_))
        }),
        (Canned::login_page(), |error| {
            matches!(error, Error::SignInNeeded(_))
        }),
        (
            Canned::status(202).header("x-amzn-waf-action", "challenge"),
            |error| matches!(error, Error::Blocked { .. }),
        ),
        (
            Canned::html(200, "<html><h1>AccessDenied</h1></html>"),
            |error| matches!(error, Error::Blocked { .. }),
        ),
        // The activity is still there afterwards.
        (Canned::html(200, "<html>Really delete?</html>"), |error| {
            error.may_have_been_sent() && error.is_drift()
        }),
        (Canned::redirect("/home"), |error| {
            error.may_have_been_sent() && error.is_drift()
        }),
    ];
    for (answer, right) in cases {
        let fake = FakeRunkeeper::start().await.unwrap();
        let id = stored(&fake);
        let client = signed_in(&fake);
        fake.faults().next(1, DELETE, Fault::Answer(answer.clone()));
        let error = client.delete_activity(id).await.unwrap_err();
        assert!(right(&error), "{answer:?}: {error:?}");
        assert_eq!(fake.requests().count(DELETE), 1, "{answer:?}");
        assert_eq!(fake.activities().len(), 1);
    }
}

/// Scenario: delete: an answer that proves nothing: the activity's page decides
#[tokio::test]
async fn an_activity_that_is_gone_was_deleted_whatever_the_answer_looked_like() {
    for answer in [
        Canned::html(200, "<html>Deleted</html>"),
        Canned::empty(),
        Canned::redirect("/user/1029384756/activitylist"),
        Canned::redirect("https://www.runkeeper.example/home"),
    ] {
        let fake = FakeRunkeeper::start().await.unwrap();
        let id = stored(&fake);
        let client = signed_in(&fake);
        let answered = Fault::AnswerAfter(answer.clone());
        fake.faults().next(1, DELETE, answered);
        client.delete_activity(id).await.unwrap();
        assert!(fake.activities().is_empty(), "{answer:?}");
    }
}

#[tokio::test]
async fn a_deletion_that_cannot_be_looked_after_may_have_happened() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let id = stored(&fake);
    let client = signed_in(&fake);
    let page = format!("GET /user/{}/activity", FakeRunkeeper::USER);
    fake.faults()
        .next(1, &*page, Fault::Answer(Canned::status(500)));
    let error = client.delete_activity(id).await.unwrap_err();
    assert!(error.may_have_been_sent(), "{error:?}");
    assert!(fake.activities().is_empty());
}

/// Scenario: dead cookie, four shapes: renewed or `SignInNeeded`, nothing followed off the site
#[tokio::test]
async fn the_signed_out_page_of_2026_is_recognised_on_every_page() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let dead = Fault::Answer(Canned::html(200, SIGNED_OUT));
    let is_dead = |error: &Error| matches!(error, Error::SignInNeeded(_));

    fake.faults().next(1, "GET /exportData", dead.clone());
    assert!(is_dead(&client.export_status().await.unwrap_err()));
    fake.faults().next(1, "GET /new/activity", dead.clone());
    let error = client.upload(&file()).await.unwrap_err();
    assert!(is_dead(&error) && !error.may_have_been_sent());
    assert_eq!(
        fake.requests().count(UPLOAD),
        0,
        "noticed before the file left"
    );
    let id = stored(&fake);
    client.user().await.unwrap();
    fake.faults().next(1, "GET /user", dead.clone());
    assert!(is_dead(&client.activity(id).await.unwrap_err()));
    fake.faults().next(1, "GET /activitiesByDateRange", dead);
    let month = runkeeper::Month::new(2025, 3).unwrap();
    assert!(is_dead(&client.activities_in(month).await.unwrap_err()));
}

#[tokio::test]
async fn a_page_of_exports_that_is_refused_is_not_merely_not_ready() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let refused = Canned::html(403, "<html>You may not</html>");
    fake.faults()
        .next(1, "GET /exportData", Fault::Answer(refused));
    let error = client.export_status().await.unwrap_err();
    assert!(matches!(error, Error::Forbidden { .. }), "{error:?}");
    let odd = Canned::html(400, "<html>What?</html>");
    fake.faults().next(1, "GET /exportData", Fault::Answer(odd));
    let error = client.export_status().await.unwrap_err();
    assert!(matches!(error, Error::UnexpectedContent { .. }), "{error}");
}

#[tokio::test]
async fn a_form_without_the_field_that_is_to_be_changed_has_changed_itself() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let id = stored(&fake);
    let client = signed_in(&fake);
    let start = NaiveDate::from_ymd_opt(2025, 1, 5).unwrap();
    let start = start.and_hms_opt(18, 5, 0).unwrap();
    let form = "<form action='/edit/activity' method=post><input name=activityType value=RUN>\
                <input name=startTimeString value=x></form>";
    for edit in [
        ActivityEdit::new().start(start),
        ActivityEdit::new().notes("x"),
    ] {
        let page = Canned::html(200, form);
        fake.faults()
            .next(1, "GET /edit/activity", Fault::Answer(page));
        let error = client.edit_activity(id, &edit).await.unwrap_err();
        assert!(!error.may_have_been_sent() && error.is_drift(), "{error:?}");
    }
    assert_eq!(fake.requests().count("POST /edit/activity"), 0);
    let edit = ActivityEdit::new().start(start);
    client.edit_activity(id, &edit).await.unwrap();
    assert_eq!(fake.activities()[0].start_local, start);
}

#[tokio::test]
async fn a_form_that_leads_to_another_site_gets_nothing() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let id = stored(&fake);
    let client = signed_in(&fake);
    let form = "<form action='https://elsewhere.example/edit/activity' method=post>\
                <input name=activityType value=RUN><textarea name=notes></textarea></form>";
    let page = Canned::html(200, form);
    fake.faults()
        .next(1, "GET /edit/activity", Fault::Answer(page));
    let edit = ActivityEdit::new().notes("x");
    let error = client.edit_activity(id, &edit).await.unwrap_err();
    assert!(error.is_drift() && !error.may_have_been_sent());
}

/// A path that has moved is answered with the same page as an activity that is gone.
///
/// Scenario: delete: 404 because the path has moved, or for an unknown reason: an error when the activity is
///   still there
#[tokio::test]
async fn a_deletion_that_is_not_found_is_one_only_when_the_activity_is_gone() {
    let still_there: Right = |error| matches!(error, Error::SiteChanged { .. }) && error.is_drift();
    let fake = FakeRunkeeper::start().await.unwrap();
    let id = stored(&fake);
    let moved = builder(&fake)
        .endpoints(|endpoints| endpoints.delete = "/activity/delete".into())
        .build()
        .unwrap();
    let cookies = fake_services::BrowserCookie::header(&fake.browser_cookies());
    moved.import_cookies(&cookies).unwrap();
    let error = moved.delete_activity(id).await.unwrap_err();
    assert!(still_there(&error), "{error:?}");
    #[cfg(feature = "engine")]
    {
        use sync_core::{Destination, ErrorKind, Receipt};
        let receipt = Receipt::with_id(id.to_string());
        let error = moved.remove(&receipt).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Drift, "{error}");
    }
    assert_eq!(fake.activities().len(), 1);

    let client = signed_in(&fake);
    for status in [404, 410] {
        let page = Canned::html(status, "<html><title>Oh noes</title></html>");
        fake.faults().next(1, DELETE, Fault::Answer(page));
        let error = client.delete_activity(id).await.unwrap_err();
        assert!(still_there(&error), "{status}: {error:?}");
    }
    // An unproved deletion is no success.
    let page = format!("GET /user/{}/activity", FakeRunkeeper::USER);
    fake.faults()
        .next(1, DELETE, Fault::Answer(Canned::status(404)));
    fake.faults()
        .next(1, &*page, Fault::Answer(Canned::status(500)));
    let error = client.delete_activity(id).await.unwrap_err();
    assert!(error.may_have_been_sent(), "{error:?}");
    assert_eq!(fake.activities().len(), 1);
}
