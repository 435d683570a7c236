//! "Copy as cURL", as Chrome, Firefox, Edge and Safari write it for bash and for cmd.

use url::Url;

use super::{Found, ImportError, ImportFormat, header};

pub(super) fn is_command(text: &str) -> bool {
    let first = text.split_whitespace().next().unwrap_or_default();
    matches!(first, "curl" | "curl.exe" | "$curl") || text.starts_with("$ curl ")
}

pub(super) fn read(text: &str) -> Result<Vec<Found>, ImportError> {
    let words = if is_cmd(text) {
        cmd_words(text)
    } else {
        bash_words(text)
    }
    .ok_or_else(|| {
        malformed("a quotation mark is not closed: copy the whole command".to_owned())
    })?;
    let mut url = None;
    let mut values = Vec::new();
    let mut words = words
        .into_iter()
        .skip_while(|w| !w.starts_with("curl"))
        .skip(1);
    while let Some(word) = words.next() {
        let mut argument = |short: &str, long: &str| -> Option<String> {
            if word == short || word == long {
                return Some(words.next().unwrap_or_default());
            }
            if let Some(rest) = word
                .strip_prefix(long)
                .and_then(|rest| rest.strip_prefix('='))
            {
                return Some(rest.to_owned());
            }
            let attached = word.strip_prefix(short).filter(|r| !r.is_empty());
            attached
                .filter(|_| !word.starts_with("--"))
                .map(str::to_owned)
        };
        if let Some(value) = argument("-b", "--cookie") {
            if !value.contains('=') {
                return Err(malformed(
                    "its cookies are in a file of their own: give that file instead".to_owned(),
                ));
            }
            values.push(value);
        } else if let Some(line) = argument("-H", "--header") {
            values.extend(header::after_name(&line, "cookie").map(str::to_owned));
        } else if let Some(value) = argument("-\0", "--url") {
            url = Some(value);
        } else if argument("-X", "--request").is_some()
            || argument("-d", "--data").is_some()
            || argument("-A", "--user-agent").is_some()
            || argument("-e", "--referer").is_some()
            || [
                "--data-raw",
                "--data-binary",
                "--data-ascii",
                "--data-urlencode",
            ]
            .iter()
            .any(|long| argument("-\0", long).is_some())
        {
            // An argument of no interest, taken out so that it is not mistaken for the address.
        } else if !word.starts_with('-') && url.is_none() && !word.trim().is_empty() {
            url = Some(word);
        }
    }
    let url = url.ok_or_else(|| malformed("it has no address".to_owned()))?;
    let url = if url.contains("://") {
        url
    } else {
        format!("https://{url}")
    };
    let host = Url::parse(&url)
        .ok()
        .and_then(|url| url.host_str().map(str::to_owned))
        .ok_or_else(|| malformed("its address cannot be read".to_owned()))?;
    let mut found = Vec::new();
    for value in values {
        found.extend(
            header::pairs(&value, &host)
                .ok_or_else(|| malformed("its Cookie header cannot be read".to_owned()))?,
        );
    }
    Ok(found)
}

fn malformed(problem: String) -> ImportError {
    ImportError::Malformed {
        format: ImportFormat::Curl,
        problem,
    }
}

/// cmd quoting shows in `^"` or, in older browsers, in lines that end in `^`.
fn is_cmd(text: &str) -> bool {
    text.contains("^\"") || text.lines().any(|line| line.trim_end().ends_with('^'))
}

/// Splits a command as bash does. `None` when a quotation is open at the end.
fn bash_words(text: &str) -> Option<Vec<String>> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some('\n') | None => {}
                Some('\r') => {
                    chars.next_if_eq(&'\n');
                }
                Some(c) => word.get_or_insert_default().push(c),
            },
            '\'' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '\'' => break,
                        c => word.push(c),
                    }
                }
            }
            '"' => {
                let word = word.get_or_insert_default();
                loop {
                    match chars.next()? {
                        '"' => break,
                        '\\' => match chars.next()? {
                            c @ ('"' | '\\' | '$' | '`') => word.push(c),
                            '\n' => {}
                            c => word.extend(['\\', c]),
                        },
                        c => word.push(c),
                    }
                }
            }
            '$' if chars.peek() == Some(&'\'') => {
                chars.next();
                ansi_c(&mut chars, word.get_or_insert_default())?;
            }
            c if c.is_whitespace() => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Some(words)
}

/// The inside of `$'...'`, which Chrome uses as soon as a value holds `'` or `!`.
fn ansi_c(chars: &mut std::iter::Peekable<std::str::Chars<'_>>, word: &mut String) -> Option<()> {
    loop {
        match chars.next()? {
            '\'' => return Some(()),
            '\\' => match chars.next()? {
                'n' => word.push('\n'),
                'r' => word.push('\r'),
                't' => word.push('\t'),
                digits @ ('x' | 'u' | 'U') => {
                    let most = match digits {
                        'x' => 2,
                        'u' => 4,
                        _ => 8,
                    };
                    let mut code = 0;
                    for _ in 0..most {
                        let Some(digit) = chars.peek().and_then(|c| c.to_digit(16)) else {
                            break;
                        };
                        code = code * 16 + digit;
                        chars.next();
                    }
                    word.push(char::from_u32(code)?);
                }
                c => word.push(c),
            },
            c => word.push(c),
        }
    }
}

/// Splits a command as cmd and the C runtime behind it do.
fn cmd_words(text: &str) -> Option<Vec<String>> {
    // First cmd: `^` makes the next character plain, and a line break after it disappears.
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        if c != '^' {
            plain.push(c);
            continue;
        }
        match chars.next() {
            Some('\r') => {
                chars.next_if_eq(&'\n');
            }
            Some('\n') | None => {}
            Some(c) => plain.push(c),
        }
    }
    // Then the C runtime: `\"` and, inside quotation marks, `""` are a quotation mark.
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    let mut chars = plain.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                let mut slashes = 1;
                while chars.next_if_eq(&'\\').is_some() {
                    slashes += 1;
                }
                let word = word.get_or_insert_default();
                if chars.peek() == Some(&'"') {
                    word.extend(std::iter::repeat_n('\\', slashes / 2));
                    if slashes % 2 == 1 {
                        chars.next();
                        word.push('"');
                    }
                } else {
                    word.extend(std::iter::repeat_n('\\', slashes));
                }
            }
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                word.get_or_insert_default().push('"');
            }
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            c if c.is_whitespace() && !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    (!quoted).then_some(words)
}
