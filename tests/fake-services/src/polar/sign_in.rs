//! Signing in on the web application: the hops of the single sign-on, and the two older forms.

use axum::Router;
use axum::extract::{Form, Query, State as Extract};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::get;
use chrono::Utc;
use serde::Deserialize;
use url::form_urlencoded;

use super::state::{Handle, PolarSignIn, State};
use crate::http::{Cookies, found, page, set_cookie};

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/", get(start))
        .route("/login", get(login_page).post(old_form))
        .route("/ajaxLogin", get(ajax_login))
        .route("/flowSso/login", get(sso_login))
        .route("/flowSso/redirect", get(sso_redirect))
        .route("/flowSso/logout", get(sso_logout))
        .route("/flowSso/error", get(sso_error))
        .route("/diary", get(diary))
        .route("/diary/training-list", get(diary))
}

/// A cookie that holds a fresh `csrfToken`, in the form `<40 hex>-<13 digits>-<24 hex>`.
pub(crate) fn play_session(state: &mut State) -> String {
    let token = csrf_token(state);
    state.tokens.jwt(
        "HS256",
        &serde_json::json!({"data": {"csrfToken": token}, "nbf": 0, "iat": 0}),
    )
}

fn csrf_token(state: &mut State) -> String {
    let token = format!(
        "{}-{:013}-{}",
        state.tokens.hex(40),
        Utc::now().timestamp_millis(),
        state.tokens.hex(24)
    );
    state.auth.csrf_tokens.insert(token.clone());
    token
}

async fn start(Extract(shared): Extract<Handle>, headers: HeaderMap) -> Response {
    let state = shared.lock();
    let body = if state.require_session(&headers).is_ok() {
        format!(
            "<script>AppGlobal.init(\"{}\");</script>",
            state.account.user_id
        )
    } else {
        "<a id=\"login\" href=\"/login\">Log in</a>".to_owned()
    };
    page("Polar Flow", &body).into_response()
}

async fn login_page(Extract(shared): Extract<Handle>) -> Response {
    let mut state = shared.lock();
    let page = page(
        "Polar Flow",
        "<div id=\"cookie-banner\"></div><a id=\"login\">Log in</a>",
    );
    if !state.switches.play_session_cookie {
        return page.into_response();
    }
    let cookie = play_session(&mut state);
    (
        AppendHeaders([set_cookie(
            "PLAY_SESSION_FLOW",
            &cookie,
            "HttpOnly; SameSite=Lax",
        )]),
        page,
    )
        .into_response()
}

#[derive(Deserialize)]
struct SsoLogin {
    #[serde(rename = "csrfToken")]
    csrf_token: Option<String>,
}

async fn sso_login(
    Extract(shared): Extract<Handle>,
    Query(query): Query<SsoLogin>,
    headers: HeaderMap,
) -> Response {
    let mut state = shared.lock();
    if state.switches.sign_in != PolarSignIn::Sso {
        return (StatusCode::NOT_FOUND, page("Page not found", "")).into_response();
    }
    if query
        .csrf_token
        .is_some_and(|token| !state.auth.csrf_tokens.contains(&token))
    {
        return unauthorized();
    }
    let old = Cookies::of(&headers).get("FLOW_SESSION").is_some();
    if old && !state.switches.renews_with_old_session {
        // Seen on the service: with this cookie in the jar the chain is cut short, valid or not. A valid one goes home.
        let to = if state.require_session(&headers).is_ok() {
            "/"
        } else {
            "/flowSso/error"
        };
        return found(to);
    }
    let redirect_uri = format!("{}/flowSso/redirect", shared.flow_url);
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("response_type", "code")
        .append_pair("scope", "POLAR_SSO")
        .append_pair("client_id", "flow")
        .append_pair("redirect_uri", &redirect_uri)
        .append_pair("state", &state.tokens.uuid())
        .finish();
    found(&format!("{}/oauth/authorize?{query}", shared.auth_url))
}

#[derive(Deserialize)]
struct SsoRedirect {
    code: Option<String>,
    state: Option<String>,
}

async fn sso_redirect(
    Extract(shared): Extract<Handle>,
    Query(query): Query<SsoRedirect>,
) -> Response {
    let mut state = shared.lock();
    // A code is good for one exchange, and only with the state it was asked with.
    let expected = query.code.and_then(|code| state.auth.codes.remove(&code));
    if expected.is_none() || expected != query.state {
        return found("/flowSso/error");
    }
    let token = state.mint();
    let cookies = AppendHeaders([
        set_cookie(
            "FLOW_SESSION",
            &token,
            "Max-Age=8640000; HttpOnly; SameSite=Lax",
        ),
        set_cookie("AWSALB", &state.tokens.text(40), "Max-Age=604800"),
    ]);
    (cookies, found("/")).into_response()
}

async fn sso_logout(Extract(shared): Extract<Handle>, headers: HeaderMap) -> Response {
    if let Some(token) = Cookies::of(&headers).get("FLOW_SESSION") {
        shared.lock().auth.flow_sessions.remove(token);
    }
    (
        AppendHeaders([set_cookie("FLOW_SESSION", "", "Max-Age=0")]),
        found("/"),
    )
        .into_response()
}

async fn sso_error() -> Response {
    page("Polar Flow", "<h1>Something went wrong</h1>").into_response()
}

async fn diary(Extract(shared): Extract<Handle>, headers: HeaderMap) -> Response {
    match shared.lock().require_session(&headers) {
        Ok(()) => page("Diary", "<div id=\"diary\"></div>").into_response(),
        Err(_) => found("/login?returnUrl=%2Fdiary"),
    }
}

async fn ajax_login(Extract(shared): Extract<Handle>) -> Response {
    let mut state = shared.lock();
    if state.switches.sign_in != PolarSignIn::CsrfForm {
        return (StatusCode::NOT_FOUND, page("Page not found", "")).into_response();
    }
    let token = csrf_token(&mut state);
    axum::response::Html(format!(
        "<div id=\"ajaxed\">\n    <form action=\"/login\" method=\"POST\" id=\"loginForm\" class=\"loginForm\">\n        <input type=\"hidden\" name=\"csrfToken\" value=\"{token}\"/>\n    </form>\n</div>\n"
    ))
    .into_response()
}

#[derive(Deserialize)]
struct OldForm {
    email: Option<String>,
    password: Option<String>,
    #[serde(rename = "csrfToken")]
    csrf_token: Option<String>,
}

async fn old_form(Extract(shared): Extract<Handle>, Form(form): Form<OldForm>) -> Response {
    let mut state = shared.lock();
    match state.switches.sign_in {
        PolarSignIn::Sso => {
            return (StatusCode::NOT_FOUND, page("Page not found", "")).into_response();
        }
        PolarSignIn::CsrfForm => {
            let known = form
                .csrf_token
                .is_some_and(|token| state.auth.csrf_tokens.contains(&token));
            if !known {
                return unauthorized();
            }
        }
        PolarSignIn::LegacyForm => {}
    }
    let right = form.email.as_deref() == Some(state.account.email.as_str())
        && form.password.as_deref() == Some(state.account.password.as_str());
    if !right {
        return (
            StatusCode::BAD_REQUEST,
            page("Polar Flow", "<p>Login failed</p>"),
        )
            .into_response();
    }
    let token = state.mint();
    let user_id = state.account.user_id.to_string();
    let cookies = AppendHeaders([
        set_cookie("PLAY_SESSION", &token, "HttpOnly"),
        set_cookie("userId", &user_id, "Max-Age=8640000"),
    ]);
    let mut response = (cookies, found("/")).into_response();
    *response.status_mut() = StatusCode::SEE_OTHER;
    response
}

fn unauthorized() -> Response {
    (StatusCode::FORBIDDEN, page("Unauthorized", "Unauthorized")).into_response()
}
