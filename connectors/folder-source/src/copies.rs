//! Copies of one recording in several files: in other formats, under other names, of a part.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::SystemTime;

use sync_core::{Item, Sport};
use workout_files::{Sketch, group_copies};

/// A workout of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Copy<'a> {
    pub(crate) item: &'a Item,
    pub(crate) sketch: &'a Sketch,
    /// When the file was changed.
    pub(crate) modified: SystemTime,
}

/// Each recording once. Of several copies it is the one with the most values among those of the whole, of equal ones the newest. It
/// names the others.
pub(crate) fn without_copies(mut files: Vec<Copy<'_>>) -> Vec<Item> {
    files.sort_by_key(|file| Reverse(file.modified));
    let mut distinct = BTreeMap::new();
    for file in files {
        // Of files with equal content the newest one stays.
        distinct.entry(&file.item.id).or_insert(file);
    }
    let recordings = group_copies(distinct.into_values(), |copy| copy.sketch);
    recordings
        .iter()
        .filter_map(|copies| best(copies))
        .collect()
}

/// The best of the copies of a recording, of which the longest is the first.
fn best(copies: &[Copy<'_>]) -> Option<Item> {
    let longest = copies.first()?.sketch;
    let whole = copies
        .iter()
        .filter(|copy| copy.sketch.is_about_as_long_as(longest));
    let best = whole.max_by_key(|copy| (copy.sketch.values(), copy.modified))?;
    let mut item = best.item.clone();
    for Copy { item: other, .. } in copies {
        if other.id != item.id {
            item.other_ids.push(other.id.clone());
        }
        // TCX has three sports.
        let says_nothing = |sport: &Sport| *sport == Sport::Other;
        if other.start == item.start && item.sport.as_ref().is_none_or(says_nothing) {
            item.sport.clone_from(&other.sport);
        }
    }
    Some(item)
}
