//! Refuses to go on when a listing looks wrong: before anything is written.

use std::collections::BTreeMap;

use super::windows::KNOWN_IN_OVERLAP;
use crate::engine::RunError;
use crate::item::{Item, Window};
use crate::ledger::Select;
use crate::store::{Brief, Store};

/// Fewer known workouts than this in the window are too few to speak of a mass change.
const FEWEST_KNOWN: usize = 4;

/// Why a run stopped before it wrote anything. The user looks at the account; if the listing is right, a run with
/// [`RunRequest::with_accept_listing`](crate::RunRequest::with_accept_listing) goes on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Guard {
    /// The source lists nothing, though it did before.
    #[error(
        "{source_name} lists no workouts from {days}, not even the {known} that are known; nothing was changed"
    )]
    EmptyListing {
        /// The source.
        source_name: String,
        /// The days that were listed, from the first to the last.
        days: Window,
        /// How many workouts of these days the ledger knows.
        known: usize,
    },
    /// More than half of the known workouts are gone from the listing.
    #[error(
        "{source_name} lists only {listed} of the {known} known workouts from {days}; nothing was changed"
    )]
    MassChange {
        /// The source.
        source_name: String,
        /// The days that were listed, from the first to the last.
        days: Window,
        /// How many workouts of these days the ledger knows.
        known: usize,
        /// How many of them are listed.
        listed: usize,
    },
}

/// Compares a listing with what the ledger knows of its days.
pub(super) async fn check(
    source: &str,
    store: &Store,
    days: Window,
    known: impl Iterator<Item = &Brief>,
    listing: &BTreeMap<&str, &Item>,
) -> Result<(), RunError> {
    let known: Vec<&Brief> = known.filter(|known| !known.is_gone).collect();
    let is_listed = |known: &&&Brief| listing.contains_key(known.id.as_str());
    let listed = known.iter().filter(is_listed).count();
    let source_name = source.to_owned();
    let known = known.len();
    if listing.is_empty() && known > 0 && has_delivered(store, KNOWN_IN_OVERLAP).await? {
        return Err(RunError::Guard(Guard::EmptyListing {
            source_name,
            days,
            known,
        }));
    }
    if known >= FEWEST_KNOWN && listed * 2 < known {
        return Err(RunError::Guard(Guard::MassChange {
            source_name,
            days,
            known,
            listed,
        }));
    }
    Ok(())
}

/// Whether at least `many` workouts are at the destination.
async fn has_delivered(store: &Store, many: usize) -> Result<bool, RunError> {
    let mut count = 0;
    let mut visit = |record: crate::model::Record| {
        count += usize::from(record.state.name().is_at_destination());
    };
    store.visit(Select::All, &mut visit).await?;
    Ok(count >= many)
}
