//! The examples run against the fake service, and the README shows the first of them unchanged.
#![allow(clippy::unwrap_used, missing_docs, dead_code, unreachable_pub)]

use std::time::Duration;

use chrono::NaiveDate;
use fake_services::synthetic::SyntheticTcx;
use fake_services::{Answer, BrowserCookie, FakePolarFlow, Fault, PolarSession, PolarSport};
use polar_flow::PolarFlow;
use polar_flow::web_session::Url;

#[cfg(feature = "archive")]
#[path = "../examples/archive_to_tcx.rs"]
mod archive_to_tcx;
#[path = "../examples/custom_endpoint.rs"]
mod custom_endpoint;
#[path = "../examples/import_session.rs"]
mod import_session;
#[path = "../examples/save_month.rs"]
mod save_month;
#[path = "../examples/sleep.rs"]
mod sleep;

const EMAIL: &str = "runner@example.org";
const PASSWORD: &str = "correct horse";

async fn fake() -> (FakePolarFlow, PolarFlow) {
    let fake = FakePolarFlow::builder().account(EMAIL, PASSWORD).start();
    let fake = fake.await.unwrap();
    for (id, at, sport) in [
        (41, "2025-05-07T07:05:15Z", PolarSport::RUNNING),
        (42, "2025-05-20T07:05:15Z", PolarSport::CYCLING),
    ] {
        let tcx = SyntheticTcx::new(at.parse().unwrap(), sport).seconds(60);
        fake.add_session(PolarSession::new(id, 180, tcx.exercise(180)));
    }
    let url = |text: &str| text.parse::<Url>().unwrap();
    let polar = PolarFlow::builder()
        .base_url(url(fake.flow_url()))
        .auth_url(url(fake.auth_url()))
        .pace(Duration::ZERO)
        .password(EMAIL, PASSWORD)
        .build()
        .unwrap();
    (fake, polar)
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

#[tokio::test]
async fn save_month_writes_one_file_per_exercise() {
    let (_fake, polar) = fake().await;
    let folder = tempfile::tempdir().unwrap();
    let days = day("2025-05-01")..day("2025-05-20");
    save_month::save(&polar, days, folder.path()).await.unwrap();
    let names: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["41-0.tcx"], "the last day of the range is excluded");
    let file = std::fs::read_to_string(folder.path().join("41-0.tcx")).unwrap();
    assert!(file.contains("<TrainingCenterDatabase"), "{file}");
}

#[tokio::test]
async fn import_session_proves_the_cookies_of_a_browser() {
    let (fake, _) = fake().await;
    let polar = PolarFlow::builder()
        .base_url(fake.flow_url().parse().unwrap())
        .auth_url(fake.auth_url().parse().unwrap())
        .pace(Duration::ZERO)
        .build()
        .unwrap();
    let text = BrowserCookie::json(&fake.browser_cookies());
    import_session::import(&polar, &text).await.unwrap();
    import_session::import(&polar, "no cookies")
        .await
        .unwrap_err();
}

#[tokio::test]
async fn sleep_reports_the_shortest_night() {
    let (fake, polar) = fake().await;
    let nights = serde_json::json!([
        {"date": "2026-05-26", "sleepStartTime": "2026-05-25T23:00:00", "sleepEndTime": "2026-05-26T07:00:00", "sleepScore": 70.0},
        {"date": "2026-05-27", "sleepStartTime": "2026-05-27T01:00:00", "sleepEndTime": "2026-05-27T06:00:00", "sleepScore": 61.0}
    ]);
    fake.faults().always(
        "/api/sleep/report",
        Fault::Answer(Answer::json(200, &nights)),
    );
    let report = sleep::report(&polar, day("2026-05-20")).await.unwrap();
    assert_eq!(
        report,
        "2 nights, mean score 65.5, shortest on 2026-05-27: 300 min"
    );
}

#[tokio::test]
async fn custom_endpoint_reads_the_diary_in_windows() {
    let (fake, polar) = fake().await;
    let events = custom_endpoint::diary(&polar, day("2025-01-01"))
        .await
        .unwrap();
    assert_eq!(events.len(), 2);
    assert!(events.iter().all(|event| event.kind == "EXERCISE"));
    assert!(fake.requests().count("/training/getCalendarEvents") > 5);
}

#[cfg(feature = "archive")]
#[test]
fn archive_to_tcx_writes_what_can_be_read() {
    use fake_services::synthetic::polar_export::{new_session, old_session, packed};

    let folder = tempfile::tempdir().unwrap();
    let export = folder.path().join("export.zip");
    let mut files = vec![
        old_session(1, "2017-01-23"),
        new_session(2, "2026-01-02", 3),
    ];
    files.push(("training-session_broken.json".to_owned(), "{".to_owned()));
    std::fs::write(&export, packed(&files).unwrap()).unwrap();
    archive_to_tcx::save(&export, folder.path()).unwrap();
    let file = folder.path().join("2017-01-23-182000-1.tcx");
    assert_eq!(workouts(&file), 1);
    let file = folder.path().join("2026-01-02-103000-2.tcx");
    assert_eq!(workouts(&file), 3);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[cfg(feature = "archive")]
fn workouts(file: &std::path::Path) -> usize {
    let read = workout_files::read(&std::fs::read(file).unwrap()).unwrap();
    read.workouts.len()
}

#[test]
fn the_readme_shows_the_first_example() {
    let readme = include_str!("../README.md");
    let example = include_str!("../examples/save_month.rs");
    let shown = readme.split("```").nth(1).unwrap();
    let shown = shown.split_once('\n').unwrap().1;
    let example: String = example
        .lines()
        .skip_while(|line| !line.starts_with("use "))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(shown, example);
}
