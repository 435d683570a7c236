//! Reading the data export of an account, without signing in: the ZIP file of account.polar.com.
//!
//! ```no_run
//! use polar_flow::archive;
//!
//! let mut archive = archive::open("polar-user-data-export.zip")?;
//! for session in archive.sessions() {
//!     match session {
//!         Ok(session) => {
//!             let points: usize = session.workouts().iter().map(|one| one.trackpoint_count()).sum();
//!             println!("{} {} {:?}: {points} points", session.id, session.start, session.sport);
//!         }
//!         Err(diagnostic) => eprintln!("{diagnostic}"),
//!     }
//! }
//! # Ok::<(), polar_flow::archive::ArchiveError>(())
//! ```
//!
//! Sessions are unpacked one by one: the memory in use depends on the largest session, not on the size of the export.
//!
//! # The files
//!
//! `polar-user-data-export_UUID.zip` has JSON files at its root, one `training-session...` for each session. The other
//! families (activity, sleep, targets, account) are not read.
//!
//! | | `exportVersion` 1.3 | newer |
//! |---|---|---|
//! | seen | 2017 (a real file in the tests of the program slither); temich91 reads these names in 2026 | 2025 and 2026 (fitfreed's notes on data formats, the import of maschnetwork) |
//! | name | `training-session-2017-01-23-ID-UUID.json` | `training-session_2026-01-02T10-30-00_N-UUID.json` |
//! | id | in the name | `identifier.id`, a text |
//! | times | wall clock, `timeZoneOffset` (an exercise: `timezoneOffset`) in minutes | wall clock, `timezoneOffsetMinutes` |
//! | duration | `PT2753.875S` | `durationMillis` |
//! | distance, energy | `distance`, `kiloCalories` | `distanceMeters`, `calories` |
//! | heart rate | `averageHeartRate`, `maximumHeartRate`, `heartRate.avg`, `.max` | `hrAvg`, `hrMax` |
//! | sport | `exercises[].sport`, a name | `sport.id`, a number as text |
//! | samples | `{dateTime, value}` | columns with `intervalMillis` |
//! | route | `recordedRoute[]` with `dateTime` | `routes.route.wayPoints[]` with `elapsedMillis` |
//!
//! Missing values of the newer format are the text `"NaN"` (fitfreed, maschnetwork) or the bare token `NaN` (notes of the
//! program garminview); both are unknown. A value of another type is unknown as well and hides no other.
//!
//! Not documented by any source, and decided here:
//!
//! - a route or a series without times is spread over its exercise; one whose clock contradicts the exercise begins with it;
//! - a wall clock that goes back by an hour within a series is that of the night in which summer time ends;
//! - whether samples count the time of pauses: they do, unless they are as many as the time without pauses needs;
//! - the route is sometimes ahead or behind by the time zone: it is moved where it would lie outside the session;
//! - laps are left out, because their times are explained nowhere: a workout has one lap, with the totals of its exercise.

mod diagnostic;
mod points;
mod series;
mod session;
mod value;

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek};
use std::path::Path;

use zip::ZipArchive;

pub use diagnostic::{Diagnostic, Problem};
pub use session::ArchivedSession;

/// The most that one session may unpack to: 64 MiB. A day with a value each second for every series has less.
const LARGEST: u64 = 64 * 1024 * 1024;

/// The most objects and other values of a session. An object takes up to 700 bytes of memory, a number 32.
const MOST_OBJECTS: usize = 1_000_000;
const MOST_VALUES: usize = 8_000_000;

/// The reason why nothing of an archive can be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// The file cannot be read.
    #[error("the archive cannot be read")]
    Io(#[source] io::Error),
    /// No ZIP, or a damaged one.
    #[error("the archive cannot be opened: it is no ZIP file or it is damaged")]
    Zip(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// It holds no training session.
    #[error(
        "the archive holds no training sessions of a Polar account; the export of account.polar.com has files named \
         training-session...json"
    )]
    NotAnExport,
}

/// A data export whose table of contents was read.
#[derive(Debug)]
pub struct Archive<R> {
    zip: ZipArchive<R>,
    /// The files of sessions, sorted.
    files: Vec<String>,
}

/// Opens an archive on disk.
///
/// # Errors
/// [`ArchiveError`] when the file cannot be read, is no ZIP file, or holds no training session.
pub fn open(path: impl AsRef<Path>) -> Result<Archive<BufReader<File>>, ArchiveError> {
    let file = File::open(path).map_err(ArchiveError::Io)?;
    read(BufReader::new(file))
}

/// Opens an archive that is held elsewhere, such as bytes in an [`io::Cursor`].
///
/// # Errors
/// As [`open`].
pub fn read<R: Read + Seek>(reader: R) -> Result<Archive<R>, ArchiveError> {
    let zip = ZipArchive::new(reader).map_err(|error| ArchiveError::Zip(error.into()))?;
    let names = zip.file_names().flatten();
    let mut files: Vec<String> = names
        .filter(|name| is_session(name))
        .map(Cow::into_owned)
        .collect();
    files.sort_unstable();
    match files.is_empty() {
        true => Err(ArchiveError::NotAnExport),
        false => Ok(Archive { zip, files }),
    }
}

fn is_session(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    let name = name.rsplit('\\').next().unwrap_or_default();
    name.starts_with("training-session") && name.ends_with(".json") && !path.starts_with("__MACOSX")
}

impl<R: Read + Seek> Archive<R> {
    /// The names of the files that hold a session, sorted.
    #[must_use]
    pub fn files(&self) -> &[String] {
        &self.files
    }

    /// Reads all sessions, one by one, in the order of [`files`](Self::files).
    ///
    /// A session that cannot be read is one error; the next session follows.
    pub fn sessions(&mut self) -> impl Iterator<Item = Result<ArchivedSession, Diagnostic>> + '_ {
        let Self { zip, files } = self;
        files.iter().map(|file| load(zip, file))
    }

    /// Reads the session of one file.
    ///
    /// # Errors
    /// A [`Diagnostic`] when there is no such file, or it cannot be read as a session.
    pub fn session(&mut self, file: &str) -> Result<ArchivedSession, Diagnostic> {
        load(&mut self.zip, file)
    }
}

fn load<R: Read + Seek>(
    zip: &mut ZipArchive<R>,
    file: &str,
) -> Result<ArchivedSession, Diagnostic> {
    let content = unpack(zip, file).and_then(|bytes| value::parse(&bytes).ok_or(Problem::NotJson));
    let session = content.and_then(|content| ArchivedSession::new(file, content));
    session.map_err(|problem| Diagnostic {
        file: file.to_owned(),
        problem,
    })
}

fn unpack<R: Read + Seek>(zip: &mut ZipArchive<R>, file: &str) -> Result<Vec<u8>, Problem> {
    let damaged = |error: &dyn std::error::Error| Problem::Damaged(error.to_string());
    let packed = zip.by_name(file).map_err(|error| damaged(&error))?;
    let mut bytes = Vec::new();
    let size = packed.take(LARGEST + 1).read_to_end(&mut bytes);
    let size = size.map_err(|error| damaged(&error))? as u64;
    let count = |byte: u8| bytes.iter().filter(|other| **other == byte).count();
    match size > LARGEST || count(b'{') > MOST_OBJECTS || count(b',') > MOST_VALUES {
        true => Err(Problem::TooLarge),
        false => Ok(bytes),
    }
}
