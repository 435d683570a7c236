//! `POST /trackMultipleFileUpload`: a GPX or TCX file becomes an activity.
//!
//! multipart/form-data with `handleUpload=handleUpload`, the values of the page `/new/activity`, and the part
//! `trackFiles` **with** file name, extension and content type: without a file name the first known user of the endpoint
//! got nowhere (2018-11). The call creates the activity by itself, of type Running (2026-04, through the page). Its answer
//! was never recorded; see [`Answer`].
//!
//! Only files with positions are taken. A second copy is not refused, so the caller has to look first.

use web_session::auth;
use web_session::page::FormFields;
use web_session::{Part, header};

use super::send::Answer;
use crate::{Error, Runkeeper};

const ENDPOINT: &str = "upload";

/// As the first known user of the endpoint sent it (2018-12).
const CONTENT_TYPE: &str = "application/octet-stream";

/// A file to upload.
#[derive(Debug, Clone)]
pub struct TrackUpload {
    name: String,
    bytes: web_session::Bytes,
}

impl TrackUpload {
    /// A TCX file. `name` is the file name without its extension.
    #[must_use]
    pub fn tcx(name: &str, bytes: impl Into<web_session::Bytes>) -> Self {
        Self {
            name: format!("{}.tcx", plain(name)),
            bytes: bytes.into(),
        }
    }

    /// A GPX file. `name` is the file name without its extension.
    #[must_use]
    pub fn gpx(name: &str, bytes: impl Into<web_session::Bytes>) -> Self {
        Self {
            name: format!("{}.gpx", plain(name)),
            bytes: bytes.into(),
        }
    }

    /// The file name that is sent.
    #[must_use]
    pub fn file_name(&self) -> &str {
        &self.name
    }

    /// Certain only when true: whether a position is a good one, the site decides.
    fn has_no_position(&self) -> bool {
        // In another encoding than UTF-8 every other byte is a zero.
        let is_readable = !self.bytes.contains(&0);
        let mark: &[u8] = match self.name.ends_with(".gpx") {
            true => b"trkpt",
            false => b"Position",
        };
        is_readable && !self.bytes.windows(mark.len()).any(|part| part == mark)
    }

    pub(crate) fn part(&self, field: &'static str) -> Part {
        Part::file(field, self.name.clone(), CONTENT_TYPE, self.bytes.clone())
    }
}

/// A name that no server trips over.
fn plain(name: &str) -> String {
    let kept: String = name
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || "-_".contains(c) {
                c
            } else {
                '_'
            }
        })
        .take(80)
        .collect();
    if kept.is_empty() {
        "workout".to_owned()
    } else {
        kept
    }
}

impl Runkeeper {
    /// Uploads a file, in exactly one request that could create something.
    ///
    /// When the answer is a redirect to the login page, the site has taken nothing: the session is renewed once, if
    /// a way to sign in was given, and the file is sent again.
    ///
    /// # Errors
    /// - [`Error::MaybeSent`]: look at the listing before sending again. After any other error the site has taken nothing.
    /// - [`Error::NoGps`]: nothing was sent, because the file has no position.
    pub async fn upload(&self, file: &TrackUpload) -> Result<Answer, Error> {
        if file.has_no_position() {
            return Err(Error::NoGps);
        }
        auth::with_renewal(self, || self.upload_once(file)).await
    }

    async fn upload_once(&self, file: &TrackUpload) -> Result<Answer, Error> {
        // The form's page is asked every time: its values change, and a dead session shows before anything is sent.
        let proof = self.upload_proof().await?;
        let mut parts = vec![Part::text("handleUpload", "handleUpload")];
        parts.extend(
            proof
                .fields
                .iter()
                .filter(|(name, _)| name != "handleUpload")
                .map(|(name, value)| Part::text(name.clone(), value.clone())),
        );
        parts.push(file.part("trackFiles"));
        self.post_form(ENDPOINT, &self.endpoints().upload.clone(), &proof, parts)
            .await
    }

    /// Sends a multipart form that could create something, once, and judges the answer.
    pub(crate) async fn post_form(
        &self,
        endpoint: &'static str,
        path: &str,
        proof: &FormFields,
        parts: Vec<Part>,
    ) -> Result<Answer, Error> {
        let response = self.post_multipart(endpoint, path, proof, parts).await?;
        self.classify(&response).await
    }

    pub(crate) async fn post_multipart(
        &self,
        endpoint: &'static str,
        path: &str,
        proof: &FormFields,
        parts: Vec<Part>,
    ) -> Result<web_session::Response, web_session::WriteError> {
        let page = self.url(&self.endpoints().new_activity);
        self.post_from(endpoint, self.url(path), &page, proof)
            .header(header::ACCEPT, "*/*")
            .timeout(self.upload_timeout())
            .multipart(parts)
            .write()
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_always_has_a_name_with_its_extension() {
        assert_eq!(
            TrackUpload::tcx("polar-81", Vec::new()).file_name(),
            "polar-81.tcx"
        );
        assert_eq!(TrackUpload::gpx("", Vec::new()).file_name(), "workout.gpx");
        assert_eq!(
            TrackUpload::tcx("../ü\"x\n", Vec::new()).file_name(),
            "_____x_.tcx"
        );
    }
}
