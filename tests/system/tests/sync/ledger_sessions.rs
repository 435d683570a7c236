//! Sessions in the ledger (`POLAR_SESSION=ledger:`), encrypted with `SESSION_KEY`.

use fake_services::BrowserCookie;
use system_tests::World;

use crate::processes::{Database, each_exactly_once, with_runs};

/// 32 bytes, made up.
const KEY: &str = "a2V5LWNhbmFyeS1rZXktY2FuYXJ5LWtleS1jYW5hcnk=";
const OTHER_KEY: &str = "b3RoZXItY2FuYXJ5LW90aGVyLWNhbmFyeS1vdGhlcmM=";

/// Sessions in the ledger, and two workouts to move.
pub(crate) async fn in_the_ledger() -> World {
    let mut world = with_runs(2).await;
    // The session that the bench has imported into a file is not used.
    for name in ["POLAR_SESSION", "RUNKEEPER_SESSION"] {
        world.set(name, "ledger:");
    }
    world.set("SESSION_KEY", KEY);
    world
}

fn requests(world: &World) -> usize {
    world.polar.requests().all().len() + world.runkeeper.requests().all().len()
}

async fn import(world: &World) {
    let ran = world
        .sync(&["import-session", "runkeeper", "cookies.txt"])
        .await
        .expect(0);
    assert!(ran.stdout.contains("the ledger"), "{}", ran.stdout);
}

/// Two runs that sign in to Polar Flow once, with the cookies that services set meanwhile.
pub(crate) async fn moves_everything(world: &World) {
    let minted = world.polar.sessions_minted();
    for file in world.files() {
        if file.to_string_lossy().contains(".session.json") {
            std::fs::remove_file(file).unwrap();
        }
    }
    import(world).await;
    world.sync(&["--json"]).await.expect(0);
    each_exactly_once(world, 2).await;
    world.sync(&["--json"]).await.expect(0);
    assert_eq!(world.polar.sessions_minted(), minted + 1);
    let files = world.files();
    let session = |file: &&std::path::PathBuf| file.to_string_lossy().contains("session");
    assert_eq!(files.iter().find(session), None, "a session is in a file");
}

fn contains(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|window| window == text.as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_in_an_sqlite_ledger_work_and_are_encrypted() {
    let mut world = in_the_ledger().await;
    world.set("SYNC_LEDGER", "sqlite:training.sqlite");
    moves_everything(&world).await;
    let cookies: Vec<BrowserCookie> = [
        world.runkeeper.browser_cookies(),
        world.polar.browser_cookies(),
    ]
    .concat();
    for file in world.files() {
        if !file.to_string_lossy().contains("training.sqlite") {
            continue;
        }
        let bytes = std::fs::read(&file).unwrap();
        for cookie in &cookies {
            let long = cookie.value.len() >= 8;
            assert!(
                !(long && contains(&bytes, &cookie.value)),
                "the value of the cookie {} is in {}",
                cookie.name,
                file.display()
            );
        }
        assert!(!contains(&bytes, KEY));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_in_postgresql_work() {
    let Ok(server) = std::env::var("TEST_POSTGRES_URL") else {
        #[allow(clippy::print_stdout)]
        {
            println!("skipped: TEST_POSTGRES_URL names no server");
        }
        return;
    };
    let mut world = in_the_ledger().await;
    let database = Database::make(&server).await;
    world.set("SYNC_LEDGER", &database.url);
    moves_everything(&world).await;
    drop(world);
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_in_the_ledger_needs_a_key() {
    let mut world = in_the_ledger().await;
    world.unset("SESSION_KEY");
    let ran = world.sync(&["--json"]).await.expect(64);
    assert!(ran.stderr.contains("SESSION_KEY"), "{}", ran.stderr);
    world.set("SESSION_KEY", "key-canary");
    let ran = world.sync(&["--json"]).await.expect(64);
    assert!(ran.stderr.contains("SESSION_KEY"), "{}", ran.stderr);
    let shown = ran.stderr + &ran.stdout;
    assert!(!shown.contains("key-canary"), "{shown}");
    world.set("SESSION_KEY", KEY);
    world.set("SYNC_LEDGER", "memory:");
    let ran = world.sync(&["--json"]).await.expect(64);
    assert!(ran.stderr.contains("memory:"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_of_another_key_is_left_alone() {
    let mut world = in_the_ledger().await;
    import(&world).await;
    world.sync(&["--json"]).await.expect(0);
    let before = requests(&world);
    world.set("SESSION_KEY", OTHER_KEY);
    for arguments in [
        &["--json"][..],
        &["import-session", "runkeeper", "cookies.txt"],
    ] {
        let ran = world.sync(arguments).await;
        assert_ne!(ran.code, 0, "{ran:?}");
        assert!(
            ran.stderr.contains("does not open with this key"),
            "{}",
            ran.stderr
        );
    }
    assert_eq!(requests(&world), before, "it asked a service");
    let minted = world.polar.sessions_minted();
    world.set("SESSION_KEY", KEY);
    world.sync(&["--json"]).await.expect(0);
    assert_eq!(world.polar.sessions_minted(), minted);
    each_exactly_once(&world, 2).await;
}
