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
    // An existing file is named.
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

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_of_the_settings_file_that_cannot_be_used_names_its_line() {
    let mut world = World::start().await;
    for name in [
        "SYNC_SETTLE_SECS",
        "SYNC_LEASE_SECS",
        "POLAR_FLOW_URL",
        "RUNKEEPER_URL",
    ] {
        world.unset(name);
    }
    for entry in [
        "settle_secs = 31536000001",
        "settle_secs = 99999999999999999999",
        "settle_secs = -1",
        "lease_secs = 0",
        "http_timeout_secs = 0",
        "max_attempts = 1.5",
        "parallel = 18446744073709551615",
        "sports = \"curling-in-the-dark\"",
        "ledger = \"my-ledger\"",
        "polar.url = \"flow\"",
        "runkeeper.unit = \"furlong\"",
    ] {
        world.write("bad.toml", format!("# settings\n\n{entry}\n").as_bytes());
        let ran = world
            .sync(&["--config", "bad.toml", "status"])
            .await
            .expect(64);
        assert!(
            ran.stderr.contains("bad.toml") && ran.stderr.contains("line 3"),
            "{entry}: {}",
            ran.stderr
        );
    }
    world.write(
        "bad.toml",
        b"settle_secs = 5\n[runkeeper]\nemail = \"me@example.com\"\nurl = \"ftp://x\"\n",
    );
    let ran = world
        .sync(&["--config", "bad.toml", "plan"])
        .await
        .expect(64);
    assert!(ran.stderr.contains("line 4"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_with_json_is_one_json_document() {
    let mut world = World::start().await;
    world.write("diary.txt", b"Dear diary");
    let cases: [(&[&str], i32, &str); 8] = [
        (&["status", "--json"], 64, "usage"),
        (&["--json", "dance"], 64, "usage"),
        (&["--json", "--since", "yesterday"], 64, "usage"),
        (&["--json", "export", "x"], 64, "usage"),
        (
            &["--json", "--since", "2026-03-01", "--until", "2026-02-01"],
            64,
            "usage",
        ),
        (
            &["status", "--json", "--ledger", "sqlite:diary.txt"],
            70,
            "failed",
        ),
        (&["--json", "--config", "missing.toml"], 64, "usage"),
        (&["run", "--json"], 3, "sign_in_needed"),
    ];
    for (arguments, code, kind) in cases {
        let ran = world.sync(arguments).await.expect(code);
        let error = &ran.json()["error"];
        assert_eq!(error["kind"], kind, "{arguments:?}");
        let message = error["message"].as_str().unwrap();
        assert!(
            !message.is_empty() && ran.stderr.contains(message.trim()),
            "{ran:?}"
        );
        assert!(error.get("hint").is_some(), "{ran:?}");
    }
    world.set("SYNC_LOG", "nonsense===");
    let ran = world.sync(&["--json"]).await.expect(64);
    assert_eq!(ran.json()["error"]["kind"], "usage");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guard_with_json_is_a_json_document() {
    let world = World::signed_in().await;
    world
        .polar
        .add_sessions(fake_services::synthetic::history());
    world.sync(&[]).await.expect(0);
    world.polar.set(|switches| switches.empty_listing = true);
    let ran = world.sync(&["--json"]).await.expect(4);
    assert_eq!(ran.json()["error"]["kind"], "guard");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_home_is_needed_when_every_file_is_named() {
    let mut world = World::signed_in().await;
    let place = |name: &str| world.home.path().join(name).display().to_string();
    let (ledger, polar) = (format!("sqlite:{}", place("l.sqlite")), place("polar.json"));
    let runkeeper = place(".local/share/workout-sync/runkeeper.session.json");
    world.set("SYNC_LEDGER", &ledger);
    world.set("POLAR_SESSION", &polar);
    world.set("RUNKEEPER_SESSION", &runkeeper);
    for home in ["/dev/null", "/nowhere", "/proc/self/status"] {
        world.set("HOME", home);
        world.sync(&[]).await.expect(0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_may_be_in_files_and_in_credentials() {
    use fake_services::FakePolarFlow;
    let mut world = World::signed_in().await;
    world.unset("POLAR_EMAIL");
    world.unset("POLAR_PASSWORD");
    let place = |name: &str| world.home.path().join(name).display().to_string();
    world.write("email", format!("{}\n", FakePolarFlow::EMAIL).as_bytes());
    world.write(
        "password",
        format!("{}\r\n", FakePolarFlow::PASSWORD).as_bytes(),
    );
    let (email, password) = (place("email"), place("password"));
    world.set("POLAR_EMAIL_FILE", &email);
    world.set("POLAR_PASSWORD_FILE", &password);
    world.sync(&["sign-in", "polar"]).await.expect(0);
    world.unset("POLAR_EMAIL_FILE");
    world.unset("POLAR_PASSWORD_FILE");
    std::fs::create_dir(world.home.path().join("credentials")).unwrap();
    world.write("credentials/polar_email", FakePolarFlow::EMAIL.as_bytes());
    world.write(
        "credentials/POLAR_PASSWORD",
        FakePolarFlow::PASSWORD.as_bytes(),
    );
    let credentials = world.home.path().join("credentials").display().to_string();
    world.set("CREDENTIALS_DIRECTORY", &credentials);
    world.sync(&["sign-in", "polar"]).await.expect(0);
    world.set("POLAR_PASSWORD_FILE", "missing");
    let ran = world.sync(&["sign-in", "polar"]).await.expect(64);
    assert!(ran.stderr.contains("POLAR_PASSWORD_FILE"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn completions_are_for_the_name_of_the_program() {
    let world = World::start().await;
    for shell in ["bash", "zsh", "fish"] {
        let ran = world.sync(&["completions", shell]).await.expect(0);
        assert!(
            ran.stdout.contains("workout-sync") && ran.stdout.contains("import-list"),
            "{shell}"
        );
    }
    world.sync(&["completions", "tea"]).await.expect(64);
    assert!(world.files().is_empty());
}
