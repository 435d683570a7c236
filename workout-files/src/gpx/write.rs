//! Writing GPX 1.1.

use chrono::{DateTime, Utc};

use crate::model::{Fix, Lap, Link, PointText, Sport, Trackpoint, Workout};
use crate::summary::{continues, inner_joins};
use crate::write::xml::{Fraction, Stamp, Xml, writable};
use crate::write::{Loss, LossCode, Losses, WriteError, WriteOptions, Written};

/// Namespace of the extension in which what GPX can't say is kept.
///
/// `WX` stands in the `extensions` of a `trk` and only where it is needed: `Start` when the workout
/// does not start at its earliest trackpoint, `OffsetSeconds` for the zone of the person.
pub const EXTENSION_NAMESPACE: &str = "urn:workout:gpx-extension:1";

/// Writes a GPX file that is valid against its schema: a `trk` per workout, a `trkseg` per
/// stretch of recording: the border of two laps starts a new one only where the recording paused.
///
/// # Errors
/// None at present; the result leaves room for them.
pub fn write(workouts: &[Workout]) -> Result<Written, WriteError> {
    write_with(workouts, &WriteOptions::default())
}

/// [`write()`] into a writer; returns the losses.
///
/// # Errors
/// When the writer fails.
pub fn write_to(
    workouts: &[Workout],
    mut writer: impl std::io::Write,
) -> Result<Vec<Loss>, WriteError> {
    let written = write(workouts)?;
    writer.write_all(&written.bytes)?;
    Ok(written.losses)
}

/// [`write()`] with choices of your own.
///
/// # Errors
/// As [`write()`].
pub fn write_with(workouts: &[Workout], options: &WriteOptions) -> Result<Written, WriteError> {
    let points: usize = workouts.iter().map(Workout::trackpoint_count).sum();
    let mut writer = GpxWriter {
        xml: Xml::new(points * 150 + 1000),
        losses: Losses::default(),
        own: options.private_extension,
    };
    writer.file(workouts);
    let GpxWriter {
        xml, mut losses, ..
    } = writer;
    losses.add(LossCode::Characters, xml.dropped);
    Ok(Written {
        bytes: xml.finish(),
        losses: losses.finish(),
    })
}

struct GpxWriter {
    xml: Xml,
    losses: Losses,
    own: bool,
}

impl GpxWriter {
    fn file(&mut self, workouts: &[Workout]) {
        let second = workouts
            .iter()
            .flat_map(Workout::trackpoints)
            .any(|point| needs_second(&point));
        let extension = if second {
            super::TRACKPOINT_EXTENSION_2
        } else {
            super::TRACKPOINT_EXTENSION_1
        };
        let name = self.creator(workouts);
        let name = self.xml.escape(&name);
        let root = format!(
            "xmlns=\"{}\" xmlns:gpxtpx=\"{extension}\" version=\"1.1\" creator=\"{name}\"",
            super::NAMESPACE
        );
        self.xml.open("gpx", &root);
        self.xml.line();
        for workout in workouts {
            self.track(workout);
        }
    }

    /// The recording device, as is usual; else the program.
    fn creator(&mut self, workouts: &[Workout]) -> String {
        let name = |workout: &Workout| {
            let device = workout.device.as_ref().map(|device| &device.name);
            device
                .or(workout.author.as_ref().map(|author| &author.name))
                .cloned()
        };
        let first = workouts.iter().find_map(name);
        for workout in workouts {
            self.losses
                .one_if(workout.device.is_some(), LossCode::Device);
            self.losses.one_if(name(workout) != first, LossCode::Author);
            if let Some(author) = &workout.author {
                let bare = crate::Application::named(author.name.clone());
                let lost = *author != bare || workout.device.is_some();
                self.losses.one_if(lost, LossCode::AuthorDetails);
            }
        }
        first
            .filter(|name| !name.is_empty())
            .unwrap_or_else(|| super::NO_CREATOR.to_owned())
    }

    fn track(&mut self, workout: &Workout) {
        self.xml.open("trk", "");
        self.xml.line();
        self.xml.text_if("name", workout.name.as_deref());
        self.xml.text_if("cmt", workout.comment.as_deref());
        self.xml.text_if("desc", workout.notes.as_deref());
        self.xml.text_if("src", workout.source.as_deref());
        for link in &workout.links {
            self.link(link);
        }
        self.xml.value_if("number", workout.number);
        if workout.sport != Sport::Other {
            self.xml.text("type", workout.sport.as_str());
        }
        self.extension(workout);
        self.xml.line();
        self.segments(workout);
        self.xml.close();
        self.xml.line();
        self.workout_losses(workout);
    }

    /// A segment for each stretch of recording: importers read the border of two segments as a
    /// pause, so two laps or tracks share a segment unless the recording paused.
    fn segments(&mut self, workout: &Workout) {
        let mut before: Option<&Lap> = None;
        let mut is_open = false;
        for lap in &workout.laps {
            let mut joins = before.is_some_and(|before| continues(before, lap));
            for (track, inner) in lap.tracks.iter().zip(inner_joins(lap)) {
                joins |= inner;
                if track.is_empty() && workout.laps.len() > 1 {
                    self.losses.one(LossCode::EmptyTracks);
                    continue;
                }
                if !track.is_empty() {
                    before = Some(lap);
                    if track.positions() == 0 {
                        self.losses.add(LossCode::NoPosition, track.len());
                        continue;
                    }
                }
                if !(joins && is_open) {
                    self.end_segment(is_open);
                    self.xml.open("trkseg", "");
                    self.xml.line();
                    is_open = true;
                }
                joins = false;
                for point in track.iter() {
                    self.point(&point);
                }
            }
        }
        self.end_segment(is_open);
    }

    fn end_segment(&mut self, is_open: bool) {
        if is_open {
            self.xml.close();
            self.xml.line();
        }
    }

    fn extension(&mut self, workout: &Workout) {
        let first = workout
            .trackpoints()
            .filter(|p| p.position.is_some())
            .filter_map(|p| p.time.filter(writable))
            .min();
        let start = workout
            .start
            .filter(|start| Some(*start) != first && writable(start));
        let offset = workout.local_offset.map(|offset| offset.local_minus_utc());
        if !self.own {
            self.losses.one_if(start.is_some(), LossCode::Start);
            self.losses.one_if(offset.is_some(), LossCode::LocalOffset);
            return;
        }
        if start.is_none() && offset.is_none() {
            return;
        }
        self.xml.open("extensions", "");
        self.xml
            .open("WX", &format!("xmlns=\"{EXTENSION_NAMESPACE}\""));
        self.xml.value_if("Start", start.map(stamp));
        self.xml.value_if("OffsetSeconds", offset);
        self.xml.close();
        self.xml.close();
    }

    fn workout_losses(&mut self, workout: &Workout) {
        let losses = &mut self.losses;
        losses.add(LossCode::Laps, workout.laps.len().saturating_sub(1));
        losses.add(
            LossCode::Totals,
            workout.laps.iter().filter(|lap| has_totals(lap)).count(),
        );
        losses.add(
            LossCode::Notes,
            workout
                .laps
                .iter()
                .filter(|lap| lap.notes.is_some())
                .count(),
        );
        losses.add(LossCode::Lengths, workout.length_count());
        losses.one_if(workout.training.is_some(), LossCode::Training);
        losses.one_if(workout.multi_sport.is_some(), LossCode::MultiSport);
    }

    fn point(&mut self, point: &Trackpoint) {
        let Some(at) = point.position else {
            self.losses.one(LossCode::NoPosition);
            return;
        };
        self.xml.open(
            "trkpt",
            &format!("lat=\"{}\" lon=\"{}\"", at.latitude, at.longitude),
        );
        self.xml.number("ele", point.altitude_m);
        self.xml
            .value_if("time", point.time.filter(writable).map(stamp));
        let magvar = self.in_range(point.magnetic_variation_deg, |degrees| degrees < 360.0);
        self.xml.number("magvar", magvar);
        self.xml.number("geoidheight", point.geoid_height_m);
        if let Some(text) = &point.text {
            self.point_text(text);
        }
        self.xml.value_if("fix", point.fix.map(fix_token));
        self.xml.value_if("sat", point.satellites);
        self.xml.number("hdop", point.hdop);
        self.xml.number("vdop", point.vdop);
        self.xml.number("pdop", point.pdop);
        self.xml.number("ageofdgpsdata", point.dgps_age_s);
        let dgps_id = point.dgps_id.filter(|&id| id <= 1023);
        self.losses.one_if(
            point.dgps_id.is_some() && dgps_id.is_none(),
            LossCode::Range,
        );
        self.xml.value_if("dgpsid", dgps_id);
        self.point_extensions(point);
        self.xml.close();
        self.xml.line();
        self.losses
            .one_if(point.distance_m.is_some(), LossCode::Distance);
        self.losses
            .one_if(point.run_cadence.is_some(), LossCode::RunCadence);
        self.losses
            .one_if(point.cadence_sensor.is_some(), LossCode::CadenceSensor);
        self.losses
            .one_if(point.sensor_state.is_some(), LossCode::SensorState);
    }

    fn point_text(&mut self, text: &PointText) {
        self.xml.text_if("name", text.name.as_deref());
        self.xml.text_if("cmt", text.comment.as_deref());
        self.xml.text_if("desc", text.description.as_deref());
        self.xml.text_if("src", text.source.as_deref());
        for link in &text.links {
            self.link(link);
        }
        self.xml.text_if("sym", text.symbol.as_deref());
        self.xml.text_if("type", text.kind.as_deref());
    }

    fn point_extensions(&mut self, point: &Trackpoint) {
        let cadence = point.cadence.or(point.run_cadence);
        let course = self.in_range(point.course_deg, |degrees| degrees <= 360.0);
        let bearing = self.in_range(point.bearing_deg, |degrees| degrees <= 360.0);
        let has_garmin = point.heart_rate.is_some()
            || cadence.is_some()
            || point.air_temperature_c.is_some()
            || point.water_temperature_c.is_some()
            || point.depth_m.is_some()
            || point.speed_mps.is_some()
            || course.is_some()
            || bearing.is_some();
        if !has_garmin && point.power_w.is_none() {
            return;
        }
        self.xml.open("extensions", "");
        if has_garmin {
            self.xml.open("gpxtpx:TrackPointExtension", "");
            self.xml.number("gpxtpx:atemp", point.air_temperature_c);
            self.xml.number("gpxtpx:wtemp", point.water_temperature_c);
            self.xml.number("gpxtpx:depth", point.depth_m);
            self.xml.value_if("gpxtpx:hr", point.heart_rate);
            self.xml.value_if("gpxtpx:cad", cadence);
            self.xml.number("gpxtpx:speed", point.speed_mps);
            self.xml.number("gpxtpx:course", course);
            self.xml.number("gpxtpx:bearing", bearing);
            self.xml.close();
        }
        if let Some(watts) = point.power_w {
            self.xml.open(
                "pwr:PowerInWatts",
                &format!("xmlns:pwr=\"{}\"", super::POWER_EXTENSION),
            );
            self.xml.raw(watts);
            self.xml.close();
        }
        self.xml.close();
    }

    fn in_range(&mut self, degrees: Option<f64>, below: fn(f64) -> bool) -> Option<f64> {
        let kept = degrees.filter(|&degrees| degrees >= 0.0 && below(degrees));
        self.losses
            .one_if(degrees.is_some() && kept.is_none(), LossCode::Range);
        kept
    }

    fn link(&mut self, link: &Link) {
        let href = uri(&link.href);
        self.losses.one_if(href != link.href, LossCode::LinkEncoded);
        let href = self.xml.escape(&href);
        self.xml.open("link", &format!("href=\"{href}\""));
        self.xml.text_if("text", link.text.as_deref());
        self.xml.text_if("type", link.kind.as_deref());
        self.xml.close();
    }
}

/// Speed, course and bearing came with version 2 of the extension.
fn needs_second(point: &Trackpoint) -> bool {
    point.speed_mps.is_some() || point.course_deg.is_some() || point.bearing_deg.is_some()
}

fn stamp(time: DateTime<Utc>) -> Stamp {
    Stamp(time, Fraction::WhenNeeded)
}

fn fix_token(fix: Fix) -> &'static str {
    match fix {
        Fix::None => "none",
        Fix::TwoD => "2d",
        Fix::ThreeD => "3d",
        Fix::Dgps => "dgps",
        Fix::Pps => "pps",
    }
}

/// Whether a lap says anything beyond its tracks and notes.
fn has_totals(lap: &Lap) -> bool {
    let bare = Lap {
        start: lap.start,
        tracks: lap.tracks.clone(),
        notes: lap.notes.clone(),
        ..Lap::default()
    };
    *lap != bare
}

/// The address with characters percent-encoded that a URI does not allow.
fn uri(address: &str) -> String {
    let mut encoded = String::with_capacity(address.len());
    let bytes = address.as_bytes();
    for (index, &byte) in bytes.iter().enumerate() {
        let plain = match byte {
            b'%' => bytes
                .get(index + 1..index + 3)
                .is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit)),
            b'#' => !bytes[..index].contains(&b'#'),
            _ => byte.is_ascii_alphanumeric() || b"-._~:/?@!$&'()*+,;=".contains(&byte),
        };
        if plain {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_uris() {
        assert_eq!(
            uri("https://example.org/a?b=c%20d#e"),
            "https://example.org/a?b=c%20d#e"
        );
        assert_eq!(
            uri("https://example.org/a b<ä>[1]%"),
            "https://example.org/a%20b%3C%C3%A4%3E%5B1%5D%25"
        );
    }
}
