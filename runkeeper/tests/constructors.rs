//! A dependent can build every answer in its tests, and what it built is written and read as the service's own.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fmt::Debug;

use runkeeper::{
    ActivityId, ActivityPage, ActivityType, ImportPreview, ListedActivity, Month,
    MonthWithActivities, Point, PointData, PreviewPoint, Report, Total, archive,
};
use serde::Serialize;
use serde::de::DeserializeOwned;

fn round<T: Serialize + DeserializeOwned + PartialEq + Debug>(built: T) {
    let json = serde_json::to_value(&built).unwrap();
    let read: T = serde_json::from_value(json.clone()).unwrap();
    assert_eq!(read, built, "{json}");
}

#[test]
fn every_answer_can_be_built() {
    round(PointData::default());
    round(Point::default());
    round(ImportPreview::default());
    round(PreviewPoint::default());
    round(Report::default());
    round(Total::default());
    assert_eq!(ListedActivity::new(ActivityId(1)).day, None);
    assert_eq!(ActivityPage::new(ActivityId(1)).start, None);
    let month = Month::new(2025, 3).unwrap();
    assert_eq!(MonthWithActivities::new(month).count, None);
    let start = "2025-05-01T08:00:00".parse().unwrap();
    let archived = archive::ArchivedActivity::new(start, ActivityType::Run);
    assert_eq!((archived.start, archived.notes), (start, None));
    assert!(archive::Archive::default().activities.is_empty());
}
