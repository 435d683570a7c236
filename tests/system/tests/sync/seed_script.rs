//! The four failures of the 90-line script that this project grew out of. None of them is ours.

use std::time::Duration;

use chrono::{DateTime, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{Answer, Fault, PolarSession, PolarSport, UploadMode};
use system_tests::World;

fn run_at(id: u64, start: &str, offset_minutes: i32) -> PolarSession {
    let start: DateTime<Utc> = start.parse().unwrap();
    let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(900);
    PolarSession::new(id, offset_minutes, tcx.exercise(offset_minutes))
}

/// It listed "this calendar year": on 1 January the last run of the old year was gone.
#[tokio::test(flavor = "multi_thread")]
async fn the_run_of_31_december_is_not_lost() {
    for (offset, start) in [(60, "2025-12-31T22:40:00Z"), (-300, "2026-01-01T04:40:00Z")] {
        let world = World::signed_in().await;
        world.polar.add_session(run_at(1, start, offset));
        let ran = world.sync(&["--json"]).await.expect(0);
        assert_eq!(
            ran.items()[0]["start"].as_str().unwrap(),
            "2025-12-31T23:40:00"
        );
        assert_eq!(ran.count("delivered"), 1);
        assert_eq!(world.runkeeper.activities().len(), 1);
    }
}

/// It posted whatever text came back: the login page became a workout.
#[tokio::test(flavor = "multi_thread")]
async fn an_error_page_is_never_uploaded() {
    let pages = [
        Answer::login_page(),
        Answer::html(
            200,
            "<!DOCTYPE html><html><head><title>Oops</title></head><body>sorry</body></html>",
        ),
        Answer::empty(),
        Answer::json(200, &serde_json::json!({"error": "export failed"})),
        Answer::status(404),
    ];
    for page in pages {
        let world = World::signed_in().await;
        world
            .polar
            .add_session(run_at(1, "2026-03-01T10:00:00Z", 60));
        world
            .polar
            .faults()
            .always("/api/export", Fault::Answer(page.clone()));
        let ran = world.sync(&["--json"]).await;
        assert!([1, 2, 3].contains(&ran.code), "{page:?}: {ran:?}");
        assert_eq!(
            world
                .runkeeper
                .requests()
                .count("POST /trackMultipleFileUpload"),
            0,
            "{page:?}"
        );
        assert!(world.runkeeper.activities().is_empty(), "{page:?}");
        world.polar.faults().clear();
        if ran.code != 2 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            world.sync(&[]).await.expect(0);
            assert_eq!(world.runkeeper.activities().len(), 1, "{page:?}");
        }
    }
}

/// It wrote the id into its list of done ones without looking at the answer.
#[tokio::test(flavor = "multi_thread")]
async fn a_failed_upload_is_not_marked_as_done() {
    let modes = [
        UploadMode::ErrorJson("this file is broken".into()),
        UploadMode::StatusBeforeStoring(500),
        UploadMode::TooManyRequests(None),
        UploadMode::LoginRedirect,
        UploadMode::ResetAfterBody,
    ];
    for mode in modes {
        let world = World::signed_in().await;
        world
            .polar
            .add_session(run_at(1, "2026-03-01T10:00:00Z", 60));
        world.runkeeper.next_uploads(5, mode.clone());
        let ran = world.sync(&["--json"]).await;
        assert_ne!(ran.code, 0, "{mode:?}: {ran:?}");
        assert_eq!(
            ran.count("delivered") + ran.count("linked"),
            0,
            "{mode:?}: {ran:?}"
        );
        let status = world.sync(&["status", "--json"]).await;
        assert_eq!(status.items().len(), 1, "{mode:?}: it must stay visible");
    }
}

/// It wrote its list at the end: a crash on the way, and everything was uploaded again.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_nothing_is_uploaded_again() {
    let mut world = World::signed_in().await;
    world.set("SYNC_LEASE_SECS", "2");
    for number in 1..=4 {
        world
            .polar
            .add_session(run_at(number, &format!("2026-03-0{number}T10:00:00Z"), 60));
    }
    // The third upload is stored, and the program is killed while it waits for the answer.
    world.runkeeper.faults().after(
        2,
        1,
        "POST /trackMultipleFileUpload",
        Fault::SlowAnswer(Duration::from_secs(60)),
    );
    let mut killed = world.spawn(&[]);
    for _ in 0..600 {
        if world.runkeeper.activities().len() == 3 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert_eq!(world.runkeeper.activities().len(), 3);
    killed.kill().await.unwrap();
    killed.wait().await.unwrap();

    let ran = world.sync(&["--json"]).await.expect(1);
    assert_eq!(
        ran.count("sending"),
        1,
        "the lease of the dead one still runs"
    );
    assert_eq!(ran.count("delivered"), 1);
    tokio::time::sleep(Duration::from_millis(3500)).await;
    let ran = world.sync(&["--json"]).await.expect(0);
    assert_eq!(ran.count("linked"), 1);
    assert_eq!(world.runkeeper.activities().len(), 4);
    assert!(world.runkeeper.duplicates().is_empty());
}
