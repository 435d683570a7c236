//! Wrong usage and wrong settings are exit code 64, with a message that names the place.

use system_tests::World;

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_are_named() {
    let cases = [
        ("SYNC_SETTLE_SECS", "soon"),
        ("SYNC_LEASE_SECS", "-5"),
        ("SYNC_LEASE_SECS", "0"),
        ("SYNC_MAX_ATTEMPTS", "3.5"),
        ("SYNC_PACE_MS", "1s"),
        ("SYNC_LEDGER", "my-ledger"),
        ("SYNC_LEDGER", "sqlite:"),
        ("POLAR_FLOW_URL", "flow"),
        ("RUNKEEPER_URL", "ftp://runkeeper.example"),
        ("RUNKEEPER_USER", "user/jane"),
    ];
    for (name, value) in cases {
        let mut world = World::start().await;
        world.set(name, value);
        let ran = world.sync(&["status"]).await.expect(64);
        assert!(ran.stderr.contains(name), "{name}={value}: {}", ran.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_usage() {
    let world = World::start().await;
    let cases: [&[&str]; 8] = [
        &["dance"],
        &["--since", "yesterday"],
        &["--since", "2026-02-30"],
        &["--since", "2026-03-01", "--until", "2026-02-01"],
        &["explain"],
        &["import-session", "strava", "x"],
        &["--frobnicate"],
        &["--config", "missing.toml"],
    ];
    for arguments in cases {
        let ran = world.sync(arguments).await;
        assert_eq!(ran.code, 64, "{arguments:?}: {ran:?}");
        assert!(!ran.stderr.is_empty());
    }
    world.sync(&["--help"]).await.expect(0);
    world.sync(&["--version"]).await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_settings_file_is_read_and_its_errors_name_the_line() {
    let world = World::start().await;
    world.write(
        "good.toml",
        b"ledger = \"memory:\"\nsettle_secs = 5\n[polar]\nemail = \"me@example.com\"\n",
    );
    world
        .sync(&["--config", "good.toml", "status"])
        .await
        .expect(0);
    world.write(
        "bad.toml",
        b"settle_secs = 5\n[polar]\npassword = \"secret-canary\"\n",
    );
    let ran = world
        .sync(&["--config", "bad.toml", "status"])
        .await
        .expect(64);
    assert!(
        ran.stderr.contains("bad.toml") && ran.stderr.contains("line 3"),
        "{}",
        ran.stderr
    );
    assert!(!ran.stderr.contains("secret-canary"), "{}", ran.stderr);
    // A password where something else belongs.
    for line in [
        "polar = \"me@example.com:secret-canary\"",
        "settle_secs = \"secret-canary\"",
        "manual_entries = \"secret-canary\"",
        "ledger = [\"secret-canary\"]",
        "ledger = \"postgres://me:secret-canary",
        "ledger = secret-canary",
    ] {
        world.write("bad.toml", format!("# settings\n{line}\n").as_bytes());
        let ran = world
            .sync(&["--config", "bad.toml", "status"])
            .await
            .expect(64);
        assert!(ran.stderr.contains("line 2"), "{line}: {}", ran.stderr);
        assert!(
            !ran.stderr.contains("secret-canary"),
            "{line}: {}",
            ran.stderr
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_file_is_not_shown() {
    let world = World::start().await;
    world.write("list.json", br#"{"synced": ["1"]}"#);
    let arguments: [&[&str]; 6] = [
        &["import-session", "runkeeper", "checker=secret-canary"],
        &["import-session", "polar", "Cookie: SESSION=secret-canary"],
        &["import-session", "polar", "secret-canary"],
        &["import-list", "MONGODB://me:secret-canary@host/db"],
        &["import-list", "postgres://me:secret-canary@host/db"],
        &["import-list", "me:secret-canary@host/db"],
    ];
    for arguments in arguments {
        let ran = world.sync(arguments).await.expect(64);
        let output = format!("{}{}", ran.stdout, ran.stderr);
        assert!(!output.contains("secret-canary"), "{arguments:?}: {output}");
    }
    // What is a file is named.
    world.write("cookies.txt", &[0xff, 0xfe]);
    let ran = world
        .sync(&["import-session", "polar", "cookies.txt"])
        .await
        .expect(64);
    assert!(ran.stderr.contains("cookies.txt"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn switches_are_spelt_alike() {
    let world = World::signed_in().await;
    for switch in ["--finish", "--verify", "--tell-changes"] {
        for value in ["", "=on", "=off"] {
            let option = format!("{switch}{value}");
            world
                .sync(&[&option, "--ledger", "memory:"])
                .await
                .expect(0);
        }
        let ran = world.sync(&[&format!("{switch}=maybe")]).await.expect(64);
        assert!(ran.stderr.contains(switch), "{}", ran.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn options_may_follow_the_command() {
    let world = World::signed_in().await;
    world
        .sync(&[
            "run",
            "--json",
            "--since",
            "2026-01-01",
            "--ledger",
            "memory:",
        ])
        .await
        .expect(0);
    world
        .sync(&["--json", "--ledger", "memory:", "plan"])
        .await
        .expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn options_that_a_command_does_not_follow_are_refused() {
    let world = World::start().await;
    let commands: [&[&str]; 11] = [
        &["status"],
        &["explain", "1"],
        &["retry", "1"],
        &["skip", "1"],
        &["reconcile"],
        &["undo", "1", "--yes"],
        &["export", "ledger.jsonl"],
        &["import", "ledger.jsonl"],
        &["sign-in", "polar"],
        &["import-session", "polar", "cookies.txt"],
        &["demo"],
    ];
    world.write("ledger.jsonl", b"");
    world.write("cookies.txt", b"");
    world.write("settings.toml", b"");
    let before = world.files();
    for command in commands {
        let mut options: Vec<&[&str]> = vec![&["--dry-run"]];
        if !["skip", "demo"].contains(&command[0]) {
            options.push(&["--since", "2026-01-01"]);
            options.push(&["--until", "2026-01-01"]);
            options.push(&["--accept-listing"]);
        }
        if ["export", "import", "sign-in", "import-session"].contains(&command[0]) {
            options.push(&["--json"]);
        }
        if command == ["demo"] {
            options.push(&["--config", "settings.toml"]);
        }
        for option in options {
            let ran = world.sync(&[command, option].concat()).await.expect(64);
            for word in [command[0], option[0]] {
                assert!(ran.stderr.contains(word), "{command:?}: {}", ran.stderr);
            }
        }
    }
    for command in [&["rebuild"][..], &["import-list", "list.json"]] {
        let ran = world.sync(&[command, &["--dry-run"]].concat()).await;
        assert_eq!(ran.code, 64, "{ran:?}");
    }
    assert_eq!(world.files(), before, "something was written");
    assert!(world.polar.requests().all().is_empty());
    assert!(world.runkeeper.requests().all().is_empty());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_variable_that_is_no_text_is_named() {
    use std::os::unix::ffi::OsStrExt;
    let world = World::start().await;
    for name in ["SYNC_LEDGER", "POLAR_SESSION", "RUNKEEPER_URL"] {
        let mut command = world.command(&["status"]);
        command.env(name, std::ffi::OsStr::from_bytes(b"sqlite:jos\xe9.sqlite"));
        let ran = system_tests::ran(command.output().await.unwrap()).expect(64);
        assert!(ran.stderr.contains(name), "{}", ran.stderr);
    }
    assert!(world.files().is_empty(), "{:?}", world.files());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_sqlite_ledger_in_memory_is_no_file_of_that_name() {
    let world = World::start().await;
    let ran = world
        .sync(&["status", "--ledger", "sqlite::memory:"])
        .await
        .expect(64);
    assert!(ran.stderr.contains("`memory:`"), "{}", ran.stderr);
    assert!(world.files().is_empty(), "{:?}", world.files());
}
