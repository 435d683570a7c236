//! Refusing to go on when a listing looks wrong: before anything is written, with a name and a way out.

use std::collections::BTreeSet;

use crate::Stop;
use crate::book::{Book, Entry};
use crate::item::Window;
use crate::report::Line;
use crate::window::KNOWN_IN_OVERLAP;

/// Fewer known workouts than this in the window are too few to speak of a mass change.
const FEWEST_KNOWN: usize = 4;

/// Why a run stopped before it wrote anything.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Guard {
    /// The source lists nothing, though it did before.
    #[error(
        "{source_name} lists no workouts from {window}, not even the {known} that are known. Nothing was changed. \
         Look at the account in the browser; if it really is empty, go on with --accept-listing"
    )]
    EmptyListing {
        /// The source.
        source_name: String,
        /// The days that were listed.
        window: Window,
        /// How many workouts of the window the ledger knows.
        known: usize,
    },
    /// More than half of the known workouts are gone from the listing.
    #[error(
        "{source_name} lists only {listed} of the {known} known workouts from {window}. Nothing was changed. \
         If they really were deleted there, go on with --accept-listing"
    )]
    MassChange {
        /// The source.
        source_name: String,
        /// The days that were listed.
        window: Window,
        /// How many workouts of the window the ledger knows.
        known: usize,
        /// How many of them are listed.
        listed: usize,
    },
}

/// Compares a listing with what the ledger knows of its window.
pub(crate) async fn check(
    source_name: &str,
    book: &Book,
    window: Window,
    known: &[Entry],
    listing: &[Line],
) -> Result<(), Stop> {
    let known: Vec<&Entry> = known.iter().filter(|entry| !entry.is_gone()).collect();
    let ids = ids(listing);
    let listed = known
        .iter()
        .filter(|entry| ids.contains(entry.id.as_str()))
        .count();
    let source_name = source_name.to_owned();
    if listing.is_empty() && !known.is_empty() && book.has_delivered(KNOWN_IN_OVERLAP).await? {
        return Err(Guard::EmptyListing {
            source_name,
            window,
            known: known.len(),
        }
        .into());
    }
    if known.len() >= FEWEST_KNOWN && listed * 2 < known.len() {
        return Err(Guard::MassChange {
            source_name,
            window,
            known: known.len(),
            listed,
        }
        .into());
    }
    Ok(())
}

/// What is known and not listed any more.
pub(crate) fn gone(known: &[Entry], listing: &[Line]) -> Vec<Entry> {
    let ids = ids(listing);
    let missing = |entry: &&Entry| !ids.contains(entry.id.as_str());
    known.iter().filter(missing).cloned().collect()
}

fn ids(listing: &[Line]) -> BTreeSet<&str> {
    listing.iter().map(|line| line.item.id.as_str()).collect()
}
