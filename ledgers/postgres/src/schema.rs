//! The tables: read first, created only in an empty schema, by one process at a time.

use tokio_postgres::Client;

use crate::error::{PostgresError, harmless};
use crate::hidden::Hidden;

/// The format that this program reads and writes. Format 1 had no columns `open` and `day`.
const FORMAT: i64 = 2;
/// The advisory lock for making or changing the tables of a ledger. ASCII "wsyn".
const LOCK: i64 = 0x7773_796e;

/// An identifier as SQL wants it.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// Makes sure that the connection and the tables are as a ledger needs them.
pub(crate) async fn prepare(
    client: &mut Client,
    schema: &str,
    server: &str,
) -> Result<(), PostgresError> {
    let fail = |source| PostgresError::Query {
        server: server.to_owned(),
        source: harmless(source),
    };
    let encoding: String = client
        .query_one("SHOW server_encoding", &[])
        .await
        .map_err(fail)?
        .get(0);
    if encoding != "UTF8" {
        return Err(PostgresError::Encoding {
            server: server.to_owned(),
            encoding,
        });
    }
    // Every statement has one good plan, so the server need not plan each call (from version 12 on).
    // An answered swap has to survive a power cut, and a lost race is a conflict and no error,
    // whatever the server's defaults are.
    client
        .batch_execute(
            "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL READ COMMITTED, READ WRITE;
             SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
             SELECT set_config(name, 'force_generic_plan', false) FROM pg_settings WHERE name = 'plan_cache_mode'",
        )
        .await
        .map_err(fail)?;
    if format(client, schema, server).await? == Some(FORMAT) {
        return Ok(());
    }
    let transaction = client.transaction().await.map_err(fail)?;
    transaction
        .execute("SELECT pg_advisory_xact_lock($1)", &[&Hidden(LOCK)])
        .await
        .map_err(fail)?;
    // Another process may have made it during the wait for the lock.
    if format(transaction.client(), schema, server)
        .await?
        .is_none()
    {
        let quoted = quoted(schema);
        // One index for both selections: each index costs every write. Early ledgers have two, which serve the same statements.
        transaction
            .batch_execute(&format!(
                "CREATE SCHEMA IF NOT EXISTS {quoted};
                 CREATE TABLE {quoted}.documents (
                     route text COLLATE \"C\" NOT NULL,
                     name text COLLATE \"C\" NOT NULL,
                     version bigint NOT NULL,
                     body text COLLATE \"C\" NOT NULL,
                     open boolean NOT NULL,
                     day integer,
                     PRIMARY KEY (route, name)
                 );
                 CREATE INDEX documents_selected ON {quoted}.documents (route, open, day, name) WHERE open OR day IS NOT NULL;
                 CREATE TABLE {quoted}.ledger_format (format bigint NOT NULL);
                 INSERT INTO {quoted}.ledger_format VALUES ({FORMAT})"
            ))
            .await
            .map_err(fail)?;
    }
    transaction.commit().await.map_err(fail)
}

/// The format of the ledger in this schema; `None` without a ledger.
async fn format(client: &Client, schema: &str, server: &str) -> Result<Option<i64>, PostgresError> {
    let fail = |source| PostgresError::Query {
        server: server.to_owned(),
        source: harmless(source),
    };
    let there = client
        .query(
            "SELECT table_name::text FROM information_schema.tables WHERE table_schema = $1 AND table_name IN ('documents', 'ledger_format')",
            &[&Hidden(schema)],
        )
        .await
        .map_err(fail)?;
    let has = |name: &str| there.iter().any(|row| row.get::<_, &str>(0) == name);
    if !has("ledger_format") {
        return if has("documents") {
            Err(PostgresError::NotALedger {
                server: server.to_owned(),
                schema: schema.to_owned(),
            })
        } else {
            Ok(None)
        };
    }
    let found: i64 = client
        .query_one(
            &format!("SELECT max(format) FROM {}.ledger_format", quoted(schema)),
            &[],
        )
        .await
        .map_err(fail)?
        .get(0);
    if found != FORMAT {
        let (server, schema, known) = (server.to_owned(), schema.to_owned(), FORMAT);
        return Err(if found < known {
            PostgresError::Older {
                server,
                schema,
                found,
                known,
            }
        } else {
            PostgresError::Newer {
                server,
                schema,
                found,
                known,
            }
        });
    }
    Ok(Some(found))
}
