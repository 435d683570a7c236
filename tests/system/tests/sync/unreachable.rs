//! Ledgers on servers that cannot be used.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use system_tests::World;

/// A server that takes connections and never says anything.
fn silent_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let place = listener.local_addr().unwrap().to_string();
    std::thread::spawn(move || {
        let mut open = Vec::new();
        while let Ok((stream, _)) = listener.accept() {
            open.push(stream);
        }
    });
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_server_that_never_answers_is_named_and_given_up() {
    let world = World::signed_in().await;
    let place = silent_server();
    for settings in ["", "&sslmode=disable", "&sslmode=require"] {
        let ledger = format!("postgres://me:canary@{place}/x?connect_timeout=1{settings}");
        let begun = Instant::now();
        let ran = world.sync(&["--ledger", &ledger]).await.expect(70);
        assert!(begun.elapsed() < Duration::from_secs(15));
        assert!(
            ran.stderr.contains(&place) && ran.stderr.contains("does not answer"),
            "{}",
            ran.stderr
        );
        assert!(!ran.stderr.contains("canary"), "{}", ran.stderr);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cause_of_a_failed_connection_is_named() {
    let world = World::signed_in().await;
    for (server, cause) in [
        ("127.0.0.1:1", "refused"),
        ("no-such-host.invalid", "no-such-host.invalid"),
    ] {
        let ledger = format!("postgres://me:canary@{server}/x");
        let ran = world
            .sync(&["status", "--ledger", &ledger])
            .await
            .expect(70);
        assert!(ran.stderr.contains(cause), "{}", ran.stderr);
    }
}
