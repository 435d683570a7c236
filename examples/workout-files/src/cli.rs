//! The command line.

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use workout_files::{Format, Repairs};

/// Checks, repairs, converts and compares workout files (TCX, GPX, FIT). The content decides the
/// format, not the name; FIT is only read.
///
/// Exit code: 0 when every input was readable, 2 when one was not or held nothing to write (an
/// output file stays untouched), 64 wrong usage, 70 when the output could not be written.
#[derive(Debug, Parser)]
#[command(name = "workout-files", version)]
pub(crate) struct Cli {
    /// One JSON object per input, each on its own line
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Say what is in files, and what is odd about them
    Check {
        /// Files; `-` is standard input
        #[arg(required = true)]
        files: Vec<PathBuf>,
    },
    /// Repair a file
    Repair {
        /// The file to repair
        input: PathBuf,
        /// Where to write it; its extension (.tcx, .gpx) says the format
        output: PathBuf,
        /// The service that is to take it
        #[arg(long = "for", value_enum)]
        destination: Option<Destination>,
        /// Write the part of a damaged file that could be read
        #[arg(long)]
        salvage: bool,
        /// Take out the positions that no athlete can have reached
        #[arg(long)]
        drop_far_positions: bool,
    },
    /// Convert a file; the extension of the output (.tcx, .gpx) says its format
    Convert {
        /// The file to convert
        input: PathBuf,
        /// Where to write it
        output: PathBuf,
    },
    /// Compare two versions of a workout
    Compare {
        /// The first version
        before: PathBuf,
        /// The second version
        after: PathBuf,
        /// Draw both routes, and heart rate and altitude over time, into this file; of several
        /// activities the second goes to NAME-2.svg, and so on
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
    },
}

/// A destination service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Destination {
    /// Runkeeper
    Runkeeper,
    /// Garmin Connect
    Garmin,
    /// Strava
    Strava,
}

impl Destination {
    pub(crate) fn repairs(self) -> Repairs {
        match self {
            Self::Runkeeper => Repairs::for_runkeeper(),
            Self::Garmin => Repairs::for_garmin(),
            Self::Strava => Repairs::for_strava(),
        }
    }
}

/// The format that the extension of an output names.
pub(crate) fn format_of(path: &std::path::Path) -> Option<Format> {
    match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
        "tcx" => Some(Format::Tcx),
        "gpx" => Some(Format::Gpx),
        _ => None,
    }
}
