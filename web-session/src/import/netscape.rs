//! Netscape `cookies.txt`: domain, sub-domains, path, secure, expiry, name, value, separated by tabs.

use super::{Found, ImportError, ImportFormat};

const HTTP_ONLY: &str = "#HttpOnly_";

pub(super) fn is_jar(text: &str) -> bool {
    let first = text.lines().next().unwrap_or_default().to_ascii_lowercase();
    (first.starts_with('#') && first.contains("cookie file"))
        || text.lines().any(|line| line.split('\t').count() == 7)
}

pub(super) fn read(text: &str) -> Result<Vec<Found>, ImportError> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_end_matches('\r');
        let (line, http_only) = match line.strip_prefix(HTTP_ONLY) {
            Some(rest) => (rest, true),
            None => (line, false),
        };
        if line.trim().is_empty() || (!http_only && line.starts_with('#')) {
            continue;
        }
        let broken = |problem: &str| ImportError::Malformed {
            format: ImportFormat::Netscape,
            problem: format!("line {} {problem}", index + 1),
        };
        // A value may be empty, and some editors cut the tab off then.
        let mut fields: Vec<_> = line.splitn(7, '\t').collect();
        if fields.len() == 6 {
            fields.push("");
        }
        let [domain, below, path, secure, expires, name, value] = fields[..] else {
            return Err(broken("does not have seven fields separated by tabs"));
        };
        // Chrome-based exporters write fractions of seconds; 0 means "until the browser closes".
        let expires = expires.split('.').next().unwrap_or_default().trim();
        let expires: i64 = if expires.is_empty() {
            0
        } else {
            expires
                .parse()
                .map_err(|_| broken("has an expiry that is no number"))?
        };
        found.push(Found {
            name: name.to_owned(),
            value: value.to_owned(),
            domain: domain.to_owned(),
            host_only: !below.eq_ignore_ascii_case("TRUE"),
            path: path.to_owned(),
            secure: secure.eq_ignore_ascii_case("TRUE"),
            http_only,
            expires: (expires > 0).then_some(expires),
        });
    }
    Ok(found)
}
