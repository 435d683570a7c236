//! The commands. None of them prints a secret.

use std::time::Duration;

use fake_services::{BrowserCookie, FakePolarFlow};

use crate::people::People;
use crate::workers::Workers;
use crate::world::{World, until};

#[tokio::test(flavor = "multi_thread")]
async fn an_account_is_added_from_the_environment_paused_resumed_and_removed() {
    let Some(world) = World::start().await else {
        return;
    };
    let people = People::new(1, 2, Duration::ZERO).await;
    let person = &people.all[0];
    let folder = tempfile::tempdir().unwrap();
    let cookies = folder.path().join("cookies.txt");
    let text = BrowserCookie::netscape(&person.runkeeper.browser_cookies());
    std::fs::write(&cookies, &text).unwrap();
    let password = folder.path().join("password");
    std::fs::write(&password, FakePolarFlow::PASSWORD).unwrap();
    let env = [
        ("POLAR_EMAIL", FakePolarFlow::EMAIL),
        ("POLAR_PASSWORD_FILE", password.to_str().unwrap()),
        ("POLAR_FLOW_URL", person.polar.flow_url()),
        ("POLAR_AUTH_URL", person.polar.auth_url()),
        ("RUNKEEPER_URL", person.runkeeper.url()),
        ("ASICS_ID_URL", person.runkeeper.asics_url()),
        ("SYNC_PACE_MS", "0"),
    ];
    let session = cookies.to_str().unwrap();
    let add = [
        "add",
        "ana",
        "--every",
        "1h",
        "--runkeeper-session",
        session,
    ];
    let mut told = vec![world.fleet_with(&add, "", &env).await.expect(0)];
    told.push(world.fleet(&["pause", "ana"]).await.expect(0));
    let workers = Workers::start(&world, 1, &[]);
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(people.delivered(), 0);
    told.push(world.fleet(&["list"]).await.expect(0));
    assert!(told[2].stdout.contains("paused"), "{told:?}");
    told.push(world.fleet(&["resume", "ana"]).await.expect(0));
    until("delivered", Duration::from_secs(30), || {
        people.delivered() == 2
    })
    .await;
    assert_eq!(workers.stop().await, [Some(0)]);
    let account = world.account("ana").await;
    assert_eq!(account["delivered"], 2, "{account}");
    assert_eq!(account["exit"], "settled", "{account}");
    told.push(world.fleet(&["status"]).await.expect(0));
    told.push(world.fleet(&["status", "--prometheus"]).await.expect(0));
    let metrics = &told.last().unwrap().stdout;
    assert!(metrics.contains("workout_fleet_delivered 2\n"), "{metrics}");
    let types: Vec<&str> = metrics
        .lines()
        .filter(|line| line.starts_with("# TYPE"))
        .collect();
    let mut once = types.clone();
    once.dedup();
    assert_eq!(types, once);

    let kept = world.everything_kept().await;
    let checker = text
        .lines()
        .find_map(|line| line.split_once("\tchecker\t").map(|(_, value)| value));
    let shown = format!("{told:?}");
    for secret in [
        FakePolarFlow::PASSWORD,
        FakePolarFlow::EMAIL,
        checker.unwrap(),
    ] {
        assert!(!shown.contains(secret));
        let bytes = secret.as_bytes();
        assert!(!kept.windows(bytes.len()).any(|part| part == bytes));
    }

    world.fleet(&["remove", "ana"]).await.expect(0);
    let client = world.database.client().await;
    let count = async |sql: &str| -> i64 { client.query_one(sql, &[]).await.unwrap().get(0) };
    let sessions = "SELECT count(*) FROM sync_ledger.documents WHERE route = 'ana/sessions'";
    assert_eq!(count(sessions).await, 0);
    assert!(count("SELECT count(*) FROM sync_ledger.documents").await > 0);
    assert_eq!(
        count("SELECT count(*) FROM graphile_worker._private_jobs").await,
        0
    );
    world.fleet(&["remove", "ana"]).await.expect(64);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_cannot_be_are_refused_and_not_repeated() {
    let Some(world) = World::start().await else {
        return;
    };
    for (line, word) in [
        (r#"{"account": "a/b"}"#, "letters"),
        (r#"{"account": "ana", "every": "canary"}"#, "interval"),
        (
            r#"{"account": "ana", "settings": {"SYNC_LEDGER": "canary"}}"#,
            "SYNC_LEDGER",
        ),
        (
            r#"{"account": "ana", "settings": {"POLAR_PASSWORD": "canary"}}"#,
            "POLAR_EMAIL",
        ),
        (r#"{"account": "ana", "password": "canary"}"#, "line 1"),
    ] {
        let ran = world
            .fleet_with(&["add", "--file", "-"], line, &[])
            .await
            .expect(64);
        assert!(ran.stderr.contains(word), "{ran:?}");
    }
    let ran = world
        .fleet_with(&["list"], "", &[("SESSION_KEY", "")])
        .await;
    assert!(ran.expect(64).stderr.contains("SESSION_KEY"));
    world.end().await;
}
