//! Nothing that this crate says about itself holds a secret: planted ones are looked for in every output.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::Duration;

use fake_services::script::{Act, ScriptedServer, answer};
use fake_services::test_log::{TestLog, error_text};
use web_session::{Part, Session, Url, join};

const CANARY: &str = "canary7Q";

/// One test in its own binary, because the log is global: everything at TRACE, from every library.
#[tokio::test]
async fn no_output_holds_a_planted_secret() {
    let log = TestLog::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .init();

    let set = format!(
        "set-cookie: s={CANARY}; Path=/; Secure; HttpOnly\r\nset-cookie: %t={CANARY}; Domain=127.0.0.1\r\nlocation: /next?code={CANARY}\r\n"
    );
    let page = format!("<html><title>Mail {CANARY}@example.org</title>{CANARY}</html>");
    let json = format!("[{{\"id\": \"{CANARY}\", \"{CANARY}\": 1}}]");
    let acts = [
        Act::Reply(answer("302 Found", &set, "")),
        Act::ReplyAndKeep(answer("200 OK", &set, &page)),
        Act::ReplyAndKeep(answer("200 OK", &set, &json)),
        Act::Reply(answer("503 Busy", &set, &page)),
        Act::Reply(
            format!("HTTP/1.1 200 OK\r\n{set}content-length: 999\r\n\r\n{CANARY}").into_bytes(),
        ),
        Act::Reply(format!("{CANARY}: rubbish {CANARY}\r\n\r\n").into_bytes()),
        Act::Stall(vec![]),
        Act::Reset,
    ];
    let mut said = String::new();
    for act in acts {
        let server = ScriptedServer::start(vec![act]).await.unwrap();
        let base: Url = server.url().parse().unwrap();
        let session = Session::builder()
            .pace(Duration::ZERO)
            .first_backoff(Duration::from_millis(5))
            .timeout(Duration::from_millis(200))
            .base_url(base.clone())
            .build()
            .unwrap();
        session
            .import(&format!("session={CANARY}; %csrf={CANARY}"), &base)
            .unwrap();
        let url = join(&base, &format!("/path?token={CANARY}"));
        let request = session
            .post(url)
            .endpoint("canary")
            .header("authorization", &format!("Bearer {CANARY}"))
            .form([("password", CANARY)]);
        said.push_str(&format!("{session:?} {request:?} {:?}", session.jar()));
        match request.clone().read().await {
            Ok(response) => {
                said.push_str(&format!(
                    "{response:?} {} {:?}",
                    response.fingerprint(),
                    response.hops()
                ));
                if let Err(error) =
                    session.decode::<Vec<std::collections::BTreeMap<String, u64>>>(&response)
                {
                    // A map's keys are part of the path. Types of a service have fields instead.
                    said.push_str(&error.problem);
                }
            }
            Err(error) => said.push_str(&error_text(&error)),
        }
        let part = Part::file("f", format!("{CANARY}.tcx"), "text/plain", CANARY);
        said.push_str(&format!("{part:?}"));
        match request.multipart([part]).write().await {
            Ok(response) => said.push_str(&format!("{response:?}")),
            Err(error) => said.push_str(&error_text(&error)),
        }
    }
    assert!(
        said.contains("token=…"),
        "the address is shown without its values"
    );
    assert!(!said.contains(CANARY), "{said}");
    let log = log.text().unwrap();
    assert!(
        log.contains("web_session") && log.contains("hyper"),
        "the log was recorded"
    );
    for line in log.lines() {
        assert!(!line.contains(CANARY), "{line}");
    }
}
