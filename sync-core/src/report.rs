//! The report of a run, as data: the programs make the table and the JSON from it.

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};
use smallvec::SmallVec;
use workout_files::Sport;

use crate::item::Item;
use crate::model::{Record, State, StateName};
use crate::{DeliveryForm, Receipt};

/// The findings of a run, a plan or a look at the ledger.
///
/// Serialises to the one JSON document that `run`, `plan` and `status` print: `route`, `counts`, `backlog`, `items`.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RouteReport {
    /// Source and destination, as `polar-flow -> runkeeper`.
    pub route: String,
    /// How many workouts are in which state. States that do not occur are left out.
    pub counts: BTreeMap<StateName, usize>,
    /// How many workouts that were due the run's budget left for the next run.
    pub backlog: usize,
    /// One entry for each workout, by start.
    pub items: Vec<ReportEntry>,
}

/// One workout in a [`RouteReport`]: as the source listed it, and where it stands.
///
/// Serialises to `id`, `start`, `start_utc`, `sport`, `state`, `reason`, `delivery`, `receipt`, `not_before`, and to `possible_duplicates`
/// where there are any.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct ReportEntry {
    /// The workout.
    pub item: Item,
    /// Its state on the route.
    pub state: StateName,
    /// In which form it was delivered.
    pub delivery: Option<DeliveryForm>,
    /// One for each exercise, and most workouts have one: a long report has no list on the heap for each.
    receipts: SmallVec<[Receipt; 1]>,
    details: Option<Box<Details>>,
    /// A step is still open for an activity that is there; the reason names it.
    open_step: bool,
    /// More than one worker ended at it, or its file was damaged.
    pub(crate) is_suspect: bool,
}

/// Most workouts of a long report have none of this: it takes room only where it is.
#[derive(Debug, Clone, PartialEq, Default)]
struct Details {
    reason: Option<String>,
    not_before: Option<DateTime<Utc>>,
    possible_duplicates: Vec<String>,
}

impl ReportEntry {
    /// A workout that is not in the ledger, for tests of programs that print reports.
    #[must_use]
    pub fn new_item(item: Item) -> Self {
        Self {
            item,
            state: StateName::New,
            delivery: None,
            receipts: SmallVec::new(),
            details: None,
            open_step: false,
            is_suspect: false,
        }
    }

    /// The entry of a workout that the ledger knows.
    #[must_use]
    pub fn of(record: &Record) -> Self {
        let mut entry = Self::new_item(record.item.clone());
        entry.update(record);
        entry
    }

    /// Takes over where the record stands, and the facts that the engine learnt. A workout with an edited start keeps its listed item,
    /// and so its place in the order.
    pub(crate) fn update(&mut self, record: &Record) {
        if self.item.start == record.item.start && self.item != record.item {
            // A long report keeps the identifiers where the listing put them, close together.
            let id = std::mem::take(&mut self.item.id);
            self.item = Item {
                id,
                ..record.item.clone()
            };
        }
        let receipts = record.parts.iter().map(|part| part.receipt.clone());
        let duplicates = record.duplicates.iter().map(|seen| seen.activity.clone());
        let details = Details {
            reason: record.reason(),
            not_before: record.not_before(),
            possible_duplicates: duplicates.collect(),
        };
        self.state = record.state.name();
        self.delivery = record.form();
        self.receipts = receipts.collect();
        self.details = (details != Details::default()).then(|| Box::new(details));
        self.open_step = record.has_open_step();
        let has_failed = record.state == State::Claimed && record.attempts > 0;
        self.is_suspect = has_failed || self.state == StateName::Parked;
    }

    pub(crate) fn set_reason(&mut self, reason: String) {
        self.details.get_or_insert_default().reason = Some(reason);
    }

    /// Why it is in its state, where there is something to say.
    #[must_use]
    pub fn reason(&self) -> Option<&str> {
        self.details.as_ref()?.reason.as_deref()
    }

    /// The earliest time of the next step.
    #[must_use]
    pub fn not_before(&self) -> Option<DateTime<Utc>> {
        self.details.as_ref()?.not_before
    }

    /// Activities that appeared after the delivery and equal it, by their identifiers.
    #[must_use]
    pub fn possible_duplicates(&self) -> &[String] {
        let details = self.details.as_ref();
        details.map_or(&[], |details| &details.possible_duplicates)
    }

    /// What proves the delivery: one receipt for each exercise.
    #[must_use]
    pub fn receipts(&self) -> &[Receipt] {
        &self.receipts
    }

    /// Nothing more happens with it.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.state.is_settled() && !self.open_step
    }
}

impl RouteReport {
    /// A report of these workouts, sorted and counted.
    #[must_use]
    pub fn new(route: impl Into<String>, items: Vec<ReportEntry>) -> Self {
        let mut report = Self {
            route: route.into(),
            counts: BTreeMap::new(),
            backlog: 0,
            items,
        };
        for entry in &report.items {
            *report.counts.entry(entry.state).or_insert(0) += 1;
        }
        report.sort();
        report
    }

    fn sort(&mut self) {
        self.items
            .sort_unstable_by(|a, b| a.item.order().cmp(&b.item.order()));
    }

    /// Takes in what another run on the same route did with other workouts.
    pub fn merge(&mut self, other: Self) {
        for (state, count) in other.counts {
            *self.counts.entry(state).or_insert(0) += count;
        }
        self.backlog += other.backlog;
        self.items.extend(other.items);
        self.sort();
    }

    /// The caller's next step, over all counted workouts.
    #[must_use]
    pub fn next_step(&self) -> NextStep {
        let any = |test: fn(&StateName) -> bool| self.counts.keys().any(test);
        let is_open = self.backlog > 0 || self.items.iter().any(|entry| entry.open_step);
        if any(|name| name.needs_user()) {
            NextStep::AskUser
        } else if is_open || any(|name| !name.is_settled()) {
            NextStep::RunAgain
        } else {
            NextStep::Nothing
        }
    }
}

/// A caller's next step after a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum NextStep {
    /// Nothing: everything is where it should be.
    Nothing,
    /// Run again later.
    RunAgain,
    /// The user has to decide something.
    AskUser,
}

impl Serialize for ReportEntry {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let utc = |instant: DateTime<Utc>| instant.to_rfc3339_opts(SecondsFormat::Secs, true);
        let ids = self.receipts.iter().map(|receipt| &receipt.activity_id);
        let ids: Vec<_> = ids.collect();
        let receipt = ids.first().map(|activity_id| Receipts {
            activity_id,
            activity_ids: (ids.len() > 1).then_some(&*ids),
        });
        let mut line = serializer.serialize_struct("ReportEntry", 10)?;
        line.serialize_field("id", &self.item.id)?;
        line.serialize_field(
            "start",
            &format_args!("{}", self.item.start.format("%FT%T")),
        )?;
        line.serialize_field("start_utc", &self.item.start_utc.map(utc))?;
        line.serialize_field("sport", &self.item.sport.as_ref().map(Sport::as_str))?;
        line.serialize_field("state", &self.state)?;
        line.serialize_field("reason", &self.reason())?;
        line.serialize_field("delivery", &self.delivery)?;
        line.serialize_field("receipt", &receipt)?;
        line.serialize_field("not_before", &self.not_before().map(utc))?;
        match self.possible_duplicates() {
            [] => line.skip_field("possible_duplicates")?,
            ids => line.serialize_field("possible_duplicates", ids)?,
        }
        line.end()
    }
}

/// One exercise: `{"activity_id": "1"}`. Several: the first one, and all of them as `activity_ids`.
#[derive(Serialize)]
struct Receipts<'a> {
    activity_id: &'a Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    activity_ids: Option<&'a [&'a Option<String>]>,
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
        let mut line = ReportEntry::new_item(item);
        line.state = StateName::Delivered;
        line.delivery = Some(DeliveryForm::TrackFile);
        line.receipts = smallvec![Receipt::with_id("7")];
        let report = RouteReport::new("polar-flow -> runkeeper", vec![line]);
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            r#"{"route":"polar-flow -> runkeeper","counts":{"delivered":1},"backlog":0,"items":[{"id":"8104216805","start":"2025-05-01T16:30:42","start_utc":"2025-05-01T14:30:42Z","sport":"cycling","state":"delivered","reason":null,"delivery":"track_file","receipt":{"activity_id":"7"},"not_before":null}]}"#
        );
    }

    fn entry(id: &str, start: &str, state: StateName) -> ReportEntry {
        let mut entry = ReportEntry::new_item(Item::new(id, start.parse().unwrap()));
        entry.state = state;
        entry
    }

    #[test]
    fn merged_reports_are_one() {
        let report = |id, start, state| RouteReport::new("r", vec![entry(id, start, state)]);
        let mut all = report("2", "2026-12-31T09:00:00", StateName::Delivered);
        all.merge(report("1", "2026-12-31T07:00:00", StateName::Parked));
        all.merge(report("3", "2026-12-31T08:00:00", StateName::Delivered));
        let ids: Vec<&str> = all.items.iter().map(|line| &*line.item.id).collect();
        assert_eq!(ids, ["1", "3", "2"]);
        let counts = [(StateName::Delivered, 2), (StateName::Parked, 1)];
        assert_eq!(all.counts, counts.into());
    }

    #[test]
    fn what_needs_the_user_wins() {
        use StateName::{Delivered, Parked, Skipped, Waiting};
        let outcome = |states: &[StateName]| {
            let entries = states
                .iter()
                .map(|state| entry("1", "2026-12-31T09:00:00", *state));
            RouteReport::new("r", entries.collect()).next_step()
        };
        assert_eq!(outcome(&[]), NextStep::Nothing);
        assert_eq!(outcome(&[Delivered, Skipped]), NextStep::Nothing);
        assert_eq!(outcome(&[Delivered, Waiting]), NextStep::RunAgain);
        assert_eq!(outcome(&[Waiting, Parked]), NextStep::AskUser);
    }
}
