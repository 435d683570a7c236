//! `POST /new/activity`: an activity without a track, typed into the form.
//!
//! multipart/form-data: the hidden inputs of the page first, then `activityType`, `gymEquipment`, `startTimeString`
//! (`2014/3/17 10:49:45.000`), `durationHours`/`Minutes`/`Seconds`, `startHour` (12-hour clock), `startMinute`, `am`,
//! `distance` in the account's unit, `calories`, `notes` and the visibility. Superset of what four programs sent from 2014
//! to 2017-05. Success is a redirect to `/user/<u>/activity/<id>`.

use chrono::{NaiveDateTime, TimeDelta, Timelike};
use web_session::Part;
use web_session::auth;
use web_session::page::FormFields;

use super::send::Answer;
use crate::{ActivityType, DistanceUnit, Error, Runkeeper};

const ENDPOINT: &str = "manual entry";

/// An activity to be typed in.
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct ManualEntry {
    activity_type: ActivityType,
    start: NaiveDateTime,
    duration: TimeDelta,
    distance_m: Option<f64>,
    calories: Option<u32>,
    heart_rate: Option<u32>,
    notes: String,
}

impl ManualEntry {
    /// An activity of a type that began at this wall-clock time and took so long, pauses left out.
    pub fn new(activity_type: ActivityType, start: NaiveDateTime, duration: TimeDelta) -> Self {
        Self {
            activity_type,
            start,
            duration,
            distance_m: None,
            calories: None,
            heart_rate: None,
            notes: String::new(),
        }
    }

    /// Distance in metres.
    pub fn distance_m(mut self, metres: f64) -> Self {
        self.distance_m = Some(metres);
        self
    }

    /// Energy in kilocalories. Without it the site makes up its own figure.
    pub fn calories(mut self, kilocalories: u32) -> Self {
        self.calories = Some(kilocalories);
        self
    }

    /// Average heart rate in beats per minute.
    pub fn average_heart_rate(mut self, bpm: u32) -> Self {
        self.heart_rate = Some(bpm);
        self
    }

    /// Free text.
    pub fn notes(mut self, notes: impl Into<String>) -> Self {
        self.notes = notes.into();
        self
    }

    /// Writes the entry into the fields of the form.
    pub(crate) fn fill(
        &self,
        form: &mut FormFields,
        unit: Option<&DistanceUnit>,
    ) -> Result<(), Error> {
        let seconds = self.whole_seconds()?;
        form.set("_eventName", "save");
        form.set("hasMap", "false");
        form.set("activityType", self.activity_type.value());
        form.set(
            "gymEquipment",
            if self.is_on_treadmill() {
                "TREADMILL"
            } else {
                "NONE"
            },
        );
        for (name, value) in start_fields(self.start) {
            form.set(name, value);
        }
        form.set("durationHours", format!("{:02}", seconds / 3600));
        form.set("durationMinutes", format!("{:02}", seconds / 60 % 60));
        form.set("durationSeconds", format!("{:02}", seconds % 60));
        let distance = match self.distance_m {
            Some(metres) => in_unit(metres, unit)?,
            None => "0".to_owned(),
        };
        form.set("distance", distance);
        form.set(
            "calories",
            self.calories
                .map(|kcal| kcal.to_string())
                .unwrap_or_default(),
        );
        form.set("caloriesEdited", self.calories.is_some().to_string());
        form.set(
            "averageHeartRate",
            self.heart_rate
                .map(|bpm| bpm.to_string())
                .unwrap_or_default(),
        );
        form.set("notes", self.notes.as_str());
        Ok(())
    }

    pub(crate) fn needs_unit(&self) -> bool {
        self.distance_m.is_some()
    }

    /// The same with this distance, where it has none.
    pub(crate) fn or_distance_m(&self, metres: f64) -> Self {
        let mut entry = self.clone();
        entry.distance_m = entry.distance_m.or(Some(metres).filter(|m| *m > 0.0));
        entry
    }

    /// The form knows whole seconds; less than half a second is nothing.
    fn whole_seconds(&self) -> Result<i64, Error> {
        let too_long = Error::InvalidArgument("the form takes no more than 99 hours".to_owned());
        let Some(rounded) = self.duration.num_milliseconds().checked_add(500) else {
            return Err(too_long);
        };
        match rounded / 1000 {
            ..1 => Err(Error::InvalidArgument(
                "the duration must be at least one second".to_owned(),
            )),
            360_000.. => Err(too_long),
            seconds => Ok(seconds),
        }
    }

    /// A run without a track was on a treadmill, as far as the form is concerned.
    fn is_on_treadmill(&self) -> bool {
        self.activity_type == ActivityType::Run
    }
}

/// The start, written twice: in full, and on a 12-hour clock.
pub(crate) fn start_fields(start: NaiveDateTime) -> [(&'static str, String); 4] {
    let (is_pm, hour) = start.hour12();
    let in_full = start.format("%Y/%-m/%-d %H:%M:%S%.3f");
    [
        ("startTimeString", in_full.to_string()),
        ("startHour", format!("{hour:02}")),
        ("startMinute", format!("{:02}", start.minute())),
        ("am", (!is_pm).to_string()),
    ]
}

/// Metres as the account's form wants them.
pub(crate) fn in_unit(metres: f64, unit: Option<&DistanceUnit>) -> Result<String, Error> {
    if !metres.is_finite() || metres < 0.0 {
        return Err(Error::InvalidArgument(
            "the distance must be a number that is not negative".to_owned(),
        ));
    }
    let per_unit = unit
        .and_then(DistanceUnit::metres)
        .ok_or(Error::UnitUnknown)?;
    // Four decimals are 10 cm and 16 cm: finer than anything the site shows.
    Ok(format!("{:.4}", metres / per_unit))
}

impl Runkeeper {
    /// Creates an activity without a track, in exactly one request that could create something.
    ///
    /// A redirect to the login page is handled as in [`upload`](Self::upload).
    ///
    /// # Errors
    /// As [`upload`](Self::upload). [`Error::UnitUnknown`] when the entry has a distance and the account's unit cannot be
    /// found out.
    pub async fn add_manual_entry(&self, entry: &ManualEntry) -> Result<Answer, Error> {
        let unit = match entry.needs_unit() {
            true => Some(self.distance_unit().await?),
            false => None,
        };
        auth::with_renewal(self, || self.add_once(entry, unit.as_ref())).await
    }

    async fn add_once(
        &self,
        entry: &ManualEntry,
        unit: Option<&DistanceUnit>,
    ) -> Result<Answer, Error> {
        let mut form = self.new_activity_form().await?;
        entry.fill(&mut form, unit)?;
        let parts = form
            .fields
            .iter()
            .map(|(name, value)| Part::text(name.clone(), value.clone()))
            .collect();
        self.post_form(
            ENDPOINT,
            &self.endpoints().new_activity.clone(),
            &form,
            parts,
        )
        .await
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn filled(hour: u32, entry: impl FnOnce(ManualEntry) -> ManualEntry) -> FormFields {
        let start = NaiveDate::from_ymd_opt(2025, 1, 5)
            .unwrap()
            .and_hms_opt(hour, 7, 9)
            .unwrap();
        let seconds = TimeDelta::milliseconds(3_725_600);
        let mut form = FormFields::default();
        entry(ManualEntry::new(ActivityType::Swimming, start, seconds))
            .fill(&mut form, Some(&DistanceUnit::Miles))
            .unwrap();
        form
    }

    #[test]
    fn the_clock_has_twelve_hours() {
        for (hour, twelve, am) in [
            (0, "12", "true"),
            (11, "11", "true"),
            (12, "12", "false"),
            (18, "06", "false"),
        ] {
            let form = filled(hour, |entry| entry);
            assert_eq!(
                (form.get("startHour"), form.get("am")),
                (Some(twelve), Some(am)),
                "{hour}"
            );
            assert_eq!(
                form.get("startTimeString"),
                Some(&*format!("2025/1/5 {hour:02}:07:09.000"))
            );
        }
    }

    #[test]
    fn distance_duration_and_calories_are_written_as_the_form_wants_them() {
        let form = filled(8, |entry| {
            entry.distance_m(804.672).calories(120).notes("pool")
        });
        assert_eq!(form.get("distance"), Some("0.5000"));
        assert_eq!(
            (
                form.get("durationHours"),
                form.get("durationMinutes"),
                form.get("durationSeconds")
            ),
            (Some("01"), Some("02"), Some("06"))
        );
        assert_eq!(
            (form.get("calories"), form.get("caloriesEdited")),
            (Some("120"), Some("true"))
        );
        assert_eq!(form.get("notes"), Some("pool"));
    }

    #[test]
    fn entries_that_make_no_sense_are_refused_before_anything_is_sent() {
        let start = NaiveDate::from_ymd_opt(2025, 1, 5)
            .unwrap()
            .and_hms_opt(8, 0, 0)
            .unwrap();
        let entry =
            |seconds| ManualEntry::new(ActivityType::Run, start, TimeDelta::seconds(seconds));
        let mut form = FormFields::default();
        assert!(entry(0).fill(&mut form, None).is_err());
        assert!(entry(360_000).fill(&mut form, None).is_err());
        for (extreme, reason) in [
            (TimeDelta::MAX, "99 hours"),
            (TimeDelta::milliseconds(i64::MAX - 400), "99 hours"),
            (TimeDelta::MIN, "at least one second"),
        ] {
            let entry = ManualEntry::new(ActivityType::Run, start, extreme);
            let error = entry.fill(&mut form, None).unwrap_err();
            assert!(matches!(error, Error::InvalidArgument(_)), "{error:?}");
            assert!(error.to_string().contains(reason), "{extreme}: {error}");
        }
        let unknown = entry(60).distance_m(10.0).fill(&mut form, None);
        assert!(matches!(unknown, Err(Error::UnitUnknown)));
        assert!(
            entry(60)
                .distance_m(f64::NAN)
                .fill(&mut form, Some(&DistanceUnit::Miles))
                .is_err()
        );
        assert!(entry(60).fill(&mut form, None).is_ok());
    }
}
