//! Answers that attack the client: each costs one call, and neither the terminal, the memory nor the session.

use std::time::{Duration, Instant};

use fake_services::{Answer, Fault, PolarSignIn};
use polar_flow::auth::CsrfForm;
use polar_flow::{Error, SessionId};
use web_session::Error as Transport;
use web_session::redact::printable;

use crate::common::*;

/// Clears the screen, sets the window's title, rings, and turns the direction of text.
const TRICKS: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}be\u{7}ll \u{202e}drawkcab\u{2069} \u{9b}31mred";

/// Scenario: control characters in titles
#[tokio::test]
async fn nothing_that_a_page_says_reaches_a_terminal_as_a_command() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    let page = format!("<html><head><title>{TRICKS}</title></head><body>x</body></html>");
    for status in [200, 400, 403, 404, 500, 503] {
        let answer = Answer::html(status, &page);
        fake.faults().clear();
        fake.faults().always("/api", Fault::Answer(answer.clone()));
        fake.faults().always("/training", Fault::Answer(answer));
        for error in [
            polar.account().await.unwrap_err(),
            list(&polar).await.unwrap_err(),
            polar.summary(SessionId(1)).await.unwrap_err(),
        ] {
            let text = format!("{error} {error:?}");
            assert_eq!(printable(&error.to_string()), error.to_string());
            assert!(!text.contains(char::is_control), "{text:?}");
            assert!(!text.contains("[2J") && !text.contains("owned"), "{text:?}");
        }
    }
}

/// Scenario: a sign-in page that would cost the parser minutes
#[tokio::test]
async fn a_hostile_sign_in_page_is_refused_at_once_while_the_runtime_goes_on() {
    let attributes: String = (0..500_000).map(|n| format!(" a{n}=1")).collect();
    for page in [
        "<a><b>".repeat(170_000),
        "<div>".repeat(200_000),
        "<div>".repeat(10_000_000),
        "<input name=a>".repeat(100_000),
        format!("<form{attributes}>"),
    ] {
        let fake = fake().await;
        fake.set(|switches| switches.sign_in = PolarSignIn::CsrfForm);
        let page = format!("<html>{page}");
        let answer = Fault::Answer(Answer::html(200, &page));
        fake.faults().always("/ajaxLogin", answer);
        let strategy = CsrfForm::new(EMAIL, PASSWORD);
        let polar = plain(&fake).sign_in_with(strategy).build().unwrap();
        let begin = Instant::now();
        let (mut last, mut longest) = (Instant::now(), Duration::ZERO);
        let ticking = async {
            loop {
                tokio::time::sleep(Duration::from_millis(5)).await;
                longest = longest.max(last.elapsed());
                last = Instant::now();
            }
        };
        let error = tokio::select! {
            result = polar.sign_in() => result.unwrap_err(),
            () = ticking => unreachable!(),
        };
        let is_refused = matches!(&error, Error::Transport(Transport::Page { .. }));
        assert!(is_refused && error.is_drift(), "{error:?}");
        assert!(
            begin.elapsed() < Duration::from_secs(10),
            "{:?}",
            begin.elapsed()
        );
        assert!(longest < Duration::from_secs(2), "{longest:?}");
    }
}

/// Scenario: a listing of millions of rows, an archive of millions of laps
#[tokio::test]
async fn a_listing_of_small_rows_ends_at_the_limit() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    let rows = format!("[{}{{}}]", "{\"type\":\"X\"},".repeat(60_000_000 / 13));
    let answer = Answer::new(200, "application/json", rows);
    fake.faults()
        .always("/training/getCalendarEvents", Fault::Answer(answer));
    let error = list(&polar).await.unwrap_err();
    let is_refused = matches!(&error, Error::Transport(Transport::TooManyEntries { .. }));
    assert!(is_refused, "{error:?}");
}

/// Scenario: 60 new cookies with every answer
#[tokio::test]
async fn sixty_cookies_per_answer_end_no_session() {
    for value in ["x".to_owned(), "x".repeat(200), "x".repeat(3000)] {
        let fake = fake().await;
        for faults in [fake.faults(), fake.auth_faults()] {
            let cookie = |n| format!("junk-{{n}}-{n}={value}; Path=/");
            faults.add_to_every_answer((0..60).map(|n| ("set-cookie", cookie(n))));
        }
        let polar = signed_in(&fake).await;
        for _ in 0..20 {
            assert_eq!(list(&polar).await.unwrap().len(), 1);
        }
        fake.expire_sessions();
        assert_eq!(list(&polar).await.unwrap().len(), 1, "renewed");
        let names = polar.session().jar().names(polar.base_url());
        assert!(names.len() <= 60, "{}", names.len());
    }
}

/// Scenario: this machine's clock is ahead
#[tokio::test]
async fn a_clock_that_is_ahead_ends_no_session() {
    for minutes in [30, 61, 60 * 24 * 30] {
        let behind = Duration::from_secs(minutes * 60);
        let fake = fake().await;
        fake.set(|switches| switches.clock_behind = behind);
        let date = chrono::Utc::now() - behind;
        let date = date.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        for faults in [fake.faults(), fake.auth_faults()] {
            faults.add_to_every_answer([("date", date.clone())]);
        }
        let polar = signed_in(&fake).await;
        assert_eq!(list(&polar).await.unwrap().len(), 1);
        assert_eq!(list(&polar).await.unwrap().len(), 1);
        assert_eq!(fake.sessions_minted(), 1, "no renewal at every call");
    }
}

/// Scenario: this machine's clock is ahead
#[tokio::test]
async fn a_sign_in_that_fails_names_a_wrong_clock() {
    let fake = fake().await;
    let date = chrono::Utc::now() - chrono::TimeDelta::hours(1);
    let date = date.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    fake.auth_faults().add_to_every_answer([("date", date)]);
    let page = "<html><head><title>Welcome</title></head></html>";
    let answer = Fault::Answer(Answer::html(200, page));
    fake.auth_faults().always("POST /login", answer);
    let error = client(&fake).sign_in().await.unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("clock is 60 minutes ahead of the service's"),
        "{text}"
    );
}

#[tokio::test]
async fn authentication_of_a_gateway_is_set_on_the_builder() {
    let fake = fake().await;
    for builder in [
        plain(&fake).basic_auth("me", "secret"),
        plain(&fake).bearer_auth("token"),
        plain(&fake).no_proxy(),
    ] {
        let polar = builder.password(EMAIL, PASSWORD).build().unwrap();
        polar.sign_in().await.unwrap();
    }
    let proxy = "http://127.0.0.1:9".parse().unwrap();
    let polar = plain(&fake).proxy(proxy).build().unwrap();
    let error = polar
        .call(polar.session().get(polar.url("/")))
        .read()
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("the proxy 127.0.0.1:9 failed"),
        "{error}"
    );
    for bad in [
        plain(&fake).basic_auth("a:b", "x").build(),
        plain(&fake).bearer_auth("a\nb").build(),
        plain(&fake).add_root_certificate("rubbish").build(),
    ] {
        assert!(bad.is_err());
    }
}
