//! One run: list, guard, work through what is due, remember how far it got.

use std::collections::BTreeMap;

use futures_util::StreamExt;

use super::{Cancel, Engine, Plan, Request, Run, Side, Stop};
use crate::book::Book;
use crate::item::{Item, Window};
use crate::observer::Progress;
use crate::record::{Facts, StateName};
use crate::report::{Line, Report};
use crate::{guard, window};

impl Engine {
    /// Lists the source and works through everything that is due.
    ///
    /// Services are asked only for what is needed: known workouts cost no request.
    ///
    /// # Errors
    /// When nothing could be done at all: a service or the ledger failed, or a guard stopped the run before the first write. What
    /// ends a run later is in [`Run::stopped`], together with what was done until then.
    pub async fn run(&self, request: &Request, cancel: &Cancel) -> Result<Run, Stop> {
        let plan = self.plan(request).await?;
        self.carry_out(plan, cancel).await
    }

    /// Says what is to be done, without changing anything anywhere. The destination is not asked.
    ///
    /// # Errors
    /// When the source or the ledger failed, or a guard finds the listing wrong.
    pub async fn plan(&self, request: &Request) -> Result<Plan, Stop> {
        let book = self.book().await?;
        let window = request
            .window
            .unwrap_or_else(|| window::choose(&book, self.today()));
        self.observer.progress(&Progress::Listing { window });
        let listing = self.list(window).await?;
        if self.policy.guards() && !request.accept_listing {
            guard::check(self.source.name(), &book, window, &listing)?;
        }
        let listed = listing.len();
        let items = due(&book, request, listing);
        self.observer.progress(&Progress::Listed {
            listed,
            due: items.len(),
        });
        Ok(Plan {
            report: self.report(&book, &items),
            window: Some(window),
            listed,
            items,
        })
    }

    /// Does what was planned, as far as it still is to be done.
    ///
    /// # Errors
    /// When the ledger can't be read. What ends the run later is in [`Run::stopped`].
    pub async fn carry_out(&self, plan: Plan, cancel: &Cancel) -> Result<Run, Stop> {
        let mut book = self.book().await?;
        let mut stopped = self
            .work_through(&mut book, &plan.items, cancel)
            .await
            .err();
        let all_taken_in = plan.items.iter().all(|item| book.get(&item.id).is_some());
        // Where the ledger itself failed, the last known states are all there is to report.
        if let Some(window) = plan.window.filter(|_| all_taken_in)
            && !matches!(stopped, Some(Stop::Ledger(_)))
        {
            let cursor = window::advance(book.cursor(), window, self.today());
            if let Err(error) = book.move_cursor(cursor).await {
                stopped = stopped.or(Some(error.into()));
            }
        }
        Ok(Run {
            report: self.report(&book, &plan.items),
            stopped,
        })
    }

    pub(super) fn report(&self, book: &Book, items: &[Item]) -> Report {
        let lines = items.iter().map(|item| match book.get(&item.id) {
            Some(record) => Line::of_record(record),
            None => self.new_line(item),
        });
        Report::new(self.route(), lines.collect())
    }

    pub(super) fn today(&self) -> chrono::NaiveDate {
        self.clock.now().date_naive()
    }

    pub(super) async fn list(&self, window: Window) -> Result<Vec<Item>, Stop> {
        let mut items: BTreeMap<String, Item> = BTreeMap::new();
        let mut stream = self.source.list(window);
        while let Some(item) = stream.next().await {
            let item = item.map_err(|error| Stop::Service {
                side: Side::Source,
                error,
            })?;
            // Services may round the borders of a window to their own liking.
            if window.contains(item.day()) {
                items.insert(item.id.clone(), item);
            }
        }
        Ok(items.into_values().collect())
    }

    async fn work_through(
        &self,
        book: &mut Book,
        items: &[Item],
        cancel: &Cancel,
    ) -> Result<(), Stop> {
        let mut unclear_in_row = 0;
        for (index, item) in items.iter().enumerate() {
            if cancel.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            if !self.is_due(book, item) {
                continue;
            }
            let (number, of) = (index + 1, items.len());
            self.observer
                .progress(&Progress::Started { item, number, of });
            let peers = peers(book, items, item);
            let sent = self.step(book, item, &peers).await?;
            if let Some(record) = book.get(&item.id) {
                self.observer.progress(&Progress::Ended { record });
                let unclear = record.state.name() == StateName::Unsure;
                unclear_in_row = if sent && unclear {
                    unclear_in_row + 1
                } else {
                    0
                };
            }
            if unclear_in_row >= MOST_UNCLEAR {
                return Err(Stop::Unclear(format!(
                    "{MOST_UNCLEAR} uploads in a row got no clear answer from {}; stopped before sending more. They are looked up \
                     at the next run, nothing is sent twice",
                    self.destination.name()
                )));
            }
        }
        Ok(())
    }
}

/// After so many uploads of unknown fate in a row a run stops.
const MOST_UNCLEAR: usize = 3;

/// What is not settled, by start: what is listed, and what earlier runs left open.
fn due(book: &Book, request: &Request, listing: Vec<Item>) -> Vec<Item> {
    let mut items: BTreeMap<String, Item> = listing
        .into_iter()
        .map(|item| (item.id.clone(), item))
        .collect();
    for record in book.records() {
        let id = &record.item.id;
        if record.is_settled() {
            items.remove(id);
        } else if request
            .window
            .is_none_or(|asked| asked.contains(record.item.day()))
        {
            // The ledger's facts are those the workout was sent with; and it may be gone from the listing.
            items.insert(id.clone(), record.item.clone());
        }
    }
    let mut items: Vec<Item> = items.into_values().collect();
    items.sort_by(|a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
    items
}

/// What could claim the same activity as `item`: whatever took place around its day and was not sent yet.
pub(super) fn peers(book: &Book, items: &[Item], item: &Item) -> Vec<(String, Facts)> {
    let days = Window::around(item.day(), 2);
    let unsent = |id: &str| {
        book.get(id).is_none_or(|record| {
            // What is there and not finished yet wants no other activity.
            record.state.intent().is_none() && !record.state.name().is_settled()
        })
    };
    items
        .iter()
        .filter(|peer| days.contains(peer.day()) && peer.id != item.id && unsent(&peer.id))
        .map(|peer| (peer.id.clone(), Facts::of_item(peer)))
        .collect()
}
