//! `GET /api/favorites/exerciseTarget/{exerciseTargetId}`: what is inside a favourite; of a route its geometry.
//!
//! Seen 2026-05. The id is the one inside the favourite, not the favourite's own; for any id that is not one of the
//! account's the answer is 403, never 404. Essential are the points' latitude and longitude; a point without them is left
//! out. `time` counts the points in steps of a second; it is no time.
//!
//! ```json
//! {"id": 1530890883, "type": "ROUTE", "distance": 532.4, "favoritePhases": [],
//!  "gpsRoute": {"name": "lake", "distance": 532.4, "startPoint": {"latitude": 0.05, "longitude": 0.05, "altitude": 35, "time": 0},
//!               "waypoints": [{"latitude": 0.05, "longitude": 0.05, "altitude": 35, "time": 0}]}}
//! ```
//!
//! ```no_run
//! # async fn example(polar: polar_flow::PolarFlow, id: polar_flow::ExerciseTargetId)
//! # -> Result<(), Box<dyn std::error::Error>> {
//! let target = polar.favorite_target(id).await?;
//! println!("{} points", target.route.map_or(0, |route| route.waypoints.len()));
//! # Ok(())
//! # }
//! ```

use serde::{Deserialize, Serialize};
use serde_json::Value;
use web_session::decode::{Ignored, essential_as, lenient};
use web_session::lenient_objects;

use crate::client::PolarFlow;
use crate::endpoints::favorites::FavoriteKind;
use crate::endpoints::training_target::Phase;
use crate::error::Error;
use crate::model::ids::ExerciseTargetId;
use crate::model::wire;

/// The content of a favourite.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FavoriteTarget {
    /// Its id.
    #[serde(default, deserialize_with = "lenient")]
    pub id: Option<ExerciseTargetId>,
    /// Its kind.
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    pub kind: Option<FavoriteKind>,
    /// Distance in metres.
    #[serde(
        default,
        rename = "distance",
        deserialize_with = "wire::amount_or_text"
    )]
    pub distance_m: Option<f64>,
    /// Planned duration in milliseconds; routes have none.
    #[serde(default, rename = "duration", with = "wire::clock_ms")]
    pub duration_ms: Option<u64>,
    /// Planned energy in kcal.
    #[serde(default, rename = "kiloCalories", deserialize_with = "lenient")]
    pub calories_kcal: Option<u64>,
    /// Its place among several.
    #[serde(default, deserialize_with = "lenient")]
    pub index: Option<u64>,
    /// Segment of another service.
    #[serde(default, deserialize_with = "lenient")]
    pub segment_id: Option<u64>,
    /// Phases of a `PHASED` one.
    #[serde(default, rename = "favoritePhases", deserialize_with = "lenient")]
    pub phases: Vec<Phase>,
    /// The sport. Not modelled.
    #[serde(default, deserialize_with = "lenient")]
    pub sport: Option<Value>,
    /// The route of a `ROUTE`.
    #[serde(default, rename = "gpsRoute", deserialize_with = "lenient")]
    pub route: Option<Route>,
    /// A route of another service. Not modelled.
    #[serde(default, deserialize_with = "lenient")]
    pub route_service_route: Option<Value>,
    #[serde(default)]
    created: Ignored,
    #[serde(default)]
    modified: Ignored,
}

/// A route.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Route {
    /// Its name.
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    /// Length in metres.
    #[serde(
        default,
        rename = "distance",
        deserialize_with = "wire::amount_or_text"
    )]
    pub distance_m: Option<f64>,
    /// Its first point.
    #[serde(default, deserialize_with = "lenient")]
    pub start_point: Option<Waypoint>,
    /// Its points in order.
    #[serde(default, deserialize_with = "lenient")]
    pub waypoints: Vec<Waypoint>,
    #[serde(default)]
    id: Ignored,
    #[serde(default)]
    user: Ignored,
    #[serde(default)]
    order: Ignored,
    #[serde(default)]
    parent_route_id: Ignored,
}

/// A point of a route.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Waypoint {
    /// Latitude in degrees.
    #[serde(
        rename = "latitude",
        deserialize_with = "essential_as::<wire::Latitude, _>"
    )]
    pub latitude_deg: f64,
    /// Longitude in degrees.
    #[serde(
        rename = "longitude",
        deserialize_with = "essential_as::<wire::Longitude, _>"
    )]
    pub longitude_deg: f64,
    /// Altitude in metres.
    #[serde(default, rename = "altitude", deserialize_with = "lenient")]
    pub altitude_m: Option<f64>,
    #[serde(default)]
    time: Ignored,
}

web_session::response_constructors! {
    Waypoint { latitude_deg: f64, longitude_deg: f64;
        altitude_m, time
    }
}

/// A route begins where its user lives.
impl std::fmt::Debug for Waypoint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Waypoint { .. }")
    }
}

lenient_objects!(Route, Waypoint);

impl PolarFlow {
    /// The content of a favourite: [`Favorite::exercise_target_id`](crate::favorites::Favorite::exercise_target_id).
    ///
    /// # Errors
    /// [`Error::Forbidden`] for an id that is not one of the account's, also for one that does not exist.
    pub async fn favorite_target(&self, id: ExerciseTargetId) -> Result<FavoriteTarget, Error> {
        let path = &self.endpoints().favorite_target;
        self.json_of("favorite target", path, id).await
    }
}

#[cfg(test)]
mod tests {
    use wiremock::ResponseTemplate;

    use super::*;
    use crate::testing::{answering, decode_strictly, replay};

    const FIXTURE: &str = include_str!("../../fixtures/favorites/2026-05-route.json");
    const PATH: &str = "/api/favorites/exerciseTarget/1500000883";
    const ID: ExerciseTargetId = ExerciseTargetId(1_500_000_883);

    #[tokio::test]
    async fn a_route_is_read() {
        let (polar, _server) = replay(PATH, FIXTURE).await;
        let target = polar.favorite_target(ID).await.unwrap();
        assert_eq!((target.id, target.distance_m), (Some(ID), Some(532.5)));
        let route = target.route.unwrap();
        assert_eq!(route.waypoints.len(), 2);
        assert_eq!(route.waypoints[1].altitude_m, Some(36.0));
        assert!(!format!("{route:?}").contains("0.05"), "{route:?}");
        decode_strictly::<FavoriteTarget>(FIXTURE);
    }

    #[tokio::test]
    async fn an_id_of_another_account_is_forbidden() {
        let (polar, _server) = answering(PATH, ResponseTemplate::new(403)).await;
        let error = polar.favorite_target(ID).await.unwrap_err();
        assert!(matches!(error, Error::Forbidden { .. }), "{error}");
    }
}
