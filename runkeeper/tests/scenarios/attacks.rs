//! Answers that attack the client: each costs one call, and neither the terminal, the memory nor the session.

use std::time::{Duration, Instant};

use fake_services::{Answer as Canned, BrowserCookie, FakeRunkeeper, Fault};
use runkeeper::{ActivityId, Answer, Error, Month};
use web_session::Error as Transport;

use crate::common::{builder, file, signed_in};

/// Clears the screen, sets the window's title, rings, and turns the direction of text.
const TRICKS: &str = "\u{1b}[2J\u{1b}]0;owned\u{7}be\u{7}ll \u{202e}drawkcab\u{2069} \u{9b}31mred";

const LIST: &str = "/activitiesByDateRange";
const FORM: &str = "GET /new/activity";
const UPLOAD: &str = "POST /trackMultipleFileUpload";

#[track_caller]
fn assert_printable(text: &str) {
    let is_trick = |c: char| c.is_control() || matches!(c, '\u{202e}' | '\u{2069}');
    assert!(!text.contains(is_trick), "{text:?}");
    assert!(!text.contains("[2J") && !text.contains("owned"), "{text:?}");
}

/// Scenario: control characters in titles and refusals
#[tokio::test]
async fn nothing_that_the_site_says_reaches_a_terminal_as_a_command() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let page = format!("<html><head><title>{TRICKS}</title></head><body>x</body></html>");
    for status in [200, 400, 403, 500] {
        let answer = Fault::Answer(Canned::html(status, &page));
        fake.faults().clear();
        fake.faults().always(LIST, answer.clone());
        fake.faults().always("/user", answer);
        let month = Month::new(2025, 1).unwrap();
        let listed = client.activities_in(month).await.unwrap_err();
        let shown = client.activity(ActivityId(1)).await.unwrap_err();
        for error in [listed, shown] {
            assert_printable(&format!("{error} {error:?}"));
        }
    }
    fake.faults().clear();
    let json = |text: &str| serde_json::json!({ "error": text });
    let refusals = [
        Canned::json(200, &json(TRICKS)),
        Canned::json(400, &json(TRICKS)),
        Canned::json(200, &serde_json::json!({"error": [TRICKS]})),
        Canned::html(
            200,
            &format!("<html><body>Please fix the following errors: {TRICKS}</body></html>"),
        ),
        Canned::html(500, &page),
        Canned::html(413, &page),
        Canned::html(404, &page),
    ];
    for answer in refusals {
        fake.faults().next(1, UPLOAD, Fault::Answer(answer));
        match client.upload(&file()).await {
            Ok(Answer::Rejected(message)) => {
                assert_printable(&message);
                assert!(message.contains("be ll drawkcab red"), "{message:?}");
            }
            Ok(answer) => assert_printable(&format!("{answer:?}")),
            Err(error) => assert_printable(&format!("{error} {error:?}")),
        }
    }
}

/// Scenario: a form that would cost the parser minutes
#[tokio::test]
async fn a_hostile_form_is_refused_at_once_and_nothing_is_sent() {
    let attributes: String = (0..500_000).map(|n| format!(" a{n}=1")).collect();
    for page in [
        "<a><b>".repeat(170_000),
        "<div>".repeat(200_000),
        "<div>".repeat(10_000_000),
        "<input type=hidden name=a>".repeat(100_000),
        format!("<form{attributes}>"),
    ] {
        let fake = FakeRunkeeper::start().await.unwrap();
        let client = signed_in(&fake);
        let page = format!("<html>{page}");
        fake.faults()
            .always(FORM, Fault::Answer(Canned::html(200, &page)));
        let begin = Instant::now();
        let (mut last, mut longest) = (Instant::now(), Duration::ZERO);
        let ticking = async {
            loop {
                tokio::time::sleep(Duration::from_millis(5)).await;
                longest = longest.max(last.elapsed());
                last = Instant::now();
            }
        };
        let file = file();
        let error = tokio::select! {
            result = client.upload(&file) => result.unwrap_err(),
            () = ticking => unreachable!(),
        };
        let is_refused = matches!(&error, Error::Transport(Transport::Page { .. }));
        assert!(is_refused && error.is_drift(), "{error:?}");
        assert_eq!(fake.requests().count(UPLOAD), 0);
        assert!(
            begin.elapsed() < Duration::from_secs(10),
            "{:?}",
            begin.elapsed()
        );
        assert!(longest < Duration::from_secs(2), "{longest:?}");
    }
}

/// Scenario: a form that would cost the parser minutes
#[tokio::test]
async fn a_hostile_answer_to_an_upload_proves_nothing() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let page = format!("<html>{}", "<div>".repeat(200_000));
    let answer = Fault::AnswerAfter(Canned::html(200, &page));
    fake.faults().next(1, UPLOAD, answer);
    let answer = client.upload(&file()).await.unwrap();
    assert!(matches!(answer, Answer::Opaque(_)), "{answer:?}");
    assert_eq!(fake.activities().len(), 1);
}

/// Scenario: 60 new cookies with every answer
#[tokio::test]
async fn sixty_cookies_per_answer_end_no_session() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let cookies = (0..60).map(|n| ("set-cookie", format!("junk-{{n}}-{n}=x; Path=/")));
    fake.faults().add_to_every_answer(cookies);
    for _ in 0..20 {
        client.check().await.unwrap();
    }
    client.upload(&file()).await.unwrap();
}

#[tokio::test]
async fn authentication_of_a_gateway_is_set_on_the_builder() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let cookies = BrowserCookie::header(&fake.browser_cookies());
    for builder in [
        builder(&fake).basic_auth("me", "secret"),
        builder(&fake).bearer_auth("token"),
        builder(&fake).no_proxy(),
    ] {
        let client = builder.build().unwrap();
        client.import_cookies(&cookies).unwrap();
        client.check().await.unwrap();
    }
    let proxy = "http://127.0.0.1:9".parse().unwrap();
    let client = builder(&fake).proxy(proxy).build().unwrap();
    let error = client.check().await.unwrap_err();
    assert!(
        error.to_string().contains("the proxy 127.0.0.1:9 failed"),
        "{error}"
    );
    for bad in [
        builder(&fake).basic_auth("a:b", "x").build(),
        builder(&fake).bearer_auth("a\nb").build(),
        builder(&fake).add_root_certificate("rubbish").build(),
    ] {
        assert!(bad.is_err());
    }
}
