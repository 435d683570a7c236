//! Renewal: the single sign-on once more, with the sign-in host's cookies instead of a password.
//!
//! Seen 2026-08 (the chain, and that a stale `FLOW_SESSION` cuts it short) and 2026-10 (`session_id` changes with each
//! renewal, so the jar must be saved afterwards; the caller does).

use async_trait::async_trait;
use web_session::join;

use super::SignIn;
use crate::client::{PolarFlow, judge};
use crate::error::Error;
use crate::service::FLOW_SESSION;

/// Renews a session with the cookies `session_id` and `remember-me` of the sign-in host. Always tried first.
#[derive(Debug, Clone, Copy)]
pub struct Renewal;

#[async_trait]
impl SignIn for Renewal {
    fn name(&self) -> &'static str {
        "renewal"
    }

    async fn sign_in(&self, polar: &PolarFlow) -> Result<(), Error> {
        let jar = polar.session().jar();
        let old = polar.flow_token();
        // With a stale cookie the chain ends on an error page.
        jar.remove(polar.flow_url(), FLOW_SESSION);
        renew(polar, old.as_ref()).await
    }
}

async fn renew(polar: &PolarFlow, old: Option<&secrecy::SecretString>) -> Result<(), Error> {
    if polar.session().jar().names(polar.auth_url()).is_empty() {
        return Err(Error::SessionExpired);
    }
    let url = join(polar.flow_url(), &polar.endpoints().sso_login);
    let response = polar.page(url).endpoint("renewal").read().await?;
    polar.refuse_blocks(&response)?;
    if polar.accept_new_token(old) {
        return Ok(());
    }
    judge::outage(&response)?;
    Err(Error::SessionExpired)
}
