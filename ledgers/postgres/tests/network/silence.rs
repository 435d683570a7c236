//! Servers that say nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use sync_core::ledger::{Content, Expected, Key, Ledger, Select, Swap};
use sync_ledger_postgres::{PostgresError, PostgresOptions};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::fake::{CLEAR_TEXT, Fake, LOOPBACK, Manners};
use crate::refused;

const PATIENCE: Duration = Duration::from_secs(20);

#[tokio::test]
async fn a_server_that_never_answers_is_given_up() {
    let silent = Manners {
        encrypts: None,
        asks: CLEAR_TEXT,
    };
    for settings in ["", "sslmode=disable", "sslmode=require"] {
        let fake = Fake::start(LOOPBACK, silent).await;
        let url = fake.url(&format!("connect_timeout=1&{settings}"));
        let error = tokio::time::timeout(PATIENCE, refused(&url)).await.unwrap();
        assert!(matches!(error, PostgresError::Silent { .. }), "{error}");
        assert!(error.to_string().contains("127.0.0.1:"), "{error}");
    }
}

/// Passes bytes on between the ledger and a real server, until it stops.
async fn proxy(server: String, stopped: Arc<AtomicBool>) -> u16 {
    let listener = TcpListener::bind((LOOPBACK, 0)).await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((near, _)) = listener.accept().await {
            let far = TcpStream::connect(&server).await.unwrap();
            let ((near_out, near_in), (far_out, far_in)) = (near.into_split(), far.into_split());
            tokio::spawn(pass_on(near_out, far_in, Arc::clone(&stopped)));
            tokio::spawn(pass_on(far_out, near_in, Arc::clone(&stopped)));
        }
    });
    port
}

async fn pass_on(
    mut from: impl AsyncReadExt + Unpin,
    mut to: impl AsyncWriteExt + Unpin,
    stopped: Arc<AtomicBool>,
) {
    let mut buffer = [0; 4096];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        while stopped.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        if to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}

/// The server of `TEST_POSTGRES_URL` as `host:port`, and its address with another port.
fn real_server() -> Option<(String, impl Fn(u16) -> String)> {
    let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
        println!("skipped: TEST_POSTGRES_URL names no server");
        return None;
    };
    let (user, rest) = url.split_once('@').unwrap();
    let (server, database) = rest.split_once('/').unwrap();
    let server = if server.contains(':') {
        server.to_owned()
    } else {
        format!("{server}:5432")
    };
    let (user, database) = (user.to_owned(), database.to_owned());
    Some((server, move |port| {
        format!("{user}@127.0.0.1:{port}/{database}")
    }))
}

#[tokio::test]
async fn each_call_has_a_limit_and_the_next_one_connects_anew() {
    let Some((server, url)) = real_server() else {
        return;
    };
    let stopped = Arc::new(AtomicBool::new(false));
    let port = proxy(server, Arc::clone(&stopped)).await;
    let schema = format!("test_{}_silence", std::process::id());
    let ledger = PostgresOptions::new(url(port))
        .with_schema(&schema)
        .with_limit(Duration::from_secs(1))
        .connect()
        .await
        .unwrap();
    let key = Key::new("a -> b", "x");
    let swap = ledger
        .compare_and_swap(&key, Expected::Absent, Content::new("1"))
        .await;
    assert!(matches!(swap, Ok(Swap::Done(1))));
    for round in 0..2 {
        stopped.store(true, Ordering::SeqCst);
        let begun = Instant::now();
        let calls = async {
            let got = ledger.get(&key).await.unwrap_err();
            let swapped = ledger
                .compare_and_swap(&key, Expected::Version(1), Content::new("2"))
                .await
                .unwrap_err();
            let scanned = ledger
                .scan("a -> b", Select::All, None, 5)
                .await
                .unwrap_err();
            [got, swapped, scanned]
        };
        let errors = tokio::time::timeout(PATIENCE, calls).await.unwrap();
        for error in errors {
            assert!(matches!(error, PostgresError::Silent { .. }), "{error}");
            let place = format!("127.0.0.1:{port}");
            assert!(error.to_string().contains(&place), "{error}");
        }
        assert!(begun.elapsed() >= Duration::from_secs(2), "{round}");
        stopped.store(false, Ordering::SeqCst);
        let document = ledger.get(&key).await.unwrap().unwrap();
        assert_eq!(document.body, "1");
    }
    let (admin, connection) = tokio_postgres::connect(
        &std::env::var("TEST_POSTGRES_URL").unwrap(),
        tokio_postgres::NoTls,
    )
    .await
    .unwrap();
    tokio::spawn(connection);
    admin
        .batch_execute(&format!("DROP SCHEMA {schema} CASCADE"))
        .await
        .unwrap();
}

/// The timers belong to the runtime that the ledger was opened in, whatever polls its calls.
#[test]
fn a_call_outside_the_runtime_has_its_limit() {
    let Some((server, url)) = real_server() else {
        return;
    };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let stopped = Arc::new(AtomicBool::new(false));
    let (ledger, schema) = runtime.block_on(async {
        let port = proxy(server, Arc::clone(&stopped)).await;
        let schema = format!("test_{}_outside", std::process::id());
        let options = PostgresOptions::new(url(port))
            .with_schema(&schema)
            .with_limit(Duration::from_secs(1));
        (options.connect().await.unwrap(), schema)
    });
    stopped.store(true, Ordering::SeqCst);
    let error = futures_executor::block_on(ledger.get(&Key::new("a -> b", "x"))).unwrap_err();
    assert!(matches!(error, PostgresError::Silent { .. }), "{error}");
    stopped.store(false, Ordering::SeqCst);
    assert!(
        futures_executor::block_on(ledger.get(&Key::new("a -> b", "x")))
            .unwrap()
            .is_none()
    );
    runtime.block_on(async {
        let url = std::env::var("TEST_POSTGRES_URL").unwrap();
        let (admin, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
            .await
            .unwrap();
        tokio::spawn(connection);
        admin
            .batch_execute(&format!("DROP SCHEMA {schema} CASCADE"))
            .await
            .unwrap();
    });
}
