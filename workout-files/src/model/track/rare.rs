//! The values of a trackpoint that few files have.

use super::some;
use super::visit::Visit;
use crate::model::column::{Cell, Column};
use crate::model::trackpoint::{CadenceSensor, Fix, PointText, Trackpoint};

#[derive(Clone, Default, PartialEq)]
pub(super) struct More {
    pub(super) speed: Column<f64>,
    pub(super) power: Column<u32>,
    pub(super) run_cadence: Column<u8>,
    pub(super) cadence_sensor: Column<u8>,
    numbers: [Column<f64>; NUMBERS],
    fix: Column<u8>,
    satellites: Column<u32>,
    dgps_id: Column<u16>,
    text: Column<Option<Box<PointText>>>,
}

/// The rare plain numbers, in the order of `More::numbers`.
const NUMBERS: usize = 11;

macro_rules! each_number {
    ($point:expr, $do:ident) => {
        $do!(0, $point.air_temperature_c);
        $do!(1, $point.water_temperature_c);
        $do!(2, $point.depth_m);
        $do!(3, $point.course_deg);
        $do!(4, $point.bearing_deg);
        $do!(5, $point.magnetic_variation_deg);
        $do!(6, $point.geoid_height_m);
        $do!(7, $point.hdop);
        $do!(8, $point.vdop);
        $do!(9, $point.pdop);
        $do!(10, $point.dgps_age_s);
    };
}

pub(super) fn has_more(point: &Trackpoint) -> bool {
    let mut any = point.speed_mps.is_some()
        || point.power_w.is_some()
        || point.run_cadence.is_some()
        || point.cadence_sensor.is_some()
        || point.fix.is_some()
        || point.satellites.is_some()
        || point.dgps_id.is_some()
        || point.text.is_some();
    macro_rules! check {
        ($index:expr, $field:expr) => {
            any |= $field.is_some();
        };
    }
    each_number!(point, check);
    any
}

impl More {
    pub(super) fn store_rare(&mut self, index: usize, point: Trackpoint) {
        macro_rules! put {
            ($slot:expr, $field:expr) => {
                self.numbers[$slot].put(
                    index,
                    $field
                        .filter(|number| number.is_finite())
                        .unwrap_or(f64::NONE),
                );
            };
        }
        each_number!(point, put);
        self.fix.put(index, point.fix.map_or(u8::NONE, fix_code));
        self.satellites
            .put(index, point.satellites.map_or(u32::NONE, u32::from));
        self.dgps_id.put(index, point.dgps_id.unwrap_or(u16::NONE));
        self.text
            .put(index, point.text.filter(|text| !text.is_empty()));
    }

    pub(super) fn fill(&self, index: usize, point: &mut Trackpoint) {
        point.speed_mps = some(self.speed.get(index));
        point.power_w = some(self.power.get(index)).and_then(|watts| u16::try_from(watts).ok());
        point.run_cadence = some(self.run_cadence.get(index));
        point.cadence_sensor = match self.cadence_sensor.get(index) {
            0 => Some(CadenceSensor::Footpod),
            1 => Some(CadenceSensor::Bike),
            _ => None,
        };
        macro_rules! get {
            ($slot:expr, $field:expr) => {
                $field = some(self.numbers[$slot].get(index));
            };
        }
        each_number!(point, get);
        point.fix = fix_from(self.fix.get(index));
        point.satellites =
            some(self.satellites.get(index)).and_then(|count| u16::try_from(count).ok());
        point.dgps_id = some(self.dgps_id.get(index));
        point.text = self.text.get(index);
    }

    pub(super) fn heap_bytes(&self) -> usize {
        size_of::<Self>()
            + self.speed.heap_bytes()
            + self.power.heap_bytes()
            + self.run_cadence.heap_bytes()
            + self.cadence_sensor.heap_bytes()
            + self.numbers.iter().map(Column::heap_bytes).sum::<usize>()
            + self.fix.heap_bytes()
            + self.satellites.heap_bytes()
            + self.dgps_id.heap_bytes()
            + self.text.heap_bytes()
    }

    /// Takes the values from `at` on; `None` when there are none.
    pub(super) fn split_off(&mut self, at: usize) -> Option<Box<Self>> {
        let tail = Self {
            speed: self.speed.split_off(at),
            power: self.power.split_off(at),
            run_cadence: self.run_cadence.split_off(at),
            cadence_sensor: self.cadence_sensor.split_off(at),
            numbers: std::array::from_fn(|slot| self.numbers[slot].split_off(at)),
            fix: self.fix.split_off(at),
            satellites: self.satellites.split_off(at),
            dgps_id: self.dgps_id.split_off(at),
            text: self.text.split_off(at),
        };
        tail.has_any().then(|| Box::new(tail))
    }

    pub(super) fn has_any(&self) -> bool {
        self.speed.has_any()
            || self.power.has_any()
            || self.run_cadence.has_any()
            || self.cadence_sensor.has_any()
            || self.numbers.iter().any(Column::has_any)
            || self.fix.has_any()
            || self.satellites.has_any()
            || self.dgps_id.has_any()
            || self.text.has_any()
    }

    /// Stores the air temperature, which some formats have for every point.
    pub(super) fn put_air_temperature(&mut self, index: usize, degrees: f64) {
        self.numbers[0].put(index, degrees);
    }

    pub(super) fn each_column(&mut self, visit: &mut impl Visit) {
        visit.column(&mut self.speed);
        visit.column(&mut self.power);
        visit.column(&mut self.run_cadence);
        visit.column(&mut self.cadence_sensor);
        for column in &mut self.numbers {
            visit.column(column);
        }
        visit.column(&mut self.fix);
        visit.column(&mut self.satellites);
        visit.column(&mut self.dgps_id);
        visit.column(&mut self.text);
    }
}

fn fix_code(fix: Fix) -> u8 {
    match fix {
        Fix::None => 0,
        Fix::TwoD => 1,
        Fix::ThreeD => 2,
        Fix::Dgps => 3,
        Fix::Pps => 4,
    }
}

fn fix_from(code: u8) -> Option<Fix> {
    Some(match code {
        0 => Fix::None,
        1 => Fix::TwoD,
        2 => Fix::ThreeD,
        3 => Fix::Dgps,
        4 => Fix::Pps,
        _ => return None,
    })
}
