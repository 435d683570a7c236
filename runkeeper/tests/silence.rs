//! A host program that logs everything with `env_logger` learns no secret, note or position from this client.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::Duration;

use env_logger::{Builder, Target};
use fake_services::FakeRunkeeper;
use fake_services::PolarSport;
use fake_services::synthetic::SyntheticTcx;
use fake_services::test_log::TestLog;
use log::LevelFilter;
use runkeeper::{ActivityEdit, ActivityId, FileKind, Month, Runkeeper, TrackUpload};

const EMAIL: &str = "canary7Q@example.org";
const PASSWORD: &str = "canary7Q-password";
const NOTE: &str = "canary7Q-note";

/// The logger is one for the process, so this test has its own program.
#[tokio::test]
async fn env_logger_at_trace_shows_no_secret_note_or_position() {
    let kept = TestLog::default();
    Builder::new()
        .filter_level(LevelFilter::Trace)
        .target(Target::Pipe(Box::new(kept.clone())))
        .init();
    log::debug!("the log is kept");
    let fake = FakeRunkeeper::builder().account(EMAIL, PASSWORD).start();
    let fake = fake.await.unwrap();
    let client = Runkeeper::builder()
        .base_url(fake.url().parse().unwrap())
        .auth_url(fake.asics_url().parse().unwrap())
        .pace(Duration::ZERO)
        .password(EMAIL, PASSWORD)
        .build()
        .unwrap();
    client.sign_in().await.unwrap();
    let start = "2024-12-01T07:00:00Z".parse().unwrap();
    let file = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(60);
    let file = String::from_utf8(file.build()).unwrap();
    let (_, rest) = file.split_once("<LatitudeDegrees>").unwrap();
    let position = rest.split('<').next().unwrap().to_owned();
    assert!(position.len() > 5, "{position}");
    client.upload(&TrackUpload::tcx("run", file)).await.unwrap();
    let id = ActivityId(fake.activities()[0].id);
    let edit = ActivityEdit::new().notes(NOTE);
    client.edit_activity(id, &edit).await.unwrap();
    assert_eq!(fake.activities()[0].notes, NOTE);
    let december = Month::new(2024, 12).unwrap();
    assert_eq!(client.activities_in(december).await.unwrap().len(), 1);
    client.activity(id).await.unwrap();
    client.points(id).await.unwrap();
    client.download(id, FileKind::Gpx).await.unwrap();
    assert_eq!(client.edit_form(id).await.unwrap().notes(), Some(NOTE));

    let mut secrets = vec!["canary7Q".to_owned(), position];
    let (jar, url) = (client.session().jar(), client.base_url());
    let values = jar
        .names(url)
        .into_iter()
        .filter_map(|name| jar.value(url, &name));
    secrets.extend(values.map(|value| value.expose_secret().to_owned()));
    assert!(secrets.len() > 2, "there are cookies to look for");
    assert_eq!(kept.first_leak(&secrets).unwrap(), None);
}
