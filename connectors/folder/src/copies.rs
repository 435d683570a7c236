//! Copies of one recording in several files: in other formats, under other names, of a part.

use std::cmp::Reverse;
use std::time::SystemTime;

use sync_core::{Item, Sport};
use workout_files::Sketch;

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
pub(crate) fn without_copies(mut copies: Vec<Copy<'_>>) -> Vec<Item> {
    // A leg may have more values than the file of the whole session, and is its copy all the same.
    copies.sort_by_key(|copy| (Reverse(copy.sketch.seconds()), &copy.item.id, copy.modified));
    let mut recordings: Vec<Vec<Copy<'_>>> = Vec::new();
    for copy in copies {
        let is_copy = |others: &&mut Vec<Copy<'_>>| {
            let is_equal = others.iter().any(|other| other.item.id == copy.item.id);
            is_equal || others[0].sketch.is_same_recording(copy.sketch)
        };
        match recordings.iter_mut().find(is_copy) {
            Some(others) => others.push(copy),
            None => recordings.push(vec![copy]),
        }
    }
    recordings
        .iter()
        .filter_map(|copies| best(copies))
        .collect()
}

/// The best of the copies of a recording, of which the longest is the first.
fn best(copies: &[Copy<'_>]) -> Option<Item> {
    let longest = copies.first()?.sketch.seconds();
    // A file without the minutes before the first position is of the whole, too.
    let whole = copies
        .iter()
        .filter(|copy| copy.sketch.seconds() * 10 >= longest * 9);
    let best = whole.max_by_key(|copy| (copy.sketch.values(), copy.modified))?;
    let mut item = best.item.clone();
    for Copy { item: other, .. } in copies {
        if other.id != item.id && !item.other_ids.contains(&other.id) {
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
