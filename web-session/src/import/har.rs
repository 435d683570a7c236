//! A HAR file: every request shows the cookies that were sent, every answer those that were set.

use cookie_store::RawCookie;
use serde_json::Value;
use url::Url;

use super::{Found, header};

/// Goes through the entries in order, so that the youngest value of each cookie wins.
pub(super) fn read(document: &Value) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let entries = document["log"]["entries"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    for entry in entries {
        let url = entry["request"]["url"]
            .as_str()
            .and_then(|url| Url::parse(url).ok());
        let Some(host) = url.as_ref().and_then(Url::host_str) else {
            continue;
        };
        for (name, value) in sent(&entry["request"]) {
            put(&mut found, Found::of_host(host, &name, &value));
        }
        for line in headers(&entry["response"], "set-cookie") {
            // Firefox joins several of them with line breaks.
            for line in line.lines() {
                let Ok(cookie) = RawCookie::parse(line.to_owned()) else {
                    continue;
                };
                let gone = cookie.max_age().is_some_and(|age| !age.is_positive())
                    || cookie
                        .expires_datetime()
                        .is_some_and(|at| at.unix_timestamp() <= 0);
                if gone {
                    found.retain(|f| f.name != cookie.name() || f.domain != host);
                    continue;
                }
                let expires = cookie.expires_datetime().map(|at| at.unix_timestamp());
                put(
                    &mut found,
                    Found {
                        secure: cookie.secure().unwrap_or(false),
                        http_only: cookie.http_only().unwrap_or(false),
                        expires,
                        ..Found::of_host(host, cookie.name(), cookie.value())
                    },
                );
            }
        }
    }
    found
}

fn sent(request: &Value) -> Vec<(String, String)> {
    let from_headers: Vec<_> = headers(request, "cookie")
        .filter_map(|line| header::pairs(line, ""))
        .flatten()
        .map(|cookie| (cookie.name, cookie.value))
        .collect();
    if !from_headers.is_empty() {
        return from_headers;
    }
    let cookies = request["cookies"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    cookies
        .iter()
        .filter_map(|c| {
            Some((
                c["name"].as_str()?.to_owned(),
                c["value"].as_str()?.to_owned(),
            ))
        })
        .collect()
}

fn headers<'a>(side: &'a Value, name: &'static str) -> impl Iterator<Item = &'a str> {
    let list = side["headers"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    list.iter()
        .filter(move |h| {
            h["name"]
                .as_str()
                .is_some_and(|n| n.eq_ignore_ascii_case(name))
        })
        .filter_map(|h| h["value"].as_str())
}

/// A newer value takes the place of an older one of the same host.
fn put(found: &mut Vec<Found>, cookie: Found) {
    found.retain(|f| f.name != cookie.name || f.domain != cookie.domain);
    found.push(cookie);
}
