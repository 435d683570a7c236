//! `GET /ajax/pointData`: the points of an activity.
//!
//! `activityId=<id>` from 2011 to 2016, `tripUuid=<uuid>` from 2017-09 to 2020-10. JSON. Numbers named `stats...` are text
//! in the account's unit; `points` are metric. Since 2017 there is **no absolute start time** in it: take it from the
//! activity page or the GPX. 400 means an entry without points, 403 an activity that may not be seen.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use web_session::decode::{Ignored, lenient};
use web_session::lenient_objects;

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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
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
    #[serde(default, deserialize_with = "lenient")]
    pub points: Vec<Point>,
    /// Being recorded right now.
    #[serde(default, deserialize_with = "lenient")]
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
    #[serde(
        rename = "unAdulteratedStatsDuration",
        default,
        deserialize_with = "lenient"
    )]
    pub duration_s: Option<f64>,
    /// Charts.
    #[serde(default, deserialize_with = "lenient")]
    pub chart_data: Option<ChartData>,
    // Known and only drawn or said.
    #[serde(default)]
    distance_splits: Ignored,
    #[serde(default)]
    training_splits: Ignored,
    #[serde(default)]
    feed_data: Ignored,
    #[serde(default)]
    race_points: Ignored,
    #[serde(default)]
    route_points: Ignored,
    #[serde(default)]
    stats_pace: Ignored,
    #[serde(default)]
    stats_speed: Ignored,
    #[serde(default)]
    status_updates: Ignored,
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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChartData {
    /// `SPEED`, `PACE`, `ELEVATION` and, when recorded, `HEARTRATE`.
    #[serde(default, deserialize_with = "lenient")]
    pub series: BTreeMap<String, PointSeries>,
    /// The same once more, by distance.
    #[serde(default, rename = "pointData")]
    point_data: Ignored,
}

/// One line of a chart.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PointSeries {
    /// Pairs of x and y; a value that is missing is null.
    #[serde(default, deserialize_with = "lenient")]
    pub data: Vec<Vec<Option<f64>>>,
    /// Unit of x.
    #[serde(default, deserialize_with = "opt_text")]
    pub x_units: Option<String>,
    /// Unit of y.
    #[serde(default, deserialize_with = "opt_text")]
    pub y_units: Option<String>,
    #[serde(default)]
    id: Ignored,
    #[serde(default)]
    label: Ignored,
    #[serde(default)]
    max_val_y: Ignored,
    #[serde(default)]
    min_val_y: Ignored,
}

/// A point of the route.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Point {
    /// `StartPoint`, `ManualPoint`, `TripPoint`, `EndPoint` and others.
    #[serde(rename = "type", default, deserialize_with = "opt_text")]
    pub kind: Option<String>,
    /// Degrees.
    #[serde(default, deserialize_with = "lenient")]
    pub latitude: Option<f64>,
    /// Degrees.
    #[serde(default, deserialize_with = "lenient")]
    pub longitude: Option<f64>,
    /// Metres, by the site's own model.
    #[serde(default, deserialize_with = "lenient")]
    pub altitude: Option<f64>,
    /// Metres since the point before.
    #[serde(default, deserialize_with = "lenient")]
    pub delta_distance: Option<f64>,
    /// Milliseconds since the point before; since 2017.
    #[serde(default, deserialize_with = "lenient")]
    pub delta_time: Option<f64>,
    /// Milliseconds of pause since the point before; since 2017.
    #[serde(default, deserialize_with = "lenient")]
    pub delta_pause: Option<f64>,
    /// Milliseconds since the start; since 2017.
    #[serde(default, deserialize_with = "lenient")]
    pub timestamp: Option<f64>,
    /// Milliseconds since 1970; in 2011. Whether they count UTC or the wall clock is not known.
    #[serde(default, deserialize_with = "lenient")]
    pub time_millis: Option<i64>,
    /// The same as text, in 2011.
    #[serde(default)]
    time: Ignored,
    #[serde(default)]
    accuracy: Ignored,
}

lenient_objects!(ChartData, PointSeries, Point);

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
    /// [`Error::NotAvailable`] for a manual entry, [`Error::Forbidden`] for one that may not be seen.
    pub async fn points(&self, of: impl Into<PointsOf>) -> Result<PointData, Error> {
        let of = of.into();
        let response = self
            .fetch(|| {
                let request = self
                    .session()
                    .get(self.url(&self.endpoints().points))
                    .endpoint(ENDPOINT)
                    .header("X-Requested-With", "XMLHttpRequest");
                match &of {
                    PointsOf::Trip(uuid) => request.query("tripUuid", &uuid.0),
                    PointsOf::Activity(id) => request.query("activityId", &id.to_string()),
                }
            })
            .await?;
        match response.status().as_u16() {
            400 => Err(Error::NotAvailable { endpoint: ENDPOINT }),
            403 => Err(Error::Forbidden { endpoint: ENDPOINT }),
            _ => self.json(&response),
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
            r#"{"points":{},"chartData":[],"isLive":"no","unAdulteratedStatsDuration":"601"}"#,
        ] {
            assert!(serde_json::from_str::<PointData>(bare).is_ok(), "{bare}");
        }
    }

    #[test]
    fn one_bad_series_point_or_value_costs_itself() {
        let text = r#"{"points":[{"latitude":1.5,"longitude":"x"},null,7,{"latitude":2.5}],
            "chartData":{"series":{"PACE":null,"SPEED":7,"ELEVATION":{"data":[[0.1,null],"x",[{},2]],"xUnits":{}}}}}"#;
        let data: PointData = serde_json::from_str(text).unwrap();
        let latitudes: Vec<_> = data.points.iter().map(|point| point.latitude).collect();
        assert_eq!(latitudes, [Some(1.5), Some(2.5)]);
        let series = data.chart_data.unwrap().series;
        assert_eq!(series.keys().collect::<Vec<_>>(), ["ELEVATION"]);
        let rows = [vec![Some(0.1), None], vec![None, Some(2.0)]];
        assert_eq!(series["ELEVATION"].data, rows);
    }
}
