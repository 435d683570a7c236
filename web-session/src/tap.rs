//! Looking at requests and answers as they pass.

use std::fmt;
use std::sync::Arc;

use reqwest::Method;
use url::Url;

use crate::redact;
use crate::response::Response;

/// A request that was answered: one hop of a read, or a write. See
/// [`SessionBuilder::on_answer`](crate::SessionBuilder::on_answer). `Debug` shows neither query nor body.
#[non_exhaustive]
pub struct Exchanged<'a> {
    /// The method of this hop.
    pub method: &'a Method,
    /// The address of this hop.
    pub url: &'a Url,
    /// The body that was sent, where it is JSON.
    pub sent_json: Option<&'a [u8]>,
    /// The answer.
    pub response: &'a Response,
}

pub(crate) type Tap = Arc<dyn Fn(&Exchanged<'_>) + Send + Sync>;

impl fmt::Debug for Exchanged<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let url = redact::request(self.url);
        write!(f, "{} {url}: {}", self.method, self.response.status())
    }
}
