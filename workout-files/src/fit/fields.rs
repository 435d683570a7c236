//! Reading the fields of a message.

use rustyfit::profile::typedef::FitBaseType;
use rustyfit::proto::{Field, Value};

use crate::read::value::clean_text;

/// 1989-12-31T00:00:00Z, where the clock of FIT starts, in seconds of Unix.
const EPOCH: i64 = 631_065_600;
/// Smaller times count seconds since the device was switched on.
const FIRST_DATE: u32 = 0x1000_0000;

/// A time of FIT as microseconds of Unix; `None` when it is no date.
pub(super) fn micros(seconds: u32) -> Option<i64> {
    (seconds != u32::MAX && seconds >= FIRST_DATE).then(|| (i64::from(seconds) + EPOCH) * 1_000_000)
}

/// Degrees of a coordinate in semicircles.
pub(super) fn degrees(semicircles: i32) -> f64 {
    f64::from(semicircles) * 180.0 / 2_147_483_648.0
}

/// A value as a number, without scale; `None` when it stands for no value or is an array or text.
pub(super) fn number(value: &Value, base_type: FitBaseType) -> Option<f64> {
    let zero_is_invalid = matches!(
        base_type,
        FitBaseType::UINT8Z | FitBaseType::UINT16Z | FitBaseType::UINT32Z | FitBaseType::UINT64Z
    );
    macro_rules! unsigned {
        ($value:expr, $type:ty) => {
            (*$value != if zero_is_invalid { 0 } else { <$type>::MAX }).then(|| *$value as f64)
        };
    }
    macro_rules! signed {
        ($value:expr, $type:ty) => {
            (*$value != <$type>::MAX).then(|| *$value as f64)
        };
    }
    match value {
        Value::Uint8(value) => unsigned!(value, u8),
        Value::Uint16(value) => unsigned!(value, u16),
        Value::Uint32(value) => unsigned!(value, u32),
        Value::Uint64(value) => unsigned!(value, u64),
        Value::Int8(value) => signed!(value, i8),
        Value::Int16(value) => signed!(value, i16),
        Value::Int32(value) => signed!(value, i32),
        Value::Int64(value) => signed!(value, i64),
        Value::Float32(value) => value.is_finite().then(|| f64::from(*value)),
        Value::Float64(value) => value.is_finite().then_some(*value),
        _ => None,
    }
}

/// The fields of a message, found by number. Of a field that occurs twice the last one counts.
#[derive(Clone, Copy)]
pub(super) struct Fields<'a>(pub(super) &'a [Field]);

impl Fields<'_> {
    fn find(&self, number: u8) -> Option<&Field> {
        self.0.iter().rev().find(|field| field.num == number)
    }

    pub(super) fn number(&self, number: u8) -> Option<f64> {
        let field = self.find(number)?;
        self::number(&field.value, field.base_type)
    }

    /// A number that the profile stores multiplied by `scale`.
    pub(super) fn scaled(&self, number: u8, scale: f64) -> Option<f64> {
        self.number(number).map(|value| value / scale)
    }

    pub(super) fn byte(&self, number: u8) -> Option<u8> {
        self.whole(number)
    }

    /// A whole number of the size that is asked for.
    pub(super) fn whole<T: TryFrom<u32>>(&self, number: u8) -> Option<T> {
        let value = self.number(number)?;
        let fits = (0.0..=f64::from(u32::MAX)).contains(&value);
        fits.then(|| T::try_from(value as u32).ok()).flatten()
    }

    pub(super) fn time(&self, number: u8) -> Option<i64> {
        micros(self.whole(number)?)
    }

    pub(super) fn text(&self, number: u8) -> Option<String> {
        let text = match &self.find(number)?.value {
            Value::String(text) => text,
            Value::ArrayString(texts) => texts.first()?,
            _ => return None,
        };
        let text = clean_text(text);
        let text = text.trim();
        (!text.is_empty()).then(|| text.to_owned())
    }
}
