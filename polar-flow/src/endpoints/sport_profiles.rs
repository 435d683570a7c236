//! `GET /api/sports/profiles`: how a watch is set up per sport.
//!
//! Seen 2026-06 as an empty list only; the fields follow the website's own page and are tolerant. Essential is the list; an
//! entry that is no object is left out. `id` is a UUID, unlike the numbers of the website's form.
//!
//! ```json
//! [{"id": "7ae78bae-6ee6-47aa-9128-a2ee5cd0a138", "sportId": 1, "name": "Running", "created": "2026-06-01T19:50:00"}]
//! ```
//!
//! ```no_run
//! # async fn example(polar: polar_flow::PolarFlow) -> Result<(), Box<dyn std::error::Error>> {
//! println!("{} sport profiles", polar.sport_profiles().await?.len());
//! # Ok(())
//! # }
//! ```

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use web_session::decode::{Entries, lenient};
use web_session::lenient_objects;

use crate::client::PolarFlow;
use crate::error::Error;
use crate::model::sports::SportId;
use crate::model::wire;

/// How a watch is set up for a sport.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct SportProfile {
    /// Its UUID.
    #[serde(default, deserialize_with = "lenient")]
    pub id: Option<String>,
    /// The sport.
    #[serde(default, deserialize_with = "wire::sport_or_none")]
    pub sport_id: Option<SportId>,
    /// The user's name for it, or the sport in the account's language.
    #[serde(default, deserialize_with = "lenient")]
    pub name: Option<String>,
    /// When it was made, as the service writes it.
    #[serde(default, deserialize_with = "lenient")]
    pub created: Option<Value>,
    /// Everything else, as it came: no answer with a profile was published yet.
    #[serde(flatten)]
    pub more: BTreeMap<String, Value>,
}

lenient_objects!(SportProfile);

impl PolarFlow {
    /// How the account's watches are set up per sport; empty without a watch.
    ///
    /// # Errors
    /// [`Error::Drift`] when the answer is no list.
    pub async fn sport_profiles(&self) -> Result<Vec<SportProfile>, Error> {
        let url = self.url(&self.endpoints().sport_profiles);
        let request = self.session().get(url).endpoint("sport profiles");
        let Entries(profiles) = self.call(request).json().await?;
        Ok(profiles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{decode_strictly, replay};

    const FIXTURE: &str = include_str!("../../fixtures/sports/2026-06-profiles.json");
    const PATH: &str = "/api/sports/profiles";

    #[tokio::test]
    async fn profiles_are_read_and_unknown_settings_kept() {
        let (polar, _server) = replay(PATH, FIXTURE).await;
        let profiles = polar.sport_profiles().await.unwrap();
        assert_eq!(profiles[0].sport_id, Some(SportId::RUNNING));
        assert_eq!(profiles[0].more["autoLapType"], "LOCATION");
        assert_eq!(profiles[1].sport_id, None);
        decode_strictly::<Entries<Vec<SportProfile>>>(FIXTURE);
        let (polar, _server) = replay(PATH, "[]").await;
        assert!(polar.sport_profiles().await.unwrap().is_empty());
    }
}
