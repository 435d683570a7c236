//! One sample of a recording.

use chrono::{DateTime, Utc};

/// A place on the earth: WGS 84, decimal degrees.
#[derive(Clone, Copy, Debug, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
pub struct Position {
    /// Degrees north of the equator, -90 to 90.
    pub latitude: f64,
    /// Degrees east of Greenwich, -180 up to but not including 180.
    pub longitude: f64,
}

impl Position {
    /// A position, or `None` when a number is not finite or outside the globe. A longitude of
    /// exactly 180 is the same meridian as -180 and becomes that, because both schemas leave 180
    /// out.
    #[must_use]
    pub fn new(latitude: f64, longitude: f64) -> Option<Self> {
        let longitude = if longitude == 180.0 {
            -180.0
        } else {
            longitude
        };
        let inside = (-90.0..=90.0).contains(&latitude) && (-180.0..180.0).contains(&longitude);
        inside.then_some(Self {
            latitude,
            longitude,
        })
    }

    /// A position whose longitude may be up to a turn outside -180 to 180, as files have it that
    /// cross the date line or count to 360.
    pub(crate) fn wrapped(latitude: f64, longitude: f64) -> Option<Self> {
        if longitude.abs() <= 180.0 {
            return Self::new(latitude, longitude);
        }
        let inside = (longitude + 180.0).rem_euclid(360.0) - 180.0;
        // Sums of decimal numbers are odd in the last digits.
        let inside = (inside * 1e9).round() / 1e9;
        (longitude.abs() <= 540.0)
            .then(|| Self::new(latitude, inside))
            .flatten()
    }

    /// Metres to another position, along the geodesic of WGS 84.
    ///
    /// ```
    /// use workout_files::Position;
    ///
    /// let degree = Position { latitude: 0.0, longitude: 1.0 };
    /// let metres = degree.distance_m(Position { latitude: 0.0, longitude: 0.0 });
    /// assert!((metres - 111_319.5).abs() < 0.1);
    /// ```
    #[must_use]
    pub fn distance_m(self, other: Self) -> f64 {
        crate::summary::metres(self, other)
    }
}

/// The state of the heart-rate sensor (TCX `SensorState`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SensorState {
    /// The sensor was there.
    Present,
    /// The sensor was not there.
    Absent,
}

/// Which sensor counted the cadence (TCX `TPX/@CadenceSensor`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CadenceSensor {
    /// A foot pod.
    Footpod,
    /// A sensor on the bicycle.
    Bike,
}

/// The kind of satellite fix (GPX `fix`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fix {
    /// No fix.
    None,
    /// Two-dimensional.
    TwoD,
    /// Three-dimensional.
    ThreeD,
    /// Differential GPS.
    Dgps,
    /// Military signal.
    Pps,
}

/// Words about one point (GPX only): rare, so a point that has none stores nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PointText {
    /// `name`
    pub name: Option<String>,
    /// `cmt`
    pub comment: Option<String>,
    /// `desc`
    pub description: Option<String>,
    /// `src`
    pub source: Option<String>,
    /// `sym`
    pub symbol: Option<String>,
    /// `type`
    pub kind: Option<String>,
    /// `link` (GPX 1.1) or `url` and `urlname` (GPX 1.0).
    pub links: Vec<super::Link>,
}

impl PointText {
    pub(crate) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// One sample of a recording. Every value is optional; units are in the names.
///
/// This is a value: a [`Track`](super::Track) stores its points in columns and builds a
/// `Trackpoint` when asked for one, so a value that no point has takes no memory.
///
/// ```
/// use workout_files::{Position, Trackpoint};
///
/// let mut point = Trackpoint::default();
/// point.position = Position::new(60.0, 25.0);
/// point.heart_rate = Some(128);
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Trackpoint {
    /// The instant, kept to the microsecond.
    pub time: Option<DateTime<Utc>>,
    /// Where.
    pub position: Option<Position>,
    /// Metres above sea level.
    pub altitude_m: Option<f64>,
    /// Metres since the start of the workout, over all laps.
    pub distance_m: Option<f64>,
    /// Beats per minute, 1 to 255.
    pub heart_rate: Option<u8>,
    /// Revolutions per minute, 0 to 254; for running and walking, strides (of one leg) per minute.
    pub cadence: Option<u8>,
    /// TCX `SensorState`.
    pub sensor_state: Option<SensorState>,
    /// Metres per second.
    pub speed_mps: Option<f64>,
    /// Watts.
    pub power_w: Option<u16>,
    /// TCX `TPX/RunCadence`: strides (of one leg) per minute, beside or instead of `cadence`.
    pub run_cadence: Option<u8>,
    /// TCX `TPX/@CadenceSensor`.
    pub cadence_sensor: Option<CadenceSensor>,
    /// Air temperature in degrees Celsius.
    pub air_temperature_c: Option<f64>,
    /// Water temperature in degrees Celsius.
    pub water_temperature_c: Option<f64>,
    /// Depth below the surface in metres.
    pub depth_m: Option<f64>,
    /// Course over ground in degrees from true north.
    pub course_deg: Option<f64>,
    /// Bearing in degrees from true north.
    pub bearing_deg: Option<f64>,
    /// GPX `magvar`: magnetic variation in degrees.
    pub magnetic_variation_deg: Option<f64>,
    /// GPX `geoidheight` in metres.
    pub geoid_height_m: Option<f64>,
    /// GPX `fix`.
    pub fix: Option<Fix>,
    /// GPX `sat`: satellites used.
    pub satellites: Option<u16>,
    /// GPX `hdop`.
    pub hdop: Option<f64>,
    /// GPX `vdop`.
    pub vdop: Option<f64>,
    /// GPX `pdop`.
    pub pdop: Option<f64>,
    /// GPX `ageofdgpsdata` in seconds.
    pub dgps_age_s: Option<f64>,
    /// GPX `dgpsid`, 0 to 1023.
    pub dgps_id: Option<u16>,
    /// GPX words about the point.
    pub text: Option<Box<PointText>>,
}

impl Trackpoint {
    /// A trackpoint at an instant.
    #[must_use]
    pub fn at(time: DateTime<Utc>) -> Self {
        Self {
            time: Some(time),
            ..Self::default()
        }
    }
}
