//! Stretches: tracks that were recorded without a pause between them.

use crate::model::{Lap, Track, Workout};

/// A step of up to this many microseconds between two laps is no pause.
const SHORT: i64 = 10_000_000;
/// Two laps touch when the clock of the first ends this close to the start of the second.
const TOUCHING: i64 = 3_000_000;

/// The tracks that hold something, grouped by pauses: a lap ends a stretch only where the recording
/// paused, a track inside a lap does unless the lap's own time says that there was no pause.
pub(crate) fn stretches(workout: &Workout) -> Vec<Vec<&Track>> {
    let mut list: Vec<Vec<&Track>> = Vec::new();
    let mut before: Option<&Lap> = None;
    for lap in &workout.laps {
        let mut joins = before.is_some_and(|before| continues(before, lap));
        let inner = inner_joins(lap);
        for (index, track) in lap.tracks.iter().enumerate() {
            if track.is_empty() {
                continue;
            }
            match list.last_mut().filter(|_| joins || inner[index]) {
                Some(stretch) => stretch.push(track),
                None => list.push(vec![track]),
            }
            joins = false;
            before = Some(lap);
        }
    }
    list
}

/// For each track of a lap whether it goes on from the one before it: a track begins behind a pause,
/// but some writers begin one without. The lap's own time distinguishes the two, for short steps.
pub(crate) fn inner_joins(lap: &Lap) -> Vec<bool> {
    let mut joins = vec![false; lap.tracks.len()];
    let Some(total) = lap.total_time_s.filter(|total| *total > 0.0) else {
        return joins;
    };
    let longest = SHORT.max(typical_step(lap).saturating_mul(3));
    let (mut paused, mut first, mut end): (i64, Option<i64>, Option<i64>) = (0, None, None);
    for (index, track) in lap.tracks.iter().enumerate() {
        let Some((begin, last)) = ends(track) else {
            continue;
        };
        first = first.or(Some(begin));
        if let Some(end) = end {
            let gap = begin - end;
            paused += gap.max(0);
            joins[index] = (0..=longest).contains(&gap);
        }
        end = Some(last);
    }
    let span = first.zip(end).map_or(0, |(first, end)| end - first);
    // A quarter of the steps may be missing: the clock of a lap is not to the second.
    if (total * 1e6) < (span - paused / 4) as f64 {
        joins.fill(false);
    }
    joins
}

/// Whether the recording went on from the last trackpoint of one lap to the first of the next.
///
/// It did when the step is as short as the steps inside the laps, or when the reported time of the
/// first lap reaches the start of the second. Without times nothing speaks for a pause.
pub(crate) fn continues(lap: &Lap, next: &Lap) -> bool {
    let (Some(end), Some(begin)) = (
        lap.last_time().map(crate::model::micros),
        next.first_time().map(crate::model::micros),
    ) else {
        return true;
    };
    let gap = begin - end;
    if gap < 0 {
        return false;
    }
    let typical = typical_step(lap).max(typical_step(next));
    gap <= SHORT.max(typical.saturating_mul(3)) || timer_ran_on(lap, next)
}

/// Whether the reported time of a lap, with the pauses between its tracks, ends at the next lap.
fn timer_ran_on(lap: &Lap, next: &Lap) -> bool {
    let (Some(start), Some(seconds), Some(next)) = (lap.start, lap.total_time_s, next.start) else {
        return false;
    };
    if !(seconds > 0.0 && seconds < 1e7) {
        return false;
    }
    let end = crate::model::micros(start) + (seconds * 1e6) as i64 + pauses_inside(lap);
    (crate::model::micros(next) - end).abs() <= TOUCHING
}

fn pauses_inside(lap: &Lap) -> i64 {
    let mut total = 0;
    let mut end = None;
    for track in &lap.tracks {
        if let Some((first, last)) = ends(track) {
            total += end.map_or(0, |end: i64| (first - end).max(0));
            end = Some(last);
        }
    }
    total
}

/// The trackpoints that count.
#[derive(Clone, Copy)]
pub(super) enum Counted {
    All,
    WithPosition,
}

/// The times of the first and the last trackpoint that have one.
pub(super) fn ends(track: &Track) -> Option<(i64, i64)> {
    ends_of(track, Counted::All)
}

/// [`ends`] of the trackpoints that count.
pub(super) fn ends_of(track: &Track, counted: Counted) -> Option<(i64, i64)> {
    let mut times = times_of(track, counted);
    let first = times.next()?;
    Some((first, times.next_back().unwrap_or(first)))
}

/// The times of the trackpoints that count.
pub(super) fn times_of(
    track: &Track,
    counted: Counted,
) -> impl DoubleEndedIterator<Item = i64> + '_ {
    (0..track.len()).filter_map(move |index| match counted {
        Counted::All => track.time_micros(index),
        Counted::WithPosition => track.position(index).and(track.time_micros(index)),
    })
}

/// The mean step of the longest track of a lap, in microseconds.
fn typical_step(lap: &Lap) -> i64 {
    let longest = lap.tracks.iter().max_by_key(|track| track.len());
    longest.map_or(0, |track| {
        let steps = track.len().saturating_sub(1).max(1) as i64;
        ends(track).map_or(0, |(first, last)| (last - first).max(0) / steps)
    })
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::*;
    use crate::model::{Sport, Trackpoint};

    fn second(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap() + TimeDelta::seconds(seconds)
    }

    fn lap(start: i64, total_s: Option<f64>, seconds: &[i64]) -> Lap {
        Lap {
            start: Some(second(start)),
            total_time_s: total_s,
            tracks: vec![seconds.iter().map(|&s| Trackpoint::at(second(s))).collect()],
            ..Lap::default()
        }
    }

    fn stretch_count(laps: Vec<Lap>) -> usize {
        let mut workout = Workout::new(Sport::Running);
        workout.laps = laps;
        stretches(&workout).len()
    }

    #[test]
    fn lap_borders_are_pauses_only_when_the_recording_stopped() {
        let first = || lap(0, Some(10.0), &[0, 5, 9]);
        assert_eq!(stretch_count(vec![first(), lap(10, None, &[10, 15])]), 1);
        assert_eq!(stretch_count(vec![first(), lap(300, None, &[300, 305])]), 2);
        // The timer of the first lap ran until the second began: the points are missing, no pause.
        let long = lap(0, Some(300.0), &[0, 5, 9]);
        assert_eq!(stretch_count(vec![long, lap(300, None, &[300, 305])]), 1);
        // Sparse trackpoints: a step of a minute is a usual one.
        let sparse = lap(0, None, &[0, 60, 120]);
        assert_eq!(stretch_count(vec![sparse, lap(180, None, &[180, 240])]), 1);
    }

    #[test]
    fn tracks_inside_a_lap_are_apart_unless_its_time_says_otherwise() {
        for (total, begin, count) in [
            (None, 5, 2),
            (Some(3.0), 5, 2),
            (Some(6.0), 5, 1),
            // A total with the pause in it does not hide the pause.
            (Some(301.0), 300, 2),
        ] {
            let mut both = lap(0, total, &[0, 1, 2]);
            let second = [begin, begin + 1].map(|s| Trackpoint::at(second(s)));
            both.tracks.push(second.into_iter().collect());
            assert_eq!(stretch_count(vec![both]), count, "{total:?}");
        }
    }
}
