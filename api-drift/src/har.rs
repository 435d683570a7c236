//! HAR files: what the network tab of a browser saves.

use serde_json::Value;
use url::Url;

use crate::exchange::{Exchange, cookie_life, cookie_lines, cookie_name, media_type, range_of};

mod bodies;
mod entries;

/// A file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HarError {
    /// The file is no JSON, or was cut off.
    #[error(
        "the file is no JSON, or ends too early (at byte {at}): save it again in the network tab, as HAR with content"
    )]
    NoJson {
        /// Where reading ended, in bytes.
        at: usize,
    },
    /// It is JSON of another kind.
    #[error(
        "the file is no HAR: it has no list `log.entries`; save it in the network tab, as HAR with content"
    )]
    NoHar,
}

/// The contents of a HAR file.
#[derive(Debug, Clone, Default)]
#[non_exhaustive]
pub struct Recording {
    /// The requests in the order of the file.
    pub exchanges: Vec<Exchange>,
    /// No request and no answer has a cookie: the browser left them out ("sanitised").
    pub is_sanitised: bool,
    /// Entries that could not be read.
    pub unreadable: usize,
    /// Addresses of these, where at least that could be read.
    pub unreadable_at: Vec<Url>,
    /// The program that wrote it, such as `WebInspector` or `Firefox`.
    pub creator: String,
}

/// Reads the text of a HAR file.
///
/// # Errors
/// When it is no HAR. An entry that cannot be read is counted, and costs no other.
pub fn read(text: &str) -> Result<Recording, HarError> {
    let text = text.trim_start_matches('\u{feff}').trim_end_matches('\0');
    let log = entries::log(text)?;
    let mut recording = Recording {
        creator: creator(log.creator),
        ..Recording::default()
    };
    for text in log.entries {
        let entry = entries::parse(text);
        match entry.as_ref().and_then(exchange) {
            Some(exchange) => recording.exchanges.push(exchange),
            None => {
                recording.unreadable += 1;
                let url = entry.and_then(|it| it["request"]["url"].as_str()?.parse().ok());
                recording.unreadable_at.extend(url);
            }
        }
    }
    recording.is_sanitised =
        !recording.exchanges.is_empty() && has_no_cookies(recording.exchanges.iter());
    Ok(recording)
}

/// Whether none of these has a cookie: the browser left them out.
pub fn has_no_cookies<'a>(mut exchanges: impl Iterator<Item = &'a Exchange>) -> bool {
    exchanges.all(|it| it.sent_cookies.is_empty() && it.set_cookies.is_empty())
}

/// A plain name only: anything else could be anything.
fn creator(text: &str) -> String {
    let creator: Value = serde_json::from_str(text).unwrap_or_default();
    let name = creator["name"].as_str().unwrap_or_default();
    let is_plain = name.len() <= 40 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b' ');
    if is_plain {
        name.to_owned()
    } else {
        String::new()
    }
}

fn exchange(entry: &Value) -> Option<Exchange> {
    let (request, response) = (&entry["request"], &entry["response"]);
    let url = Url::parse(request["url"].as_str()?).ok()?;
    let status = status(&response["status"])?;
    let content = &response["content"];
    let mut exchange = Exchange::new(request["method"].as_str()?, url, status);
    let declared = header(response, "content-type");
    let mime = declared.or_else(|| content["mimeType"].as_str());
    exchange.content_type = media_type(mime.unwrap_or_default());
    let to = response["redirectURL"].as_str().filter(|to| !to.is_empty());
    let to = header(response, "location").or(to);
    exchange.location = to.and_then(|to| exchange.url.join(to).ok());
    exchange.set_cookies = set_cookies(response);
    let lines = headers(response, "set-cookie").flat_map(cookie_lines);
    exchange.cookie_lives = lines.filter_map(cookie_life).collect();
    exchange.retry_after = header(response, "retry-after").and_then(|it| it.parse().ok());
    let sent = request["postData"]["text"].as_str().unwrap_or_default();
    let sent = serde_json::from_str(sent).unwrap_or(Value::Null);
    exchange.range = range_of(&exchange.url, &sent);
    exchange.sent_cookies = sent_cookies(request);
    exchange.sent_fields = sent_fields(&request["postData"]);
    (exchange.body, exchange.is_cut) = bodies::body(response, status);
    exchange.at = entry["startedDateTime"]
        .as_str()
        .and_then(|at| at.parse().ok());
    Some(exchange)
}

/// A number in most programs, a text in some; none of a request that was broken off.
fn status(value: &Value) -> Option<u16> {
    match value {
        Value::Null => Some(0),
        Value::Number(number) => {
            let number = number.as_f64().filter(|it| it.fract() == 0.0)?;
            format!("{number}").parse().ok()
        }
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    }
}

fn headers<'a>(side: &'a Value, name: &'static str) -> impl Iterator<Item = &'a str> {
    side["headers"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(move |header| {
            header["name"]
                .as_str()?
                .eq_ignore_ascii_case(name)
                .then(|| header["value"].as_str())?
        })
}

fn header<'a>(side: &'a Value, name: &'static str) -> Option<&'a str> {
    headers(side, name).next()
}

fn set_cookies(response: &Value) -> Vec<String> {
    let lines = headers(response, "set-cookie").flat_map(cookie_lines);
    let mut names: Vec<String> = lines.filter_map(cookie_name).collect();
    names.extend(listed(&response["cookies"]));
    names.sort();
    names.dedup();
    names
}

fn sent_cookies(request: &Value) -> Vec<String> {
    let pairs = headers(request, "cookie").flat_map(|line| line.split(';'));
    let mut names: Vec<String> = pairs.filter_map(cookie_name).collect();
    names.extend(listed(&request["cookies"]));
    names.sort();
    names.dedup();
    names
}

fn listed(list: &Value) -> impl Iterator<Item = String> {
    let items = list.as_array().into_iter().flatten();
    items.filter_map(|item| item["name"].as_str().map(str::to_owned))
}

fn sent_fields(post: &Value) -> Vec<String> {
    let mut names: Vec<String> = listed(&post["params"]).collect();
    let text = post["text"].as_str().unwrap_or_default();
    let mime = post["mimeType"].as_str().unwrap_or_default();
    if names.is_empty() && mime.starts_with("application/x-www-form-urlencoded") {
        let pairs = url::form_urlencoded::parse(text.as_bytes());
        names.extend(pairs.map(|(name, _)| name.into_owned()));
    }
    if names.is_empty() && mime.starts_with("multipart/form-data") {
        names.extend(part_names(text));
    }
    if names.is_empty()
        && let Ok(Value::Object(members)) = serde_json::from_str(text)
    {
        names.extend(members.into_iter().map(|(name, _)| name));
    }
    names
}

/// The names of the parts of a multipart body; the names of their files are another parameter.
fn part_names(text: &str) -> impl Iterator<Item = String> {
    let is_disposition = |line: &&str| {
        let head = line.get(..20).unwrap_or_default();
        head.eq_ignore_ascii_case("content-disposition:")
    };
    let name = |line: &str| {
        let mut is_quoted = false;
        let parameters = line.split(|c: char| {
            is_quoted ^= c == '"';
            c == ';' && !is_quoted
        });
        let mut names = parameters.filter_map(|it| it.trim().strip_prefix("name="));
        Some(names.next()?.trim_matches('"').to_owned())
    };
    text.lines().filter(is_disposition).filter_map(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn one(request: Value, response: Value) -> Recording {
        let har = json!({"log": {"creator": {"name": "WebInspector"}, "entries": [{"request": request, "response": response}]}});
        read(&har.to_string()).unwrap()
    }

    #[test]
    fn an_entry_is_read_with_names_and_without_values() {
        let recording = one(
            json!({"method": "POST", "url": "https://h.example/login?x=S3CRET",
                   "headers": [{"name": "Cookie", "value": "%csrf=S3CRET; a+b^c.d=S3CRET"}],
                   "postData": {"mimeType": "application/x-www-form-urlencoded", "text": "username=me&_csrf=S3CRET"}}),
            json!({"status": 302, "redirectURL": "/oauth/authorize?continue",
                   "headers": [{"name": "set-cookie", "value": "one=S3CRET; Path=/\ntwo=S3CRET"}],
                   "content": {"mimeType": "text/html; charset=utf-8", "size": 0}}),
        );
        assert!(!recording.is_sanitised);
        let it = &recording.exchanges[0];
        assert_eq!(it.sent_cookies, ["%csrf", "a+b^c.d"]);
        assert_eq!(it.sent_fields, ["username", "_csrf"]);
        assert_eq!(it.set_cookies, ["one", "two"]);
        assert_eq!(it.content_type, "text/html");
        assert_eq!(
            it.location.as_ref().map(Url::as_str),
            Some("https://h.example/oauth/authorize?continue")
        );
        assert_eq!(it.body.as_deref(), Some(&b""[..]));
        assert!(!format!("{recording:?}").contains("S3CRET"));
    }

    #[test]
    fn parts_are_named_without_the_names_of_their_files() {
        let text = "--x\r\nContent-Disposition: form-data; name=\"handleUpload\"\r\n\r\nhandleUpload\r\n--x\r\n\
                    content-disposition: form-data; filename=\"S3CRET; name=\"; name=trackFiles\r\nContent-Type: text/xml\r\n\r\n\
                    <Name name=\"S3CRET\">\r\n--x--";
        let post = json!({"mimeType": "multipart/form-data; boundary=x", "text": text});
        let request = json!({"method": "POST", "url": "https://h.example/up", "postData": post});
        let recording = one(request, json!({"status": 200}));
        let sent = &recording.exchanges[0].sent_fields;
        assert_eq!(*sent, ["handleUpload", "trackFiles"]);
    }

    #[test]
    fn a_file_without_any_cookie_is_sanitised() {
        let recording = one(
            json!({"method": "GET", "url": "https://h.example/", "headers": [], "cookies": []}),
            json!({"status": 200, "content": {"text": "aGk=", "encoding": "base64", "mimeType": "application/json"}}),
        );
        assert!(recording.is_sanitised);
        assert_eq!(recording.exchanges[0].body.as_deref(), Some(&b"hi"[..]));
    }

    #[test]
    fn what_is_no_har_is_refused_and_odd_entries_are_counted() {
        assert!(matches!(read("{\"log\": {"), Err(HarError::NoJson { .. })));
        assert_eq!(read("[]").unwrap_err(), HarError::NoHar);
        let odd = read(r#"{"log": {"entries": [{}, {"request": {"url": "nowhere"}}]}}"#).unwrap();
        assert_eq!(
            (odd.unreadable, odd.exchanges.len(), odd.is_sanitised),
            (2, 0, false)
        );
    }
}
