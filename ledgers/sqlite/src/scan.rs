//! Scans: one statement for each selection.

use chrono::Datelike;
use rusqlite::{Connection, named_params};
use sync_core::ledger::{Document, Select};

use crate::document;

/// Walks the names of the route. `:after` is NULL for the first page.
const ALL: &str = "SELECT name, version, body, open, day FROM documents \
    WHERE route = :route AND name >= coalesce(:after, '') AND name IS NOT :after \
    ORDER BY name LIMIT :limit";

/// As [`DAYS`].
const OPEN: &str = "SELECT name, version, body, open, day FROM documents WHERE rowid IN ( \
        SELECT rowid FROM documents INDEXED BY documents_selected \
        WHERE route = :route AND open = 1 \
        AND name >= coalesce(:after, '') AND name IS NOT :after \
        ORDER BY name LIMIT :limit) \
    ORDER BY name";

/// Sorts the selected names and reads the bodies of one page only.
const DAYS: &str = "SELECT name, version, body, open, day FROM documents WHERE rowid IN ( \
        SELECT rowid FROM documents INDEXED BY documents_selected \
        WHERE route = :route AND open IN (0, 1) AND day BETWEEN :from AND :until \
        AND name >= coalesce(:after, '') AND name IS NOT :after \
        ORDER BY name LIMIT :limit) \
    ORDER BY name";

/// Walks the names of the route and leaves out the days outside the window. The `+` keeps SQLite
/// from the index of selections.
const MANY_DAYS: &str = "SELECT name, version, body, open, day FROM documents \
    WHERE route = :route AND name >= coalesce(:after, '') AND name IS NOT :after \
    AND +day BETWEEN :from AND :until \
    ORDER BY name LIMIT :limit";

/// Whether a window holds more than [`MANY`] documents.
const IS_MANY: &str = "SELECT count(*) > :many FROM ( \
        SELECT 1 FROM documents INDEXED BY documents_selected \
        WHERE route = :route AND open IN (0, 1) AND day BETWEEN :from AND :until LIMIT :many + 1)";

/// [`DAYS`] reads the index of the whole window for each page, so reading n documents costs n * n.
/// From this number on, one walk over the whole route is cheaper.
const MANY: i64 = 10_000;

pub(crate) fn page(
    connection: &Connection,
    route: &str,
    select: Select,
    after: Option<String>,
    limit: usize,
) -> rusqlite::Result<Vec<Document>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let plain = named_params! { ":route": route, ":after": after, ":limit": limit };
    match select {
        Select::Open => connection
            .prepare_cached(OPEN)?
            .query_map(plain, document)?
            .collect(),
        Select::Days(window) => {
            let (from, until) = (
                window.from.num_days_from_ce(),
                window.until.num_days_from_ce(),
            );
            let many: bool = connection.prepare_cached(IS_MANY)?.query_row(
                named_params! { ":route": route, ":from": from, ":until": until, ":many": MANY },
                |row| row.get(0),
            )?;
            connection
                .prepare_cached(if many { MANY_DAYS } else { DAYS })?
                .query_map(
                    named_params! {
                        ":route": route, ":after": after, ":limit": limit, ":from": from, ":until": until
                    },
                    document,
                )?
                .collect()
        }
        // Of a selection that this crate does not know, the caller gets too much rather than too
        // little.
        _ => connection
            .prepare_cached(ALL)?
            .query_map(plain, document)?
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use sync_core::Window;

    use super::*;
    use crate::SqliteLedger;

    fn plan(statement: &str) -> String {
        let folder = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open(folder.path().join("ledger.sqlite")).unwrap();
        let connection = ledger.connection.lock().unwrap();
        let mut explain = connection
            .prepare(&format!("EXPLAIN QUERY PLAN {statement}"))
            .unwrap();
        // Parameters that are not bound are NULL; the plan does not depend on them.
        let lines = explain.raw_query().mapped(|row| row.get::<_, String>(3));
        lines.collect::<Result<Vec<_>, _>>().unwrap().join("\n")
    }

    #[test]
    fn scan_of_all_seeks_to_the_page_without_sorting() {
        let plan = plan(ALL);
        assert!(plan.contains("(route=? AND name>?)"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }

    #[test]
    fn open_and_days_scans_seek_in_their_index_and_sort_names_only() {
        let days = "(route=? AND open=? AND day>? AND day<?)";
        for (statement, seek) in [(OPEN, "(route=? AND open=?)"), (DAYS, days)] {
            let plan = plan(statement);
            let seek = format!("USING COVERING INDEX documents_selected {seek}");
            assert!(plan.contains(&seek), "{plan}");
            let read = "USING INTEGER PRIMARY KEY (rowid=?)";
            assert!(plan.contains(read), "{plan}");
        }
    }

    #[test]
    fn days_scan_of_many_documents_gives_each_once() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = SqliteLedger::open(folder.path().join("ledger.sqlite")).unwrap();
        let connection = ledger.connection.lock().unwrap();
        connection
            .execute_batch(
                "WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 20000)
                 INSERT INTO documents (route, name, version, body, open, day)
                 SELECT 'a -> b', 'item/' || n, 1, '{}', 0, 730000 + n / 10 FROM numbers",
            )
            .unwrap();
        let window = Window::new(NaiveDate::MIN, NaiveDate::MAX).unwrap();
        let mut names: Vec<String> = Vec::new();
        loop {
            let after = names.last().cloned();
            let page = page(&connection, "a -> b", Select::Days(window), after, 6_000).unwrap();
            let last = page.len() < 6_000;
            names.extend(page.into_iter().map(|document| document.name));
            if last {
                break;
            }
        }
        assert_eq!(names.len(), 20_000);
        assert!(names.is_sorted_by(|a, b| a < b));
    }

    #[test]
    fn days_scan_of_many_documents_walks_the_names() {
        let plan = plan(MANY_DAYS);
        assert!(plan.contains("(route=? AND name>?)"), "{plan}");
        assert!(!plan.contains("TEMP B-TREE"), "{plan}");
    }
}
