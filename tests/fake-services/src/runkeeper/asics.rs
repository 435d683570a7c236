//! The other host, `id.asics.com`: the OAuth flow of 2020 and the bot challenge of 2026.

use axum::Router;
use axum::extract::{Form, Query, State as Extract};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::{get, post};
use serde::Deserialize;
use serde_json::json;
use url::form_urlencoded;

use super::state::{Handle, RunkeeperEra, State};
use crate::http::{Answer, Cookies, found, page, set_cookie};

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/login", get(login_page))
        .route("/oauth2/token/auth", post(token))
        .route("/oauth2/authorize", post(authorize))
}

async fn login_page(Extract(shared): Extract<Handle>) -> Response {
    let mut state = shared.lock();
    let cookies = AppendHeaders([
        set_cookie("_abck", &state.tokens.text(40), ""),
        set_cookie("bm_sz", &state.tokens.text(40), ""),
        set_cookie("ak_bmsc", &state.tokens.text(40), "HttpOnly"),
    ]);
    if state.switches.era == RunkeeperEra::Asics2026 {
        let body = "<div id=\"root\"></div><div id=\"modal\"></div><script src=\"/static/js/main.00000000.js\"></script><script src=\"/akam/13/00000000\" defer></script>";
        return (cookies, page("OneASICS Membership", body)).into_response();
    }
    let body = "<form><input name=\"a_email\"><input type=\"password\" name=\"a_password\"><button data-clickaction=\"login\">Log in</button></form>";
    (cookies, page("ASICS ID", body)).into_response()
}

/// The page of the bot manager.
fn challenge(state: &mut State) -> Response {
    let reference = state.tokens.hex(18);
    Answer::html(
        403,
        &format!("<HTML><HEAD><TITLE>Access Denied</TITLE></HEAD><BODY><H1>Access Denied</H1>You don't have permission to access this server.<P>Reference #{reference}</BODY></HTML>"),
    )
    .header("server", "AkamaiGHost")
    .response()
}

#[derive(Deserialize)]
struct Credentials {
    username: Option<String>,
    password: Option<String>,
    client_id: Option<String>,
}

async fn token(Extract(shared): Extract<Handle>, Form(form): Form<Credentials>) -> Response {
    let mut state = shared.lock();
    if state.switches.era != RunkeeperEra::Asics2020 {
        return challenge(&mut state);
    }
    let right = form.client_id.as_deref() == Some("runkeeper")
        && form.username.as_deref() == Some(state.account.email.as_str())
        && form.password.as_deref() == Some(state.account.password.as_str());
    // The answer of this call is recorded nowhere: only the next one shows whether the password was right.
    if !right {
        return axum::Json(json!({"error": "invalid_grant"})).into_response();
    }
    let session = state.tokens.hex(32);
    state.asics_sessions.insert(session.clone());
    (
        AppendHeaders([set_cookie("asics_session", &session, "HttpOnly")]),
        axum::Json(json!({"token_type": "Bearer"})),
    )
        .into_response()
}

#[derive(Deserialize)]
struct Authorize {
    redirect_uri: Option<String>,
    state: Option<String>,
}

async fn authorize(
    Extract(shared): Extract<Handle>,
    Query(query): Query<Authorize>,
    headers: HeaderMap,
) -> Response {
    let mut state = shared.lock();
    if state.switches.era != RunkeeperEra::Asics2020 {
        return challenge(&mut state);
    }
    let signed_in = Cookies::of(&headers)
        .get("asics_session")
        .is_some_and(|session| state.asics_sessions.contains(session));
    let (Some(redirect_uri), Some(signed), true) = (query.redirect_uri, query.state, signed_in)
    else {
        // A first redirect of 303 is how a wrong password shows itself.
        return (
            StatusCode::SEE_OTHER,
            [(header::LOCATION, "/login?error=access_denied")],
        )
            .into_response();
    };
    let code = state.tokens.text(32);
    state.oauth_codes.insert(code.clone());
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("code", &code)
        .append_pair("state", &signed)
        .finish();
    found(&format!("{redirect_uri}?{query}"))
}
