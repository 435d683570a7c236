//! The identifiers of rows. They depend on what a row says, not on its place.

use std::collections::{BTreeMap, BTreeSet};

use runkeeper::archive::ArchivedActivity;

/// Text of the archive for identifiers and messages: without what a terminal would obey.
pub(crate) fn clean(text: &str) -> String {
    let is_mark = |c: char| matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    text.replace(|c: char| c.is_control() || is_mark(c), "")
}

/// An identifier for each row, in the order of the rows.
pub(crate) fn of(rows: &[ArchivedActivity]) -> Vec<String> {
    let plain: Vec<String> = rows.iter().map(plain).collect();
    let mut holders: BTreeMap<&str, usize> = BTreeMap::new();
    for id in &plain {
        *holders.entry(id).or_default() += 1;
    }
    let mut taken = BTreeSet::new();
    let numbered = plain.iter().zip(rows).map(|(plain, row)| {
        // Which of several rows has the plain one could change with the next export, so none has.
        let id = match holders.get(plain.as_str()) {
            Some(1) => plain.clone(),
            _ => format!("{plain}-{}", facts(row)),
        };
        // Equal facts: which of the rows is which does not matter much.
        let numbers = (2..).map(|number| format!("{id}-{number}"));
        let mut names = std::iter::once(id.clone()).chain(numbers);
        names.find(|id| taken.insert(id.clone())).unwrap_or(id)
    });
    numbered.collect()
}

/// The identifier that each row had in exports before 2018, which have no UUIDs: where it is the only one of its second.
pub(crate) fn older(rows: &[ArchivedActivity]) -> Vec<Option<String>> {
    let mut holders: BTreeMap<_, usize> = BTreeMap::new();
    for row in rows {
        *holders.entry(row.start).or_default() += 1;
    }
    let is_only = |row: &&ArchivedActivity| row.trip_uuid.is_some() && holders[&row.start] == 1;
    let older = rows.iter().map(|row| Some(row).filter(is_only).map(clock));
    older.collect()
}

fn clock(row: &ArchivedActivity) -> String {
    row.start.format("%Y-%m-%dT%H:%M:%S").to_string()
}

/// The UUID, else the clock.
fn plain(row: &ArchivedActivity) -> String {
    let uuid = row.trip_uuid.as_ref().map(|uuid| clean(&uuid.to_string()));
    uuid.filter(|uuid| !uuid.is_empty())
        .unwrap_or_else(|| clock(row))
}

/// Type, seconds and metres, such as `running-300-1000`.
fn facts(row: &ArchivedActivity) -> String {
    let metres = row.distance.as_ref().and_then(runkeeper::Distance::metres);
    let seconds = row.duration.map(|time| time.num_seconds());
    let kind = row.activity_type.to_sport();
    let kind = clean(&kind.as_str().to_lowercase());
    format!(
        "{kind}-{}-{:.0}",
        seconds.unwrap_or_default(),
        metres.unwrap_or_default()
    )
}
