//! Making text safe to show.

use url::Url;

/// The URL without user info, query values and fragment: `https://host/path?csrfToken=…`.
///
/// Names of query parameters stay, since they tell what was asked; values can be tokens.
#[must_use]
pub fn url(url: &Url) -> String {
    let mut out = format!("{}://{}", url.scheme(), host(url));
    out.push_str(url.path());
    let mut separator = '?';
    for (name, _) in url.query_pairs() {
        out.push(separator);
        out.push_str(&name);
        out.push_str("=…");
        separator = '&';
    }
    out
}

/// Host, with the port when it is not the scheme's own.
#[must_use]
pub fn host(url: &Url) -> String {
    match (url.host_str(), url.port()) {
        (Some(host), Some(port)) => format!("{host}:{port}"),
        (Some(host), None) => host.to_owned(),
        (None, _) => "no host".to_owned(),
    }
}

/// A text of a page (its title) made fit for an error message: one line, at most `max` characters, and words that hold
/// an `@` or look like a token left out.
pub(crate) fn phrase(text: &str, max: usize) -> String {
    let mut out = String::new();
    for word in text.split_whitespace() {
        let shown = if word.contains('@') || (word.len() > 24 && !word.contains('-')) {
            "…"
        } else {
            word
        };
        if out.chars().count() + shown.chars().count() + 1 > max {
            out.push('…');
            break;
        }
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(shown);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_keeps_names_and_loses_values() {
        let shown = url(&Url::parse(
            "https://me:pw@h.example:8443/p/1?csrfToken=S3CRET&x=1#S3CRET",
        )
        .unwrap());
        assert_eq!(shown, "https://h.example:8443/p/1?csrfToken=…&x=…");
    }

    #[test]
    fn phrase_drops_addresses_and_tokens() {
        assert_eq!(
            phrase(
                "Hello\n jo@example.org  0123456789abcdef0123456789abcdef",
                80
            ),
            "Hello … …"
        );
        assert_eq!(phrase("one two three", 8), "one two…");
    }
}
