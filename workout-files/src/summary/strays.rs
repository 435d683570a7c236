//! Strays: positions that no athlete can have reached. A step faster than any athlete leads to a few
//! positions and another one back, and without them the others follow one another. A receiver wrote
//! them: its first guess, an echo.

use super::credible::{is_zero, zero_is_none};
use super::geodesy::metres;
use crate::model::{Position, Workout};

/// Metres per second that no athlete moves at.
pub(crate) const TOO_FAST_MPS: f64 = 60.0;
/// Metres that no step explains: a receiver may be off by less, and a clock tell whole minutes.
const FAR_M: f64 = 500.0;
/// The same for steps without times, or this many of the usual steps: a drawn line has long ones. With
/// fewer positions than this no step is usual.
const FAR_UNTIMED_M: f64 = 20_000.0;
const FAR_UNTIMED: f64 = 20.0;
const USUAL: usize = 20;
/// Steps of more microseconds than this say nothing: there are trains and aeroplanes.
const LONG_STEP: i64 = 3_600_000_000;
/// Positions that are not in a row with the others are strays up to this share of them all: of two
/// halves nothing says which one is right.
const STRAY_SHARE: usize = 3;
/// Parts between steps that are too fast; with more of them the times are wrong, not the positions.
const PARTS: usize = 500;
/// The mean radius of the earth in metres.
const RADIUS_M: f64 = 6_371_008.8;
/// Degrees of latitude and longitude that are less than [`FAR_M`] anywhere.
const NEAR_DEGREES: f64 = 0.003;

/// A position that no athlete can have reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stray {
    /// The number of its track among all tracks.
    pub(crate) track: usize,
    pub(crate) index: usize,
    /// Metres from its neighbour among the others.
    pub(crate) away_m: f64,
}

/// Takes the positions away; the trackpoints stay.
pub(crate) fn remove(workout: &mut Workout, strays: &[Stray]) {
    let mut strays = strays.iter().peekable();
    for (number, track) in workout.tracks_mut().enumerate() {
        while let Some(stray) = strays.next_if(|stray| stray.track == number) {
            track.set_position(stray.index, None);
        }
    }
}

#[derive(Clone, Copy)]
struct Placed {
    track: usize,
    index: usize,
    time: Option<i64>,
    at: Position,
}

/// The positions that no athlete can have reached, in the order of the workout: those outside of the
/// longest row of positions that follow one another, when they are few.
pub(crate) fn strays(workout: &Workout) -> Vec<Stray> {
    let mut before: Option<Placed> = None;
    let is_torn = placed(workout, false).any(|here| {
        let last = before.replace(here);
        last.is_some_and(|last| !is_reachable(&last, &here, FAR_UNTIMED_M))
    });
    if !is_torn {
        return Vec::new();
    }
    let points: Vec<Placed> = placed(workout, zero_is_none(workout)).collect();
    let Some(untimed_m) = far_untimed_m(&points) else {
        return Vec::new();
    };
    let follows = |from: &Placed, to: &Placed| is_reachable(from, to, untimed_m);
    let parts: Vec<&[Placed]> = points.chunk_by(follows).collect();
    if parts.len() > PARTS {
        return Vec::new();
    }
    let row = longest_row(&parts, follows);
    let outside = || parts.iter().zip(&row).filter(|(_, in_row)| !**in_row);
    let count: usize = outside().map(|(part, _)| part.len()).sum();
    if count * STRAY_SHARE > points.len() {
        return Vec::new();
    }
    let ends = |part: &&[Placed]| [part[0].at, part[part.len() - 1].at];
    let mut strays = Vec::with_capacity(count);
    for (number, (part, in_row)) in parts.iter().zip(&row).enumerate() {
        if *in_row {
            continue;
        }
        let earlier = (0..number).rev().find(|&other| row[other]);
        let later = (number + 1..parts.len()).find(|&other| row[other]);
        let earlier = earlier.map(|other| ends(&parts[other])[1]);
        let later = later.map(|other| ends(&parts[other])[0]);
        for point in *part {
            let neighbours = earlier.into_iter().chain(later);
            let away = neighbours.map(|neighbour| metres(neighbour, point.at));
            strays.push(Stray {
                track: point.track,
                index: point.index,
                away_m: away.fold(f64::INFINITY, f64::min),
            });
        }
    }
    strays
}

/// Which parts belong to the row with the most positions, in which each part can be reached from the
/// one before.
fn longest_row(parts: &[&[Placed]], follows: impl Fn(&Placed, &Placed) -> bool) -> Vec<bool> {
    let mut rows: Vec<(usize, Option<usize>)> = Vec::with_capacity(parts.len());
    for (number, part) in parts.iter().enumerate() {
        let reached = (0..number)
            .filter(|&other| {
                let last = parts[other].last();
                last.is_some_and(|last| follows(last, &part[0]))
            })
            .max_by_key(|&other| rows[other].0);
        let before = reached.map_or(0, |other| rows[other].0);
        rows.push((before + part.len(), reached));
    }
    let mut in_row = vec![false; parts.len()];
    let mut next = (0..parts.len()).max_by_key(|&number| rows[number].0);
    while let Some(number) = next {
        in_row[number] = true;
        next = rows[number].1;
    }
    in_row
}

fn placed(workout: &Workout, ignores_zero: bool) -> impl Iterator<Item = Placed> + '_ {
    let is_fix = move |at: &Position| !(ignores_zero && is_zero(*at));
    let tracks = workout.tracks().enumerate();
    tracks.flat_map(move |(track, points)| {
        (0..points.len()).filter_map(move |index| {
            Some(Placed {
                track,
                index,
                time: points.time_micros(index),
                at: points.position(index).filter(is_fix)?,
            })
        })
    })
}

/// The metres that no step without times explains; `None` where too few positions show what is usual.
fn far_untimed_m(points: &[Placed]) -> Option<f64> {
    if points.iter().all(|point| point.time.is_some()) {
        return Some(FAR_UNTIMED_M);
    }
    if points.len() < USUAL {
        return None;
    }
    let pairs = points.windows(2);
    let mut steps: Vec<f64> = pairs.map(|pair| apart_m(pair[0].at, pair[1].at)).collect();
    let middle = steps.len() / 2;
    let usual = *steps.select_nth_unstable_by(middle, f64::total_cmp).1;
    Some((FAR_UNTIMED * usual).max(FAR_UNTIMED_M))
}

/// Whether an athlete, or a receiver's usual error, gets from one to the other in the time between;
/// without times whether the step is shorter than `untimed_m`.
fn is_reachable(from: &Placed, to: &Placed, untimed_m: f64) -> bool {
    let north = (from.at.latitude - to.at.latitude).abs();
    let east = (from.at.longitude - to.at.longitude).abs();
    if north < NEAR_DEGREES && east < NEAR_DEGREES {
        return true;
    }
    // A clock that was set back says as much about the time between as one that was set forward.
    let step = from.time.zip(to.time).map(|(from, to)| to.abs_diff(from));
    let far = match step {
        Some(micros) if micros > LONG_STEP.unsigned_abs() => return true,
        Some(micros) => FAR_M + TOO_FAST_MPS * micros as f64 / 1e6,
        None => untimed_m,
    };
    apart_m(from.at, to.at) <= far
}

/// Metres on a sphere, which is half a percent off at most and fast.
fn apart_m(a: Position, b: Position) -> f64 {
    let (south, north) = (a.latitude.to_radians(), b.latitude.to_radians());
    let half = |angle: f64| (angle / 2.0).sin().powi(2);
    let east = (b.longitude - a.longitude).to_radians();
    let chord = half(north - south) + south.cos() * north.cos() * half(east);
    2.0 * RADIUS_M * chord.clamp(0.0, 1.0).sqrt().asin()
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::model::{Lap, Sport, Track, Trackpoint};

    /// A trackpoint per second, 3 m apart, in tracks of 100.
    fn run(change: impl Fn(i64, &mut Trackpoint)) -> Workout {
        let point = |second: i64| {
            let mut point =
                Trackpoint::at(DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap());
            point.position = Position::new(52.0 + second as f64 * 2.7e-5, 13.0);
            change(second, &mut point);
            point
        };
        let mut workout = Workout::new(Sport::Running);
        let tracks = (0..10).map(|number| (number * 100..number * 100 + 100).map(point).collect());
        workout.laps.push(Lap {
            tracks: tracks.collect::<Vec<Track>>(),
            ..Lap::default()
        });
        workout
    }

    fn spots(workout: &Workout) -> Vec<i64> {
        let strays = strays(workout);
        let spots = strays.iter().map(|stray| stray.track * 100 + stray.index);
        spots.map(|spot| spot as i64).collect()
    }

    #[test]
    fn positions_that_no_athlete_reaches_are_strays() {
        assert_eq!(spots(&run(|_, _| {})), [0_i64; 0]);
        for (latitude, longitude) in [(61.0, 13.0), (52.0, 13.02), (-52.0, -167.0)] {
            for strays in [
                vec![0],
                vec![999],
                vec![500],
                vec![3, 4, 700],
                (90..110).collect(),
            ] {
                let workout = run(|second, point| {
                    if strays.contains(&second) {
                        point.position = Position::new(latitude, longitude);
                    }
                });
                assert_eq!(spots(&workout), strays, "{latitude}, {longitude}");
                let metres = workout.summary().distance_m.unwrap();
                assert!((2600.0..3010.0).contains(&metres), "{metres}");
            }
        }
    }

    #[test]
    fn far_is_measured_from_the_nearest_neighbour() {
        let workout = run(|second, point| {
            if second == 500 {
                point.position = Position::new(62.0, 13.0);
            }
        });
        let away = strays(&workout)[0].away_m;
        assert!((1_105_000.0..1_115_000.0).contains(&away), "{away}");
    }

    #[test]
    fn what_an_athlete_or_a_clock_explains_is_no_stray() {
        // A tunnel, an aeroplane between two stages, two halves on two continents.
        let gap = |hours: i64, degrees: f64| {
            run(move |second, point| {
                if second >= 950 {
                    point.time = point
                        .time
                        .map(|time| time + chrono::TimeDelta::hours(hours));
                    point.position = point
                        .position
                        .and_then(|at| Position::new(at.latitude, at.longitude + degrees));
                }
            })
        };
        assert_eq!(spots(&gap(0, 0.006)), [0_i64; 0]);
        assert_eq!(spots(&gap(2, 90.0)), [0_i64; 0]);
        let halves = run(|second, point| {
            if second >= 500 {
                point.position = Position::new(10.0 + second as f64 * 2.7e-5, 90.0);
            }
        });
        assert_eq!(spots(&halves), [0_i64; 0]);
        // All at one time, or an hour back: the clock is wrong, not the place.
        let still = run(|_, point| point.time = DateTime::from_timestamp(1_700_000_000, 0));
        assert_eq!(spots(&still), [0_i64; 0]);
        // A day in an aeroplane, a point per ten seconds.
        let flight = run(|second, point| {
            point.time = DateTime::from_timestamp(1_700_000_000 + second * 10, 0);
            point.position = Position::new(10.0, second as f64 * 0.023);
        });
        assert_eq!(spots(&flight), [0_i64; 0]);
    }

    #[test]
    fn of_three_positions_two_agree() {
        let three = run(|second, point| match second {
            0 => {}
            1 => point.position = Position::new(53.0, 13.0),
            2 => {}
            _ => point.position = None,
        });
        assert_eq!(spots(&three), [1]);
    }

    #[test]
    fn a_stray_without_times_is_seen_by_its_distance() {
        let untimed = run(|second, point| {
            point.time = None;
            if second == 20 {
                point.position = Position::new(10.0, 10.0);
            }
        });
        assert_eq!(spots(&untimed), [20]);
        // One position and zeros.
        let lone = run(|second, point| {
            point.time = None;
            point.position = Position::new(0.0, 0.0)
                .filter(|_| second > 0)
                .or(point.position);
        });
        assert_eq!(spots(&lone), [0_i64; 0]);
        // A line that was drawn by hand, with legs of 15 km and one of 40 km.
        let drawn = run(|second, point| {
            point.time = None;
            let leg = if second > 500 { 25.0 } else { 0.0 };
            point.position = Position::new(0.0, (second as f64 * 15.0 + leg) / 111.3 % 170.0);
        });
        assert_eq!(spots(&drawn), [0_i64; 0]);
    }
}
