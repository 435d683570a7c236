//! The loop over XML events that both readers share.

use quick_xml::Reader;
use quick_xml::errors::{Error, IllFormedError};
use quick_xml::events::Event;

use super::skeleton::{self, Fill};
use super::{Code, Limits, NotAWorkout, Place, ReadError, ReadErrorKind, Reading, not_xml, text};

/// What to do about an end tag that does not fit.
pub(crate) enum Mend {
    /// It is an error.
    GiveUp,
    /// The end tag is one too many.
    Ignore,
    /// An end tag is missing before it: close the innermost element and look again.
    CloseInner,
}

/// Why the loop ended early, and at which byte.
struct Failure {
    kind: ReadErrorKind,
    byte: u64,
}

/// Reads a whole document.
pub(crate) fn read_document<F: Fill>(bytes: &[u8], mut handler: F) -> Result<Reading, ReadError> {
    let limits = handler.limits().clone();
    if bytes.len() > limits.bytes {
        return Err(ReadError::new(ReadErrorKind::TooLarge(
            "bytes",
            limits.bytes,
        )));
    }
    if let Some(what) = not_xml(bytes) {
        return Err(ReadError::new(ReadErrorKind::NotAWorkout(what)));
    }
    let (text, skipped) = text::decode(bytes, &mut handler.skeleton().diagnostics);
    handler.skeleton().skipped(skipped as u64);
    let outcome = drive(&text, &limits, &mut handler);
    let reading = handler.finish(bytes);
    let Err(failure) = outcome else {
        return Ok(reading);
    };
    let (line, column) = line_and_column(&text, failure.byte);
    Err(match failure.kind {
        kind @ ReadErrorKind::NotAWorkout(_) => ReadError::new(kind),
        kind => ReadError::new(kind).at(line, column).with_partial(reading),
    })
}

/// The root element belongs to something else.
pub(crate) fn other_root() -> ReadErrorKind {
    ReadErrorKind::NotAWorkout(NotAWorkout::OtherXml)
}

/// Feeds the handler until the end of the document.
fn drive<F: Fill>(text: &str, limits: &Limits, handler: &mut F) -> Result<(), Failure> {
    let mut reader = Reader::from_str(text);
    let config = reader.config_mut();
    config.check_end_names = !F::MENDS_TAGS;
    config.allow_unmatched_ends = F::MENDS_TAGS;
    let mut open = OpenNames::default();
    let mut depth = 0_usize;
    let mut seen_root = false;
    // Bytes that the tokenizer did not see, because the handler took them.
    let mut taken = 0;
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                let byte = reader.error_position() + taken;
                return Err(Failure {
                    kind: explain(error),
                    byte,
                });
            }
        };
        let byte = reader.buffer_position() + taken;
        let is_tag = matches!(event, Event::Start(_) | Event::End(_));
        let outcome = match event {
            Event::Start(tag) => {
                if depth == 0 && seen_root {
                    trailing(handler, byte);
                    return Ok(());
                }
                seen_root = true;
                depth += 1;
                let name = tag.name().0.as_bytes();
                if depth > limits.depth {
                    Err(ReadErrorKind::TooLarge("levels of elements", limits.depth))
                } else if name.is_empty() || !is_name_start(name[0]) {
                    Err(ReadErrorKind::NotWellFormed(
                        "a tag without a name".to_owned(),
                    ))
                } else {
                    if F::MENDS_TAGS {
                        open.push(name);
                    }
                    skeleton::open(handler, local(name), tag.attributes_raw(), byte)
                }
            }
            Event::Empty(tag) => {
                if depth == 0 && seen_root {
                    trailing(handler, byte);
                    return Ok(());
                }
                seen_root = true;
                let name = tag.name().0.as_bytes();
                if name.is_empty() || !is_name_start(name[0]) {
                    Err(ReadErrorKind::NotWellFormed(
                        "a tag without a name".to_owned(),
                    ))
                } else {
                    let opened = skeleton::open(handler, local(name), tag.attributes_raw(), byte);
                    if opened.is_ok() {
                        skeleton::close(handler, byte);
                    }
                    opened
                }
            }
            Event::End(tag) => {
                if F::MENDS_TAGS {
                    end_tag(
                        handler,
                        &mut open,
                        &mut depth,
                        tag.name().0.as_bytes(),
                        byte,
                    )
                } else {
                    depth -= 1;
                    skeleton::close(handler, byte);
                    Ok(())
                }
            }
            Event::Text(piece) => {
                let piece = piece.into_inner();
                if depth > 0 {
                    skeleton::text(handler, &piece, byte);
                    Ok(())
                } else if piece.trim_ascii().is_empty() || piece.bytes().all(|b| b == 0) {
                    Ok(())
                } else if seen_root {
                    trailing(handler, byte);
                    return Ok(());
                } else {
                    Err(ReadErrorKind::NotWellFormed(
                        "text before the first element".to_owned(),
                    ))
                }
            }
            Event::CData(piece) => {
                skeleton::text(handler, &piece.into_inner(), byte);
                Ok(())
            }
            Event::GeneralRef(reference) => resolve(&reference.into_inner()).map(|character| {
                skeleton::text(handler, character.encode_utf8(&mut [0; 4]), byte);
            }),
            Event::DocType(_) => {
                let place = Place {
                    byte: Some(byte),
                    ..Place::default()
                };
                let diagnostics = &mut handler.skeleton().diagnostics;
                diagnostics.note(Code::DoctypeIgnored, place, "");
                Ok(())
            }
            Event::Decl(_) | Event::PI(_) | Event::Comment(_) => Ok(()),
            Event::Eof => {
                // A declaration alone is a file that was cut off.
                return if depth > 0 || !seen_root {
                    Err(Failure {
                        kind: ReadErrorKind::Truncated,
                        byte,
                    })
                } else {
                    Ok(())
                };
            }
        };
        outcome.map_err(|kind| Failure { kind, byte })?;
        if is_tag {
            let rest = reader.get_mut();
            let used = handler.fast_path(rest, limits.depth - depth.min(limits.depth));
            *rest = &rest[used..];
            taken += used as u64;
        }
    }
}

fn trailing<F: Fill>(handler: &mut F, byte: u64) {
    let place = Place {
        byte: Some(byte),
        ..Place::default()
    };
    let diagnostics = &mut handler.skeleton().diagnostics;
    diagnostics.note(Code::TrailingContent, place, "");
}

/// The names of the open elements, end to end.
#[derive(Default)]
struct OpenNames {
    text: Vec<u8>,
    starts: Vec<usize>,
}

impl OpenNames {
    fn push(&mut self, name: &[u8]) {
        self.starts.push(self.text.len());
        self.text.extend_from_slice(name);
    }

    fn last(&self) -> Option<&[u8]> {
        self.starts.last().map(|&start| &self.text[start..])
    }

    fn pop(&mut self) {
        if let Some(start) = self.starts.pop() {
            self.text.truncate(start);
        }
    }
}

fn end_tag<F: Fill>(
    handler: &mut F,
    open: &mut OpenNames,
    depth: &mut usize,
    found: &[u8],
    byte: u64,
) -> Result<(), ReadErrorKind> {
    loop {
        if open.last() == Some(found) {
            open.pop();
            *depth -= 1;
            skeleton::close(handler, byte);
            return Ok(());
        }
        match handler.mismatch(open.last().map(local), local(found), byte) {
            Mend::Ignore => return Ok(()),
            Mend::CloseInner if open.last().is_some() => {
                open.pop();
                *depth -= 1;
                skeleton::close(handler, byte);
            }
            Mend::CloseInner | Mend::GiveUp => {
                let found = String::from_utf8_lossy(found);
                return Err(ReadErrorKind::NotWellFormed(match open.last() {
                    Some(expected) => {
                        let expected = String::from_utf8_lossy(expected);
                        format!("</{found}> where </{expected}> belongs")
                    }
                    None => format!("</{found}> closes nothing"),
                }));
            }
        }
    }
}

/// The part of a name after its prefix.
#[inline]
pub(crate) fn local(name: &[u8]) -> &[u8] {
    match name.iter().position(|&b| b == b':') {
        Some(colon) => &name[colon + 1..],
        None => name,
    }
}

#[inline]
fn is_name_start(byte: u8) -> bool {
    byte.is_ascii_alphabetic() || matches!(byte, b'_' | b':') || byte >= 0x80
}

/// Only the five entities of XML and character references are known.
fn resolve(name: &str) -> Result<char, ReadErrorKind> {
    let unknown = || {
        let name: String = name.chars().take(20).collect();
        ReadErrorKind::NotWellFormed(format!("the entity &{name}; is not known"))
    };
    Ok(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => {
            let code = match name.strip_prefix('#').ok_or_else(unknown)? {
                hex if hex.starts_with('x') => u32::from_str_radix(&hex[1..], 16),
                decimal => decimal.parse(),
            };
            code.ok().and_then(char::from_u32).ok_or_else(unknown)?
        }
    })
}

fn explain(error: Error) -> ReadErrorKind {
    match error {
        // Every syntax error of the tokenizer is something that was opened and not closed.
        Error::Syntax(_) => ReadErrorKind::Truncated,
        Error::IllFormed(IllFormedError::MismatchedEndTag { expected, found }) => {
            ReadErrorKind::NotWellFormed(format!("</{found}> where </{expected}> belongs"))
        }
        Error::IllFormed(IllFormedError::UnmatchedEndTag(found)) => {
            ReadErrorKind::NotWellFormed(format!("</{found}> closes nothing"))
        }
        Error::IllFormed(IllFormedError::UnclosedReference) => {
            ReadErrorKind::NotWellFormed("an & that starts no entity".to_owned())
        }
        other => ReadErrorKind::NotWellFormed(other.to_string()),
    }
}

/// The value of an attribute, raw or with its entities resolved. The prefix of its name does not
/// matter.
pub(crate) fn attribute<'a>(
    attributes: &'a str,
    wanted: &str,
) -> Result<Option<std::borrow::Cow<'a, str>>, ReadErrorKind> {
    let mut rest = attributes.trim_ascii();
    let bad = || ReadErrorKind::NotWellFormed("a damaged attribute".to_owned());
    while !rest.is_empty() {
        let equals = rest.find('=').ok_or_else(bad)?;
        let name = rest[..equals].trim_ascii();
        let after = rest[equals + 1..].trim_ascii_start();
        let quote = after
            .chars()
            .next()
            .filter(|c| matches!(c, '"' | '\''))
            .ok_or_else(bad)?;
        let length = after[1..].find(quote).ok_or_else(bad)?;
        let value = &after[1..=length];
        if name.rsplit(':').next() == Some(wanted) && !name.starts_with("xmlns") {
            return unescape(value).map(Some);
        }
        rest = after[length + 2..].trim_ascii_start();
    }
    Ok(None)
}

fn unescape(value: &str) -> Result<std::borrow::Cow<'_, str>, ReadErrorKind> {
    if !value.contains('&') {
        return Ok(value.into());
    }
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(start) = rest.find('&') {
        text.push_str(&rest[..start]);
        let end = rest[start..]
            .find(';')
            .ok_or_else(|| ReadErrorKind::NotWellFormed("an & that starts no entity".to_owned()))?;
        text.push(resolve(&rest[start + 1..start + end])?);
        rest = &rest[start + end + 1..];
    }
    text.push_str(rest);
    Ok(text.into())
}

/// Line and column, both from 1, of a byte.
fn line_and_column(text: &str, byte: u64) -> (u32, u32) {
    let end = usize::try_from(byte).unwrap_or(text.len()).min(text.len());
    let before = &text.as_bytes()[..end];
    let line = before.iter().filter(|&&b| b == b'\n').count() + 1;
    let start = before
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |newline| newline + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
    (line as u32, column as u32)
}
