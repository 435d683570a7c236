//! `--verify`: files that were changed, removed, added.

use system_tests::World;

use super::{DIR, account, archive, fetched, root};

#[tokio::test(flavor = "multi_thread")]
async fn every_difference_is_named_and_nothing_is_asked_or_changed() {
    let world = account(5).await;
    archive(&world, &[]).await.expect(0);
    let root = root(&world);
    let names: Vec<String> = fetched(&world).into_keys().collect();
    let tampered = root.join(&names[0]);
    let mut bytes = std::fs::read(&tampered).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(&tampered, bytes).unwrap();
    std::fs::remove_file(root.join(&names[1])).unwrap();
    std::fs::write(root.join("sessions/notes.txt"), "mine").unwrap();
    std::fs::write(root.join("sessions/.DS_Store"), "theirs").unwrap();
    world.polar.requests().clear();
    let ran = world
        .sync(&["archive", DIR, "--verify", "--json"])
        .await
        .expect(2);
    let json = ran.json();
    assert_eq!(json["changed"], serde_json::json!([names[0]]));
    assert_eq!(json["missing"], serde_json::json!([names[1]]));
    assert_eq!(json["foreign"], serde_json::json!(["sessions/notes.txt"]));
    assert!(world.polar.requests().all().is_empty());
    let ran = world.sync(&["archive", DIR, "--verify"]).await.expect(2);
    assert!(
        ran.stdout
            .contains("1 missing, 1 changed, 0 moved, 1 foreign"),
        "{}",
        ran.stdout
    );
    assert!(ran.stdout.contains("notes.txt"), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_file_alone_is_no_damage() {
    let world = account(1).await;
    archive(&world, &[]).await.expect(0);
    std::fs::write(root(&world).join("notes.txt"), "mine").unwrap();
    let json = world
        .sync(&["archive", DIR, "--verify", "--json"])
        .await
        .expect(0)
        .json();
    assert_eq!(json["foreign"], serde_json::json!(["notes.txt"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn there_must_be_an_archive() {
    let world = World::start().await;
    let ran = world
        .sync(&["archive", "nowhere", "--verify"])
        .await
        .expect(64);
    assert!(ran.stderr.contains("does not exist"), "{}", ran.stderr);
    std::fs::create_dir(root(&world)).unwrap();
    let ran = world.sync(&["archive", DIR, "--verify"]).await.expect(64);
    assert!(ran.stderr.contains("no archive"), "{}", ran.stderr);
    world
        .sync(&["archive", DIR, "--verify", "--adopt"])
        .await
        .expect(64);
}
