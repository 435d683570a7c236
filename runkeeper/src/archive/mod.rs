//! Reading the archive of an account: `cardioActivities.csv`, `measurements.csv` and one GPX per activity with a track.
//!
//! Seen in exports from 2014-01 to 2026: UTF-8, CRLF, newest first. The columns are chosen by their names, because the
//! units stand in them and follow the account:
//!
//! ```text
//! v1 (to 2017)   Date,Type,Route Name,Distance (mi),Duration,...,Notes,GPX File
//! v2 (from 2018) Activity Id,Date,Type,Route Name,Distance (km),Duration,...,Friend's Tagged,Notes,GPX File
//! ```
//!
//! Dates are wall clocks. A backslash before a closing quote is a backslash and nothing else.

mod activities;
mod measurements;
mod zip_file;

pub use activities::{ArchivedActivity, read_activities};
pub use measurements::{Measurement, read_measurements};
pub use zip_file::{Archive, read};

/// Why an archive or a table in it can't be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// No ZIP, or a damaged one.
    #[error("the archive can't be opened: it is no ZIP file or it is damaged")]
    Zip(#[source] zip::result::ZipError),
    /// A file in the archive can't be read.
    #[error("`{name}` in the archive can't be read")]
    File {
        /// Its name.
        name: String,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
    /// A table is no table.
    #[error("{table}, row {row}: {problem}")]
    Table {
        /// Which table.
        table: &'static str,
        /// The row as a spreadsheet counts it: the headings are row 1.
        row: u64,
        /// What is wrong.
        problem: String,
    },
}

/// The rows of a CSV table with their names.
pub(crate) struct Table {
    pub(crate) headers: csv::StringRecord,
    /// Row numbers and fields.
    pub(crate) rows: Vec<(u64, csv::StringRecord)>,
}

pub(crate) fn table(name: &'static str, bytes: &[u8]) -> Result<Table, ArchiveError> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let broken = |row, error: &csv::Error| ArchiveError::Table {
        table: name,
        row,
        problem: match error.kind() {
            csv::ErrorKind::Utf8 { .. } => "not UTF-8 text".to_owned(),
            _ => "not CSV".to_owned(),
        },
    };
    let headers = reader.headers().map_err(|error| broken(1, &error))?.clone();
    let mut rows = Vec::new();
    // Rows, not lines: notes have line ends in them.
    for (row, record) in (2..).zip(reader.records()) {
        rows.push((row, record.map_err(|error| broken(row, &error))?));
    }
    Ok(Table { headers, rows })
}

impl Table {
    /// The column whose name begins so, letter case aside.
    pub(crate) fn column(&self, start: &str) -> Option<usize> {
        self.headers.iter().position(|header| {
            let header = header.trim();
            header
                .get(..start.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
        })
    }

    /// What stands in brackets in the name of a column: its unit.
    pub(crate) fn unit(&self, column: usize) -> Option<&str> {
        let (_, rest) = self.headers.get(column)?.split_once('(')?;
        Some(rest.split(')').next().unwrap_or_default().trim())
    }
}
