//! Beginning and end of the elements that hold others.

use chrono::FixedOffset;

use super::{GpxReader, laps};
use crate::gpx::elements::Node;
use crate::model::{Lap, Link, Position, RawPoint, Sport, Track, Workout};
use crate::read::scalar::{self, Number, Zone};
use crate::read::skeleton::Fill;
use crate::read::xml::attribute;
use crate::read::{Code, Place, ReadErrorKind, starts_at};

impl<'a> GpxReader<'a> {
    pub(super) fn begin_container(
        &mut self,
        node: Node,
        attributes: &str,
        byte: u64,
    ) -> Result<(), ReadErrorKind> {
        match node {
            Node::Point => self.begin_point(attributes, byte)?,
            Node::Segment => {
                self.begin_workout()?;
                if self.track.is_some() {
                    // `<trkseg><trkseg>`: the second one is the one that is meant.
                    self.note(Code::SegmentTags, byte, "<trkseg> inside <trkseg>");
                    self.end_track();
                }
                self.begin_track()?;
            }
            Node::Track => {
                self.end_workout();
                self.begin_workout()?;
            }
            Node::Gpx => self.begin_gpx(attributes, byte)?,
            Node::Lap => {
                self.tracks_read += 1;
                if self.tracks_read > self.limits.laps_and_tracks {
                    return Err(ReadErrorKind::TooLarge(
                        "laps and tracks",
                        self.limits.laps_and_tracks,
                    ));
                }
                self.lap = Some(Box::default());
            }
            Node::LapTrigger => {
                let kind = attribute(attributes, "kind")?;
                if let (Some(lap), Some(kind)) = (&mut self.lap, kind) {
                    lap.trigger = laps::trigger(&kind);
                }
            }
            Node::Link => {
                self.link = Link::default();
                if let Some(href) = attribute(attributes, "href")? {
                    self.link.href = href.trim().to_owned();
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub(super) fn begin_gpx(&mut self, attributes: &str, byte: u64) -> Result<(), ReadErrorKind> {
        if !attributes.contains(crate::gpx::NAMESPACE)
            && !attributes.contains(crate::gpx::NAMESPACE_1_0)
        {
            self.note(Code::NamespaceMissing, byte, "");
        }
        let creator = attribute(attributes, "creator")?;
        if creator.is_none() || attribute(attributes, "version")?.is_none() {
            self.note(Code::VersionMissing, byte, "");
        }
        self.xml.text.clear();
        self.xml.text.push_str(creator.as_deref().unwrap_or(""));
        self.creator = self
            .value(byte)
            .token()
            .filter(|name| name != crate::gpx::NO_CREATOR);
        Ok(())
    }

    pub(super) fn begin_workout(&mut self) -> Result<(), ReadErrorKind> {
        if self.workout.is_none() {
            if self.workouts.len() >= self.limits.activities {
                return Err(ReadErrorKind::TooLarge(
                    "activities",
                    self.limits.activities,
                ));
            }
            self.workout = Some(Box::new(Workout::new(Sport::Other)));
        }
        Ok(())
    }

    pub(super) fn begin_track(&mut self) -> Result<(), ReadErrorKind> {
        self.tracks_read += 1;
        if self.tracks_read > self.limits.laps_and_tracks {
            return Err(ReadErrorKind::TooLarge(
                "laps and tracks",
                self.limits.laps_and_tracks,
            ));
        }
        self.track = Some(Track::new());
        Ok(())
    }

    pub(super) fn begin_point(&mut self, attributes: &str, byte: u64) -> Result<(), ReadErrorKind> {
        self.trackpoints += 1;
        if self.trackpoints > self.limits.trackpoints {
            return Err(ReadErrorKind::TooLarge(
                "trackpoints",
                self.limits.trackpoints,
            ));
        }
        self.begin_workout()?;
        if self.track.is_none() {
            // Runkeeper forgets to open a segment after a pause.
            self.note(Code::SegmentTags, byte, "<trkpt> outside <trkseg>");
            self.begin_track()?;
        }
        self.point = RawPoint::EMPTY;
        match (
            coordinate(attributes, "lat")?,
            coordinate(attributes, "lon")?,
        ) {
            (Some(Number::Value(latitude)), Some(Number::Value(longitude))) => {
                match Position::new(latitude, longitude) {
                    Some(at) => self.point.position = [at.latitude, at.longitude],
                    None => self.position_outside(latitude, longitude, byte, attributes),
                }
            }
            (None, None) => self.note(Code::PositionMissing, byte, ""),
            (Some(latitude), Some(longitude)) => {
                self.odd_position(latitude, longitude, byte, attributes);
            }
            _ => self.note(Code::PositionIncomplete, byte, attributes),
        }
        Ok(())
    }

    #[cold]
    pub(super) fn odd_position(
        &mut self,
        latitude: Number,
        longitude: Number,
        byte: u64,
        attributes: &str,
    ) {
        let value = |number| match number {
            Number::Value(value) | Number::Comma(value) | Number::Foreign(value) => Some(value),
            _ => None,
        };
        let is_foreign = [latitude, longitude]
            .iter()
            .any(|number| matches!(number, Number::Foreign(_)));
        let Some((latitude, longitude)) = value(latitude).zip(value(longitude)) else {
            self.note(Code::NumberInvalid, byte, attributes);
            return;
        };
        let code = if is_foreign {
            Code::OddSpelling
        } else {
            Code::DecimalComma
        };
        self.note(code, byte, attributes);
        match Position::new(latitude, longitude) {
            Some(at) => self.point.position = [at.latitude, at.longitude],
            None => self.position_outside(latitude, longitude, byte, attributes),
        }
    }

    #[cold]
    fn position_outside(&mut self, latitude: f64, longitude: f64, byte: u64, attributes: &str) {
        match Position::wrapped(latitude, longitude) {
            Some(at) => {
                self.point.position = [at.latitude, at.longitude];
                self.note(Code::LongitudeWrapped, byte, attributes);
            }
            None => self.note(Code::PositionRange, byte, attributes),
        }
    }

    pub(super) fn end_point(&mut self) {
        if !self.point_text.is_empty() {
            let text = std::mem::take(&mut self.point_text);
            self.point.rare().text = Some(Box::new(text));
        }
        if let Some(track) = &mut self.track {
            track.push_raw(&mut self.point);
        }
    }

    pub(super) fn end_track(&mut self) {
        if let Some(mut track) = self.track.take() {
            track.shrink_to_fit();
            self.tracks.push(track);
        }
    }

    pub(super) fn end_workout(&mut self) {
        self.end_track();
        let Some(mut workout) = self.workout.take() else {
            return;
        };
        let mut lap = Lap {
            tracks: std::mem::take(&mut self.tracks),
            ..Lap::default()
        };
        lap.tracks.shrink_to_fit();
        let earliest = lap.earliest();
        let declared = self.track_time.take();
        if !starts_at(declared, earliest) {
            let place = Place {
                activity: self.workouts.len() as u32 + 1,
                ..Place::default()
            };
            self.xml.diagnostics.note(Code::IdNotStart, place, "");
        }
        // A start of our own extension stands for itself.
        workout.start = workout.start.or(earliest).or(declared);
        lap.start = workout.start;
        workout.laps.push(lap);
        laps::apply(&mut workout, std::mem::take(&mut self.laps));
        self.workouts.push(*workout);
    }

    pub(super) fn end_link(&mut self) {
        let link = std::mem::take(&mut self.link);
        if link.href.is_empty() {
            return;
        }
        if self.xml.current() == Node::Point {
            self.point_text.links.push(link);
        } else if let Some(workout) = &mut self.workout {
            workout.links.push(link);
        }
    }

    pub(super) fn keep_offset(&mut self, zone: Zone) {
        if let (Zone::Offset(seconds), Some(workout)) = (zone, &mut self.workout)
            && workout.local_offset.is_none()
        {
            workout.local_offset = FixedOffset::east_opt(seconds);
        }
    }
}

/// `lat` or `lon`.
#[inline]
fn coordinate(attributes: &str, name: &str) -> Result<Option<Number>, ReadErrorKind> {
    Ok(
        attribute(attributes, name)?.map(|text| match scalar::number(text.as_bytes()) {
            Number::Value(value) => Number::Value(value),
            _ => scalar::number(text.trim().as_bytes()),
        }),
    )
}
