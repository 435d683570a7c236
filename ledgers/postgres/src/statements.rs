//! The statements of a ledger, prepared once for each connection.

use tokio_postgres::{Client, Error, Statement};

/// The prepared statements.
#[derive(Debug)]
pub(crate) struct Statements {
    pub(crate) get: Statement,
    pub(crate) insert: Statement,
    pub(crate) update: Statement,
    /// `$1` route, `$2` limit, `$3` the name after which the page begins, or NULL.
    pub(crate) all: Statement,
    /// As `all`.
    pub(crate) open: Statement,
    /// As `all`, and `$4` first day, `$5` last day.
    pub(crate) days: Statement,
    /// As `days`.
    pub(crate) many_days: Statement,
    /// `$1` route, `$2` first day, `$3` last day.
    pub(crate) is_many: Statement,
    pub(crate) now: Statement,
}

impl Statements {
    /// Prepares the statements for the table with this quoted name.
    pub(crate) async fn prepare(client: &Client, table: &str) -> Result<Self, Error> {
        Ok(Self {
            get: client.prepare(&get(table)).await?,
            insert: client.prepare(&insert(table)).await?,
            update: client.prepare(&update(table)).await?,
            all: client.prepare(&all(table)).await?,
            open: client.prepare(&open(table)).await?,
            days: client.prepare(&days(table)).await?,
            many_days: client.prepare(&many_days(table)).await?,
            is_many: client.prepare(&is_many(table)).await?,
            now: client.prepare(NOW).await?,
        })
    }
}

const COLUMNS: &str = "name, version, body, open, day";
/// One condition for first and later pages, which the index of names answers with a seek.
const AFTER: &str = "name >= coalesce($3, '') AND name IS DISTINCT FROM $3";
/// `days` reads the index of the whole window for each page, so reading n documents costs n * n.
/// From this number on, one walk over the whole route is cheaper.
const MANY: u32 = 10_000;
/// The server's time in milliseconds since 1970.
const NOW: &str = "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::bigint";

fn get(table: &str) -> String {
    format!("SELECT {COLUMNS} FROM {table} WHERE route = $1 AND name = $2")
}

/// Fails when the document is there: the engine reads first, so another worker was faster. `ON CONFLICT` would cost every insert more.
fn insert(table: &str) -> String {
    format!(
        "INSERT INTO {table} (route, name, version, body, open, day) VALUES ($1, $2, 1, $3, $4, $5)"
    )
}

fn update(table: &str) -> String {
    format!(
        "UPDATE {table} SET version = version + 1, body = $3, open = $4, day = $5 WHERE route = $1 AND name = $2 AND version = $6"
    )
}

fn all(table: &str) -> String {
    format!("SELECT {COLUMNS} FROM {table} WHERE route = $1 AND {AFTER} ORDER BY name LIMIT $2")
}

/// Reads the selection by its index, then sorts. Without `OFFSET 0` the planner could walk the names of the whole route instead, in the
/// hope of finding enough early.
fn selected(table: &str, selection: &str) -> String {
    format!(
        "SELECT {COLUMNS} FROM ( \
             SELECT {COLUMNS} FROM {table} WHERE route = $1 AND {selection} AND {AFTER} OFFSET 0 \
         ) AS inside ORDER BY name LIMIT $2"
    )
}

fn open(table: &str) -> String {
    selected(table, "open")
}

/// The index has `open` before `day`.
fn days(table: &str) -> String {
    selected(table, "open IN (false, true) AND day BETWEEN $4 AND $5")
}

/// Walks the names of the route and leaves out the days outside the window. The `+ 0` keeps the
/// planner from the index of selections.
fn many_days(table: &str) -> String {
    format!(
        "SELECT {COLUMNS} FROM {table} WHERE route = $1 AND day + 0 BETWEEN $4 AND $5 AND {AFTER} ORDER BY name LIMIT $2"
    )
}

/// Whether a window holds more than [`MANY`] documents.
fn is_many(table: &str) -> String {
    format!(
        "SELECT count(*) > {MANY} FROM (SELECT 1 FROM {table} WHERE route = $1 AND open IN (false, true) AND day BETWEEN $2 AND $3 LIMIT {MANY} + 1) AS inside"
    )
}

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use chrono::NaiveDate;
    use sync_core::Window;
    use sync_core::ledger::{Ledger, Select};
    use tokio_postgres::{NoTls, SimpleQueryMessage};

    use super::*;
    use crate::{PostgresLedger, PostgresOptions};

    /// A ledger with 20,000 documents in one route: 1 % are open, 10 a day.
    async fn large(url: &str, schema: &str) -> (PostgresLedger, Client) {
        let options = PostgresOptions::new(url).with_schema(schema);
        let ledger = options.connect().await.unwrap();
        let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
        tokio::spawn(connection);
        let fill = format!(
            "INSERT INTO {schema}.documents SELECT 'a -> b', 'item/' || n, 1, repeat('x', 200), n % 100 = 0, 730000 + n / 10 \
             FROM generate_series(1, 20000) AS n"
        );
        client.batch_execute(&fill).await.unwrap();
        (ledger, client)
    }

    /// The plan for these parameters, and the one for any parameters, which PostgreSQL prefers from
    /// the sixth execution on.
    async fn plans(client: &Client, types: &str, statement: &str, values: &str) -> [String; 2] {
        let mut plans = [String::new(), String::new()];
        for (plan, mode) in plans
            .iter_mut()
            .zip(["force_custom_plan", "force_generic_plan"])
        {
            let explain = format!(
                "SET plan_cache_mode = {mode}; PREPARE it ({types}) AS {statement}; \
                 EXPLAIN (COSTS off) EXECUTE it ({values}); DEALLOCATE it"
            );
            for message in client.simple_query(&explain).await.unwrap() {
                if let SimpleQueryMessage::Row(row) = message {
                    writeln!(plan, "{}", row.get(0).unwrap()).unwrap();
                }
            }
        }
        plans
    }

    #[tokio::test]
    async fn open_and_days_scans_use_their_indexes_and_read_no_other_document() {
        let Ok(url) = std::env::var("TEST_POSTGRES_URL") else {
            println!("SKIPPED: TEST_POSTGRES_URL is not set");
            return;
        };
        let schema = format!("test_plans_{}", std::process::id());
        let (ledger, client) = large(&url, &schema).await;
        let table = format!("{schema}.documents");
        // As a new ledger is, without statistics, and as the server's housekeeping leaves it.
        for statistics in ["", "ANALYZE"] {
            if !statistics.is_empty() {
                let analyze = format!("{statistics} {table}");
                client.batch_execute(&analyze).await.unwrap();
            }
            for after in ["NULL", "'item/5'"] {
                let values = format!("'a -> b', 500, {after}");
                for plan in plans(&client, "text, bigint, text", &open(&table), &values).await {
                    assert!(plan.contains("documents_selected"), "{statistics}\n{plan}");
                    assert!(!plan.contains("Seq Scan"), "{statistics}\n{plan}");
                }
                let values = format!("{values}, 731000, 731089");
                let types = "text, bigint, text, int, int";
                for plan in plans(&client, types, &days(&table), &values).await {
                    assert!(plan.contains("documents_selected"), "{statistics}\n{plan}");
                    assert!(!plan.contains("Seq Scan"), "{statistics}\n{plan}");
                }
                let [_, plan] = plans(&client, types, &many_days(&table), &values).await;
                assert!(plan.contains("documents_pkey"), "{statistics}\n{plan}");
            }
            let values = "'a -> b', 731000, 731089";
            for plan in plans(&client, "text, int, int", &is_many(&table), values).await {
                assert!(plan.contains("documents_selected"), "{statistics}\n{plan}");
            }
        }
        // More documents than one walk over the index of selections is good for.
        let window = Window::new(NaiveDate::MIN, NaiveDate::MAX).unwrap();
        let mut names: Vec<String> = Vec::new();
        loop {
            let after = names.last().map(String::as_str);
            let page = ledger.scan("a -> b", Select::Days(window), after, 6_000);
            let page = page.await.unwrap();
            let last = page.len() < 6_000;
            names.extend(page.into_iter().map(|document| document.name));
            if last {
                break;
            }
        }
        assert_eq!(names.len(), 20_000);
        assert!(names.is_sorted_by(|a, b| a < b));
        let drop = format!("DROP SCHEMA {schema} CASCADE");
        client.batch_execute(&drop).await.unwrap();
    }
}
