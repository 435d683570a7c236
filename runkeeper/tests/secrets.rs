//! Planted secrets appear in no output, log or error.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::Duration;

use chrono::{DateTime, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::test_log::{TestLog, error_text};
use fake_services::{
    Answer as Canned, BrowserCookie, DeadCookie, FakeRunkeeper, Fault, PolarSport, RunkeeperEra,
    UploadMode,
};
use runkeeper::auth::LegacyForm;
use runkeeper::{Month, Runkeeper, TrackUpload};
use tracing_subscriber::util::SubscriberInitExt;

const EMAIL: &str = "canary.person@example.org";
const PASSWORD: &str = "canary-pass-word-4711";
/// What stands on a page for its owner's eyes only.
const HIDDEN: &str = "canary-hidden-value";

/// Scenario: planted secrets: in no output and no log
#[tokio::test]
async fn secrets_appear_in_no_output() {
    let log = TestLog::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing_subscriber::filter::LevelFilter::TRACE)
        .with_ansi(false)
        .with_writer(move || writer.clone())
        .finish();
    // For the whole process, as programs do it: that brings in what libraries write by way of the `log` crate, too.
    subscriber.init();

    let fake = FakeRunkeeper::builder()
        .account(EMAIL, PASSWORD)
        .start()
        .await
        .unwrap();
    let cookies = fake.browser_cookies();
    let mut said = format!("{:?}", LegacyForm::new(EMAIL, PASSWORD));

    let client = Runkeeper::builder()
        .base_url(fake.url().parse().unwrap())
        .auth_url(fake.asics_url().parse().unwrap())
        .pace(Duration::ZERO)
        .first_backoff(Duration::from_millis(1))
        .timeout(Duration::from_secs(5))
        .password(EMAIL, PASSWORD)
        .build()
        .unwrap();
    let report = client
        .import_cookies(&BrowserCookie::header(&cookies))
        .unwrap();
    said.push_str(&format!(
        "{report} {report:?} {client:?} {:?}",
        client.session()
    ));
    client.check().await.unwrap();
    let start: DateTime<Utc> = "2024-12-31T22:30:00Z".parse().unwrap();
    let file = TrackUpload::tcx(
        "run",
        SyntheticTcx::new(start, PolarSport::RUNNING)
            .seconds(60)
            .build(),
    );
    for mode in [
        UploadMode::Html,
        UploadMode::ResetAfterStoring,
        UploadMode::StatusAfterStoring(500),
        UploadMode::LoginRedirect,
        UploadMode::ErrorJson("no".to_owned()),
    ] {
        fake.next_uploads(1, mode);
        match client.upload(&file).await {
            Ok(answer) => said.push_str(&format!("{answer:?}")),
            Err(error) => said.push_str(&error_text(&error)),
        }
    }
    // A page that holds what only its owner may see, in every place where a page can hold something.
    let page = format!(
        "<html><head><meta name='csrf-token' content='{HIDDEN}-meta'></head><body><p>{HIDDEN}-text</p>\
         <form action='/new/activity'><input type=hidden name=__fp value='{HIDDEN}-field'>\
         <textarea name=notes>{HIDDEN}-notes</textarea></form>\
         <a href='/user/{HIDDEN}/profile' title='{HIDDEN}'>Me</a>\
         <script>window.isUserLoggedIn = '{{User email={EMAIL}}}'</script></body></html>"
    );
    for path in ["/new/activity", "/exportData", "/user"] {
        fake.faults()
            .next(1, path, Fault::Answer(Canned::html(200, &page)));
    }
    if let Err(error) = client.upload(&file).await {
        said.push_str(&error_text(&error));
    }
    said.push_str(&format!("{:?}", client.export_status().await));
    said.push_str(&format!("{:?}", client.months_with_activities().await));
    // Addresses with codes and states in their queries, in redirects and in failures.
    for era in [
        RunkeeperEra::Asics2020,
        RunkeeperEra::Asics2026,
        RunkeeperEra::LegacyForm,
    ] {
        fake.set(|switches| {
            switches.era = era;
            switches.dead_cookie = DeadCookie::RedirectToAsics;
        });
        fake.expire_sessions();
        if let Err(error) = client.check().await {
            said.push_str(&error_text(&error));
        }
    }
    fake.asics_faults().always("/", Fault::ResetBeforeBody);
    fake.set(|switches| switches.era = RunkeeperEra::Asics2020);
    fake.expire_sessions();
    said.push_str(&error_text(&client.check().await.unwrap_err()));
    let wrong = LegacyForm::new(EMAIL, "canary-wrong-pass-word");
    said.push_str(&error_text(&client.sign_in_by(&wrong).await.unwrap_err()));
    fake.set(|switches| switches.era = RunkeeperEra::LegacyForm);
    client.sign_in().await.unwrap();
    // A page that shows the address of its owner, and JSON that has a secret where a number was.
    let page = format!("<html><title>{EMAIL}</title></html>");
    fake.faults().next(
        1,
        "/activitiesByDateRange",
        Fault::Answer(Canned::html(200, &page)),
    );
    let month = Month::new(2024, 12).unwrap();
    said.push_str(&error_text(&client.activities_in(month).await.unwrap_err()));
    let json = serde_json::json!({"activities": {"2024": {"Dec": [{"activity_id": PASSWORD}]}}});
    fake.faults().next(
        1,
        "/activitiesByDateRange",
        Fault::Answer(Canned::json(200, &json)),
    );
    said.push_str(&error_text(&client.activities_in(month).await.unwrap_err()));

    let log = log.text().unwrap();
    assert!(log.contains("upload"), "the log was listened to");
    let jar: Vec<String> = client
        .session()
        .jar()
        .names(&client.url("/"))
        .iter()
        .filter_map(|name| {
            Some(
                client
                    .session()
                    .jar()
                    .value(&client.url("/"), name)?
                    .expose_secret()
                    .to_owned(),
            )
        })
        .collect();
    let long = |value: &&str| value.len() >= 8;
    let values = cookies
        .iter()
        .map(|cookie| cookie.value.as_str())
        .chain(jar.iter().map(String::as_str));
    for secret in [EMAIL, PASSWORD, "canary-wrong-pass-word", HIDDEN]
        .into_iter()
        .chain(values.filter(long))
    {
        assert!(!said.contains(secret), "{secret} was shown");
        assert!(!log.contains(secret), "{secret} was logged");
    }
    for marker in ["code=", "state="] {
        for line in said.split_whitespace().chain(log.split_whitespace()) {
            if let Some((_, value)) = line.split_once(marker) {
                let value: String = value
                    .chars()
                    .take_while(|c| c.is_ascii_alphanumeric())
                    .collect();
                assert!(value.len() < 8, "a {marker} was shown: {line}");
            }
        }
    }
}
