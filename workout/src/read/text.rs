//! Getting from bytes to text.

use std::borrow::Cow;

use super::{Code, Diagnostics, Place};

/// The text of a file without byte order mark and leading white space, and how many bytes those
/// were.
pub(crate) fn decode<'a>(bytes: &'a [u8], diagnostics: &mut Diagnostics) -> (Cow<'a, str>, usize) {
    if is_utf16(bytes) {
        diagnostics.note(Code::Utf16, Place::default(), "");
        let text: String = utf16(&bytes[2..], bytes[0] == 0xFE).collect();
        return (Cow::Owned(text), 0);
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
    match std::str::from_utf8(trimmed) {
        Ok(text) => (Cow::Borrowed(text), skipped),
        Err(error) => {
            let byte = (skipped + error.valid_up_to()) as u64;
            let place = Place {
                byte: Some(byte),
                ..Place::default()
            };
            diagnostics.note(Code::NotUtf8, place, "");
            (Cow::Owned(windows_1252(trimmed)), skipped)
        }
    }
}

/// Whether the bytes start with the byte order mark of UTF-16.
pub(super) fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF])
}

pub(super) fn utf16(bytes: &[u8], big_endian: bool) -> impl Iterator<Item = char> + '_ {
    let units = bytes.chunks_exact(2).map(move |pair| {
        let pair = [pair[0], pair[1]];
        if big_endian {
            u16::from_be_bytes(pair)
        } else {
            u16::from_le_bytes(pair)
        }
    });
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER))
}

/// Valid UTF-8 stretches stay, every other byte is taken as Windows-1252, what old programs wrote.
fn windows_1252(bytes: &[u8]) -> String {
    const HIGH: [char; 32] = [
        '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž',
        '\u{8f}', '\u{90}', '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}',
        'ž', 'Ÿ',
    ];
    let mut text = String::with_capacity(bytes.len() + 16);
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for &byte in chunk.invalid() {
            text.push(match byte {
                0x80..=0x9F => HIGH[usize::from(byte - 0x80)],
                _ => char::from(byte),
            });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_not_utf8_become_windows_1252() {
        let mut diagnostics = Diagnostics::default();
        let (text, skipped) = decode(b" <a>L\xE4ufe \x80 \xC3\xA4</a>", &mut diagnostics);
        assert_eq!(text, "<a>Läufe € ä</a>");
        assert_eq!(skipped, 1);
        let codes: Vec<_> = diagnostics.finish(None).iter().map(|d| d.code).collect();
        assert_eq!(codes, [Code::LeadingWhitespace, Code::NotUtf8]);
    }

    #[test]
    fn utf16_is_converted() {
        let mut bytes = vec![0xFF, 0xFE];
        bytes.extend("<gpx/>ä".encode_utf16().flat_map(u16::to_le_bytes));
        let (text, _) = decode(&bytes, &mut Diagnostics::default());
        assert_eq!(text, "<gpx/>ä");
    }
}
