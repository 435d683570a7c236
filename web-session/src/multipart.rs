//! Writes a `multipart/form-data` body as browsers do.

use std::fmt::Write as _;
use std::hash::{BuildHasher as _, RandomState};

use bytes::Bytes;

use crate::request::Part;

/// A body, and the content type that names its boundary.
pub(crate) struct Multipart {
    pub(crate) content_type: String,
    pub(crate) body: Bytes,
}

impl Multipart {
    pub(crate) fn write(parts: &[Part]) -> Self {
        let boundary = boundary(parts);
        let mut body = Vec::with_capacity(parts.iter().map(|part| part.bytes.len() + 256).sum());
        for part in parts {
            body.extend_from_slice(head(part, &boundary).as_bytes());
            body.extend_from_slice(&part.bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        Self {
            content_type: format!("multipart/form-data; boundary={boundary}"),
            body: body.into(),
        }
    }
}

fn head(part: &Part, boundary: &str) -> String {
    let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"");
    push_quoted(&mut head, &part.name);
    head.push('"');
    if let Some(name) = &part.file_name {
        head.push_str("; filename=\"");
        push_quoted(&mut head, name);
        head.push('"');
    }
    if let Some(kind) = &part.content_type {
        let _ = write!(head, "\r\nContent-Type: {kind}");
    }
    head.push_str("\r\n\r\n");
    head
}

/// A name in quotes, in UTF-8. Browsers escape these three characters and no other (HTML standard, "multipart form data").
fn push_quoted(head: &mut String, name: &str) {
    for c in name.chars() {
        match c {
            '"' => head.push_str("%22"),
            '\r' => head.push_str("%0D"),
            '\n' => head.push_str("%0A"),
            c => head.push(c),
        }
    }
}

/// A line that occurs in no part.
fn boundary(parts: &[Part]) -> String {
    loop {
        let number = RandomState::new().hash_one(parts.len());
        let boundary = format!("----FormBoundary{number:016x}");
        let mark = boundary.as_bytes();
        let is_in = |bytes: &[u8]| bytes.windows(mark.len()).any(|found| found == mark);
        if !parts.iter().any(|part| is_in(&part.bytes)) {
            return boundary;
        }
    }
}

/// Whether a part can carry this content type: `type/subtype`, and parameters without line breaks.
pub(crate) fn is_content_type(text: &str) -> bool {
    let is_token = |text: &str| {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
        !text.is_empty() && text.chars().all(is_part)
    };
    let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
    essence
        .trim_end()
        .split_once('/')
        .is_some_and(|(kind, subtype)| is_token(kind) && is_token(subtype))
        && !parameters.contains(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(parts: &[Part]) -> (String, String) {
        let written = Multipart::write(parts);
        let boundary = written.content_type.split_once("boundary=").unwrap().1;
        let body = String::from_utf8(written.body.to_vec()).unwrap();
        (body.replace(boundary, "B"), boundary.to_owned())
    }

    #[test]
    fn a_body_is_written_as_by_a_browser() {
        let parts = [
            Part::text("notes", "two\r\nlines, é"),
            Part::file("file", "a \"b\"\r\nX: y é.tcx", "application/xml", "<x/>"),
            Part::text("empty", ""),
        ];
        let (body, boundary) = written(&parts);
        assert_eq!(
            body,
            "--B\r\nContent-Disposition: form-data; name=\"notes\"\r\n\r\ntwo\r\nlines, é\r\n\
             --B\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a %22b%22%0D%0AX: y é.tcx\"\r\n\
             Content-Type: application/xml\r\n\r\n<x/>\r\n\
             --B\r\nContent-Disposition: form-data; name=\"empty\"\r\n\r\n\r\n--B--\r\n"
        );
        assert!(boundary.len() <= 70, "the longest that RFC 2046 allows");
        assert_ne!(boundary, written(&parts).1);
        assert_eq!(written(&[]).0, "--B--\r\n");
    }

    #[test]
    fn bytes_of_a_file_are_kept() {
        let file: Vec<u8> = (0..=255).collect();
        let written = Multipart::write(&[Part::file("f", "f", "a/b", file.clone())]);
        assert!(written.body.windows(256).any(|found| found == file));
    }

    #[test]
    fn content_types_are_checked() {
        for good in [
            "a/b",
            "application/vnd.garmin.tcx+xml",
            "text/plain; charset=utf-8",
        ] {
            assert!(is_content_type(good), "{good}");
        }
        for bad in [
            "",
            "a",
            "a/",
            "/b",
            "a b/c",
            "a/b\r\nX: y",
            "a/b; c\r\nX: y",
        ] {
            assert!(!is_content_type(bad), "{bad}");
        }
    }
}
