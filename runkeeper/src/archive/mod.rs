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
//! One UUID is one activity, and so are rows of two tables with one start, type and duration.
//!
//! Dates are wall clocks. A backslash before a closing quote is a backslash and nothing else.
//!
//! An archive is read as far as it goes: a cell, a row or a file that cannot be read costs itself, and all that is odd is
//! listed in [`Archive::diagnostics`]. Real exports have rows that share a track, tracks whose wall clock is labelled as
//! UTC, and a second table in another folder (seen 2015 to 2024).

mod activities;
mod diagnostic;
#[cfg(test)]
mod lost_rows;
mod measurements;
mod records;
mod repeated;
mod table;
mod tracks;
#[cfg(test)]
mod variations;
#[cfg(test)]
mod wrong_clocks;
mod zip_file;

pub use activities::{ArchivedActivity, read_activities};
pub use diagnostic::Diagnostic;
pub use measurements::{Measurement, read_measurements};
pub use table::Rows;
pub use zip_file::{Archive, read};

/// The reason why nothing of an archive can be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// No ZIP, or a damaged one.
    #[error("the archive cannot be opened: it is no ZIP file or it is damaged")]
    Zip(#[source] zip::result::ZipError),
    /// The archive unpacks to more than is allowed.
    #[error("`{name}` in the archive cannot be read")]
    File {
        /// The file that is too much.
        name: String,
        /// The reason.
        #[source]
        source: std::io::Error,
    },
}
