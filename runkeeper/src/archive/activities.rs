//! `cardioActivities.csv`.

use chrono::{NaiveDateTime, TimeDelta};

use super::table::{Rows, Table};
use crate::model::parse_clock;
use crate::{ActivityType, Distance, DistanceUnit, TripUuid};

const NAME: &str = "cardioActivities.csv";

/// A row of `cardioActivities.csv`. Empty fields are `None`.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
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
    #[serde(rename = "duration_s", serialize_with = "crate::model::seconds")]
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

impl ArchivedActivity {
    /// A row of which only time and type are known; the other fields are public and empty. For tests of what is made of it.
    #[must_use]
    pub fn new(start: NaiveDateTime, activity_type: ActivityType) -> Self {
        Self {
            trip_uuid: None,
            start,
            activity_type,
            route_name: None,
            distance: None,
            duration: None,
            calories: None,
            climb_m: None,
            average_heart_rate: None,
            notes: None,
            gpx_file: None,
        }
    }
}

/// Reads `cardioActivities.csv` of any version and unit system. Only the date is essential to a row.
#[must_use]
pub fn read_activities(bytes: &[u8]) -> Rows<ArchivedActivity> {
    read_table(NAME, bytes)
}

pub(super) fn read_table(name: &str, bytes: &[u8]) -> Rows<ArchivedActivity> {
    let mut table = Table::read(name, bytes);
    let Some(date) = table.column("Date") else {
        return table.skipped("it has no column \"Date\"".to_owned());
    };
    let (kind, distance) = (table.expected("Type"), table.expected("Distance"));
    let duration = table.expected("Duration");
    let unit = distance.and_then(|column| table.unit(column));
    let unit = DistanceUnit::from_label(unit.unwrap_or_default());
    let climb = table.column("Climb");
    let in_feet = climb.and_then(|column| table.unit(column)) == Some("ft");
    let (uuid, route, calories) = (
        table.column("Activity Id"),
        table.column("Route Name"),
        table.column("Calories"),
    );
    let (heart_rate, notes, gpx) = (
        table.column("Average Heart Rate"),
        table.column("Notes"),
        table.expected("GPX File"),
    );
    table.rows(|row| {
        Ok(ArchivedActivity {
            start: row.date(date)?,
            trip_uuid: row.text(uuid).map(|text| TripUuid(text.trim().to_owned())),
            activity_type: ActivityType::from_text(row.text(kind).unwrap_or_default()),
            route_name: row.text(route).map(str::to_owned),
            distance: row
                .number("distance", distance)
                .map(|value| Distance::new(value, unit.clone())),
            duration: row.cell("duration", duration, parse_clock),
            calories: row.number("energy", calories),
            climb_m: row
                .number("climb", climb)
                .map(|climb| if in_feet { climb * 0.3048 } else { climb }),
            average_heart_rate: row.number("heart rate", heart_rate),
            notes: row.text(notes).map(str::to_owned),
            gpx_file: row.text(gpx).map(|text| text.trim().to_owned()),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scenario: CSV: CRLF, notes with line ends, no backslash escape, columns by prefix
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
                let read = read_activities(format!("{head}\r\n{row}\r\n").as_bytes());
                let [(2, activity)] = &read.rows[..] else {
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

    /// Scenario: CSV: CRLF, notes with line ends, no backslash escape, columns by prefix
    #[test]
    fn notes_may_hold_line_ends_and_end_with_a_backslash() {
        let text = "Activity Id,Date,Type,Route Name,Distance (km),Duration,Friend's Tagged,Notes,GPX File\r\n\
                    ,2020-01-02 03:04:05,Stairmaster / Stepwell,,0.00,1:00:00,\"\",\"one\ntwo :\\\",\r\n\
                    ,2020-01-01 03:04:05,Kiting,,,,\"\",\"\",\r\n";
        let read = read_activities(text.as_bytes());
        assert_eq!(read.diagnostics, []);
        let read: Vec<_> = read.rows.into_iter().map(|(_, row)| row).collect();
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
        let text = b"Date,Type,Distance (km),Duration,GPX File\r\nyesterday,Running,1,1:00,\r\n";
        let read = read_activities(text);
        assert!(read.rows.is_empty());
        assert_eq!(
            read.diagnostics[0].to_string(),
            "cardioActivities.csv, row 2 is left out: the date is not like 2024-01-31 07:30:00"
        );
        let read = read_activities(b"<html>\r\n");
        let told = read.diagnostics[0].to_string();
        assert!(told.contains("no column \"Date\""), "{told}");
    }
}
