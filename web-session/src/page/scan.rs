//! Measures a page before the parser gets it: bytes, depth, tags, attributes.
//!
//! The scan goes over the bytes once. It knows quoted values, comments, scripts and void elements, and overestimates in
//! doubtful cases.

use std::collections::HashMap;

use super::PageProblem;
use crate::limits;

/// Refuses a page that would cost the parser too much.
pub(super) fn check(page: &str) -> Result<(), PageProblem> {
    if page.len() > limits::PAGE_BYTES {
        return Err(PageProblem::Bytes);
    }
    let mut scan = Scan::default();
    let bytes = page.as_bytes();
    let mut at = 0;
    while let Some(found) = find(&bytes[at..], b'<') {
        at += found + 1;
        at = match bytes.get(at) {
            Some(b'!') if bytes[at..].starts_with(b"!--") => after(bytes, at + 3, b"-->"),
            Some(b'!' | b'?') => after(bytes, at, b">"),
            Some(b'/') if is_letter(bytes.get(at + 1)) => {
                let tag = read_tag(bytes, at + 1)?;
                scan.close(tag.name)?;
                tag.end
            }
            letter if is_letter(letter) => {
                let tag = read_tag(bytes, at)?;
                scan.open(&tag)?;
                match scan.is_raw_text(tag.name) {
                    true => end_of_raw_text(bytes, tag.end, tag.name),
                    false => tag.end,
                }
            }
            _ => at,
        };
    }
    Ok(())
}

#[derive(Default)]
struct Scan<'a> {
    tags: usize,
    open: Vec<&'a [u8]>,
    formatting: HashMap<Vec<u8>, usize>,
}

impl<'a> Scan<'a> {
    fn count(&mut self) -> Result<(), PageProblem> {
        self.tags += 1;
        match self.tags > limits::PAGE_TAGS {
            true => Err(PageProblem::Tags),
            false => Ok(()),
        }
    }

    fn open(&mut self, tag: &Tag<'a>) -> Result<(), PageProblem> {
        self.count()?;
        if is_one_of(tag.name, FORMATTING) {
            let open = self.formatting.entry(lower(tag.name)).or_default();
            // A link or `nobr` closes the one before it.
            *open = match is_one_of(tag.name, &["a", "nobr"]) {
                true => 1,
                false => *open + 1,
            };
            if self.formatting.values().sum::<usize>() > limits::PAGE_FORMATTING {
                return Err(PageProblem::Formatting);
            }
            return Ok(());
        }
        let closes_itself = tag.is_closed && self.is_foreign();
        if closes_itself || is_one_of(tag.name, VOID) || is_one_of(tag.name, CLOSED_BY_THE_NEXT) {
            return Ok(());
        }
        self.open.push(tag.name);
        match self.open.len() > limits::PAGE_DEPTH {
            true => Err(PageProblem::Depth),
            false => Ok(()),
        }
    }

    fn close(&mut self, name: &[u8]) -> Result<(), PageProblem> {
        self.count()?;
        if is_one_of(name, FORMATTING) {
            if let Some(open) = self.formatting.get_mut(&lower(name)) {
                *open = open.saturating_sub(1);
            }
            return Ok(());
        }
        let same = |open: &&[u8]| open.eq_ignore_ascii_case(name);
        if let Some(at) = self.open.iter().rposition(same) {
            self.open.truncate(at);
        }
        Ok(())
    }

    /// In a drawing or a formula, where other rules hold.
    fn is_foreign(&self) -> bool {
        self.open
            .iter()
            .any(|name| is_one_of(name, &["svg", "math"]))
    }

    fn is_raw_text(&self, name: &[u8]) -> bool {
        is_one_of(name, RAW_TEXT) && !self.is_foreign()
    }
}

struct Tag<'a> {
    name: &'a [u8],
    /// Written with a slash at its end.
    is_closed: bool,
    /// Behind its `>`.
    end: usize,
}

/// Reads the tag whose name begins at `start`, and counts its attributes.
fn read_tag(bytes: &[u8], start: usize) -> Result<Tag<'_>, PageProblem> {
    let is_end = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>');
    let length = bytes[start..].iter().position(is_end);
    let mut at = length.map_or(bytes.len(), |length| start + length);
    let name = &bytes[start..at];
    let (mut attributes, mut in_name, mut is_closed) = (0, false, false);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'>' => break,
            b'=' if in_name => {
                in_name = false;
                at += white_space(&bytes[at..]);
                at = match bytes.get(at) {
                    Some(quote @ (b'"' | b'\'')) => after(bytes, at + 1, &[*quote]),
                    _ => {
                        let is_end = |byte: &u8| byte.is_ascii_whitespace() || *byte == b'>';
                        let length = bytes[at..].iter().position(is_end);
                        length.map_or(bytes.len(), |length| at + length)
                    }
                };
            }
            b'/' => (in_name, is_closed) = (false, true),
            byte if byte.is_ascii_whitespace() => {
                at += white_space(&bytes[at..]);
                in_name = in_name && bytes.get(at) == Some(&b'=');
            }
            _ if !in_name => {
                (in_name, is_closed) = (true, false);
                attributes += 1;
                if attributes > limits::TAG_ATTRIBUTES {
                    return Err(PageProblem::Attributes);
                }
            }
            _ => {}
        }
    }
    Ok(Tag {
        name,
        is_closed,
        end: at,
    })
}

fn white_space(bytes: &[u8]) -> usize {
    bytes
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count()
}

/// The start of the end tag of a script or a style. The text before it is not markup.
fn end_of_raw_text(bytes: &[u8], start: usize, name: &[u8]) -> usize {
    let mut at = start;
    while let Some(found) = find(&bytes[at..], b'<') {
        at += found;
        let rest = &bytes[at + 1..];
        let is_end = rest.first() == Some(&b'/')
            && rest
                .get(1..=name.len())
                .is_some_and(|end| end.eq_ignore_ascii_case(name));
        if is_end {
            return at;
        }
        at += 1;
    }
    bytes.len()
}

fn after(bytes: &[u8], start: usize, mark: &[u8]) -> usize {
    let rest = bytes.get(start..).unwrap_or_default();
    let found = rest.windows(mark.len()).position(|part| part == mark);
    found.map_or(bytes.len(), |found| start + found + mark.len())
}

fn find(bytes: &[u8], byte: u8) -> Option<usize> {
    bytes.iter().position(|found| *found == byte)
}

fn is_letter(byte: Option<&u8>) -> bool {
    byte.is_some_and(u8::is_ascii_alphabetic)
}

fn is_one_of(name: &[u8], names: &[&str]) -> bool {
    names
        .iter()
        .any(|known| known.as_bytes().eq_ignore_ascii_case(name))
}

fn lower(name: &[u8]) -> Vec<u8> {
    name.to_ascii_lowercase()
}

const FORMATTING: &[&str] = &[
    "a", "b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u",
];
const VOID: &[&str] = &[
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "image", "img",
    "input", "keygen", "link", "meta", "param", "source", "track", "wbr",
];
const CLOSED_BY_THE_NEXT: &[&str] = &[
    "body", "caption", "colgroup", "dd", "dt", "head", "html", "li", "optgroup", "option", "p",
    "rp", "rt", "tbody", "td", "tfoot", "th", "thead", "tr",
];
const RAW_TEXT: &[&str] = &[
    "iframe",
    "noembed",
    "noframes",
    "noscript",
    "plaintext",
    "script",
    "style",
    "textarea",
    "title",
    "xmp",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(count: usize, value: &str) -> String {
        let all: Vec<String> = (0..count).map(|n| format!("a{n}={value}")).collect();
        format!("<div {}>", all.join(" "))
    }

    #[test]
    fn ordinary_pages_pass() {
        for page in [
            "",
            "no markup at all < 5",
            "<!DOCTYPE html><html><head><title>a < b</title></head><body><p>x<p>y<br/></body></html>",
            "<a href='x'>1</a><a href=y>2<a>3",
            "<p title=\"a > b\" hidden>x</p><!-- <div> -->",
            "<",
            "</",
            "<a",
            "<a href='never closed",
            "<!-- never closed",
            "<script>never closed",
        ] {
            assert_eq!(check(page), Ok(()), "{page}");
        }
        let rows = "<tr><td>1<td><b>2</b><li>x<option>y<p>z".repeat(5000);
        assert_eq!(check(&format!("<table>{rows}")), Ok(()));
        let script = format!("<script>{}</script>", "'<div><div a b c>'".repeat(10_000));
        assert_eq!(check(&script), Ok(()), "a script is no markup");
        let icon = format!("<svg>{}</svg>", "<path d='M0'/>".repeat(2000));
        assert_eq!(check(&icon), Ok(()), "a path closes itself");
        assert_eq!(check(&attributes(limits::TAG_ATTRIBUTES, "'x>'")), Ok(()));
    }

    #[test]
    fn hostile_pages_are_refused_by_name() {
        let many = limits::PAGE_TAGS;
        for (page, problem) in [
            (" ".repeat(limits::PAGE_BYTES + 1), PageProblem::Bytes),
            ("<a><b>".repeat(150_000), PageProblem::Formatting),
            ("<p><font size=1>".repeat(1000), PageProblem::Formatting),
            ("<div>".repeat(10_000), PageProblem::Depth),
            ("<DIV\n>".repeat(10_000), PageProblem::Depth),
            ("<x-y>".repeat(10_000), PageProblem::Depth),
            ("<div/>".repeat(10_000), PageProblem::Depth),
            ("<svg><script><g>".repeat(1000), PageProblem::Depth),
            ("<input>".repeat(many + 1), PageProblem::Tags),
            ("</i>".repeat(many + 1), PageProblem::Tags),
            (attributes(300_000, "1"), PageProblem::Attributes),
            (attributes(500, "\">\""), PageProblem::Attributes),
            (format!("</p{}", " a".repeat(1000)), PageProblem::Attributes),
            (format!("<p{}", "/a".repeat(1000)), PageProblem::Attributes),
            (
                format!("<p{}", " a = b".repeat(1000)),
                PageProblem::Attributes,
            ),
            (
                format!("<p{}", " a=''b".repeat(1000)),
                PageProblem::Attributes,
            ),
        ] {
            let start: String = page.chars().take(20).collect();
            assert_eq!(check(&page), Err(problem), "{start}");
        }
    }
}
