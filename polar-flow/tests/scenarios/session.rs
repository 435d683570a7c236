//! Staying signed in: renewal, session files, imported cookies.

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use fake_services::{Answer, BrowserCookie, ExpiredShape, FakePolarFlow, Fault};
use polar_flow::auth::ImportedCookies;
use polar_flow::{Error, PolarFlowBuilder};
use tempfile::TempDir;

use crate::common::*;

/// The places that can keep a session, in a temporary folder.
fn session_file() -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("polar.session.json");
    (dir, file)
}

fn with_file_and_password(fake: &FakePolarFlow, file: &Path) -> PolarFlowBuilder {
    plain(fake).password(EMAIL, PASSWORD).session_file(file)
}

/// Scenario: expired session, in three shapes (401 JSON, login page with 200, redirect), then renewal
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

/// Scenario: parallel renewals are one; the failed request is repeated once
#[tokio::test]
async fn calls_at_the_same_time_share_one_renewal() {
    let fake = fake().await;
    let polar = plain(&fake)
        .password(EMAIL, PASSWORD)
        .session_settings(|s| s.max_in_flight(8))
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

/// Scenario: `session_id` rotates with each renewal
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

/// Scenario: `session_id` rotates with each renewal
/// Scenario: one jar for both hosts, 0600, renamed into place, saved after each renewal
#[tokio::test]
async fn a_renewed_session_is_in_the_file_and_the_next_program_uses_it() {
    let (_dir, file) = session_file();
    let fake = fake().await;
    let first = with_file_and_password(&fake, &file).build().unwrap();
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

/// Scenario: two processes share a session file
#[tokio::test]
async fn two_processes_with_one_file_do_not_log_each_other_out() {
    let (_dir, file) = session_file();
    let fake = fake().await;
    let build = || plain(&fake).session_file(&file).build().unwrap();
    with_file_and_password(&fake, &file)
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

/// Scenario: renewal ends on the login page
#[tokio::test]
async fn a_failed_renewal_falls_back_to_the_password_or_asks_for_a_sign_in() {
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

/// Scenario: imported cookies: header, cURL, cookies.txt, JSON, HAR
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
            .sign_in_with(ImportedCookies::new(text))
            .build()
            .unwrap();
        assert_eq!(
            strategy.sign_in().await.unwrap().by(),
            Some("imported cookies")
        );
    }
}

/// Scenario: imported cookies that are dead, of another account, or proved half-way only
#[tokio::test]
async fn dead_cookies_change_nothing() {
    let (_dir, file) = session_file();
    let fake = fake().await;
    let polar = with_file_and_password(&fake, &file).build().unwrap();
    polar.sign_in().await.unwrap();
    let before = std::fs::read(&file).unwrap();
    for text in ["FLOW_SESSION=dead", "nonsense", "FLOW_SESSION=; x"] {
        polar.import_session(text).await.unwrap_err();
        assert_eq!(std::fs::read(&file).unwrap(), before, "{text}");
        polar.account().await.unwrap();
    }
}

/// Scenario: session file damaged
#[tokio::test]
async fn a_damaged_session_file_is_an_error_even_with_a_password() {
    let (_dir, file) = session_file();
    std::fs::write(&file, "{\"format\": \"web-session coo").unwrap();
    let fake = fake().await;
    let error = with_file_and_password(&fake, &file).build().unwrap_err();
    assert!(error.to_string().contains("polar.session.json"), "{error}");
    assert_eq!(
        std::fs::read_to_string(&file).unwrap(),
        "{\"format\": \"web-session coo"
    );
}

/// Scenario: another 401
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

fn maintenance() -> Fault {
    Fault::Answer(Answer::html(200, "<html><title>Back soon</title></html>"))
}

/// Both hosts with cookies of their own, as in life.
async fn two_hosts() -> FakePolarFlow {
    FakePolarFlow::builder()
        .account(EMAIL, PASSWORD)
        .auth_ip(Ipv4Addr::new(127, 0, 0, 2).into())
        .start()
        .await
        .unwrap()
}

/// A `Cookie` header copied from a request to the application.
fn header_of_the_application(fake: &FakePolarFlow) -> String {
    let mut cookies = fake.browser_cookies();
    cookies.retain(|cookie| fake.flow_url().contains(&cookie.host));
    BrowserCookie::header(&cookies)
}

/// Scenario: HTML with 200 in the place of data: `UnexpectedContent`
#[tokio::test]
async fn maintenance_does_not_cost_a_session_that_is_alive() {
    let (_dir, file) = session_file();
    let fake = two_hosts().await;
    let polar = with_file_and_password(&fake, &file).build().unwrap();
    polar
        .import_session(&header_of_the_application(&fake))
        .await
        .unwrap();

    // One page: the session is alive elsewhere, so nothing is renewed.
    fake.faults().next(1, "/training", maintenance());
    let error = list(&polar).await.unwrap_err();
    assert!(matches!(error, Error::UnexpectedContent { .. }), "{error}");
    assert_eq!(fake.requests().count("/flowSso/login"), 0);

    // All pages, and a firewall before the sign-in: what there was is put back.
    fake.faults().always("/training", maintenance());
    fake.faults().always("/api", maintenance());
    fake.faults()
        .always("/login", Fault::Answer(Answer::cloudfront_block()));
    let error = list(&polar).await.unwrap_err();
    assert!(matches!(error, Error::UnexpectedContent { .. }), "{error}");
    assert!(fake.requests().count("/login") > 0, "a sign-in was tried");
    fake.faults().clear();
    polar.account().await.unwrap();
    let later = plain(&fake).session_file(&file).build().unwrap();
    later.account().await.unwrap();
}

/// Scenario: imported cookies that are dead, of another account, or proved half-way only
#[tokio::test]
async fn cookies_of_another_account_are_not_mixed_with_those_of_the_jar() {
    let fake = two_hosts().await;
    let polar = client(&fake);
    polar.sign_in().await.unwrap();
    let jar = polar.session().jar();
    assert!(!jar.names(polar.auth_url()).is_empty());
    polar
        .import_session(&header_of_the_application(&fake))
        .await
        .unwrap();
    assert!(
        jar.names(polar.auth_url()).is_empty(),
        "they would renew the session of before"
    );
}

/// Scenario: another 401
#[tokio::test]
async fn a_401_in_other_words_is_mended_when_signing_in() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    for status in [401, 403] {
        let words = serde_json::json!({"error": "InvalidToken"});
        fake.faults().next(
            1,
            "/api/account",
            Fault::Answer(Answer::json(status, &words)),
        );
        assert_eq!(polar.sign_in().await.unwrap().by(), Some("renewal"));
    }
}

/// Scenario: expired session, in three shapes (401 JSON, login page with 200, redirect), then renewal
#[tokio::test]
async fn raw_requests_are_renewed_too() {
    for shape in [
        ExpiredShape::NotAuthenticated,
        ExpiredShape::LoginPage,
        ExpiredShape::Redirect,
    ] {
        let fake = fake().await;
        let polar = signed_in(&fake).await;
        fake.set(|s| s.expired_shape = shape);
        fake.expire_sessions();
        let diary = polar
            .call(polar.session().get(polar.url("/diary")))
            .read()
            .await
            .unwrap();
        assert_eq!(fake.sessions_minted(), 2, "{shape:?}");
        assert!(diary.url().path().contains("diary"), "{shape:?}");
    }
}

/// Scenario: imported cookies that are dead, of another account, or proved half-way only
#[tokio::test]
async fn an_import_that_is_dropped_half_way_changes_nothing() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    let token = || {
        let value = polar
            .session()
            .jar()
            .value(polar.base_url(), "FLOW_SESSION");
        value.map(|v| v.expose_secret().to_owned())
    };
    let before = token();
    let text = BrowserCookie::json(&fake.browser_cookies());
    fake.faults()
        .next(1, "/api/account", Fault::Slow(Duration::from_secs(60)));
    let import = polar.import_session(&text);
    let dropped = tokio::time::timeout(Duration::from_millis(200), import).await;
    assert!(dropped.is_err());
    assert_eq!(fake.faults().pending(), 0, "it was on its way");
    assert_eq!(token(), before);
    polar.account().await.unwrap();
}

/// Scenario: less than five minutes left: renewed before the next call
#[tokio::test]
async fn a_session_with_little_time_left_is_renewed_before_the_next_call() {
    let fake = fake().await;
    fake.set(|s| s.session_lifetime = Duration::from_secs(200));
    let polar = signed_in(&fake).await;
    // A moment after the sign-in nothing is renewed, however short the session: it would be no longer.
    polar.account().await.unwrap();
    assert_eq!(fake.sessions_minted(), 1);
    // A program that finds such a session in a file renews it.
    let later = plain(&fake).build().unwrap();
    later
        .import_cookies(&BrowserCookie::json(&fake.browser_cookies()))
        .unwrap();
    let before = fake.sessions_minted();
    later.account().await.unwrap();
    later.account().await.unwrap();
    assert_eq!(fake.sessions_minted(), before + 1);
    assert_eq!(
        fake.requests().count("/api/account"),
        3,
        "no call was refused on the way"
    );
}
