//! Schemas that are no ledger's, and ledgers that several open at once.

use sync_core::ledger::{Ledger, Select};
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
async fn a_version_1_ledger_is_refused_unchanged_with_the_way_to_move_it() {
    let Some(server) = Server::named() else {
        return;
    };
    let (admin, schema) = (server.admin().await, server.schema("old"));
    // The tables of the first format, as its program made them.
    let sql = format!(
        "CREATE SCHEMA {schema};
         CREATE TABLE {schema}.documents (
             route text COLLATE \"C\" NOT NULL,
             name text COLLATE \"C\" NOT NULL,
             version bigint NOT NULL,
             body text COLLATE \"C\" NOT NULL,
             PRIMARY KEY (route, name)
         );
         CREATE TABLE {schema}.ledger_format (format bigint NOT NULL);
         INSERT INTO {schema}.ledger_format VALUES (1);
         INSERT INTO {schema}.documents VALUES ('a -> b', 'item/1', 7, '{{}}'), ('a -> b', 'cursor', 1, '{{}}')"
    );
    admin.batch_execute(&sql).await.unwrap();
    let error = server.open("old").await.unwrap_err();
    assert!(
        matches!(
            error,
            PostgresError::Older {
                found: 1,
                known: 2,
                ..
            }
        ),
        "{error}"
    );
    for word in [
        schema.as_str(),
        "format 1",
        "export it with the program that wrote it",
        "import",
    ] {
        assert!(error.to_string().contains(word), "{error}");
    }
    let columns: i64 = admin
        .query_one(
            "SELECT count(*) FROM information_schema.columns WHERE table_schema = $1 AND table_name = 'documents'",
            &[&schema],
        )
        .await
        .unwrap()
        .get(0);
    let sum: i64 = admin
        .query_one(
            &format!("SELECT sum(version)::bigint FROM {schema}.documents"),
            &[],
        )
        .await
        .unwrap()
        .get(0);
    assert_eq!((columns, sum), (4, 8));
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
        assert!(
            ledger
                .scan("a -> b", Select::All, None, 1)
                .await
                .unwrap()
                .is_empty()
        );
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
