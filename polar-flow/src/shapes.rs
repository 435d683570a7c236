//! Every JSON endpoint with the fixtures of each known era, and the shape that follows from them.
//!
//! `shapes/*.txt` says per place of the JSON what stands there, and what of it the types can't do without. The tests learn
//! it anew: types and shape agree when no field of a fixture is unknown (a place of the shape that no type knows), when
//! only what is always there is needed, and when nothing has changed. After a change that is wanted, run them once with
//! `BLESS_SHAPES=1` and read the difference.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::de::DeserializeOwned;
use web_session::shape::Shape;
use web_session::{Misfit, Observer, decode};

use crate::api::calendar::{self, CalendarEvent};
use crate::api::{account, activity, details, history, summary, training_target, week_summary};
use crate::sports::SportId;

macro_rules! fixtures {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../fixtures/", $name)))),*]
    };
}

type Fixtures = &'static [(&'static str, &'static str)];

const ACCOUNT: Fixtures = fixtures!["account/2026-05-current-user.json"];
const CALENDAR: Fixtures = fixtures![
    "calendar/2011-04-moved.json",
    "calendar/2017-04-no-distance.json",
    "calendar/2020-09-multisport.json",
    "calendar/2025-05-all-kinds.json",
    "calendar/2026-06-target.json",
];
const HISTORY: Fixtures = fixtures![
    "history/2018-05.json",
    "history/2021-03.json",
    "history/2025-05.json",
    "history/2026-05.json",
];
const SUMMARY: Fixtures = fixtures![
    "analysis/2026-05-summary-multisport.json",
    "analysis/2026-09-summary-manual.json",
];
const DETAILS: Fixtures = fixtures![
    "analysis/2026-05-details-run.json",
    "analysis/2026-08-details-swim.json",
];
const ACTIVITY: Fixtures = fixtures!["misc/2019-07-activity.json"];
const TRAINING_TARGET: Fixtures = fixtures!["misc/2026-09-training-target.json"];
const WEEK_SUMMARY: Fixtures = fixtures!["misc/2026-10-week-summary.json"];
const SPORTS: Fixtures = fixtures!["sports/2026-08.json"];

/// Reads every fixture without meeting an unknown field, and compares the shape.
#[track_caller]
fn agrees(
    name: &str,
    shape: Shape,
    fixtures: Fixtures,
    read: impl Fn(&[u8], Option<&Observer>) -> Result<(), Misfit>,
) {
    let learned = shape
        .agreed(fixtures, read)
        .unwrap_or_else(|disagreement| panic!("{name}: {disagreement}"));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("shapes/{name}.txt"));
    if std::env::var_os("BLESS_SHAPES").is_some() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, &learned).unwrap();
    }
    let known = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        learned == known.replace("\r\n", "\n"),
        "the shape of {name} is not that of shapes/{name}.txt any more; it is now:\n{learned}"
    );
}

fn agrees_with<T: DeserializeOwned>(name: &'static str, fixtures: Fixtures) {
    agrees(name, Shape::new(), fixtures, |body, observer| {
        decode::from_slice::<T>(name, body, observer).map(|_| ())
    });
}

#[test]
fn account_agrees() {
    agrees_with::<account::Account>("account", ACCOUNT);
}

/// The kind that nobody knows has a field that nobody knows.
fn without_the_moon(observer: &Observer) -> Observer {
    let observer = Arc::clone(observer);
    Arc::new(move |field| {
        if !field.path.ends_with(".moonId") {
            observer(field);
        }
    })
}

/// An entry of a known kind that does not fit is kept as an unknown one; here that counts as not understood.
#[test]
fn calendar_agrees() {
    let shape = Shape::new().tagged("type");
    agrees("calendar", shape, CALENDAR, |body, observer| {
        let observer = observer.map(without_the_moon);
        let events = calendar::decode(body, observer.as_ref())?;
        let lost = |event: &CalendarEvent| matches!(event, CalendarEvent::Other(other) if other.kind != "MOONWALK");
        match events.iter().any(lost) {
            true => Err(Misfit::new("", "a known kind was not understood")),
            false => Ok(()),
        }
    });
}

#[test]
fn history_agrees() {
    agrees_with::<Vec<history::HistoryEntry>>("history", HISTORY);
}

#[test]
fn summary_agrees() {
    agrees_with::<summary::Summary>("summary", SUMMARY);
}

#[test]
fn details_agree() {
    agrees_with::<details::Details>("details", DETAILS);
}

#[test]
fn activity_agrees() {
    agrees_with::<BTreeMap<NaiveDate, activity::ActivityDay>>("activity", ACTIVITY);
}

#[test]
fn training_target_agrees() {
    agrees_with::<training_target::TrainingTarget>("training_target", TRAINING_TARGET);
}

#[test]
fn week_summary_agrees() {
    agrees_with::<Vec<week_summary::WeekSummary>>("week_summary", WEEK_SUMMARY);
}

#[test]
fn sports_agree() {
    agrees_with::<BTreeMap<SportId, String>>("sports", SPORTS);
}

/// A fixture that nobody reads guards nothing.
#[test]
fn every_fixture_is_used() {
    let all = [
        ACCOUNT,
        CALENDAR,
        HISTORY,
        SUMMARY,
        DETAILS,
        ACTIVITY,
        TRAINING_TARGET,
        WEEK_SUMMARY,
        SPORTS,
    ];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let files = std::fs::read_dir(folder).unwrap().flat_map(|topic| {
        let topic = topic.unwrap();
        let topic_name = topic.file_name().into_string().unwrap();
        std::fs::read_dir(topic.path()).unwrap().map(move |file| {
            let name = file.unwrap().file_name().into_string().unwrap();
            format!("{topic_name}/{name}")
        })
    });
    for file in files {
        let used = all
            .iter()
            .any(|list| list.iter().any(|(name, _)| *name == file));
        assert!(used, "{file}");
    }
}
