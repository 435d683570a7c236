//! Cutting a workout into several at long pauses.

use std::time::Duration;

use super::{Lap, Length, Track, Workout, micros};

/// The place of a cut: before this trackpoint of this track of this lap.
#[derive(Clone, Copy)]
struct Cut {
    lap: usize,
    track: usize,
    point: usize,
}

impl Workout {
    /// The workouts between pauses of at least `gap`, for recordings of several workouts: a pause is
    /// the time from one trackpoint to the next. Laps that stay whole keep their totals; those of a
    /// lap that is cut are left out, because they belong to neither part. The distances of every part
    /// start at 0.
    ///
    /// ```
    /// # use workout_files::{Lap, Sport, Track, Trackpoint, Workout};
    /// # use std::time::Duration;
    /// let at = |second| Trackpoint::at(chrono::DateTime::from_timestamp(second, 0).unwrap());
    /// let mut lap = Lap::default();
    /// lap.tracks.push(Track::from_iter([at(0), at(1), at(8000), at(8001)]));
    /// let mut rides = Workout::new(Sport::Cycling);
    /// rides.laps.push(lap);
    /// let parts = rides.split_at_pauses(Duration::from_secs(3600));
    /// assert_eq!(parts.len(), 2);
    /// assert_eq!(parts[1].trackpoint_count(), 2);
    /// ```
    #[must_use]
    pub fn split_at_pauses(&self, gap: Duration) -> Vec<Self> {
        let gap = i64::try_from(gap.as_micros()).unwrap_or(i64::MAX).max(1);
        let cuts = self.long_pauses(gap);
        if cuts.is_empty() {
            return vec![self.clone()];
        }
        let mut shell = Self {
            laps: Vec::new(),
            ..self.clone()
        };
        shell.multi_sport = None;
        let mut rest = self.laps.clone();
        let mut parts: Vec<Self> = Vec::with_capacity(cuts.len() + 1);
        for cut in cuts.into_iter().rev() {
            let laps = split_laps(&mut rest, cut);
            parts.push(shell.part(laps, true));
        }
        let mut first = shell.part(rest, false);
        first.start = self.start.or(first.start);
        parts.push(first);
        parts.reverse();
        parts
    }

    fn long_pauses(&self, gap: i64) -> Vec<Cut> {
        let mut cuts = Vec::new();
        let mut last: Option<i64> = None;
        for (lap, of_lap) in self.laps.iter().enumerate() {
            for (track, points) in of_lap.tracks.iter().enumerate() {
                for point in 0..points.len() {
                    let Some(time) = points.time_micros(point) else {
                        continue;
                    };
                    if last.is_some_and(|last| time.saturating_sub(last) >= gap) {
                        cuts.push(Cut { lap, track, point });
                    }
                    last = Some(time);
                }
            }
        }
        cuts
    }

    /// This workout with other laps.
    fn part(&self, laps: Vec<Lap>, rebase: bool) -> Self {
        let mut part = Self {
            laps,
            ..self.clone()
        };
        part.start = part.laps.iter().find_map(Lap::first_time);
        if rebase {
            part.start_distances_at_zero();
        }
        part
    }

    fn start_distances_at_zero(&mut self) {
        let first = self
            .tracks()
            .flat_map(|track| (0..track.len()).map(|index| track.distance_m(index)))
            .flatten()
            .next();
        let Some(first) = first.filter(|&metres| metres != 0.0) else {
            return;
        };
        for track in self.tracks_mut() {
            for index in 0..track.len() {
                let distance = track.distance_m(index).map(|metres| metres - first);
                track.set_distance_m(index, distance);
            }
        }
    }
}

/// Takes the laps from the cut on.
fn split_laps(laps: &mut Vec<Lap>, cut: Cut) -> Vec<Lap> {
    if cut.track == 0 && cut.point == 0 {
        return laps.split_off(cut.lap);
    }
    let mut tail = laps.split_off(cut.lap + 1);
    let lap = &mut laps[cut.lap];
    let mut tracks = lap.tracks.split_off(cut.track);
    let second = tracks[0].split_off(cut.point);
    let first = std::mem::replace(&mut tracks[0], second);
    if !first.is_empty() {
        lap.tracks.push(first);
    }
    let start = first_time(&tracks);
    let (before, after): (Vec<Length>, Vec<Length>) = std::mem::take(&mut lap.lengths)
        .into_iter()
        .partition(|length| length.start.map(micros) < start);
    let whole = std::mem::take(lap);
    *lap = Lap {
        start: whole.start,
        intensity: whole.intensity,
        notes: whole.notes,
        lengths: before,
        tracks: whole.tracks,
        ..Lap::default()
    };
    tail.insert(
        0,
        Lap {
            start: start.and_then(super::instant),
            intensity: whole.intensity,
            lengths: after,
            tracks,
            ..Lap::default()
        },
    );
    tail
}

fn first_time(tracks: &[Track]) -> Option<i64> {
    let mut times = tracks
        .iter()
        .flat_map(|track| (0..track.len()).filter_map(|index| track.time_micros(index)));
    times.next()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Sport, Trackpoint};
    use chrono::DateTime;

    fn track(seconds: &[i64]) -> Track {
        let points = seconds.iter().map(|&second| {
            let mut point = Trackpoint::at(DateTime::from_timestamp(second, 0).unwrap());
            point.distance_m = Some(second as f64);
            point
        });
        points.collect()
    }

    fn lap(tracks: &[&[i64]], time: f64) -> Lap {
        Lap {
            tracks: tracks.iter().map(|seconds| track(seconds)).collect(),
            total_time_s: Some(time),
            ..Lap::default()
        }
    }

    fn seconds(workout: &Workout) -> Vec<i64> {
        let times = workout.trackpoints().filter_map(|point| point.time);
        times.map(|time| time.timestamp()).collect()
    }

    #[test]
    fn every_part_keeps_its_trackpoints_and_whole_laps_their_totals() {
        let mut rides = Workout::new(Sport::Cycling);
        rides.laps = vec![
            lap(&[&[0, 1, 2]], 2.0),
            lap(&[&[3, 4], &[900, 901]], 3.0),
            lap(&[&[902, 903, 1900, 1901]], 4.0),
            lap(&[&[5000]], 5.0),
        ];
        let parts = rides.split_at_pauses(Duration::from_secs(600));
        let points: Vec<_> = parts.iter().map(seconds).collect();
        assert_eq!(
            points,
            [
                vec![0, 1, 2, 3, 4],
                vec![900, 901, 902, 903],
                vec![1900, 1901],
                vec![5000]
            ]
        );
        let totals = |workout: &Workout| {
            let laps = workout.laps.iter();
            laps.map(|lap| lap.total_time_s).collect::<Vec<_>>()
        };
        let kept: Vec<_> = parts.iter().map(totals).collect();
        assert_eq!(
            kept,
            [
                vec![Some(2.0), None],
                vec![None, None],
                vec![None],
                vec![Some(5.0)]
            ]
        );
        assert_eq!(parts[1].laps[0].tracks[0].distance_m(1), Some(1.0));
        assert_eq!(parts[1].start.unwrap().timestamp(), 900);
    }

    #[test]
    fn shorter_pauses_leave_the_workout_whole() {
        let mut ride = Workout::new(Sport::Cycling);
        ride.laps = vec![lap(&[&[0, 599]], 2.0)];
        assert_eq!(
            ride.split_at_pauses(Duration::from_secs(600)),
            [ride.clone()]
        );
        assert_eq!(Workout::default().split_at_pauses(Duration::ZERO).len(), 1);
    }
}
