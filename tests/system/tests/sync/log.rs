//! The log on standard error, and a standard error without a reader.

use std::fs::OpenOptions;
use std::process::Stdio;

use fake_services::{Answer, FakePolarFlow, FakeRunkeeper, Fault};
use system_tests::{World, ran};

use crate::processes::Database;

async fn with_runs() -> World {
    let mut world = World::signed_in().await;
    world
        .polar
        .add_sessions(fake_services::synthetic::history());
    world.set("SYNC_LOG", "trace");
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn a_standard_error_that_is_closed_changes_nothing() {
    let world = with_runs().await;
    let mut child = world.spawn(&["--json"]);
    drop(child.stderr.take());
    let ran = ran(child.wait_with_output().await.unwrap()).expect(0);
    assert!(ran.count("delivered") > 0, "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn outputs_that_are_closed_change_nothing() {
    let world = with_runs().await;
    let mut child = world.spawn(&[]);
    drop((child.stdout.take(), child.stderr.take()));
    let status = child.wait().await.unwrap();
    assert_eq!(status.code(), Some(0));
    assert!(!world.runkeeper.activities().is_empty());
    // The failure message has no reader, either.
    let mut child = world.spawn(&["explain", "unheard-of"]);
    drop((child.stdout.take(), child.stderr.take()));
    assert_eq!(child.wait().await.unwrap().code(), Some(64));
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn a_standard_error_on_a_full_disk_changes_nothing() {
    let world = with_runs().await;
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = world.command(&["--json"]);
    command.stderr(Stdio::from(full));
    let ran = ran(command.output().await.unwrap()).expect(0);
    assert!(ran.count("delivered") > 0, "{ran:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_not_understood_is_refused_before_anything_is_done() {
    let mut world = World::signed_in().await;
    let before = world.files();
    let requests = world.polar.requests().all().len();
    for asked in ["nonsense===", "debgu", "web_session", "sync_core=loud"] {
        world.set("SYNC_LOG", asked);
        let ran = world.sync(&[]).await.expect(64);
        assert!(ran.stderr.contains("SYNC_LOG"), "{asked}: {}", ran.stderr);
    }
    assert_eq!(world.files(), before);
    assert_eq!(world.polar.requests().all().len(), requests);
}

/// Names of users and addresses of mail stand in addresses of pages, and in those that a service leads to.
#[tokio::test(flavor = "multi_thread")]
async fn no_name_and_no_mail_in_an_address_reaches_the_log() {
    let mut world = with_runs().await;
    world.set("POLAR_EMAIL", FakePolarFlow::EMAIL);
    world.set("POLAR_PASSWORD", FakePolarFlow::PASSWORD);
    let mut outputs = vec![
        world.sync(&["--json"]).await.expect(0),
        world.sync(&["sign-in", "polar"]).await.expect(0),
        world.sync(&["drift"]).await,
    ];
    let leading = "/login?email=canary.mail%40example.net&next=/user/canary-name/home";
    let lead = Fault::Answer(Answer::redirect(leading));
    world.runkeeper.faults().always("GET /home", lead.clone());
    world.polar.faults().always("GET /api/account", lead);
    outputs.push(world.sync(&[]).await);
    outputs.push(world.sync(&["drift"]).await);
    let asked = world.runkeeper.requests().all();
    let names_user = |path: &str| path.contains(FakeRunkeeper::USER);
    let is_named = asked
        .iter()
        .any(|it| names_user(&it.path) || names_user(&it.query));
    assert!(is_named, "no address had a name");
    for ran in &outputs {
        assert!(ran.stderr.contains("DEBUG"), "no log was written: {ran:?}");
        for private in [
            FakeRunkeeper::USER,
            FakePolarFlow::EMAIL,
            "runner%40example.com",
            "canary.mail",
            "canary-name",
        ] {
            let found = ran.stderr.lines().find(|line| line.contains(private));
            assert_eq!(found, None, "{private}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_document_of_a_ledger_in_postgresql_reaches_the_log() {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        #[allow(clippy::print_stdout)]
        {
            println!("skipped: TEST_POSTGRES_URL names no server");
        }
        return;
    };
    let mut world = with_runs().await;
    let database = Database::make(&server).await;
    world.set("SYNC_LEDGER", &database.url);
    for filter in ["trace", "debug", "tokio_postgres=trace,info"] {
        world.set("SYNC_LOG", filter);
        for command in [&["--json"][..], &["status"]] {
            let ran = world.sync(command).await.expect(0);
            for private in ["executing statement", "duration_ms", "start_utc", "canary"] {
                let found = ran.stderr.lines().find(|line| line.contains(private));
                assert_eq!(found, None, "{filter}");
            }
        }
    }
    database.drop().await;
}
