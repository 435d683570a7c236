//! `GET /api/sports/sports`: every sport with its constant. Public, no session needed. Seen 2026-05 to 2026-08, with 165
//! entries; [`SportId`] knows these, this request shows new ones.

use std::collections::BTreeMap;

use web_session::decode::Entries;

use crate::client::{ACCEPT_JSON, Expect, PolarFlow, classify};
use crate::error::Error;
use crate::model::sports::SportId;

impl PolarFlow {
    /// Every sport with its constant, such as `POOL_SWIMMING`.
    ///
    /// # Errors
    /// [`Error::Drift`] when it is no object. A sport without a number or a constant is left out.
    pub async fn sports(&self) -> Result<BTreeMap<SportId, String>, Error> {
        let url = self.url(&self.endpoints().sports);
        let request = self
            .session()
            .get(url)
            .endpoint("sports")
            .header("accept", ACCEPT_JSON);
        let response = request.read().await?;
        classify::answer(&response, Expect::Json, classify::Kind::Read)?;
        let Entries(sports) = self.session().decode(&response)?;
        Ok(sports)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::replay;

    const FIXTURE: &str = include_str!("../../fixtures/sports/2026-08.json");

    #[tokio::test]
    async fn sports_are_read_and_new_ones_kept() {
        let (polar, _server) = replay("/api/sports/sports", FIXTURE).await;
        let sports = polar.sports().await.unwrap();
        assert_eq!(sports[&SportId::RUNNING], "RUNNING");
        assert_eq!(sports[&SportId(999)], "UNHEARD_OF");
        let odd = r#"{"x":"RUNNING","2":null,"3":"WALKING"}"#;
        let (polar, _server) = replay("/api/sports/sports", odd).await;
        assert_eq!(polar.sports().await.unwrap().len(), 1);
        let (polar, _server) = replay("/api/sports/sports", "[]").await;
        assert!(polar.sports().await.unwrap_err().is_drift());
    }
}
