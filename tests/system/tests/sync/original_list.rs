//! Taking over from the original project: its list of what it had synced.

use chrono::{DateTime, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{PolarSession, PolarSport};
use system_tests::World;

async fn with_runs(count: u64) -> World {
    let world = World::signed_in().await;
    for number in 1..=count {
        let start: DateTime<Utc> = format!("2026-03-0{number}T10:00:00Z").parse().unwrap();
        let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(600 + number as u32 * 60);
        world
            .polar
            .add_session(PolarSession::new(number, 60, tcx.exercise(60)));
    }
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_in_the_list_is_never_sent() {
    let world = with_runs(4).await;
    world.write("list.json", br#"{"synced": ["1", 3, "77"]}"#);
    let requests = world.runkeeper.requests().all().len();
    let ran = world
        .sync(&["import-list", "list.json", "--json"])
        .await
        .expect(0);
    let json = ran.json();
    assert_eq!(json["adopted"], serde_json::json!(["1", "3"]));
    assert_eq!(json["unlisted"], serde_json::json!(["77"]));
    assert_eq!(world.runkeeper.requests().all().len(), requests);

    world.sync(&[]).await.expect(0);
    assert_eq!(world.runkeeper.activities().len(), 2);
    let status = world.sync(&["status", "--json"]).await.expect(0);
    assert_eq!(status.count("tombstoned"), 2);
    // Again: known workouts do not change.
    let ran = world.sync(&["import-list", "list.json"]).await.expect(0);
    assert!(
        ran.stdout.contains("2 were in the ledger already") && ran.stdout.contains("77"),
        "{}",
        ran.stdout
    );
    // Who misses one of them has it sent.
    world.sync(&["retry", "3"]).await.expect(0);
    assert_eq!(world.runkeeper.activities().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_list_is_wrong_usage_and_nothing_is_written() {
    let world = with_runs(1).await;
    world.write("torn.json", br#"{"synced": ["1""#);
    world.write("other.json", br#"{"ids": ["1"]}"#);
    let before = world.files();
    for (arguments, said) in [
        (&["torn.json"][..], "torn.json"),
        (&["other.json"], "synced"),
        (&["missing.json"], "missing.json"),
        (&["other.json", "--collection", "workouts"], "--collection"),
        (&["mongodb://me:can@ary@127.0.0.1:1/x"][..], "MongoDB"),
        (
            &["mongodb://me:can@ary@127.0.0.1:1/x", "--collection", "x"],
            "MongoDB",
        ),
    ] {
        let ran = world
            .sync(&[&["import-list"], arguments].concat())
            .await
            .expect(64);
        assert!(ran.stderr.contains(said), "{arguments:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("ary"), "{}", ran.stderr);
    }
    assert_eq!(world.files(), before);
}
