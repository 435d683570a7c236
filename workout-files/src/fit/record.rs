//! One `record` message: a trackpoint.

use rustyfit::proto::{Message, Value};

use super::fields::{degrees, micros};
use crate::model::{Position, RawPoint};
use crate::read::{Code, Diagnostics, Place};

/// The state that a record with a compressed distance takes from the records before it.
#[derive(Default)]
pub(super) struct Compressed {
    last: Option<u16>,
    sixteenths: u64,
}

impl Compressed {
    /// Metres, from the 12 bits of a distance in sixteenths of a metre that starts again at 4096.
    fn metres(&mut self, bits: u16) -> f64 {
        let last = self.last.replace(bits).unwrap_or(0);
        self.sixteenths += u64::from(bits.wrapping_sub(last) & 0x0FFF);
        self.sixteenths as f64 / 16.0
    }
}

/// The oddities of one record, noted with its place.
pub(super) struct Notes<'a> {
    pub(super) place: Place,
    pub(super) diagnostics: &'a mut Diagnostics,
}

impl Notes<'_> {
    #[cold]
    pub(super) fn note(&mut self, code: Code, detail: &str) {
        self.diagnostics.note(code, self.place, detail);
    }
}

/// The trackpoint of a record.
pub(super) fn point(
    message: &Message,
    compressed: &mut Compressed,
    notes: &mut Notes<'_>,
) -> RawPoint {
    let mut point = RawPoint::EMPTY;
    let (mut latitude, mut longitude) = (None, None);
    for field in &message.fields {
        match (field.num, &field.value) {
            (253, &Value::Uint32(seconds)) => match micros(seconds) {
                Some(time) => point.time = time,
                None if seconds == u32::MAX => {}
                None => notes.note(
                    Code::TimeInvalid,
                    "seconds since the device was switched on",
                ),
            },
            (0, &Value::Int32(value)) if value != i32::MAX => latitude = Some(value),
            (1, &Value::Int32(value)) if value != i32::MAX => longitude = Some(value),
            (2, &Value::Uint16(value)) if value != u16::MAX && point.altitude.is_nan() => {
                point.altitude = (f64::from(value) - 2500.0) / 5.0;
            }
            (78, &Value::Uint32(value)) if value != u32::MAX => {
                point.altitude = (f64::from(value) - 2500.0) / 5.0;
            }
            (3, &Value::Uint8(0)) => notes.note(Code::HeartRateZero, ""),
            (3, &Value::Uint8(value)) if value != u8::MAX => point.heart_rate = value - 1,
            (4, &Value::Uint8(value)) => point.cadence = value,
            (5, &Value::Uint32(value)) if value != u32::MAX => {
                point.distance = f64::from(value) / 100.0;
            }
            (6, &Value::Uint16(value)) if value != u16::MAX && point.speed.is_nan() => {
                point.speed = f64::from(value) / 1000.0;
            }
            (73, &Value::Uint32(value)) if value != u32::MAX => {
                point.speed = f64::from(value) / 1000.0;
            }
            (7, &Value::Uint16(value)) if value != u16::MAX => point.power = u32::from(value),
            (8, Value::ArrayUint8(bytes)) => {
                if let [a, b, c] = **bytes
                    && [a, b, c] != [u8::MAX; 3]
                {
                    if point.speed.is_nan() {
                        let speed = u16::from(a) | (u16::from(b & 0x0F) << 8);
                        point.speed = f64::from(speed) / 100.0;
                    }
                    let distance = compressed.metres(u16::from(b >> 4) | (u16::from(c) << 4));
                    if point.distance.is_nan() {
                        point.distance = distance;
                    }
                }
            }
            (13, &Value::Int8(value)) if value != i8::MAX => {
                point.air_temperature = f64::from(value);
            }
            (92, &Value::Uint32(value)) if value != u32::MAX => {
                point.rare().depth_m = Some(f64::from(value) / 1000.0);
            }
            _ => {}
        }
    }
    position(latitude, longitude, &mut point, notes);
    point
}

fn position(
    latitude: Option<i32>,
    longitude: Option<i32>,
    point: &mut RawPoint,
    notes: &mut Notes<'_>,
) {
    match (latitude, longitude) {
        (Some(latitude), Some(longitude)) => {
            match Position::new(degrees(latitude), degrees(longitude)) {
                Some(at) => point.position = [at.latitude, at.longitude],
                None => notes.note(Code::PositionRange, ""),
            }
        }
        (None, None) => {}
        _ => notes.note(Code::PositionIncomplete, ""),
    }
}

/// Puts a developer's value where the native one is absent; `number` is the native field's.
pub(super) fn fill(point: &mut RawPoint, number: u8, value: f64) {
    let whole = |most: f64| (0.0..=most).contains(&value.round()).then(|| value.round());
    match number {
        2 | 78 if point.altitude.is_nan() => point.altitude = value,
        3 if point.heart_rate == u8::MAX => {
            if let Some(bpm) = whole(255.0).filter(|&bpm| bpm > 0.0) {
                point.heart_rate = bpm as u8 - 1;
            }
        }
        4 if point.cadence == u8::MAX => {
            if let Some(cadence) = whole(254.0) {
                point.cadence = cadence as u8;
            }
        }
        5 if point.distance.is_nan() => point.distance = value,
        6 | 73 if point.speed.is_nan() => point.speed = value,
        7 if point.power == u32::MAX => {
            if let Some(watts) = whole(65_535.0) {
                point.power = watts as u32;
            }
        }
        13 if point.air_temperature.is_nan() => point.air_temperature = value,
        _ => {}
    }
}

/// Says whether anything is in the columns that few files have; to be called last.
pub(super) fn finish(point: &mut RawPoint) {
    if let Some(rare) = &mut point.rare {
        // The rare values are stored after the others, and all of them.
        rare.air_temperature_c = Some(point.air_temperature).filter(|degrees| !degrees.is_nan());
    }
    point.has_more =
        !point.speed.is_nan() || point.power != u32::MAX || !point.air_temperature.is_nan();
}
