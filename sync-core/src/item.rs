//! A workout as the source lists it: the facts needed to recognise it, before anything is downloaded.

use chrono::{DateTime, Days, NaiveDate, NaiveDateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use workout_files::{Sport, Workout};

/// One workout in a source's listing.
///
/// `id` is the source's own identifier, as text; within one source it never changes and is never reused.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Item {
    /// The source's identifier.
    pub id: String,
    /// Wall-clock start where the workout took place, without a zone.
    pub start: NaiveDateTime,
    /// The start as an instant, when the source provides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_utc: Option<DateTime<Utc>>,
    /// Time without pauses, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Distance in metres. `None` when the source does not know one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distance_m: Option<f64>,
    /// Energy in kcal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calories: Option<u32>,
    /// The sport, when the listing names it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sport: Option<Sport>,
    /// Other identifiers of this workout at the source: of copies of its file, say. The engine sends none of them again, and takes all of
    /// them for listed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_ids: Vec<String>,
}

impl Item {
    /// An item of which only the identifier and the local start are known.
    pub fn new(id: impl Into<String>, start: NaiveDateTime) -> Self {
        Self {
            id: id.into(),
            start,
            ..Self::default()
        }
    }

    /// The facts of workouts that are there already, for sources without a listing: a folder, an archive. Several workouts are
    /// the exercises of one session.
    ///
    /// The wall clock follows from [`Workout::local_offset`]; without one it shows UTC. `None` when one of the workouts has no
    /// start, or there are none.
    ///
    /// ```
    /// use sync_core::{Item, Sport, Workout};
    ///
    /// let mut run = Workout::new(Sport::Running);
    /// run.start = Some("2026-03-01T10:00:00Z".parse()?);
    /// run.local_offset = chrono::FixedOffset::east_opt(3600);
    /// let item = Item::from_workouts("run.tcx", &[run]).ok_or("no start")?;
    /// assert_eq!(item.start.to_string(), "2026-03-01 11:00:00");
    /// assert_eq!(item.sport, Some(Sport::Running));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn from_workouts(id: impl Into<String>, workouts: &[Workout]) -> Option<Self> {
        let first = workouts.iter().min_by_key(|workout| workout.start_time())?;
        let start = first.start_time()?;
        let ahead = local_ahead(first).unwrap_or_default();
        let totals: Vec<_> = workouts.iter().map(Workout::totals).collect();
        let seconds: f64 = totals.iter().filter_map(|one| one.moving_s).sum();
        let metres: f64 = totals.iter().filter_map(|one| one.distance_m).sum();
        let calories = totals.iter().filter_map(|one| one.calories);
        Some(Self {
            start_utc: Some(start),
            duration_ms: (seconds >= 0.5).then_some((seconds * 1000.0).round() as u64),
            distance_m: (metres > 0.0).then_some(metres),
            calories: calories.reduce(u32::saturating_add),
            sport: Some(match workouts {
                [one] => one.sport.clone(),
                _ => Sport::Multisport,
            }),
            ..Self::new(id, start.naive_utc() + ahead)
        })
    }

    /// The wall clock at the start of one of the item's exercises: an exercise later in a session has its own.
    ///
    /// The offset from UTC is that of the listing, else that of the workout. Where neither is known, it is the item's start.
    #[must_use]
    pub fn local_start(&self, exercise: &Workout) -> NaiveDateTime {
        let listed = self.start_utc.map(|utc| self.start - utc.naive_utc());
        let ahead = listed.or_else(|| local_ahead(exercise));
        match exercise.start_time().zip(ahead) {
            Some((start, ahead)) => start.naive_utc() + ahead,
            None => self.start,
        }
    }

    /// The best known sport of one of the item's exercises: files know fewer sports than listings.
    #[must_use]
    pub fn sport_of<'a>(&'a self, exercise: &'a Workout) -> Option<&'a Sport> {
        match &exercise.sport {
            Sport::Other => self.sport.as_ref(),
            known => Some(known),
        }
    }

    /// Seconds without pauses of one of the item's exercises: its own, else the listed ones where they are about this exercise alone.
    ///
    /// They are when the exercise lasted about as long as the whole item. An exercise without its own time is the whole item when
    /// the listing names a single sport.
    #[must_use]
    pub fn moving_s_of(&self, exercise: &Workout) -> Option<f64> {
        let listed = self.duration_ms.filter(|_| self.is_whole(exercise));
        let listed_s = listed.map(|ms| ms as f64 / 1000.0);
        recorded_s(exercise).or(listed_s.filter(|seconds| *seconds >= SHORTEST_S))
    }

    /// Metres of one of the item's exercises: its own, else the listed ones, by the rule of [`moving_s_of`](Self::moving_s_of).
    #[must_use]
    pub fn distance_m_of(&self, exercise: &Workout) -> Option<f64> {
        let listed = self.distance_m.filter(|_| self.is_whole(exercise));
        [exercise.totals().distance_m, listed]
            .into_iter()
            .flatten()
            .find(|metres| metres.is_finite() && *metres > 0.0)
    }

    /// Whether the exercise is all of the item.
    fn is_whole(&self, exercise: &Workout) -> bool {
        match (self.duration_ms, recorded_s(exercise)) {
            (Some(listed), Some(recorded)) => recorded >= listed as f64 / 1000.0 * 0.9,
            (Some(_), None) => !matches!(
                self.sport,
                None | Some(Sport::Multisport | Sport::Triathlon | Sport::Duathlon | Sport::Other)
            ),
            (None, _) => true,
        }
    }

    /// The differences of a later listing that the user would notice.
    pub(crate) fn difference(&self, now: &Self) -> Option<String> {
        let mut what = Vec::new();
        if (self.start - now.start).num_seconds() != 0 {
            what.push(format!("start {} is now {}", self.start, now.start));
        }
        let seconds = |item: &Self| item.duration_ms.map(|ms| ms / 1000);
        if let (Some(then), Some(now)) = (seconds(self), seconds(now))
            && then != now
        {
            what.push(format!("duration {then} s is now {now} s"));
        }
        if let (Some(then), Some(now)) = (self.distance_m, now.distance_m)
            && (then - now).abs() >= 1.0
        {
            what.push(format!("distance {then:.0} m is now {now:.0} m"));
        }
        (!what.is_empty()).then(|| what.join(", "))
    }

    /// Whether a later listing may change what becomes of the workout.
    pub(crate) fn is_edited(&self, now: &Self) -> bool {
        let other_sport = now.sport.is_some() && self.sport != now.sport;
        other_sport || self.difference(now).is_some()
    }

    /// The facts of a later listing. It keeps the instant from the recording, as long as the wall clock is the same.
    pub(crate) fn relisted(&self, now: &Self) -> Self {
        let mut item = now.clone();
        if item.start == self.start {
            item.start_utc = item.start_utc.or(self.start_utc);
        }
        item
    }

    /// Every identifier of the workout at the source.
    pub(crate) fn ids(&self) -> impl Iterator<Item = &String> {
        std::iter::once(&self.id).chain(&self.other_ids)
    }

    /// What workouts are sorted by: the start, and for those of one moment the identifier.
    pub(crate) fn order(&self) -> (NaiveDateTime, &str) {
        (self.start, &self.id)
    }

    /// The local day on which the workout started.
    #[must_use]
    pub fn day(&self) -> NaiveDate {
        self.start.date()
    }
}

/// Laps of zero time are a quirk of files.
const SHORTEST_S: f64 = 0.5;

fn recorded_s(exercise: &Workout) -> Option<f64> {
    let seconds = exercise.totals().moving_s;
    seconds.filter(|seconds| seconds.is_finite() && *seconds >= SHORTEST_S)
}

fn local_ahead(workout: &Workout) -> Option<TimeDelta> {
    let zone = workout.local_offset?;
    Some(TimeDelta::seconds(zone.local_minus_utc().into()))
}

/// A range of local days, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: NaiveDate,
}

impl Window {
    /// Every day of a year of four digits.
    pub(crate) const ALL: Self = Self {
        from: NaiveDate::from_ymd_opt(0, 1, 1).expect("a day"),
        until: NaiveDate::from_ymd_opt(9999, 12, 31).expect("a day"),
    };

    /// The days `from..=until`; `None` when `from` is after `until`.
    #[must_use]
    pub fn new(from: NaiveDate, until: NaiveDate) -> Option<Self> {
        (from <= until).then_some(Self { from, until })
    }

    /// The day itself and `margin` days on either side.
    #[must_use]
    pub fn around(day: NaiveDate, margin: u64) -> Self {
        Self {
            from: day.checked_sub_days(Days::new(margin)).unwrap_or(day),
            until: day.checked_add_days(Days::new(margin)).unwrap_or(day),
        }
    }

    #[cfg(test)]
    pub(crate) fn of(from: &str, until: &str) -> Self {
        Self::new(from.parse().unwrap(), until.parse().unwrap()).unwrap()
    }

    /// Whether the two have a day in common, or one begins on the day after the other.
    pub(crate) fn touches(&self, other: &Self) -> bool {
        let reaches =
            |from: NaiveDate, until: NaiveDate| until.succ_opt().is_none_or(|next| from <= next);
        reaches(self.from, other.until) && reaches(other.from, self.until)
    }

    /// The days that both have.
    pub(crate) fn overlap(&self, other: &Self) -> Option<Self> {
        Self::new(self.from.max(other.from), self.until.min(other.until))
    }

    /// Whether `day` lies in the window.
    #[must_use]
    pub fn contains(&self, day: NaiveDate) -> bool {
        self.from <= day && day <= self.until
    }
}

impl std::fmt::Display for Window {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} to {}", self.from, self.until)
    }
}

#[cfg(test)]
mod tests {
    use chrono::FixedOffset;

    use super::*;

    fn workout(sport: Sport, start: &str) -> Workout {
        let mut workout = Workout::new(sport);
        workout.start = Some(start.parse().unwrap());
        workout
    }

    #[test]
    fn session_of_several_exercises_begins_with_the_earliest() {
        let mut legs = [
            workout(Sport::Cycling, "2026-03-01T11:00:00Z"),
            workout(Sport::Swimming, "2026-03-01T10:00:00Z"),
        ];
        for leg in &mut legs {
            let mut lap = workout_files::Lap::default();
            lap.total_time_s = Some(600.0);
            lap.distance_m = Some(1000.0);
            lap.calories = Some(50);
            leg.laps.push(lap);
        }
        let item = Item::from_workouts("1", &legs).unwrap();
        assert_eq!(item.start.to_string(), "2026-03-01 10:00:00");
        assert_eq!(item.duration_ms, Some(1_200_000));
        assert_eq!((item.distance_m, item.calories), (Some(2000.0), Some(100)));
        assert_eq!(item.sport, Some(Sport::Multisport));
        legs[0].start = None;
        assert_eq!(Item::from_workouts("1", &legs), None);
        assert_eq!(Item::from_workouts("1", &[]), None);
    }

    #[test]
    fn local_start_prefers_the_offset_of_the_listing() {
        let mut run = workout(Sport::Running, "2026-03-01T10:30:00Z");
        let mut item = Item::new("1", "2026-03-01T12:00:00".parse().unwrap());
        assert_eq!(item.local_start(&run), item.start);
        run.local_offset = FixedOffset::east_opt(3600);
        assert_eq!(item.local_start(&run).to_string(), "2026-03-01 11:30:00");
        item.start_utc = Some("2026-03-01T10:00:00Z".parse().unwrap());
        assert_eq!(item.local_start(&run).to_string(), "2026-03-01 12:30:00");
    }

    #[test]
    fn sport_of_the_file_comes_first_unless_it_says_nothing() {
        let mut item = Item::new("1", "2026-03-01T12:00:00".parse().unwrap());
        item.sport = Some(Sport::Yoga);
        for (file, best) in [
            (Sport::Running, Sport::Running),
            (Sport::Other, Sport::Yoga),
        ] {
            assert_eq!(item.sport_of(&Workout::new(file)), Some(&best));
        }
    }

    #[test]
    fn listed_totals_are_those_of_an_exercise_that_is_the_whole_item() {
        let mut item = Item::new("1", "2026-03-01T12:00:00".parse().unwrap());
        item.duration_ms = Some(3_600_000);
        item.distance_m = Some(9000.0);
        let lasting = |seconds: f64, metres: Option<f64>| {
            let mut exercise = Workout::new(Sport::Running);
            let mut lap = workout_files::Lap::default();
            lap.total_time_s = Some(seconds);
            lap.distance_m = metres;
            exercise.laps.push(lap);
            exercise
        };
        let facts = |item: &Item, exercise: &Workout| {
            (item.moving_s_of(exercise), item.distance_m_of(exercise))
        };
        let own = lasting(3500.0, Some(8000.0));
        assert_eq!(facts(&item, &own), (Some(3500.0), Some(8000.0)));
        // Nearly as long as the item, or a part of it.
        assert_eq!(
            facts(&item, &lasting(3300.0, None)),
            (Some(3300.0), Some(9000.0))
        );
        assert_eq!(facts(&item, &lasting(900.0, None)), (Some(900.0), None));
        // Without its own time the listed sport decides.
        let timeless = lasting(0.0, Some(0.0));
        assert_eq!(facts(&item, &timeless), (None, None));
        item.sport = Some(Sport::Triathlon);
        assert_eq!(facts(&item, &timeless), (None, None));
        item.sport = Some(Sport::Yoga);
        assert_eq!(facts(&item, &timeless), (Some(3600.0), Some(9000.0)));
        item.duration_ms = None;
        assert_eq!(facts(&item, &timeless), (None, Some(9000.0)));
    }
}
