//! `GET /api/export/training/{tcx|gpx|csv}/{id}?compress=false`: a session as a file.
//!
//! Seen 2017-07 to 2026. Without `compress` the answer is a 404 since 2026-03. `compress=true` gives a ZIP, which is the
//! only way to get all exercises of a multi-sport session. FIT and RR intervals have addresses of their own. Content
//! types were never recorded, so the bytes decide. The file's name holds the person's name: it is neither kept nor
//! logged.

use std::fmt;
use std::io::{Cursor, Read as _};
use std::str::FromStr;

use web_session::{Bytes, Content, Response, limits};

use crate::client::{Expect, PolarFlow};
use crate::error::Error;
use crate::model::ids::SessionId;

/// The most laps of all files of a session. One of 100 km with a lap every 100 m has a thousand.
const MAX_LAPS: usize = 20_000;

/// A format of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ExportFormat {
    /// Training Center XML: everything but RR intervals.
    Tcx,
    /// GPX: positions only; not available without GPS.
    Gpx,
    /// One row of totals and one row per second.
    Csv,
    /// FIT; offered by the website in 2026, its bytes were never seen.
    Fit,
    /// RR intervals in milliseconds, as CSV.
    Rr,
}

impl ExportFormat {
    /// The word in the address.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcx => "tcx",
            Self::Gpx => "gpx",
            Self::Csv => "csv",
            Self::Fit => "fit",
            Self::Rr => "rr",
        }
    }

    fn endpoint(self) -> &'static str {
        match self {
            Self::Tcx => "export tcx",
            Self::Gpx => "export gpx",
            Self::Csv => "export csv",
            Self::Fit => "export fit",
            Self::Rr => "export rr",
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::Tcx => "a TCX file",
            Self::Gpx => "a GPX file",
            Self::Csv => "a CSV file",
            Self::Fit => "a FIT file",
            Self::Rr => "a CSV file of RR intervals",
        }
    }

    /// Whether these bytes are a file of this format.
    #[must_use]
    pub fn fits(self, bytes: &[u8]) -> bool {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        let text = bytes.trim_ascii_start();
        let head = &text[..text.len().min(4096)];
        match self {
            Self::Tcx => root(text) == Some(b"TrainingCenterDatabase"),
            Self::Gpx => root(text) == Some(b"gpx"),
            Self::Csv => head.starts_with(b"Name,Sport,"),
            Self::Fit => bytes.get(8..12) == Some(b".FIT"),
            Self::Rr => {
                let first = head
                    .split(|b| matches!(b, b'\n' | b'\r'))
                    .next()
                    .unwrap_or_default();
                first.starts_with(b"duration")
                    || (!first.is_empty()
                        && first
                            .iter()
                            .all(|b| b.is_ascii_digit() || b",.".contains(b)))
            }
        }
    }
}

impl fmt::Display for ExportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for ExportFormat {
    type Err = UnknownFormat;

    fn from_str(text: &str) -> Result<Self, UnknownFormat> {
        let all = [Self::Tcx, Self::Gpx, Self::Csv, Self::Fit, Self::Rr];
        let found = all
            .into_iter()
            .find(|format| format.as_str().eq_ignore_ascii_case(text));
        found.ok_or(UnknownFormat)
    }
}

/// A word that names no format of export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unknown export format; known are tcx, gpx, csv, fit and rr")]
pub struct UnknownFormat;

/// The files of a session, one per exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Export {
    /// An archive, which names every exercise. An exercise whose file is empty is `None`.
    Archive(Vec<Option<Bytes>>),
    /// A plain file. It does not say whether the session has other exercises.
    Plain(Bytes),
}

impl Export {
    /// The number of exercises, when the export shows it. A summary shows it, too:
    /// [`Summary::exercises`](crate::summary::Summary::exercises).
    #[must_use]
    pub fn exercise_count(&self) -> Option<usize> {
        match self {
            Self::Archive(all) => Some(all.len()),
            Self::Plain(_) => None,
        }
    }

    /// The number of files.
    #[must_use]
    pub fn file_count(&self) -> usize {
        self.files().count()
    }

    /// Whether there is a file for each of `exercises` exercises and for each that the archive names. Half a triathlon is no
    /// triathlon: check it before you settle a session as exported.
    #[must_use]
    pub fn is_complete(&self, exercises: usize) -> bool {
        self.file_count() >= exercises.max(self.exercise_count().unwrap_or(1))
    }

    /// The files of an archive of the website. Public for tools that have one in a file, such as a HAR.
    ///
    /// # Errors
    /// As [`PolarFlow::export`].
    pub fn unpack(archive: &[u8], format: ExportFormat) -> Result<Self, Error> {
        unpack(format.endpoint(), archive, format)
    }

    /// The files, in the order of the archive.
    pub fn files(&self) -> impl Iterator<Item = &Bytes> {
        let (archive, plain) = match self {
            Self::Archive(files) => (files.as_slice(), None),
            Self::Plain(file) => (&[][..], Some(file)),
        };
        archive.iter().flatten().chain(plain)
    }

    /// The files, in the order of the archive.
    #[must_use]
    pub fn into_files(self) -> Vec<Bytes> {
        match self {
            Self::Archive(files) => files.into_iter().flatten().collect(),
            Self::Plain(file) => vec![file],
        }
    }
}

impl PolarFlow {
    /// A session as files, one per exercise: all legs of a triathlon, one file of most sessions.
    ///
    /// TCX and GPX come as the archive of the website; archives of CSV, FIT and RR intervals were never seen, so these give one
    /// file. GPX of a leg without positions is missing: [`Export::is_complete`].
    ///
    /// # Errors
    /// [`Error::NotAvailable`] when there is nothing to export in this format (GPX without GPS, unknown session),
    /// [`Error::UnexpectedContent`] when the bytes are something else (an HTML page, JSON), [`Error::Archive`] when the
    /// archive is damaged or far too large.
    pub async fn export(&self, id: SessionId, format: ExportFormat) -> Result<Export, Error> {
        if !matches!(format, ExportFormat::Tcx | ExportFormat::Gpx) {
            return Ok(Export::Plain(self.export_single(id, format).await?));
        }
        let response = self.download(id, format, true).await?;
        if response.content() == Content::Zip {
            // Megabytes of decompression are no work for the runtime.
            let body = response.into_body();
            let unpack = move || Export::unpack(&body, format);
            let unpacked = tokio::task::spawn_blocking(unpack).await;
            return unpacked.unwrap_or_else(|_| {
                Err(Error::Archive {
                    endpoint: format.endpoint(),
                    problem: "it could not be unpacked".to_owned(),
                })
            });
        }
        // A plain file where an archive was asked for is one exercise.
        Ok(Export::Plain(checked(response, format)?))
    }

    /// A session of one exercise as a file, without an archive around it. Of a session of several exercises it gives one at
    /// best: use [`export`](Self::export) unless you know better.
    ///
    /// # Errors
    /// As [`export`](Self::export).
    pub async fn export_single(&self, id: SessionId, format: ExportFormat) -> Result<Bytes, Error> {
        checked(self.download(id, format, false).await?, format)
    }

    async fn download(
        &self,
        id: SessionId,
        format: ExportFormat,
        compress: bool,
    ) -> Result<Response, Error> {
        let paths = self.endpoints();
        let template = match format {
            ExportFormat::Fit => &paths.export_fit,
            ExportFormat::Rr => &paths.export_rr,
            _ => &paths.export,
        };
        let path = template
            .replace("{id}", &id.to_string())
            .replace("{format}", format.as_str())
            .replace("{compress}", if compress { "true" } else { "false" });
        let request = self
            .session()
            .get(self.url(&path))
            .endpoint(format.endpoint())
            .header("accept", crate::client::ACCEPT_PAGE);
        self.call(request).expect(Expect::File).read().await
    }
}

/// The body, when it is a file of this format.
fn checked(response: Response, format: ExportFormat) -> Result<Bytes, Error> {
    if !format.fits(response.body()) {
        return Err(Error::UnexpectedContent {
            endpoint: response.endpoint(),
            expected: format.expected(),
            content: response.content(),
            fingerprint: Box::new(response.fingerprint()),
        });
    }
    count_laps(response.endpoint(), response.body(), &mut 0)?;
    Ok(response.into_body())
}

fn unpack(endpoint: &'static str, packed: &[u8], format: ExportFormat) -> Result<Export, Error> {
    let broken = |problem: String| Error::Archive { endpoint, problem };
    // The errors of the library describe the fault of the archive; names of files, which hold the user's name, are not in them.
    let mut archive =
        zip::ZipArchive::new(Cursor::new(packed)).map_err(|e| broken(e.to_string()))?;
    if archive.len() > limits::ARCHIVE_FILES {
        return Err(broken(format!(
            "it has {} files, more than {}",
            archive.len(),
            limits::ARCHIVE_FILES
        )));
    }
    let mut files = Vec::new();
    // One limit for all files: for what comes out, and for how much more that is than what went in.
    let limit = (packed.len() as u64 * limits::ARCHIVE_RATIO)
        .clamp(limits::ARCHIVE_BYTES_ALWAYS, limits::ARCHIVE_BYTES);
    let mut left = limit;
    let mut laps = 0;
    for index in 0..archive.len() {
        let file = archive.by_index(index).map_err(|e| broken(e.to_string()))?;
        if !file.is_file() {
            continue;
        }
        let mut bytes = Vec::new();
        file.take(left + 1)
            .read_to_end(&mut bytes)
            .map_err(|e| broken(format!("file {}: {e}", index + 1)))?;
        left = left
            .checked_sub(bytes.len() as u64)
            .ok_or_else(|| broken(format!("it unpacks to more than {limit} bytes")))?;
        if bytes.is_empty() {
            files.push(None);
            continue;
        }
        if !format.fits(&bytes) {
            return Err(broken(format!(
                "file {} is not {}",
                index + 1,
                format.expected()
            )));
        }
        count_laps(endpoint, &bytes, &mut laps)?;
        files.push(Some(Bytes::from(bytes)));
    }
    if files.iter().all(Option::is_none) {
        return Err(Error::NotAvailable { endpoint });
    }
    Ok(Export::Archive(files))
}

/// A small file can have millions of laps, each far larger in memory than on the wire.
fn count_laps(endpoint: &'static str, file: &[u8], laps: &mut usize) -> Result<(), Error> {
    let mut rest = file;
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        rest = &rest[at + 1..];
        // With any prefix of its namespace.
        let name = &rest[..rest.len().min(64)];
        let end = name
            .iter()
            .position(|b| b.is_ascii_whitespace() || b"/>".contains(b));
        let name = &name[..end.unwrap_or(name.len())];
        *laps += usize::from(name == b"Lap" || name.ends_with(b":Lap"));
    }
    if *laps > MAX_LAPS {
        return Err(Error::Archive {
            endpoint,
            problem: format!("it has more than {MAX_LAPS} laps"),
        });
    }
    Ok(())
}

/// The name of the first element, after a declaration and comments.
fn root(xml: &[u8]) -> Option<&[u8]> {
    let mut rest = xml;
    loop {
        rest = rest.trim_ascii_start().strip_prefix(b"<")?;
        let end: &[u8] = match rest {
            [b'?', ..] => b"?>",
            [b'!', b'-', b'-', ..] => b"-->",
            [b'!', ..] => b">",
            _ => break,
        };
        let at = rest.windows(end.len()).position(|part| part == end)?;
        rest = &rest[at + end.len()..];
    }
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || b"/>".contains(byte);
    let length = rest.iter().position(is_end)?;
    Some(&rest[..length])
}

#[cfg(test)]
mod tests;
