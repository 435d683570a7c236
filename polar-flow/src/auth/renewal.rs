//! Renewal: the single sign-on once more, with the sign-in host's cookies instead of a password.
//!
//! Seen 2026-08 (the chain, and that a stale `FLOW_SESSION` cuts it short) and 2026-10 (`session_id` changes with each
//! renewal, so the jar must be saved afterwards; the caller does).

use async_trait::async_trait;
use web_session::join;

use super::SignIn;
use crate::client::{PolarFlow, classify};
use crate::error::Error;
use crate::service::FLOW_SESSION;

const ENDPOINT: &str = "renewal";

/// Renews a session with the cookies `session_id` and `remember-me` of the sign-in host. Always tried first.
#[derive(Debug, Clone, Copy)]
pub struct Renewal;

#[async_trait]
impl SignIn<PolarFlow> for Renewal {
    fn name(&self) -> &'static str {
        "renewal"
    }

    async fn sign_in(&self, polar: &PolarFlow) -> Result<(), Error> {
        let jar = polar.session().jar();
        let old = polar.flow_token();
        // With a stale cookie the chain ends on an error page.
        jar.remove(polar.base_url(), FLOW_SESSION);
        renew(polar, old.as_ref()).await
    }
}

async fn renew(polar: &PolarFlow, old: Option<&web_session::SecretString>) -> Result<(), Error> {
    let expired = Error::SessionExpired { endpoint: ENDPOINT };
    if polar.session().jar().names(polar.auth_url()).is_empty() {
        return Err(expired);
    }
    let url = join(polar.base_url(), &polar.endpoints().sso_login);
    let response = polar.page(url).endpoint(ENDPOINT).read().await?;
    polar.refuse_blocks(&response)?;
    if polar.accept_new_token(old) {
        return Ok(());
    }
    classify::outage(&response)?;
    Err(expired)
}
