//! A host program that logs everything with `env_logger` learns no secret, note or position from this client.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::Duration;

use env_logger::{Builder, Target};
use fake_services::synthetic::SyntheticTcx;
use fake_services::test_log::TestLog;
use fake_services::{FakePolarFlow, PolarSession, PolarSport};
use futures_util::TryStreamExt;
use log::LevelFilter;
use polar_flow::export::ExportFormat;
use polar_flow::{PolarFlow, SessionId};

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
    let fake = FakePolarFlow::builder().account(EMAIL, PASSWORD).start();
    let fake = fake.await.unwrap();
    let start = "2025-05-07T07:05:15Z".parse().unwrap();
    let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(60);
    fake.add_session(PolarSession::new(42, 180, tcx.exercise(180)));
    let polar = PolarFlow::builder()
        .base_url(fake.flow_url().parse().unwrap())
        .auth_url(fake.auth_url().parse().unwrap())
        .pace(Duration::ZERO)
        .password(EMAIL, PASSWORD)
        .build()
        .unwrap();
    polar.sign_in().await.unwrap();
    let id = SessionId(42);
    polar.edit_notes(id, Some(NOTE), None).await.unwrap();
    let listed: Vec<_> = polar.sessions(..).try_collect().await.unwrap();
    assert_eq!(listed.len(), 1);
    let summary = polar.summary(id).await.unwrap();
    assert_eq!(summary.note.as_deref(), Some(NOTE));
    polar.details(id).await.unwrap();
    let export = polar.export(id, ExportFormat::Tcx).await.unwrap();
    let file = String::from_utf8(export.files().next().unwrap().to_vec()).unwrap();
    let (_, rest) = file.split_once("<LatitudeDegrees>").unwrap();
    let position = rest.split('<').next().unwrap();
    assert!(position.len() > 5, "{position}");
    polar.account().await.unwrap();

    let mut secrets = vec!["canary7Q".to_owned(), position.to_owned()];
    for url in [polar.base_url(), polar.auth_url()] {
        let jar = polar.session().jar();
        let values = jar
            .names(url)
            .into_iter()
            .filter_map(|name| jar.value(url, &name));
        secrets.extend(values.map(|value| value.expose_secret().to_owned()));
    }
    assert!(secrets.len() > 4, "there are cookies to look for");
    assert_eq!(kept.first_leak(&secrets).unwrap(), None);
}
