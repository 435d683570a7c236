//! `cookies.sqlite` of Firefox: one table, nothing encrypted (seen in versions 38 to 140).

use std::path::Path;

use super::{BrowserError, Found, database, unreadable};

/// Containers keep jars of their own (`originAttributes`); what belongs to none of them is read.
const QUERY: &str = "SELECT host, name, value, path, expiry, isSecure, isHttpOnly FROM moz_cookies \
                     WHERE originAttributes = '' ORDER BY lastAccessed";

/// Seconds reach this number in the year 5138; from 2025 on the date is in milliseconds.
const LARGEST_IN_SECONDS: i64 = 100_000_000_000;

pub(super) fn read(path: &Path) -> Result<Vec<Found>, BrowserError> {
    let copy = database::copy(path)?;
    let broken = |error: rusqlite::Error| unreadable(path, error);
    let mut statement = copy.connection.prepare(QUERY).map_err(broken)?;
    let rows = statement.query_map([], |row| {
        let expiry: i64 = row.get(4)?;
        let domain: String = row.get(0)?;
        Ok(Found {
            host_only: !domain.starts_with('.'),
            domain,
            name: row.get(1)?,
            value: row.get(2)?,
            path: row.get(3)?,
            expires: Some(if expiry > LARGEST_IN_SECONDS {
                expiry / 1000
            } else {
                expiry
            }),
            secure: row.get(5)?,
            http_only: row.get(6)?,
        })
    });
    rows.map_err(broken)?
        .collect::<Result<_, _>>()
        .map_err(broken)
}
