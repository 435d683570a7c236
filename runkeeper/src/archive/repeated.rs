//! Rows that stand in an archive more than once.

use std::collections::HashMap;

use chrono::NaiveDateTime;

use super::table::Rows;
use super::{Archive, ArchivedActivity, Diagnostic, tracks};

/// A table of activities.
pub(super) struct Sheet {
    pub(super) path: String,
    pub(super) read: Rows<ArchivedActivity>,
}

/// The place of a row that was kept: its table and its number in it.
struct Origin {
    table: usize,
    row: u64,
}

/// Adds the rows of all tables, each activity once, and leads each row to its track.
pub(super) fn merge(archive: &mut Archive, sheets: Vec<Sheet>) {
    let mut origins: Vec<Origin> = Vec::new();
    let mut by_uuid: HashMap<String, usize> = HashMap::new();
    let mut by_start: HashMap<NaiveDateTime, Vec<usize>> = HashMap::new();
    let tracks = std::mem::take(&mut archive.tracks);
    let names = tracks::Names::new(&tracks);
    let paths: Vec<String> = sheets.iter().map(|sheet| sheet.path.clone()).collect();
    for (table, sheet) in sheets.into_iter().enumerate() {
        archive.diagnostics.extend(sheet.read.diagnostics);
        let folder = sheet.path.rfind('/').map_or("", |at| &sheet.path[..=at]);
        for (row, mut activity) in sheet.read.rows {
            if let Some(name) = &mut activity.gpx_file
                && let Some(found) = names.find(folder, name)
            {
                *name = found;
            }
            let uuid = activity.trip_uuid.as_ref();
            let uuid = uuid.map(|uuid| uuid.0.to_ascii_lowercase());
            let same_start = by_start.entry(activity.start).or_default();
            let known = match uuid.as_ref().and_then(|uuid| by_uuid.get(uuid)) {
                Some(known) => Some(*known),
                None => same_start.iter().copied().find(|known| {
                    let is_other_table = origins[*known].table != table;
                    is_same(&archive.activities[*known], &activity, is_other_table)
                }),
            };
            let Some(known) = known else {
                let index = archive.activities.len();
                same_start.push(index);
                by_uuid.extend(uuid.map(|uuid| (uuid, index)));
                archive.activities.push(activity);
                origins.push(Origin { table, row });
                continue;
            };
            let mut left_out = Origin { table, row };
            let kept = &mut archive.activities[known];
            // The row with a UUID keeps it: later exports have it as well.
            if kept.trip_uuid.is_none() && activity.trip_uuid.is_some() {
                std::mem::swap(kept, &mut activity);
                std::mem::swap(&mut origins[known], &mut left_out);
                by_uuid.extend(uuid.map(|uuid| (uuid, known)));
            }
            let has_track = |row: &ArchivedActivity| {
                let name = row.gpx_file.as_ref();
                name.is_some_and(|name| tracks.contains_key(name))
            };
            if !has_track(kept) && has_track(&activity) {
                kept.gpx_file = activity.gpx_file;
            }
            archive.diagnostics.push(Diagnostic::RowRepeated {
                table: paths[left_out.table].clone(),
                row: left_out.row,
            });
        }
    }
    archive.tracks = tracks;
}

/// Whether two rows of one start are one activity. In one table only rows that are equal are; two tables may have other units, which
/// are rounded.
fn is_same(one: &ArchivedActivity, other: &ArchivedActivity, is_other_table: bool) -> bool {
    if one.trip_uuid.is_some() && other.trip_uuid.is_some() {
        return false;
    }
    let lasts_as_long = match (one.duration, other.duration) {
        (Some(one), Some(other)) => (one - other).num_seconds().abs() <= 1,
        (one, other) => one == other,
    };
    match is_other_table {
        true => one.activity_type == other.activity_type && lasts_as_long,
        false => one == other,
    }
}
