//! A CSV table, read row by row.

use std::borrow::Cow;

use chrono::{NaiveDate, NaiveDateTime};

use super::Diagnostic;

/// The rows of a table that could be read, and what is wrong with the rest.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Rows<T> {
    /// The rows with their numbers, in the order of the table.
    pub rows: Vec<(u64, T)>,
    /// The rows and cells that could not be read.
    pub diagnostics: Vec<Diagnostic>,
}

/// The rows of a CSV table with their names.
pub(super) struct Table<'t> {
    name: &'t str,
    headers: Vec<String>,
    /// Row numbers and fields.
    rows: Vec<(u64, Vec<String>)>,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'t> Table<'t> {
    pub(super) fn read(name: &'t str, bytes: &[u8]) -> Self {
        let text = text(bytes);
        let mut table = Self {
            name,
            headers: Vec::new(),
            rows: Vec::new(),
            diagnostics: Vec::new(),
        };
        let mut reader = csv::ReaderBuilder::new()
            .flexible(true)
            .has_headers(false)
            .delimiter(delimiter(&text))
            .from_reader(&*text);
        // Rows, not lines: notes have line ends in them.
        for (row, record) in (1..).zip(reader.byte_records()) {
            let record = match record {
                Ok(record) => record,
                Err(_) => {
                    table.skip(row, "it is no CSV");
                    continue;
                }
            };
            let mut is_utf8 = true;
            let fields: Vec<String> = record
                .iter()
                .map(|field| match std::str::from_utf8(field) {
                    Ok(field) => field.to_owned(),
                    Err(_) => {
                        is_utf8 = false;
                        field.iter().copied().map(char::from).collect()
                    }
                })
                .collect();
            if row == 1 {
                table.headers = fields;
                continue;
            }
            if !is_utf8 {
                table.odd(row, "not UTF-8 text; read as Latin-1");
            }
            if fields.len() < table.headers.len() {
                let (there, all) = (fields.len(), table.headers.len());
                table.odd(row, format!("it has {there} of {all} fields"));
            }
            table.rows.push((row, fields));
        }
        table
    }

    /// The column whose name begins so, letter case aside.
    pub(super) fn column(&self, start: &str) -> Option<usize> {
        self.headers.iter().position(|header| {
            let header = header.trim();
            header
                .get(..start.len())
                .is_some_and(|begin| begin.eq_ignore_ascii_case(start))
        })
    }

    /// A column that every version of the table has.
    pub(super) fn expected(&mut self, column: &'static str) -> Option<usize> {
        let found = self.column(column);
        if found.is_none() {
            self.diagnostics.push(Diagnostic::ColumnMissing {
                table: self.name.to_owned(),
                column,
            });
        }
        found
    }

    /// What stands in brackets in the name of a column: its unit.
    pub(super) fn unit(&self, column: usize) -> Option<&str> {
        let (_, rest) = self.headers.get(column)?.split_once('(')?;
        Some(rest.split(')').next().unwrap_or_default().trim())
    }

    /// Reads each row; the error says why a row is left out.
    pub(super) fn rows<T>(
        mut self,
        mut read: impl FnMut(&mut Row<'_>) -> Result<T, String>,
    ) -> Rows<T> {
        let mut rows = Vec::with_capacity(self.rows.len());
        for (number, fields) in std::mem::take(&mut self.rows) {
            let mut row = Row {
                fields: &fields,
                odd: Vec::new(),
            };
            match read(&mut row) {
                Ok(value) => {
                    for problem in row.odd {
                        self.odd(number, problem);
                    }
                    rows.push((number, value));
                }
                Err(problem) => self.skip(number, problem),
            }
        }
        Rows {
            rows,
            diagnostics: self.diagnostics,
        }
    }

    /// A table without rows.
    pub(super) fn skipped<T>(mut self, problem: String) -> Rows<T> {
        self.diagnostics.push(Diagnostic::TableSkipped {
            table: self.name.to_owned(),
            problem,
        });
        Rows {
            rows: Vec::new(),
            diagnostics: self.diagnostics,
        }
    }

    fn skip(&mut self, row: u64, problem: impl Into<String>) {
        self.diagnostics.push(Diagnostic::RowSkipped {
            table: self.name.to_owned(),
            row,
            problem: problem.into(),
        });
    }

    fn odd(&mut self, row: u64, problem: impl Into<String>) {
        self.diagnostics.push(Diagnostic::RowOdd {
            table: self.name.to_owned(),
            row,
            problem: problem.into(),
        });
    }
}

pub(super) struct Row<'r> {
    fields: &'r [String],
    odd: Vec<String>,
}

impl Row<'_> {
    /// What stands in a column, unless it is empty.
    pub(super) fn text(&self, column: Option<usize>) -> Option<&str> {
        let text = self.fields.get(column?)?;
        (!text.trim().is_empty()).then_some(text.as_str())
    }

    /// Reads a column; a cell that `read` refuses becomes a diagnostic and is unknown.
    pub(super) fn cell<T>(
        &mut self,
        name: &str,
        column: Option<usize>,
        read: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let value = read(self.text(column)?.trim());
        if value.is_none() {
            self.odd.push(format!("the {name} cannot be read"));
        }
        value
    }

    /// The wall clock of a row, without which it is worth nothing.
    pub(super) fn date(&mut self, column: usize) -> Result<NaiveDateTime, String> {
        let text = self.text(Some(column)).map(str::trim).unwrap_or_default();
        if let Ok(date) = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S") {
            return Ok(date);
        }
        let iso = [
            "%Y-%m-%dT%H:%M:%S%.f",
            "%Y-%m-%d %H:%M:%S%.f",
            "%Y-%m-%d %H:%M",
        ];
        let found = iso
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(text, format).ok());
        match found {
            Some(date) => {
                self.odd
                    .push("the date is not like 2024-01-31 07:30:00".to_owned());
                Ok(date)
            }
            // With a zone it could be the wall clock or another one; a day alone has no clock.
            None if NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok() => {
                Err("the date has no time of day".to_owned())
            }
            None => Err("the date is not like 2024-01-31 07:30:00".to_owned()),
        }
    }
}

/// A number in English notation: thousands may be grouped by commas.
pub(super) fn number(text: &str) -> Option<f64> {
    let is_grouped = |text: &str| {
        let whole = text.split('.').next().unwrap_or_default();
        let mut groups = whole.trim_start_matches('-').split(',');
        groups
            .next()
            .is_some_and(|first| (1..=3).contains(&first.len()))
            && groups.all(|group| group.len() == 3)
    };
    let plain = match text.contains(',') {
        true if is_grouped(text) => text.replace(',', ""),
        true => return None,
        false => text.to_owned(),
    };
    plain.parse().ok().filter(|number: &f64| number.is_finite())
}

/// Spreadsheets that saved a table leave marks of the encoding.
fn text(bytes: &[u8]) -> Cow<'_, [u8]> {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| -> Cow<'static, [u8]> {
        let units = bytes.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: String = char::decode_utf16(units)
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        Cow::Owned(text.into_bytes())
    };
    match bytes {
        [0xEF, 0xBB, 0xBF, rest @ ..] => Cow::Borrowed(rest),
        [0xFF, 0xFE, rest @ ..] => utf16(rest, u16::from_le_bytes),
        [0xFE, 0xFF, rest @ ..] => utf16(rest, u16::from_be_bytes),
        bytes => Cow::Borrowed(bytes),
    }
}

/// The service separates by commas; spreadsheets of some countries don't.
fn delimiter(text: &[u8]) -> u8 {
    let head = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| head.iter().filter(|byte| **byte == wanted).count();
    [b';', b'\t']
        .into_iter()
        .find(|other| count(*other) > count(b','))
        .unwrap_or(b',')
}
