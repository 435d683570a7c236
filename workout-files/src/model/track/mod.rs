//! A stretch of recording without a pause.

mod iter;
mod rare;
mod raw;
#[cfg(test)]
mod tests;
mod visit;

use chrono::{DateTime, Utc};

use super::column::{Cell, Column};
use super::trackpoint::{Position, SensorState, Trackpoint};
pub use iter::Trackpoints;
use rare::{More, has_more};
pub(crate) use raw::RawPoint;
use visit::{Permute, Retain, Shrink, Visit};

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

fn some<T: Cell + Copy>(cell: T) -> Option<T> {
    (!cell.is_none()).then_some(cell)
}

pub(crate) fn micros(time: DateTime<Utc>) -> i64 {
    time.timestamp_micros()
}

pub(crate) fn instant(micros: i64) -> Option<DateTime<Utc>> {
    some(micros).and_then(DateTime::from_timestamp_micros)
}

/// Positions outside the globe are not kept.
fn position_cell(position: Option<Position>) -> [f64; 2] {
    position
        .and_then(|at| Position::new(at.latitude, at.longitude))
        .map_or(<[f64; 2]>::NONE, |at| [at.latitude, at.longitude])
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
    pub fn iter(&self) -> Trackpoints<'_> {
        Trackpoints::new(self)
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

    /// The trackpoints before `at`, and those from `at` on. One of the two is empty when there are not
    /// that many.
    ///
    /// ```
    /// use workout_files::{Track, Trackpoint};
    ///
    /// let track = Track::from_iter([Trackpoint::default(), Trackpoint::default()]);
    /// let (first, second) = track.split_at(1);
    /// assert_eq!((first.len(), second.len()), (1, 1));
    /// ```
    #[must_use]
    pub fn split_at(mut self, at: usize) -> (Self, Self) {
        let tail = self.split_off(at);
        (self, tail)
    }

    /// Takes the trackpoints from `at` on.
    #[must_use]
    pub(crate) fn split_off(&mut self, at: usize) -> Self {
        if at == 0 {
            return std::mem::take(self);
        }
        let at = at.min(self.len);
        let tail = Self {
            len: self.len - at,
            time: self.time.split_off(at),
            position: self.position.split_off(at),
            altitude: self.altitude.split_off(at),
            distance: self.distance.split_off(at),
            heart_rate: self.heart_rate.split_off(at),
            cadence: self.cadence.split_off(at),
            sensor_state: self.sensor_state.split_off(at),
            more: self.more.as_mut().and_then(|more| more.split_off(at)),
        };
        self.len = at;
        if self.more.as_ref().is_some_and(|more| !more.has_any()) {
            self.more = None;
        }
        tail
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

    /// Sets the distance in metres of the point at `index`.
    ///
    /// # Panics
    /// When `index` is not below [`len`](Self::len).
    pub fn set_distance_m(&mut self, index: usize, distance: Option<f64>) {
        assert!(
            index < self.len,
            "track has {} points, index is {index}",
            self.len
        );
        let distance = distance.filter(|metres| metres.is_finite());
        self.distance.put(index, distance.unwrap_or(f64::NONE));
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
            more.put_air_temperature(index, point.air_temperature);
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
