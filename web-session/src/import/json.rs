//! The JSON of cookie-export extensions (Cookie-Editor, EditThisCookie, ...) and of browser automation (Selenium,
//! Puppeteer, the storage state of Playwright).

use chrono::DateTime;
use serde_json::Value;

use super::{Found, ImportError, ImportFormat};

pub(super) fn read(document: &Value) -> Result<Vec<Found>, ImportError> {
    let list = document
        .as_array()
        .or_else(|| document["cookies"].as_array());
    let Some(list) = list else {
        return Err(malformed(
            "there is neither a list of cookies nor a field `cookies`".to_owned(),
        ));
    };
    list.iter()
        .enumerate()
        .map(|(index, cookie)| read_one(index, cookie))
        .collect()
}

pub(super) fn read_one(index: usize, cookie: &Value) -> Result<Found, ImportError> {
    let text = |names: &[&str]| names.iter().find_map(|name| cookie[*name].as_str());
    let flag = |names: &[&str]| names.iter().find_map(|name| cookie[*name].as_bool());
    let missing = |what: &str| malformed(format!("cookie {} has no {what}", index + 1));
    let domain = text(&["domain", "host", "Host raw"]).unwrap_or_default();
    Ok(Found {
        name: text(&["name", "Name raw"])
            .ok_or_else(|| missing("name"))?
            .to_owned(),
        value: text(&["value", "Content raw"])
            .ok_or_else(|| missing("value"))?
            .to_owned(),
        domain: domain.to_owned(),
        // Without a word about it, the leading dot decides.
        host_only: flag(&["hostOnly", "host_only"]).unwrap_or_else(|| !domain.starts_with('.')),
        path: text(&["path", "Path raw"]).unwrap_or("/").to_owned(),
        secure: flag(&["secure", "isSecure"]).unwrap_or(false),
        http_only: flag(&["httpOnly", "http_only", "isHttpOnly"]).unwrap_or(false),
        expires: [
            "expirationDate",
            "expires",
            "expiry",
            "expiration",
            "Expires raw",
        ]
        .iter()
        .find_map(|name| moment(&cookie[*name])),
    })
}

/// Unix seconds (whole or not), milliseconds, an ISO or an HTTP date. 0 and -1 mean "until the browser closes".
pub(super) fn moment(value: &Value) -> Option<i64> {
    let seconds = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => match text.trim().parse::<f64>() {
            Ok(seconds) => seconds,
            Err(_) => DateTime::parse_from_rfc3339(text)
                .or_else(|_| DateTime::parse_from_rfc2822(text))
                .ok()?
                .timestamp() as f64,
        },
        _ => return None,
    };
    // Seconds reach this number in the year 5138.
    let seconds = if seconds > 1e11 {
        seconds / 1000.0
    } else {
        seconds
    };
    (seconds > 0.0).then_some(seconds as i64)
}

fn malformed(problem: String) -> ImportError {
    ImportError::Malformed {
        format: ImportFormat::Json,
        problem,
    }
}
