//! Distances along a workout, and splits by distance.

use chrono::{DateTime, Utc};

use super::{Workout, instant};
use crate::summary::{credible, metres, stretches};

/// More splits than this would be a mistake of the caller.
const MOST_SPLITS: f64 = 1e6;

/// A stretch of a workout of a certain length, for example one kilometre.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize))]
#[non_exhaustive]
pub struct Split {
    /// Metres; the last split may be shorter than the others.
    pub distance_m: f64,
    /// When it began, between two trackpoints in proportion to distance.
    pub start: Option<DateTime<Utc>>,
    /// Seconds of recording, pauses left out.
    pub time_s: Option<f64>,
    /// Mean of the trackpoints' heart rates, in beats per minute.
    pub mean_hr: Option<f64>,
}

/// The values of a trackpoint that splits depend on.
struct Sample {
    time: Option<i64>,
    distance: Option<f64>,
    heart_rate: Option<u8>,
    /// Whether a pause is before it.
    resumed: bool,
}

impl Workout {
    /// Metres since the start for every trackpoint, in order: as recorded, or along the positions
    /// when nothing was recorded (as in most GPX files) or the recorded distances step back. A pause
    /// adds nothing to distances along positions.
    ///
    /// ```
    /// use workout_files::{Lap, Position, Sport, Track, Trackpoint, Workout};
    ///
    /// let points = [0.0, 0.001].map(|longitude| {
    ///     let mut point = Trackpoint::default();
    ///     point.position = Position::new(0.0, longitude);
    ///     point
    /// });
    /// let mut lap = Lap::default();
    /// lap.tracks.push(Track::from_iter(points));
    /// let mut walk = Workout::new(Sport::Walking);
    /// walk.laps.push(lap);
    /// let metres = walk.cumulative_distances();
    /// assert_eq!(metres[0], Some(0.0));
    /// assert!((metres[1].unwrap() - 111.32).abs() < 0.01);
    /// ```
    #[must_use]
    pub fn cumulative_distances(&self) -> Vec<Option<f64>> {
        let samples = self.samples();
        samples.into_iter().map(|sample| sample.distance).collect()
    }

    /// Gives every trackpoint its [distance](Self::cumulative_distances); returns how many changed.
    pub fn fill_distances(&mut self) -> usize {
        let mut distances = self.cumulative_distances().into_iter();
        let mut changed = 0;
        for track in self.tracks_mut() {
            for index in 0..track.len() {
                let distance = distances.next().flatten();
                if distance.is_some() && distance != track.distance_m(index) {
                    track.set_distance_m(index, distance);
                    changed += 1;
                }
            }
        }
        changed
    }

    /// Splits of `length_m` metres, by the [cumulative distances](Self::cumulative_distances): 1000
    /// for splits per kilometre. Empty when the workout has no distances, the length is not positive,
    /// or there would be more than a million splits.
    ///
    /// ```no_run
    /// # let workout = workout_files::Workout::default();
    /// for (number, split) in workout.splits(1000.0).iter().enumerate() {
    ///     println!("{}: {:?} s", number + 1, split.time_s);
    /// }
    /// ```
    #[must_use]
    pub fn splits(&self, length_m: f64) -> Vec<Split> {
        let samples = self.samples();
        let mut distances = samples.iter().filter_map(|sample| sample.distance);
        let Some(first) = distances.next() else {
            return Vec::new();
        };
        let total = distances.next_back().unwrap_or(first) - first;
        if !(length_m.is_finite() && length_m > 0.0 && total / length_m < MOST_SPLITS) {
            return Vec::new();
        }
        let mut cutter = Cutter::new(first, length_m);
        samples.iter().for_each(|sample| cutter.take(sample));
        cutter.finish()
    }

    /// All trackpoints, with their distances.
    fn samples(&self) -> Vec<Sample> {
        let mut samples: Vec<Sample> = Vec::with_capacity(self.trackpoint_count());
        for tracks in stretches(self) {
            let mut resumed = !samples.is_empty();
            for track in tracks {
                for index in 0..track.len() {
                    samples.push(Sample {
                        time: track.time_micros(index),
                        distance: track.distance_m(index),
                        heart_rate: track.heart_rate(index),
                        resumed: std::mem::take(&mut resumed),
                    });
                }
            }
        }
        let recorded = || samples.iter().filter_map(|sample| sample.distance);
        let steps_back = recorded().zip(recorded().skip(1)).any(|(a, b)| b < a);
        let any = recorded().next().is_some();
        if !any || steps_back && self.has_route() {
            self.measure(&mut samples);
        } else if steps_back {
            let mut most = f64::NEG_INFINITY;
            for distance in samples.iter_mut().filter_map(|s| s.distance.as_mut()) {
                most = most.max(*distance);
                *distance = most;
            }
        }
        samples
    }

    /// Replaces the distances by those along the positions.
    fn measure(&self, samples: &mut [Sample]) {
        let workout = credible(self);
        let positions = workout
            .tracks()
            .flat_map(|track| (0..track.len()).map(|index| track.position(index)));
        let (mut total, mut last) = (0.0, None);
        for (sample, position) in samples.iter_mut().zip(positions) {
            if sample.resumed {
                last = None;
            }
            if let Some((last, here)) = last.zip(position) {
                total += metres(last, here);
            }
            last = position.or(last);
            sample.distance = position.map(|_| total);
        }
    }
}

/// Walks along the trackpoints and closes a split at every border.
struct Cutter {
    first: f64,
    length: f64,
    splits: Vec<Split>,
    last: Option<(Option<i64>, f64)>,
    /// Of the split that is open.
    start: Option<i64>,
    seconds: Option<f64>,
    heart_rates: (u64, u64),
    resumed: bool,
}

impl Cutter {
    fn new(first: f64, length: f64) -> Self {
        Self {
            first,
            length,
            splits: Vec::new(),
            last: None,
            start: None,
            seconds: None,
            heart_rates: (0, 0),
            resumed: false,
        }
    }

    fn border(&self) -> f64 {
        self.first + (self.splits.len() + 1) as f64 * self.length
    }

    fn take(&mut self, sample: &Sample) {
        self.resumed |= sample.resumed;
        let Some(distance) = sample.distance else {
            return;
        };
        let paused = std::mem::take(&mut self.resumed);
        let Some((before, from)) = self.last.replace((sample.time, distance)) else {
            self.start = sample.time;
            self.count(sample);
            return;
        };
        let step = before.zip(sample.time);
        let mut since = before;
        while distance >= self.border() {
            let share = (self.border() - from) / (distance - from);
            // A border that lies in a pause is where the pause ends.
            let at = step.map(|(a, b)| match paused {
                true => b,
                false => a + ((b - a) as f64 * share) as i64,
            });
            self.add_seconds(since, at, paused);
            self.close(self.length, at);
            since = at;
        }
        self.add_seconds(since, sample.time, paused);
        self.count(sample);
    }

    fn add_seconds(&mut self, from: Option<i64>, to: Option<i64>, paused: bool) {
        if let Some((from, to)) = from.zip(to) {
            let seconds = if paused {
                0.0
            } else {
                (to - from) as f64 / 1e6
            };
            *self.seconds.get_or_insert(0.0) += seconds.max(0.0);
        }
    }

    fn count(&mut self, sample: &Sample) {
        if let Some(bpm) = sample.heart_rate {
            self.heart_rates.0 += u64::from(bpm);
            self.heart_rates.1 += 1;
        }
    }

    fn close(&mut self, distance_m: f64, next_start: Option<i64>) {
        let (sum, count) = std::mem::take(&mut self.heart_rates);
        self.splits.push(Split {
            distance_m,
            start: self.start.and_then(instant),
            time_s: self.seconds.take(),
            mean_hr: (count > 0).then(|| sum as f64 / count as f64),
        });
        self.start = next_start;
    }

    fn finish(mut self) -> Vec<Split> {
        let rest = self.last.map_or(0.0, |(_, distance)| {
            distance - (self.border() - self.length)
        });
        // Less than a millimetre is a rounding of numbers.
        if rest > 1e-3 {
            self.close(rest, None);
        }
        self.splits
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Lap, Position, Sport, Track, Trackpoint};

    const STEP: f64 = 1e-3; // 111.32 m of the equator

    fn point(second: i64, steps: Option<f64>, distance: Option<f64>) -> Trackpoint {
        let mut point =
            Trackpoint::at(DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap());
        point.position = steps.and_then(|steps| Position::new(0.0, steps * STEP));
        point.distance_m = distance;
        point.heart_rate = Some(100 + (second % 100) as u8);
        point
    }

    fn workout(laps: Vec<Vec<Vec<Trackpoint>>>) -> Workout {
        let mut workout = Workout::new(Sport::Running);
        workout.laps = laps
            .into_iter()
            .map(|tracks| Lap {
                tracks: tracks.into_iter().map(Track::from_iter).collect(),
                ..Lap::default()
            })
            .collect();
        workout
    }

    fn rounded(workout: &Workout) -> Vec<Option<i64>> {
        let distances = workout.cumulative_distances().into_iter();
        distances.map(|d| d.map(|d| d.round() as i64)).collect()
    }

    #[test]
    fn recorded_distances_are_taken_as_they_are() {
        let points = vec![
            point(0, Some(0.0), Some(5.0)),
            point(1, Some(1.0), None),
            point(2, Some(2.0), Some(9.0)),
        ];
        assert_eq!(
            rounded(&workout(vec![vec![points]])),
            [Some(5), None, Some(9)]
        );
    }

    #[test]
    fn positions_stand_in_for_distances() {
        let first = vec![
            point(0, Some(0.0), None),
            point(1, None, None),
            point(2, Some(1.0), None),
        ];
        let resumed = vec![point(90, Some(5.0), None), point(91, Some(6.0), None)];
        let next_lap = vec![point(92, Some(7.0), None)];
        let later_lap = vec![point(992, Some(9.0), None)];
        let walk = workout(vec![vec![first, resumed], vec![next_lap], vec![later_lap]]);
        let expected = [
            Some(0),
            None,
            Some(111),
            Some(111),
            Some(223),
            Some(334),
            Some(334),
        ];
        assert_eq!(rounded(&walk), expected);
    }

    #[test]
    fn distances_that_step_back_give_way_to_positions() {
        let points = |route: bool| {
            let at = |steps| Some(steps).filter(|_| route);
            let list = [(0.0, 50.0), (1.0, 160.0), (2.0, 0.0), (3.0, 380.0)];
            let points = list.into_iter().enumerate();
            points
                .map(|(second, (steps, distance))| point(second as i64, at(steps), Some(distance)))
                .collect::<Vec<_>>()
        };
        let with_route = workout(vec![vec![points(true)]]);
        assert_eq!(
            rounded(&with_route),
            [Some(0), Some(111), Some(223), Some(334)]
        );
        let without = workout(vec![vec![points(false)]]);
        assert_eq!(
            rounded(&without),
            [Some(50), Some(160), Some(160), Some(380)]
        );
    }

    #[test]
    fn filling_in_distances_settles() {
        let points = (0..4).map(|s| point(s, Some(s as f64), None)).collect();
        let mut walk = workout(vec![vec![points]]);
        assert_eq!(walk.fill_distances(), 4);
        assert_eq!(walk.fill_distances(), 0);
        assert!((walk.totals().distance_m.unwrap() - 333.96).abs() < 0.01);
    }

    #[test]
    fn splits_are_cut_between_trackpoints() {
        let points = (0..=10)
            .map(|s| point(s * 10, None, Some(s as f64 * 30.0)))
            .collect();
        let splits = workout(vec![vec![points]]).splits(100.0);
        let lengths: Vec<_> = splits.iter().map(|split| split.distance_m).collect();
        assert_eq!(lengths, [100.0, 100.0, 100.0]);
        let total: f64 = splits.iter().filter_map(|split| split.time_s).sum();
        assert!((total - 100.0).abs() < 1e-5, "{total}");
        let start = splits[1].start.unwrap().timestamp_millis() - 1_700_000_000_000;
        assert_eq!(start, 33_333);
        assert_eq!(splits[0].mean_hr, Some(115.0));
    }

    #[test]
    fn last_split_is_what_remains() {
        let points = vec![point(0, None, Some(1000.0)), point(50, None, Some(1250.0))];
        let splits = workout(vec![vec![points]]).splits(100.0);
        let lengths: Vec<_> = splits.iter().map(|split| split.distance_m).collect();
        assert_eq!(lengths, [100.0, 100.0, 50.0]);
        assert_eq!(splits[2].time_s, Some(10.0));
    }

    #[test]
    fn pauses_take_no_time() {
        let first = vec![point(0, None, Some(0.0)), point(10, None, Some(80.0))];
        let second = vec![point(500, None, Some(120.0)), point(510, None, Some(200.0))];
        let splits = workout(vec![vec![first, second]]).splits(100.0);
        let times: Vec<_> = splits.iter().map(|split| split.time_s).collect();
        assert_eq!(times, [Some(10.0), Some(10.0)]);
    }

    #[test]
    fn lap_borders_are_pauses_where_the_recording_stopped() {
        // A step of 20 s is a pause where trackpoints are a second apart, not where they are 15 s apart.
        let lap = |from: i64, step: i64| {
            let points =
                (0..4).map(|i| point(from + i * step, None, Some((from + i * step) as f64)));
            vec![points.collect()]
        };
        for (step, second, seconds) in [(1, 23, 6.0), (15, 65, 110.0)] {
            let run = workout(vec![lap(0, step), lap(second, step)]);
            let total: f64 = run
                .splits(10.0)
                .iter()
                .filter_map(|split| split.time_s)
                .sum();
            assert!((total - seconds).abs() < 1e-5, "{total}");
            assert_eq!(run.moving_seconds(), Some(seconds));
        }
    }

    #[test]
    fn nothing_to_split_is_no_split() {
        assert!(Workout::default().splits(1000.0).is_empty());
        let points = vec![point(0, None, Some(0.0)), point(10, None, Some(80.0))];
        let run = workout(vec![vec![points]]);
        for length in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e-9] {
            assert!(run.splits(length).is_empty(), "{length}");
        }
        assert_eq!(run.splits(1e9).len(), 1);
    }
}
