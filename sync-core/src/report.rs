//! What a run did, as data: the table and the JSON of the programs are made from it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};
use smallvec::SmallVec;
use workout_files::Sport;

use crate::item::Item;
use crate::record::{Record, State, StateName};
use crate::{DeliveryForm, Receipt};

/// What a run, a plan or a look at the ledger found.
///
/// Serialises to the one JSON document that `run`, `plan` and `status` print: `route`, `counts`, `items`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// Source and destination, as `polar-flow -> runkeeper`.
    pub route: String,
    /// How many workouts are in which state. States that do not occur are left out.
    pub counts: BTreeMap<StateName, usize>,
    /// One line for each workout, by start.
    pub items: Vec<Line>,
}

/// One workout in a [`Report`]: as the source listed it, and where it stands.
///
/// Serialises to `id`, `start`, `start_utc`, `sport`, `state`, `reason`, `delivery`, `receipt`, `not_before`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Line {
    /// The workout.
    pub item: Item,
    /// Where it stands.
    pub state: StateName,
    /// Why, where there is something to say.
    pub reason: Option<String>,
    /// In which form it was delivered.
    pub delivery: Option<DeliveryForm>,
    /// One for each exercise, and most workouts have one: a long report has no list on the heap for each.
    receipts: SmallVec<[Receipt; 1]>,
    /// The earliest time of the next step.
    pub not_before: Option<DateTime<Utc>>,
    /// Something is still to be done with an activity that is there; the reason says what.
    open_step: bool,
    /// More than one worker died at it.
    is_suspect: bool,
}

impl Line {
    pub(crate) fn new_item(item: Item) -> Self {
        Self {
            item,
            state: StateName::New,
            reason: None,
            delivery: None,
            receipts: SmallVec::new(),
            not_before: None,
            open_step: false,
            is_suspect: false,
        }
    }

    pub(crate) fn of_record(record: &Record) -> Self {
        let mut line = Self::new_item(record.item.clone());
        line.update(record);
        line
    }

    /// Where the workout stands now, and what was learnt of it since it was listed. One that was edited keeps its place.
    pub(crate) fn update(&mut self, record: &Record) {
        if self.item.start == record.item.start && self.item != record.item {
            self.item = record.item.clone();
        }
        let receipts = record.parts.iter().map(|part| part.receipt.clone());
        self.state = record.state.name();
        self.reason = record.reason();
        self.delivery = record.form();
        self.receipts = receipts.collect();
        self.not_before = record.not_before();
        self.open_step = record.has_open_step();
        self.is_suspect = record.state == State::Claimed && record.attempts > 0;
    }

    /// What lines are sorted by: the start, and for those of one moment the identifier.
    pub(crate) fn order(&self) -> (NaiveDateTime, &str) {
        (self.item.start, &self.item.id)
    }

    /// What proves the delivery: one receipt for each exercise.
    #[must_use]
    pub fn receipts(&self) -> &[Receipt] {
        &self.receipts
    }

    /// Nothing more will or has to happen.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.state.is_settled() && !self.open_step
    }

    /// Whether more than one worker died at it.
    pub(crate) fn is_suspect(&self) -> bool {
        self.is_suspect
    }

    /// Whether a run that comes by now does something about it.
    pub(crate) fn is_ready(&self, now: DateTime<Utc>) -> bool {
        match self.state {
            StateName::New => true,
            StateName::Waiting => self.not_before.is_none_or(|not_before| not_before <= now),
            _ => false,
        }
    }
}

impl Report {
    /// After lines were changed.
    pub(crate) fn count_again(&mut self) {
        self.counts.clear();
        for line in &self.items {
            *self.counts.entry(line.state).or_insert(0) += 1;
        }
    }

    pub(crate) fn new(route: impl Into<String>, items: Vec<Line>) -> Self {
        let mut report = Self {
            route: route.into(),
            counts: BTreeMap::new(),
            items,
        };
        report.sort();
        report.count_again();
        report
    }

    fn sort(&mut self) {
        self.items
            .sort_unstable_by(|a, b| a.order().cmp(&b.order()));
    }

    /// Takes in what another run on the same route did with other workouts.
    pub fn merge(&mut self, other: Self) {
        for (state, count) in other.counts {
            *self.counts.entry(state).or_insert(0) += count;
        }
        self.items.extend(other.items);
        self.sort();
    }

    /// What a caller has to do next, over everything that was counted.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        let any = |test: fn(&StateName) -> bool| self.counts.keys().any(test);
        if any(|name| name.needs_person()) {
            Outcome::NeedsPerson
        } else if any(|name| !name.is_settled()) || self.items.iter().any(|line| line.open_step) {
            Outcome::Unfinished
        } else {
            Outcome::Settled
        }
    }
}

/// What a caller has to do after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing: everything is where it should be.
    Settled,
    /// Run again later.
    Unfinished,
    /// A person has to decide something.
    NeedsPerson,
}

impl Serialize for Line {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let utc = |instant: DateTime<Utc>| instant.to_rfc3339_opts(SecondsFormat::Secs, true);
        let mut line = serializer.serialize_struct("Line", 9)?;
        line.serialize_field("id", &self.item.id)?;
        line.serialize_field(
            "start",
            &format_args!("{}", self.item.start.format("%FT%T")),
        )?;
        line.serialize_field("start_utc", &self.item.start_utc.map(utc))?;
        line.serialize_field("sport", &self.item.sport.as_ref().map(Sport::as_str))?;
        line.serialize_field("state", &self.state)?;
        line.serialize_field("reason", &self.reason)?;
        line.serialize_field("delivery", &self.delivery)?;
        line.serialize_field("receipt", &Receipts(&self.receipts))?;
        line.serialize_field("not_before", &self.not_before.map(utc))?;
        line.end()
    }
}

/// One exercise: `{"activity_id": "1"}`. Several: the first one, and all of them as `activity_ids`.
struct Receipts<'a>(&'a [Receipt]);

impl Serialize for Receipts<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Some(first) = self.0.first() else {
            return serializer.serialize_none();
        };
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("activity_id", &first.activity_id)?;
        if self.0.len() > 1 {
            let ids: Vec<_> = self.0.iter().map(|receipt| &receipt.activity_id).collect();
            map.serialize_entry("activity_ids", &ids)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use smallvec::smallvec;

    use super::*;

    #[test]
    fn the_document_has_exactly_the_promised_keys() {
        let mut item = Item::new("8104216805", "2025-05-01T16:30:42.643".parse().unwrap());
        item.start_utc = Some("2025-05-01T14:30:42.643Z".parse().unwrap());
        item.sport = Some(Sport::Cycling);
        let mut line = Line::new_item(item);
        line.state = StateName::Delivered;
        line.delivery = Some(DeliveryForm::TrackFile);
        line.receipts = smallvec![Receipt::with_id("7")];
        let report = Report::new("polar-flow -> runkeeper", vec![line]);
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            r#"{"route":"polar-flow -> runkeeper","counts":{"delivered":1},"items":[{"id":"8104216805","start":"2025-05-01T16:30:42","start_utc":"2025-05-01T14:30:42Z","sport":"cycling","state":"delivered","reason":null,"delivery":"track_file","receipt":{"activity_id":"7"},"not_before":null}]}"#
        );
    }

    #[test]
    fn merged_reports_are_one() {
        let report = |id: &str, hour: u32, state| {
            let day = chrono::NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
            let mut line = Line::new_item(Item::new(id, day.and_hms_opt(hour, 0, 0).unwrap()));
            line.state = state;
            Report::new("r", vec![line])
        };
        let mut all = report("2", 9, StateName::Delivered);
        all.merge(report("1", 7, StateName::Parked));
        all.merge(report("3", 8, StateName::Delivered));
        let ids: Vec<&str> = all.items.iter().map(|line| &*line.item.id).collect();
        assert_eq!(ids, ["1", "3", "2"]);
        let counts = [(StateName::Delivered, 2), (StateName::Parked, 1)];
        assert_eq!(all.counts, counts.into());
    }

    #[test]
    fn what_needs_a_person_wins() {
        let line = |state| {
            let mut line = Line::new_item(Item::new("1", NaiveDateTime::default()));
            line.state = state;
            line
        };
        let outcome = |states: &[StateName]| {
            Report::new("r", states.iter().copied().map(line).collect()).outcome()
        };
        assert_eq!(outcome(&[]), Outcome::Settled);
        assert_eq!(
            outcome(&[StateName::Delivered, StateName::Skipped]),
            Outcome::Settled
        );
        assert_eq!(
            outcome(&[StateName::Delivered, StateName::Waiting]),
            Outcome::Unfinished
        );
        assert_eq!(
            outcome(&[StateName::Waiting, StateName::Parked]),
            Outcome::NeedsPerson
        );
    }
}
