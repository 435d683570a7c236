//! The records of a CSV text. A quote that is left open costs its own row, not the rows up to the next quote.

use chrono::NaiveDateTime;

/// How a row writes its date.
pub(super) const DATE: &str = "%Y-%m-%d %H:%M:%S";

/// How many open quotes are mended one by one: each may take a look at everything that follows. Afterwards quotes mean nothing.
const MOST_MENDED: usize = 100;

/// A row as it stands in the text.
pub(super) struct Record {
    pub(super) fields: Vec<String>,
    pub(super) is_utf8: bool,
    pub(super) quote: Quote,
}

/// The state of the quotes of a row.
#[derive(PartialEq)]
pub(super) enum Quote {
    Closed,
    /// One is open, and all fields of the row were found without it.
    Ignored,
    /// One is open, and it is unknown which field is which.
    Open,
}

pub(super) struct Records<'t> {
    text: &'t [u8],
    delimiter: u8,
    /// The end of the last record.
    at: usize,
    reader: csv::Reader<&'t [u8]>,
    /// The begin of what `reader` reads.
    base: usize,
    mended: usize,
    /// The headings, which are the first record.
    columns: usize,
    date: Option<usize>,
}

impl<'t> Records<'t> {
    pub(super) fn new(text: &'t [u8], delimiter: u8) -> Self {
        Self {
            text,
            delimiter,
            at: 0,
            reader: reader(text, delimiter, true),
            base: 0,
            mended: 0,
            columns: 0,
            date: None,
        }
    }

    /// Says which of the headings is that of the date.
    pub(super) fn expect(&mut self, columns: usize, date: Option<usize>) {
        (self.columns, self.date) = (columns, date);
    }

    /// Whether a line is a row of its own: it has a date at the right place, and as many fields as a row has up to its notes, which may
    /// go on in the next line.
    fn is_row(&self, line: &[u8]) -> bool {
        let fields: Vec<&[u8]> = line.split(|byte| *byte == self.delimiter).collect();
        let date = self.date.and_then(|date| fields.get(date));
        let date = date.and_then(|date| std::str::from_utf8(date).ok());
        fields.len() + 1 >= self.columns
            && date.is_some_and(|date| NaiveDateTime::parse_from_str(date.trim(), DATE).is_ok())
    }

    /// The end of the first line of a record that an open quote made too long.
    fn end_of_spoilt(&self, from: usize, until: usize, fields: usize) -> Option<usize> {
        if self.mended >= MOST_MENDED {
            return None;
        }
        let record = &self.text[from..until];
        let is_end = |byte: &u8| b"\r\n".contains(byte);
        let first = record.iter().position(is_end).unwrap_or(record.len());
        let has_rows = || record.split(is_end).skip(1).any(|line| self.is_row(line));
        let quotes = record.iter().filter(|byte| **byte == b'"').count();
        let is_short = fields < self.columns && quotes % 2 == 1;
        (is_short || has_rows()).then_some(from + first)
    }
}

impl Iterator for Records<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let mut record = csv::ByteRecord::new();
        // A slice cannot fail to be read, and rows may have any number of fields.
        if !self.reader.read_byte_record(&mut record).unwrap_or(false) {
            return None;
        }
        let blank = self.text[self.at..]
            .iter()
            .take_while(|byte| b"\r\n".contains(byte));
        let from = self.at + blank.count();
        let until = self.base + self.reader.position().byte() as usize;
        self.at = until;
        let Some(end) = self.end_of_spoilt(from, until.max(from), record.len()) else {
            let mut record = Record::new(&record, Quote::Closed);
            if self.mended >= MOST_MENDED {
                record.trim_quotes();
            }
            return Some(record);
        };
        (self.at, self.base) = (end, end);
        self.mended += 1;
        let has_quotes = self.mended < MOST_MENDED;
        self.reader = reader(&self.text[end..], self.delimiter, has_quotes);
        let line = &self.text[from..end];
        let mut plain = csv::ByteRecord::new();
        let read = reader(line, self.delimiter, false).read_byte_record(&mut plain);
        let mut record = Record::new(&plain, Quote::Open);
        if read.unwrap_or(false) && plain.len() == self.columns {
            record.quote = Quote::Ignored;
            record.trim_quotes();
        }
        Some(record)
    }
}

impl Record {
    fn new(record: &csv::ByteRecord, quote: Quote) -> Self {
        let mut is_utf8 = true;
        let fields = record.iter().map(|field| match std::str::from_utf8(field) {
            Ok(field) => field.to_owned(),
            Err(_) => {
                is_utf8 = false;
                field.iter().copied().map(char::from).collect()
            }
        });
        Self {
            fields: fields.collect(),
            is_utf8,
            quote,
        }
    }

    /// For a row that was read as if quotes meant nothing.
    fn trim_quotes(&mut self) {
        for field in &mut self.fields {
            *field = field.trim_matches('"').to_owned();
        }
    }
}

fn reader(text: &[u8], delimiter: u8, quoting: bool) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new()
        .flexible(true)
        .has_headers(false)
        .quoting(quoting)
        .delimiter(delimiter)
        .from_reader(text)
}
