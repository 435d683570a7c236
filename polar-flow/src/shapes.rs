//! Every JSON endpoint with the fixtures of each known era, the shape that follows from them, and its contract.
//!
//! `shapes/*.txt` says per place of the JSON what stands there, and what of it the types can't do without. The tests learn
//! it anew: types and shape agree when nothing is observed in a fixture, when only what is always there is needed, and when
//! nothing has changed. After a change that is wanted, run them once with `BLESS_SHAPES=1` and read the difference.
//!
//! A contract lists what is essential. The tests damage each place of each fixture and prove that nothing else is.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use api_shapes::{Contract, Read, Shape, agreed};
use chrono::NaiveDate;
use serde::Serialize;
use serde::de::DeserializeOwned;
use web_session::decode::{Entries, Listing};
use web_session::{Observer, decode};

use crate::endpoints::{
    account, activity, calendar, details, favorites, history, progress, route, sleep,
    sport_profiles, summary, training_target, week_summary,
};
use crate::model::sports::SportId;

macro_rules! fixtures {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../fixtures/", $name)))),*]
    };
}

type Fixtures = &'static [(&'static str, &'static str)];

const ACCOUNT: Fixtures = fixtures![
    "account/2026-05-current-user.json",
    "account/2026-10-all-of-the-body.json",
];
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
    "analysis/2026-10-summary-all-fields.json",
];
const DETAILS: Fixtures = fixtures![
    "analysis/2026-05-details-run.json",
    "analysis/2026-08-details-swim.json",
];
const ACTIVITY: Fixtures = fixtures![
    "misc/2019-07-activity.json",
    "misc/2026-05-activity-four.json",
];
const TRAINING_TARGET: Fixtures = fixtures![
    "misc/2026-06-training-target-phases.json",
    "misc/2026-09-training-target.json",
];
const WEEK_SUMMARY: Fixtures = fixtures!["misc/2026-10-week-summary.json"];
const SPORTS: Fixtures = fixtures!["sports/2026-08.json"];
const SPORT_PROFILES: Fixtures = fixtures!["sports/2026-06-profiles.json"];
const SLEEP: Fixtures = fixtures!["sleep/2026-05.json"];
const PROGRESS: Fixtures = fixtures!["progress/2026-05.json"];
const FAVORITES: Fixtures = fixtures!["favorites/2026-05-list.json"];
const FAVORITE_TARGET: Fixtures = fixtures!["favorites/2026-05-route.json"];

/// Reads every fixture without observing anything, compares the shape, and damages the fixtures to prove the contract.
#[track_caller]
fn agrees(name: &str, shape: Shape, fixtures: Fixtures, contract: Contract<'_>, read: Read<'_>) {
    let learned = agreed(shape, fixtures, |body, observer| {
        read(body, observer).map(|_| ())
    })
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
    match contract.check(fixtures, read) {
        Ok(count) => assert!(count > 20, "{name}: only {count} damages"),
        Err(broken) => panic!("{name}:\n{}", broken.join("\n")),
    }
}

fn agrees_with<T: DeserializeOwned + Serialize>(
    name: &'static str,
    fixtures: Fixtures,
    contract: Contract<'_>,
) {
    agrees(name, Shape::new(), fixtures, contract, &|body, observer| {
        Ok(serde_json::to_value(decode::from_slice::<T>(name, body, observer)?).unwrap())
    });
}

/// An answer of which nothing is essential but that it is an object or a list.
const NOTHING: Contract<'_> = Contract {
    essential: &[],
    of_entry: &[],
};

#[test]
fn account_agrees() {
    let contract = Contract {
        essential: &["user.id"],
        of_entry: &[("physicalInfo.birthday", "[]")],
    };
    agrees_with::<account::Account>("account", ACCOUNT, contract);
}

/// The unknown kind of the fixture has an unknown field.
fn without_the_moon(observer: &Observer) -> Observer {
    let observer = Arc::clone(observer);
    Arc::new(move |observation| {
        if !observation.path.ends_with(".moonId") {
            observer(observation);
        }
    })
}

/// Of kinds that are no training session only the kind itself is essential.
#[test]
fn calendar_agrees() {
    let contract = Contract {
        essential: &["[].type", "[].listItemId", "[].datetime"],
        of_entry: &[],
    };
    let shape = Shape::new().tagged("type");
    agrees("calendar", shape, CALENDAR, contract, &|body, observer| {
        let observer = observer.map(without_the_moon);
        let events = calendar::decode(body, observer.as_ref())?;
        Ok(serde_json::to_value(events).unwrap())
    });
}

#[test]
fn history_agrees() {
    let contract = Contract {
        essential: &["[].id"],
        of_entry: &[],
    };
    agrees_with::<Listing<history::HistoryEntry>>("history", HISTORY, contract);
}

#[test]
fn summary_agrees() {
    let contract = Contract {
        essential: &["id"],
        of_entry: &[],
    };
    agrees_with::<summary::Summary>("summary", SUMMARY, contract);
}

#[test]
fn details_agree() {
    let samples = "samples.*.*.samples";
    let position = "samples.*.COORDINATE.samples[]";
    let contract = Contract {
        essential: &["id"],
        of_entry: &[
            (samples, "interval"),
            (position, "latitude"),
            (position, "longitude"),
            (position, "time"),
        ],
    };
    agrees_with::<details::Details>("details", DETAILS, contract);
}

#[test]
fn activity_agrees() {
    let contract = Contract {
        essential: &[],
        of_entry: &[
            ("*.activityGraphData.activityTimelineSamples[]", "time"),
            ("*.activityGraphData.heartRateTimelineSamples[]", "time"),
        ],
    };
    agrees_with::<Entries<BTreeMap<NaiveDate, activity::ActivityDay>>>(
        "activity", ACTIVITY, contract,
    );
}

#[test]
fn training_target_agrees() {
    agrees_with::<training_target::TrainingTarget>("training_target", TRAINING_TARGET, NOTHING);
}

#[test]
fn week_summary_agrees() {
    agrees_with::<Entries<Vec<week_summary::WeekSummary>>>("week_summary", WEEK_SUMMARY, NOTHING);
}

#[test]
fn sports_agree() {
    agrees_with::<Entries<BTreeMap<SportId, String>>>("sports", SPORTS, NOTHING);
}

#[test]
fn sport_profiles_agree() {
    agrees_with::<Entries<Vec<sport_profiles::SportProfile>>>(
        "sport_profiles",
        SPORT_PROFILES,
        NOTHING,
    );
}

#[test]
fn sleep_agrees() {
    let contract = Contract {
        essential: &[],
        of_entry: &[
            ("[]", "date"),
            ("[].sleepWakeStates[]", "sleepWakeState"),
            ("[].sleepWakeStates[]", "offsetFromStart"),
        ],
    };
    agrees_with::<Entries<Vec<sleep::SleepNight>>>("sleep", SLEEP, contract);
}

#[test]
fn progress_agrees() {
    agrees_with::<progress::Progress>("progress", PROGRESS, NOTHING);
}

#[test]
fn favorites_agree() {
    let contract = Contract {
        essential: &["targets"],
        of_entry: &[("targets[]", "favoriteId")],
    };
    agrees_with::<favorites::Favorites>("favorites", FAVORITES, contract);
}

#[test]
fn favorite_target_agrees() {
    let contract = Contract {
        essential: &[],
        of_entry: &[
            ("gpsRoute.startPoint", "latitude"),
            ("gpsRoute.startPoint", "longitude"),
            ("gpsRoute.waypoints[]", "latitude"),
            ("gpsRoute.waypoints[]", "longitude"),
        ],
    };
    agrees_with::<route::FavoriteTarget>("favorite_target", FAVORITE_TARGET, contract);
}

/// A fixture that no test reads guards nothing.
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
        SPORT_PROFILES,
        SLEEP,
        PROGRESS,
        FAVORITES,
        FAVORITE_TARGET,
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
