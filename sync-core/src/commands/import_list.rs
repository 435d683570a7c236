//! Another program's list of what it synced.

use std::collections::BTreeSet;

use crate::engine::{Engine, RunError, RunRequest};
use crate::item::Item;
use crate::machine::Event;
use crate::model::Record;
use crate::run::{Listing, drop_older, windows};

/// The result of importing another program's list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct ImportedList {
    /// Workouts that are marked as not to be sent from now on.
    pub imported: Vec<String>,
    /// Workouts that the ledger knew already; their records were not touched.
    pub known: Vec<String>,
    /// Identifiers that the source does not list (any more): nothing is written for them.
    pub unlisted: Vec<String>,
}

impl Engine {
    /// Marks the workouts of another program's list as settled, without asking the destination.
    ///
    /// The engine takes the facts of each workout from the source's listing; `request` may name the
    /// days. The workout is then [`State::Tombstoned`](crate::model::State::Tombstoned) and never sent by itself; the user may
    /// [retry](Self::retry) it. If the destination can be listed, [`rebuild`](Self::rebuild) first
    /// links the workouts that are certainly there.
    ///
    /// # Errors
    /// When the source or the ledger fails. Records written until then stay, and the call can be
    /// repeated.
    pub async fn import_list(
        &self,
        ids: &BTreeSet<String>,
        request: &RunRequest,
    ) -> Result<ImportedList, RunError> {
        let imported = async {
            let mut store = self.store().await?;
            let window = request.window;
            let window = window.unwrap_or_else(|| windows::whole(&*self.source, self.today()));
            let mut listing = Listing::default();
            let mut listed = Vec::new();
            let list = listing.list(&*self.source, window, &mut listed);
            list.await?;
            drop_older(&mut listed);
            let mut result = ImportedList::default();
            let mut unlisted = ids.clone();
            let is_named = |item: &Item| item.ids().any(|id| ids.contains(id));
            for item in listed.into_iter().map(|next| next.item).filter(is_named) {
                for id in item.ids() {
                    unlisted.remove(id);
                }
                let id = item.id.clone();
                let mut record = Record::new(item, self.clock.now());
                // A new copy: it is written only where there is no record yet.
                let imported = record.apply(Event::Imported, &self.cx()).is_ok()
                    && store.save(&mut record).await?;
                match imported {
                    true => result.imported.push(id),
                    false => result.known.push(id),
                }
            }
            result.unlisted = unlisted.into_iter().collect();
            Ok(result)
        };
        self.with_pauses(imported.await).await
    }
}
