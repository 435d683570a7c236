//! Findings about an archive.

use std::fmt;

use chrono::{DateTime, FixedOffset, NaiveDateTime, Utc};

/// A place of an archive that cannot be read, or that contradicts another. It costs no more than it names.
///
/// Tables are named by their path. Rows are counted as a spreadsheet does: the headings are row 1.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Diagnostic {
    /// A table has no rows that can be read.
    TableSkipped {
        /// Which table.
        table: String,
        /// The problem.
        problem: String,
    },
    /// A column is missing; what it would say is unknown.
    ColumnMissing {
        /// Which table.
        table: String,
        /// The begin of its name.
        column: &'static str,
    },
    /// A row lacks what it needs and is left out.
    RowSkipped {
        /// Which table.
        table: String,
        /// Which row.
        row: u64,
        /// The problem.
        problem: String,
    },
    /// A row is there with a value missing or read in another way than it should be written.
    RowOdd {
        /// Which table.
        table: String,
        /// Which row.
        row: u64,
        /// The problem.
        problem: String,
    },
    /// A row is left out, because another one is of the same activity.
    RowRepeated {
        /// Which table.
        table: String,
        /// Which row.
        row: u64,
    },
    /// A file cannot be unpacked.
    FileSkipped {
        /// Its path.
        file: String,
        /// The problem.
        problem: String,
    },
    /// Several rows name one track. At most one of them is right.
    TrackShared {
        /// The track's name in [`Archive::tracks`](super::Archive::tracks).
        track: String,
        /// The starts of the rows.
        starts: Vec<NaiveDateTime>,
    },
    /// A row names a track that is not there.
    TrackMissing {
        /// The name in the row.
        track: String,
        /// The start of the row.
        start: NaiveDateTime,
    },
    /// No row names this track.
    TrackWithoutRow {
        /// The track's name in [`Archive::tracks`](super::Archive::tracks).
        track: String,
    },
    /// The times of a track are hours off its row, as seen from the rows around it.
    ClockOff {
        /// The track's name in [`Archive::tracks`](super::Archive::tracks).
        track: String,
        /// The wall clock at the start, by the row.
        listed: NaiveDateTime,
        /// The first instant of the track.
        recorded: DateTime<Utc>,
        /// The track has the row's wall clock, labelled as UTC (23 of 430 tracks of an export of 2015).
        is_wall_clock: bool,
        /// The zone of the tracks before and after it.
        zone: Option<FixedOffset>,
    },
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TableSkipped { table, problem } => write!(f, "{table} is not read: {problem}"),
            Self::ColumnMissing { table, column } => {
                write!(f, "{table} has no column \"{column}\"")
            }
            Self::RowSkipped {
                table,
                row,
                problem,
            } => write!(f, "{table}, row {row} is left out: {problem}"),
            Self::RowOdd {
                table,
                row,
                problem,
            } => write!(f, "{table}, row {row}: {problem}"),
            Self::RowRepeated { table, row } => {
                write!(f, "{table}, row {row} is left out: another row has it")
            }
            Self::FileSkipped { file, problem } => write!(f, "{file} is not read: {problem}"),
            Self::TrackShared { track, starts } => {
                write!(f, "{} rows name the track {track}", starts.len())
            }
            Self::TrackMissing { track, start } => {
                write!(
                    f,
                    "the activity of {start} names {track}, which is not there"
                )
            }
            Self::TrackWithoutRow { track } => write!(f, "no row names the track {track}"),
            Self::ClockOff {
                track,
                listed,
                recorded,
                is_wall_clock,
                ..
            } => {
                let naive = recorded.naive_utc();
                write!(f, "{track} begins at {naive} UTC, its row says {listed}")?;
                match is_wall_clock {
                    true => f.write_str(": the wall clock is labelled as UTC"),
                    false => Ok(()),
                }
            }
        }
    }
}
