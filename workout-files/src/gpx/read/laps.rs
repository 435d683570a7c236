//! Laps of Cluetrust's extension `gpxdata`, which stand beside the tracks.

use chrono::{DateTime, TimeDelta, Utc};

use crate::model::{Lap, Track, TriggerMethod, Workout, make_monotone, micros};

/// The word for what ended a lap.
pub(super) fn trigger(kind: &str) -> Option<TriggerMethod> {
    Some(match kind.trim().to_ascii_lowercase().as_str() {
        "manual" => TriggerMethod::Manual,
        "distance" => TriggerMethod::Distance,
        "location" => TriggerMethod::Location,
        "time" => TriggerMethod::Time,
        "heartrate" => TriggerMethod::HeartRate,
        _ => return None,
    })
}

/// Laps that stand at the end of a file: each goes to the workout that was going on when it began.
pub(super) fn distribute(workouts: &mut [Workout], laps: Vec<Lap>) {
    if let [workout] = workouts {
        return apply(workout, laps);
    }
    let mut of_workout = vec![Vec::new(); workouts.len()];
    for lap in laps {
        let Some(start) = lap.start else { continue };
        let is_of = |workout: &Workout| {
            let end = workout.laps.iter().filter_map(Lap::last_time).max();
            workout
                .start
                .zip(end)
                .is_some_and(|(first, last)| (first..=last).contains(&start))
        };
        if let Some(index) = workouts.iter().position(is_of) {
            of_workout[index].push(lap);
        }
    }
    for (workout, laps) in workouts.iter_mut().zip(of_workout) {
        apply(workout, laps);
    }
}

/// Gives a workout of one lap these laps: the totals of one, or the tracks cut at the starts of many.
pub(super) fn apply(workout: &mut Workout, mut laps: Vec<Lap>) {
    let [whole] = &mut workout.laps[..] else {
        return;
    };
    let tracks = std::mem::take(&mut whole.tracks);
    match (&mut laps[..], whole.start) {
        ([], _) => whole.tracks = tracks,
        ([lap], start) => {
            lap.start = start;
            lap.tracks = tracks;
            workout.laps = laps;
        }
        (_, start) => match starts(&laps, start) {
            Some(starts) => {
                for (lap, start) in laps.iter_mut().zip(&starts) {
                    lap.start = Some(*start);
                }
                cut(tracks, &starts, &mut laps);
                workout.laps = laps;
            }
            // Laps in no known order say nothing about the trackpoints.
            None => whole.tracks = tracks,
        },
    }
}

/// When each lap begins: as it says, or where the one before it ended.
fn starts(laps: &[Lap], start: Option<DateTime<Utc>>) -> Option<Vec<DateTime<Utc>>> {
    let mut next = start;
    let mut starts = Vec::with_capacity(laps.len());
    for lap in laps {
        let start = lap.start.or(next)?;
        if starts.last().is_some_and(|last| *last >= start) {
            return None;
        }
        starts.push(start);
        let seconds = lap.total_time_s.filter(|seconds| seconds.abs() < 1e9);
        next = seconds.and_then(|seconds| {
            start.checked_add_signed(TimeDelta::microseconds((seconds * 1e6) as i64))
        });
    }
    Some(starts)
}

/// Deals the trackpoints to the laps by their times, in the order of the file: where the times step
/// back, a clock was wrong, and the neighbours say which lap a trackpoint belongs to. One without a
/// time stays with the one before it.
fn cut(tracks: Vec<Track>, starts: &[DateTime<Utc>], laps: &mut [Lap]) {
    let starts: Vec<i64> = starts.iter().copied().map(micros).collect();
    let mut current = 0;
    let mut lap_of: Vec<usize> = tracks
        .iter()
        .flat_map(|track| (0..track.len()).map(|index| track.time_micros(index)))
        .map(|time| {
            if let Some(time) = time {
                let started = starts.partition_point(|&start| start <= time);
                current = started.saturating_sub(1);
            }
            current
        })
        .collect();
    make_monotone(&mut lap_of);
    let mut lap_of = &lap_of[..];
    let mut last = 0;
    for mut track in tracks {
        let (own, rest) = lap_of.split_at(track.len());
        lap_of = rest;
        if track.is_empty() {
            laps[last].tracks.push(track);
            continue;
        }
        // From the end, so that each trackpoint is moved once.
        let mut parts = Vec::new();
        while let Some(lap) = track.len().checked_sub(1).map(|end| own[end]) {
            let mut part = track.split_off(own.partition_point(|&of| of < lap));
            part.shrink_to_fit();
            parts.push((lap, part));
        }
        for (lap, part) in parts.into_iter().rev() {
            laps[lap].tracks.push(part);
            last = lap;
        }
    }
}
