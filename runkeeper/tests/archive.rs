//! The account's archive: asked for, waited for, read. And the upload in two steps.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use common::signed_in;
use fake_services::synthetic::SyntheticTcx;
use fake_services::{ActivityOrigin, DistanceUnit, FakeActivity, FakeRunkeeper, PolarSport};
use runkeeper::{
    ActivityType, Answer, Error, ExportStatus, ManualEntry, SendError, TrackUpload, archive,
};

fn start() -> DateTime<Utc> {
    "2024-12-31T22:30:00Z".parse().unwrap()
}

fn file(recipe: &SyntheticTcx) -> TrackUpload {
    TrackUpload::tcx("run", recipe.build())
}

#[tokio::test]
async fn the_archive_is_asked_for_waited_for_and_read() {
    for unit in [DistanceUnit::Kilometres, DistanceUnit::Miles] {
        let fake = FakeRunkeeper::start().await.unwrap();
        fake.set(|switches| {
            switches.unit = unit;
            switches.export_reloads = 2;
        });
        let client = signed_in(&fake);
        client
            .upload(&file(&SyntheticTcx::new(start(), PolarSport::RUNNING)))
            .await
            .unwrap();
        let day = NaiveDate::from_ymd_opt(2025, 3, 9).unwrap();
        let manual = FakeActivity::new(
            day.and_hms_opt(8, 0, 0).unwrap(),
            TimeDelta::minutes(30),
            5000.0,
        );
        fake.add_activity(manual.activity_type("YOGA"));

        assert_eq!(
            client.export_status().await.unwrap(),
            ExportStatus::NotReady
        );
        client
            .request_export(NaiveDate::from_ymd_opt(2024, 1, 1).unwrap(), day)
            .await
            .unwrap();
        let mut looks = 0;
        let link = loop {
            looks += 1;
            if let ExportStatus::Ready(link) = client.export_status().await.unwrap() {
                break link;
            }
        };
        assert_eq!(looks, 3);
        let read = archive::read(&client.download_export(&link).await.unwrap()).unwrap();
        assert_eq!(read.activities.len(), 2);
        assert_eq!(read.activities[0].activity_type, ActivityType::Yoga);
        assert!(
            (read.activities[0]
                .distance
                .as_ref()
                .unwrap()
                .metres()
                .unwrap()
                - 5000.0)
                .abs()
                < 10.0
        );
        let track = read.activities[1].gpx_file.as_deref().unwrap();
        assert_eq!(
            workout::read(&read.tracks[track]).unwrap().workouts[0].position_count(),
            1800
        );
        assert_eq!(read.measurements.len(), 1);
    }
}

#[tokio::test]
async fn a_file_is_previewed_and_then_saved_with_its_type() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let file = file(&SyntheticTcx::new(start(), PolarSport::HIKING).seconds(120));
    let preview = client.preview(&file).await.unwrap();
    assert!(fake.activities().is_empty(), "a preview creates nothing");
    assert_eq!(preview.start().unwrap().to_string(), "2024-12-31 23:30:01");
    assert!((preview.distance_m() - 119.0 * 2.8).abs() < 3.0);
    let entry = ManualEntry::new(
        ActivityType::Hike,
        preview.start().unwrap(),
        preview.duration().unwrap(),
    )
    .distance_m(preview.distance_m());
    let answer = client.save_preview(&preview, &file, &entry).await.unwrap();
    assert!(matches!(answer, Answer::Accepted(Some(_))));
    let stored = &fake.activities()[0];
    assert_eq!(
        (stored.origin, stored.activity_type.as_str()),
        (ActivityOrigin::TwoStepUpload, "HIKE")
    );
}

#[tokio::test]
async fn a_preview_of_a_file_without_positions_is_refused() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let gym = SyntheticTcx::new(start(), PolarSport::STRENGTH_TRAINING).indoors(None);
    let error = client.preview(&file(&gym)).await.unwrap_err();
    assert!(
        matches!(&error, Error::Rejected { message, .. } if message.contains("no GPS")),
        "{error}"
    );
    fake.expire_sessions();
    let entry = ManualEntry::new(
        ActivityType::Yoga,
        start().naive_utc(),
        TimeDelta::minutes(5),
    );
    assert!(matches!(
        client.add_manual_entry(&entry).await,
        Err(SendError::NotSent(Error::SessionExpired { .. }))
    ));
}
