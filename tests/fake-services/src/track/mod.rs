//! Training files as the fakes see them, read without the project's own reader so that both can't share a mistake.

mod read;
mod write_gpx;

use chrono::{DateTime, TimeDelta, Utc};

pub(crate) use read::read;
pub(crate) use write_gpx::{GpxStyle, write_gpx};

/// The content of a training file.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct TrackFile {
    pub(crate) sport: Option<String>,
    pub(crate) id: Option<DateTime<Utc>>,
    pub(crate) laps: Vec<Lap>,
    /// One per `Track` or `trkseg`.
    pub(crate) segments: Vec<Vec<Point>>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Lap {
    pub(crate) start: Option<DateTime<Utc>>,
    pub(crate) seconds: f64,
    pub(crate) metres: f64,
    pub(crate) calories: f64,
}

#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Point {
    pub(crate) time: Option<DateTime<Utc>>,
    pub(crate) latitude: Option<f64>,
    pub(crate) longitude: Option<f64>,
    pub(crate) altitude: Option<f64>,
    pub(crate) heart_rate: Option<f64>,
}

impl Point {
    pub(crate) fn position(&self) -> Option<(f64, f64)> {
        self.latitude.zip(self.longitude)
    }
}

impl TrackFile {
    pub(crate) fn points(&self) -> impl Iterator<Item = &Point> {
        self.segments.iter().flatten()
    }

    pub(crate) fn has_position(&self) -> bool {
        self.points().any(|point| point.position().is_some())
    }

    /// Sum of the laps' times, else the time covered by the segments.
    pub(crate) fn duration(&self) -> TimeDelta {
        let laps: f64 = self.laps.iter().map(|lap| lap.seconds).sum();
        if laps > 0.0 {
            return TimeDelta::milliseconds((laps * 1000.0).round() as i64);
        }
        self.time_in_segments()
    }

    /// Time covered by the segments, without the pauses between them.
    pub(crate) fn time_in_segments(&self) -> TimeDelta {
        self.segments
            .iter()
            .filter_map(|points| {
                let mut times = points.iter().filter_map(|point| point.time);
                let first = times.next()?;
                Some(times.next_back().unwrap_or(first) - first)
            })
            .sum()
    }

    pub(crate) fn lap_metres(&self) -> f64 {
        self.laps.iter().map(|lap| lap.metres).sum()
    }

    pub(crate) fn calories(&self) -> f64 {
        self.laps.iter().map(|lap| lap.calories).sum()
    }

    /// Length of the route, computed from the positions.
    pub(crate) fn route_metres(&self) -> f64 {
        self.segments
            .iter()
            .flat_map(|points| points.windows(2))
            .filter_map(|pair| Some(haversine(pair[0].position()?, pair[1].position()?)))
            .sum()
    }

    pub(crate) fn average_heart_rate(&self) -> Option<f64> {
        let (sum, count) = self
            .points()
            .filter_map(|point| point.heart_rate)
            .fold((0.0, 0_u32), |(sum, count), rate| (sum + rate, count + 1));
        (count > 0).then(|| sum / f64::from(count))
    }
}

pub(crate) fn haversine((lat1, lon1): (f64, f64), (lat2, lon2): (f64, f64)) -> f64 {
    const EARTH_RADIUS_METRES: f64 = 6_371_008.8;
    let (phi1, phi2) = (lat1.to_radians(), lat2.to_radians());
    let half_lat = (phi2 - phi1) / 2.0;
    let half_lon = (lon2 - lon1).to_radians() / 2.0;
    let a = half_lat.sin().powi(2) + phi1.cos() * phi2.cos() * half_lon.sin().powi(2);
    2.0 * EARTH_RADIUS_METRES * a.sqrt().min(1.0).asin()
}
