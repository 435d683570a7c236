//! Signals that ask the program to end.
#![cfg(unix)]

use std::process::Command;
use std::time::Duration;

use fake_services::UploadMode;
use system_tests::ran;

use crate::processes::with_runs;

async fn stopped_by(signal: &str) {
    let world = with_runs(3).await;
    let slow = UploadMode::SlowAnswer(Duration::from_secs(2));
    world.runkeeper.next_uploads(3, slow);
    let uploads = || {
        let log = world.runkeeper.requests();
        log.count("POST /trackMultipleFileUpload")
    };
    let child = world.spawn(&["--json"]);
    while uploads() == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let pid = child.id().unwrap().to_string();
    let sent = Command::new("kill").args([signal, &pid]).status().unwrap();
    assert!(sent.success());
    let ran = ran(child.wait_with_output().await.unwrap()).expect(1);
    assert_eq!(ran.count("delivered"), 1, "{ran:?}");
    assert_eq!(uploads(), 1);
    assert!(ran.stderr.contains("finishing"), "{}", ran.stderr);
    // The next run goes on from there.
    world.sync(&[]).await.expect(0);
    let status = world.sync(&["status", "--json"]).await.expect(0);
    assert_eq!(status.count("delivered"), 3);
    assert_eq!(uploads(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_termination_finishes_the_workout_in_work() {
    stopped_by("-TERM").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_finishes_the_workout_in_work() {
    stopped_by("-INT").await;
}
