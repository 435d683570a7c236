//! Schemas that are no ledger's, and ledgers that several open at once.

use sync_core::ledger::Ledger;
use sync_ledger_postgres::{PostgresError, PostgresOptions};

use crate::Server;

#[tokio::test(flavor = "multi_thread")]
async fn another_programs_tables_are_left_alone() {
    let Some(server) = Server::named() else {
        return;
    };
    let (admin, schema) = (server.admin().await, server.schema("other"));
    let sql = format!(
        "CREATE SCHEMA {schema}; CREATE TABLE {schema}.documents (title text); INSERT INTO {schema}.documents VALUES ('soup')"
    );
    admin.batch_execute(&sql).await.unwrap();
    let error = server.open("other").await.unwrap_err();
    assert!(matches!(error, PostgresError::NotALedger { .. }), "{error}");
    let rows = admin
        .query(&format!("SELECT title FROM {schema}.documents"), &[])
        .await
        .unwrap();
    assert_eq!(rows.len(), 1);
    server.clean_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_newer_ledger_is_left_alone() {
    let Some(server) = Server::named() else {
        return;
    };
    drop(server.open("newer").await.unwrap());
    let sql = format!(
        "UPDATE {}.ledger_format SET format = 99",
        server.schema("newer")
    );
    server.admin().await.batch_execute(&sql).await.unwrap();
    let error = server.open("newer").await.unwrap_err();
    assert!(
        matches!(error, PostgresError::Newer { found: 99, .. }),
        "{error}"
    );
    server.clean_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_may_open_a_new_ledger_at_once() {
    let Some(server) = Server::named() else {
        return;
    };
    let schema = server.schema("together");
    let opening = (0..8).map(|_| {
        let options = PostgresOptions::new(&server.url).with_schema(&schema);
        tokio::spawn(options.connect())
    });
    for opened in opening.collect::<Vec<_>>() {
        let ledger = opened.await.unwrap().unwrap();
        assert!(ledger.scan("a -> b", None, 1).await.unwrap().is_empty());
    }
    server.clean_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schema_may_have_any_name_that_postgresql_takes() {
    let Some(server) = Server::named() else {
        return;
    };
    let name = server.schema("Odd \"; DROP SCHEMA public; --");
    let options = PostgresOptions::new(&server.url).with_schema(&name);
    options.clone().connect().await.unwrap();
    options.connect().await.unwrap();
    for bad in [String::new(), "x".repeat(64), "a\0b".to_owned()] {
        let error = PostgresOptions::new(&server.url)
            .with_schema(bad)
            .connect()
            .await
            .unwrap_err();
        assert!(matches!(error, PostgresError::SchemaName(_)));
    }
    let quoted = name.replace('"', "\"\"");
    server
        .admin()
        .await
        .batch_execute(&format!("DROP SCHEMA \"{quoted}\" CASCADE"))
        .await
        .unwrap();
    server.clean_up().await;
}
