//! Files and settings that are too large, endless, of another kind, or begin with a mark.

use std::time::Duration;

use system_tests::{Ran, World, ran};

/// So long may it take to find out that a file is no input.
const PATIENCE: Duration = Duration::from_secs(30);

async fn in_time(world: &World, arguments: &[&str], variable: Option<(&str, &str)>) -> Ran {
    let mut command = world.command(arguments);
    command.envs(variable);
    let output = tokio::time::timeout(PATIENCE, command.output()).await;
    ran(output.expect("it never stops reading").unwrap())
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_endless_file_is_refused_and_nothing_is_written() {
    let world = World::start().await;
    let before = world.files();
    type Case<'a> = (&'a [&'a str], Option<(&'a str, &'a str)>);
    let commands: [Case<'_>; 7] = [
        (&["import", "/dev/zero"], None),
        (&["import-list", "/dev/zero"], None),
        (&["import-session", "polar", "/dev/zero"], None),
        (&["status", "--config", "/dev/zero"], None),
        (&["status"], Some(("SYNC_CONFIG", "/dev/zero"))),
        (&["status"], Some(("RUNKEEPER_PASSWORD_FILE", "/dev/zero"))),
        (&["status"], Some(("SYNC_LEDGER_FILE", "/dev/urandom"))),
    ];
    for (arguments, variable) in commands {
        let ran = in_time(&world, arguments, variable).await;
        assert_eq!(ran.code, 64, "{arguments:?} {variable:?}: {ran:?}");
        assert!(
            ran.stderr.contains("/dev/"),
            "{arguments:?}: {}",
            ran.stderr
        );
    }
    assert_eq!(world.files(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_settings_file_has_a_largest_size() {
    let world = World::start().await;
    world.write("large.toml", &b"# nothing\n".repeat(200_000));
    let ran = in_time(&world, &["status", "--config", "large.toml"], None).await;
    let ran = ran.expect(64);
    assert!(
        ran.stderr.contains("large.toml") && ran.stderr.contains("larger"),
        "{}",
        ran.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_export_is_refused_before_a_ledger_is_made() {
    let world = World::start().await;
    std::fs::create_dir(world.home.path().join("folder")).unwrap();
    world.write("diary.txt", b"Dear diary");
    world.write("utf-16.jsonl", b"\xff\xfe{\0}\0");
    world.write("line.jsonl", &[&b"{"[..], &b"x".repeat(20 << 20)].concat());
    let before = world.files();
    for input in ["folder", "diary.txt", "utf-16.jsonl", "missing.jsonl"] {
        let ran = in_time(&world, &["import", input], None).await.expect(64);
        assert!(ran.stderr.contains(input), "{input}: {}", ran.stderr);
        assert_eq!(world.files(), before, "{input}");
    }
    let ran = in_time(&world, &["import", "line.jsonl"], None).await;
    let ran = ran.expect(64);
    assert!(ran.stderr.contains("longer"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_byte_order_mark_is_no_content() {
    const MARK: &[u8] = b"\xef\xbb\xbf";
    let world = World::signed_in().await;
    world
        .polar
        .add_sessions(fake_services::synthetic::history());
    world.write("settings.toml", &[MARK, b"settle_secs = 1\n"].concat());
    world.sync(&["--config", "settings.toml"]).await.expect(0);
    world.sync(&["export", "plain.jsonl"]).await.expect(0);
    let exported = std::fs::read(world.home.path().join("plain.jsonl")).unwrap();
    world.write("marked.jsonl", &[MARK, &exported].concat());
    let elsewhere = ["--ledger", "sqlite:copy.sqlite"];
    world
        .sync(&[&["import", "marked.jsonl"][..], &elsewhere].concat())
        .await
        .expect(0);
    world
        .sync(&[&["export", "again.jsonl"][..], &elsewhere].concat())
        .await
        .expect(0);
    let again = std::fs::read(world.home.path().join("again.jsonl")).unwrap();
    assert_eq!(again, exported);
    world.write("list.json", &[MARK, br#"{"synced": ["77"]}"#].concat());
    world.sync(&["import-list", "list.json"]).await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn days_that_are_not_there_yet_are_not_listed() {
    let world = World::signed_in().await;
    world.polar.requests().clear();
    world.sync(&["plan", "--since", "2026-01-01"]).await;
    let usual = world.polar.requests().all().len();
    for until in ["9999-12-31", "2101-01-01"] {
        world.polar.requests().clear();
        world
            .sync(&["plan", "--since", "2026-01-01", "--until", until])
            .await;
        let asked = world.polar.requests().all().len();
        assert!(
            asked <= usual + 2,
            "{until}: {asked} requests, usually {usual}"
        );
    }
    // A window in the future is empty, not wrong.
    let ran = world
        .sync(&["plan", "--since", "9999-01-01", "--until", "9999-12-31"])
        .await;
    assert!([0, 1].contains(&ran.code), "{ran:?}");
}
