//! `cardioActivities.csv`.

use chrono::{NaiveDateTime, TimeDelta};

use super::{ArchiveError, table};
use crate::model::parse_clock;
use crate::{ActivityType, Distance, DistanceUnit, TripUuid};

const NAME: &str = "cardioActivities.csv";

/// A row of `cardioActivities.csv`. Empty fields are `None`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ArchivedActivity {
    /// UUID; from 2018 on.
    pub trip_uuid: Option<TripUuid>,
    /// Wall clock at the start.
    pub start: NaiveDateTime,
    /// The type.
    pub activity_type: ActivityType,
    /// Name of the route.
    pub route_name: Option<String>,
    /// Distance in the account's unit.
    pub distance: Option<Distance>,
    /// Time without pauses.
    pub duration: Option<TimeDelta>,
    /// Kilocalories.
    pub calories: Option<f64>,
    /// Climb in metres, converted where the account counts in feet.
    pub climb_m: Option<f64>,
    /// Average heart rate in beats per minute.
    pub average_heart_rate: Option<f64>,
    /// Notes.
    pub notes: Option<String>,
    /// Name of the GPX file in the archive; `None` without a track.
    pub gpx_file: Option<String>,
}

/// Reads `cardioActivities.csv` of any version and unit system.
///
/// # Errors
/// [`ArchiveError::Table`] with the row, when a row has no date, or a column that every version has is missing.
pub fn read_activities(bytes: &[u8]) -> Result<Vec<ArchivedActivity>, ArchiveError> {
    let table = table(NAME, bytes)?;
    let problem = |row, problem: String| ArchiveError::Table {
        table: NAME,
        row,
        problem,
    };
    let need = |name: &str| {
        table
            .column(name)
            .ok_or_else(|| problem(1, format!("there is no column \"{name}\"")))
    };
    let (date, kind) = (need("Date")?, need("Type")?);
    let (distance, duration) = (need("Distance")?, need("Duration")?);
    let unit = DistanceUnit::from_label(table.unit(distance).unwrap_or_default());
    let climb = table.column("Climb");
    let in_feet = climb.and_then(|column| table.unit(column)) == Some("ft");
    let column = |name: &str| table.column(name);
    let (uuid, route, calories) = (
        column("Activity Id"),
        column("Route Name"),
        column("Calories"),
    );
    let (heart_rate, notes, gpx) = (
        column("Average Heart Rate"),
        column("Notes"),
        column("GPX File"),
    );
    table
        .rows
        .iter()
        .map(|(at, row)| {
            let text = |column: Option<usize>| {
                column
                    .and_then(|column| row.get(column))
                    .filter(|text| !text.trim().is_empty())
            };
            let number = |column: Option<usize>| {
                let value = text(column)?.replace(',', "").trim().parse::<f64>().ok()?;
                value.is_finite().then_some(value)
            };
            let start = text(Some(date)).and_then(|text| {
                NaiveDateTime::parse_from_str(text.trim(), "%Y-%m-%d %H:%M:%S").ok()
            });
            Ok(ArchivedActivity {
                trip_uuid: text(uuid).map(|text| TripUuid(text.trim().to_owned())),
                start: start.ok_or_else(|| {
                    problem(*at, "the date is not like 2024-01-31 07:30:00".to_owned())
                })?,
                activity_type: ActivityType::from_text(text(Some(kind)).unwrap_or_default()),
                route_name: text(route).map(str::to_owned),
                distance: number(Some(distance)).map(|value| Distance::new(value, unit.clone())),
                duration: text(Some(duration)).and_then(parse_clock),
                calories: number(calories),
                climb_m: number(climb).map(|climb| if in_feet { climb * 0.3048 } else { climb }),
                average_heart_rate: number(heart_rate),
                notes: text(notes).map(str::to_owned),
                gpx_file: text(gpx).map(|text| text.trim().to_owned()),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_in_both_unit_systems_are_read() {
        let head = [
            "Date,Type,Route Name,Distance ({d}),Duration,Average Pace,Average Speed ({s}),Calories Burned,Climb ({c}),Average Heart Rate (bpm),Notes,GPX File",
            "Activity Id,Date,Type,Route Name,Distance ({d}),Duration,Average Pace,Average Speed ({s}),Calories Burned,Climb ({c}),Average Heart Rate (bpm),Friend's Tagged,Notes,GPX File",
        ];
        let rows = [
            "2017-08-10 17:59:54,Running,,3.00,18:51,6:18,9.54,162.0,20,141,\"a, b\",2017-08-10-1759.gpx",
            "00000000-0000-4000-8000-000000000001,2017-08-10 17:59:54,Running,,3.00,18:51,6:18,9.54,162.0,20,141,\"\",\"a, b\",2017-08-10-175954.gpx",
        ];
        for (version, (head, row)) in head.iter().zip(rows).enumerate() {
            for (d, s, c, metres, climb) in [
                ("km", "km/h", "m", 3000.0, 20.0),
                ("mi", "mph", "ft", 4828.032, 6.096),
            ] {
                let head = head.replace("{d}", d).replace("{s}", s).replace("{c}", c);
                let read = read_activities(format!("{head}\r\n{row}\r\n").as_bytes()).unwrap();
                let [activity] = &read[..] else {
                    panic!("{read:?}")
                };
                assert_eq!(activity.trip_uuid.is_some(), version == 1);
                assert_eq!(activity.start.to_string(), "2017-08-10 17:59:54");
                assert!(
                    (activity.distance.as_ref().unwrap().metres().unwrap() - metres).abs() < 1e-6
                );
                assert!((activity.climb_m.unwrap() - climb).abs() < 1e-9);
                assert_eq!(activity.duration, Some(TimeDelta::seconds(1131)));
                assert_eq!(activity.average_heart_rate, Some(141.0));
                assert_eq!(activity.notes.as_deref(), Some("a, b"));
                assert!(
                    activity
                        .gpx_file
                        .as_deref()
                        .unwrap()
                        .starts_with("2017-08-10-1759")
                );
            }
        }
    }

    #[test]
    fn notes_may_hold_line_ends_and_end_with_a_backslash() {
        let text = "Activity Id,Date,Type,Route Name,Distance (km),Duration,Friend's Tagged,Notes,GPX File\r\n\
                    ,2020-01-02 03:04:05,Stairmaster / Stepwell,,0.00,1:00:00,\"\",\"one\ntwo :\\\",\r\n\
                    ,2020-01-01 03:04:05,Kiting,,,,\"\",\"\",\r\n";
        let read = read_activities(text.as_bytes()).unwrap();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0].notes.as_deref(), Some("one\ntwo :\\"));
        assert_eq!(read[0].activity_type, ActivityType::StairmasterStepwell);
        assert_eq!(
            (&read[1].distance, &read[1].notes, &read[1].gpx_file),
            (&None, &None, &None)
        );
        assert_eq!(
            read[1].activity_type,
            ActivityType::Unknown("Kiting".into())
        );
    }

    #[test]
    fn a_bad_row_and_a_missing_column_are_named() {
        let error =
            read_activities(b"Date,Type,Distance (km),Duration\r\nyesterday,Running,1,1:00\r\n")
                .unwrap_err();
        assert_eq!(
            error.to_string(),
            "cardioActivities.csv, row 2: the date is not like 2024-01-31 07:30:00"
        );
        let error = read_activities(b"<html>\r\n").unwrap_err();
        assert!(error.to_string().contains("no column \"Date\""), "{error}");
    }
}
