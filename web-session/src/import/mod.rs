//! Taking over the session of a browser.
//!
//! Bot defences make scripted password logins unreliable, so bringing the browser's own cookies is a first-class way to
//! sign in. Understood are, recognised by their content:
//!
//! - the value of a `Cookie:` header, with or without its name, or a whole block of request headers;
//! - "Copy as cURL", in bash and in cmd quoting;
//! - a Netscape `cookies.txt`, `#HttpOnly_` lines included;
//! - the JSON that cookie-export extensions and browser automation write;
//! - a HAR file of the network tab.
//!
//! Cookies of other hosts than the configured ones are dropped; the report names them, never a value.

#[cfg(feature = "browsers")]
pub mod browser;
mod curl;
mod har;
mod header;
mod json;
mod netscape;

use std::collections::BTreeSet;
use std::fmt;

use chrono::Utc;
use url::Url;

use crate::jar::NewCookie;
use crate::session::Session;
use crate::{entries, limits, redact};

/// The format of an imported text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ImportFormat {
    /// The value of a `Cookie` header, or a block of request headers.
    CookieHeader,
    /// A "Copy as cURL" command.
    Curl,
    /// Netscape `cookies.txt`.
    Netscape,
    /// JSON of a cookie-export extension or of browser automation.
    Json,
    /// A HAR file.
    Har,
    /// The profile of Firefox.
    Firefox,
    /// The profile of Chromium or a browser built from it.
    Chromium,
}

impl fmt::Display for ImportFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::CookieHeader => "a Cookie header",
            Self::Curl => "a cURL command",
            Self::Netscape => "a cookies.txt file",
            Self::Json => "exported JSON",
            Self::Har => "a HAR file",
            Self::Firefox => "the profile of Firefox",
            Self::Chromium => "the profile of Chromium",
        })
    }
}

/// A cookie as it stood in the text. `Debug` leaves the value out.
#[derive(Clone, PartialEq)]
pub(crate) struct Found {
    pub(crate) name: String,
    pub(crate) value: String,
    /// Empty: the text does not say, so it belongs to the host the caller names.
    pub(crate) domain: String,
    pub(crate) host_only: bool,
    pub(crate) path: String,
    pub(crate) secure: bool,
    pub(crate) http_only: bool,
    /// Unix seconds; `None` lives as long as the session.
    pub(crate) expires: Option<i64>,
}

impl Found {
    fn of_host(host: &str, name: &str, value: &str) -> Self {
        Self {
            name: name.to_owned(),
            value: value.to_owned(),
            domain: host.to_owned(),
            host_only: true,
            path: "/".to_owned(),
            secure: false,
            http_only: false,
            expires: None,
        }
    }
}

impl fmt::Debug for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.name, self.domain)
    }
}

/// The result of an import. Names and hosts only.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportReport {
    /// The assumed format of the text.
    pub format: ImportFormat,
    /// Cookies that were taken over, as (host, name), sorted.
    pub kept: Vec<(String, String)>,
    /// Cookies of other hosts, as (domain, name), sorted.
    pub other_hosts: Vec<(String, String)>,
    /// Names of cookies of ours that had expired.
    pub expired: Vec<String>,
    /// Names of cookies of ours that no request can carry.
    pub invalid: Vec<String>,
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self
            .kept
            .iter()
            .map(|(_, name)| name.as_str())
            .collect::<BTreeSet<_>>();
        write!(f, "took {} of {} over", count(self.kept.len()), self.format)?;
        if !names.is_empty() {
            write!(f, " ({})", names.into_iter().collect::<Vec<_>>().join(", "))?;
        }
        if !self.other_hosts.is_empty() {
            write!(
                f,
                "; left out {} of other hosts",
                count(self.other_hosts.len())
            )?;
        }
        if !self.expired.is_empty() {
            write!(
                f,
                "; left out {} that had expired",
                count(self.expired.len())
            )?;
        }
        if !self.invalid.is_empty() {
            write!(
                f,
                "; left out {} that cannot be sent",
                count(self.invalid.len())
            )?;
        }
        Ok(())
    }
}

fn count(n: usize) -> String {
    if n == 1 {
        "1 cookie".to_owned()
    } else {
        format!("{n} cookies")
    }
}

/// Why an import brought nothing. The session is as it was before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// There was nothing to read.
    #[error("there is nothing to import: the text is empty")]
    Empty,
    /// It is larger than any export of cookies.
    #[error(
        "the text is too large to be an export of cookies: {problem}; export the cookies of one site only"
    )]
    TooLarge {
        /// The limit.
        problem: String,
    },
    /// None of the formats.
    #[error(
        "this is no cookie export that is understood; give a Cookie header, \"Copy as cURL\", a cookies.txt, the \
         JSON of a cookie-export extension or a HAR file"
    )]
    UnknownFormat,
    /// The format was clear, and something in it is broken.
    #[error("{format} was expected, but {problem}")]
    Malformed {
        /// The assumed format.
        format: ImportFormat,
        /// The fault and its place.
        problem: String,
    },
    /// It holds no cookie.
    #[error("{format} was read, but it holds no cookies; {advice}")]
    NoCookies {
        /// The assumed format.
        format: ImportFormat,
        /// What to do.
        advice: &'static str,
    },
    /// It holds cookies, none of which is of use here.
    #[error("{report}; none is left for {}. Export again while signed in on that site", hosts.join(" or "))]
    NoneUsable {
        /// The cookies that were left out.
        report: Box<ImportReport>,
        /// The hosts whose cookies were wanted.
        hosts: Vec<String>,
    },
}

impl Session {
    /// Takes cookies over from a text that a browser or an extension made.
    ///
    /// `bare` is the address that cookies belong to when the text does not say (a bare `Cookie` header). Cookies that
    /// the session already had for the hosts concerned are replaced: two sessions mixed are none. Nothing is written
    /// to the session file; call [`CookieJar::save`](crate::CookieJar::save) when the session has proved to work.
    ///
    /// # Errors
    /// When nothing usable is in the text; the cookies are as before then.
    pub fn import(&self, text: &str, bare: &Url) -> Result<ImportReport, ImportError> {
        within_limits(text)?;
        let (format, found) = parse(text)?;
        self.take_over(format, found, bare)
    }

    fn take_over(
        &self,
        format: ImportFormat,
        found: Vec<Found>,
        bare: &Url,
    ) -> Result<ImportReport, ImportError> {
        let now = Utc::now().timestamp();
        let mut report = ImportReport {
            format,
            kept: Vec::new(),
            other_hosts: Vec::new(),
            expired: Vec::new(),
            invalid: Vec::new(),
        };
        let mut ours: Vec<(&Url, Found)> = Vec::new();
        for cookie in found {
            let base = if cookie.domain.is_empty() {
                Some(bare)
            } else {
                self.inner
                    .site
                    .base_for_cookie(&cookie.domain, cookie.host_only)
            };
            match base {
                None => {
                    let domain = redact::printable(cookie.domain.trim_start_matches('.'));
                    let name = redact::printable(&cookie.name);
                    report.other_hosts.push((domain, name));
                }
                Some(_) if cookie.expires.is_some_and(|at| at <= now) => {
                    report.expired.push(redact::printable(&cookie.name));
                }
                Some(base) => ours.push((base, cookie)),
            }
        }
        let scratch = crate::jar::CookieJar::in_memory(self.inner.site.plain_hosts(), Vec::new());
        ours.retain(|(base, cookie)| match put(&scratch, base, cookie, now) {
            true => true,
            false => {
                report.invalid.push(redact::printable(&cookie.name));
                false
            }
        });
        let host = |base: &Url| base.host_str().unwrap_or_default().to_owned();
        report.kept = ours
            .iter()
            .map(|(base, cookie)| (host(base), redact::printable(&cookie.name)))
            .collect();
        for list in [&mut report.kept, &mut report.other_hosts] {
            list.sort();
            list.dedup();
        }
        if ours.is_empty() {
            let mut hosts: Vec<_> = self.base_urls().iter().map(host).collect();
            hosts.dedup();
            return Err(ImportError::NoneUsable {
                report: Box::new(report),
                hosts,
            });
        }
        for (base, _) in &ours {
            self.jar().clear(base);
        }
        for (base, cookie) in &ours {
            put(self.jar(), base, cookie, now);
        }
        Ok(report)
    }
}

fn put(jar: &crate::jar::CookieJar, base: &Url, cookie: &Found, now: i64) -> bool {
    let host = base.host_str().unwrap_or_default();
    let domain = cookie.domain.trim_start_matches('.');
    let how = NewCookie {
        path: if cookie.path.starts_with('/') && !cookie.path.contains([';', ',']) {
            &cookie.path
        } else {
            "/"
        },
        // A domain cookie of exactly this host is kept for this host only, which works for addresses (127.0.0.1) too.
        domain: (!cookie.host_only && !domain.eq_ignore_ascii_case(host) && !domain.is_empty())
            .then_some(domain),
        secure: cookie.secure,
        http_only: cookie.http_only,
        max_age: cookie.expires.map(|at| at - now),
    };
    // `insert` takes the address whose path decides nothing here: the path is given.
    jar.insert(base, &cookie.name, &cookie.value, &how).is_ok()
}

fn within_limits(text: &str) -> Result<(), ImportError> {
    let too_large = |what: &str, limit: u64| ImportError::TooLarge {
        problem: format!("more than {limit} {what}"),
    };
    if text.len() as u64 > limits::IMPORT_BYTES {
        return Err(too_large("bytes", limits::IMPORT_BYTES));
    }
    entries::check(text.as_bytes()).map_err(|(what, limit)| too_large(what, limit as u64))
}

/// Recognises the format and reads the cookies.
fn parse(text: &str) -> Result<(ImportFormat, Vec<Found>), ImportError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    if text.is_empty() {
        return Err(ImportError::Empty);
    }
    let (format, found) = if text.starts_with(['{', '[']) {
        let document: serde_json::Value = serde_json::from_str(text).map_err(|e| {
            let what = if e.is_eof() {
                "it is cut off"
            } else {
                "it is not valid"
            };
            ImportError::Malformed {
                format: ImportFormat::Json,
                problem: format!("{what} (line {}, column {})", e.line(), e.column()),
            }
        })?;
        if document["log"]["entries"].is_array() {
            (ImportFormat::Har, har::read(&document))
        } else {
            (ImportFormat::Json, json::read(&document)?)
        }
    } else if curl::is_command(text) {
        (ImportFormat::Curl, curl::read(text)?)
    } else if netscape::is_jar(text) {
        (ImportFormat::Netscape, netscape::read(text)?)
    } else if let Some(found) = header::read(text) {
        (ImportFormat::CookieHeader, found)
    } else {
        return Err(ImportError::UnknownFormat);
    };
    if found.is_empty() {
        return Err(ImportError::NoCookies {
            format,
            advice: advice(format),
        });
    }
    Ok((format, found))
}

fn advice(format: ImportFormat) -> &'static str {
    match format {
        ImportFormat::Har => {
            "browsers leave them out of a \"sanitized\" HAR. In Chrome and Edge open the developer tools' settings, tick \
             \"Allow to generate HAR with sensitive data\" under Network, then hold the download button of the Network \
             tab and choose \"Export HAR (with sensitive data)\"; Firefox: \"Save All As HAR\" in the tab's menu has them"
        }
        ImportFormat::Curl => "copy a request to the site itself while signed in",
        _ => "export again while signed in",
    }
}

#[cfg(test)]
mod tests;
