//! A trackpoint as the readers fill it.

use crate::model::column::Cell;
use crate::model::trackpoint::Trackpoint;

/// A trackpoint while a reader fills it: the sentinels of the columns, so that pushing is a few stores.
#[derive(Clone)]
pub(crate) struct RawPoint {
    pub(crate) time: i64,
    pub(crate) position: [f64; 2],
    pub(crate) altitude: f64,
    pub(crate) distance: f64,
    pub(crate) heart_rate: u8,
    pub(crate) cadence: u8,
    pub(crate) sensor_state: u8,
    pub(crate) has_more: bool,
    pub(crate) speed: f64,
    pub(crate) power: u32,
    pub(crate) run_cadence: u8,
    pub(crate) cadence_sensor: u8,
    pub(crate) air_temperature: f64,
    /// Values that hardly any point has.
    pub(crate) rare: Option<Box<Trackpoint>>,
}

impl RawPoint {
    pub(crate) const EMPTY: Self = Self {
        time: i64::NONE,
        position: <[f64; 2]>::NONE,
        altitude: f64::NONE,
        distance: f64::NONE,
        heart_rate: u8::NONE,
        cadence: u8::NONE,
        sensor_state: u8::NONE,
        has_more: false,
        speed: f64::NONE,
        power: u32::NONE,
        run_cadence: u8::NONE,
        cadence_sensor: u8::NONE,
        air_temperature: f64::NONE,
        rare: None,
    };

    /// The place for a value that hardly any point has.
    pub(crate) fn rare(&mut self) -> &mut Trackpoint {
        self.rare.get_or_insert_with(Box::default)
    }
}
