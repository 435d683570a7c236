//! Elements whose text is a value: it goes where it belongs.

use chrono::FixedOffset;

use super::GpxReader;
use crate::gpx::elements::Node;
use crate::model::{Fix, Intensity, Link, Sport, instant};
use crate::read::Code;
use crate::read::skeleton::Fill;

impl<'a> GpxReader<'a> {
    #[inline]
    pub(super) fn end_leaf(&mut self, node: Node, byte: u64) {
        match node {
            Node::Elevation => {
                if let Some(value) = self.number(byte) {
                    self.point.altitude = value;
                }
            }
            Node::Time => {
                if let Some((time, zone)) = self.time(byte) {
                    self.point.time = time;
                    self.keep_offset(zone);
                }
            }
            Node::HeartRate => {
                if let Some(value) = self.heart_rate(byte) {
                    self.point.heart_rate = value - 1;
                }
            }
            Node::Cadence => {
                if let Some(value) = self.byte_value(254, byte) {
                    self.point.cadence = value;
                }
            }
            Node::Speed => {
                if let Some(value) = self.number(byte) {
                    self.point.speed = value;
                    self.point.has_more = true;
                }
            }
            Node::Distance => {
                if let Some(value) = self.number(byte) {
                    self.point.distance = value;
                }
            }
            Node::Power => {
                if let Some(value) = self.whole(byte) {
                    self.point.power = u32::from(value);
                    self.point.has_more = true;
                }
            }
            _ => self.rare_leaf(node, byte),
        }
    }

    #[inline(never)]
    pub(super) fn rare_leaf(&mut self, node: Node, byte: u64) {
        match node {
            Node::AirTemperature
            | Node::WaterTemperature
            | Node::Depth
            | Node::Course
            | Node::Bearing
            | Node::MagneticVariation
            | Node::GeoidHeight
            | Node::Hdop
            | Node::Vdop
            | Node::Pdop
            | Node::DgpsAge => self.rare_number(node, byte),
            Node::Satellites => {
                if let Some(value) = self.whole(byte) {
                    self.point.rare().satellites = Some(value);
                }
            }
            Node::DgpsId => {
                if let Some(value) = self.value(byte).whole(1023) {
                    self.point.rare().dgps_id = Some(value as u16);
                }
            }
            Node::Fix => {
                let choices = [
                    ("none", Fix::None),
                    ("2d", Fix::TwoD),
                    ("3d", Fix::ThreeD),
                    ("dgps", Fix::Dgps),
                    ("pps", Fix::Pps),
                ];
                if let Some(fix) = self.value(byte).choice(&choices) {
                    self.point.rare().fix = Some(fix);
                }
            }
            Node::PointName
            | Node::PointComment
            | Node::PointDescription
            | Node::PointSource
            | Node::PointSymbol
            | Node::PointType => self.point_text_leaf(node, byte),
            Node::LinkText => self.link.text = self.value(byte).free_text(),
            Node::LinkType => self.link.kind = self.value(byte).free_text(),
            Node::Url | Node::UrlName => self.url(node, byte),
            Node::MetadataName => self.file_name = self.value(byte).free_text(),
            Node::LapStart
            | Node::LapTime
            | Node::LapCalories
            | Node::LapDistance
            | Node::LapIntensity => self.lap_leaf(node, byte),
            _ => self.track_leaf(node, byte),
        }
    }

    /// A value of Cluetrust's `gpxdata:lap`.
    fn lap_leaf(&mut self, node: Node, byte: u64) {
        let Some(mut lap) = self.lap.take() else {
            return;
        };
        match node {
            Node::LapStart => {
                let time = self.value(byte).time();
                lap.start = time.and_then(|time| instant(time.micros));
            }
            Node::LapTime => lap.total_time_s = self.number(byte),
            Node::LapDistance => lap.distance_m = self.number(byte),
            Node::LapCalories => {
                lap.calories = self.whole(byte);
            }
            _ => {
                let choices = [
                    ("active", Intensity::Active),
                    ("rest", Intensity::Resting),
                    ("resting", Intensity::Resting),
                ];
                lap.intensity = self.value(byte).choice(&choices);
            }
        }
        self.lap = Some(lap);
    }

    pub(super) fn rare_number(&mut self, node: Node, byte: u64) {
        let Some(value) = self.number(byte) else {
            return;
        };
        let rare = self.point.rare();
        let slot = match node {
            Node::AirTemperature => &mut rare.air_temperature_c,
            Node::WaterTemperature => &mut rare.water_temperature_c,
            Node::Depth => &mut rare.depth_m,
            Node::Course => &mut rare.course_deg,
            Node::Bearing => &mut rare.bearing_deg,
            Node::MagneticVariation => &mut rare.magnetic_variation_deg,
            Node::GeoidHeight => &mut rare.geoid_height_m,
            Node::Hdop => &mut rare.hdop,
            Node::Vdop => &mut rare.vdop,
            Node::Pdop => &mut rare.pdop,
            _ => &mut rare.dgps_age_s,
        };
        *slot = Some(value);
    }

    pub(super) fn point_text_leaf(&mut self, node: Node, byte: u64) {
        let text = self.value(byte).free_text();
        let slot = match node {
            Node::PointName => &mut self.point_text.name,
            Node::PointComment => &mut self.point_text.comment,
            Node::PointDescription => &mut self.point_text.description,
            Node::PointSource => &mut self.point_text.source,
            Node::PointSymbol => &mut self.point_text.symbol,
            _ => &mut self.point_text.kind,
        };
        *slot = text;
    }

    /// GPX 1.0 has `url` and `urlname` where 1.1 has `link`.
    pub(super) fn url(&mut self, node: Node, byte: u64) {
        let Some(text) = self.value(byte).free_text() else {
            return;
        };
        let in_point = self.xml.current() == Node::Point;
        let links = match (&mut self.workout, in_point) {
            (_, true) => &mut self.point_text.links,
            (Some(workout), false) => &mut workout.links,
            (None, false) => return,
        };
        if node == Node::Url {
            links.push(Link {
                href: text,
                ..Link::default()
            });
        } else if let Some(link) = links.last_mut() {
            link.text = Some(text);
        }
    }

    pub(super) fn track_leaf(&mut self, node: Node, byte: u64) {
        let Some(mut workout) = self.workout.take() else {
            return;
        };
        match node {
            Node::TrackName => workout.name = self.value(byte).free_text(),
            Node::TrackComment => workout.comment = self.value(byte).free_text(),
            Node::TrackDescription => workout.notes = self.value(byte).free_text(),
            Node::TrackSource => workout.source = self.value(byte).free_text(),
            Node::TrackNumber => workout.number = self.value(byte).whole(u32::MAX),
            Node::TrackType => {
                if let Some(token) = self.value(byte).free_text() {
                    workout.sport = sport(&token);
                }
            }
            // `<trk><time>` is Runkeeper's and not of GPX.
            Node::TrackTime | Node::OwnStart => {
                if node == Node::TrackTime {
                    self.note(Code::UnknownElement, byte, "time");
                }
                if let Some(time) = self.value(byte).time() {
                    match node {
                        Node::OwnStart => workout.start = instant(time.micros),
                        _ => self.track_time = instant(time.micros),
                    }
                }
            }
            Node::OwnOffset => {
                let seconds = self.xml.text.trim().parse().ok();
                workout.local_offset = seconds.and_then(FixedOffset::east_opt);
            }
            _ => {}
        }
        self.workout = Some(workout);
    }
}

/// `trk/type` is a word, or one of Strava's numbers.
pub(super) fn sport(token: &str) -> Sport {
    match token {
        "1" => Sport::Cycling,
        "4" => Sport::Hiking,
        "9" => Sport::Running,
        "10" => Sport::Walking,
        "16" => Sport::Swimming,
        "17" => Sport::VirtualCycling,
        _ => Sport::from_token(token),
    }
}
