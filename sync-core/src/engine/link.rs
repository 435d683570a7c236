//! What is at the destination already, without having been sent by us.

use super::step::Peers;
use chrono::Days;

use super::run::look_at;
use super::{Cancel, Engine, Side, Stop};
use crate::book::Book;
use crate::destination::Activity;
use crate::error::{ErrorKind, ServiceError};
use crate::item::{Item, Window};
use crate::lookup::{Found, Lookup};
use crate::record::{Facts, Part, Record, State, StateName};
use crate::report::{Line, Report};

impl Engine {
    /// Whether the workout is at the destination already, without having been sent by us.
    pub(super) async fn link(
        &self,
        book: &mut Book,
        record: &mut Record,
        facts: &Facts,
        listing: &[Activity],
        peers: &Peers,
    ) -> Result<Link, Stop> {
        let id = record.item.id.clone();
        let asked = record.clone();
        let lookup = Lookup::before_send(&asked, facts, peers);
        if lookup.answer(book, listing) == Found::Nothing {
            return Ok(Link::Free);
        }
        // What looks like ours may have become another worker's in the meantime.
        book.refresh().await?;
        match lookup.answer(book, listing) {
            Found::Nothing => Ok(Link::Free),
            Found::One { activity, evidence } => {
                if !book.reserve(&activity, &id).await? {
                    return Ok(Link::Unclear(Found::Ambiguous(vec![format!(
                        "activity {activity} looks like it ({evidence}) and belongs to another workout"
                    )])));
                }
                let now = self.clock.now();
                record.note(
                    now,
                    format!("was there already as activity {activity}: {evidence}"),
                );
                let receipt = crate::Receipt::with_id(activity);
                record.parts.push(Part::found(receipt, facts.clone()));
                Ok(Link::Linked)
            }
            found => Ok(Link::Unclear(found)),
        }
    }

    /// Puts a workout back until the fate of one that looks like it is known.
    pub(super) async fn wait_for_twin(
        &self,
        book: &mut Book,
        record: Record,
        twin: &str,
    ) -> Result<(), Stop> {
        let reason = format!(
            "workout {twin} looks the same, and it is not known yet whether that one arrived"
        );
        self.not_clear(book, record, Found::Contended(reason)).await
    }

    pub(super) async fn not_clear(
        &self,
        book: &mut Book,
        record: Record,
        found: Found,
    ) -> Result<(), Stop> {
        match found {
            Found::Ambiguous(evidence) => {
                let reason = format!(
                    "{} has an activity that may be this workout: look yourself, then retry or skip it",
                    self.destination.name()
                );
                self.park(book, record, reason, evidence, None).await
            }
            Found::Untrusted(reason) => {
                self.failed(
                    book,
                    record,
                    ServiceError::new(ErrorKind::Temporary, reason),
                )
                .await
            }
            Found::Contended(reason) => {
                let not_before = self.settled_at(self.clock.now());
                self.settle(book, record, State::Waiting { not_before, reason })
                    .await
            }
            Found::Nothing | Found::One { .. } => Ok(()),
        }
    }

    /// The activities around a workout's day, or the reason why the run can't go on: without a listing nothing is sent.
    pub(super) async fn find(&self, facts: &Facts) -> Result<Vec<Activity>, Stop> {
        self.find_in(Window::around(facts.day(), 1)).await
    }

    pub(super) async fn find_in(&self, window: Window) -> Result<Vec<Activity>, Stop> {
        self.destination
            .find(window)
            .await
            .map_err(|error| Stop::Service {
                side: Side::Destination,
                error,
            })
    }

    /// Links whatever of a report is certainly at the destination, from both listings alone. Sends and downloads nothing.
    pub(super) async fn link_existing(
        &self,
        book: &mut Book,
        report: &mut Report,
        cancel: &Cancel,
    ) -> Result<(), Stop> {
        let mut listing: Option<(Window, Vec<Activity>)> = None;
        for index in 0..report.items.len() {
            let Line { item, state, .. } = &report.items[index];
            if *state != StateName::New {
                continue;
            }
            if cancel.is_cancelled() {
                return Err(Stop::Cancelled);
            }
            let days = Window::around(item.day(), 1);
            let covered = |window: &Window| window.from <= days.from && days.until <= window.until;
            let activities = match listing.take() {
                Some((window, activities)) if covered(&window) => {
                    listing.insert((window, activities))
                }
                _ => {
                    let window = month_from(days, &report.items);
                    listing.insert((window, self.find_in(window).await?))
                }
            };
            let near: Vec<Activity> = activities
                .1
                .iter()
                .filter(|activity| activity.day.is_none_or(|day| days.contains(day)))
                .cloned()
                .collect();
            if near.is_empty() {
                continue;
            }
            look_at(book, item).await?;
            if book.get(&item.id).is_none() {
                self.link_listed(book, &report.items, item, &near).await?;
            }
            if let Some(record) = book.get(&item.id) {
                report.items[index].update(record);
            }
        }
        Ok(())
    }

    /// Links one listed workout that the ledger does not know, if it certainly is at the destination.
    pub(super) async fn link_listed(
        &self,
        book: &mut Book,
        listed: &[Line],
        item: &Item,
        listing: &[Activity],
    ) -> Result<(), Stop> {
        let peers = super::run::peers(book, listed, item);
        let facts = Facts::of_item(item);
        let unknown = Record::claimed(item.clone(), self.lease(self.clock.now()), self.clock.now());
        let lookup = Lookup::before_send(&unknown, &facts, &peers);
        if !matches!(lookup.answer(book, listing), Found::One { .. }) {
            return Ok(());
        }
        let Some(record) = self.claim(book, item).await? else {
            return Ok(());
        };
        let mut record = *record;
        match self
            .link(book, &mut record, &facts, listing, &peers)
            .await?
        {
            Link::Linked => self.settle(book, record, State::Linked).await,
            Link::Free | Link::Unclear(_) => {
                let reason = "not found at the destination with certainty".to_owned();
                let not_before = self.clock.now();
                self.settle(book, record, State::Waiting { not_before, reason })
                    .await
            }
        }
    }
}

/// The days from `days` on that one listing covers: a month, or less when no workout is that late.
fn month_from(days: Window, lines: &[Line]) -> Window {
    let last = lines
        .last()
        .map_or(days.until, |line| Window::around(line.item.day(), 1).until);
    let month = days
        .from
        .checked_add_days(Days::new(31))
        .unwrap_or(days.until);
    Window {
        from: days.from,
        until: month.min(last).max(days.until),
    }
}

/// What became of the question whether a workout is at the destination already.
pub(super) enum Link {
    Linked,
    Free,
    Unclear(Found),
}
