//! Decoding one file of a chain, message by message.

use std::borrow::Cow;
use std::convert::Infallible;

use rustyfit::proto::MessageDefinition;
use rustyfit::{Decoder, DecoderError, DecoderEvent, StreamingIterator};

use super::Failure;
use super::container::Part;
use super::file::Reader;
use crate::read::ReadErrorKind;

/// Bits of a message header.
const COMPRESSED: u8 = 0x80;
const DEVELOPER: u8 = 0x20;

/// Reads a part of a chain: its messages, then what they make.
pub(super) fn part(
    part: &Part<'_>,
    decoder: &mut Decoder,
    reader: &mut Reader<'_>,
) -> Option<Failure> {
    reader.begin();
    let outcome = messages(part, decoder, reader);
    let outcome = outcome.and(reader.finish().map_err(|kind| Failure {
        kind,
        byte: (part.start + part.bytes.len()) as u64,
    }));
    outcome.err().or_else(|| part.wrong_checksum())
}

fn messages(
    part: &Part<'_>,
    decoder: &mut Decoder,
    reader: &mut Reader<'_>,
) -> Result<(), Failure> {
    let bytes = decodable(part);
    let end = part.data_end();
    let fail = |kind, at: usize| Failure {
        kind,
        byte: (part.start + at) as u64,
    };
    let mut stream = decoder.stream(bytes.as_ref());
    // The decoder does not say where it is, and does not stop after a definition at the end.
    let mut at = 0;
    let mut sizes = [0; 16];
    while at < end {
        match stream.next() {
            None | Some(Ok(DecoderEvent::Crc(_))) => break,
            Some(Ok(DecoderEvent::FileHeader(header))) => at = usize::from(header.size),
            Some(Ok(DecoderEvent::MessageDefinition(definition))) => {
                let local = usize::from(definition.header & 0x0F);
                at += definition_size(definition);
                sizes[local] = data_size(definition);
                reader.define(local, definition, part.start + at);
            }
            Some(Ok(DecoderEvent::Message(message))) => {
                let local = local_type(message.header);
                at += 1 + sizes[local];
                reader
                    .message(local, message, part.start + at)
                    .map_err(|kind| fail(kind, at))?;
            }
            Some(Err(error)) => return Err(fail(explain(&error, part.is_whole()), at)),
        }
    }
    if at > end {
        return Err(fail(overlong(), at));
    }
    // A recorder that died wrote neither the size nor the end.
    if !part.is_whole() {
        return Err(fail(ReadErrorKind::Truncated, at));
    }
    Ok(())
}

/// The bytes, with a size in the header where it is missing.
fn decodable<'a>(part: &Part<'a>) -> Cow<'a, [u8]> {
    if !part.is_unfinished() {
        return part.bytes.into();
    }
    let mut bytes = part.bytes.to_vec();
    bytes[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    bytes.into()
}

fn local_type(header: u8) -> usize {
    usize::from(if header & COMPRESSED != 0 {
        (header >> 5) & 0x03
    } else {
        header & 0x0F
    })
}

fn definition_size(definition: &MessageDefinition) -> usize {
    let own = if definition.header & DEVELOPER != 0 {
        1 + 3 * definition.developer_field_definitions.len()
    } else {
        0
    };
    6 + 3 * definition.field_definitions.len() + own
}

fn data_size(definition: &MessageDefinition) -> usize {
    let fields = definition.field_definitions.iter().map(|field| field.size);
    let own = definition
        .developer_field_definitions
        .iter()
        .map(|field| field.size);
    fields.chain(own).map(usize::from).sum()
}

fn overlong() -> ReadErrorKind {
    ReadErrorKind::Damaged("a message goes beyond the end of the data".to_owned())
}

fn explain(error: &DecoderError<Infallible>, whole: bool) -> ReadErrorKind {
    match error {
        DecoderError::UnexpectedEof if whole => overlong(),
        DecoderError::UnexpectedEof => ReadErrorKind::Truncated,
        DecoderError::MissingMessageDefinition { local_mesg_num } => ReadErrorKind::Damaged(
            format!("a message of local type {local_mesg_num}, which nothing defines"),
        ),
        other => ReadErrorKind::Damaged(other.to_string()),
    }
}
