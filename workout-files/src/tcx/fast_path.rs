//! Plain trackpoints of TCX, see [`crate::read::cursor`].

use crate::model::{Position, RawPoint};
use crate::read::cursor::Cursor;

/// The trackpoint at the cursor; `None` when it is not plain.
#[inline]
pub(super) fn trackpoint(cursor: &mut Cursor<'_>) -> Option<RawPoint> {
    cursor.space();
    if !cursor.eat(b"<Trackpoint>") {
        return None;
    }
    let mut point = RawPoint::EMPTY;
    cursor.space();
    if cursor.eat(b"<Time>") {
        point.time = cursor.time()?;
        cursor.end(b"</Time>")?;
    }
    if cursor.eat(b"<Position>") {
        position(cursor, &mut point)?;
    }
    if cursor.eat(b"<AltitudeMeters>") {
        point.altitude = cursor.number()?;
        cursor.end(b"</AltitudeMeters>")?;
    }
    if cursor.eat(b"<DistanceMeters>") {
        point.distance = cursor.number()?;
        cursor.end(b"</DistanceMeters>")?;
    }
    if cursor.eat(b"<HeartRateBpm") {
        // Garmin Training Center gives the element a type.
        if !cursor.eat(b">") && !cursor.eat(b" xsi:type=\"HeartRateInBeatsPerMinute_t\">") {
            return None;
        }
        cursor.space();
        if !cursor.eat(b"<Value>") {
            return None;
        }
        match cursor.small()? {
            value @ 1..=255 => point.heart_rate = (value - 1) as u8,
            _ => return None,
        }
        cursor.end(b"</Value>")?;
        cursor.end(b"</HeartRateBpm>")?;
    }
    if cursor.eat(b"<Cadence>") {
        match cursor.small()? {
            value @ 0..=254 => point.cadence = value as u8,
            _ => return None,
        }
        cursor.end(b"</Cadence>")?;
    }
    if cursor.eat(b"<SensorState>") {
        point.sensor_state = match cursor.value()? {
            b"Present" => 0,
            b"Absent" => 1,
            _ => return None,
        };
        cursor.end(b"</SensorState>")?;
    }
    if cursor.eat(b"<Extensions>") {
        extensions(cursor, &mut point)?;
    }
    if cursor.eat(b"</Trackpoint>") {
        Some(point)
    } else {
        None
    }
}

fn position(cursor: &mut Cursor<'_>, point: &mut RawPoint) -> Option<()> {
    cursor.space();
    if !cursor.eat(b"<LatitudeDegrees>") {
        return None;
    }
    let latitude = cursor.number()?;
    cursor.end(b"</LatitudeDegrees>")?;
    if !cursor.eat(b"<LongitudeDegrees>") {
        return None;
    }
    let longitude = cursor.number()?;
    cursor.end(b"</LongitudeDegrees>")?;
    cursor.end(b"</Position>")?;
    let position = Position::new(latitude, longitude)?;
    point.position = [position.latitude, position.longitude];
    Some(())
}

/// `TPX` under the prefix it usually has, or declaring its namespace itcursor.
fn extensions(cursor: &mut Cursor<'_>, point: &mut RawPoint) -> Option<()> {
    cursor.space();
    if cursor.eat(b"</Extensions>") {
        cursor.space();
        return Some(());
    }
    const SELF_DECLARED: &[u8] =
        b"<TPX xmlns=\"http://www.garmin.com/xmlschemas/ActivityExtension/v2\">";
    if cursor.eat(SELF_DECLARED) {
        extension_values(cursor, point, b"")?;
        cursor.end(b"</TPX>")?;
    } else if cursor.eat(b"<ns3:TPX>") {
        extension_values(cursor, point, b"ns3:")?;
        cursor.end(b"</ns3:TPX>")?;
    } else {
        return None;
    }
    cursor.end(b"</Extensions>")
}

fn extension_values(cursor: &mut Cursor<'_>, point: &mut RawPoint, prefix: &[u8]) -> Option<()> {
    cursor.space();
    if open(cursor, prefix, b"Speed>") {
        point.speed = cursor.number()?;
        point.has_more = true;
        close(cursor, prefix, b"Speed>")?;
    }
    if open(cursor, prefix, b"RunCadence>") {
        match cursor.small()? {
            value @ 0..=254 => point.run_cadence = value as u8,
            _ => return None,
        }
        point.has_more = true;
        close(cursor, prefix, b"RunCadence>")?;
    }
    if open(cursor, prefix, b"Watts>") {
        point.power = u32::from(cursor.small()?);
        point.has_more = true;
        close(cursor, prefix, b"Watts>")?;
    }
    Some(())
}

fn open(cursor: &mut Cursor<'_>, prefix: &[u8], name: &[u8]) -> bool {
    let mut ahead = cursor.clone();
    let there = ahead.eat(b"<") && ahead.eat(prefix) && ahead.eat(name);
    if there {
        *cursor = ahead;
    }
    there
}

fn close(cursor: &mut Cursor<'_>, prefix: &[u8], name: &[u8]) -> Option<()> {
    let there = cursor.eat(b"</") && cursor.eat(prefix) && cursor.eat(name);
    cursor.space();
    there.then_some(())
}
