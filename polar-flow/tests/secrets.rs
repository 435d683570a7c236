//! Nothing that the client says holds a secret: planted ones are looked for in every output, logs at TRACE included.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::Duration;

use fake_services::test_log::{TestLog, error_text};
use fake_services::{Answer, FakePolarFlow, Fault};
use polar_flow::auth::{CsrfForm, ImportedCookies, LegacyForm, SsoPassword};
use polar_flow::{Error, PolarFlow, SessionId, export::ExportFormat};

const EMAIL: &str = "canary7Q@example.org";
const PASSWORD: &str = "canary7Q-password";
const CANARY: &str = "canary7Q";

fn client(fake: &FakePolarFlow, password: &str) -> PolarFlow {
    PolarFlow::builder()
        .base_url(fake.flow_url().parse().unwrap())
        .auth_url(fake.auth_url().parse().unwrap())
        .pace(Duration::ZERO)
        .first_backoff(Duration::from_millis(1))
        .timeout(Duration::from_secs(5))
        .password(EMAIL, password)
        .build()
        .unwrap()
}

fn said<T: std::fmt::Debug>(result: Result<T, Error>) -> String {
    match result {
        Ok(value) => format!("{value:?}"),
        Err(error) => error_text(&error),
    }
}

#[tokio::test]
async fn no_output_holds_a_planted_secret() {
    let log = TestLog::default();
    let writer = log.clone();
    tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_writer(move || writer.clone())
        .init();
    let fake = FakePolarFlow::builder()
        .account(EMAIL, PASSWORD)
        .start()
        .await
        .unwrap();
    let mut all = String::new();
    let mut secrets = vec![CANARY.to_owned()];

    let polar = client(&fake, PASSWORD);
    all += &format!(
        "{polar:?} {:?}",
        PolarFlow::builder().password(EMAIL, PASSWORD)
    );
    all += &said(polar.sign_in().await);
    all += &said(polar.account().await);
    fake.expire_sessions();
    all += &said(polar.account().await);
    all += &said(client(&fake, "canary7Q-wrong").sign_in().await);
    all += &said(
        polar
            .import_session(&format!("FLOW_SESSION={CANARY}"))
            .await,
    );
    all += &said(polar.import_session(CANARY).await);
    let text = CANARY.to_owned();
    all += &format!(
        "{:?}{:?}{:?}{:?}",
        SsoPassword::new(text.clone(), text.clone()),
        CsrfForm::new(text.clone(), text.clone()),
        LegacyForm::new(text.clone(), text.clone()),
        ImportedCookies::new(text)
    );
    for answer in [
        Answer::html(200, &format!("<html><title>{EMAIL}</title>{CANARY}</html>")),
        Answer::json(401, &serde_json::json!({"error": CANARY})),
        Answer::new(
            200,
            "application/json",
            format!("[{{\"type\":\"EXERCISE\",\"listItemId\":\"{CANARY}\"}}]"),
        ),
        Answer::new(
            200,
            "application/json",
            format!("{{\"user\":{{\"id\":\"{CANARY}\"}}}}"),
        ),
        Answer::html(500, CANARY).header("set-cookie", format!("x={CANARY}")),
    ] {
        fake.faults().clear();
        fake.faults().always("/api", Fault::Answer(answer.clone()));
        fake.faults().always("/training", Fault::Answer(answer));
        all += &said(polar.account().await.map(|_| ()));
        all += &said(
            polar
                .export(SessionId(1), ExportFormat::Tcx)
                .await
                .map(|_| ()),
        );
        all += &said(
            polar
                .call(
                    polar
                        .session()
                        .get(polar.url(&format!("/training/x?token={CANARY}"))),
                )
                .read()
                .await
                .map(|r| format!("{r:?}")),
        );
    }
    for url in [polar.base_url(), polar.auth_url()] {
        for name in polar.session().jar().names(url) {
            let value = polar.session().jar().value(url, &name).unwrap();
            let value = secrecy_text(&value);
            if value.len() > 8 {
                secrets.push(value);
            }
        }
    }
    assert!(secrets.len() > 4, "there were cookies to look for");

    let log = log.text().unwrap();
    assert!(
        log.contains("web_session") && log.contains("sign-in"),
        "the log was recorded"
    );
    for secret in &secrets {
        assert!(!all.contains(secret.as_str()), "{all}");
        let line = log.lines().find(|line| line.contains(secret.as_str()));
        assert_eq!(line, None);
    }
}

fn secrecy_text(value: &polar_flow::SecretString) -> String {
    value.expose_secret().to_owned()
}
