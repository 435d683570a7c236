//! Refuses to go on when a listing looks wrong: before anything is written.

use std::collections::{BTreeMap, BTreeSet};

use super::windows::KNOWN_IN_OVERLAP;
use crate::engine::{Engine, RunError};
use crate::item::{Item, Window};
use crate::ledger::Select;
use crate::store::{Brief, Store, record};

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
    /// The destination lists nothing of what is there, as the ledger knows: it may be another place under the same name, such as
    /// the folder in which a drive is not mounted.
    #[error(
        "{destination_name} lists none of the {delivered} workouts that were delivered there; nothing was changed"
    )]
    DeliveriesMissing {
        /// The destination.
        destination_name: String,
        /// How many workouts are there, as the ledger knows.
        delivered: usize,
    },
}

/// Compares a listing with what the ledger knows of its days.
pub(super) async fn check(
    source: &str,
    store: &Store,
    days: Window,
    known: &[Brief],
    listing: &BTreeMap<&str, &Item>,
) -> Result<(), RunError> {
    let is_missed = |it: &&Brief| !it.is_gone && it.day.is_none_or(|day| days.contains(day));
    let is_listed = |it: &&Brief| listing.contains_key(it.id.as_str());
    let listed = known.iter().filter(is_missed).filter(is_listed).count();
    let known = known.iter().filter(is_missed).count();
    let source_name = source.to_owned();
    if listing.is_empty() && known > 0 && delivered(store).await? >= KNOWN_IN_OVERLAP {
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

/// Makes sure that the destination still lists something of what was delivered there, where it
/// [lists everything at once](crate::Capabilities::lists_all_at_once).
pub(crate) async fn check_destination(engine: &Engine, store: &Store) -> Result<(), RunError> {
    let can = engine.destination.capabilities();
    if !engine.policy.guards || !can.find || !can.lists_all_at_once {
        return Ok(());
    }
    let listed = engine.destination.find(Window::ALL).await;
    let listed = listed.map_err(RunError::Destination)?;
    let ids: BTreeSet<&str> = listed.iter().map(|activity| &*activity.id).collect();
    // The ledger is read as a whole only where the youngest activities are unknown to it.
    let youngest = listed.iter().filter_map(|activity| activity.day).max();
    let youngest = youngest.map(|day| Select::Days(Window::around(day, 1)));
    let mut delivered = 0;
    for select in youngest.into_iter().chain([Select::All]) {
        let mut any_listed = false;
        delivered = 0;
        let visited = store.visit(select, record, |record| {
            let mut named = record.activity_ids().peekable();
            let is_there = record.state.name().is_at_destination() && named.peek().is_some();
            delivered += usize::from(is_there);
            any_listed |= named.any(|id| ids.contains(id));
        });
        visited.await?;
        if any_listed {
            return Ok(());
        }
    }
    match delivered {
        0 => Ok(()),
        _ => Err(RunError::Guard(Guard::DeliveriesMissing {
            destination_name: engine.destination.name().to_owned(),
            delivered,
        })),
    }
}

/// How many workouts are at the destination.
async fn delivered(store: &Store) -> Result<usize, RunError> {
    let mut count = 0;
    let visited = store.visit(Select::All, record, |record| {
        count += usize::from(record.state.name().is_at_destination());
    });
    visited.await?;
    Ok(count)
}
