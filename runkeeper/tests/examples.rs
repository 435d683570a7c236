//! The examples run against the fake site, and the README shows the first of them unchanged.
#![allow(clippy::unwrap_used, missing_docs, dead_code, unreachable_pub)]

use std::time::Duration;

use chrono::{NaiveDate, TimeDelta};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{BrowserCookie, FakeActivity, FakeRunkeeper, Fault, PolarSport};
use runkeeper::{ActivityType, Month, Runkeeper};

#[path = "../examples/edit_types.rs"]
mod edit_types;
#[path = "../examples/read_archive.rs"]
mod read_archive;
#[path = "../examples/upload.rs"]
mod upload;

async fn signed_in(fake: &FakeRunkeeper) -> Runkeeper {
    let client = Runkeeper::builder()
        .base_url(fake.url().parse().unwrap())
        .auth_url(fake.asics_url().parse().unwrap())
        .pace(Duration::ZERO)
        .build()
        .unwrap();
    let cookies = BrowserCookie::header(&fake.browser_cookies());
    client.import_session(&cookies).await.unwrap();
    client
}

#[tokio::test]
async fn upload_reports_the_fate_of_the_file() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake).await;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("run.tcx");
    let start = "2025-01-05T07:00:00Z".parse().unwrap();
    std::fs::write(&path, SyntheticTcx::new(start, PolarSport::RUNNING).build()).unwrap();
    assert_eq!(
        upload::upload(&client, &path).await.unwrap(),
        "Runkeeper has it"
    );
    assert_eq!(fake.activities().len(), 1);
    fake.faults()
        .next(1, "POST /trackMultipleFileUpload", Fault::ResetAfterEffect);
    let said = upload::upload(&client, &path).await.unwrap();
    assert!(said.starts_with("look at the listing"), "{said}");
    assert_eq!(fake.activities().len(), 2, "sent once each time");
}

#[tokio::test]
async fn edit_types_changes_the_activities_of_one_type() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake).await;
    for (day, kind) in [(3, "RUN"), (4, "WALK"), (5, "RUN")] {
        let day = NaiveDate::from_ymd_opt(2025, 1, day).unwrap();
        let start = day.and_hms_opt(8, 0, 0).unwrap();
        let activity = FakeActivity::new(start, TimeDelta::minutes(30), 5000.0);
        fake.add_activity(activity.activity_type(kind));
    }
    let month = Month::new(2025, 1).unwrap();
    let (run, bike) = (ActivityType::Run, ActivityType::Bike);
    let changed = edit_types::change(&client, month, &run, &bike).await;
    assert_eq!(changed.unwrap(), 2);
    let mut kinds: Vec<String> = client
        .activities_in(month)
        .await
        .unwrap()
        .into_iter()
        .map(|activity| format!("{:?}", activity.activity_type.unwrap()))
        .collect();
    kinds.sort();
    assert_eq!(kinds, ["Bike", "Bike", "Walk"]);
}

#[test]
fn read_archive_names_rows_that_it_skips() {
    use std::io::{Cursor, Write as _};
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(
        "cardioActivities.csv",
        zip::write::SimpleFileOptions::default(),
    )
    .unwrap();
    zip.write_all(
        b"Date,Type,Duration,GPX File\n2025-01-05 08:00:00,Running,30:00,\nnever,Running,30:00,\n",
    )
    .unwrap();
    let zip = zip.finish().unwrap().into_inner();
    let summary = read_archive::summary(&zip).unwrap();
    let mut lines = summary.lines();
    assert_eq!(lines.next(), Some("1 activities, 0 tracks"));
    assert!(
        lines.next().unwrap().contains("cardioActivities.csv"),
        "{summary}"
    );
    assert!(read_archive::summary(b"no zip").is_err());
}

#[test]
fn the_readme_shows_the_first_example() {
    let readme = include_str!("../README.md");
    let example = include_str!("../examples/upload.rs");
    let shown = readme.split("```").nth(1).unwrap();
    let shown = shown.split_once('\n').unwrap().1;
    let example: String = example
        .lines()
        .skip_while(|line| !line.starts_with("use "))
        .map(|line| format!("{line}\n"))
        .collect();
    assert_eq!(shown, example);
}
