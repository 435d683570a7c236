//! The sessions of the account: the training history and the calendar together.
//!
//! The history knows sport, note and heart rate, and has no milliseconds where the calendar has them; which of the two is complete is
//! not known, so a session that only one of them has counts as well.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use futures_util::TryStreamExt as _;
use polar_flow::calendar::SessionEvent;
use polar_flow::history::HistoryEntry;
use polar_flow::{PolarFlow, UserId};
use sync_core::{ServiceError, Window};

use super::record::{Digest, Listed};
use super::state::State;
use crate::exit::{Exit, Failure};

/// Days of one request for the history. The website asks for up to three years (seen 2026); half a year was seen to work.
const HISTORY_DAYS: u64 = 365;
/// The number of sessions from which an unlikely listing is a reason to stop.
const GUARDED: usize = 8;

/// The sessions of some days.
#[derive(Debug, Default)]
pub(super) struct Listing {
    /// By id.
    pub(super) sessions: BTreeMap<u64, Listed>,
    /// Sessions without a start: they cannot be named.
    pub(super) without_start: usize,
}

impl Listing {
    /// Lists these days. A known archive asks the calendar, which answers few days at a time, only from its first session on.
    ///
    /// # Errors
    /// Those of the service.
    pub(super) async fn fetch(
        polar: &PolarFlow,
        user: UserId,
        window: Window,
        first_known: Option<NaiveDate>,
    ) -> Result<Self, ServiceError> {
        let mut listing = Self::default();
        let mut from = window.from;
        loop {
            let end = from.checked_add_days(Days::new(HISTORY_DAYS - 1));
            let until = end.unwrap_or(window.until).min(window.until);
            for entry in polar.history(user, from..=until).await? {
                listing.add_history(&entry);
            }
            match until.succ_opt().filter(|next| *next <= window.until) {
                Some(next) => from = next,
                None => break,
            }
        }
        let from = first_known.map_or(window.from, |first| first.max(window.from));
        if from <= window.until {
            let mut events = polar.sessions(from..=window.until);
            while let Some(event) = events.try_next().await? {
                listing.add_event(&event);
            }
        }
        Ok(listing)
    }

    fn add_history(&mut self, entry: &HistoryEntry) {
        let Some(start) = entry.start else {
            self.without_start += 1;
            return;
        };
        let sport = entry
            .sport_id
            .or_else(|| entry.icon().and_then(|icon| icon.sport_id()));
        let note = entry.raw_note.as_deref().map(|note| {
            let digest = Digest::of(note.trim().as_bytes()).to_string();
            digest[..16].into()
        });
        let listed = Listed {
            start,
            duration_ms: entry.duration_ms,
            distance_m: entry.distance_m,
            calories: entry.calories_kcal,
            heart_rate: entry.heart_rate_mean_bpm.filter(|rate| *rate > 0),
            sport: sport.map(|sport| sport.to_string().into()),
            note,
        };
        self.sessions.insert(entry.id.0, listed);
    }

    fn add_event(&mut self, event: &SessionEvent) {
        let sport = event.icon.and_then(|icon| icon.sport_id());
        let seen = Listed {
            start: event.start,
            duration_ms: event.duration_ms,
            distance_m: event.distance_m,
            calories: event.calories_kcal.map(u64::from),
            heart_rate: None,
            sport: sport.map(|sport| sport.to_string().into()),
            note: None,
        };
        let listed = match self.sessions.remove(&event.id.0) {
            // The fields of the history were looked up by number, not by picture.
            Some(history) => seen.updated(&history),
            None => seen,
        };
        self.sessions.insert(event.id.0, listed);
    }

    /// Refuses a listing that looks like a fault of the service: nothing at all, or most of what is known gone or changed at once.
    ///
    /// # Errors
    /// What looks wrong.
    pub(super) fn guard(&self, state: &State, window: Window) -> Result<(), Failure> {
        let days = window.from..=window.until;
        let inside = |it: &(&u64, &super::state::Session)| days.contains(&it.1.listed.start.date());
        let known: Vec<_> = state.sessions.iter().filter(inside).collect();
        if known.len() < GUARDED {
            return Ok(());
        }
        let gone = known
            .iter()
            .filter(|(id, _)| !self.sessions.contains_key(id));
        let (gone, all) = (gone.count(), known.len());
        let changed = known.iter().filter(|(id, session)| {
            let listed = self.sessions.get(id);
            listed.is_some_and(|listed| !session.listed.agrees(listed))
        });
        let changed = changed.count();
        let what = match (self.sessions.is_empty(), gone, changed) {
            (true, ..) => format!("Polar Flow lists no session; the archive has {all}"),
            (_, gone, _) if gone * 2 > all => {
                format!("Polar Flow no longer lists {gone} of the archive's {all} sessions")
            }
            (_, _, changed) if changed * 2 > all => {
                format!(
                    "Polar Flow shows {changed} of the archive's {all} sessions changed at once"
                )
            }
            _ => return Ok(()),
        };
        Err(Failure {
            exit: Exit::Guarded,
            message: format!(
                "{what}. Nothing was fetched. Look at the account in the browser; if the listing really is right, go on with \
                 --accept-listing"
            ),
        })
    }
}
