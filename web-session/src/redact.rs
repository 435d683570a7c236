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
        out.push_str(&printable(&name));
        out.push_str("=…");
        separator = '&';
    }
    out
}

/// Parts of paths that name a step of a sign-in or a kind of thing. Any other part may be a name, an id or a token.
const PLAIN_PARTS: [&str; 30] = [
    "account",
    "activity",
    "api",
    "auth",
    "authorize",
    "calendar",
    "callback",
    "consent",
    "edit",
    "error",
    "export",
    "flowSso",
    "home",
    "login",
    "logout",
    "me",
    "new",
    "oauth",
    "oauth2",
    "redirect",
    "session",
    "sign-in",
    "signin",
    "sso",
    "token",
    "training",
    "upload",
    "user",
    "users",
    "v1",
];

/// The address of a request, for logs: as [`url()`], and without the parts of the path that may be a name, an id or a token:
/// `https://host/user/…?email=…`.
#[must_use]
pub fn request(target: &Url) -> String {
    let mut plain = target.clone();
    plain.set_path("");
    let shown = url(&plain);
    let (base, query) = match shown.split_once('?') {
        Some((base, query)) => (base, format!("?{query}")),
        None => (&*shown, String::new()),
    };
    let mut path = String::new();
    for part in target.path().split('/').skip(1) {
        match part.is_empty() || PLAIN_PARTS.contains(&part) {
            true => path.push_str(&format!("/{part}")),
            false if path.ends_with('…') => {}
            false => path.push_str("/…"),
        }
    }
    format!("{}{path}{query}", base.trim_end_matches('/'))
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

/// A text of a service made fit to be printed or kept for printing: one line, without anything that a terminal or a text
/// view obeys.
///
/// Escape sequences go as a whole (`ESC [ 31 m`, `ESC ] 0 ; title BEL`), other control characters (C0, C1, DEL) and white
/// space become one space, and characters without a shape are left out: the marks that turn the direction of text
/// (U+202E), joiners, soft hyphens, tags.
#[must_use]
pub fn printable(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut gap = false;
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if matches!(
            c,
            '\u{1b}' | '\u{90}' | '\u{98}' | '\u{9b}' | '\u{9d}'..='\u{9f}'
        ) {
            rest = after_sequence(c, rest);
            continue;
        }
        if c.is_control() || c.is_whitespace() || matches!(c, '\u{2028}' | '\u{2029}') {
            gap = !out.is_empty();
        } else if !is_shapeless(c) {
            if std::mem::take(&mut gap) {
                out.push(' ');
            }
            out.push(c);
        }
    }
    out
}

/// What follows an escape sequence that began with `start`. A sequence that never ends is given up after its start.
fn after_sequence<'a>(start: char, rest: std::str::Chars<'a>) -> std::str::Chars<'a> {
    const LONGEST: usize = 256;
    let mut inner = rest.clone();
    let kind = match start {
        '\u{1b}' => match inner.next() {
            Some(kind) => kind,
            None => return rest,
        },
        // The same in one character.
        c1 => char::from(c1 as u8 - 0x40),
    };
    match kind {
        // A control sequence: parameters, then one letter.
        '[' => {
            for _ in 0..LONGEST {
                let before = inner.clone();
                match inner.next() {
                    Some(' '..='?') => {}
                    Some('@'..='~') => return inner,
                    _ => return before,
                }
            }
            inner
        }
        // A string: up to BEL or the string terminator.
        ']' | 'P' | 'X' | '^' | '_' => {
            let string = inner.clone();
            let mut before = '\0';
            for _ in 0..LONGEST {
                match inner.next() {
                    Some('\u{7}' | '\u{9c}') => return inner,
                    Some('\\') if before == '\u{1b}' => return inner,
                    Some(c) => before = c,
                    None => break,
                }
            }
            string
        }
        ' '..='~' => inner,
        _ => rest,
    }
}

/// Characters of the category "format", and others that show nothing.
fn is_shapeless(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{600}'..='\u{605}' | '\u{61c}' | '\u{6dd}' | '\u{70f}'
        | '\u{890}' | '\u{891}' | '\u{8e2}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}'
        | '\u{fff0}'..='\u{fffb}' | '\u{110bd}' | '\u{110cd}' | '\u{13430}'..='\u{1343f}'
        | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// A text of a service (the title of a page, a reason) made fit for an error message: one line, at most `max` characters, and words that hold
/// an `@` or look like a token left out.
#[must_use]
pub fn phrase(text: &str, max: usize) -> String {
    let mut out = String::new();
    for word in printable(text).split_whitespace() {
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
    fn request_shows_no_part_of_a_path_that_may_be_a_name() {
        for (asked, expected) in [
            ("/", "/"),
            ("/oauth/authorize?code=x", "/oauth/authorize?code=…"),
            ("/flowSso/redirect", "/flowSso/redirect"),
            ("/user/jo/activity/17", "/user/…/activity/…"),
            ("/jo%40example.org/jo/home", "/…/home"),
            ("/api/export/training/tcx/17", "/api/export/training/…"),
        ] {
            let target = Url::parse("https://h.example:8443").unwrap().join(asked);
            let shown = request(&target.unwrap());
            assert_eq!(shown, format!("https://h.example:8443{expected}"));
        }
    }

    #[test]
    fn what_a_terminal_obeys_is_never_printed() {
        for (text, expected) in [
            ("plain", "plain"),
            ("Zürich 東京 🏃", "Zürich 東京 🏃"),
            ("  two \t words\r\n", "two words"),
            ("a\u{7}b\0c\u{7f}d\u{85}e", "a b c d e"),
            ("\u{1b}[31mred\u{1b}[0m", "red"),
            ("\u{1b}[2J\u{1b}[1;1Hhome", "home"),
            ("\u{1b}]0;owned\u{7}title", "title"),
            (
                "\u{1b}]8;;http://evil\u{1b}\\link\u{1b}]8;;\u{1b}\\",
                "link",
            ),
            ("\u{1b}]52;c;ZXZpbA==\u{9c}x", "x"),
            ("\u{9b}31mred", "red"),
            ("\u{9d}0;owned\u{9c}x", "x"),
            ("\u{1b}Pq#0\u{1b}\\x\u{1b}cy", "xy"),
            ("\u{1b}", ""),
            ("\u{1b}[", ""),
            ("\u{1b}[31\u{7}x", "x"),
            ("\u{1b}]never ended", "never ended"),
            ("abc\u{202e}fdp.exe", "abcfdp.exe"),
            ("\u{2066}a\u{2069}\u{200f}b\u{61c}c", "abc"),
            ("z\u{200b}w\u{200d}j\u{feff}\u{ad}!", "zwj!"),
            ("tag\u{e0041}\u{e007f}", "tag"),
            ("line\u{2028}sep\u{2029}end", "line sep end"),
        ] {
            let shown = printable(text);
            assert_eq!(shown, expected, "{text:?}");
            assert_eq!(printable(&shown), shown, "{text:?}");
        }
        for c in '\0'..=char::MAX {
            let shown = printable(&format!("a{c}b"));
            assert!(
                !shown.contains(|c: char| c.is_control() || is_shapeless(c)),
                "{c:?}"
            );
        }
    }

    #[test]
    fn names_of_query_parameters_are_printable() {
        let shown = url(&Url::parse("https://h.example/?%1b[2Ja%e2%80%ae=1").unwrap());
        assert_eq!(shown, "https://h.example/?a=…");
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
