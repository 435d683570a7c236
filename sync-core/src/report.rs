//! What a run did, as data: the table and the JSON of the programs are made from it.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use workout::Sport;

use crate::item::Item;
use crate::record::{Record, StateName};
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

/// One workout in a [`Report`].
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Line {
    /// The source's identifier.
    pub id: String,
    /// Wall-clock start, to the second.
    #[serde(serialize_with = "to_the_second")]
    pub start: NaiveDateTime,
    /// The start as an instant, when known.
    #[serde(serialize_with = "utc_to_the_second")]
    pub start_utc: Option<DateTime<Utc>>,
    /// The sport, when known.
    #[serde(serialize_with = "sport_name")]
    pub sport: Option<Sport>,
    /// Where it stands.
    pub state: StateName,
    /// Why, where there is something to say.
    pub reason: Option<String>,
    /// In which form it was delivered.
    pub delivery: Option<DeliveryForm>,
    /// What proves the delivery: one receipt for each exercise.
    #[serde(rename = "receipt", serialize_with = "receipt")]
    pub receipts: Vec<Receipt>,
    /// The earliest time of the next step.
    #[serde(serialize_with = "utc_to_the_second")]
    pub not_before: Option<DateTime<Utc>>,
    /// Something is still to be done with an activity that is there; the reason says what.
    #[serde(skip)]
    open_step: bool,
}

impl Line {
    pub(crate) fn new_item(item: &Item) -> Self {
        Self {
            id: item.id.clone(),
            start: item.start,
            start_utc: item.start_utc,
            sport: item.sport.clone(),
            state: StateName::New,
            reason: None,
            delivery: None,
            receipts: Vec::new(),
            not_before: None,
            open_step: false,
        }
    }

    pub(crate) fn of_record(record: &Record) -> Self {
        Self {
            state: record.state.name(),
            reason: record.reason(),
            delivery: record.form(),
            receipts: record
                .parts
                .iter()
                .map(|part| part.receipt.clone())
                .collect(),
            not_before: record.not_before(),
            open_step: record.has_open_step(),
            ..Self::new_item(&record.item)
        }
    }

    /// Nothing more will or has to happen.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.state.is_settled() && !self.open_step
    }
}

impl Line {
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
        self.counts = count(self.items.iter().map(|line| line.state));
    }

    pub(crate) fn new(route: impl Into<String>, mut items: Vec<Line>) -> Self {
        items.sort_by(|a, b| (a.start, &a.id).cmp(&(b.start, &b.id)));
        let counts = count(items.iter().map(|line| line.state));
        Self {
            route: route.into(),
            counts,
            items,
        }
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

fn count(states: impl Iterator<Item = StateName>) -> BTreeMap<StateName, usize> {
    let mut counts = BTreeMap::new();
    for state in states {
        *counts.entry(state).or_insert(0) += 1;
    }
    counts
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

fn to_the_second<S: Serializer>(start: &NaiveDateTime, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&start.format("%Y-%m-%dT%H:%M:%S"))
}

fn utc_to_the_second<S: Serializer>(
    instant: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    instant
        .map(|utc| utc.to_rfc3339_opts(SecondsFormat::Secs, true))
        .serialize(serializer)
}

fn sport_name<S: Serializer>(sport: &Option<Sport>, serializer: S) -> Result<S::Ok, S::Error> {
    sport.as_ref().map(Sport::as_str).serialize(serializer)
}

/// One exercise: `{"activity_id": "1"}`. Several: the first one, and all of them as `activity_ids`.
fn receipt<S: Serializer>(receipts: &[Receipt], serializer: S) -> Result<S::Ok, S::Error> {
    let Some(first) = receipts.first() else {
        return serializer.serialize_none();
    };
    let mut map = serializer.serialize_map(None)?;
    map.serialize_entry("activity_id", &first.activity_id)?;
    if receipts.len() > 1 {
        let ids: Vec<_> = receipts
            .iter()
            .map(|receipt| &receipt.activity_id)
            .collect();
        map.serialize_entry("activity_ids", &ids)?;
    }
    map.end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_has_exactly_the_promised_keys() {
        let mut item = Item::new("8104216805", "2025-05-01T16:30:42.643".parse().unwrap());
        item.start_utc = Some("2025-05-01T14:30:42.643Z".parse().unwrap());
        item.sport = Some(Sport::Cycling);
        let mut line = Line::new_item(&item);
        line.state = StateName::Delivered;
        line.delivery = Some(DeliveryForm::TrackFile);
        line.receipts = vec![Receipt::with_id("7")];
        let report = Report::new("polar-flow -> runkeeper", vec![line]);
        assert_eq!(
            serde_json::to_string(&report).unwrap(),
            r#"{"route":"polar-flow -> runkeeper","counts":{"delivered":1},"items":[{"id":"8104216805","start":"2025-05-01T16:30:42","start_utc":"2025-05-01T14:30:42Z","sport":"cycling","state":"delivered","reason":null,"delivery":"track_file","receipt":{"activity_id":"7"},"not_before":null}]}"#
        );
    }

    #[test]
    fn what_needs_a_person_wins() {
        let line = |state| {
            let mut line = Line::new_item(&Item::new("1", NaiveDateTime::default()));
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
