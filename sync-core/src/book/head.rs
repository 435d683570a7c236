//! What is known of a route as a whole, in one document: how far the source's history is taken in, and from which day on runs look for
//! unsettled workouts.
//!
//! Before that day, the *frontier*, everything is settled, but for a few workouts that are named. Moving it forward hides whatever lies
//! behind, so it takes two steps: the day is announced, then everything up to it is looked at, then it is moved, if nobody
//! objected. A worker that is about to open a workout writes the index entry first and reads the frontier then: either the one who
//! moves it sees the entry, or the worker sees the announcement, and takes it back.

use std::collections::BTreeMap;

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::document::{Documents, HEAD};
use super::index::{self, Mark};
use super::{BookError, Cursor};
use crate::Window;
use crate::engine::Side;
use crate::ledger::{Expected, Swap, Version};

/// Moving it costs a look at what is passed: not for each day.
const STRIDE_DAYS: u64 = 30;
/// So many unsettled workouts may be left behind.
const MOST_BEHIND: usize = 64;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Head {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    from: Option<NaiveDate>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
    /// Whether every record has an entry in the index.
    #[serde(default)]
    pub(super) indexed: bool,
    /// The frontier. Where there is none, every day is looked at.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    open_from: Option<NaiveDate>,
    /// Unsettled ones before that day.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) behind: Vec<Behind>,
    /// To which day somebody is about to move it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    announced: Option<NaiveDate>,
    /// The longest time after which the destination was seen to list an upload that it had not listed before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    listing_delay_s: Option<i64>,
    /// Until when which service asked to be left alone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) pauses: BTreeMap<Side, DateTime<Utc>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Behind {
    day: NaiveDate,
    pub(super) id: String,
}

impl Head {
    pub(super) fn cursor(&self) -> Option<Cursor> {
        let (from, until) = self.from.zip(self.until)?;
        Some(Cursor { from, until })
    }

    /// What was learnt of the source; the rest is found out again from the records.
    pub(super) fn without_index(&self) -> Self {
        Self {
            from: self.from,
            until: self.until,
            listing_delay_s: self.listing_delay_s,
            pauses: self.pauses.clone(),
            ..Self::default()
        }
    }

    pub(super) fn listing_delay(&self) -> TimeDelta {
        let seconds = self.listing_delay_s.unwrap_or_default();
        TimeDelta::try_seconds(seconds).unwrap_or_default()
    }

    pub(super) fn open_from(&self) -> NaiveDate {
        self.open_from.unwrap_or(Window::ALL.from)
    }
}

/// The document as it was last read or written.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    version: Option<Version>,
    pub(super) head: Head,
}

impl Known {
    pub(super) async fn read(documents: &Documents) -> Result<Self, BookError> {
        Ok(match documents.get(HEAD).await? {
            Some((version, head)) => Self {
                version: Some(version),
                head,
            },
            None => Self::default(),
        })
    }

    pub(super) fn is_there(&self) -> bool {
        self.version.is_some()
    }

    /// Writes it, if nobody else has since it was read. `false`: somebody has; theirs is read then.
    async fn write(&mut self, documents: &Documents, head: Head) -> Result<bool, BookError> {
        let expected = self.version.map_or(Expected::Absent, Expected::Version);
        match documents.swap(HEAD, expected, &head).await? {
            Swap::Done(version) => {
                *self = Self {
                    version: Some(version),
                    head,
                };
                Ok(true)
            }
            Swap::Conflict => {
                *self = Self::read(documents).await?;
                Ok(false)
            }
        }
    }

    /// The first word on an empty route: there is an index, and nothing in it, so nothing is hidden before `frontier`.
    pub(super) async fn begin(
        &mut self,
        documents: &Documents,
        frontier: NaiveDate,
    ) -> Result<(), BookError> {
        let head = Head {
            indexed: true,
            open_from: Some(frontier),
            ..Head::default()
        };
        self.write(documents, head).await.map(drop)
    }

    /// Says that every record is in the index.
    pub(super) async fn set_indexed(&mut self, documents: &Documents) -> Result<(), BookError> {
        let indexed = |head: &Head| Head {
            indexed: true,
            ..head.clone()
        };
        self.change(documents, indexed).await
    }

    /// Says that records may be missing in the index, on any day.
    pub(super) async fn forget_index(&mut self, documents: &Documents) -> Result<(), BookError> {
        self.change(documents, Head::without_index).await
    }

    /// Keeps a listing delay, if it is the longest so far.
    pub(super) async fn saw_listing_delay(
        &mut self,
        documents: &Documents,
        delay: TimeDelta,
    ) -> Result<(), BookError> {
        let seconds = delay.num_seconds();
        let longer = |head: &Head| Head {
            listing_delay_s: head.listing_delay_s.max(Some(seconds)),
            ..head.clone()
        };
        self.change(documents, longer).await
    }

    /// Keeps until when which service is left alone.
    pub(super) async fn keep_pauses(
        &mut self,
        documents: &Documents,
        pauses: &BTreeMap<Side, DateTime<Utc>>,
    ) -> Result<(), BookError> {
        let later = |head: &Head| {
            let mut head = head.clone();
            for (side, until) in pauses {
                let known = head.pauses.entry(*side).or_insert(*until);
                *known = (*known).max(*until);
            }
            head
        };
        self.change(documents, later).await
    }

    async fn change(
        &mut self,
        documents: &Documents,
        change: impl Fn(&Head) -> Head,
    ) -> Result<(), BookError> {
        loop {
            let head = change(&self.head);
            if head == self.head || self.write(documents, head).await? {
                return Ok(());
            }
        }
    }

    /// Makes runs look at a day again, and stops whoever is about to hide it.
    pub(super) async fn reach_back(
        &mut self,
        documents: &Documents,
        day: NaiveDate,
    ) -> Result<(), BookError> {
        let day = index::clamped(day);
        *self = Self::read(documents).await?;
        loop {
            let mut head = self.head.clone();
            let hidden = head.announced.max(head.open_from);
            if hidden.is_none_or(|hidden| day >= hidden) {
                return Ok(());
            }
            head.open_from = head.open_from.map(|from| from.min(day));
            head.announced = None;
            if self.write(documents, head).await? {
                return Ok(());
            }
        }
    }

    /// Moves the cursor, and the frontier to `to` or to where too many workouts are unsettled.
    pub(super) async fn advance(
        &mut self,
        documents: &Documents,
        cursor: impl Fn(Option<Cursor>) -> Option<Cursor>,
        to: NaiveDate,
    ) -> Result<(), BookError> {
        loop {
            let mut head = self.head.clone();
            if let Some(Cursor { from, until }) = cursor(head.cursor()) {
                (head.from, head.until) = (Some(from), Some(until));
            }
            let near = head.open_from().checked_add_days(Days::new(STRIDE_DAYS));
            // Without an index nobody knows what would be hidden.
            let moves = head.indexed && near.is_some_and(|near| near <= to);
            if moves {
                head.announced = Some(to);
            }
            if head != self.head && !self.write(documents, head).await? {
                continue;
            }
            return match moves {
                true => self.pass(documents, to).await,
                false => Ok(()),
            };
        }
    }

    /// Looks at everything up to the announced day and moves the frontier. Losing against anybody else is harmless: a later run does it.
    async fn pass(&mut self, documents: &Documents, to: NaiveDate) -> Result<(), BookError> {
        let mut head = self.head.clone();
        let mut to = to;
        let mut behind = Vec::new();
        for earlier in head.behind.drain(..) {
            if let Some(entry) = index::entry(documents, earlier.day, &earlier.id).await?
                && is_open(documents, entry).await?
            {
                behind.push(earlier);
            }
        }
        let mut pages = index::Pages::new(Window {
            from: head.open_from(),
            until: to.pred_opt().unwrap_or(to),
        });
        'looking: while let Some(page) = pages.next(documents).await? {
            for entry in page {
                let (day, id) = (entry.day, entry.id.clone());
                if is_open(documents, entry).await? && behind.iter().all(|earlier| earlier.id != id)
                {
                    if behind.len() == MOST_BEHIND {
                        to = day;
                        break 'looking;
                    }
                    behind.push(Behind { day, id });
                }
            }
        }
        head.open_from = Some(to.max(head.open_from()));
        head.announced = None;
        head.behind = behind;
        // Somebody objected, or not.
        self.write(documents, head).await.map(drop)
    }
}

/// Whether a workout may be unsettled; where the index is only out of date, it is put right.
async fn is_open(documents: &Documents, entry: index::Entry) -> Result<bool, BookError> {
    if !matches!(entry.mark, Mark::Open(_)) {
        return Ok(false);
    }
    let Some(record) = documents.record(&entry.id).await? else {
        // Whoever opened the entry is about to write the record, or is gone; then the source lists it again.
        return Ok(true);
    };
    Ok(index::settle(documents, entry, &record).await?.is_none())
}
