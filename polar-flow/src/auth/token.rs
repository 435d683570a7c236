//! Reading the two JWTs that the service hands out as cookies. Their signatures are the service's business.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde_json::Value;
use web_session::SecretString;

/// The claims of a JWT; `None` when it is not one.
fn claims(token: &SecretString) -> Option<Value> {
    let payload = token.expose_secret().split('.').nth(1)?;
    let bytes = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// When a session ends. `None` when the token does not say.
pub(crate) fn expiry(token: &SecretString) -> Option<DateTime<Utc>> {
    let seconds = claims(token)?["exp"].as_f64()?;
    DateTime::from_timestamp(seconds as i64, 0)
}

/// `data.csrfToken` of `PLAY_SESSION_FLOW`.
pub(crate) fn csrf_token(token: &SecretString) -> Option<SecretString> {
    let token = claims(token)?["data"]["csrfToken"].as_str()?.to_owned();
    Some(token.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn jwt(payload: &str) -> SecretString {
        format!("e30.{}.sig", URL_SAFE_NO_PAD.encode(payload)).into()
    }

    #[test]
    fn claims_of_a_token_are_read_and_malformed_tokens_are_ignored() {
        assert_eq!(
            expiry(&jwt(r#"{"exp":1800000000}"#)).unwrap().timestamp(),
            1_800_000_000
        );
        assert!(expiry(&jwt("{}")).is_none());
        let token = csrf_token(&jwt(r#"{"data":{"csrfToken":"a-1-b"}}"#)).unwrap();
        assert_eq!(token.expose_secret(), "a-1-b");
        for rubbish in ["", "a.b", "a.!!.c", "opaque"] {
            let rubbish = SecretString::from(rubbish.to_owned());
            assert!(expiry(&rubbish).is_none() && csrf_token(&rubbish).is_none());
        }
    }
}
