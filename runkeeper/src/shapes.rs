//! Every JSON endpoint with the fixtures of each known era, the shape that follows from them, and its contract.
//!
//! `shapes/*.txt` says per place of the JSON what stands there, and what of it the types can't do without. The tests learn
//! it anew: types and shape agree when nothing is observed in a fixture, when only what is always there is needed, and when
//! nothing has changed. After a change that is wanted, run them once with `BLESS_SHAPES=1` and read the difference.
//!
//! A contract lists what is essential. The tests damage each place of each fixture and prove that nothing else is.

use std::path::Path;

use api_shapes::{Contract, Shape, agreed};
use serde::Serialize;
use serde::de::DeserializeOwned;
use web_session::{Observer, decode};

use crate::endpoints::{MonthBody, PointData, PreviewBody, Report};

macro_rules! fixtures {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../fixtures/", $name)))),*]
    };
}

type Fixtures = &'static [(&'static str, &'static str)];

const MONTH: Fixtures = fixtures![
    "2013-02_activitiesByDateRange.json",
    "2014-07_activitiesByDateRange-empty.json",
    "2020-09_activitiesByDateRange.json",
];
const POINTS: Fixtures = fixtures![
    "2011-06_pointData.json",
    "2017-09_pointData.json",
    "2020-10_pointData.json",
];
const PREVIEW: Fixtures = fixtures![
    "2017-05_trackFileUpload.json",
    "2017-05_trackFileUpload-refused.json",
];
const REPORT: Fixtures = fixtures!["2020-09_fitnessReportsData.json"];

/// Reads every fixture without observing anything, compares the shape, and damages the fixtures to prove the contract.
#[track_caller]
fn agrees<T: DeserializeOwned, V: Serialize>(
    name: &'static str,
    shape: Shape,
    fixtures: Fixtures,
    contract: Contract<'_>,
    value: impl Fn(T) -> V,
) {
    let read = |body: &[u8], observer: Option<&Observer>| {
        let answer = decode::from_slice::<T>(name, body, observer)?;
        Ok(serde_json::to_value(value(answer)).unwrap())
    };
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
    match contract.check(fixtures, &read) {
        Ok(count) => assert!(count > 20, "{name}: only {count} damages"),
        Err(broken) => panic!("{name}:\n{}", broken.join("\n")),
    }
}

/// An answer of which nothing is essential but that it is an object.
const NOTHING: Contract<'_> = Contract {
    essential: &[],
    of_entry: &[],
};

#[test]
fn month_agrees() {
    // Years and months are data.
    let shape = Shape::new().open_at("activities.*");
    let contract = Contract {
        essential: &["activities.*.*[].activity_id"],
        of_entry: &[],
    };
    agrees("month", shape, MONTH, contract, MonthBody::listed);
}

#[test]
fn points_agree() {
    agrees(
        "points",
        Shape::new(),
        POINTS,
        NOTHING,
        |points: PointData| points,
    );
}

#[test]
fn preview_agrees() {
    let contract = Contract {
        essential: &[
            "trackImportData.trackPoints[].latitude",
            "trackImportData.trackPoints[].longitude",
            "trackImportData.trackPoints[].deltaTime",
            "trackImportData.trackPoints[].deltaDistance",
        ],
        of_entry: &[],
    };
    agrees(
        "preview",
        Shape::new(),
        PREVIEW,
        contract,
        |body: PreviewBody| (body.error, body.track_import_data),
    );
}

/// The names of totals and charts are the caller's.
#[test]
fn report_agrees() {
    let shape = Shape::new().open_at("totalBoxes").open_at("charts");
    agrees("report", shape, REPORT, NOTHING, |report: Report| report);
}

/// A fixture that no test reads guards nothing.
#[test]
fn every_fixture_is_used() {
    let all = [MONTH, POINTS, PREVIEW, REPORT];
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    for file in std::fs::read_dir(folder).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        let used = all
            .iter()
            .any(|list| list.iter().any(|(name, _)| *name == file));
        assert!(used || file.ends_with(".html"), "{file}");
    }
}
