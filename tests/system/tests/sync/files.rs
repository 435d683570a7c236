//! Files that are damaged, or something else.

use system_tests::World;

async fn with_runs() -> World {
    let world = World::signed_in().await;
    world
        .polar
        .add_sessions(fake_services::synthetic::history());
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_ledger_is_named_and_left_alone() {
    let mut world = with_runs().await;
    world.set("SYNC_LEDGER", "sqlite:my.ledger");
    world.sync(&[]).await.expect(0);
    let path = world.home.path().join("my.ledger");
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.truncate(bytes.len() / 2);
    std::fs::write(&path, &bytes).unwrap();
    let requests = world.polar.requests().all().len();
    let ran = world.sync(&[]).await.expect(70);
    assert!(
        ran.stderr.contains("my.ledger") && ran.stderr.contains("damaged"),
        "{}",
        ran.stderr
    );
    assert_eq!(std::fs::read(&path).unwrap(), bytes, "the file was touched");
    assert_eq!(
        world.polar.requests().all().len(),
        requests,
        "it went on without a ledger"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_ledger_is_named_and_left_alone() {
    let mut world = with_runs().await;
    world.write(
        "diary.txt",
        b"Dear diary, today I ran for an hour and it was lovely.",
    );
    world.set("SYNC_LEDGER", "sqlite:diary.txt");
    for command in [&["run"][..], &["plan"], &["status"], &["explain", "1"]] {
        let ran = world.sync(command).await.expect(70);
        assert!(ran.stderr.contains("diary.txt"), "{}", ran.stderr);
    }
    let text = std::fs::read_to_string(world.home.path().join("diary.txt")).unwrap();
    assert!(text.starts_with("Dear diary"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_session_file_is_named_and_left_alone_even_with_a_password() {
    let mut world = with_runs().await;
    world.write(
        "polar.json",
        b"{\"format\": \"web-session cookies\", \"cook",
    );
    world.set("POLAR_SESSION", "polar.json");
    let ran = world.sync(&[]).await;
    assert!(![0, 1, 2].contains(&ran.code), "{ran:?}");
    assert!(ran.stderr.contains("polar.json"), "{}", ran.stderr);
    let text = std::fs::read_to_string(world.home.path().join("polar.json")).unwrap();
    assert_eq!(text, "{\"format\": \"web-session cookies\", \"cook");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_ledger_is_named_and_left_alone() {
    let mut world = with_runs().await;
    world.set("SYNC_LEDGER", "sqlite:my.ledger");
    world.sync(&[]).await.expect(0);
    world.write("my.ledger", b"");
    for command in [&["run"][..], &["plan"], &["status"]] {
        let ran = world.sync(command).await.expect(70);
        assert!(
            ran.stderr.contains("my.ledger") && ran.stderr.contains("empty"),
            "{}",
            ran.stderr
        );
    }
    let path = world.home.path().join("my.ledger");
    assert_eq!(std::fs::read(&path).unwrap(), b"", "the file was touched");
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_makes_no_ledger() {
    let world = with_runs().await;
    let before = world.files();
    let elsewhere = ["--ledger", "sqlite:typo/none.sqlite"];
    for command in [
        &["status"][..],
        &["explain", "1"],
        &["export", "out.jsonl"],
        &["undo", "1", "--yes"],
        &["retry", "1"],
        &["reconcile"],
    ] {
        let ran = world.sync(&[command, &elsewhere].concat()).await.expect(64);
        assert!(
            ran.stderr.contains("typo/none.sqlite"),
            "{command:?}: {}",
            ran.stderr
        );
    }
    // A plan comes before the first run: everything is new.
    let ran = world
        .sync(&[&["plan", "--json"][..], &elsewhere].concat())
        .await
        .expect(1);
    assert!(ran.count("new") > 0);
    let sessions = |path: &&std::path::PathBuf| !path.to_string_lossy().contains(".session.json");
    let after = world.files();
    assert_eq!(
        after.iter().filter(sessions).collect::<Vec<_>>(),
        before.iter().filter(sessions).collect::<Vec<_>>()
    );
    assert!(!world.home.path().join("typo").exists());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let world = with_runs().await;
    world.sync(&[]).await.expect(0);
    world.sync(&["export", "out.jsonl"]).await.expect(0);
    let file = std::fs::metadata(world.home.path().join("out.jsonl")).unwrap();
    assert_eq!(file.permissions().mode() & 0o777, 0o600);
}
