//! Uploads of unknown fate at a destination that lists late: the program sends twice at most.

use std::time::Duration;

use fake_services::{ListingLag, UploadMode};
use system_tests::World;

use crate::uploads::{sends, with_one_run};

const UNKNOWN: [UploadMode; 5] = [
    UploadMode::OpaqueJson,
    UploadMode::StatusAfterStoring(500),
    UploadMode::Html,
    UploadMode::ResetAfterStoring,
    UploadMode::StatusBeforeStoring(502),
];

async fn blind(mode: UploadMode) -> World {
    let world = with_one_run().await;
    let lag = ListingLag::Delay(Duration::from_secs(3600));
    world.runkeeper.set(|switches| switches.listing_lag = lag);
    world.runkeeper.next_uploads(1000, mode);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn nine_runs_send_an_unlisted_upload_twice_at_most_and_park_it() {
    let play = async |mode: UploadMode| {
        let world = blind(mode.clone()).await;
        let mut last = None;
        for run in 0..9 {
            last = Some(world.sync(&["--json"]).await);
            if run == 4 {
                world.sync(&["reconcile"]).await;
                world.sync(&["retry", "1"]).await;
            }
            tokio::time::sleep(Duration::from_millis(700)).await;
        }
        assert_eq!(sends(&world), 2, "{mode:?}");
        assert!(world.runkeeper.activities().len() <= 2, "{mode:?}");
        let last = last.unwrap().expect(2);
        assert_eq!(last.count("parked"), 1, "{mode:?}");
        let explained = world.sync(&["explain", "1"]).await.expect(0).stdout;
        assert!(explained.contains("sent twice"), "{explained}");
        assert_eq!(
            explained.matches("evidence   sent at").count(),
            2,
            "{explained}"
        );
        assert!(explained.contains("never sent a third time"), "{explained}");
        assert!(explained.contains("`skip`"), "{explained}");
        // Not even when the user says that it is not there.
        world.sync(&["retry", "1", "--not-there"]).await.expect(64);
        assert_eq!(sends(&world), 2, "{mode:?}");
    };
    let all = UNKNOWN.into_iter().map(play);
    futures_util::future::join_all(all).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn by_default_the_second_send_waits_for_an_hour() {
    let mut world = blind(UploadMode::OpaqueJson).await;
    world.unset("SYNC_RESEND_SECS");
    for _ in 0..9 {
        let ran = world.sync(&["--json"]).await.expect(1);
        assert_eq!(ran.count("unsure"), 1);
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    assert_eq!((sends(&world), world.runkeeper.activities().len()), (1, 1));
    // When it is listed at last, it is linked.
    world
        .runkeeper
        .set(|switches| switches.listing_lag = ListingLag::None);
    let text = world.sync(&["explain", "1"]).await.expect(0).stdout;
    assert!(text.contains("it is sent once more"), "{text}");
}
