//! Recognising copies of a recording in other files: as TCX and as GPX, or beside the file of a whole triathlon.

use crate::model::{Position, Trackpoint, Workout};

/// The most seconds that a sketch remembers.
const SIZE: usize = 64;
/// Fewer common seconds than this say nothing.
const FEWEST: usize = 5;
/// Positions of one moment further apart than this are of two devices. Rounding to five decimals moves a position by 0.8 m.
const SAME_PLACE_M: f64 = 2.0;

/// A small sample of a recording, by which its copies in other formats are recognised.
///
/// It holds the position and the heart rate of at most 64 seconds, about 2 KB. Which seconds those are depends on the seconds alone, so
/// that the sketches of two copies hold the same ones, also where a copy lacks a part of the trackpoints.
///
/// ```
/// use workout_files::Sketch;
///
/// let points = |value: fn(u32) -> String| -> String {
///     let point = |n| format!("<trkpt lat=\"52.{:04}\" lon=\"13.0\"><time>2026-05-01T08:00:{n:02}Z</time>{}</trkpt>", n + 1000, value(n));
///     (0..60).map(point).collect()
/// };
/// let file = |points| format!("<gpx version=\"1.1\"><trk><trkseg>{points}</trkseg></trk></gpx>");
/// let plain = workout_files::read(file(points(|_| String::new())).as_bytes())?;
/// let with_altitude = workout_files::read(file(points(|n| format!("<ele>{n}</ele>"))).as_bytes())?;
///
/// let (plain, richer) = (Sketch::new(&plain.workouts), Sketch::new(&with_altitude.workouts));
/// assert!(plain.is_same_recording(&richer));
/// assert!(plain.values() < richer.values());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sketch {
    /// By the hash of their second; the smallest hashes of the recording.
    samples: Vec<Sample>,
    /// No hash of the recording up to this one is missing in the samples.
    complete_to: u64,
    values: usize,
    /// The first and the last second, since 1970.
    span: Option<(i64, i64)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
struct Sample {
    hash: u64,
    second: i64,
    position: Option<Position>,
    heart_rate: Option<u8>,
}

impl Sample {
    fn of(point: &Trackpoint) -> Option<Self> {
        let second = point.time?.timestamp();
        let says_something = point.position.is_some() || point.heart_rate.is_some();
        says_something.then_some(Self {
            hash: mixed(second),
            second,
            position: point.position,
            heart_rate: point.heart_rate,
        })
    }

    /// Whether both tell the same; `None` where they have no value in common.
    fn agrees(&self, other: &Self) -> Option<bool> {
        let places = self.position.zip(other.position);
        let places = places.map(|(one, other)| one.distance_m(other) <= SAME_PLACE_M);
        let rates = self.heart_rate.zip(other.heart_rate);
        let rates = rates.map(|(one, other)| one == other);
        match (places, rates) {
            (Some(places), Some(rates)) => Some(places && rates),
            (places, rates) => places.or(rates),
        }
    }
}

impl Sketch {
    /// The sketch of a recording; several workouts are the parts of one session.
    #[must_use]
    pub fn new(workouts: &[Workout]) -> Self {
        let mut samples = Vec::new();
        let mut values = 0;
        for point in workouts.iter().flat_map(Workout::trackpoints) {
            values += value_count(&point);
            samples.extend(Sample::of(&point));
        }
        let seconds = || samples.iter().map(|sample| sample.second);
        let span = seconds().min().zip(seconds().max());
        // A stable sort: of two points of one second the first one counts.
        samples.sort_by_key(|sample| (sample.hash, sample.second));
        samples.dedup_by_key(|sample| sample.second);
        let is_whole = samples.len() <= SIZE;
        samples.truncate(SIZE);
        samples.shrink_to_fit();
        let last = samples.last().map(|sample| sample.hash);
        Self {
            complete_to: last.filter(|_| !is_whole).unwrap_or(u64::MAX),
            samples,
            values,
            span,
        }
    }

    /// How many values the trackpoints hold together. Of two copies of about the same length the one with more is the better one.
    #[must_use]
    pub fn values(&self) -> usize {
        self.values
    }

    /// Seconds from the first to the last trackpoint that has a position or a heart rate.
    #[must_use]
    pub fn seconds(&self) -> u64 {
        self.span.map_or(0, |(from, until)| until.abs_diff(from))
    }

    /// Whether this recording lasted at least nine tenths as long as the other one: a copy without the minutes before the first
    /// position is a copy of the whole, one of a leg is not.
    #[must_use]
    pub fn is_about_as_long_as(&self, other: &Self) -> bool {
        self.seconds() * 10 >= other.seconds() * 9
    }

    /// Whether both were made from one recording, or one of them from a part of it: at the seconds that both have, at least four fifths of the
    /// positions and heart rates are the same.
    ///
    /// Recordings of two devices that were carried side by side are two recordings: their positions differ by metres. So are
    /// recordings whose clock was shifted, and those with fewer than five seconds in common.
    #[must_use]
    pub fn is_same_recording(&self, other: &Self) -> bool {
        let (Some((from, until)), Some((other_from, other_until))) = (self.span, other.span) else {
            return false;
        };
        if from > other_until || other_from > until {
            return false;
        }
        // Up to here both sketches are complete, so that what one of them lacks isn't in its recording.
        let complete_to = self.complete_to.min(other.complete_to);
        let (ours, theirs) = (self.up_to(complete_to), other.up_to(complete_to));
        let mut same = 0;
        let mut different = 0;
        for sample in ours {
            let found = theirs.binary_search_by_key(&(sample.hash, sample.second), |other| {
                (other.hash, other.second)
            });
            match found.ok().and_then(|index| sample.agrees(&theirs[index])) {
                Some(true) => same += 1,
                Some(false) => different += 1,
                None => {}
            }
        }
        let smaller = ours.len().min(theirs.len());
        same >= FEWEST && same * 5 >= (same + different) * 4 && same * 5 >= smaller * 4
    }

    fn up_to(&self, hash: u64) -> &[Sample] {
        let end = self.samples.partition_point(|sample| sample.hash <= hash);
        &self.samples[..end]
    }
}

fn value_count(point: &Trackpoint) -> usize {
    let has = [
        point.position.is_some(),
        point.altitude_m.is_some(),
        point.distance_m.is_some(),
        point.heart_rate.is_some(),
        point.cadence.or(point.run_cadence).is_some(),
        point.speed_mps.is_some(),
        point.power_w.is_some(),
    ];
    has.into_iter().filter(|has| *has).count()
}

/// The finaliser of `SplitMix64`: neighbouring seconds get hashes far apart.
fn mixed(second: i64) -> u64 {
    let mut hash = second.cast_unsigned().wrapping_add(0x9E37_79B9_7F4A_7C15);
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    hash ^ (hash >> 31)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::model::{Lap, Sport, Track};

    /// A run of `seconds` from a start on, one point in each second, and what `change` makes of it.
    fn run(from: i64, seconds: i64, change: impl Fn(i64, &mut Trackpoint)) -> Workout {
        let start: DateTime<Utc> = "2026-05-01T08:00:00Z".parse().unwrap();
        let mut track = Track::new();
        for second in from..from + seconds {
            let mut point = Trackpoint::at(start + TimeDelta::seconds(second));
            let along = second as f64 * 3e-5;
            point.position = Position::new(52.0 + along, 13.0 + along);
            point.heart_rate = u8::try_from(100 + (second * 7) % 60).ok();
            change(second, &mut point);
            track.push(point);
        }
        let mut lap = Lap::default();
        lap.tracks.push(track);
        let mut workout = Workout::new(Sport::Running);
        workout.laps.push(lap);
        workout
    }

    fn same(one: &[Workout], other: &[Workout]) -> bool {
        let (one, other) = (Sketch::new(one), Sketch::new(other));
        assert_eq!(one.is_same_recording(&other), other.is_same_recording(&one));
        one.is_same_recording(&other)
    }

    #[test]
    fn copies_with_fewer_values_or_points_are_recognised() {
        let whole = [run(0, 3000, |_, _| {})];
        assert!(same(&whole, &whole));
        // Rounded, and without heart rates.
        let rounded = run(0, 3000, |_, point| {
            let place = point.position.unwrap();
            let round = |degrees: f64| (degrees * 1e5).round() / 1e5;
            point.position = Position::new(round(place.latitude), round(place.longitude));
            point.heart_rate = None;
        });
        assert!(same(&whole, &[rounded]));
        // The first minutes have no position, and the file without heart rates leaves them out.
        let late_fix = run(0, 3000, |second, point| {
            point.position = point.position.filter(|_| second > 400);
        });
        let positions_only = run(401, 2599, |_, point| point.heart_rate = None);
        assert!(same(&[late_fix], &[positions_only]));
        // Every fifth point.
        let mut thinned = run(0, 3000, |_, _| {});
        thinned.laps[0].tracks[0].retain(|point| point.time.unwrap().timestamp() % 5 == 0);
        assert!(same(&whole, &[thinned]));
        let indoors = |_, point: &mut Trackpoint| point.position = None;
        assert!(same(&[run(0, 900, indoors)], &[run(0, 900, indoors)]));
    }

    #[test]
    fn the_parts_of_a_session_are_in_the_whole() {
        let legs = [run(0, 700, |_, _| {}), run(760, 3000, |_, _| {})];
        assert!(same(&legs, &legs[..1]) && same(&legs, &legs[1..]));
        assert!(!same(&legs[..1], &legs[1..]));
    }

    #[test]
    fn other_recordings_are_kept_apart() {
        let ours = [run(0, 3000, |_, _| {})];
        // The same way on another day, and at once with another device.
        assert!(!same(&ours, &[run(86_400, 3000, |_, _| {})]));
        let beside = |_, point: &mut Trackpoint| {
            let place = point.position.unwrap();
            point.position = Position::new(place.latitude + 3e-5, place.longitude);
        };
        assert!(!same(&ours, &[run(0, 3000, beside)]));
        // At the same place, but of another heart.
        let other_heart = |_, point: &mut Trackpoint| {
            point.heart_rate = point.heart_rate.map(|rate| rate + 9);
        };
        assert!(!same(&ours, &[run(0, 3000, other_heart)]));
        // No value in common.
        let no_heart = |_, point: &mut Trackpoint| point.heart_rate = None;
        let no_place = |_, point: &mut Trackpoint| point.position = None;
        assert!(!same(&[run(0, 3000, no_heart)], &[run(0, 3000, no_place)]));
        // They only touch, or say nothing.
        assert!(!same(&ours, &[run(2997, 3000, |_, _| {})]));
        assert!(!same(&[], &[]) && !same(&ours, &[Workout::new(Sport::Running)]));
    }

    #[test]
    fn the_better_copy_has_more_values() {
        let no_heart = |_, point: &mut Trackpoint| point.heart_rate = None;
        let values = |workout| Sketch::new(&[workout]).values();
        assert_eq!(Sketch::new(&[run(7, 100, |_, _| {})]).seconds(), 99);
        assert_eq!(values(run(0, 100, |_, _| {})), 200);
        assert_eq!(values(run(0, 100, no_heart)), 100);
    }
}
