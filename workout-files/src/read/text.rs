//! Getting from bytes to text.

use std::borrow::Cow;

use encoding_rs::{Encoding, ISO_2022_JP, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

use super::{Code, Diagnostics, Place};

/// How far into a file its declaration reaches at most.
const DECLARATION: usize = 1024;

/// The text of a file without byte order mark and leading white space, and how many bytes those
/// were.
///
/// UTF-8 when the bytes are that, whatever the declaration names: many programs declare an encoding
/// and write UTF-8. Otherwise the declared encoding, and Windows-1252 when that is not known either.
pub(crate) fn decode<'a>(bytes: &'a [u8], diagnostics: &mut Diagnostics) -> (Cow<'a, str>, usize) {
    if let Some(encoding) = utf16(bytes) {
        diagnostics.note(Code::Utf16, Place::default(), "");
        return (Cow::Owned(utf16_text(encoding, bytes)), 0);
    }
    let mut rest = bytes;
    if let Some(after) = rest.strip_prefix(b"\xEF\xBB\xBF") {
        diagnostics.note(Code::ByteOrderMark, Place::default(), "");
        rest = after;
    }
    let trimmed = rest.trim_ascii_start();
    if trimmed.len() < rest.len() {
        diagnostics.note(Code::LeadingWhitespace, Place::default(), "");
    }
    let skipped = bytes.len() - trimmed.len();
    let declared = declared(trimmed);
    let error = match std::str::from_utf8(trimmed) {
        // The one encoding whose other characters look like ASCII.
        Ok(_) if declared == Some(ISO_2022_JP) && trimmed.contains(&0x1B) => None,
        Ok(text) => return (Cow::Borrowed(text), skipped),
        Err(error) => Some(error),
    };
    if let Some(encoding) = declared.filter(|&encoding| encoding != UTF_8) {
        diagnostics.note(Code::DeclaredEncoding, Place::default(), encoding.name());
        let (text, _) = encoding.decode_without_bom_handling(trimmed);
        return (Cow::Owned(text.into_owned()), skipped);
    }
    let valid = error.map_or(0, |error| error.valid_up_to());
    let place = Place {
        byte: Some((skipped + valid) as u64),
        ..Place::default()
    };
    diagnostics.note(Code::NotUtf8, place, "");
    (Cow::Owned(windows_1252(trimmed)), skipped)
}

/// The encoding that the XML declaration names, when it is one of a byte or more per character and
/// extends ASCII.
fn declared(text: &[u8]) -> Option<&'static Encoding> {
    let head = &text[..text.len().min(DECLARATION)];
    let declaration = head.strip_prefix(b"<?xml")?;
    let end = declaration.windows(2).position(|pair| pair == b"?>")?;
    let declaration = std::str::from_utf8(&declaration[..end]).ok()?;
    let (_, after) = declaration.split_once("encoding")?;
    let after = after.trim_start().strip_prefix('=')?.trim_start();
    let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let label = after[1..].split(quote).next()?;
    Encoding::for_label_no_replacement(label.as_bytes())
        .filter(|encoding| *encoding != UTF_16LE && *encoding != UTF_16BE)
}

/// Which UTF-16 the bytes are: by the byte order mark, or because the first characters are ASCII
/// with a zero byte each.
pub(super) fn utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match Encoding::for_bom(bytes) {
        Some((encoding, _)) => Some(encoding).filter(|encoding| *encoding != UTF_8),
        None => {
            let is_ascii = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
            let pairs = || bytes.chunks_exact(2).take(8);
            if bytes.len() < 8 {
                None
            } else if pairs().all(|pair| is_ascii(pair[0]) && pair[1] == 0) {
                Some(UTF_16LE)
            } else if pairs().all(|pair| pair[0] == 0 && is_ascii(pair[1])) {
                Some(UTF_16BE)
            } else {
                None
            }
        }
    }
}

/// The text without byte order mark and leading white space.
pub(super) fn utf16_text(encoding: &'static Encoding, bytes: &[u8]) -> String {
    let (text, _) = encoding.decode_with_bom_removal(bytes);
    text.trim_start().to_owned()
}

/// Valid UTF-8 stretches stay, every other byte is taken as Windows-1252, as old programs wrote it.
fn windows_1252(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.push_str(&WINDOWS_1252.decode_without_bom_handling(chunk.invalid()).0);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8]) -> (String, Vec<Code>) {
        let mut diagnostics = Diagnostics::default();
        let (text, _) = decode(bytes, &mut diagnostics);
        let codes = diagnostics.finish(None).iter().map(|d| d.code).collect();
        (text.into_owned(), codes)
    }

    #[test]
    fn bytes_that_are_not_utf8_become_windows_1252() {
        let (text, codes) = text(b" <a>L\xE4ufe \x80 \xC3\xA4</a>");
        assert_eq!(text, "<a>Läufe € ä</a>");
        assert_eq!(codes, [Code::LeadingWhitespace, Code::NotUtf8]);
    }

    #[test]
    fn the_declared_encoding_is_used() {
        for (label, word) in [
            ("windows-1251", "Утренний бег"),
            ("KOI8-R", "Утренний бег"),
            ("iso-8859-2", "Běh k řece"),
            ("windows-1253", "Πρωινό τρέξιμο"),
            ("Shift_JIS", "朝のランニング"),
            ("GBK", "晨跑"),
            ("ISO-2022-JP", "朝の"),
            ("windows-1252", "Läufe"),
        ] {
            let file = format!("<?xml version='1.0' encoding = '{label}'?><a>{word}</a>");
            let encoding = Encoding::for_label(label.as_bytes()).unwrap();
            let (read, codes) = text(&encoding.encode(&file).0);
            assert_eq!(read, file);
            assert_eq!(codes, [Code::DeclaredEncoding], "{label}");
        }
    }

    #[test]
    fn utf8_with_another_declaration_stays_utf8() {
        let file = "<?xml version=\"1.0\" encoding=\"windows-1251\"?><a>Утренний</a>";
        assert_eq!(text(file.as_bytes()), (file.to_owned(), Vec::new()));
        let unknown = b"<?xml version=\"1.0\" encoding=\"x-none\"?><a>L\xE4ufe</a>";
        assert!(text(unknown).0.contains("Läufe"));
    }

    #[test]
    fn utf16_is_converted_with_and_without_a_byte_order_mark() {
        let units: Vec<u16> = "<gpx></gpx>ä".encode_utf16().collect();
        for with_mark in [true, false] {
            let mark = with_mark.then_some(0xFEFF);
            let all = || mark.into_iter().chain(units.iter().copied());
            let little: Vec<u8> = all().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = all().flat_map(u16::to_be_bytes).collect();
            for bytes in [little, big] {
                assert_eq!(text(&bytes), ("<gpx></gpx>ä".to_owned(), vec![Code::Utf16]));
            }
        }
    }
}
