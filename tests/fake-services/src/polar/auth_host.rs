//! The sign-in host: a JavaScript page with a double-submit token, codes for the web application, rotating sessions.

use axum::Router;
use axum::extract::{Form, Query, State as Extract};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;
use url::form_urlencoded;

use super::state::{AuthSession, Authorize, Handle, State};
use crate::http::{Cookies, found, page, set_cookie};

const FOURTEEN_DAYS: &str = "Max-Age=1209600; HttpOnly";

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/oauth/authorize", get(authorize))
        .route("/login", get(login_page).post(login))
        .fallback(super::reply::not_found)
}

#[derive(Deserialize)]
struct AuthorizeQuery {
    redirect_uri: Option<String>,
    state: Option<String>,
}

async fn authorize(
    Extract(shared): Extract<Handle>,
    Query(query): Query<AuthorizeQuery>,
    headers: HeaderMap,
) -> Response {
    let mut state = shared.lock();
    let cookies = Cookies::of(&headers);
    let session_id = cookies.get("session_id").unwrap_or_default().to_owned();
    let remembered = cookies
        .get("remember-me")
        .is_some_and(|token| state.auth.remember_me.contains(token));
    let known = state.auth.sessions.get_mut(&session_id);
    let signed_in = known.as_ref().is_some_and(|session| session.signed_in) || remembered;
    let request = match (query.redirect_uri, query.state) {
        (Some(redirect_uri), Some(state)) => Some(Authorize {
            redirect_uri,
            state,
        }),
        // `/oauth/authorize?continue` goes on with what was asked before the login page.
        _ => known.and_then(|session| session.pending.take()),
    };
    let Some(request) = request else {
        return (StatusCode::BAD_REQUEST, page("Error", "Missing parameters")).into_response();
    };
    if !signed_in || state.switches.renewal_refused {
        let session_id = state.tokens.hex(32);
        let session = AuthSession {
            signed_in: false,
            pending: Some(request),
        };
        state.auth.sessions.insert(session_id.clone(), session);
        let cookie = set_cookie("session_id", &session_id, "HttpOnly");
        return (AppendHeaders([cookie]), found("/login")).into_response();
    }
    // The last minted id is the live session: the id that was used is dead afterwards.
    state.auth.sessions.remove(&session_id);
    let rotated = sign_in(&mut state, None);
    let code = state.tokens.text(32);
    state.auth.codes.insert(code.clone(), request.state.clone());
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("code", &code)
        .append_pair("state", &request.state)
        .finish();
    let cookie = set_cookie("session_id", &rotated, "HttpOnly");
    (
        AppendHeaders([cookie]),
        found(&format!("{}?{query}", request.redirect_uri)),
    )
        .into_response()
}

fn sign_in(state: &mut State, pending: Option<Authorize>) -> String {
    let session_id = state.tokens.hex(32);
    state.auth.sessions.insert(
        session_id.clone(),
        AuthSession {
            signed_in: true,
            pending,
        },
    );
    session_id
}

async fn login_page(Extract(shared): Extract<Handle>, headers: HeaderMap) -> Response {
    let mut state = shared.lock();
    let mut cookies = vec![set_cookie("XSRF-TOKEN", &state.tokens.uuid(), "")];
    if Cookies::of(&headers).get("session_id").is_none() {
        let session_id = state.tokens.hex(32);
        state
            .auth
            .sessions
            .insert(session_id.clone(), AuthSession::default());
        cookies.push(set_cookie("session_id", &session_id, "HttpOnly"));
    }
    let page = page(
        "Polar login",
        "<div id=\"root\"></div><script src=\"/static/app.js\"></script>",
    );
    (AppendHeaders(cookies), page).into_response()
}

#[derive(Deserialize)]
struct LoginForm {
    #[serde(rename = "_csrf")]
    csrf: Option<String>,
    username: Option<String>,
    password: Option<String>,
    #[serde(rename = "remember-me")]
    remember_me: Option<String>,
}

async fn login(
    Extract(shared): Extract<Handle>,
    headers: HeaderMap,
    Form(form): Form<LoginForm>,
) -> Response {
    let mut state = shared.lock();
    let cookies = Cookies::of(&headers);
    let double_submit = form
        .csrf
        .as_deref()
        .is_some_and(|token| cookies.get("XSRF-TOKEN") == Some(token));
    if !double_submit {
        return (
            StatusCode::FORBIDDEN,
            page("Forbidden", "Invalid CSRF token"),
        )
            .into_response();
    }
    let right = form.username.as_deref() == Some(state.account.email.as_str())
        && form.password.as_deref() == Some(state.account.password.as_str());
    if !right {
        return found("/login?error=bad_credentials");
    }
    let session_id = cookies.get("session_id").unwrap_or_default();
    let pending = state
        .auth
        .sessions
        .remove(session_id)
        .and_then(|session| session.pending);
    let session_id = sign_in(&mut state, pending);
    let mut cookies = vec![set_cookie("session_id", &session_id, "HttpOnly")];
    if form.remember_me.as_deref() == Some("on") {
        let token = state.tokens.text(48);
        state.auth.remember_me.insert(token.clone());
        cookies.push(set_cookie("remember-me", &token, FOURTEEN_DAYS));
    }
    (AppendHeaders(cookies), found("/oauth/authorize?continue")).into_response()
}
