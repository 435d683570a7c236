//! Signing in: every strategy and its obstacles.

use std::net::Ipv4Addr;

use fake_services::{Answer, FakePolarFlow, Fault, PolarSignIn};
use polar_flow::Error;
use polar_flow::auth::{CsrfForm, LegacyForm};

use crate::common::*;

/// Scenario: single sign-on with password, both hosts on one address or on two
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

/// Scenario: wrong password
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

/// Scenario: no session and no way to get one: `SignInNeeded`
#[tokio::test]
async fn without_password_and_session_the_error_lists_the_attempts() {
    let fake = fake().await;
    let error = plain(&fake).build().unwrap().sign_in().await.unwrap_err();
    assert!(matches!(error, Error::SignInNeeded(_)));
    let text = error.to_string();
    assert!(
        text.contains("saved session: there is none") && text.contains("password: none is set"),
        "{text}"
    );
}

/// Scenario: no `PLAY_SESSION_FLOW` on the landing page
#[tokio::test]
async fn sign_in_works_without_the_csrf_cookie() {
    let fake = fake().await;
    fake.set(|s| s.play_session_cookie = false);
    signed_in(&fake).await.account().await.unwrap();
}

/// Scenario: `_csrf` rejected
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

/// Scenario: CloudFront refuses (403, `X-Cache`)
#[tokio::test]
async fn the_firewall_is_typed_with_advice_wherever_it_strikes() {
    for path in ["/login", "/flowSso/login", "/flowSso/redirect"] {
        let fake = fake().await;
        fake.faults()
            .always(path, Fault::Answer(Answer::cloudfront_block()));
        let error = client(&fake).sign_in().await.unwrap_err();
        assert!(matches!(error, Error::Blocked { .. }), "{path}: {error}");
        assert!(error.to_string().contains("import"), "{error}");
    }
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    fake.faults().always(
        "/training/getCalendarEvents",
        Fault::Answer(Answer::cloudfront_block()),
    );
    assert!(matches!(list(&polar).await, Err(Error::Blocked { .. })));
}

/// Scenario: forms of 2014 and 2022
#[tokio::test]
async fn the_old_forms_still_work_where_they_are_spoken() {
    let fake = fake().await;
    fake.set(|s| s.sign_in = PolarSignIn::CsrfForm);
    let polar = plain(&fake)
        .sign_in_with(CsrfForm::new(EMAIL.to_owned(), PASSWORD.to_owned()))
        .build()
        .unwrap();
    assert_eq!(polar.sign_in().await.unwrap().by(), Some("form of 2022"));
    fake.set(|s| s.sign_in = PolarSignIn::LegacyForm);
    let polar = plain(&fake)
        .sign_in_with(LegacyForm::new(EMAIL.to_owned(), PASSWORD.to_owned()))
        .build()
        .unwrap();
    assert_eq!(polar.sign_in().await.unwrap().by(), Some("form of 2014"));
    let wrong = plain(&fake)
        .sign_in_with(LegacyForm::new(EMAIL.to_owned(), "no".to_owned()))
        .build()
        .unwrap();
    assert!(matches!(wrong.sign_in().await, Err(Error::BadCredentials)));
    // Strategies are tried in their order.
    fake.set(|s| s.sign_in = PolarSignIn::CsrfForm);
    let polar = plain(&fake)
        .password(EMAIL, PASSWORD)
        .sign_in_with(CsrfForm::new(EMAIL.to_owned(), PASSWORD.to_owned()))
        .build()
        .unwrap();
    let report = polar.sign_in().await.unwrap();
    let names: Vec<_> = report.attempts.iter().map(|step| step.strategy).collect();
    assert_eq!(
        names,
        ["saved session", "renewal", "password", "form of 2022"],
        "{report}"
    );
}

/// A second factor, a captcha, a form that has moved: none of them says that the password is wrong.
///
/// Scenario: a second factor, a captcha, a form that has moved
#[tokio::test]
async fn a_page_after_the_password_is_not_taken_for_a_refusal() {
    for page in [
        Answer::html(
            200,
            "<html><title>Enter the code</title><input name=otp></html>",
        ),
        Answer::html(404, "<html><title>Not found</title></html>"),
    ] {
        let fake = fake().await;
        fake.auth_faults()
            .next(1, "POST /login", Fault::Answer(page.clone()));
        let polar = client(&fake);
        let error = polar.sign_in().await.unwrap_err();
        assert!(matches!(error, Error::SignInNeeded(_)), "{page:?}: {error}");
        assert!(error.to_string().contains("did not finish"), "{error}");
        // Nothing is held against the password.
        assert_eq!(polar.sign_in().await.unwrap().by(), Some("password"));
    }
}
