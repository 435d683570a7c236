//! `GET /api/favorites`: targets without a date and routes, as kept by the account.
//!
//! Seen 2026-05. Essential are the list `targets` and the `favoriteId` of an entry; an entry without it is left out. The
//! service mixes types: distances come as numbers and as text ("5.0"), and `supportedDeviceIds` is no list of numbers on
//! accounts with a watch. Durations are milliseconds here, `HH:MM:SS` elsewhere.
//!
//! ```json
//! {"hasErrors": false, "linkedServices": {"strava": false},
//!  "targets": [{"favoriteId": 81424996, "exerciseTargetId": 1530890882, "sportId": 1, "type": "VOLUME",
//!               "favoriteName": "easy five", "distance": 5000, "duration": null, "calories": null}]}
//! ```
//!
//! ```no_run
//! # async fn example(polar: polar_flow::PolarFlow) -> Result<(), Box<dyn std::error::Error>> {
//! for favorite in polar.favorites().await?.targets {
//!     println!("{}: {:?}", favorite.id, favorite.name);
//! }
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use web_session::decode::{essential, essential_as, lenient};
use web_session::lenient_objects;

use crate::client::PolarFlow;
use crate::error::Error;
use crate::model::ids::{ExerciseTargetId, FavoriteId};
use crate::model::sports::SportId;
use crate::model::wire::{self, words};

/// The favourites of an account.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Favorites {
    /// Targets and routes.
    #[serde(deserialize_with = "essential_as::<Vec<Favorite>, _>")]
    pub targets: Vec<Favorite>,
    /// The service could not load all of them.
    #[serde(default, deserialize_with = "lenient")]
    pub has_errors: Option<bool>,
    /// Whether the account is linked with another service, by its name.
    #[serde(default, deserialize_with = "lenient")]
    pub linked_services: BTreeMap<String, Option<bool>>,
}

/// A target without a date, or a route.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Favorite {
    /// The favourite.
    #[serde(rename = "favoriteId", deserialize_with = "essential")]
    pub id: FavoriteId,
    /// Its content; asks for the geometry of a route.
    #[serde(default, deserialize_with = "lenient")]
    pub exercise_target_id: Option<ExerciseTargetId>,
    /// Its kind.
    #[serde(default, rename = "type", deserialize_with = "lenient")]
    pub kind: Option<FavoriteKind>,
    /// The user's name for it.
    #[serde(default, rename = "favoriteName", deserialize_with = "lenient")]
    pub name: Option<String>,
    /// The user's words.
    #[serde(default, rename = "favoriteDescription", deserialize_with = "lenient")]
    pub description: Option<String>,
    /// The sport; routes have none.
    #[serde(default, deserialize_with = "wire::sport_or_none")]
    pub sport_id: Option<SportId>,
    /// The constant of the sport.
    #[serde(default, deserialize_with = "lenient")]
    pub sport_name: Option<String>,
    /// Planned duration in milliseconds.
    #[serde(default, rename = "duration", deserialize_with = "lenient")]
    pub duration_ms: Option<u64>,
    /// Distance in metres.
    #[serde(
        default,
        rename = "distance",
        deserialize_with = "wire::amount_or_text"
    )]
    pub distance_m: Option<f64>,
    /// Planned energy in kcal.
    #[serde(default, rename = "calories", deserialize_with = "lenient")]
    pub calories_kcal: Option<u64>,
    /// Segment of another service.
    #[serde(default, deserialize_with = "lenient")]
    pub segment_id: Option<u64>,
    /// Its kind.
    #[serde(default, deserialize_with = "lenient")]
    pub segment_type: Option<String>,
    /// The origin of a route, such as `FLOW_FILE_IMPORT`.
    #[serde(default, deserialize_with = "lenient")]
    pub route_source: Option<String>,
    /// UUID of a route.
    #[serde(default, deserialize_with = "lenient")]
    pub external_route_identifier: Option<String>,
    /// Watches that can use it. Not modelled.
    #[serde(default, deserialize_with = "lenient")]
    pub supported_devices: Option<Value>,
    /// The same by id. Not modelled: no list of numbers on accounts with a watch.
    #[serde(default, deserialize_with = "lenient")]
    pub supported_device_ids: Option<Value>,
}

web_session::response_constructors! {
    Favorite { id: FavoriteId;
        exercise_target_id, kind, name, description, sport_id, sport_name, duration_ms,
        distance_m, calories_kcal, segment_id, segment_type, route_source,
        external_route_identifier, supported_devices, supported_device_ids
    }
}

lenient_objects!(Favorite);

words! {
    /// The kind of a favourite.
    FavoriteKind {
        /// A duration, a distance or an amount of energy.
        Volume = "VOLUME",
        /// A distance in a time.
        SteadyRacePace = "STEADY_RACE_PACE",
        /// Phases.
        Phased = "PHASED",
        /// A route.
        Route = "ROUTE",
    }
}

impl PolarFlow {
    /// Targets without a date and routes.
    ///
    /// # Errors
    /// [`Error::Drift`] when there is no list of them.
    pub async fn favorites(&self) -> Result<Favorites, Error> {
        let url = self.url(&self.endpoints().favorites);
        self.call(self.session().get(url).endpoint("favorites"))
            .json()
            .await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decode_strictly, replay};

    const FIXTURE: &str = include_str!("../../fixtures/favorites/2026-05-list.json");

    #[tokio::test]
    async fn targets_and_routes_are_read() {
        let (polar, _server) = replay("/api/favorites", FIXTURE).await;
        let favorites = polar.favorites().await.unwrap();
        assert_eq!(favorites.has_errors, Some(false));
        assert_eq!(favorites.linked_services["strava"], Some(true));
        let [target, route] = &favorites.targets[..] else {
            panic!("{favorites:?}")
        };
        assert_eq!(
            (target.id, target.distance_m),
            (FavoriteId(81_000_001), Some(5000.0))
        );
        assert_eq!(target.sport_id, Some(SportId::RUNNING));
        assert_eq!(route.kind, Some(FavoriteKind::Route));
        assert_eq!((route.sport_id, route.distance_m), (None, Some(532.5)));
        decode_strictly::<Favorites>(FIXTURE);
    }

    #[tokio::test]
    async fn an_entry_without_an_id_is_left_out_and_a_page_without_a_list_is_drift() {
        let body = r#"{"targets": [{"favoriteId": 7}, {}, null, {"favoriteId": "x"}]}"#;
        let (polar, _server) = replay("/api/favorites", body).await;
        assert_eq!(polar.favorites().await.unwrap().targets.len(), 1);
        for body in ["{}", r#"{"targets": null}"#, r#"{"targets": {}}"#, "[]"] {
            let (polar, _server) = replay("/api/favorites", body).await;
            assert!(polar.favorites().await.unwrap_err().is_drift(), "{body}");
        }
    }
}
