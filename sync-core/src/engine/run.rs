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

    /// Says what is to be done, without changing anything anywhere. The destination is not asked. Only a pause that the source asks for is
    /// kept in the ledger.
    ///
    /// # Errors
    /// When the source or the ledger failed, or a guard finds the listing wrong.
    pub async fn plan(&self, request: &Request) -> Result<Plan, Stop> {
        let planned = self.plan_from(request, self.book().await?).await;
        if planned.is_err() {
            // A ledger that can't be written may be read all the same: the failure of the listing is the one to report.
            if let Ok(mut book) = self.book().await {
                let _ = self.keep_pauses(&mut book).await;
            }
        }
        planned
    }

    async fn plan_from(&self, request: &Request, mut book: Book) -> Result<Plan, Stop> {
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
        let mut due = self
            .due(&book, request, listing, &known, &unsettled)
            .await?;
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
        if !matches!(stopped, Some(Stop::Ledger(_))) {
            self.keep_pauses(&mut book).await?;
        }
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

    /// What the source lists, each workout once. Of a long history the lines are the largest thing in memory: they are made here, and what
    /// is not due is taken out, rather than copied into a second list.
    pub(super) async fn list(&self, window: Window) -> Result<Vec<Line>, Stop> {
        let mut lines: Vec<Line> = Vec::new();
        let mut stream = self.source.list(window);
        while let Some(item) = stream.next().await {
            let item = item.map_err(|error| Stop::Service {
                side: Side::Source,
                error,
            })?;
            // Services may round the borders of a window to their own liking.
            if window.contains(item.day()) {
                lines.push(Line::new_item(item));
            }
        }
        drop_older(&mut lines);
        Ok(lines)
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
        // A workout at which workers died again and again comes last: it is not in the way of the others.
        let (last, mut order): (Vec<usize>, Vec<usize>) =
            (0..of).partition(|index| report.items[*index].is_suspect());
        order.extend(last);
        for (place, &index) in order.iter().enumerate() {
            let item = &report.items[index].item.clone();
            if cancel.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            look_at(book, item).await?;
            if self.is_due(book, item) {
                let number = place + 1;
                self.observer
                    .progress(&Progress::Started { item, number, of });
                let peers = peers(book, &report.items, item);
                let now = self.clock.now();
                let ready = |line: &&Line| line.is_ready(now) && !self.is_held_back(&line.item);
                // Where a worker died, it is not known at which of its downloads: this one is made alone.
                if book
                    .get(&item.id)
                    .is_none_or(|record| record.lease.is_none())
                {
                    let next = order[number..].iter().map(|next| &report.items[*next]);
                    downloads.reach(next.filter(ready).map(|line| &line.item));
                }
                let attempts = book.get(&item.id).map_or(0, |record| record.attempts);
                let step = self.step(book, item, &peers, &downloads);
                let ended = downloads.alongside(step).await;
                downloads.forget(item);
                if let Some(record) = book.get(&item.id) {
                    report.items[index].update(record);
                    self.observer.progress(&Progress::Ended { record });
                }
                self.keep_pauses(book).await?;
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
        mut listing: Vec<Line>,
        known: &[Entry],
        unsettled: &[Record],
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
        let asked = |record: &&Record| {
            let day = record.item.day();
            request.window.is_none_or(|asked| asked.contains(day))
        };
        let left: Vec<&Record> = unsettled.iter().filter(asked).collect();
        let left_ids: BTreeSet<&str> = left.iter().map(|record| record.item.id.as_str()).collect();
        let mut is_due = Vec::with_capacity(listing.len());
        for line in &mut listing {
            let id = &line.item.id;
            if settled.contains(id) || left_ids.contains(id.as_str()) {
                is_due.push(false);
                continue;
            }
            // The index may be out of date, or know the workout under the day on which it was before somebody edited it.
            let look = book.cursor().is_some() || open.contains(id);
            let record = match look {
                true => book.peek(id).await?,
                false => None,
            };
            is_due.push(match record {
                Some(record) if self.is_still_left_out(&record) => false,
                Some(record) if matches!(record.state, State::Skipped { .. }) => {
                    *line = Line::new_item(record.item);
                    self.say_if_left_out(line);
                    true
                }
                Some(record) => {
                    *line = Line::of_record(&record);
                    !record.is_settled()
                }
                None => {
                    self.say_if_left_out(line);
                    true
                }
            });
        }
        let mut is_due = is_due.into_iter();
        listing.retain(|_| is_due.next().unwrap_or_default());
        listing.extend(left.into_iter().map(Line::of_record));
        Ok(listing)
    }
}

/// A listing in several answers may name a workout twice; the later answer is the younger one.
fn drop_older(lines: &mut Vec<Line>) {
    let id = |index: usize| lines[index].item.id.as_str();
    // Not the lines themselves: a sorted copy of a long history is large.
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by(|a, b| id(*a).cmp(id(*b)));
    let older: BTreeSet<usize> = order
        .windows(2)
        .filter(|pair| id(pair[0]) == id(pair[1]))
        .map(|pair| pair[0])
        .collect();
    let mut index = 0..lines.len();
    lines.retain(|_| index.next().is_some_and(|index| !older.contains(&index)));
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
            Line::new_item(Item::new(id, day.and_hms_opt(hour, 0, 0).unwrap()))
        };
        let mut lines = vec![
            item("2", 8),
            item("1", 6),
            item("2", 9),
            item("3", 7),
            item("2", 10),
        ];
        drop_older(&mut lines);
        assert_eq!(lines, [item("1", 6), item("3", 7), item("2", 10)]);
    }
}
