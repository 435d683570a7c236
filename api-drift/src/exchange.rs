//! Requests with their answers.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use chrono::{DateTime, NaiveDate, Utc};
use serde_json::Value;
use url::Url;
use web_session::{Exchanged, redact};

/// One request with its answer, as far as it was recorded. It holds private data: `Debug` shows method, address and status only.
#[derive(Clone)]
#[non_exhaustive]
pub struct Exchange {
    /// The method, in capitals.
    pub method: String,
    /// The address.
    pub url: Url,
    /// Names of the cookies that were sent; empty where that was not recorded.
    pub sent_cookies: Vec<String>,
    /// Names of the fields of a form, of the parts of a multipart body, or of the members of a JSON object.
    pub sent_fields: Vec<String>,
    /// The status of the answer; 0 where there was none.
    pub status: u16,
    /// The content type without parameters, in lower case; empty when there was none.
    pub content_type: String,
    /// The target of a redirect.
    pub location: Option<Url>,
    /// Names of the cookies that were set.
    pub set_cookies: Vec<String>,
    /// How long cookies live by their `Max-Age`, in seconds.
    pub cookie_lives: Vec<(String, i64)>,
    /// The wait that `Retry-After` asks for, in seconds, where it is a number.
    pub retry_after: Option<u64>,
    /// From the first to the last day of the range that was asked for, where the request has one.
    pub range: Option<(NaiveDate, NaiveDate)>,
    /// The body; `None` where it was not recorded.
    pub body: Option<Vec<u8>>,
    /// The recording has the beginning of the body only.
    pub is_cut: bool,
    /// The time of the request.
    pub at: Option<DateTime<Utc>>,
}

impl Exchange {
    /// An answer of this status, with nothing else known of it.
    #[must_use]
    pub fn new(method: &str, url: Url, status: u16) -> Self {
        Self {
            method: method.to_ascii_uppercase(),
            url,
            sent_cookies: Vec::new(),
            sent_fields: Vec::new(),
            status,
            content_type: String::new(),
            location: None,
            set_cookies: Vec::new(),
            cookie_lives: Vec::new(),
            retry_after: None,
            range: None,
            body: None,
            is_cut: false,
            at: None,
        }
    }

    /// The exchange that a [tap](web_session::SessionBuilder::on_answer) received.
    #[must_use]
    pub fn tapped(seen: &Exchanged<'_>) -> Self {
        let response = seen.response;
        let header = |name: &str| response.header(name).unwrap_or_default();
        let set = response.headers().get_all("set-cookie");
        let lines: Vec<_> = set
            .iter()
            .map(|it| String::from_utf8_lossy(it.as_bytes()))
            .collect();
        let sent: Value = seen
            .sent_json
            .and_then(|json| serde_json::from_slice(json).ok())
            .unwrap_or_default();
        Self {
            range: range_of(seen.url, &sent),
            sent_fields: sent
                .as_object()
                .map(|members| members.keys().cloned().collect())
                .unwrap_or_default(),
            cookie_lives: lines.iter().filter_map(|line| cookie_life(line)).collect(),
            retry_after: header("retry-after").parse().ok(),
            content_type: media_type(header("content-type")),
            location: response
                .location()
                .filter(|_| response.status().is_redirection()),
            set_cookies: lines.iter().filter_map(|line| cookie_name(line)).collect(),
            body: Some(response.body().to_vec()),
            at: Some(Utc::now()),
            ..Self::new(
                seen.method.as_str(),
                seen.url.clone(),
                response.status().as_u16(),
            )
        }
    }

    /// Whether it leads elsewhere.
    #[must_use]
    pub fn is_redirect(&self) -> bool {
        matches!(self.status, 301..=303 | 307 | 308)
    }
}

impl fmt::Debug for Exchange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {} -> {}",
            self.method,
            redact::host(&self.url),
            self.status
        )
    }
}

/// Keeps what a tap sees, up to a limit. Clones share the list.
#[derive(Clone, Default)]
pub struct Recorder {
    seen: Arc<Mutex<Vec<Exchange>>>,
}

/// More than any look at a service needs.
const MOST_RECORDED: usize = 400;

impl Recorder {
    /// Keeps one exchange.
    pub fn add(&self, exchange: Exchange) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() < MOST_RECORDED {
            seen.push(exchange);
        }
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    /// Everything so far.
    #[must_use]
    pub fn all(&self) -> Vec<Exchange> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl fmt::Debug for Recorder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recorder({} exchanges)", self.count())
    }
}

/// `text/html; charset=utf-8` as `text/html`.
pub(crate) fn media_type(text: &str) -> String {
    let plain = text.split(';').next().unwrap_or_default();
    plain.trim().to_ascii_lowercase()
}

/// The name of a `Set-Cookie` header's cookie. Names may hold anything but `=` and `;`.
pub(crate) fn cookie_name(line: &str) -> Option<String> {
    let (name, _) = line.split(';').next()?.split_once('=')?;
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// The cookies of one header. WebKit joins several headers with `, ` and Firefox with line breaks; a date has a comma, too.
pub(crate) fn cookie_lines(header: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    for line in header.lines() {
        let mut start = 0;
        for (at, _) in line.match_indices(',') {
            let after = line[at + 1..].trim_start();
            let end = after.find(['=', ';', ',']);
            let is_name = end.is_some_and(|end| {
                after[end..].starts_with('=') && end > 0 && !after[..end].contains(' ')
            });
            // A comma without a space is part of a value.
            if is_name && line[at + 1..].starts_with(' ') {
                lines.push(&line[start..at]);
                start = at + 1;
            }
        }
        lines.push(&line[start..]);
    }
    lines
}

/// Name and `Max-Age` of a `Set-Cookie` header.
pub(crate) fn cookie_life(line: &str) -> Option<(String, i64)> {
    let name = cookie_name(line)?;
    let attributes = line.split(';').skip(1);
    let mut ages = attributes.filter_map(|it| {
        let (name, value) = it.split_once('=')?;
        name.trim()
            .eq_ignore_ascii_case("max-age")
            .then(|| value.trim().parse().ok())?
    });
    Some((name, ages.next()?))
}

/// The range of days in a query or in a JSON body, however a service writes it.
pub(crate) fn range_of(url: &Url, sent: &Value) -> Option<(NaiveDate, NaiveDate)> {
    const NAMES: [(&str, &str); 3] = [("start", "end"), ("from", "to"), ("fromDate", "toDate")];
    let day = |text: &str| {
        let formats = ["%d.%m.%Y", "%Y-%m-%d"];
        formats
            .iter()
            .find_map(|format| NaiveDate::parse_from_str(text, format).ok())
    };
    let asked = |wanted: &str| {
        let in_query = url.query_pairs().find(|(name, _)| name == wanted);
        let in_query = in_query.map(|(_, value)| value.into_owned());
        in_query.or_else(|| sent[wanted].as_str().map(str::to_owned))
    };
    NAMES
        .iter()
        .find_map(|(from, to)| Some((day(&asked(from)?)?, day(&asked(to)?)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn ranges_are_found_in_queries_and_bodies() {
        let at = |url: &str, sent: &Value| range_of(&Url::parse(url).unwrap(), sent);
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        let expected = Some((day("2026-01-05"), day("2026-02-01")));
        assert_eq!(
            at(
                "https://h.example/?start=5.1.2026&end=01.02.2026",
                &Value::Null
            ),
            expected
        );
        let body = json!({"fromDate": "2026-01-05", "toDate": "2026-02-01"});
        assert_eq!(at("https://h.example/", &body), expected);
        assert_eq!(
            at("https://h.example/?from=x&to=2026-02-01", &Value::Null),
            None
        );
    }

    #[test]
    fn cookies_are_names_and_lives() {
        assert_eq!(cookie_name("%csrf=a=b; Path=/"), Some("%csrf".to_owned()));
        assert_eq!(
            cookie_life("a=b; Path=/; max-age=60"),
            Some(("a".to_owned(), 60))
        );
        assert_eq!(cookie_life("a=b"), None);
        let joined = "AWSALB=a,b; Expires=Wed, 21 Oct 2026 07:28:00 GMT; Path=/, FLOW_SESSION=x; Path=/\ntz=1";
        let names: Vec<_> = cookie_lines(joined)
            .into_iter()
            .filter_map(cookie_name)
            .collect();
        assert_eq!(names, ["AWSALB", "FLOW_SESSION", "tz"]);
    }
}
