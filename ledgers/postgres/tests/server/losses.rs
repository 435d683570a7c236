//! Connections that are lost, and servers that are not there.

use sync_core::ledger::{Content, Expected, Key, Ledger, Select, Swap};
use sync_ledger_postgres::{PostgresError, PostgresLedger};

use crate::Server;

/// Ends the ledger's connections from the outside, as a restart of the server would.
async fn cut(server: &Server) {
    let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
               WHERE application_name = 'sync-ledger' AND pid <> pg_backend_pid() AND query LIKE $1";
    let like = format!("%{}%", server.schema("lost"));
    let cut = server.admin().await.query(sql, &[&like]).await.unwrap();
    assert_eq!(cut.len(), 1, "there should be one connection to cut");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_made_anew() {
    let Some(server) = Server::named() else {
        return;
    };
    let ledger = server.open("lost").await.unwrap();
    let key = Key::new("a -> b", "x");
    let done = ledger
        .compare_and_swap(&key, Expected::Absent, Content::new("1"))
        .await
        .unwrap();
    assert_eq!(done, Swap::Done(1));
    for _ in 0..3 {
        cut(&server).await;
        // A read notices and asks again, whether the loss is known already or not.
        let document = ledger.get(&key).await.unwrap().unwrap();
        assert_eq!(document.body, "1");
        cut(&server).await;
        assert_eq!(
            ledger
                .scan("a -> b", Select::All, None, 5)
                .await
                .unwrap()
                .len(),
            1
        );
    }
    cut(&server).await;
    // A swap may fail, but never happens twice; afterwards everything works.
    let mut version = 1;
    if let Ok(swap) = ledger
        .compare_and_swap(&key, Expected::Version(1), Content::new("2"))
        .await
    {
        assert_eq!(swap, Swap::Done(2));
        version = 2;
    }
    let document = ledger.get(&key).await.unwrap().unwrap();
    assert_eq!(document.version, version);
    let swap = ledger
        .compare_and_swap(&key, Expected::Version(version), Content::new("3"))
        .await
        .unwrap();
    assert_eq!(swap, Swap::Done(version + 1));
    server.clean_up().await;
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_without_the_password() {
    // Port 1 of loopback: no server listens.
    let url = "postgres://user:canary@127.0.0.1:1/training";
    let error = PostgresLedger::connect(url).await.unwrap_err();
    assert!(matches!(error, PostgresError::Connect { .. }));
    let text = format!("{error} {error:?}");
    assert!(text.contains("127.0.0.1:1/training"), "{text}");
    assert!(!text.contains("canary"), "{text}");
}

#[tokio::test]
async fn malformed_address_is_not_repeated() {
    for url in [
        "postgres://me:canary@host:port/x",
        "canary",
        "postgres://me:canary@[::/x",
        "",
        // The driver takes what follows the first `@` for the server.
        "postgres://me:p@canary@127.0.0.1:1/x",
        "postgres://me:p@ss/canary@127.0.0.1:1/x",
        "postgres://me:p@ss?canary@127.0.0.1:1/x",
        "postgresql://me@work:canary@127.0.0.1:1/x",
        "postgres://127.0.0.1:1/x?user=me&password=p@canary",
    ] {
        let Err(error) = PostgresLedger::connect(url).await else {
            panic!("{url} was taken for an address")
        };
        let text = format!("{error} {error:?}");
        assert!(!text.contains("canary"), "{text}");
    }
}

/// Other programs call it `verify-full`; `require` checks as much here.
#[cfg(feature = "tls")]
#[tokio::test]
async fn the_strict_modes_of_other_programs_are_understood() {
    for mode in ["verify-full", "verify-ca", "require"] {
        let url = format!("postgres://me:canary@127.0.0.1:1/x?sslmode={mode}&connect_timeout=5");
        let error = PostgresLedger::connect(&url).await.unwrap_err();
        assert!(
            matches!(error, PostgresError::Connect { .. }),
            "{mode}: {error}"
        );
    }
}
