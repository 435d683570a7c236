//! Every JSON endpoint with the fixtures of each known era, and the shape that follows from them.
//!
//! `shapes/*.txt` says per place of the JSON what stands there, and what of it the types can't do without. The tests learn
//! it anew: types and shape agree when no field of a fixture is unknown (a place of the shape that no type knows), when
//! only what is always there is needed, and when nothing has changed. After a change that is wanted, run them once with
//! `BLESS_SHAPES=1` and read the difference.

use std::path::Path;

use serde::de::DeserializeOwned;
use web_session::shape::Shape;
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

/// Reads every fixture without meeting an unknown field, and compares the shape.
#[track_caller]
fn agrees<T: DeserializeOwned>(name: &'static str, shape: Shape, fixtures: Fixtures) {
    let read = |body: &[u8], observer: Option<&Observer>| {
        decode::from_slice::<T>(name, body, observer).map(|_| ())
    };
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

#[test]
fn month_agrees() {
    // Years and months are data.
    agrees::<MonthBody>("month", Shape::new().open_at("activities.*"), MONTH);
}

#[test]
fn points_agree() {
    agrees::<PointData>("points", Shape::new(), POINTS);
}

#[test]
fn preview_agrees() {
    agrees::<PreviewBody>("preview", Shape::new(), PREVIEW);
}

/// The names of totals and charts are the caller's.
#[test]
fn report_agrees() {
    let shape = Shape::new().open_at("totalBoxes").open_at("charts");
    agrees::<Report>("report", shape, REPORT);
}

/// A fixture that nobody reads guards nothing.
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
