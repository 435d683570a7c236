//! The order of laps, tracks and trackpoints.

use super::apply::Done;
use crate::model::{Lap, Position, Track, Workout, micros};
use crate::summary::path_metres;

/// A trackpoint at most this many places behind its time was written late.
const LATE_PLACES: usize = 3;

/// Sorts by time, stably, where the order is wrong and not the clock: trackpoints in their tracks,
/// tracks in their laps, laps in the workout. Parts without a time stay behind the part they
/// followed.
///
/// The order is wrong when whole blocks that do not overlap in time were swapped, or trackpoints
/// were written a few places late, and sorting makes the route shorter or the distances fall less
/// often. Without a route and distances only blocks are sorted.
pub(super) fn by_time(workout: &mut Workout) -> Done {
    let (mut points, mut others, mut left) = (0, 0, 0);
    for lap in &mut workout.laps {
        for track in &mut lap.tracks {
            match sort_points(track) {
                Sorting::Done(moved) => points += moved,
                Sorting::Left(found) => left += found,
            }
        }
        match sort_parts(&mut lap.tracks, Span::of_track, |track| vec![track]) {
            Sorting::Done(moved) => others += moved,
            Sorting::Left(found) => left += found,
        }
    }
    match sort_parts(&mut workout.laps, Span::of_lap, |lap| {
        lap.tracks.iter().collect()
    }) {
        Sorting::Done(moved) => others += moved,
        Sorting::Left(found) => left += found,
    }
    Done {
        count: points + others,
        detail: format!("moved {points} trackpoints and {others} tracks or laps into order"),
        left,
        ..Done::default()
    }
}

enum Sorting {
    /// The number of moved parts.
    Done(usize),
    /// The number of parts whose order or clock is wrong.
    Left(usize),
}

/// The first and the last time of a part.
#[derive(Clone, Copy)]
struct Span {
    first: i64,
    last: i64,
}

impl Span {
    fn of_track(track: &Track) -> Option<Self> {
        let mut times = (0..track.len()).filter_map(|index| track.time_micros(index));
        let first = times.next()?;
        let last = times.next_back().unwrap_or(first);
        Some(Self { first, last })
    }

    fn of_lap(lap: &Lap) -> Option<Self> {
        let tracks = || lap.tracks.iter().filter_map(Self::of_track);
        let start = lap.start.map(micros);
        let first = tracks().next().map(|span| span.first).or(start)?;
        let last = tracks().next_back().map_or(first, |span| span.last);
        Some(Self { first, last })
    }

    fn disjoint(spans: &[Self]) -> bool {
        spans.windows(2).all(|pair| pair[0].last <= pair[1].first)
    }
}

fn sort_points(track: &mut Track) -> Sorting {
    let keys = carried((0..track.len()).map(|index| track.time_micros(index)));
    if keys.is_sorted() {
        return Sorting::Done(0);
    }
    let steps_back = keys.windows(2).filter(|pair| pair[1] < pair[0]).count();
    let order = order_of(&keys);
    let same: Vec<u32> = (0..track.len() as u32).collect();
    let (was, is) = (Line::of(track, &same), Line::of(track, &order));
    let late_only = order
        .iter()
        .enumerate()
        .all(|(place, &from)| place.abs_diff(from as usize) <= LATE_PLACES);
    let is_wrong = (late_only || blocks_are_disjoint(&keys)) && is.is_better_than(&was)
        || blocks_are_disjoint(&keys) && is.says_nothing();
    if !is_wrong {
        return Sorting::Left(steps_back);
    }
    track.permute(&order);
    Sorting::Done(moved(&order))
}

/// Whether the runs of rising times do not overlap, so that whole blocks were swapped.
fn blocks_are_disjoint(keys: &[i64]) -> bool {
    let mut blocks: Vec<Span> = keys
        .chunk_by(|a, b| a <= b)
        .map(|run| Span {
            first: run[0],
            last: run[run.len() - 1],
        })
        .collect();
    blocks.sort_by_key(|block| block.first);
    Span::disjoint(&blocks)
}

fn sort_parts<T>(
    parts: &mut Vec<T>,
    span: impl Fn(&T) -> Option<Span>,
    tracks: impl for<'a> Fn(&'a T) -> Vec<&'a Track>,
) -> Sorting {
    let spans: Vec<Option<Span>> = parts.iter().map(span).collect();
    let keys = carried(spans.iter().map(|span| span.map(|span| span.first)));
    if keys.is_sorted() {
        return Sorting::Done(0);
    }
    let order = order_of(&keys);
    let sorted: Vec<Span> = order
        .iter()
        .filter_map(|&from| spans[from as usize])
        .collect();
    let line = |order: &mut dyn Iterator<Item = usize>| {
        let mut line = Line::default();
        let mut positions = Vec::new();
        for from in order {
            for track in tracks(&parts[from]) {
                (0..track.len()).for_each(|index| line.add(track, index, &mut positions));
            }
        }
        line.metres = path_metres(positions.into_iter());
        line
    };
    let was = line(&mut (0..parts.len()));
    let is = line(&mut order.iter().map(|&from| from as usize));
    let is_wrong = is.is_better_than(&was) || is.says_nothing();
    if !Span::disjoint(&sorted) || !is_wrong {
        let steps_back = keys.windows(2).filter(|pair| pair[1] < pair[0]).count();
        return Sorting::Left(steps_back);
    }
    let mut slots: Vec<Option<T>> = parts.drain(..).map(Some).collect();
    parts.extend(order.iter().filter_map(|&from| slots[from as usize].take()));
    Sorting::Done(moved(&order))
}

/// The route and the distances in one order of the trackpoints.
#[derive(Default)]
struct Line {
    metres: Option<f64>,
    /// How often the distance falls.
    falls: usize,
    distance: Option<f64>,
}

impl Line {
    fn of(track: &Track, order: &[u32]) -> Self {
        let mut line = Self::default();
        let mut positions = Vec::new();
        for &index in order {
            line.add(track, index as usize, &mut positions);
        }
        line.metres = path_metres(positions.into_iter());
        line
    }

    fn add(&mut self, track: &Track, index: usize, positions: &mut Vec<Position>) {
        positions.extend(track.position(index));
        if let Some(distance) = track.distance_m(index) {
            self.falls += usize::from(self.distance.is_some_and(|before| distance < before));
            self.distance = Some(distance);
        }
    }

    /// Whether there is neither a route nor a distance: then the times alone count.
    fn says_nothing(&self) -> bool {
        self.metres.is_none() && self.distance.is_none()
    }

    fn is_better_than(&self, other: &Self) -> bool {
        let (Some(is), Some(was)) = (self.metres, other.metres) else {
            return self.falls < other.falls;
        };
        let shorter = is < was * 0.999;
        let longer = is > was * 1.0005 + 0.01;
        !longer && self.falls <= other.falls && (shorter || self.falls < other.falls)
    }
}

fn order_of(keys: &[i64]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..keys.len() as u32).collect();
    order.sort_by_key(|&index| keys[index as usize]);
    order
}

/// A part without a key takes the key of the part before it.
fn carried(keys: impl Iterator<Item = Option<i64>>) -> Vec<i64> {
    let mut last = i64::MIN;
    keys.map(|key| {
        last = key.unwrap_or(last);
        last
    })
    .collect()
}

fn moved(order: &[u32]) -> usize {
    order
        .iter()
        .enumerate()
        .filter(|(index, from)| *index != **from as usize)
        .count()
}

#[cfg(test)]
mod tests {
    use super::super::tests::{second, workout_of};
    use crate::{Fix, Lap, Position, Repairs, Track, Trackpoint, Workout};

    fn at(seconds: i64, place: i64) -> Trackpoint {
        let mut point = Trackpoint::at(second(seconds));
        point.position = Position::new(50.0, 10.0 + place as f64 * 1.4e-4);
        point
    }

    fn repairs() -> Repairs {
        Repairs::none().with(Fix::OrderTimes)
    }

    fn is_in_order(workout: &Workout) -> bool {
        let times: Vec<_> = workout
            .trackpoints()
            .filter_map(|point| point.time)
            .collect();
        times.is_sorted()
    }

    #[test]
    fn blocks_without_positions_are_sorted_and_points_stay_whole() {
        let mut late = Trackpoint::at(second(5));
        late.heart_rate = Some(150);
        let unknown = Trackpoint {
            heart_rate: Some(151),
            ..Trackpoint::default()
        };
        let mut workout = workout_of([late.clone(), unknown.clone(), Trackpoint::at(second(3))]);
        assert_eq!(repairs().apply(&mut workout).changes[0].count, 3);
        let points: Vec<_> = workout.trackpoints().collect();
        assert_eq!(points, [Trackpoint::at(second(3)), late, unknown]);
        assert!(repairs().apply(&mut workout).changes.is_empty());
    }

    #[test]
    fn swapped_blocks_are_sorted_inside_a_track_and_across_laps() {
        let block = |range: std::ops::Range<i64>| range.map(|i| at(i * 10, i));
        let mut one_track = workout_of(block(20..40).chain(block(0..20)));
        repairs().apply(&mut one_track);
        assert!(is_in_order(&one_track));
        let mut laps = Workout::default();
        for range in [40..60, 0..20, 20..40] {
            let mut lap = Lap::default();
            lap.tracks.push(Track::from_iter(block(range)));
            laps.laps.push(lap);
        }
        repairs().apply(&mut laps);
        assert!(is_in_order(&laps));
    }

    #[test]
    fn a_trackpoint_that_was_written_late_moves_back() {
        let mut workout = workout_of([0, 1, 3, 2, 4, 5].map(|i| at(i * 10, i)));
        repairs().apply(&mut workout);
        assert!(is_in_order(&workout));
    }

    #[test]
    fn a_wrong_clock_does_not_change_the_order() {
        // A clock set back by ten minutes on a straight line, and on laps of a round course.
        let back = |i: i64| if i < 60 { i * 10 } else { i * 10 - 300 };
        for round in [1000, 40] {
            let mut workout = workout_of((0..120).map(|i| at(back(i), i % round)));
            let before = workout.clone();
            let report = repairs().apply(&mut workout);
            assert!(workout == before);
            assert_eq!(report.declined.len(), 1);
        }
    }
}
