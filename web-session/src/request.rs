//! A request under construction, and the two ways to end it: as a read or as a write.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::{
    ACCEPT, ACCEPT_LANGUAGE, AUTHORIZATION, CONTENT_TYPE, COOKIE, HeaderMap, HeaderName,
    HeaderValue, USER_AGENT,
};
use url::Url;

use crate::error::{Error, WriteError};
use crate::multipart::{self, Multipart};
use crate::redact;
use crate::response::Response;
use crate::send;
use crate::session::Session;

/// A read's treatment of redirects. A write never follows one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Redirects {
    /// Follows redirects between the configured hosts. One that leads elsewhere is the answer, with its
    /// [`location`](Response::location): an imported session does not travel.
    #[default]
    WithinSite,
    /// Follows none: the first redirect is the answer.
    Never,
}

/// A part of a multipart form.
#[derive(Clone)]
pub struct Part {
    pub(crate) name: Cow<'static, str>,
    pub(crate) file_name: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) bytes: Bytes,
}

impl Part {
    /// A text field.
    pub fn text(name: impl Into<Cow<'static, str>>, value: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            file_name: None,
            content_type: None,
            bytes: Bytes::from(value.into()),
        }
    }

    /// A file.
    pub fn file(
        name: impl Into<Cow<'static, str>>,
        file_name: impl Into<String>,
        content_type: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Self {
        Self {
            name: name.into(),
            file_name: Some(file_name.into()),
            content_type: Some(content_type.into()),
            bytes: bytes.into(),
        }
    }
}

impl fmt::Debug for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Part({}, {} bytes)", self.name, self.bytes.len())
    }
}

#[derive(Clone)]
pub(crate) enum Body {
    None,
    Bytes(Bytes),
}

/// A request under construction. `Debug` shows neither headers nor body.
#[derive(Clone)]
#[must_use = "a request does nothing until `read` or `write`"]
pub struct RequestBuilder {
    pub(crate) session: Session,
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Those that differ from the session's.
    headers: HeaderMap,
    pub(crate) body: Body,
    pub(crate) redirects: Redirects,
    pub(crate) max_bytes: u64,
    pub(crate) timeout: Duration,
    pub(crate) endpoint: &'static str,
    pub(crate) as_nobody: bool,
    problem: Option<String>,
}

impl RequestBuilder {
    pub(crate) fn new(session: Session, method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: HeaderMap::new(),
            body: Body::None,
            redirects: Redirects::default(),
            max_bytes: session.inner.max_bytes,
            timeout: session.inner.timeout,
            endpoint: "request",
            as_nobody: false,
            problem: None,
            session,
        }
    }

    /// The name of the request in errors, logs and drift reports.
    pub fn endpoint(mut self, name: &'static str) -> Self {
        self.endpoint = name;
        self
    }

    /// Sets a header, instead of a default one of the same name.
    pub fn header(mut self, name: impl TryInto<HeaderName>, value: &str) -> Self {
        match (name.try_into(), HeaderValue::from_str(value)) {
            (Ok(name), Ok(value)) => {
                self.headers.insert(name, value);
            }
            (Err(_), _) => self.problem = Some("the name of a header is not valid".to_owned()),
            (Ok(name), Err(_)) => {
                self.problem = Some(format!("the header `{name}` cannot carry its value"));
            }
        }
        self
    }

    /// Adds a parameter to the query.
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.query_pairs_mut().append_pair(name, value);
        self
    }

    /// A body of `application/x-www-form-urlencoded` fields.
    pub fn form<K: AsRef<str>, V: AsRef<str>>(
        mut self,
        fields: impl IntoIterator<Item = (K, V)>,
    ) -> Self {
        let text = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        self.headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/x-www-form-urlencoded"),
        );
        self.body = Body::Bytes(text.into());
        self
    }

    /// A JSON body.
    pub fn json(mut self, value: &impl serde::Serialize) -> Self {
        match serde_json::to_vec(value) {
            Ok(bytes) => {
                self.headers
                    .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
                self.body = Body::Bytes(bytes.into());
            }
            Err(_) => self.problem = Some("the body cannot be written as JSON".to_owned()),
        }
        self
    }

    /// The body, where it is JSON.
    pub(crate) fn json_body(&self) -> Option<&[u8]> {
        let is_json = self
            .headers
            .get(CONTENT_TYPE)
            .is_some_and(|it| it == "application/json");
        match &self.body {
            Body::Bytes(bytes) if is_json => Some(bytes),
            _ => None,
        }
    }

    /// A body of any kind.
    pub fn body(self, content_type: &str, bytes: impl Into<Bytes>) -> Self {
        let mut this = self.header(CONTENT_TYPE, content_type);
        this.body = Body::Bytes(bytes.into());
        this
    }

    /// A `multipart/form-data` body.
    pub fn multipart(mut self, parts: impl IntoIterator<Item = Part>) -> Self {
        let parts: Vec<Part> = parts.into_iter().collect();
        let types = parts.iter().filter_map(|part| part.content_type.as_deref());
        if let Some(bad) = { types }.find(|text| !multipart::is_content_type(text)) {
            self.problem = Some(format!(
                "`{}` is not a content type",
                redact::printable(bad)
            ));
            return self;
        }
        let written = Multipart::write(&parts);
        self.body(&written.content_type, written.body)
    }

    /// What to do with redirects.
    pub fn redirects(mut self, redirects: Redirects) -> Self {
        self.redirects = redirects;
        self
    }

    /// Another size limit than the session's, in bytes, decompressed.
    pub fn max_bytes(mut self, limit: u64) -> Self {
        self.max_bytes = limit;
        self
    }

    /// Another time limit than the session's.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Sends it anonymously: without the session's cookies, and with those headers only that say what kind of browser asks.
    /// Cookies of the answer are dropped. For a file that the service keeps on a foreign host, where the address
    /// itself proves who may have it.
    pub fn without_cookies(mut self) -> Self {
        self.headers = telling_nothing(&self.headers);
        self.as_nobody = true;
        self
    }

    /// Sends it with only those cookies of the session that have one of these names, otherwise as
    /// [`without_cookies`](Self::without_cookies): nothing else of the session goes along, no redirect is followed, and cookies of the
    /// answer are dropped, so the session does not change. It finds out which cookies a service needs.
    pub fn only_cookies(self, names: &[&str]) -> Self {
        let jar = self.session.jar();
        let pairs = names.iter().filter_map(|name| {
            let value = jar.value(&self.url, name)?;
            Some(format!("{name}={}", value.expose_secret()))
        });
        let pairs: Vec<String> = pairs.collect();
        let mut it = self.without_cookies().redirects(Redirects::Never);
        if let Ok(mut line) = HeaderValue::from_str(&pairs.join("; "))
            && !pairs.is_empty()
        {
            line.set_sensitive(true);
            it.headers.insert(COOKIE, line);
        }
        it
    }

    /// Sends it as something that may be repeated without harm. Connect errors, timeouts, broken connections and the
    /// statuses 429, 502, 503 and 504 are tried again with growing pauses; redirects are followed within the site.
    ///
    /// # Errors
    /// When no complete answer came within the limits. An answer of any status is not an error.
    pub async fn read(self) -> Result<Response, Error> {
        self.check()?;
        send::read(&self).await
    }

    /// Sends it exactly once, on a new connection, and follows no redirect.
    ///
    /// # Errors
    /// [`WriteError::NotSent`] when it is proved that nothing left this machine, [`WriteError::MaybeSent`] otherwise.
    /// An answer of any status is not an error.
    pub async fn write(self) -> Result<Response, WriteError> {
        self.check()?;
        send::write(&self).await
    }

    fn check(&self) -> Result<(), Error> {
        match &self.problem {
            None => Ok(()),
            Some(problem) => Err(Error::InvalidRequest {
                endpoint: self.endpoint,
                problem: problem.clone(),
            }),
        }
    }

    /// The request for the transport, as it stands or as the next hop of a chain.
    pub(crate) fn to_reqwest(
        &self,
        client: &reqwest::Client,
        method: &Method,
        url: &Url,
        with_body: bool,
    ) -> reqwest::Result<reqwest::Request> {
        let usual = &self.session.inner.headers;
        let mut headers = match self.as_nobody {
            true => telling_nothing(usual),
            false => usual.clone(),
        };
        for (name, value) in &self.headers {
            headers.insert(name, value.clone());
        }
        if !with_body {
            headers.remove(CONTENT_TYPE);
        }
        if let Some(value) = &self.session.inner.authorization
            && !self.as_nobody
            && self.session.inner.site.has(url)
        {
            headers
                .entry(AUTHORIZATION)
                .or_insert_with(|| value.clone());
        }
        let mut request = match url.username().is_empty() && url.password().is_none() {
            true => reqwest::Request::new(method.clone(), url.clone()),
            // A name and a password in the address become a header.
            false => client.request(method.clone(), url.clone()).build()?,
        };
        for (name, value) in request.headers() {
            headers.entry(name).or_insert_with(|| value.clone());
        }
        *request.headers_mut() = headers;
        if let (true, Body::Bytes(bytes)) = (with_body, &self.body) {
            *request.body_mut() = Some(bytes.clone().into());
        }
        Ok(request)
    }
}

/// Those of `headers` that say no more than what kind of browser asks.
fn telling_nothing(headers: &HeaderMap) -> HeaderMap {
    [ACCEPT, ACCEPT_LANGUAGE, CONTENT_TYPE, USER_AGENT]
        .into_iter()
        .filter_map(|name| Some((name.clone(), headers.get(name)?.clone())))
        .collect()
}

impl fmt::Debug for RequestBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {} {}",
            self.endpoint,
            self.method,
            redact::request(&self.url)
        )
    }
}
