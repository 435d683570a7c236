//! The guide on a terminal. `script` (util-linux) makes the pseudo-terminal; without it these tests skip with a message.
#![cfg(target_os = "linux")]

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{BrowserCookie, FakePolarFlow, PolarSession, PolarSport};
use system_tests::{Terminal, World};

const PATIENCE: Duration = Duration::from_secs(60);

/// Noon of a day before today. The day is then the same in UTC and where the workout was made, at every hour of the test.
fn noon(days_ago: i64) -> DateTime<Utc> {
    let day = Utc::now() - TimeDelta::days(days_ago);
    day.date_naive().and_hms_opt(12, 0, 0).unwrap().and_utc()
}

/// Nothing is set up; both accounts exist, Polar Flow has three workouts.
async fn nothing_yet() -> World {
    let mut world = World::start().await;
    world.unset("POLAR_EMAIL");
    world.unset("POLAR_PASSWORD");
    for number in 1..=3_u32 {
        let start = noon(2 * i64::from(number));
        let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(300 + number * 60);
        world
            .polar
            .add_session(PolarSession::new(number.into(), 60, tcx.exercise(60)));
    }
    world
}

fn terminal(world: &World, arguments: &[&str]) -> Option<Terminal> {
    let terminal = world.terminal(160, arguments);
    if terminal.is_none() {
        #[allow(clippy::print_stdout)]
        {
            println!("skipped: there is no `script` to make a terminal with");
        }
    }
    terminal
}

/// Answers each question when it appears.
async fn talk(terminal: &mut Terminal, answers: &[(&str, &str)]) {
    for (question, answer) in answers {
        terminal.wait_for_new(question, PATIENCE).await;
        // A password's prompt comes before the terminal stops showing what is typed.
        terminal.listen(Duration::from_millis(200)).await;
        terminal.type_in(&format!("{answer}\n")).await;
    }
}

/// The cookies of both services in the profile of a Firefox.
fn firefox(world: &World) {
    let folder = world
        .home
        .path()
        .join(".mozilla/firefox/abcd.default-release");
    std::fs::create_dir_all(&folder).unwrap();
    let database = rusqlite::Connection::open(folder.join("cookies.sqlite")).unwrap();
    database
        .execute_batch(
            "CREATE TABLE moz_cookies (id INTEGER PRIMARY KEY, originAttributes TEXT NOT NULL DEFAULT '', name TEXT,
             value TEXT, host TEXT, path TEXT, expiry INTEGER, lastAccessed INTEGER, creationTime INTEGER,
             isSecure INTEGER, isHttpOnly INTEGER)",
        )
        .unwrap();
    for cookie in world.runkeeper.browser_cookies() {
        database
            .execute(
                "INSERT INTO moz_cookies (host, name, value, path, expiry, isSecure, isHttpOnly)
                 VALUES (?1, ?2, ?3, '/', 4000000000, 0, 1)",
                [&cookie.host, &cookie.name, &cookie.value],
            )
            .unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn from_nothing_to_delivered_workouts_in_under_twenty_lines() {
    let world = nothing_yet().await;
    firefox(&world);
    let Some(mut terminal) = terminal(&world, &["setup"]) else {
        return;
    };
    let answers = [
        ("Polar Flow: how to sign in?", "2"),
        ("e-mail: ", FakePolarFlow::EMAIL),
        ("password", FakePolarFlow::PASSWORD),
        ("Runkeeper: how to sign in?", "1"),
        ("since which day", ""),
        ("sports", ""),
        ("without GPS", ""),
        ("Move them now?", "y"),
        ("Run every 30 minutes", ""),
    ];
    talk(&mut terminal, &answers).await;
    assert_eq!(terminal.end(PATIENCE).await, 0, "{:?}", terminal.shown());
    assert_eq!(world.runkeeper.activities().len(), 3);
    let screen = terminal.screen();
    let lines = screen.iter().filter(|line| !line.is_empty()).count();
    assert!(lines < 20, "{lines} lines: {screen:#?}");
    assert!(!terminal.shown().contains(FakePolarFlow::PASSWORD));
    let cookies = world.runkeeper.browser_cookies();
    for cookie in cookies.iter().filter(|cookie| cookie.value.len() > 10) {
        assert!(!terminal.shown().contains(&cookie.value));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guide_that_was_left_goes_on_and_keeps_the_choices() {
    let world = nothing_yet().await;
    let Some(mut first) = terminal(&world, &["setup"]) else {
        return;
    };
    let wrong = [
        ("Polar Flow: how to sign in?", "9"),
        ("Polar Flow: how to sign in?", "1"),
        ("e-mail: ", FakePolarFlow::EMAIL),
        ("password", "not-the-password"),
        ("Polar Flow: how to sign in?", "1"),
        ("e-mail: ", FakePolarFlow::EMAIL),
        ("password", FakePolarFlow::PASSWORD),
        ("Runkeeper: how to sign in?", "q"),
    ];
    talk(&mut first, &wrong).await;
    assert_eq!(first.end(PATIENCE).await, 1);
    assert!(
        first.shown().contains("goes on from here"),
        "{}",
        first.shown()
    );

    let cookies = BrowserCookie::netscape(&world.runkeeper.browser_cookies());
    world.write("cookies.txt", cookies.as_bytes());
    let since = noon(3).format("%Y-%m-%d").to_string();
    let mut second = terminal(&world, &["setup"]).unwrap();
    let answers = [
        ("Runkeeper: how to sign in?", "1"),
        ("file (", "cookies.txt"),
        ("since which day", "soon"),
        ("since which day", since.as_str()),
        ("sports", "quidditch"),
        ("sports", "running"),
        ("without GPS", "n"),
        ("Move them now?", "n"),
        ("Run every 30 minutes", "1"),
        ("Write these files?", "n"),
    ];
    talk(&mut second, &answers).await;
    assert_eq!(second.end(PATIENCE).await, 1);
    let shown = second.shown();
    assert!(
        shown.contains("1/4 Polar Flow: signed in") && shown.contains("1 workouts since"),
        "{shown}"
    );
    assert!(shown.contains("OnUnitActiveSec=30min"), "{shown}");
    assert!(world.runkeeper.activities().is_empty());
    assert!(!world.home.path().join(".config/systemd").exists());
    let settings = world.home.path().join(".config/workout-sync/settings.toml");
    let settings = std::fs::read_to_string(settings).unwrap();
    assert_eq!(
        settings,
        format!("since = \"{since}\"\nsports = \"running\"\nmanual_entries = false\n")
    );
    // A run follows them.
    let ran = world.sync(&["--json"]).await.expect(0);
    assert_eq!(ran.count("delivered"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_schedule_is_written_only_when_asked_for() {
    let world = nothing_yet().await;
    world
        .polar
        .sessions()
        .iter()
        .for_each(|it| world.polar.remove_session(it.id));
    for (name, text) in [
        (
            "polar.txt",
            BrowserCookie::netscape(&world.polar.browser_cookies()),
        ),
        (
            "runkeeper.txt",
            BrowserCookie::netscape(&world.runkeeper.browser_cookies()),
        ),
    ] {
        world.write(name, text.as_bytes());
    }
    world
        .sync(&["import-session", "polar", "polar.txt", "--account", "ana"])
        .await
        .expect(0);
    world
        .sync(&[
            "import-session",
            "runkeeper",
            "runkeeper.txt",
            "--account",
            "ana",
        ])
        .await
        .expect(0);
    let Some(mut terminal) = terminal(&world, &["setup", "--account", "ana"]) else {
        return;
    };
    let answers = [
        ("since which day", ""),
        ("sports", ""),
        ("without GPS", ""),
        ("Run every 30 minutes", "1"),
        ("Write these files?", "y"),
    ];
    talk(&mut terminal, &answers).await;
    assert_eq!(terminal.end(PATIENCE).await, 0, "{}", terminal.shown());
    let folder = world.home.path().join(".config/systemd/user");
    let service = std::fs::read_to_string(folder.join("workout-sync-ana.service")).unwrap();
    assert!(service.contains(" --account ana run\n"), "{service}");
    assert!(folder.join("workout-sync-ana.timer").is_file());
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_terminal_setup_names_the_other_ways() {
    let world = World::start().await;
    let ran = world.sync(&["setup"]).await.expect(64);
    assert!(ran.stderr.contains("import-session"), "{}", ran.stderr);
    assert!(world.files().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn accounts_are_apart_from_each_other() {
    let mut world = World::signed_in().await;
    world.polar.add_session(PolarSession::new(
        1,
        60,
        SyntheticTcx::new(noon(1), PolarSport::RUNNING)
            .seconds(600)
            .exercise(60),
    ));
    // The session of the account without a name is not that of another.
    world.sync(&["--account", "ana"]).await.expect(3);
    let cookies = BrowserCookie::netscape(&world.runkeeper.browser_cookies());
    world.write("cookies.txt", cookies.as_bytes());
    world
        .sync(&[
            "import-session",
            "runkeeper",
            "cookies.txt",
            "--account",
            "ana",
        ])
        .await
        .expect(0);
    world.set("SYNC_ACCOUNT", "ana");
    world.sync(&[]).await.expect(0);
    let folder = world
        .home
        .path()
        .join(".local/share/workout-sync/accounts/ana");
    for name in [
        "ledger.sqlite",
        "polar.session.json",
        "runkeeper.session.json",
    ] {
        assert!(folder.join(name).is_file(), "{name}: {:?}", world.files());
    }
    std::fs::write(folder.join("settings.toml"), "sports = \"quidditch\"\n").unwrap();
    world.sync(&["status"]).await.expect(64);
    world.unset("SYNC_ACCOUNT");
    world.sync(&["plan"]).await.expect(1);
    for name in ["", "../x", "a b", "a/b", &"x".repeat(65)] {
        let ran = world.sync(&["status", "--account", name]).await.expect(64);
        assert!(ran.stderr.contains("--account"), "{}", ran.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_man_page_names_every_command() {
    let world = World::start().await;
    let page = world.sync(&["man"]).await.expect(0).stdout;
    for word in [
        ".TH workout-sync 1",
        "serve",
        "import\\-session",
        "POLAR_PASSWORD",
    ] {
        assert!(page.contains(word), "{word}");
    }
}
