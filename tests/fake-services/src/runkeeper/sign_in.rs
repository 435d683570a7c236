//! Signing in on the site itself: the old form, and the way back from the other host.

use axum::Router;
use axum::extract::{Query, Request, State as Extract};
use axum::http::HeaderMap;
use axum::response::{AppendHeaders, IntoResponse, Response};
use axum::routing::get;
use serde::Deserialize;

use super::forms::{self, FormData};
use super::state::{Handle, ProfileHint, RunkeeperEra, State, oh_noes};
use crate::http::{found, page, set_cookie};

/// About 400 days.
const LONG: &str = "Max-Age=34560000; HttpOnly; SameSite=Lax";

pub(crate) fn routes() -> Router<Handle> {
    Router::new()
        .route("/", get(landing))
        .route("/login", get(login_page).post(login))
        .route("/asicsIDMLogin", get(back_from_asics))
        .route("/home", get(home))
        .route("/logout", get(logout))
}

async fn landing() -> Response {
    page(
        "Runkeeper",
        "<a href=\"/login\">Log in</a> <a href=\"/signup\">Sign up</a>",
    )
    .into_response()
}

async fn login_page(Extract(shared): Extract<Handle>) -> Response {
    let mut state = shared.lock();
    if state.switches.era != RunkeeperEra::LegacyForm {
        return found(&shared.asics_login(&mut state));
    }
    login_form(&mut state, "").into_response()
}

fn login_form(state: &mut State, errors: &str) -> axum::response::Html<String> {
    let hidden = forms::hidden(state);
    page(
        "Log in",
        &format!(
            "{errors}<p>Log in, or sign up.</p><form id=\"loginForm\" name=\"loginForm\" action=\"/login\" method=\"post\">\
             <input type=\"hidden\" name=\"_eventName\" value=\"submit\"><input type=\"hidden\" name=\"redirectUrl\" value=\"\">\
             <input type=\"hidden\" name=\"flow\" value=\"\"><input type=\"hidden\" name=\"failUrl\" value=\"\">\
             <input type=\"hidden\" name=\"secureParams\" value=\"\"><input type=\"text\" name=\"email\">\
             <input type=\"password\" name=\"password\"><div style=\"display:none\">{}</div></form>",
            hidden.inputs
        ),
    )
}

async fn login(Extract(shared): Extract<Handle>, request: Request) -> Response {
    let form = match FormData::read(request).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let mut state = shared.lock();
    if state.switches.era != RunkeeperEra::LegacyForm {
        return oh_noes();
    }
    let right = form
        .get("_eventName")
        .is_some_and(|event| event == "submit" || event == "login")
        && form.get("email") == Some(&state.account.email)
        && form.get("password") == Some(&state.account.password);
    if !right {
        let errors = "<div>Please fix the following errors:<ol><li>Invalid email or password</li></ol></div>";
        return login_form(&mut state, errors).into_response();
    }
    let checker = state.new_checker();
    (
        AppendHeaders([set_cookie("checker", &checker, LONG)]),
        found("/home"),
    )
        .into_response()
}

#[derive(Deserialize)]
struct Back {
    code: Option<String>,
    state: Option<String>,
}

async fn back_from_asics(Extract(shared): Extract<Handle>, Query(back): Query<Back>) -> Response {
    let mut state = shared.lock();
    // A client of 2020 came here twice with the same code and was let in both times.
    let code_known = back
        .code
        .is_some_and(|code| state.oauth_codes.contains(&code));
    let state_known = back
        .state
        .is_some_and(|signed| state.oauth_states.contains(&signed));
    if !(code_known && state_known) {
        return found("/login");
    }
    let checker = state.new_checker();
    let cookies = AppendHeaders([
        set_cookie("checker", &checker, LONG),
        set_cookie("%rlc", &state.tokens.text(264), LONG),
        set_cookie("%rlt", &state.tokens.text(268), LONG),
    ]);
    (cookies, found("/home?llsignup=false")).into_response()
}

async fn home(Extract(shared): Extract<Handle>, headers: HeaderMap) -> Response {
    let mut state = shared.lock();
    if !state.signed_in(&headers) {
        return shared.signed_out(&mut state);
    }
    let user = &state.account.user;
    let hint = match state.switches.profile_hint {
        ProfileHint::ProfileLink => format!("<a href=\"/user/{user}/profile\">Me</a>"),
        ProfileHint::FeedOwner => {
            format!("<div class=\"feed\" data-feedownerurl=\"{user}\"></div>")
        }
        ProfileHint::Avatar => {
            format!("<div class=\"avatarContainer\" userId=\"00000000\" userUrl=\"{user}\"></div>")
        }
        ProfileHint::Nowhere => String::new(),
    };
    page("Runkeeper", &format!("<div id=\"home\">{hint}</div>")).into_response()
}

async fn logout(Extract(shared): Extract<Handle>, headers: HeaderMap) -> Response {
    let mut state = shared.lock();
    if let Some(checker) = crate::http::Cookies::of(&headers).get("checker") {
        state.checkers.remove(checker);
    }
    found("/")
}
