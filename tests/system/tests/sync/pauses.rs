//! A service that answers with `Retry-After` is left alone.

use std::time::{Duration, Instant};

use fake_services::UploadMode;

use crate::processes::with_runs;

#[tokio::test(flavor = "multi_thread")]
async fn the_run_waits_for_a_short_pause_and_goes_on() {
    let world = with_runs(3).await;
    let busy = UploadMode::TooManyRequests(Some(3));
    world.runkeeper.next_uploads(1, busy);
    let began = Instant::now();
    world.sync(&["--json"]).await.expect(1);
    assert!(began.elapsed() >= Duration::from_secs(3));
    assert_eq!(world.runkeeper.activities().len(), 2);
    world.sync(&["--json"]).await.expect(0);
    assert_eq!(world.runkeeper.activities().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_pause_ends_the_run_and_the_next_process_asks_nothing() {
    let world = with_runs(3).await;
    let busy = UploadMode::TooManyRequests(Some(600));
    world.runkeeper.next_uploads(1, busy);
    world.sync(&["--json"]).await.expect(1);
    let asked = world.runkeeper.requests().all().len();
    for _ in 0..3 {
        let ran = world.sync(&["--json"]).await.expect(1);
        assert!(ran.stderr.contains("pause until"), "{ran:?}");
    }
    assert_eq!(world.runkeeper.requests().all().len(), asked);
    assert_eq!(world.runkeeper.activities().len(), 0);
}
