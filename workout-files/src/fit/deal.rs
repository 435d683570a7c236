//! Dealing trackpoints to laps and tracks.

use super::assemble::Leg;
use super::file::Reader;
use crate::model::{Lap, Track, make_monotone};
use crate::read::ReadErrorKind;

/// Which lap a time belongs to: the last one that started by then.
pub(super) struct LapTimes {
    starts: Vec<i64>,
    /// Leg and lap.
    places: Vec<(usize, usize)>,
    /// How many trackpoints stand before the message of each lap, which is written at its end.
    ends: Vec<usize>,
}

impl LapTimes {
    pub(super) fn of(legs: &[Leg]) -> Self {
        let mut laps = Vec::new();
        let mut last = i64::MIN;
        for (index, leg) in legs.iter().enumerate() {
            last = leg.session.part.start.unwrap_or(last);
            for (number, lap) in leg.laps.iter().enumerate() {
                let start = lap.start.unwrap_or(last);
                last = lap.end.unwrap_or(start);
                laps.push((start, (index, number), lap.place));
            }
        }
        laps.sort_by_key(|(start, ..)| *start);
        Self {
            starts: laps.iter().map(|lap| lap.0).collect(),
            places: laps.iter().map(|lap| lap.1).collect(),
            ends: laps.iter().map(|lap| lap.2).collect(),
        }
    }

    /// How many laps started by then; earlier times belong to the first lap.
    fn started(&self, time: Option<i64>) -> usize {
        let started = self
            .starts
            .partition_point(|&start| time.is_some_and(|time| start <= time));
        started.max(1)
    }

    pub(super) fn lap<'a>(&self, legs: &'a mut [Leg], time: Option<i64>) -> &'a mut Lap {
        self.number(legs, self.started(time))
    }

    /// The lap of this number, counted from one.
    pub(super) fn number<'a>(&self, legs: &'a mut [Leg], number: usize) -> &'a mut Lap {
        let (leg, lap) = self.places[number - 1];
        &mut legs[leg].laps[lap].lap
    }

    /// The lap of each trackpoint by the place of its message, when laps and trackpoints alternate.
    fn by_place(&self, points: usize) -> Option<Vec<usize>> {
        let (_, inner) = self.ends.split_last()?;
        let alternate = self.ends.windows(2).all(|pair| pair[0] < pair[1]);
        if !alternate || inner.first().is_none_or(|&first| first == 0) {
            return None;
        }
        let mut passed = 0;
        let numbers = (0..points).map(|index| {
            while inner.get(passed).is_some_and(|&end| end <= index) {
                passed += 1;
            }
            passed + 1
        });
        Some(numbers.collect())
    }
}

/// The borders that a time is between, found fast for times that hardly move.
struct Borders {
    sorted: Vec<i64>,
    at: usize,
}

impl Borders {
    fn new(mut borders: Vec<i64>) -> Self {
        borders.sort_unstable();
        Self {
            sorted: borders,
            at: 0,
        }
    }

    /// How many borders lie at or before `time`.
    fn before(&mut self, time: i64) -> usize {
        let reached = self.at == 0 || self.sorted[self.at - 1] <= time;
        let left = self.sorted.get(self.at).is_none_or(|&next| time < next);
        if !(reached && left) {
            self.at = self.sorted.partition_point(|&border| border <= time);
        }
        self.at
    }
}

/// The trackpoints in the order of the file, cut at the starts of laps and at pauses, each track with
/// the number of its lap. A trackpoint at the second of a stop is before the pause, one at the second
/// of the start after it.
///
/// Where times step back a clock was wrong: then the places of the lap messages say which lap a
/// trackpoint belongs to, else its neighbours do.
pub(super) fn tracks(
    mut points: Track,
    laps: &LapTimes,
    timer: &[(i64, bool)],
    reader: &mut Reader<'_>,
) -> Result<Vec<(usize, Track)>, ReadErrorKind> {
    let mut lap_starts = Borders::new(laps.starts.clone());
    let mut pauses = Borders::new(pause_borders(timer));
    let mut lap_of = Vec::with_capacity(points.len());
    let mut pause_of = Vec::with_capacity(points.len());
    let (mut lap, mut pause) = (1, 0);
    let mut before = i64::MIN;
    let mut rises = true;
    for index in 0..points.len() {
        if let Some(time) = points.time_micros(index) {
            // Earlier trackpoints belong to the first lap.
            lap = lap_starts.before(time).max(1);
            pause = pauses.before(time);
            rises &= before <= time;
            before = time;
        }
        lap_of.push(lap);
        pause_of.push(pause);
    }
    if !rises {
        match laps.by_place(points.len()) {
            Some(numbers) => lap_of = numbers,
            None => make_monotone(&mut lap_of),
        }
        make_monotone(&mut pause_of);
    }
    let mut cuts: Vec<(usize, usize)> = Vec::new();
    let mut last = None;
    for (index, now) in lap_of.into_iter().zip(pause_of).enumerate() {
        if Some(now) != last {
            reader.count_lap_or_track()?;
            cuts.push((index, now.0));
            last = Some(now);
        }
    }
    let mut tracks: Vec<_> = cuts
        .into_iter()
        .rev()
        .map(|(start, lap)| {
            let mut track = points.split_off(start);
            track.shrink_to_fit();
            (lap, track)
        })
        .collect();
    tracks.reverse();
    Ok(tracks)
}

/// The borders around the pauses of the timer.
fn pause_borders(timer: &[(i64, bool)]) -> Vec<i64> {
    let mut events = timer.to_vec();
    events.sort_by_key(|(time, _)| *time);
    let mut borders = Vec::new();
    let mut stopped = None;
    for (time, starts) in events {
        if !starts {
            stopped.get_or_insert(time);
        } else if let Some(stop) = stopped.take() {
            borders.extend([stop + 1, time.max(stop + 1)]);
        }
    }
    borders
}
