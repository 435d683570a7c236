//! A CSV table, read row by row.

use std::borrow::Cow;

use chrono::{NaiveDate, NaiveDateTime};

use super::Diagnostic;
use super::records::{DATE, Quote, Records};

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
    /// Columns are separated by semicolons: in such tables a comma is the decimal sign.
    is_comma_decimal: bool,
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl<'t> Table<'t> {
    pub(super) fn read(name: &'t str, bytes: &[u8]) -> Self {
        let text = text(bytes);
        let mut table = Self {
            name,
            headers: Vec::new(),
            rows: Vec::new(),
            is_comma_decimal: false,
            diagnostics: Vec::new(),
        };
        let delimiter = delimiter(&text);
        table.is_comma_decimal = delimiter == b';';
        let mut records = Records::new(&text, delimiter);
        // Rows, not lines: notes have line ends in them.
        for row in 1.. {
            let Some(record) = records.next() else { break };
            let fields = record.fields;
            if row == 1 {
                table.headers = fields
                    .iter()
                    .map(|name| name.replace('\u{a0}', " "))
                    .collect();
                records.expect(table.headers.len(), table.column("Date"));
                continue;
            }
            match record.quote {
                Quote::Closed => {}
                Quote::Ignored => table.odd(row, "a quote is left open; read without it"),
                Quote::Open => {
                    table.skip(row, "a quote is left open");
                    continue;
                }
            }
            if !record.is_utf8 {
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

    /// The column of this name, its unit aside, else the first whose name begins so; letter case does not count.
    pub(super) fn column(&self, start: &str) -> Option<usize> {
        let plain = |header: &String| {
            let name = header.split('(').next().unwrap_or_default();
            name.trim().eq_ignore_ascii_case(start)
        };
        let begins = |header: &String| {
            let begin = header.trim().get(..start.len());
            begin.is_some_and(|begin| begin.eq_ignore_ascii_case(start))
        };
        let position = self.headers.iter().position(plain);
        position.or_else(|| self.headers.iter().position(begins))
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
                is_comma_decimal: self.is_comma_decimal,
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
    is_comma_decimal: bool,
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

    /// Reads a column of numbers, as [`cell`](Self::cell).
    pub(super) fn number(&mut self, name: &str, column: Option<usize>) -> Option<f64> {
        let is_comma_decimal = self.is_comma_decimal;
        self.cell(name, column, |text| number(text, is_comma_decimal))
    }

    /// A column's number. `None`: it has none.
    pub(super) fn plain_number(&self, column: Option<usize>) -> Option<f64> {
        number(self.text(column)?.trim(), self.is_comma_decimal)
    }

    /// The wall clock of a row, without which it is worth nothing.
    pub(super) fn date(&mut self, column: usize) -> Result<NaiveDateTime, String> {
        let text = self.text(Some(column)).map(str::trim).unwrap_or_default();
        if let Ok(date) = NaiveDateTime::parse_from_str(text, DATE) {
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

/// A number in English notation, in which commas may group thousands, or in that of the countries where a comma is the decimal sign.
fn number(text: &str, is_comma_decimal: bool) -> Option<f64> {
    let is_grouped = |text: &str, sign: char, decimal: char| {
        let whole = text.split(decimal).next().unwrap_or_default();
        let mut groups = whole.trim_start_matches('-').split(sign);
        groups
            .next()
            .is_some_and(|first| (1..=3).contains(&first.len()))
            && groups.all(|group| group.len() == 3)
    };
    let plain = match (text.contains(','), is_comma_decimal) {
        (false, _) => text.to_owned(),
        (true, true) if is_grouped(text, '.', ',') => text.replace('.', "").replace(',', "."),
        (true, true) => text.replace(',', "."),
        (true, false) if is_grouped(text, ',', '.') => text.replace(',', ""),
        (true, false) => return None,
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
        // Without a mark: the headings are ASCII.
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => {
            utf16(bytes, u16::from_le_bytes)
        }
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => {
            utf16(bytes, u16::from_be_bytes)
        }
        bytes => Cow::Borrowed(bytes),
    }
}

/// The service separates by commas; spreadsheets of some countries don't.
fn delimiter(text: &[u8]) -> u8 {
    let head = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| head.iter().filter(|byte| **byte == wanted).count();
    [b';', b'\t', b'|']
        .into_iter()
        .find(|other| count(*other) > count(b','))
        .unwrap_or(b',')
}
