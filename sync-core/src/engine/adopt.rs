//! Taking over from another program: its list of what it had synced.

use std::collections::BTreeSet;

use super::{Engine, Request, Stop};
use crate::item::Window;
use crate::record::{Record, State};

/// What became of the other program's list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct Adopted {
    /// Workouts that are marked as not to be sent from now on.
    pub adopted: Vec<String>,
    /// Workouts that the ledger knew already; their records were not touched.
    pub known: Vec<String>,
    /// Identifiers that the source does not list (any more): nothing can happen to them, so nothing is written.
    pub unlisted: Vec<String>,
}

impl Engine {
    /// Marks the workouts of another program's list as settled, without asking the destination.
    ///
    /// The facts of each workout are taken from the source's listing, of which `request` may name the days. The record says that the list is
    /// all that is known: the workout is [`State::Tombstoned`], never sent by itself, and a person who misses it can have it
    /// [retried](Self::retry). Where the destination can be listed, [`rebuild`](Self::rebuild) first links what is certainly there.
    ///
    /// # Errors
    /// When the source or the ledger fails. What was written until then stays, and the call can be repeated.
    pub async fn adopt(&self, ids: &BTreeSet<String>, request: &Request) -> Result<Adopted, Stop> {
        let mut book = self.book_for_work().await?;
        let window = request.window.unwrap_or_else(|| Window {
            from: crate::BEGINNING,
            until: self.today().succ_opt().unwrap_or_default(),
        });
        let listing = self.list(window).await?;
        let mut adopted = Adopted::default();
        let mut unlisted = ids.clone();
        let items = listing.into_iter().map(|line| line.item);
        for item in items.filter(|item| ids.contains(&item.id)) {
            unlisted.remove(&item.id);
            let id = item.id.clone();
            let now = self.clock.now();
            let mut record = Record::claimed(item, self.lease(now), now);
            let reason = "another program's list says that it was synced".to_owned();
            record.note(now, reason.clone());
            record.state = State::Tombstoned {
                reason,
                intent: None,
            };
            record.lease = None;
            // A new copy: it is written only where there is no record yet.
            let new = book.put(&mut record).await?;
            let list = if new {
                &mut adopted.adopted
            } else {
                &mut adopted.known
            };
            list.push(id);
        }
        adopted.unlisted = unlisted.into_iter().collect();
        Ok(adopted)
    }
}
