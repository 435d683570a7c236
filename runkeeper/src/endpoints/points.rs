//! `GET /ajax/pointData`: the points of an activity.
//!
//! `activityId=<id>` from 2011 to 2016, `tripUuid=<uuid>` from 2017-09 to 2020-10. JSON. Numbers named `stats...` are text
//! in the account's unit; `points` are metric. Since 2017 there is **no absolute start time** in it: take it from the
//! activity page or the GPX. 400 means an entry without points, 403 an activity that may not be seen.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::Deserialize;
use web_session::decode::{Skipped, or_default};

use crate::model::{opt_text, parse_clock};
use crate::{ActivityId, Error, Runkeeper, TripUuid};

const ENDPOINT: &str = "points";

/// Which activity's points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PointsOf {
    /// By UUID, since 2017.
    Trip(TripUuid),
    /// By number, until 2016.
    Activity(ActivityId),
}

impl From<TripUuid> for PointsOf {
    fn from(uuid: TripUuid) -> Self {
        Self::Trip(uuid)
    }
}

impl From<ActivityId> for PointsOf {
    fn from(id: ActivityId) -> Self {
        Self::Activity(id)
    }
}

/// The points of an activity and what is computed from them. Parts that are drawn only (charts, splits, feed texts) are
/// not modelled beyond the series.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PointData {
    /// `ManualMap` and the like; since 2017.
    #[serde(default, deserialize_with = "opt_text")]
    pub activity_entry_type: Option<String>,
    /// The type's value, such as `RUN`.
    #[serde(default, deserialize_with = "opt_text")]
    pub activity_type: Option<String>,
    /// The points, in order.
    #[serde(default, deserialize_with = "or_default")]
    pub points: Vec<Point>,
    /// Being recorded right now.
    #[serde(default)]
    pub is_live: Option<bool>,
    /// Duration as text; see [`PointData::duration`].
    #[serde(default, deserialize_with = "opt_text")]
    pub stats_duration: Option<String>,
    /// Distance as text, in the account's unit.
    #[serde(default, deserialize_with = "opt_text")]
    pub stats_distance: Option<String>,
    /// Kilocalories as text.
    #[serde(default, deserialize_with = "opt_text")]
    pub stats_calories: Option<String>,
    /// Climb as text, in the account's unit.
    #[serde(default, deserialize_with = "opt_text")]
    pub stats_elevation: Option<String>,
    /// Duration in seconds; since 2017.
    #[serde(rename = "unAdulteratedStatsDuration", default)]
    pub duration_s: Option<f64>,
    /// Charts.
    #[serde(default)]
    pub chart_data: Option<ChartData>,
    // Known and only drawn or said.
    #[serde(default)]
    distance_splits: Skipped,
    #[serde(default)]
    training_splits: Skipped,
    #[serde(default)]
    feed_data: Skipped,
    #[serde(default)]
    race_points: Skipped,
    #[serde(default)]
    route_points: Skipped,
    #[serde(default)]
    stats_pace: Skipped,
    #[serde(default)]
    stats_speed: Skipped,
    #[serde(default)]
    status_updates: Skipped,
}

impl PointData {
    /// Time without pauses, in whole seconds.
    #[must_use]
    pub fn duration(&self) -> Option<TimeDelta> {
        match self.duration_s.filter(|seconds| seconds.is_finite()) {
            Some(seconds) => TimeDelta::try_milliseconds((seconds * 1000.0).round() as i64),
            None => parse_clock(self.stats_duration.as_deref()?),
        }
    }

    /// The heart rate line, when it was recorded. What `x` counts, the series' `x_units` says.
    #[must_use]
    pub fn heart_rate(&self) -> Option<&PointSeries> {
        self.chart_data.as_ref()?.series.get("HEARTRATE")
    }
}

/// Charts, drawn over distance or time.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[non_exhaustive]
pub struct ChartData {
    /// `SPEED`, `PACE`, `ELEVATION` and, when recorded, `HEARTRATE`.
    #[serde(default, deserialize_with = "or_default")]
    pub series: BTreeMap<String, PointSeries>,
    /// The same once more, by distance.
    #[serde(default, rename = "pointData")]
    point_data: Skipped,
}

/// One line of a chart.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PointSeries {
    /// Pairs of x and y; a value that is missing is null.
    #[serde(default, deserialize_with = "or_default")]
    pub data: Vec<Vec<Option<f64>>>,
    /// Unit of x.
    #[serde(default, deserialize_with = "opt_text")]
    pub x_units: Option<String>,
    /// Unit of y.
    #[serde(default, deserialize_with = "opt_text")]
    pub y_units: Option<String>,
    #[serde(default)]
    id: Skipped,
    #[serde(default)]
    label: Skipped,
    #[serde(default)]
    max_val_y: Skipped,
    #[serde(default)]
    min_val_y: Skipped,
}

/// A point of the route.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Point {
    /// `StartPoint`, `ManualPoint`, `TripPoint`, `EndPoint` and others.
    #[serde(rename = "type", default, deserialize_with = "opt_text")]
    pub kind: Option<String>,
    /// Degrees.
    #[serde(default)]
    pub latitude: Option<f64>,
    /// Degrees.
    #[serde(default)]
    pub longitude: Option<f64>,
    /// Metres, by the site's own model.
    #[serde(default)]
    pub altitude: Option<f64>,
    /// Metres since the point before.
    #[serde(default)]
    pub delta_distance: Option<f64>,
    /// Milliseconds since the point before; since 2017.
    #[serde(default)]
    pub delta_time: Option<f64>,
    /// Milliseconds of pause since the point before; since 2017.
    #[serde(default)]
    pub delta_pause: Option<f64>,
    /// Milliseconds since the start; since 2017.
    #[serde(default)]
    pub timestamp: Option<f64>,
    /// Milliseconds since 1970; in 2011. Whether they count UTC or the wall clock is not known.
    #[serde(default)]
    pub time_millis: Option<i64>,
    /// The same as text, in 2011.
    #[serde(default)]
    time: Skipped,
    #[serde(default)]
    accuracy: Skipped,
}

impl Point {
    /// The instant of a point as of 2011.
    #[must_use]
    pub fn at(&self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp_millis(self.time_millis?)
    }
}

impl Runkeeper {
    /// The points of an activity.
    ///
    /// # Errors
    /// [`Error::NoPoints`] for a manual entry, [`Error::NotVisible`] for one that may not be seen.
    pub async fn points(&self, of: impl Into<PointsOf>) -> Result<PointData, Error> {
        let of = of.into();
        let response = self
            .fetch(|| {
                let request = self
                    .session()
                    .get(self.url(&self.paths().points))
                    .endpoint(ENDPOINT)
                    .header("X-Requested-With", "XMLHttpRequest");
                match &of {
                    PointsOf::Trip(uuid) => request.query("tripUuid", &uuid.0),
                    PointsOf::Activity(id) => request.query("activityId", &id.to_string()),
                }
            })
            .await?;
        match response.status().as_u16() {
            400 => Err(Error::NoPoints { endpoint: ENDPOINT }),
            403 => Err(Error::NotVisible { endpoint: ENDPOINT }),
            _ => Ok(self.session().decode(&response)?),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shapes_of_2011_and_2017_are_read() {
        let new: PointData =
            serde_json::from_str(include_str!("../../fixtures/2017-09_pointData.json")).unwrap();
        assert_eq!(new.duration(), Some(TimeDelta::seconds(601)));
        assert_eq!(new.points.len(), 3);
        assert_eq!(new.points[2].kind.as_deref(), Some("EndPoint"));
        assert_eq!(new.points[1].delta_time, Some(734.0));
        assert_eq!(new.heart_rate().unwrap().x_units.as_deref(), Some("km"));
        assert_eq!(new.heart_rate().unwrap().data[1], [Some(0.1), None]);
        let old: PointData =
            serde_json::from_str(include_str!("../../fixtures/2011-06_pointData.json")).unwrap();
        assert_eq!(old.duration(), Some(TimeDelta::seconds(605)));
        assert_eq!(
            old.points[0].at().unwrap().to_rfc3339(),
            "2011-05-30T18:00:00+00:00"
        );
        assert_eq!(old.heart_rate(), None);
    }

    #[test]
    fn every_field_may_be_missing() {
        for bare in [
            "{}",
            r#"{"points":[{}],"chartData":{"series":{"PACE":{}}}}"#,
            r#"{"points":[],"chartData":null,"isLive":null}"#,
        ] {
            assert!(serde_json::from_str::<PointData>(bare).is_ok(), "{bare}");
        }
    }
}
