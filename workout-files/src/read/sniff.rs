//! Recognising the kind of an input before parsing it.

use std::borrow::Cow;

use super::{Format, NotAWorkout, ReadError, ReadErrorKind, text};

/// How far into a file the root element is looked for (comments and declarations may precede it).
const LOOK: usize = 64 * 1024;

/// The format by its root element.
pub(super) fn format(bytes: &[u8]) -> Result<Format, ReadError> {
    if let Some(what) = not_xml(bytes) {
        return Err(ReadError::new(ReadErrorKind::NotAWorkout(what)));
    }
    match root_name(&head(bytes)) {
        Some(b"gpx") => Ok(Format::Gpx),
        Some(name) if name.eq_ignore_ascii_case(b"html") => Err(ReadError::new(
            ReadErrorKind::NotAWorkout(NotAWorkout::Html),
        )),
        Some(b"kml") => Err(ReadError::new(ReadErrorKind::NotAWorkout(NotAWorkout::Kml))),
        Some(b"trk" | b"trkseg" | b"trkpt" | b"wpt" | b"rte") => Ok(Format::Gpx),
        // Everything else goes to the TCX reader, which is lenient about the root and precise about
        // what is wrong.
        _ => Ok(Format::Tcx),
    }
}

/// The beginning of a file, of UTF-16 as UTF-8.
fn head(bytes: &[u8]) -> Cow<'_, [u8]> {
    let head = &bytes[..bytes.len().min(LOOK)];
    match text::utf16(bytes) {
        Some(encoding) => text::utf16_text(encoding, head).into_bytes().into(),
        None => head.into(),
    }
}

/// The kind of an input that is not XML.
pub(crate) fn not_xml(bytes: &[u8]) -> Option<NotAWorkout> {
    match head(bytes) {
        Cow::Owned(text) => not_xml_text(&text),
        Cow::Borrowed(_) => not_xml_text(bytes),
    }
}

fn not_xml_text(bytes: &[u8]) -> Option<NotAWorkout> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if bytes.iter().take(LOOK).all(u8::is_ascii_whitespace) {
        return Some(NotAWorkout::Empty);
    }
    if bytes.iter().take(LOOK).all(|&b| b == 0) {
        return Some(NotAWorkout::Nul);
    }
    if bytes.starts_with(&[0x1F, 0x8B]) {
        return Some(NotAWorkout::Gzip);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        return Some(NotAWorkout::Zip);
    }
    if bytes.starts_with(&[0x00, 0x05, 0x16, 0x07]) || bytes.starts_with(&[0x00, 0x05, 0x16, 0x00])
    {
        return Some(NotAWorkout::AppleDouble);
    }
    if bytes.len() >= 12 && &bytes[8..12] == b".FIT" {
        return Some(NotAWorkout::Fit);
    }
    let text = bytes.trim_ascii_start();
    match *text.first()? {
        b'<' => is_html(text).then_some(NotAWorkout::Html),
        b'{' | b'[' => Some(NotAWorkout::Json),
        _ if starts_like_polar_csv(text) => Some(NotAWorkout::PolarCsv),
        _ if text[..text.len().min(512)].iter().any(|&b| b < 9) => Some(NotAWorkout::Binary),
        _ => Some(NotAWorkout::Text),
    }
}

fn starts_like_polar_csv(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\"").unwrap_or(text);
    let line = text.split(|&b| b == b'\n').next().unwrap_or(text);
    line.starts_with(b"Name,Sport,Date")
        || line.starts_with(b"Name\",\"Sport")
        || (line.starts_with(b"Sample rate,") && line.windows(5).any(|w| w == b"HR (b"))
}

fn is_html(text: &[u8]) -> bool {
    let starts = |word: &[u8]| {
        text.get(..word.len())
            .is_some_and(|head| head.eq_ignore_ascii_case(word))
    };
    starts(b"<!doctype html")
        || matches!(root_name(&text[..text.len().min(LOOK)]), Some(name)
            if name.eq_ignore_ascii_case(b"html") || name.eq_ignore_ascii_case(b"head")
                || name.eq_ignore_ascii_case(b"body"))
}

/// The local name of the first element.
fn root_name(text: &[u8]) -> Option<&[u8]> {
    let mut rest = text;
    loop {
        let open = rest.iter().position(|&b| b == b'<')?;
        rest = &rest[open + 1..];
        let skip_to: &[u8] = match rest.first()? {
            b'?' => b"?>",
            b'!' if rest.starts_with(b"!--") => b"-->",
            b'!' => b">",
            _ => break,
        };
        let end = rest
            .windows(skip_to.len())
            .position(|window| window == skip_to)?;
        rest = &rest[end + skip_to.len()..];
    }
    let end = rest
        .iter()
        .position(|b| b.is_ascii_whitespace() || matches!(b, b'>' | b'/'))
        .unwrap_or(rest.len());
    let name = &rest[..end];
    Some(
        name.iter()
            .position(|&b| b == b':')
            .map_or(name, |colon| &name[colon + 1..]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inputs_that_are_no_workouts_are_named() {
        let fit = b"\x0e\x10\x5c\x08\x00\x00\x00\x00.FIT\x00\x00";
        for (bytes, what) in [
            (&b""[..], NotAWorkout::Empty),
            (b" \r\n\t", NotAWorkout::Empty),
            (b"\xEF\xBB\xBF", NotAWorkout::Empty),
            (b"\0\0\0\0", NotAWorkout::Nul),
            (b"\x1f\x8b\x08\x00", NotAWorkout::Gzip),
            (b"PK\x03\x04rest", NotAWorkout::Zip),
            (b"\x00\x05\x16\x07\x00\x02", NotAWorkout::AppleDouble),
            (fit, NotAWorkout::Fit),
            (b"<!DOCTYPE html><html>", NotAWorkout::Html),
            (b"\n<html lang=\"en\"><body>", NotAWorkout::Html),
            (
                b"<?xml version=\"1.0\"?><html xmlns=\"http://www.w3.org/1999/xhtml\">",
                NotAWorkout::Html,
            ),
            (b"{\"error\": 1}", NotAWorkout::Json),
            (
                b"Name,Sport,Date,Start time\nA B,RUNNING,",
                NotAWorkout::PolarCsv,
            ),
            (b"Not found", NotAWorkout::Text),
            (b"\x01\x02\x03", NotAWorkout::Binary),
        ] {
            assert_eq!(
                not_xml(bytes),
                Some(what),
                "{:?}",
                String::from_utf8_lossy(bytes)
            );
        }
        assert_eq!(not_xml(b"  <TrainingCenterDatabase/>"), None);
    }

    #[test]
    fn inputs_in_utf16_are_named_too() {
        for (text, what) in [
            ("{\"error\": 1}", Some(NotAWorkout::Json)),
            ("<!DOCTYPE html><html>", Some(NotAWorkout::Html)),
            (
                "Name,Sport,Date,Start time\nA,",
                Some(NotAWorkout::PolarCsv),
            ),
            ("Not found: 404 of it", Some(NotAWorkout::Text)),
            ("<?xml version='1.0'?><gpx/>", None),
        ] {
            for mark in ["", "\u{FEFF}"] {
                let units: Vec<u16> = format!("{mark}{text}").encode_utf16().collect();
                let little: Vec<u8> = units.iter().flat_map(|unit| unit.to_le_bytes()).collect();
                let big: Vec<u8> = units.iter().flat_map(|unit| unit.to_be_bytes()).collect();
                assert_eq!(not_xml(&little), what, "{text}");
                assert_eq!(not_xml(&big), what, "{text}");
            }
        }
    }

    #[test]
    fn the_root_tells_the_format() {
        let gpx = b"<?xml version='1.0'?><!-- <x> --><gpx version='1.1'>";
        assert_eq!(format(gpx).ok(), Some(Format::Gpx));
        assert_eq!(format(b"<g:gpx xmlns:g='u'/>").ok(), Some(Format::Gpx));
        assert_eq!(format(b"<TrainingCenterDatabase>").ok(), Some(Format::Tcx));
        assert_eq!(
            format(b"<kml/>")
                .err()
                .and_then(|error| error.not_a_workout()),
            Some(NotAWorkout::Kml)
        );
    }
}
