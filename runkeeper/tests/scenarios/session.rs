//! Signing in, staying signed in, and noticing dead sessions.

use fake_services::{
    Answer as Canned, BrowserCookie, DeadCookie, FakeRunkeeper, Fault, ProfileHint, RunkeeperEra,
};
use runkeeper::auth::LegacyForm;
use runkeeper::{Error, Runkeeper};

use crate::common::{builder, signed_in, with_password};

/// Scenario: imported cookie: session, in four formats
/// Scenario: `Cookies` first, the password ways optional
#[tokio::test]
async fn cookies_of_a_browser_are_a_session_in_every_format() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let cookies = fake.browser_cookies();
    let texts = [
        BrowserCookie::header(&cookies),
        BrowserCookie::curl(&cookies, &format!("{}/home", fake.url())),
        BrowserCookie::netscape(&cookies),
        BrowserCookie::json(&cookies),
    ];
    for text in texts {
        let client = builder(&fake).build().unwrap();
        client.import_session(&text).await.unwrap();
        assert_eq!(client.user().await.unwrap().as_str(), FakeRunkeeper::USER);
    }
}

/// Scenario: cookie names with `%`: sent back unchanged, persisted
#[tokio::test]
async fn cookies_with_a_percent_sign_come_back_unchanged_and_are_kept() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("runkeeper.json");
    let client = builder(&fake).session_file(&file).build().unwrap();
    client
        .import_cookies(&BrowserCookie::header(&fake.browser_cookies()))
        .unwrap();
    client.check().await.unwrap();
    assert!(fake.csrf_cookie_echoed(), "the imported %csrf");
    client.check().await.unwrap();
    assert!(fake.csrf_cookie_echoed(), "the re-issued %csrf");
    client.save_session().await.unwrap();

    let later = builder(&fake).session_file(&file).build().unwrap();
    later.check().await.unwrap();
    assert!(fake.csrf_cookie_echoed(), "the saved %csrf");
}

/// Scenario: dead cookie, four shapes: renewed or `SignInNeeded`, nothing followed off the site
/// Scenario: the probe follows nothing off the site
#[tokio::test]
async fn a_dead_cookie_is_noticed_in_every_shape() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    fake.expire_sessions();
    for shape in [
        DeadCookie::RedirectToLogin,
        DeadCookie::RedirectToAsics,
        DeadCookie::LoginPage,
        DeadCookie::VisitorPage,
    ] {
        fake.set(|switches| switches.dead_cookie = shape);
        let error = client.check().await.unwrap_err();
        assert!(
            matches!(error, Error::SignInNeeded(_)),
            "{shape:?}: {error}"
        );
        assert!(error.needs_sign_in());
        let error = client.export_status().await.unwrap_err();
        assert!(matches!(error, Error::SignInNeeded(_)), "{shape:?}");
    }
    let off_site = fake
        .requests()
        .all()
        .iter()
        .filter(|request| request.host == "asics")
        .count();
    assert_eq!(off_site, 0, "a probe follows nothing off the site");
}

/// Scenario: era switch: the matching way to sign in works, the others say why not
/// Scenario: legacy form, wrong password: `BadCredentials`, tried once
#[tokio::test]
async fn the_old_form_signs_in_and_knows_a_wrong_password() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = with_password(&fake).build().unwrap();
    let report = client.sign_in().await.unwrap();
    assert_eq!(report.by(), Some("form on the site"));
    client.check().await.unwrap();

    let client = builder(&fake)
        .password(FakeRunkeeper::EMAIL, "no")
        .build()
        .unwrap();
    fake.requests().clear();
    assert!(matches!(client.sign_in().await, Err(Error::BadCredentials)));
    assert_eq!(
        fake.requests().count("POST /login"),
        1,
        "a wrong password is tried once"
    );
}

/// Scenario: era switch: the matching way to sign in works, the others say why not
/// Scenario: ASICS 2020, wrong password: `BadCredentials` by the first redirect of 303
/// Scenario: `state` of the sign-in passed through untouched
#[tokio::test]
async fn the_sign_in_of_2020_works_and_knows_a_wrong_password() {
    let fake = FakeRunkeeper::start().await.unwrap();
    fake.set(|switches| switches.era = RunkeeperEra::Asics2020);
    let client = with_password(&fake).build().unwrap();
    let report = client.sign_in().await.unwrap();
    let worked: Vec<_> = report
        .attempts
        .iter()
        .map(|a| a.failure.is_none())
        .collect();
    assert_eq!(worked, [false, false, true], "{report}");
    assert_eq!(report.by(), Some("ASICS ID"));
    client.check().await.unwrap();

    let client = builder(&fake)
        .password(FakeRunkeeper::EMAIL, "no")
        .build()
        .unwrap();
    assert!(matches!(client.sign_in().await, Err(Error::BadCredentials)));
}

/// Scenario: era switch: the matching way to sign in works, the others say why not
/// Scenario: ASICS 2026 / bot defence: `SignInBlocked`
#[tokio::test]
async fn the_bot_defence_of_2026_is_a_typed_error() {
    let fake = FakeRunkeeper::start().await.unwrap();
    fake.set(|switches| switches.era = RunkeeperEra::Asics2026);
    let client = with_password(&fake).build().unwrap();
    let error = client.sign_in().await.unwrap_err();
    assert!(matches!(error, Error::SignInBlocked { .. }), "{error}");
    assert!(error.needs_sign_in());
    assert!(error.to_string().contains("import the cookies"), "{error}");
}

/// Scenario: session ends while working: renewed once, also when calls fail together
#[tokio::test]
async fn a_session_that_ends_is_renewed_once_when_the_password_is_known() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = with_password(&fake).build().unwrap();
    client.sign_in().await.unwrap();
    fake.expire_sessions();
    client.check().await.unwrap();
    fake.expire_sessions();
    fake.set(|switches| switches.era = RunkeeperEra::Asics2026);
    assert!(matches!(
        client.check().await,
        Err(Error::SignInBlocked { .. })
    ));
}

/// Scenario: session ends while working: renewed once, also when calls fail together
#[tokio::test]
async fn calls_that_fail_together_renew_the_session_once() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = with_password(&fake)
        .session_settings(|session| session.max_in_flight(4))
        .build()
        .unwrap();
    client.sign_in().await.unwrap();
    fake.expire_sessions();
    fake.requests().clear();
    let month = runkeeper::Month::new(2025, 1).unwrap();
    client.user().await.unwrap();
    fake.expire_sessions();
    fake.requests().clear();
    let both = tokio::join!(client.activities_in(month), client.activities_in(month));
    both.0.unwrap();
    both.1.unwrap();
    assert_eq!(fake.requests().count("POST /login"), 1);
}

/// Scenario: own name in its known places: read, asked once
#[tokio::test]
async fn the_own_name_is_found_wherever_it_stands() {
    let fake = FakeRunkeeper::start().await.unwrap();
    for hint in [
        ProfileHint::ProfileLink,
        ProfileHint::FeedOwner,
        ProfileHint::Avatar,
    ] {
        fake.set(|switches| switches.profile_hint = hint);
        let client = signed_in(&fake);
        assert_eq!(
            client.user().await.unwrap().as_str(),
            FakeRunkeeper::USER,
            "{hint:?}"
        );
        fake.requests().clear();
        client.user().await.unwrap();
        assert_eq!(fake.requests().count("/"), 0, "asked once");
    }
    fake.set(|switches| switches.profile_hint = ProfileHint::Nowhere);
    let client = signed_in(&fake);
    client.check().await.unwrap();
    let error = client.user().await.unwrap_err();
    assert!(error.is_drift(), "{error}");
}

#[tokio::test]
async fn without_a_password_nothing_is_sent() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = builder(&fake).build().unwrap();
    assert!(matches!(
        client.sign_in().await,
        Err(Error::SignInNeeded(_))
    ));
    assert_eq!(fake.requests().count("/"), 0);
    assert!(
        Runkeeper::builder().build().is_ok(),
        "the usual addresses are valid"
    );
}

/// Scenario: legacy form, wrong password: `BadCredentials`, tried once
#[tokio::test]
async fn a_wrong_password_is_tried_once_however_many_calls_need_it() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = builder(&fake)
        .password(FakeRunkeeper::EMAIL, "no")
        .user(runkeeper::UserName::new(FakeRunkeeper::USER).unwrap())
        .session_settings(|session| session.max_in_flight(10))
        .build()
        .unwrap();
    let month = runkeeper::Month::new(2025, 1).unwrap();
    let calls = (0..10).map(|_| client.activities_in(month));
    for result in futures_util::future::join_all(calls).await {
        assert!(matches!(result, Err(Error::BadCredentials)), "{result:?}");
    }
    assert!(client.check().await.unwrap_err().needs_sign_in());
    assert_eq!(fake.requests().count("POST /login"), 1);

    // Another strategy may sign in, and after a successful sign-in the old password is tried again.
    let right = LegacyForm::new(FakeRunkeeper::EMAIL, FakeRunkeeper::PASSWORD);
    client.sign_in_by(&right).await.unwrap();
    client.check().await.unwrap();
    fake.expire_sessions();
    assert!(matches!(client.check().await, Err(Error::BadCredentials)));
    assert_eq!(fake.requests().count("POST /login"), 3);
}

/// Scenario: another person's cookies: nothing of the former account is kept
#[tokio::test]
async fn an_imported_session_may_belong_to_another_account() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let home = |name: &str| {
        let page = format!("<html><body><a href='/user/{name}/profile'>Me</a></body></html>");
        Fault::Answer(Canned::html(200, &page))
    };
    fake.faults().next(1, "GET /home", home("first"));
    assert_eq!(client.user().await.unwrap().as_str(), "first");
    client
        .import_cookies("nothing that is a cookie\nat all")
        .unwrap_err();
    assert_eq!(client.user().await.unwrap().as_str(), "first");
    client
        .import_cookies(&BrowserCookie::header(&fake.browser_cookies()))
        .unwrap();
    fake.faults().next(1, "GET /home", home("second"));
    assert_eq!(client.user().await.unwrap().as_str(), "second");
}

/// Scenario: ASICS refuses the client's id: `SignInChanged`, no `BadCredentials`
#[tokio::test]
async fn a_client_id_that_is_refused_is_no_wrong_password() {
    let fake = FakeRunkeeper::start().await.unwrap();
    fake.set(|switches| switches.era = RunkeeperEra::Asics2020);
    let client = with_password(&fake).build().unwrap();
    for (status, said, is_password) in [
        (
            400,
            serde_json::json!({"error": "invalid_client_id"}),
            false,
        ),
        (
            401,
            serde_json::json!({"error": "unauthorized_client"}),
            false,
        ),
        (400, serde_json::json!({"error": "invalid_grant"}), true),
        (401, serde_json::json!({}), true),
    ] {
        let answer = Fault::Answer(Canned::json(status, &said));
        fake.asics_faults()
            .next(1, "POST /oauth2/token/auth", answer);
        let error = client.sign_in().await.unwrap_err();
        assert_eq!(
            matches!(error, Error::BadCredentials),
            is_password,
            "{said}: {error}"
        );
        let is_change = error.to_string().contains("did not finish");
        assert_eq!(is_change, !is_password, "{said}: {error}");
    }
}

#[tokio::test]
async fn a_header_of_the_builder_goes_before_the_usual_one() {
    use web_session::header;
    let server = wiremock::MockServer::start().await;
    let client = Runkeeper::builder()
        .base_url(server.uri().parse().unwrap())
        .header(header::ACCEPT, "text/html")
        .build()
        .unwrap();
    let _ = client.check().await;
    let usual = Runkeeper::builder()
        .base_url(server.uri().parse().unwrap())
        .build()
        .unwrap();
    let _ = usual.check().await;
    let sent: Vec<String> = server
        .received_requests()
        .await
        .unwrap()
        .iter()
        .map(|request| request.headers["accept"].to_str().unwrap().to_owned())
        .collect();
    assert_eq!(sent[0], "text/html");
    assert!(sent[1].contains("application/json"), "{sent:?}");
}
