//! The plan of a run: made from a listing and the ledger, without changing anything anywhere.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::candidates::{Candidate, drop_older};
use super::guard;
use super::listing::Listing;
use super::source_changes::source_change;
use super::windows::{self, Windows};
use crate::decide::{is_still_left_out, left_out};
use crate::engine::{Engine, Run, RunError, RunRequest};
use crate::item::{Item, Window};
use crate::ledger::Select;
use crate::model::{Record, State, StateName};
use crate::observer::Progress;
use crate::report::{ReportEntry, RouteReport};
use crate::store::{Brief, Store, brief, record};

/// The plan of a run: made by [`Engine::plan`], done by [`Engine::execute`].
#[derive(Debug)]
pub struct SyncPlan {
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
    /// A first search for what is at the destination is due, and not finished.
    pub(crate) is_unsearched: bool,
    /// The days of which that search is over.
    pub(crate) searched: Option<Window>,
    /// Workouts that the source does not list any more, as the user accepted.
    pub(crate) gone: Vec<String>,
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
            Some(window) => Windows::only(vec![window]),
            None => windows::choose(&store, &open, &*self.source, now).await?,
        };
        let mut listing = Listing::default();
        let mut listed = Vec::new();
        let mut pending = chosen.windows;
        while !pending.is_empty() {
            for window in std::mem::take(&mut pending) {
                self.observer.progress(&Progress::Listing { window });
                let list = listing.list(&*self.source, window, &mut listed);
                list.await?;
            }
            // Something is listed in an account that was empty: its earlier days may have been hidden.
            if !listed.is_empty() && listing.windows.len() < 2 {
                pending.clone_from(&chosen.once_something_is_listed);
            }
        }
        drop_older(&mut listed);
        let mut remarks = Vec::new();
        let mut known = Vec::new();
        for window in &listing.windows {
            let visited = store.visit(Select::Days(*window), brief, |brief| known.push(brief));
            visited.await?;
        }
        // A first run knows nothing, and compares a long history with nothing.
        let compared = listed.iter().filter(|_| !known.is_empty());
        let is_listed = by_id(compared.map(|next| &next.item));
        let source = self.source.name();
        let watched = chosen.watched.as_ref().map(std::slice::from_ref);
        if self.policy.tells_changes && !known.is_empty() {
            for window in watched.unwrap_or(&listing.windows) {
                let visited = store.visit(Select::Days(*window), record, |record| {
                    let now = is_listed.get(record.item.id.as_str()).copied();
                    remarks.extend(source_change(source, &record, now));
                });
                visited.await?;
            }
        }
        let days = chosen.watched.or_else(|| listing.days());
        if let Some(days) = days.filter(|_| self.policy.guards && !request.accept_listing) {
            guard::check(source, &store, days, &known, &is_listed).await?;
        }
        let gone = known
            .iter()
            .filter(|known| request.accept_listing && !known.is_gone)
            .filter(|known| !is_listed.contains_key(known.id.as_str()))
            .map(|known| known.id.clone())
            .collect();
        let nothing_known = known.is_empty() && open.is_empty();
        // A ledger that never saw a complete listing may be a lost one.
        let (is_first, searched) = (store.state.listed.is_empty(), store.state.searched);
        let count = listed.len();
        let candidates = self.due(&store, request, listed, &known, &open).await?;
        let (listed, due) = (count, candidates.len());
        self.observer.progress(&Progress::Listed { listed, due });
        Ok(SyncPlan {
            request: request.clone(),
            remarks,
            listed,
            nothing_known,
            gone,
            is_unsearched: is_first && self.destination.capabilities().find,
            searched,
            ..SyncPlan::new(store, candidates, listing)
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
        let known: BTreeMap<&str, &Brief> = known.iter().map(|it| (&*it.id, it)).collect();
        // The ledger's facts are those that the workout was sent with; and it may be gone from the listing.
        let mut left: BTreeMap<&str, &Record> = open
            .iter()
            .filter(|record| {
                request
                    .window
                    .is_none_or(|asked| asked.contains(record.item.day()))
            })
            .map(|record| (record.item.id.as_str(), record))
            .collect();
        // A workout that was edited may be known under another day. In a new ledger no day is known.
        let look = !store.state.listed.is_empty();
        // In place: of a long history, a second list would be large.
        let mut due = 0;
        for index in 0..listed.len() {
            let id = listed[index].item.id.as_str();
            // The engine checks workouts that a setting left out again: the setting may be gone.
            let brief = known.get(id);
            let is_skipped = brief.is_some_and(|it| it.state == StateName::Skipped);
            if brief.is_some_and(|it| it.is_settled && !is_skipped) {
                continue;
            }
            let record = match left.remove(id) {
                Some(record) => Some(record.clone()),
                None if look || is_skipped => store.peek(id).await?,
                None => None,
            };
            if let Some(record) = record {
                let item = &listed[index].item;
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
        listed.sort_unstable_by(|a, b| a.item.order().cmp(&b.item.order()));
        Ok(listed)
    }
}

impl SyncPlan {
    /// The work on these workouts.
    pub(crate) fn new(store: Store, candidates: Vec<Candidate>, listing: Listing) -> Self {
        Self {
            to_take_in: listing.windows.clone(),
            store,
            candidates,
            listing,
            request: RunRequest::new(),
            backlog: 0,
            remarks: Vec::new(),
            listed: 0,
            nothing_known: false,
            is_unsearched: false,
            searched: None,
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
            let mut entry = candidate.clone();
            let reason = left_out(&entry.item, None, policy);
            if let Some(reason) = reason.filter(|_| entry.is_new()) {
                entry.set_reason(reason.to_string());
            }
            entry
        };
        let mut entries: Vec<ReportEntry> = self.candidates.iter().map(entry).collect();
        entries.extend(self.remarks.iter().cloned());
        RouteReport::new(self.store.route.name(), entries)
    }

    pub(crate) fn into_run(self, stopped: Option<RunError>) -> Run {
        let mut entries = self.candidates;
        for remark in self.remarks {
            entries.retain(|entry| entry.item.id != remark.item.id);
            entries.push(remark);
        }
        let mut report = RouteReport::new(self.store.route.name(), entries);
        report.backlog = self.backlog;
        Run { report, stopped }
    }

    /// In which order candidates are worked on: a workout at which workers ended again and again comes last, out of the way of the
    /// others.
    pub(crate) fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.candidates.len()).collect();
        order.sort_by_key(|index| self.candidates[*index].is_suspect);
        order
    }

    /// Takes over where a candidate stands now.
    pub(crate) fn update(&mut self, index: usize) {
        let candidate = &mut self.candidates[index];
        if let Some(record) = self.store.get(&candidate.item.id) {
            candidate.update(record);
        }
    }

    /// Reads the unsettled workouts again: another worker may have settled them since.
    pub(crate) async fn refresh(&mut self) -> Result<(), RunError> {
        for candidate in &mut self.candidates {
            if !candidate.is_new()
                && !candidate.is_settled()
                && let Some(record) = self.store.peek(&candidate.item.id).await?
            {
                candidate.update(&record);
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
        if self.listed == 0 || self.is_unsearched {
            return Vec::new();
        }
        let untouched = self.candidates.iter().find(|next| next.is_new());
        let before = untouched.map(|next| Window::around(next.item.day(), 1).from);
        let (from, until) = (NaiveDate::MIN, before.unwrap_or(today).min(today));
        let complete = Window { from, until };
        let taken = self.to_take_in.iter().filter_map(|w| w.overlap(&complete));
        taken.collect()
    }
}

/// Every listed item, by each identifier that the source has for it.
fn by_id<'a>(items: impl Iterator<Item = &'a Item> + Clone) -> BTreeMap<&'a str, &'a Item> {
    let named = |item: &'a Item| item.other_ids.iter().map(move |id| (id.as_str(), item));
    let others = items.clone().flat_map(named);
    // The later one stays: the item of that identifier.
    others
        .chain(items.map(|item| (item.id.as_str(), item)))
        .collect()
}
