//! `POST /trackFileUpload`: the site reads a file and shows what it would make of it, without creating anything.
//!
//! multipart/form-data with `uploadType=.gpx|.tcx` and the part `trackFile`. Four programs read the answer from 2014 to
//! 2017-05:
//!
//! ```json
//! {"error": "", "trackImportData": {"startTime": 1395053385000, "duration": 2876000.0, "trackPoints": [
//!   {"type": "StartPoint", "latitude": 0.01, "longitude": 0.02, "deltaTime": 0, "deltaDistance": 0.0, "timestamp": 0}]}}
//! ```
//!
//! Essential are the points with their positions, times and distances, because they are written back when the preview is
//! saved: one that is unreadable fails the preview. A non-empty `error` means refused, with status 200. The activity is created by sending the form with the points,
//! [`Runkeeper::save_preview`].

use chrono::{DateTime, NaiveDateTime, TimeDelta};
use serde::{Deserialize, Deserializer, Serialize};
use web_session::auth;
use web_session::decode::{Listing, lenient};
use web_session::{Part, lenient_objects};

use super::manual_entry::ManualEntry;
use super::send::Answer;
use super::upload::TrackUpload;
use crate::model::opt_text;
use crate::{DistanceUnit, Error, Runkeeper};

const PREVIEW: &str = "upload for a preview";
const SAVE: &str = "saving of a preview";

/// The activity that the site would make of a file.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ImportPreview {
    /// Milliseconds since 1970 of the wall clock at the start, written as if it were UTC (how it was read by all four
    /// programs; not proved).
    #[serde(default, rename = "startTime", deserialize_with = "lenient")]
    pub start_ms: Option<i64>,
    /// Milliseconds.
    #[serde(default, rename = "duration", deserialize_with = "lenient")]
    pub duration_ms: Option<f64>,
    /// The points.
    #[serde(default, deserialize_with = "every_point")]
    pub track_points: Vec<PreviewPoint>,
}

fn every_point<'de, D: Deserializer<'de>>(de: D) -> Result<Vec<PreviewPoint>, D::Error> {
    Ok(Option::<Listing<PreviewPoint>>::deserialize(de)?
        .unwrap_or_default()
        .into_entries())
}

impl ImportPreview {
    /// The wall clock at the start.
    #[must_use]
    pub fn start(&self) -> Option<NaiveDateTime> {
        Some(DateTime::from_timestamp_millis(self.start_ms?)?.naive_utc())
    }

    /// Time without pauses.
    #[must_use]
    pub fn duration(&self) -> Option<TimeDelta> {
        TimeDelta::try_milliseconds(self.duration_ms.filter(|ms| ms.is_finite())?.round() as i64)
    }

    /// Length of the route in metres.
    #[must_use]
    pub fn distance_m(&self) -> f64 {
        self.track_points
            .iter()
            .filter_map(|point| point.delta_distance)
            .sum()
    }

    /// The points as the form takes them: `type,lat,lon,deltaTime,0,deltaDistance;` (2014 .. 2017).
    fn points_field(&self) -> Result<String, Error> {
        let mut text = String::with_capacity(self.track_points.len() * 48);
        for point in &self.track_points {
            let (Some(latitude), Some(longitude)) = (point.latitude, point.longitude) else {
                return Err(Error::NoGps);
            };
            text.push_str(&format!(
                "{},{latitude},{longitude},{},0,{};",
                point.kind.as_deref().unwrap_or("ManualPoint"),
                point.delta_time.unwrap_or_default(),
                point.delta_distance.unwrap_or_default()
            ));
        }
        if text.is_empty() {
            Err(Error::NoGps)
        } else {
            Ok(text)
        }
    }
}

/// A point of a preview.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct PreviewPoint {
    /// `StartPoint`, `ManualPoint`, `EndPoint`.
    #[serde(rename = "type", default, deserialize_with = "opt_text")]
    pub kind: Option<String>,
    /// Degrees.
    #[serde(default)]
    pub latitude: Option<f64>,
    /// Degrees.
    #[serde(default)]
    pub longitude: Option<f64>,
    /// Milliseconds since the point before.
    #[serde(default)]
    pub delta_time: Option<f64>,
    /// Metres since the point before.
    #[serde(default)]
    pub delta_distance: Option<f64>,
    /// Milliseconds since the start.
    #[serde(default, deserialize_with = "lenient")]
    pub timestamp: Option<f64>,
}

lenient_objects!(ImportPreview, PreviewPoint);

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Body {
    #[serde(default, deserialize_with = "opt_text")]
    pub(crate) error: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    pub(crate) track_import_data: Option<ImportPreview>,
}

impl Runkeeper {
    /// Asks what the site would make of a file. Creates nothing, so it may be repeated.
    ///
    /// # Errors
    /// [`Error::Rejected`] with the site's words when it does not take the file.
    pub async fn preview(&self, file: &TrackUpload) -> Result<ImportPreview, Error> {
        let extension = if file.file_name().ends_with(".gpx") {
            ".gpx"
        } else {
            ".tcx"
        };
        let response = self
            .fetch(|| {
                self.session()
                    .post(self.url(&self.endpoints().preview))
                    .endpoint(PREVIEW)
                    .timeout(self.upload_timeout())
                    .multipart([Part::text("uploadType", extension), file.part("trackFile")])
            })
            .await?;
        let body: Body = self.json(&response)?;
        match (body.error, body.track_import_data) {
            (Some(message), _) => Err(Error::Rejected {
                endpoint: PREVIEW,
                message: super::send::shorten(&message),
            }),
            (None, Some(preview)) => Ok(preview),
            (None, None) => Err(Error::SiteChanged {
                endpoint: PREVIEW,
                expected: "the data of the track",
                fingerprint: Box::new(response.fingerprint()),
            }),
        }
    }

    /// Creates an activity from a preview: the second step. `entry` says the rest, such as type, start and notes; without
    /// a distance in it, the preview's is taken. As with [`upload`](Self::upload), it is sent again only after an answer that
    /// proves that the site took nothing for want of a session.
    ///
    /// # Errors
    /// As [`add_manual_entry`](Self::add_manual_entry); [`Error::NoGps`] when the preview has no positions.
    pub async fn save_preview(
        &self,
        preview: &ImportPreview,
        file: &TrackUpload,
        entry: &ManualEntry,
    ) -> Result<Answer, Error> {
        let points = preview.points_field()?;
        let entry = entry.or_distance_m(preview.distance_m());
        let unit = match entry.needs_unit() {
            true => Some(self.distance_unit().await?),
            false => None,
        };
        let format = if file.file_name().ends_with(".gpx") {
            "gpx"
        } else {
            "tcx"
        };
        auth::with_renewal(self, || {
            self.save_preview_once(&points, format, &entry, unit.as_ref())
        })
        .await
    }

    async fn save_preview_once(
        &self,
        points: &str,
        format: &str,
        entry: &ManualEntry,
        unit: Option<&DistanceUnit>,
    ) -> Result<Answer, Error> {
        let mut form = self.new_activity_form().await?;
        entry.fill(&mut form, unit)?;
        form.set("importFormat", format);
        form.set("hasMap", "true");
        form.set("mapEdited", "true");
        form.set("points", points);
        form.set("gymEquipment", "NONE");
        let parts = form
            .fields
            .iter()
            .map(|(name, value)| Part::text(name.clone(), value.clone()))
            .collect();
        self.post_form(SAVE, &self.endpoints().new_activity.clone(), &form, parts)
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_answer_of_2017_is_read() {
        let body: Body =
            serde_json::from_str(include_str!("../../fixtures/2017-05_trackFileUpload.json"))
                .unwrap();
        assert_eq!(body.error, None);
        let preview = body.track_import_data.unwrap();
        assert_eq!(preview.start().unwrap().to_string(), "2017-05-06 07:08:09");
        assert_eq!(preview.duration(), Some(TimeDelta::seconds(60)));
        assert!((preview.distance_m() - 222.4).abs() < 1e-9);
        assert_eq!(
            preview.points_field().unwrap(),
            "StartPoint,0.01,0.02,0,0,0;EndPoint,0.012,0.02,60000,0,222.4;"
        );
    }

    #[test]
    fn a_preview_without_positions_is_not_saved() {
        let preview: ImportPreview = serde_json::from_str(r#"{"trackPoints":[{}]}"#).unwrap();
        assert!(matches!(preview.points_field(), Err(Error::NoGps)));
    }
}
