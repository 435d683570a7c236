//! One run: list, guard, work through what is due, remember how far it got.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::StreamExt;

use super::downloads::Downloads;
use super::streak::Streak;
use super::{Cancel, Engine, Plan, Request, Run, Side, Stop};
use crate::book::{Book, Entry, Mark};
use crate::item::{Item, Window};
use crate::observer::Progress;
use crate::record::{Facts, Record, State, StateName};
use crate::report::{Line, Report};
use crate::{guard, window};

/// Whatever could claim the same activity as a workout lies within so many days of it.
const NEAR_DAYS: u64 = 4;

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
        let mut book = self.book().await?;
        let unsettled = book.survey().await?;
        let window = match request.window {
            Some(window) => window,
            None => window::choose(&book, &unsettled, self.today()).await?,
        };
        self.observer.progress(&Progress::Listing { window });
        let listing = self.list(window).await?;
        let known = book.known(window).await?;
        if self.policy.guards() && !request.accept_listing {
            guard::check(self.source.name(), &book, window, &known, &listing).await?;
        }
        let listed = listing.len();
        let gone = match request.accept_listing {
            true => guard::gone(&known, &listing),
            false => Vec::new(),
        };
        let told = self.changes(&book, &known, &listing).await?;
        let mut due = self.due(&book, request, listing, &known, unsettled).await?;
        due.extend(told);
        self.observer.progress(&Progress::Listed {
            listed,
            due: due.len(),
        });
        Ok(Plan {
            report: Report::new(self.route(), due),
            window: Some(window),
            takes_in: listed > 0 || request.accept_listing,
            listed,
            gone,
            book: Some(book),
        })
    }

    /// Does what was planned, as far as it still is to be done.
    ///
    /// # Errors
    /// When the ledger can't be read. What ends the run later is in [`Run::stopped`].
    pub async fn carry_out(&self, mut plan: Plan, cancel: &Cancel) -> Result<Run, Stop> {
        let mut book = self.prepared(plan.book.take()).await?;
        book.accept_as_gone(std::mem::take(&mut plan.gone)).await?;
        let mut stopped = self
            .work_through(&mut book, &mut plan.report, cancel)
            .await
            .err();
        let lines = &plan.report.items;
        let all_taken_in = lines.iter().all(|line| line.state != StateName::New);
        // Where the ledger itself failed, the last known states are all there is to report.
        if let Some(window) = plan.window.filter(|_| all_taken_in && plan.takes_in)
            && !matches!(stopped, Some(Stop::Ledger(_)))
        {
            let today = self.today();
            let cursor = |cursor| window::advance(cursor, window, today);
            if let Err(error) = book.advance(cursor, window::frontier(today)).await {
                stopped = stopped.or(Some(error.into()));
            }
        }
        if !matches!(stopped, Some(Stop::Ledger(_))) {
            look_once_more(&book, &mut plan.report).await?;
        }
        plan.report.count_again();
        Ok(Run {
            report: plan.report,
            stopped,
        })
    }

    pub(super) fn today(&self) -> chrono::NaiveDate {
        self.clock.now().date_naive()
    }

    pub(super) async fn list(&self, window: Window) -> Result<Vec<Item>, Stop> {
        let mut items: Vec<Item> = Vec::new();
        let mut stream = self.source.list(window);
        while let Some(item) = stream.next().await {
            let item = item.map_err(|error| Stop::Service {
                side: Side::Source,
                error,
            })?;
            // Services may round the borders of a window to their own liking.
            if window.contains(item.day()) {
                items.push(item);
            }
        }
        drop_older(&mut items);
        Ok(items)
    }

    /// Works through the lines of a report, and keeps them up to date.
    async fn work_through(
        &self,
        book: &mut Book,
        report: &mut Report,
        cancel: &Cancel,
    ) -> Result<(), Stop> {
        // A ledger that never saw a complete listing may be a lost one.
        if book.cursor().is_none() && self.destination.capabilities().find {
            self.link_existing(book, report, cancel).await?;
        }
        let downloads = Downloads::new(&*self.source, self.policy.parallel_fetches());
        let mut streak = Streak::default();
        let of = report.items.len();
        for index in 0..of {
            let item = &report.items[index].item.clone();
            if cancel.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            look_at(book, item).await?;
            if self.is_due(book, item) {
                let number = index + 1;
                self.observer
                    .progress(&Progress::Started { item, number, of });
                let peers = peers(book, &report.items, item);
                let now = self.clock.now();
                let ready = |line: &&Line| line.is_ready(now) && !self.is_held_back(&line.item);
                let next = report.items[number..].iter().filter(ready);
                downloads.reach(next.map(|line| &line.item));
                let attempts = book.get(&item.id).map_or(0, |record| record.attempts);
                let step = self.step(book, item, &peers, &downloads);
                let ended = downloads.alongside(step).await;
                downloads.forget(item);
                if let Some(record) = book.get(&item.id) {
                    report.items[index].update(record);
                    self.observer.progress(&Progress::Ended { record });
                }
                self.observe(book, &mut streak, &item.id, ended?, attempts)
                    .await?;
            } else {
                // Somebody else took what was downloaded ahead.
                downloads.forget(item);
                let line = &mut report.items[index];
                if let Some(record) = book.get(&item.id).filter(|_| !line.is_settled()) {
                    line.update(record);
                }
            }
        }
        Ok(())
    }

    /// What is not settled, by start: what is listed, and what earlier runs left open.
    async fn due(
        &self,
        book: &Book,
        request: &Request,
        listing: Vec<Item>,
        known: &[Entry],
        unsettled: Vec<Record>,
    ) -> Result<Vec<Line>, Stop> {
        // What a setting left out has to be asked again: the setting may be gone.
        let settled = |entry: &&Entry| match entry.mark {
            Mark::Open(_) => false,
            Mark::Settled(name) | Mark::Gone(name) => name != StateName::Skipped,
        };
        let (settled, open): (Vec<&Entry>, Vec<&Entry>) = known.iter().partition(settled);
        let ids = |entries: Vec<&Entry>| -> BTreeSet<String> {
            entries.into_iter().map(|entry| entry.id.clone()).collect()
        };
        let (settled, open) = (ids(settled), ids(open));
        // The ledger's facts are those the workout was sent with; and it may be gone from the listing.
        // Its final size at once: of a long history it is the largest thing in memory.
        let mut due: Vec<Line> = Vec::with_capacity(unsettled.len() + listing.len());
        let asked = |record: &&Record| {
            let day = record.item.day();
            request.window.is_none_or(|asked| asked.contains(day))
        };
        due.extend(unsettled.iter().filter(asked).map(Line::of_record));
        let left: BTreeSet<String> = due.iter().map(|line| line.item.id.clone()).collect();
        for item in listing {
            if settled.contains(&item.id) || left.contains(&item.id) {
                continue;
            }
            // The index may be out of date, or know the workout under the day on which it was before somebody edited it.
            let look = book.cursor().is_some() || open.contains(&item.id);
            let record = match look {
                true => book.peek(&item.id).await?,
                false => None,
            };
            match record {
                Some(record) if matches!(record.state, State::Skipped { .. }) => {
                    if !self.is_still_left_out(&record) {
                        due.push(self.new_line(record.item));
                    }
                }
                Some(record) if record.is_settled() => {}
                Some(record) => due.push(Line::of_record(&record)),
                None => due.push(self.new_line(item)),
            }
        }
        Ok(due)
    }
}

/// A listing in several answers may name a workout twice; the later answer is the younger one.
fn drop_older(items: &mut Vec<Item>) {
    // Not the items themselves: a sorted copy of a long history is large.
    let mut order: Vec<usize> = (0..items.len()).collect();
    order.sort_by(|a, b| items[*a].id.cmp(&items[*b].id));
    let older: BTreeSet<usize> = order
        .windows(2)
        .filter(|pair| items[pair[0]].id == items[pair[1]].id)
        .map(|pair| pair[0])
        .collect();
    let mut index = 0..items.len();
    items.retain(|_| index.next().is_some_and(|index| !older.contains(&index)));
}

/// What was not settled when this run came by may have been settled by another worker since.
async fn look_once_more(book: &Book, report: &mut Report) -> Result<(), Stop> {
    for line in &mut report.items {
        if line.state != StateName::New
            && !line.is_settled()
            && let Some(record) = book.peek(&line.item.id).await?
        {
            line.update(&record);
        }
    }
    Ok(())
}

/// Brings into memory whatever the ledger knows around a workout.
pub(super) async fn look_at(book: &mut Book, item: &Item) -> Result<(), Stop> {
    Ok(book.focus(Window::around(item.day(), NEAR_DAYS)).await?)
}

/// What could claim the same activity as `item`: whatever took place around its day and was not sent yet, of the workouts of this
/// run (by start) and of those that the ledger knows.
pub(super) fn peers(book: &Book, lines: &[Line], item: &Item) -> Vec<(String, Facts)> {
    let days = Window::around(item.day(), 2);
    let first = lines.partition_point(|line| line.item.day() < days.from);
    // What is there and not finished yet wants no other activity. Of what a person, or another program's list, said is not to be moved
    // nobody knows whether it is there.
    let unsent = |record: &Record| match &record.state {
        State::Tombstoned { intent, .. } => intent.is_none() && record.parts.is_empty(),
        state => state.intent().is_none() && !state.name().is_settled(),
    };
    let listed = lines[first..]
        .iter()
        .map(|line| &line.item)
        .take_while(|peer| peer.day() <= days.until)
        .filter(|peer| book.get(&peer.id).is_none_or(unsent));
    let known = book
        .records()
        .filter(|record| days.contains(record.item.day()) && unsent(record))
        .map(|record| &record.item);
    let mut peers: BTreeMap<&str, &Item> = BTreeMap::new();
    peers.extend(listed.chain(known).map(|peer| (peer.id.as_str(), peer)));
    peers.remove(item.id.as_str());
    peers
        .into_values()
        .map(|peer| (peer.id.clone(), Facts::of_item(peer)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_workout_that_is_listed_twice_the_later_answer_counts() {
        let item = |id: &str, hour: u32| {
            let day = chrono::NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
            Item::new(id, day.and_hms_opt(hour, 0, 0).unwrap())
        };
        let mut items = vec![
            item("2", 8),
            item("1", 6),
            item("2", 9),
            item("3", 7),
            item("2", 10),
        ];
        drop_older(&mut items);
        assert_eq!(items, [item("1", 6), item("3", 7), item("2", 10)]);
    }
}
