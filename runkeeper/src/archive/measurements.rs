//! `measurements.csv`.

use chrono::NaiveDateTime;

use super::table::{Rows, Table};

const NAME: &str = "measurements.csv";

/// A row of `measurements.csv`.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
#[non_exhaustive]
pub struct Measurement {
    /// Wall clock.
    pub at: NaiveDateTime,
    /// The quantity: `weight` (kilograms), `steps`, `calories_burned`, `fat_percent`, `sleep_total` (minutes) and
    /// others.
    pub kind: String,
    /// The value.
    pub value: f64,
}

impl Measurement {
    /// A measurement.
    #[must_use]
    pub fn new(at: NaiveDateTime, kind: String, value: f64) -> Self {
        Self { at, kind, value }
    }
}

/// Reads `measurements.csv`. A row needs all three columns.
#[must_use]
pub fn read_measurements(bytes: &[u8]) -> Rows<Measurement> {
    read_table(NAME, bytes)
}

pub(super) fn read_table(name: &str, bytes: &[u8]) -> Rows<Measurement> {
    let table = Table::read(name, bytes);
    let columns = (
        table.column("Date"),
        table.column("Type"),
        table.column("Value"),
    );
    let (Some(date), kind @ Some(_), value @ Some(_)) = columns else {
        return table.skipped("its columns are not Date, Type, Value".to_owned());
    };
    table.rows(|row| {
        Ok(Measurement {
            at: row.date(date)?,
            kind: row.text(kind).ok_or("the type is empty")?.trim().to_owned(),
            value: row.plain_number(value).ok_or("the value is not a number")?,
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measurements_are_read_and_bad_rows_named() {
        let text = b"Date,Type,Value\r\n2015-01-05 00:00:00,weight,60.5\r\n2015-01-05 00:00:00,steps,many\n";
        let read = read_measurements(text);
        let [(2, weight)] = &read.rows[..] else {
            panic!("{read:?}")
        };
        assert_eq!((weight.kind.as_str(), weight.value), ("weight", 60.5));
        assert_eq!(
            read.diagnostics[0].to_string(),
            "measurements.csv, row 3 is left out: the value is not a number"
        );
    }
}
