//! Inputs of the tests of all commands.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::Choices;
use crate::cli::Destination;

pub(super) const RUN: &str = "<TrainingCenterDatabase \
    xmlns=\"http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2\"><Activities>\
    <Activity Sport=\"Running\"><Id>2024-03-09T07:00:00.000Z</Id>\
    <Lap StartTime=\"2024-03-09T07:00:00.000Z\"><TotalTimeSeconds>3.0</TotalTimeSeconds>\
    <DistanceMeters>9.0</DistanceMeters><Calories>2</Calories><Intensity>Active</Intensity>\
    <TriggerMethod>Manual</TriggerMethod><Track>\
    <Trackpoint><Time>2024-03-09T07:00:01.000Z</Time></Trackpoint>\
    <Trackpoint><Time>2024-03-09T07:00:02.000Z</Time><Position><LatitudeDegrees>0.01\
    </LatitudeDegrees><LongitudeDegrees>0.02</LongitudeDegrees></Position><HeartRateBpm><Value>\
    120</Value></HeartRateBpm></Trackpoint>\
    <Trackpoint><Time>2024-03-09T07:00:03.000Z</Time><Position><LatitudeDegrees>0.01\
    </LatitudeDegrees><LongitudeDegrees>0.0201</LongitudeDegrees></Position><HeartRateBpm><Value>\
    130</Value></HeartRateBpm></Trackpoint></Track></Lap></Activity></Activities>\
    </TrainingCenterDatabase>";

pub(super) fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("run.tcx"), RUN).unwrap();
    std::fs::write(
        folder.path().join("page.tcx"),
        "<!DOCTYPE html><html></html>",
    )
    .unwrap();
    folder
}

pub(super) fn lines(out: &[u8]) -> Vec<Value> {
    std::str::from_utf8(out)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

pub(super) fn choices(destination: Option<Destination>) -> Choices {
    Choices {
        destination,
        ..Choices::default()
    }
}

pub(super) const DESTINATIONS: [Option<Destination>; 4] = [
    None,
    Some(Destination::Runkeeper),
    Some(Destination::Garmin),
    Some(Destination::Strava),
];

/// A file of the crate `workout-files` with one fault.
pub(super) fn fault(name: &str) -> PathBuf {
    let folder = "../../workout-files/fixtures/faults";
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(folder)
        .join(name)
}
