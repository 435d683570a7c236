//! Which file of a session of several exercises belongs to which exercise.

use chrono::{NaiveDateTime, TimeDelta};
use polar_flow::summary::Summary;

/// A file may begin so much before or after its exercise.
const NEAR: TimeDelta = TimeDelta::seconds(120);

/// The exercises of a session, in the order in which they began.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Exercises {
    /// The instants, as far as they are known.
    starts: Vec<Option<NaiveDateTime>>,
}

impl Exercises {
    /// Those of a summary.
    #[must_use]
    pub(super) fn of(summary: &Summary) -> Self {
        let zone = summary.timezone_offset_minutes;
        let zone = zone.map(|minutes| TimeDelta::minutes(i64::from(minutes)));
        let mut starts: Vec<_> = summary.exercises.values().map(|it| it.start_time).collect();
        starts.sort();
        let utc = |start: Option<NaiveDateTime>| Some(start? - zone?);
        Self {
            starts: starts.into_iter().map(utc).collect(),
        }
    }

    /// Their number.
    #[must_use]
    pub(super) fn count(&self) -> usize {
        self.starts.len()
    }

    /// The number, from 1, of the exercise of each file. Files in the number of the exercises are in their order; fewer are told apart
    /// by the times in them, and where those tell nothing they come in order.
    #[must_use]
    pub(super) fn numbers(&self, files: &[&[u8]]) -> Vec<u32> {
        let in_order = || (1..).take(files.len()).collect::<Vec<u32>>();
        if files.len() >= self.count() {
            return in_order();
        }
        let found: Option<Vec<u32>> = files.iter().map(|file| self.number(file)).collect();
        let is_distinct = |found: &Vec<u32>| found.windows(2).all(|pair| pair[0] < pair[1]);
        found.filter(is_distinct).unwrap_or_else(in_order)
    }

    fn number(&self, file: &[u8]) -> Option<u32> {
        let start = workout_files::read(file)
            .ok()?
            .workouts
            .first()?
            .start_time()?;
        let start = start.naive_utc();
        let apart = |exercise: &NaiveDateTime| (*exercise - start).abs();
        let known = self.starts.iter().enumerate();
        let known = known.filter_map(|(index, exercise)| Some((index, exercise.as_ref()?)));
        let (index, exercise) = known.min_by_key(|(_, exercise)| apart(exercise))?;
        (apart(exercise) <= NEAR).then(|| u32::try_from(index + 1).ok())?
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gpx(time: &str) -> Vec<u8> {
        format!(
            "<gpx version=\"1.1\" creator=\"x\" xmlns=\"http://www.topografix.com/GPX/1/1\"><trk><trkseg><trkpt lat=\"1\" lon=\"1\">\
             <time>{time}</time></trkpt></trkseg></trk></gpx>"
        )
        .into_bytes()
    }

    #[test]
    fn the_leg_without_a_file_is_found_by_time() {
        let at = |text: &str| Some(text.parse().unwrap());
        let exercises = Exercises {
            starts: vec![
                at("2025-01-11T09:00:00"),
                at("2025-01-11T09:30:00"),
                at("2025-01-11T10:30:00"),
            ],
        };
        let (ride, run) = (gpx("2025-01-11T09:30:01Z"), gpx("2025-01-11T10:30:01Z"));
        assert_eq!(exercises.numbers(&[&ride, &run]), [2, 3]);
        assert_eq!(exercises.numbers(&[&run, &ride, &run]), [1, 2, 3]);
        assert_eq!(exercises.numbers(&[b"?", &run]), [1, 2]);
        let unknown = Exercises {
            starts: vec![None, None],
        };
        assert_eq!(unknown.numbers(&[&run]), [1]);
    }
}
