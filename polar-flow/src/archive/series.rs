//! The times of the values of a series.

use std::collections::BTreeMap;

use workout_files::Trackpoint;

/// A series that a clock or an edit spoilt must not make a track of a year.
pub(super) const LONGEST_MS: i64 = 7 * 24 * HOUR_MS;

const HOUR_MS: i64 = 3_600_000;

/// A series may begin before its exercise, or after it, by the start that the exercise names.
const SLACK_MS: f64 = 300_000.0;

/// How many points may crowd in one second.
const CROWD: i64 = 1000;

/// The search for room ends after this many values without any: a damaged series may hold one time a million times.
const MOST_CROWDED: usize = 1000;

/// Puts the series of an exercise together: values of one second are one point.
pub(super) struct Recorder<'o> {
    /// By the millisecond since the start, with the exact time.
    points: BTreeMap<i64, (i64, Trackpoint)>,
    /// From start to stop.
    wall: Option<i64>,
    /// Time without pauses.
    length: Option<i64>,
    /// The zone.
    ahead: i64,
    odd: &'o mut Vec<String>,
    crowded: usize,
}

impl<'o> Recorder<'o> {
    pub(super) fn new(
        wall: Option<i64>,
        length: Option<i64>,
        ahead: i64,
        odd: &'o mut Vec<String>,
    ) -> Self {
        Self {
            points: BTreeMap::new(),
            wall,
            length,
            ahead,
            odd,
            crowded: 0,
        }
    }

    /// All points in order of time.
    pub(super) fn into_points(self) -> Vec<(i64, Trackpoint)> {
        if self.crowded > 0 {
            let crowded = self.crowded;
            let what =
                format!("{crowded} values share a second with too many others and are left out");
            self.odd.push(what);
        }
        let mut points: Vec<_> = self.points.into_values().collect();
        points.sort_by_key(|(elapsed, _)| *elapsed);
        points
    }

    /// Moves the times of a series by its zone, if its begin lies outside of the exercise without that; and by an hour from the place on
    /// where summer time ended.
    pub(super) fn fit(&mut self, what: &str, times: &mut [Option<f64>]) {
        let Some(first) = times.iter().copied().flatten().next() else {
            return;
        };
        let latest = self.wall.map_or(f64::MAX, |wall| wall as f64 + SLACK_MS);
        let fits = |shift: &f64| (-SLACK_MS..=latest).contains(&(first + shift));
        let ahead = self.ahead as f64;
        let shift = [0.0, -ahead, ahead].into_iter().find(fits);
        if shift.is_none() {
            let what = format!(
                "the clock of the {what} contradicts that of the exercise; they begin with it"
            );
            self.odd.push(what);
        }
        let hour = HOUR_MS as f64;
        let mut shift = shift.unwrap_or(-first);
        let mut before = f64::MIN;
        let mut is_set_back = false;
        for time in times.iter_mut().flatten() {
            *time += shift;
            if (0.5 * hour..=1.5 * hour).contains(&(before - *time)) {
                is_set_back = true;
                shift += hour;
                *time += hour;
            }
            before = *time;
        }
        if is_set_back {
            let what = format!(
                "the clock of the {what} goes back by an hour, as at the end of summer time"
            );
            self.odd.push(what);
        }
    }

    /// The times of a series: those that are missing or impossible lie evenly between the others, or within the exercise.
    pub(super) fn placed(&mut self, what: &str, times: Vec<Option<f64>>) -> Vec<i64> {
        let possible = -HOUR_MS as f64..=LONGEST_MS as f64;
        let times: Vec<Option<i64>> = times
            .into_iter()
            .map(|time| {
                time.filter(|time| possible.contains(time))
                    .map(|time| time as i64)
            })
            .collect();
        let all = times.len();
        let known: Vec<(usize, i64)> = times
            .iter()
            .enumerate()
            .filter_map(|(at, time)| Some((at, (*time)?)))
            .collect();
        if known.len() == all {
            return known.into_iter().map(|(_, time)| time).collect();
        }
        let unknown = all - known.len();
        self.odd.push(format!(
            "{unknown} of {all} {what} have no time; they are spread"
        ));
        let end = self.wall.or(self.length).unwrap_or(all as i64 * 1000);
        spread(known, all, end)
    }

    /// Sets a value of the point of this second; of another one close to it where `is_free` says that it has that value.
    pub(super) fn record(
        &mut self,
        elapsed: i64,
        is_free: impl Fn(&Trackpoint) -> bool,
        set: impl FnOnce(&mut Trackpoint),
    ) {
        let second = (elapsed + 500).div_euclid(1000) * 1000;
        let room = match self.crowded < MOST_CROWDED {
            true => CROWD,
            false => 0,
        };
        let places = std::iter::once(second).chain(elapsed..elapsed + room);
        let mut free = places.filter(|place| {
            let point = self.points.get(place);
            point.is_none_or(|(_, point)| is_free(point))
        });
        match free.next() {
            Some(place) => set(&mut self
                .points
                .entry(place)
                .or_insert_with(|| (elapsed, Trackpoint::default()))
                .1),
            None => self.crowded += 1,
        }
    }
}

/// Times for all of a series, evenly between those that are known. The first is at the start and the last at the end, unless they are
/// known.
fn spread(mut known: Vec<(usize, i64)>, all: usize, end: i64) -> Vec<i64> {
    let last = all.saturating_sub(1);
    match known.first() {
        Some((0, _)) => {}
        first => {
            let start = first.map_or(0, |(_, time)| (*time).min(0));
            known.insert(0, (0, start));
        }
    }
    if let Some((at, time)) = known.last().copied()
        && at < last
    {
        known.push((last, time.max(end)));
    }
    let mut times = Vec::with_capacity(all);
    for pair in known.windows(2) {
        let [(from, start), (until, stop)] = [pair[0], pair[1]];
        let step = (stop - start) as f64 / (until - from) as f64;
        times.extend((0..until - from).map(|at| start + (at as f64 * step) as i64));
    }
    times.extend(known.last().map(|(_, time)| *time));
    times
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_times_lie_between_the_known_ones() {
        assert_eq!(spread(vec![], 5, 4000), [0, 1000, 2000, 3000, 4000]);
        assert_eq!(spread(vec![], 1, 4000), [0]);
        assert_eq!(spread(vec![(2, 10)], 4, 100), [0, 5, 10, 100]);
        assert_eq!(spread(vec![(0, -5), (3, 7)], 4, 100), [-5, -1, 3, 7]);
        assert_eq!(spread(vec![(0, 500)], 3, 100), [500, 500, 500]);
    }
}
