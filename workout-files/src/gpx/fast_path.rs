//! Plain trackpoints of GPX, see [`crate::read::cursor`].

use crate::model::{Fix, Position, RawPoint};
use crate::read::cursor::{Cursor, number};
use crate::read::scalar;

/// The trackpoint at the cursor; `None` when it is not plain.
#[inline]
pub(super) fn trackpoint(cursor: &mut Cursor<'_>) -> Option<RawPoint> {
    cursor.space();
    if !cursor.eat(b"<trkpt ") {
        return None;
    }
    let mut point = RawPoint::EMPTY;
    if position(cursor, &mut point)? {
        return Some(point);
    }
    cursor.space();
    if cursor.eat(b"<ele>") {
        point.altitude = cursor.number()?;
        cursor.end(b"</ele>")?;
    }
    if cursor.eat(b"<time>") {
        point.time = cursor.time()?;
        cursor.end(b"</time>")?;
    }
    if cursor.eat(b"<speed>") {
        point.speed = cursor.number()?;
        point.has_more = true;
        cursor.end(b"</speed>")?;
    }
    if cursor.eat(b"<fix>") {
        point.rare().fix = Some(match cursor.value()? {
            b"none" => Fix::None,
            b"2d" => Fix::TwoD,
            b"3d" => Fix::ThreeD,
            b"dgps" => Fix::Dgps,
            b"pps" => Fix::Pps,
            _ => return None,
        });
        cursor.end(b"</fix>")?;
    }
    if cursor.eat(b"<sat>") {
        point.rare().satellites = Some(cursor.small()?);
        cursor.end(b"</sat>")?;
    }
    if cursor.eat(b"<extensions>") {
        extensions(cursor, &mut point)?;
    }
    cursor.eat(b"</trkpt>").then_some(point)
}

/// The attributes `lat` and `lon` in either order; whether the element ended with them.
#[inline]
fn position(cursor: &mut Cursor<'_>, point: &mut RawPoint) -> Option<bool> {
    let (mut latitude, mut longitude) = (None, None);
    loop {
        cursor.space();
        if cursor.eat(b"lat=") {
            latitude = Some(quoted(cursor).filter(|_| latitude.is_none())?);
        } else if cursor.eat(b"lon=") {
            longitude = Some(quoted(cursor).filter(|_| longitude.is_none())?);
        } else {
            break;
        }
    }
    let is_empty = cursor.eat(b"/>");
    if !is_empty && !cursor.eat(b">") {
        return None;
    }
    let at = Position::new(latitude?, longitude?)?;
    point.position = [at.latitude, at.longitude];
    Some(is_empty)
}

#[inline]
fn quoted(cursor: &mut Cursor<'_>) -> Option<f64> {
    let quote = if cursor.eat(b"\"") {
        b'"'
    } else if cursor.eat(b"'") {
        b'\''
    } else {
        return None;
    };
    let value = number(cursor.up_to(quote)?);
    cursor.eat(&[quote]);
    value
}

/// Values under any prefix, bare or inside a `TrackPointExtension`.
fn extensions(cursor: &mut Cursor<'_>, point: &mut RawPoint) -> Option<()> {
    let mut inside: Option<&[u8]> = None;
    loop {
        cursor.space();
        if let Some(name) = inside {
            if closes(cursor, name) {
                inside = None;
                continue;
            }
        } else if cursor.eat(b"</extensions>") {
            cursor.space();
            return Some(());
        }
        if !cursor.eat(b"<") {
            return None;
        }
        let name = cursor.up_to(b'>')?;
        cursor.eat(b">");
        let local = local(name)?;
        if local == b"TrackPointExtension" && inside.is_none() {
            inside = Some(name);
            continue;
        }
        value(cursor.value()?, local, point)?;
        if !closes(cursor, name) {
            return None;
        }
    }
}

/// Eats `</name>` when it is there.
#[inline]
fn closes(cursor: &mut Cursor<'_>, name: &[u8]) -> bool {
    let mut ahead = cursor.clone();
    let there = ahead.eat(b"</") && ahead.eat(name) && ahead.eat(b">");
    if there {
        *cursor = ahead;
    }
    there
}

/// The name after its prefix; `None` when the tag has attributes or ends itself.
#[inline]
fn local(name: &[u8]) -> Option<&[u8]> {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'_');
    if !name.first()?.is_ascii_alphabetic() || !name.iter().all(is_plain) {
        return None;
    }
    Some(crate::read::xml::local(name))
}

fn value(text: &[u8], name: &[u8], point: &mut RawPoint) -> Option<()> {
    match name {
        b"hr" => match scalar::small(text)? {
            value @ 1..=255 => point.heart_rate = (value - 1) as u8,
            _ => return None,
        },
        b"cad" => match scalar::small(text)? {
            value @ 0..=254 => point.cadence = value as u8,
            _ => return None,
        },
        b"speed" => {
            point.speed = number(text)?;
            point.has_more = true;
        }
        b"power" | b"PowerInWatts" => {
            point.power = u32::from(scalar::small(text)?);
            point.has_more = true;
        }
        b"atemp" | b"temp" => point.rare().air_temperature_c = Some(number(text)?),
        b"distance" => point.distance = number(text)?,
        _ => return None,
    }
    Some(())
}
