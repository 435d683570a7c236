//! The state of the fake Polar Flow and its switches for misbehaviour.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, NaiveDate, NaiveDateTime, Utc};

use super::events::CalendarEvent;
use super::session::PolarSession;
use crate::http::{Answer, Cookies};
use crate::tokens::Tokens;

/// The sign-in that the fake Polar Flow offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum PolarSignIn {
    /// Through the second host, since 2024-10.
    #[default]
    Sso,
    /// The form with a `csrfToken` from `/ajaxLogin`, 2022 to 2024.
    CsrfForm,
    /// The bare form of 2014 to about 2022.
    LegacyForm,
}

/// How an expired session shows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ExpiredShape {
    /// 401 with `{"error":"NotAuthenticated","redirect":"/"}`.
    #[default]
    NotAuthenticated,
    /// 200 with the login page as HTML.
    LoginPage,
    /// A redirect to an address that contains `login`.
    Redirect,
}

/// The answer to the GPX export of a session without positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum EmptyExport {
    /// 200 with nothing in it.
    #[default]
    EmptyBody,
    /// 204.
    NoContent,
    /// 404.
    NotFound,
}

/// Switches that change how the fake Polar Flow behaves. Faults of single requests are scripted with
/// [`Faults`](crate::Faults) instead.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct PolarSwitches {
    /// Which sign-in the site offers.
    pub sign_in: PolarSignIn,
    /// How far the clock of the service is behind this machine's, or this machine's ahead.
    pub clock_behind: Duration,
    /// Life of a `FLOW_SESSION` minted from now on.
    pub session_lifetime: Duration,
    /// `GET /login` sets the cookie that holds the `csrfToken`.
    pub play_session_cookie: bool,
    /// The shape of an expired session.
    pub expired_shape: ExpiredShape,
    /// Renewal works with the old `FLOW_SESSION` still in the jar. Two public clients disagree (2026): by default it ends on an
    /// error page.
    pub renews_with_old_session: bool,
    /// Renewal ends on the login page instead of minting a session.
    pub renewal_refused: bool,
    /// Anything but GET needs `X-Requested-With: XMLHttpRequest`.
    pub require_requested_with: bool,
    /// Exports need a browser-like `User-Agent` and a `Referer`.
    pub require_browser_headers: bool,
    /// Longest window of the calendar, in days.
    pub max_window_days: i64,
    /// The calendar and the history are empty.
    pub empty_listing: bool,
    /// Sessions left out of the calendar and the history; they still export.
    pub unlisted: BTreeSet<u64>,
    /// Fields removed from every session in the calendar.
    pub calendar_without: Vec<&'static str>,
    /// Fields added to every session in the calendar.
    pub calendar_with: serde_json::Map<String, serde_json::Value>,
    /// An export address without `compress` is a 404.
    pub require_compress: bool,
    /// What GPX answers without positions.
    pub empty_gpx: EmptyExport,
    /// Content type of every export instead of the usual one.
    pub export_content_type: Option<&'static str>,
    /// Compress exports and JSON with gzip when the client accepts it.
    pub gzip: bool,
}

impl Default for PolarSwitches {
    fn default() -> Self {
        Self {
            sign_in: PolarSignIn::Sso,
            clock_behind: Duration::ZERO,
            session_lifetime: Duration::from_secs(3600),
            play_session_cookie: true,
            expired_shape: ExpiredShape::NotAuthenticated,
            renews_with_old_session: false,
            renewal_refused: false,
            require_requested_with: true,
            require_browser_headers: true,
            max_window_days: 100,
            empty_listing: false,
            unlisted: BTreeSet::new(),
            calendar_without: Vec::new(),
            calendar_with: serde_json::Map::new(),
            require_compress: true,
            empty_gpx: EmptyExport::EmptyBody,
            export_content_type: None,
            gzip: false,
        }
    }
}

/// The one account of a fake. Its `Debug` shows neither the e-mail address nor the password.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) user_id: u64,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("user_id", &self.user_id)
            .finish_non_exhaustive()
    }
}

/// A pending request of flow for a code.
#[derive(Clone)]
pub(crate) struct Authorize {
    pub(crate) redirect_uri: String,
    pub(crate) state: String,
}

#[derive(Default)]
pub(crate) struct AuthSession {
    pub(crate) signed_in: bool,
    pub(crate) pending: Option<Authorize>,
}

/// Everything about who is signed in.
#[derive(Default)]
pub(crate) struct Auth {
    pub(crate) sessions: HashMap<String, AuthSession>,
    pub(crate) remember_me: HashSet<String>,
    pub(crate) codes: HashMap<String, String>,
    pub(crate) flow_sessions: HashMap<String, DateTime<Utc>>,
    pub(crate) csrf_tokens: HashSet<String>,
    /// Sessions minted so far.
    pub(crate) minted: usize,
}

pub(crate) struct State {
    pub(crate) account: Account,
    pub(crate) sessions: BTreeMap<u64, PolarSession>,
    pub(crate) deleted: HashSet<u64>,
    pub(crate) events: Vec<CalendarEvent>,
    /// Steps by day.
    pub(crate) activity: BTreeMap<NaiveDate, u32>,
    /// The last synchronisation, when it matters.
    pub(crate) synchronised: Option<NaiveDateTime>,
    /// By the day of waking up.
    pub(crate) nights: BTreeMap<NaiveDate, serde_json::Value>,
    pub(crate) auth: Auth,
    pub(crate) switches: PolarSwitches,
    pub(crate) tokens: Tokens,
    pub(crate) next_manual_id: u64,
}

/// The state behind its lock, with the addresses of both hosts.
pub(crate) struct Shared {
    pub(crate) flow_url: String,
    pub(crate) auth_url: String,
    state: Mutex<State>,
}

pub(crate) type Handle = Arc<Shared>;

impl Shared {
    pub(crate) fn new(flow_url: String, auth_url: String, state: State) -> Handle {
        Arc::new(Self {
            flow_url,
            auth_url,
            state: Mutex::new(state),
        })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn now(&self) -> DateTime<Utc> {
        Utc::now() - self.switches.clock_behind
    }

    /// Makes a session of the web application and returns its token.
    pub(crate) fn mint(&mut self) -> String {
        let now = self.now();
        let lifetime =
            chrono::TimeDelta::from_std(self.switches.session_lifetime).unwrap_or_default();
        let expires = now + lifetime;
        let payload = serde_json::json!({
            "scopes": ["POLAR_SSO"], "iat": now.timestamp(), "exp": expires.timestamp(),
            "userId": self.account.user_id, "uuid": self.tokens.uuid()
        });
        let token = self.tokens.jwt("RS256", &payload);
        self.auth.flow_sessions.insert(token.clone(), expires);
        self.auth.minted += 1;
        token
    }

    /// `Ok` with a valid session, else what the site answers instead.
    pub(crate) fn require_session(&self, headers: &HeaderMap) -> Result<(), Response> {
        let cookies = Cookies::of(headers);
        let valid = ["FLOW_SESSION", "PLAY_SESSION"]
            .iter()
            .filter_map(|name| cookies.get(name))
            .filter_map(|token| self.auth.flow_sessions.get(token))
            .any(|expires| *expires > self.now());
        if valid {
            return Ok(());
        }
        Err(match self.switches.expired_shape {
            ExpiredShape::NotAuthenticated => Answer::not_authenticated().response(),
            ExpiredShape::LoginPage => Answer::login_page().response(),
            ExpiredShape::Redirect => crate::http::found("/login?returnUrl=%2F"),
        }
        .into_response())
    }

    /// `Ok` when the request says that it comes from the site's own scripts.
    pub(crate) fn require_ajax(&self, headers: &HeaderMap) -> Result<(), Response> {
        let given = headers
            .get("x-requested-with")
            .is_some_and(|value| value == "XMLHttpRequest");
        if given || !self.switches.require_requested_with {
            return Ok(());
        }
        Err(Answer::html(
            403,
            "<html><head><title>Unauthorized</title></head><body>Unauthorized</body></html>",
        )
        .response())
    }
}
