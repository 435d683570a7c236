//! A `Cookie` header: its value, the header, or a block of request headers with a `Host`.

use super::Found;

/// `None` when the text is nothing of the kind.
pub(super) fn read(text: &str) -> Option<Vec<Found>> {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|l| !l.is_empty())
        .collect();
    if let [line] = lines[..] {
        let value = after_name(line, "cookie").unwrap_or(line);
        return pairs(value, "");
    }
    // Several lines: request headers as browsers copy them. Anything else in several lines is not a header.
    let cookies: Vec<_> = lines
        .iter()
        .filter_map(|line| after_name(line, "cookie"))
        .collect();
    if cookies.is_empty() {
        return None;
    }
    let host = lines
        .iter()
        .find_map(|l| after_name(l, "host").or(after_name(l, ":authority")));
    let host = host.unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(name, _)| name);
    let mut found = Vec::new();
    for value in cookies {
        found.extend(pairs(value, host)?);
    }
    Some(found)
}

/// `name=value; name=value`. `None` when there is nothing of the kind, or a name that no cookie can have.
///
/// A piece without a name is left out: browsers send such a cookie when a site set one, and no service needs it.
pub(super) fn pairs(value: &str, host: &str) -> Option<Vec<Found>> {
    let mut found = Vec::new();
    let mut nameless = false;
    for piece in value
        .split(';')
        .map(str::trim)
        .filter(|piece| !piece.is_empty())
    {
        let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
        let name = name.trim();
        if name.contains(|c: char| c.is_whitespace() || "<>\"{}".contains(c)) {
            return None;
        }
        if name.is_empty() || !piece.contains('=') {
            nameless = true;
            continue;
        }
        found.push(Found::of_host(host, name, value.trim()));
    }
    (!nameless || !found.is_empty()).then_some(found)
}

/// The value of `line` when it is the header `name`, in any case.
pub(super) fn after_name<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let head = line.get(..name.len())?;
    let rest = line[name.len()..].trim_start();
    (head.eq_ignore_ascii_case(name))
        .then(|| rest.strip_prefix(':'))?
        .map(str::trim)
}
