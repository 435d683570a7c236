//! Fields whose type in the file is not the one of the profile. The decoder reads every field by the
//! profile, so a narrower value is filled up with zeros and a wider one is cut.

use rustyfit::profile::lookup::field_reference;
use rustyfit::profile::typedef::FitBaseType;
use rustyfit::proto::{Message, MessageDefinition, Value};

/// A field of another type than the profile gives it.
#[derive(Clone, Copy)]
struct Odd {
    number: u8,
    /// Its type in the file, when the value can be put right.
    narrower: Option<FitBaseType>,
}

/// The odd fields of one local message type.
#[derive(Default)]
pub(super) struct OddFields(Vec<Odd>);

impl OddFields {
    pub(super) fn of(definition: &MessageDefinition) -> Self {
        let fields = definition.field_definitions.iter().filter_map(|field| {
            let profile = field_reference(definition.mesg_num, field.num)?;
            let (file, wanted) = (field.base_type, profile.base_type());
            let same = class(file) == class(wanted) && file.size() == wanted.size();
            if same && field.size >= wanted.size() {
                return None;
            }
            let integers = class(file).is_integer() && class(wanted).is_integer();
            let narrower = integers
                && file.size() < wanted.size()
                && field.size == file.size()
                && !profile.array();
            Some(Odd {
                number: field.num,
                narrower: narrower.then_some(file),
            })
        });
        Self(fields.collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn numbers(&self) -> impl Iterator<Item = u8> + '_ {
        self.0.iter().map(|odd| odd.number)
    }

    /// The message with its odd values put right, or without them.
    pub(super) fn mend(&self, message: &Message) -> Message {
        let mut message = message.clone();
        for odd in &self.0 {
            for field in &mut message.fields {
                if field.num == odd.number {
                    field.value = odd
                        .narrower
                        .and_then(|file| widen(&field.value, file, field.base_type))
                        .unwrap_or(Value::Invalid);
                }
            }
        }
        message
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Class {
    Unsigned,
    Signed,
    Float,
    Text,
    Unknown,
}

impl Class {
    fn is_integer(self) -> bool {
        matches!(self, Self::Unsigned | Self::Signed)
    }
}

fn class(base_type: FitBaseType) -> Class {
    // Some writers leave out the bit that says that byte order matters.
    match base_type.0 & FitBaseType::NUM_MASK {
        0x01 | 0x03 | 0x05 | 0x0E => Class::Signed,
        0x00 | 0x02 | 0x04 | 0x06 | 0x0A..=0x0D | 0x0F | 0x10 => Class::Unsigned,
        0x08 | 0x09 => Class::Float,
        0x07 => Class::Text,
        _ => Class::Unknown,
    }
}

/// A value that was filled up with zeros from `file`, as `wanted`.
fn widen(value: &Value, file: FitBaseType, wanted: FitBaseType) -> Option<Value> {
    let filled = match value {
        Value::Uint16(value) => u64::from(*value),
        Value::Uint32(value) => u64::from(*value),
        Value::Int16(value) => u64::from(*value as u16),
        Value::Int32(value) => u64::from(*value as u32),
        _ => return None,
    };
    let bits = u32::from(file.size()) * 8;
    let all = (1_u64 << bits) - 1;
    let signed = class(file) == Class::Signed;
    let zero_is_invalid = matches!(file.0 & FitBaseType::NUM_MASK, 0x0A..=0x0C);
    let invalid = match (signed, zero_is_invalid) {
        (true, _) => all >> 1,
        (false, true) => 0,
        (false, false) => all,
    };
    if filled == invalid {
        return None;
    }
    let number = if signed && filled > all >> 1 {
        filled as i64 - all as i64 - 1
    } else {
        filled as i64
    };
    Some(match (wanted.size(), class(wanted)) {
        (2, Class::Signed) => Value::Int16(i16::try_from(number).ok()?),
        (4, Class::Signed) => Value::Int32(i32::try_from(number).ok()?),
        (2, _) => Value::Uint16(u16::try_from(number).ok()?),
        (4, _) => Value::Uint32(u32::try_from(number).ok()?),
        _ => return None,
    })
}
