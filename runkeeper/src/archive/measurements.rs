//! `measurements.csv`.

use chrono::NaiveDateTime;

use super::{ArchiveError, table};

const NAME: &str = "measurements.csv";

/// A row of `measurements.csv`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Measurement {
    /// Wall clock.
    pub at: NaiveDateTime,
    /// What was measured: `weight` (kilograms), `steps`, `calories_burned`, `fat_percent`, `sleep_total` (minutes) and
    /// others.
    pub kind: String,
    /// The value.
    pub value: f64,
}

/// Reads `measurements.csv`.
///
/// # Errors
/// [`ArchiveError::Table`] with the row, when a date or a value can't be read.
pub fn read_measurements(bytes: &[u8]) -> Result<Vec<Measurement>, ArchiveError> {
    let table = table(NAME, bytes)?;
    let problem = |row, problem: &str| ArchiveError::Table {
        table: NAME,
        row,
        problem: problem.to_owned(),
    };
    let need = |name: &str| {
        table
            .column(name)
            .ok_or_else(|| problem(1, "the columns are not Date, Type, Value"))
    };
    let (date, kind, value) = (need("Date")?, need("Type")?, need("Value")?);
    table
        .rows
        .iter()
        .map(|(at, row)| {
            let text = |column: usize| row.get(column).unwrap_or_default().trim();
            Ok(Measurement {
                at: NaiveDateTime::parse_from_str(text(date), "%Y-%m-%d %H:%M:%S")
                    .map_err(|_| problem(*at, "the date is not like 2024-01-31 07:30:00"))?,
                kind: text(kind).to_owned(),
                value: text(value)
                    .parse()
                    .map_err(|_| problem(*at, "the value is not a number"))?,
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measurements_are_read_and_bad_values_named() {
        let read =
            read_measurements(b"Date,Type,Value\r\n2015-01-05 00:00:00,weight,60.5\r\n").unwrap();
        assert_eq!((read[0].kind.as_str(), read[0].value), ("weight", 60.5));
        let error =
            read_measurements(b"Date,Type,Value\n2015-01-05 00:00:00,steps,many\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "measurements.csv, row 2: the value is not a number"
        );
    }
}
