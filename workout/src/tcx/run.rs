//! The fast lane for runs of plain trackpoints.
//!
//! Nearly all of a file is trackpoints in the plainest spelling: no attributes, no comments, no
//! entities, schema order, every value well-formed. Those are read here in one pass over the bytes.
//! At the first thing that is not plain the trackpoint is left to the general reader, which knows
//! every oddity; so this lane never has to report one. That both give the same is tested.

use crate::model::{Position, RawPoint, Track};
use crate::read::scalar::{self, Zone};

/// Reads as many plain trackpoints as there are at the start of `text`, at most `limit`; returns
/// how many, and how many bytes they took.
pub(super) fn trackpoints(text: &[u8], track: &mut Track, limit: usize) -> (usize, usize) {
    let mut used = 0;
    let mut count = 0;
    while count < limit {
        let mut cursor = Cursor {
            rest: &text[used..],
        };
        let Some(mut point) = cursor.trackpoint() else {
            break;
        };
        track.push_raw(&mut point);
        used = text.len() - cursor.rest.len();
        count += 1;
    }
    (count, used)
}

struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    #[inline]
    fn space(&mut self) {
        while let [b' ' | b'\n' | b'\r' | b'\t', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    #[inline]
    fn eat(&mut self, tag: &[u8]) -> bool {
        match self.rest.strip_prefix(tag) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    /// `Some` when the tag was there or when it was not, `None` when what follows is not plain.
    #[inline]
    fn trackpoint(&mut self) -> Option<RawPoint> {
        self.space();
        if !self.eat(b"<Trackpoint>") {
            return None;
        }
        let mut point = RawPoint::EMPTY;
        self.space();
        if self.eat(b"<Time>") {
            let time = scalar::time(self.value()?).filter(|time| time.zone == Zone::Utc)?;
            point.time = time.micros;
            self.end(b"</Time>")?;
        }
        if self.eat(b"<Position>") {
            self.position(&mut point)?;
        }
        if self.eat(b"<AltitudeMeters>") {
            point.altitude = self.number()?;
            self.end(b"</AltitudeMeters>")?;
        }
        if self.eat(b"<DistanceMeters>") {
            point.distance = self.number()?;
            self.end(b"</DistanceMeters>")?;
        }
        if self.eat(b"<HeartRateBpm") {
            // Garmin Training Center gives the element a type.
            if !self.eat(b">") && !self.eat(b" xsi:type=\"HeartRateInBeatsPerMinute_t\">") {
                return None;
            }
            self.space();
            if !self.eat(b"<Value>") {
                return None;
            }
            match self.small()? {
                value @ 1..=255 => point.heart_rate = (value - 1) as u8,
                _ => return None,
            }
            self.end(b"</Value>")?;
            self.end(b"</HeartRateBpm>")?;
        }
        if self.eat(b"<Cadence>") {
            match self.small()? {
                value @ 0..=254 => point.cadence = value as u8,
                _ => return None,
            }
            self.end(b"</Cadence>")?;
        }
        if self.eat(b"<SensorState>") {
            point.sensor_state = match self.value()? {
                b"Present" => 0,
                b"Absent" => 1,
                _ => return None,
            };
            self.end(b"</SensorState>")?;
        }
        if self.eat(b"<Extensions>") {
            self.extensions(&mut point)?;
        }
        if self.eat(b"</Trackpoint>") {
            Some(point)
        } else {
            None
        }
    }

    fn position(&mut self, point: &mut RawPoint) -> Option<()> {
        self.space();
        if !self.eat(b"<LatitudeDegrees>") {
            return None;
        }
        let latitude = self.number()?;
        self.end(b"</LatitudeDegrees>")?;
        if !self.eat(b"<LongitudeDegrees>") {
            return None;
        }
        let longitude = self.number()?;
        self.end(b"</LongitudeDegrees>")?;
        self.end(b"</Position>")?;
        let position = Position::new(latitude, longitude)?;
        point.position = [position.latitude, position.longitude];
        Some(())
    }

    /// `TPX` under the prefix it usually has, or declaring its namespace itself.
    fn extensions(&mut self, point: &mut RawPoint) -> Option<()> {
        self.space();
        if self.eat(b"</Extensions>") {
            self.space();
            return Some(());
        }
        const SELF_DECLARED: &[u8] =
            b"<TPX xmlns=\"http://www.garmin.com/xmlschemas/ActivityExtension/v2\">";
        if self.eat(SELF_DECLARED) {
            self.extension_values(point, b"")?;
            self.end(b"</TPX>")?;
        } else if self.eat(b"<ns3:TPX>") {
            self.extension_values(point, b"ns3:")?;
            self.end(b"</ns3:TPX>")?;
        } else {
            return None;
        }
        self.end(b"</Extensions>")
    }

    fn extension_values(&mut self, point: &mut RawPoint, prefix: &[u8]) -> Option<()> {
        self.space();
        if self.open(prefix, b"Speed>") {
            point.speed = self.number()?;
            point.has_more = true;
            self.close(prefix, b"Speed>")?;
        }
        if self.open(prefix, b"RunCadence>") {
            match self.small()? {
                value @ 0..=254 => point.run_cadence = value as u8,
                _ => return None,
            }
            point.has_more = true;
            self.close(prefix, b"RunCadence>")?;
        }
        if self.open(prefix, b"Watts>") {
            point.power = u32::from(self.small()?);
            point.has_more = true;
            self.close(prefix, b"Watts>")?;
        }
        Some(())
    }

    fn open(&mut self, prefix: &[u8], name: &[u8]) -> bool {
        let rest = self
            .rest
            .strip_prefix(b"<")
            .and_then(|rest| rest.strip_prefix(prefix));
        match rest.and_then(|rest| rest.strip_prefix(name)) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn close(&mut self, prefix: &[u8], name: &[u8]) -> Option<()> {
        let rest = self
            .rest
            .strip_prefix(b"</")?
            .strip_prefix(prefix)?
            .strip_prefix(name)?;
        self.rest = rest;
        self.space();
        Some(())
    }

    #[inline]
    fn end(&mut self, tag: &[u8]) -> Option<()> {
        let there = self.eat(tag);
        self.space();
        there.then_some(())
    }

    /// The text up to the next tag.
    #[inline]
    fn value(&mut self) -> Option<&'a [u8]> {
        let length = self.rest.iter().position(|&byte| byte == b'<')?;
        let (value, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(value)
    }

    #[inline]
    fn number(&mut self) -> Option<f64> {
        match scalar::number(self.value()?) {
            scalar::Number::Value(number) => Some(number),
            _ => None,
        }
    }

    #[inline]
    fn small(&mut self) -> Option<u16> {
        scalar::small(self.value()?)
    }
}
