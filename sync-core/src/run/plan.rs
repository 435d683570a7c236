//! The plan of a run: made from a listing and the ledger, without changing anything anywhere.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::candidates::{Candidate, drop_older};
use super::guard;
use super::listing::Listing;
use super::source_changes::source_change;
use super::windows::{self, Windows};
use crate::decide::{is_still_left_out, left_out};
use crate::engine::{Engine, RunError, RunRequest};
use crate::item::{Item, Window};
use crate::ledger::Select;
use crate::machine::Event;
use crate::model::{Record, State, StateName};
use crate::observer::Progress;
use crate::report::{ReportEntry, RouteReport};
use crate::store::{Brief, Store};

/// The plan of a run: made by [`Engine::plan`], done by [`Engine::execute`].
#[derive(Debug)]
pub struct SyncPlan {
    pub(crate) route: String,
    pub(crate) store: Store,
    /// Sorted by start.
    pub(crate) candidates: Vec<Candidate>,
    pub(crate) listing: Listing,
    /// The request, with its budget.
    pub(crate) request: RunRequest,
    /// How many due workouts the budget left for the next run.
    pub(crate) backlog: usize,
    /// Entries beside the candidates.
    pub(crate) remarks: Vec<ReportEntry>,
    listed: usize,
    /// The days that count as taken in once every candidate of them has a record.
    to_take_in: Vec<Window>,
    nothing_known: bool,
    /// Workouts that the source does not list any more, as the user accepted.
    gone: Vec<String>,
}

impl Engine {
    /// Plans a run, without changing anything anywhere. The destination is not asked. Only a pause
    /// that the source asks for is kept in the ledger.
    ///
    /// # Errors
    /// When the source or the ledger failed, or a guard finds the listing wrong.
    pub async fn plan(&self, request: &RunRequest) -> Result<SyncPlan, RunError> {
        let planned = self.plan_from(request).await;
        self.with_pauses(planned).await
    }

    async fn plan_from(&self, request: &RunRequest) -> Result<SyncPlan, RunError> {
        let store = self.store().await?;
        let open = store.open_records().await?;
        let now = self.clock.now();
        let chosen = match request.window {
            Some(window) => Windows::asked(window),
            None => {
                let all_at_once = self.source.lists_all_at_once();
                windows::choose(&store, &open, all_at_once, now).await?
            }
        };
        let mut listing = Listing::default();
        let mut listed = Vec::new();
        let mut pending = chosen.windows;
        while !pending.is_empty() {
            for window in std::mem::take(&mut pending) {
                self.observer.progress(&Progress::Listing { window });
                let list = listing.list(&*self.source, window, &mut listed, Candidate::new);
                list.await?;
            }
            // Something is listed in an account that was empty: its earlier days may have been hidden.
            if !listed.is_empty() && listing.windows().len() < 2 {
                pending.clone_from(&chosen.once_something_is_listed);
            }
        }
        drop_older(&mut listed, Candidate::item);
        let mut remarks = Vec::new();
        let mut known = Vec::new();
        for window in listing.windows() {
            let mut visit = |brief: Brief| known.push(brief);
            store.visit_briefly(*window, &mut visit).await?;
        }
        // A first run knows nothing, and compares a long history with nothing.
        let is_listed = match known.is_empty() {
            true => BTreeMap::new(),
            false => by_id(listed.iter().map(Candidate::item)),
        };
        let watched = match chosen.watched {
            Some(window) => vec![window],
            None => listing.windows().to_vec(),
        };
        if self.policy.tells_changes && !known.is_empty() {
            let source = self.source.name();
            for window in watched.as_slice() {
                let mut visit = |record: Record| {
                    let now = is_listed.get(record.item.id.as_str()).copied();
                    remarks.extend(source_change(source, &record, now));
                };
                store.visit(Select::Days(*window), &mut visit).await?;
            }
        }
        let days = chosen.watched.or_else(|| listing.days());
        if let Some(days) = days.filter(|_| self.policy.guards && !request.accept_listing) {
            let source = self.source.name();
            let missed = known
                .iter()
                .filter(|known| known.day.is_none_or(|day| days.contains(day)));
            guard::check(source, &store, days, missed, &is_listed).await?;
        }
        let gone = known
            .iter()
            .filter(|known| request.accept_listing && !known.is_gone)
            .filter(|known| !is_listed.contains_key(known.id.as_str()))
            .map(|known| known.id.clone())
            .collect();
        let nothing_known = known.is_empty() && open.is_empty();
        let count = listed.len();
        let candidates = self.due(&store, request, listed, &known, &open).await?;
        let (listed, due) = (count, candidates.len());
        self.observer.progress(&Progress::Listed { listed, due });
        Ok(SyncPlan {
            route: self.route(),
            to_take_in: listing.windows().to_vec(),
            store,
            candidates,
            listing,
            request: request.clone(),
            backlog: 0,
            remarks,
            listed,
            nothing_known,
            gone,
        })
    }

    /// The unsettled workouts, by start: those that are listed, and those that earlier runs left
    /// open.
    async fn due(
        &self,
        store: &Store,
        request: &RunRequest,
        mut listed: Vec<Candidate>,
        known: &[Brief],
        open: &[Record],
    ) -> Result<Vec<Candidate>, RunError> {
        // The engine checks workouts that a setting left out again: the setting may be gone.
        let settled = ids(known, |known| {
            known.is_settled && known.state != StateName::Skipped
        });
        // The ledger's facts are those that the workout was sent with; and it may be gone from the listing.
        let asked = |record: &&Record| {
            let day = record.item.day();
            request.window.is_none_or(|asked| asked.contains(day))
        };
        let mut left: BTreeMap<&str, &Record> = open
            .iter()
            .filter(asked)
            .map(|record| (record.item.id.as_str(), record))
            .collect();
        // A workout that was edited may be known under another day. In a new ledger no day is known.
        let look = !store.state().listed().is_empty();
        let skipped = ids(known, |known| known.state == StateName::Skipped);
        // In place: of a long history, a second list would be large.
        let mut due = 0;
        for index in 0..listed.len() {
            let id = listed[index].item().id.as_str();
            if settled.contains(id) {
                continue;
            }
            let record = match left.remove(id) {
                Some(record) => Some(record.clone()),
                None if look || skipped.contains(id) => store.peek(id).await?,
                None => None,
            };
            if let Some(record) = record {
                let item = listed[index].item();
                if is_still_left_out(&record, item, &self.policy)
                    || (record.is_settled() && !matches!(record.state, State::Skipped { .. }))
                {
                    continue;
                }
                listed[index] = Candidate::listed(&record, item);
            }
            listed.swap(due, index);
            due += 1;
        }
        listed.truncate(due);
        listed.extend(left.into_values().map(Candidate::of));
        listed.sort_unstable_by(|a, b| a.item().order().cmp(&b.item().order()));
        Ok(listed)
    }
}

impl SyncPlan {
    /// The work on one workout, without a listing.
    pub(crate) fn of_one(route: String, store: Store, candidate: Candidate) -> Self {
        Self {
            route,
            store,
            candidates: vec![candidate],
            listing: Listing::default(),
            request: RunRequest::new(),
            backlog: 0,
            remarks: Vec::new(),
            listed: 0,
            to_take_in: Vec::new(),
            nothing_known: false,
            gone: Vec::new(),
        }
    }

    /// The days that were listed, from the first to the last; `None` without a listing.
    #[must_use]
    pub fn window(&self) -> Option<Window> {
        self.listing.days()
    }

    /// How many workouts the source lists.
    #[must_use]
    pub const fn listed(&self) -> usize {
        self.listed
    }

    /// How many workouts are not settled.
    #[must_use]
    pub fn due(&self) -> usize {
        self.candidates.len()
    }

    /// Every workout that is not settled, and where it stands. With `policy`, the settings that will leave out a new one are its reason.
    #[must_use]
    pub fn report(&self, policy: &crate::Policy) -> RouteReport {
        let entry = |candidate: &Candidate| {
            let is_new = candidate.is_new();
            let mut entry = candidate.clone().into_entry();
            if is_new && let Some(reason) = left_out(&entry.item, None, policy) {
                entry.set_reason(reason.to_string());
            }
            entry
        };
        let mut entries: Vec<ReportEntry> = self.candidates.iter().map(entry).collect();
        entries.extend(self.remarks.iter().cloned());
        RouteReport::new(self.route.clone(), entries)
    }

    pub(crate) fn into_report(self) -> RouteReport {
        let mut entries: Vec<ReportEntry> = self
            .candidates
            .into_iter()
            .map(Candidate::into_entry)
            .collect();
        for remark in self.remarks {
            match entries
                .iter_mut()
                .find(|entry| entry.item.id == remark.item.id)
            {
                Some(entry) => *entry = remark,
                None => entries.push(remark),
            }
        }
        let mut report = RouteReport::new(self.route, entries);
        report.backlog = self.backlog;
        report
    }

    pub(crate) fn is_of_listing(&self) -> bool {
        !self.listing.windows().is_empty()
    }

    /// In which order candidates are worked on: a workout at which workers ended again and again comes last, out of the way of the
    /// others.
    pub(crate) fn order(&self) -> Vec<usize> {
        let all = 0..self.candidates.len();
        let (last, mut order): (Vec<usize>, Vec<usize>) =
            all.partition(|index| self.candidates[*index].is_suspect());
        order.extend(last);
        order
    }

    /// Takes over where a candidate stands now.
    pub(crate) fn update(&mut self, index: usize) {
        let candidate = &mut self.candidates[index];
        if let Some(record) = self.store.get(&candidate.item().id) {
            candidate.update(record);
        }
    }

    /// Reads the unsettled workouts again: another worker may have settled them since.
    pub(crate) async fn refresh(&mut self) -> Result<(), RunError> {
        for candidate in &mut self.candidates {
            if !candidate.is_new()
                && !candidate.is_settled()
                && let Some(record) = self.store.peek(&candidate.item().id).await?
            {
                candidate.update(&record);
            }
        }
        Ok(())
    }

    /// From now on the guards don't miss what the user accepted as gone. What another worker has in hand is left alone.
    pub(crate) async fn accept_gone(&mut self, engine: &Engine) -> Result<(), RunError> {
        for id in std::mem::take(&mut self.gone) {
            if let Some(mut record) = self.store.peek(&id).await?
                && engine.is_free(&record)
                && record.apply(Event::AcceptedAsGone, &engine.cx()).is_ok()
            {
                // Another worker that wrote at the same moment did more.
                self.store.save(&mut record).await?;
            }
        }
        Ok(())
    }

    /// The source lists no workouts, and the ledger knows none.
    pub(crate) fn found_nothing(&self, today: NaiveDate) -> bool {
        let whole = |window: Window| window.from <= windows::BEGINNING && today <= window.until;
        self.listed == 0 && self.nothing_known && self.window().is_some_and(whole)
    }

    /// The listed days before the first workout that has no record yet. An empty listing takes nothing in: it may be a hiccup, and would
    /// hide the history before it.
    pub(crate) fn taken_in(&self, today: NaiveDate) -> Vec<Window> {
        if self.listed == 0 {
            return Vec::new();
        }
        let untouched = self.candidates.iter().find(|next| next.is_new());
        let until = match untouched.map(|next| next.item().day().pred_opt()) {
            None => today,
            Some(Some(day)) => day.min(today),
            Some(None) => return Vec::new(),
        };
        let from = NaiveDate::MIN;
        let complete = Window { from, until };
        let taken = self.to_take_in.iter().filter_map(|w| w.overlap(&complete));
        taken.collect()
    }
}

/// Every listed item, by each identifier that the source has for it.
fn by_id<'a>(items: impl Iterator<Item = &'a Item> + Clone) -> BTreeMap<&'a str, &'a Item> {
    let others = items
        .clone()
        .flat_map(|item| item.other_ids.iter().map(move |id| (id.as_str(), item)));
    // The later one stays: the item of that identifier.
    let by_id = others.chain(items.map(|item| (item.id.as_str(), item)));
    by_id.collect()
}

fn ids(known: &[Brief], which: fn(&Brief) -> bool) -> BTreeSet<&str> {
    let known = known.iter().filter(|known| which(known));
    known.map(|known| &*known.id).collect()
}
