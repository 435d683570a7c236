//! The client against the stateful fake: every scenario that the service documents ask for.
#![allow(clippy::unwrap_used, missing_docs)]

use std::net::Ipv4Addr;
use std::time::Duration;

use fake_services::{
    Answer, BrowserCookie, CalendarEvent as FakeEvent, EmptyExport, ExpiredShape, FakePolarFlow,
    Fault, PolarExercise, PolarSession, PolarSignIn, PolarSport, synthetic::SyntheticTcx,
};
use futures_util::TryStreamExt;
use polar_flow::auth::{CsrfForm, ImportedCookies, LegacyForm};
use polar_flow::calendar::CalendarEvent;
use polar_flow::export::ExportFormat;
use polar_flow::{Error, PolarFlow, PolarFlowBuilder, SessionId};

const EMAIL: &str = "runner@example.org";
const PASSWORD: &str = "correct horse";
const ID: u64 = 8_104_000_021;

async fn fake() -> FakePolarFlow {
    let fake = FakePolarFlow::builder()
        .account(EMAIL, PASSWORD)
        .start()
        .await
        .unwrap();
    let tcx = SyntheticTcx::new(
        "2025-05-07T07:05:15.250Z".parse().unwrap(),
        PolarSport::RUNNING,
    )
    .seconds(60);
    fake.add_session(PolarSession::new(ID, 180, tcx.exercise(180)));
    fake
}

fn plain(fake: &FakePolarFlow) -> PolarFlowBuilder {
    PolarFlow::builder()
        .flow_url(fake.flow_url().parse().unwrap())
        .auth_url(fake.auth_url().parse().unwrap())
        .pace(Duration::ZERO)
        .first_backoff(Duration::from_millis(5))
        .timeout(Duration::from_secs(5))
}

fn client(fake: &FakePolarFlow) -> PolarFlow {
    plain(fake).password(EMAIL, PASSWORD).build().unwrap()
}

async fn signed_in(fake: &FakePolarFlow) -> PolarFlow {
    let polar = client(fake);
    polar.sign_in().await.unwrap();
    polar
}

async fn list(polar: &PolarFlow) -> Result<Vec<CalendarEvent>, Error> {
    polar
        .calendar("2025-05-01".parse().unwrap(), "2025-05-31".parse().unwrap())
        .try_collect()
        .await
}

#[tokio::test]
async fn password_sign_in_with_both_hosts_on_one_address_and_on_two() {
    let same = fake().await;
    let other = FakePolarFlow::builder()
        .account(EMAIL, PASSWORD)
        .auth_ip(Ipv4Addr::new(127, 0, 0, 2).into())
        .start()
        .await
        .unwrap();
    for fake in [same, other] {
        let polar = client(&fake);
        let report = polar.sign_in().await.unwrap();
        assert_eq!(report.by(), Some("password"), "{report}");
        polar.account().await.unwrap();
        // A second sign-in of the same client uses what is there.
        assert_eq!(polar.sign_in().await.unwrap().by(), Some("saved session"));
        assert_eq!(fake.sessions_minted(), 1);
    }
}

#[tokio::test]
async fn a_wrong_password_is_one_clear_error_and_is_not_tried_twice() {
    let fake = fake().await;
    let polar = plain(&fake).password(EMAIL, "wrong").build().unwrap();
    let error = polar.sign_in().await.unwrap_err();
    assert!(matches!(error, Error::BadCredentials), "{error}");
    assert!(error.needs_sign_in());
    let posts = fake.requests().count("POST /login");
    assert!(matches!(polar.account().await, Err(Error::BadCredentials)));
    assert_eq!(
        fake.requests().count("POST /login"),
        posts,
        "no account gets locked"
    );
}

#[tokio::test]
async fn without_password_and_session_the_error_says_what_was_tried() {
    let fake = fake().await;
    let error = plain(&fake).build().unwrap().sign_in().await.unwrap_err();
    assert!(matches!(error, Error::SignInNeeded(_)));
    let text = error.to_string();
    assert!(
        text.contains("saved session: there is none") && text.contains("password: none is set"),
        "{text}"
    );
}

#[tokio::test]
async fn sign_in_works_without_the_csrf_cookie() {
    let fake = fake().await;
    fake.set(|s| s.play_session_cookie = false);
    signed_in(&fake).await.account().await.unwrap();
}

#[tokio::test]
async fn a_rejected_form_token_is_typed() {
    let fake = fake().await;
    fake.auth_faults().next(
        1,
        "POST /login",
        Fault::Answer(Answer::html(403, "<html>Forbidden</html>")),
    );
    let error = client(&fake).sign_in().await.unwrap_err();
    assert!(matches!(error, Error::CsrfRejected { .. }), "{error}");
}

#[tokio::test]
async fn the_firewall_is_typed_with_advice_wherever_it_strikes() {
    for path in ["/login", "/flowSso/login", "/flowSso/redirect"] {
        let fake = fake().await;
        fake.faults()
            .always(path, Fault::Answer(Answer::cloudfront_block()));
        let error = client(&fake).sign_in().await.unwrap_err();
        assert!(matches!(error, Error::WafBlocked { .. }), "{path}: {error}");
        assert!(error.to_string().contains("import"), "{error}");
    }
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    fake.faults().always(
        "/training/getCalendarEvents",
        Fault::Answer(Answer::cloudfront_block()),
    );
    assert!(matches!(list(&polar).await, Err(Error::WafBlocked { .. })));
}

#[tokio::test]
async fn an_expired_session_is_renewed_once_in_every_shape() {
    for shape in [
        ExpiredShape::NotAuthenticated,
        ExpiredShape::LoginPage,
        ExpiredShape::Redirect,
    ] {
        let fake = fake().await;
        let polar = signed_in(&fake).await;
        fake.set(|s| s.expired_shape = shape);
        fake.expire_sessions();
        let posts = fake.requests().count("POST /login");
        assert_eq!(list(&polar).await.unwrap().len(), 1, "{shape:?}");
        assert_eq!(fake.sessions_minted(), 2, "{shape:?}");
        assert_eq!(
            fake.requests().count("POST /login"),
            posts,
            "no password was needed"
        );
    }
}

#[tokio::test]
async fn calls_at_the_same_time_share_one_renewal() {
    let fake = fake().await;
    let polar = plain(&fake)
        .password(EMAIL, PASSWORD)
        .session(|s| s.max_in_flight(8))
        .build()
        .unwrap();
    polar.sign_in().await.unwrap();
    fake.expire_sessions();
    let calls = (0..8).map(|_| polar.account());
    for result in futures_util::future::join_all(calls).await {
        result.unwrap();
    }
    assert_eq!(fake.sessions_minted(), 2);
}

#[tokio::test]
async fn renewals_go_on_and_on_with_the_rotated_session_id() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    for round in 2..6 {
        fake.expire_sessions();
        polar.account().await.unwrap();
        assert_eq!(fake.sessions_minted(), round);
    }
    assert_eq!(
        fake.requests().count("POST /login"),
        1,
        "the password was needed once"
    );
}

#[tokio::test]
async fn a_renewed_session_is_in_the_file_and_the_next_program_uses_it() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("polar.session.json");
    let fake = fake().await;
    let first = plain(&fake)
        .password(EMAIL, PASSWORD)
        .session_file(&file)
        .build()
        .unwrap();
    first.sign_in().await.unwrap();
    fake.expire_sessions();
    first.account().await.unwrap();
    drop(first);
    let second = plain(&fake).session_file(&file).build().unwrap();
    assert_eq!(second.sign_in().await.unwrap().by(), Some("saved session"));
    // And when it has expired meanwhile, the saved cookies of the sign-in host renew it.
    fake.expire_sessions();
    let third = plain(&fake).session_file(&file).build().unwrap();
    assert_eq!(third.sign_in().await.unwrap().by(), Some("renewal"));
}

#[tokio::test]
async fn two_processes_with_one_file_do_not_log_each_other_out() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("polar.session.json");
    let fake = fake().await;
    let build = || plain(&fake).session_file(&file).build().unwrap();
    plain(&fake)
        .password(EMAIL, PASSWORD)
        .session_file(&file)
        .build()
        .unwrap()
        .sign_in()
        .await
        .unwrap();
    let (a, b) = (build(), build());
    for minted in 2..6 {
        fake.expire_sessions();
        let (x, y) = tokio::join!(a.account(), b.account());
        x.unwrap();
        y.unwrap();
        assert_eq!(fake.sessions_minted(), minted, "one renewal serves both");
    }
}

#[tokio::test]
async fn when_the_renewal_fails_the_password_helps_or_a_person_must() {
    let fake = fake().await;
    let with_password = signed_in(&fake).await;
    let without = plain(&fake).build().unwrap();
    without
        .import_session(&BrowserCookie::json(&fake.browser_cookies()))
        .await
        .unwrap();
    fake.sign_everybody_out();
    let error = without.account().await.unwrap_err();
    assert!(
        matches!(error, Error::SignInNeeded(_)) && error.needs_sign_in(),
        "{error}"
    );
    with_password.account().await.unwrap();
}

#[tokio::test]
async fn cookies_of_a_browser_in_every_format() {
    let fake = fake().await;
    let texts: Vec<fn(&[BrowserCookie], &str) -> String> = vec![
        |cookies, _| BrowserCookie::header(cookies),
        BrowserCookie::curl,
        |cookies, _| BrowserCookie::netscape(cookies),
        |cookies, _| BrowserCookie::json(cookies),
    ];
    for text in texts {
        let text = text(&fake.browser_cookies(), fake.flow_url());
        let polar = plain(&fake).build().unwrap();
        polar.import_session(&text).await.unwrap();
        polar.account().await.unwrap();
        let strategy = plain(&fake)
            .strategy(ImportedCookies::new(text))
            .build()
            .unwrap();
        assert_eq!(
            strategy.sign_in().await.unwrap().by(),
            Some("imported cookies")
        );
    }
}

#[tokio::test]
async fn dead_cookies_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("polar.session.json");
    let fake = fake().await;
    let polar = plain(&fake)
        .password(EMAIL, PASSWORD)
        .session_file(&file)
        .build()
        .unwrap();
    polar.sign_in().await.unwrap();
    let before = std::fs::read(&file).unwrap();
    for text in ["FLOW_SESSION=dead", "nonsense", "FLOW_SESSION=; x"] {
        polar.import_session(text).await.unwrap_err();
        assert_eq!(std::fs::read(&file).unwrap(), before, "{text}");
        polar.account().await.unwrap();
    }
}

#[tokio::test]
async fn a_damaged_session_file_is_an_error_even_with_a_password() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("polar.session.json");
    std::fs::write(&file, "{\"format\": \"web-session coo").unwrap();
    let fake = fake().await;
    let error = plain(&fake)
        .password(EMAIL, PASSWORD)
        .session_file(&file)
        .build()
        .unwrap_err();
    assert!(error.to_string().contains("polar.session.json"), "{error}");
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "{\"format\": \"web-session coo"
    );
}

#[tokio::test]
async fn the_old_forms_still_work_where_they_are_spoken() {
    let fake = fake().await;
    fake.set(|s| s.sign_in = PolarSignIn::CsrfForm);
    let polar = plain(&fake)
        .strategy(CsrfForm::new(EMAIL.to_owned(), PASSWORD.to_owned()))
        .build()
        .unwrap();
    assert_eq!(polar.sign_in().await.unwrap().by(), Some("form of 2022"));
    fake.set(|s| s.sign_in = PolarSignIn::LegacyForm);
    let polar = plain(&fake)
        .strategy(LegacyForm::new(EMAIL.to_owned(), PASSWORD.to_owned()))
        .build()
        .unwrap();
    assert_eq!(polar.sign_in().await.unwrap().by(), Some("form of 2014"));
    let wrong = plain(&fake)
        .strategy(LegacyForm::new(EMAIL.to_owned(), "no".to_owned()))
        .build()
        .unwrap();
    assert!(matches!(wrong.sign_in().await, Err(Error::BadCredentials)));
    // Strategies are tried in their order.
    fake.set(|s| s.sign_in = PolarSignIn::CsrfForm);
    let polar = plain(&fake)
        .password(EMAIL, PASSWORD)
        .strategy(CsrfForm::new(EMAIL.to_owned(), PASSWORD.to_owned()))
        .build()
        .unwrap();
    let report = polar.sign_in().await.unwrap();
    let names: Vec<_> = report.steps.iter().map(|step| step.strategy).collect();
    assert_eq!(
        names,
        ["saved session", "renewal", "password", "form of 2022"],
        "{report}"
    );
}

#[tokio::test]
async fn another_401_is_not_an_expired_session() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    fake.faults().next(
        1,
        "/training/getCalendarEvents",
        Fault::Answer(Answer::json(401, &serde_json::json!({"error": "Other"}))),
    );
    assert!(matches!(list(&polar).await, Err(Error::Refused { .. })));
    assert_eq!(fake.sessions_minted(), 1);
}

#[tokio::test]
async fn a_page_of_maintenance_is_no_list_and_no_workout() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    fake.faults().always(
        "/training/getCalendarEvents",
        Fault::Answer(Answer::html(200, "<html><title>Back soon</title></html>")),
    );
    fake.faults().always(
        "/api/export",
        Fault::Answer(Answer::html(200, "<html><title>Back soon</title></html>")),
    );
    assert!(matches!(
        list(&polar).await,
        Err(Error::UnexpectedContent { .. })
    ));
    let error = polar
        .export(SessionId(ID), ExportFormat::Tcx)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::UnexpectedContent { .. }), "{error}");
}

#[tokio::test]
async fn a_login_page_for_one_file_does_not_end_a_session_that_is_alive() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    fake.faults()
        .always("/api/export", Fault::Answer(Answer::login_page()));
    let error = polar
        .export(SessionId(ID), ExportFormat::Tcx)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::UnexpectedContent { .. }), "{error}");
    assert!(!error.needs_sign_in());
}

#[tokio::test]
async fn writes_carry_the_header_against_forgery() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    polar.delete_session(SessionId(ID)).await.unwrap();
    assert!(matches!(
        polar.summary(SessionId(ID)).await,
        Err(Error::NotFound { .. })
    ));
    polar.delete_session(SessionId(ID)).await.unwrap();
    let bare = plain(&fake)
        .password(EMAIL, PASSWORD)
        .header(
            polar_flow::web_session::header::HeaderName::from_static("x-requested-with"),
            "no",
        )
        .build()
        .unwrap();
    bare.sign_in().await.unwrap();
    assert!(matches!(
        bare.delete_session(SessionId(ID)).await,
        Err(Error::CsrfRejected { .. })
    ));
}

#[tokio::test]
async fn a_write_on_an_expired_session_is_done_once() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    fake.expire_sessions();
    polar.delete_session(SessionId(ID)).await.unwrap();
    assert_eq!(
        fake.requests()
            .count("DELETE /api/training/deleteTrainingSession"),
        2,
        "refused, then done"
    );
    assert!(fake.sessions().is_empty());
}

#[tokio::test]
async fn long_ranges_are_asked_for_in_short_windows() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    fake.requests().clear();
    let events: Vec<_> = polar
        .calendar("2016-01-01".parse().unwrap(), "2025-12-31".parse().unwrap())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(events.len(), 1);
    assert_eq!(fake.requests().count("/training/getCalendarEvents"), 41);
}

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
        .exercises("2025-05-01".parse().unwrap(), "2025-05-31".parse().unwrap())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(exercises.len(), 1);
    assert_eq!(exercises[0].start.to_string(), "2025-05-07 10:05:15.250");
}

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

#[tokio::test]
async fn exports_in_all_formats() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    for format in [
        ExportFormat::Tcx,
        ExportFormat::Gpx,
        ExportFormat::Csv,
        ExportFormat::Fit,
    ] {
        let bytes = polar.export(SessionId(ID), format).await.unwrap();
        assert!(format.fits(&bytes), "{format}");
    }
    fake.set(|s| s.export_content_type = Some("application/octet-stream"));
    fake.set(|s| s.gzip = true);
    polar
        .export(SessionId(ID), ExportFormat::Tcx)
        .await
        .unwrap();
    assert!(matches!(
        polar.export(SessionId(1), ExportFormat::Tcx).await,
        Err(Error::NotAvailable { .. })
    ));
}

#[tokio::test]
async fn no_positions_no_gpx_in_three_shapes() {
    let fake = fake().await;
    let tcx = SyntheticTcx::new(
        "2025-05-09T07:00:00Z".parse().unwrap(),
        PolarSport::STRENGTH_TRAINING,
    )
    .indoors(None)
    .seconds(30);
    fake.add_session(PolarSession::new(77, 180, tcx.exercise(180)));
    let polar = signed_in(&fake).await;
    for shape in [
        EmptyExport::EmptyBody,
        EmptyExport::NoContent,
        EmptyExport::NotFound,
    ] {
        fake.set(|s| s.empty_gpx = shape);
        let error = polar
            .export(SessionId(77), ExportFormat::Gpx)
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::NotAvailable { .. }),
            "{shape:?}: {error}"
        );
        polar
            .export(SessionId(77), ExportFormat::Tcx)
            .await
            .unwrap();
    }
}

fn triathlon() -> PolarSession {
    let leg = |at: &str, sport| -> PolarExercise {
        SyntheticTcx::new(at.parse().unwrap(), sport)
            .seconds(40)
            .exercise(180)
    };
    PolarSession::multisport(
        88,
        180,
        vec![
            leg("2025-05-10T06:00:00Z", PolarSport::OPEN_WATER_SWIMMING),
            leg("2025-05-10T06:30:00Z", PolarSport::CYCLING),
            leg("2025-05-10T08:00:00Z", PolarSport::RUNNING),
        ],
    )
}

#[tokio::test]
async fn several_sports_come_as_an_archive() {
    let fake = fake().await;
    fake.add_session(triathlon());
    let polar = signed_in(&fake).await;
    let files = polar
        .export_all(SessionId(88), ExportFormat::Tcx)
        .await
        .unwrap();
    assert_eq!(files.len(), 3);
    assert_eq!(
        polar
            .export_all(SessionId(ID), ExportFormat::Tcx)
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        polar.summary(SessionId(88)).await.unwrap().exercises.len(),
        3
    );
}

#[cfg(feature = "sync")]
mod source {
    use sync_core::{ErrorKind, Item, Source, Window};
    use workout::Sport;

    use super::*;

    fn window() -> Window {
        Window::new("2025-05-01".parse().unwrap(), "2025-05-31".parse().unwrap()).unwrap()
    }

    async fn items(polar: &PolarFlow) -> Vec<Item> {
        Source::list(polar, window()).try_collect().await.unwrap()
    }

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

    #[tokio::test]
    async fn several_sports_give_one_workout_each_in_order() {
        let fake = fake().await;
        fake.add_session(triathlon());
        let polar = signed_in(&fake).await;
        let item = items(&polar)
            .await
            .into_iter()
            .find(|item| item.id == "88")
            .unwrap();
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
}
