//! A stretch of recording without a pause.

use chrono::{DateTime, Utc};

use super::column::{Cell, Column};
use super::trackpoint::{CadenceSensor, Fix, PointText, Position, SensorState, Trackpoint};

/// A stretch of recording without a pause: a TCX `Track`, a GPX `trkseg`.
///
/// Points are kept in columns. A value that no point of the track has costs nothing; time costs 8
/// bytes per point, a position 16, altitude, distance and speed 8 each, heart rate, cadence and
/// sensor state 1 each, power 2.
#[derive(Clone, Default, PartialEq)]
pub struct Track {
    len: usize,
    time: Column<i64>,
    position: Column<[f64; 2]>,
    altitude: Column<f64>,
    distance: Column<f64>,
    /// Value minus one, so that 1..=255 fits beside the absent pattern 255.
    heart_rate: Column<u8>,
    cadence: Column<u8>,
    sensor_state: Column<u8>,
    /// The kinds of value that few files have.
    more: Option<Box<More>>,
}

#[derive(Clone, Default, PartialEq)]
struct More {
    speed: Column<f64>,
    power: Column<u32>,
    run_cadence: Column<u8>,
    cadence_sensor: Column<u8>,
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

/// What the readers fill: the sentinels of the columns, so that pushing a point is a few stores.
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
        rare: None,
    };

    /// The place for a value that hardly any point has.
    pub(crate) fn rare(&mut self) -> &mut Trackpoint {
        self.rare.get_or_insert_with(Box::default)
    }
}

fn some<T: Cell + Copy>(cell: T) -> Option<T> {
    (!cell.is_none()).then_some(cell)
}

pub(crate) fn micros(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros()
}

pub(crate) fn instant(micros: i64) -> Option<DateTime<Utc>> {
    some(micros).and_then(DateTime::from_timestamp_micros)
}

/// Only positions on the globe are kept, whoever built them.
fn position_cell(position: Option<Position>) -> [f64; 2] {
    position
        .and_then(|at| Position::new(at.latitude, at.longitude))
        .map_or(<[f64; 2]>::NONE, |at| [at.latitude, at.longitude])
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

impl Track {
    /// An empty track.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of trackpoints.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no trackpoint.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The trackpoint at `index`.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<Trackpoint> {
        (index < self.len).then(|| self.build(index))
    }

    /// The first trackpoint.
    #[must_use]
    pub fn first(&self) -> Option<Trackpoint> {
        self.get(0)
    }

    /// The last trackpoint.
    #[must_use]
    pub fn last(&self) -> Option<Trackpoint> {
        self.len.checked_sub(1).and_then(|index| self.get(index))
    }

    /// The trackpoints in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Trackpoint> + ExactSizeIterator + '_ {
        (0..self.len).map(|index| self.build(index))
    }

    /// Appends a trackpoint. Values outside what a column can hold (heart rate 0, cadence 255, a
    /// number that is not finite) are not kept.
    pub fn push(&mut self, point: Trackpoint) {
        let index = self.len;
        self.len += 1;
        self.store(index, point);
    }

    /// Replaces the trackpoint at `index`.
    ///
    /// # Panics
    /// When `index` is not below [`len`](Self::len).
    pub fn set(&mut self, index: usize, point: Trackpoint) {
        assert!(
            index < self.len,
            "track has {} points, index is {index}",
            self.len
        );
        self.store(index, point);
    }

    /// Keeps the trackpoints for which `keep` says so; returns how many went.
    pub fn retain(&mut self, mut keep: impl FnMut(&Trackpoint) -> bool) -> usize {
        let flags: Vec<bool> = self.iter().map(|point| keep(&point)).collect();
        self.retain_flags(&flags)
    }

    pub(crate) fn retain_flags(&mut self, flags: &[bool]) -> usize {
        let kept = flags.iter().filter(|&&flag| flag).count();
        let gone = self.len - kept;
        if gone > 0 {
            self.each_column(&mut Retain(flags));
            self.len = kept;
        }
        gone
    }

    /// Rearranges so that the new point `i` is the old point `order[i]`.
    pub(crate) fn permute(&mut self, order: &[u32]) {
        self.each_column(&mut Permute(order));
    }

    /// Gives back memory that was reserved for more points.
    pub fn shrink_to_fit(&mut self) {
        self.each_column(&mut Shrink);
    }

    /// The time of the point at `index`.
    #[must_use]
    pub fn time(&self, index: usize) -> Option<DateTime<Utc>> {
        instant(self.time.get(index))
    }

    pub(crate) fn time_micros(&self, index: usize) -> Option<i64> {
        some(self.time.get(index))
    }

    /// Sets the time of the point at `index`.
    ///
    /// # Panics
    /// When `index` is not below [`len`](Self::len).
    pub fn set_time(&mut self, index: usize, time: Option<DateTime<Utc>>) {
        assert!(
            index < self.len,
            "track has {} points, index is {index}",
            self.len
        );
        self.time.put(index, time.map_or(i64::NONE, micros));
    }

    /// The position of the point at `index`.
    #[must_use]
    pub fn position(&self, index: usize) -> Option<Position> {
        let cell = self.position.get(index);
        (!cell.is_none()).then(|| Position {
            latitude: cell[0],
            longitude: cell[1],
        })
    }

    /// Sets the position of the point at `index`.
    ///
    /// # Panics
    /// When `index` is not below [`len`](Self::len).
    pub fn set_position(&mut self, index: usize, position: Option<Position>) {
        assert!(
            index < self.len,
            "track has {} points, index is {index}",
            self.len
        );
        self.position.put(index, position_cell(position));
    }

    /// The altitude in metres of the point at `index`.
    #[must_use]
    pub fn altitude_m(&self, index: usize) -> Option<f64> {
        some(self.altitude.get(index))
    }

    /// The distance in metres of the point at `index`.
    #[must_use]
    pub fn distance_m(&self, index: usize) -> Option<f64> {
        some(self.distance.get(index))
    }

    /// The heart rate in beats per minute of the point at `index`.
    #[must_use]
    pub fn heart_rate(&self, index: usize) -> Option<u8> {
        some(self.heart_rate.get(index)).map(|stored| stored + 1)
    }

    /// The cadence of the point at `index`, in revolutions or strides per minute.
    #[must_use]
    pub fn cadence(&self, index: usize) -> Option<u8> {
        some(self.cadence.get(index))
    }

    /// The power in watts of the point at `index`.
    #[must_use]
    pub fn power_w(&self, index: usize) -> Option<u16> {
        let watts = some(self.more.as_ref()?.power.get(index))?;
        u16::try_from(watts).ok()
    }

    /// Whether the point at `index` has nothing but a time and a sensor state.
    pub(crate) fn only_time(&self, index: usize) -> bool {
        if !(self.altitude.get(index).is_none()
            && self.distance.get(index).is_none()
            && self.cadence.get(index).is_none())
        {
            return false;
        }
        let point = self.build(index);
        let bare = Trackpoint {
            time: point.time,
            sensor_state: point.sensor_state,
            ..Trackpoint::default()
        };
        point.time.is_some() && point == bare
    }

    /// How many trackpoints have a position.
    #[must_use]
    pub fn positions(&self) -> usize {
        self.position.present()
    }

    /// How many trackpoints have a heart rate.
    #[must_use]
    pub fn heart_rates(&self) -> usize {
        self.heart_rate.present()
    }

    /// Whether any trackpoint has a distance.
    #[must_use]
    pub fn has_distance(&self) -> bool {
        self.distance.has_any()
    }

    /// Bytes this track holds on the heap, without the words about single points.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        self.time.heap_bytes()
            + self.position.heap_bytes()
            + self.altitude.heap_bytes()
            + self.distance.heap_bytes()
            + self.heart_rate.heap_bytes()
            + self.cadence.heap_bytes()
            + self.sensor_state.heap_bytes()
            + self.more.as_ref().map_or(0, |more| more.heap_bytes())
    }

    /// Appends what a reader collected.
    #[inline]
    pub(crate) fn push_raw(&mut self, point: &mut RawPoint) {
        let index = self.len;
        self.len += 1;
        self.time.put(index, point.time);
        self.position.put(index, point.position);
        self.altitude.put(index, point.altitude);
        self.distance.put(index, point.distance);
        self.heart_rate.put(index, point.heart_rate);
        self.cadence.put(index, point.cadence);
        self.sensor_state.put(index, point.sensor_state);
        if point.has_more {
            let more = self.more.get_or_insert_with(Box::default);
            more.speed.put(index, point.speed);
            more.power.put(index, point.power);
            more.run_cadence.put(index, point.run_cadence);
            more.cadence_sensor.put(index, point.cadence_sensor);
        }
        if let Some(rare) = point.rare.take() {
            let more = self.more.get_or_insert_with(Box::default);
            more.store_rare(index, *rare);
        }
    }

    fn store(&mut self, index: usize, point: Trackpoint) {
        let number = |value: Option<f64>| {
            value
                .filter(|number| number.is_finite())
                .unwrap_or(f64::NONE)
        };
        self.time.put(index, point.time.map_or(i64::NONE, micros));
        self.position.put(index, position_cell(point.position));
        self.altitude.put(index, number(point.altitude_m));
        self.distance.put(index, number(point.distance_m));
        self.heart_rate.put(
            index,
            point
                .heart_rate
                .map_or(u8::NONE, |bpm| bpm.checked_sub(1).unwrap_or(u8::NONE)),
        );
        self.cadence.put(index, point.cadence.unwrap_or(u8::NONE));
        let state = point.sensor_state.map_or(u8::NONE, |state| state as u8);
        self.sensor_state.put(index, state);
        if self.more.is_none() && !has_more(&point) {
            return;
        }
        let more = self.more.get_or_insert_with(Box::default);
        more.speed.put(index, number(point.speed_mps));
        more.power
            .put(index, point.power_w.map_or(u32::NONE, u32::from));
        more.run_cadence
            .put(index, point.run_cadence.unwrap_or(u8::NONE));
        more.cadence_sensor.put(
            index,
            point.cadence_sensor.map_or(u8::NONE, |sensor| sensor as u8),
        );
        more.store_rare(index, point);
    }

    fn build(&self, index: usize) -> Trackpoint {
        let mut point = Trackpoint {
            time: self.time(index),
            position: self.position(index),
            altitude_m: self.altitude_m(index),
            distance_m: self.distance_m(index),
            heart_rate: self.heart_rate(index),
            cadence: some(self.cadence.get(index)),
            sensor_state: match self.sensor_state.get(index) {
                0 => Some(SensorState::Present),
                1 => Some(SensorState::Absent),
                _ => None,
            },
            ..Trackpoint::default()
        };
        if let Some(more) = &self.more {
            more.fill(index, &mut point);
        }
        point
    }

    fn each_column(&mut self, visit: &mut impl Visit) {
        visit.column(&mut self.time);
        visit.column(&mut self.position);
        visit.column(&mut self.altitude);
        visit.column(&mut self.distance);
        visit.column(&mut self.heart_rate);
        visit.column(&mut self.cadence);
        visit.column(&mut self.sensor_state);
        if let Some(more) = &mut self.more {
            more.each_column(visit);
        }
    }
}

fn has_more(point: &Trackpoint) -> bool {
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
    fn store_rare(&mut self, index: usize, point: Trackpoint) {
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

    fn fill(&self, index: usize, point: &mut Trackpoint) {
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

    fn heap_bytes(&self) -> usize {
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

    fn each_column(&mut self, visit: &mut impl Visit) {
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

/// Something done to every column alike.
trait Visit {
    fn column<T: Cell>(&mut self, column: &mut Column<T>);
}

struct Retain<'a>(&'a [bool]);
struct Permute<'a>(&'a [u32]);
struct Shrink;

impl Visit for Retain<'_> {
    fn column<T: Cell>(&mut self, column: &mut Column<T>) {
        column.retain(self.0);
    }
}

impl Visit for Permute<'_> {
    fn column<T: Cell>(&mut self, column: &mut Column<T>) {
        column.permute(self.0);
    }
}

impl Visit for Shrink {
    fn column<T: Cell>(&mut self, column: &mut Column<T>) {
        column.shrink();
    }
}

impl std::fmt::Debug for Track {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Extend<Trackpoint> for Track {
    fn extend<I: IntoIterator<Item = Trackpoint>>(&mut self, points: I) {
        for point in points {
            self.push(point);
        }
    }
}

impl FromIterator<Trackpoint> for Track {
    fn from_iter<I: IntoIterator<Item = Trackpoint>>(points: I) -> Self {
        let mut track = Self::new();
        track.extend(points);
        track
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn full() -> Trackpoint {
        Trackpoint {
            time: DateTime::from_timestamp_micros(1_700_000_000_123_456),
            position: Position::new(1.25, -2.5),
            altitude_m: Some(12.5),
            distance_m: Some(99.0),
            heart_rate: Some(255),
            cadence: Some(0),
            sensor_state: Some(SensorState::Absent),
            speed_mps: Some(3.5),
            power_w: Some(u16::MAX),
            run_cadence: Some(90),
            cadence_sensor: Some(CadenceSensor::Bike),
            air_temperature_c: Some(-4.0),
            water_temperature_c: Some(3.0),
            depth_m: Some(1.0),
            course_deg: Some(10.0),
            bearing_deg: Some(11.0),
            magnetic_variation_deg: Some(12.0),
            geoid_height_m: Some(13.0),
            fix: Some(Fix::Dgps),
            satellites: Some(9),
            hdop: Some(1.1),
            vdop: Some(1.2),
            pdop: Some(1.3),
            dgps_age_s: Some(1.4),
            dgps_id: Some(1023),
            text: Some(Box::new(PointText {
                name: Some("peak".into()),
                ..PointText::default()
            })),
        }
    }

    #[test]
    fn a_point_with_everything_comes_back() {
        let mut track = Track::new();
        track.push(Trackpoint::default());
        track.push(full());
        track.push(Trackpoint::default());
        assert_eq!(track.get(1), Some(full()));
        assert_eq!(track.get(0), Some(Trackpoint::default()));
        assert_eq!(track.get(2), Some(Trackpoint::default()));
        assert_eq!(track.get(3), None);
    }

    #[test]
    fn setting_clears_what_was_there() {
        let mut track: Track = [full()].into_iter().collect();
        track.set(0, Trackpoint::default());
        assert_eq!(track.get(0), Some(Trackpoint::default()));
    }

    #[test]
    fn heart_rate_zero_is_no_heart_rate() {
        let mut point = Trackpoint {
            heart_rate: Some(0),
            ..Trackpoint::default()
        };
        let track: Track = [point.clone()].into_iter().collect();
        assert_eq!(track.heart_rate(0), None);
        point.heart_rate = Some(1);
        let track: Track = [point].into_iter().collect();
        assert_eq!(track.heart_rate(0), Some(1));
    }

    #[test]
    fn retain_and_permute_keep_points_whole() {
        let mut other = full();
        other.heart_rate = Some(60);
        other.text = None;
        let mut track: Track = [full(), Trackpoint::default(), other.clone()]
            .into_iter()
            .collect();
        assert_eq!(track.retain(|point| point.position.is_some()), 1);
        track.permute(&[1, 0]);
        assert_eq!(track.iter().collect::<Vec<_>>(), [other, full()]);
    }
}
