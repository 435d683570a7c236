//! The fake Polar Flow: the web application and the sign-in host, two listeners.

mod account;
mod analysis;
mod auth_host;
mod calendar;
mod days;
mod events;
mod export;
mod history;
mod manual;
mod reply;
mod session;
mod sign_in;
mod sleep;
mod sport;
mod state;

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use chrono::{Days, NaiveDate, NaiveDateTime};
use serde_json::{Value, json};

pub use events::CalendarEvent;
pub use session::{PolarExercise, PolarSession};
pub use sport::PolarSport;
pub use state::{EmptyExport, ExpiredShape, PolarSignIn, PolarSwitches};

use crate::browser::BrowserCookie;
use crate::http::{Bound, Faults, Front, InFlight, RequestLog, Server};
use crate::tokens::Tokens;
use state::{Account, Auth, Handle, Shared, State};

/// Settings of a [`FakePolarFlow`] before it starts.
#[derive(Debug, Clone)]
pub struct FakePolarFlowBuilder {
    account: Account,
    auth_ip: IpAddr,
    in_flight: InFlight,
    seed: u64,
}

impl FakePolarFlowBuilder {
    /// The only account: e-mail address and password.
    #[must_use]
    pub fn account(mut self, email: &str, password: &str) -> Self {
        email.clone_into(&mut self.account.email);
        password.clone_into(&mut self.account.password);
        self
    }

    /// The loopback address of the sign-in host, to give the two hosts cookies of their own.
    #[must_use]
    pub fn auth_ip(mut self, ip: IpAddr) -> Self {
        self.auth_ip = ip;
        self
    }

    /// Counts the requests of both hosts, together with those of other fakes.
    #[must_use]
    pub fn in_flight(mut self, in_flight: &InFlight) -> Self {
        self.in_flight = in_flight.clone();
        self
    }

    /// Seed of all made-up tokens.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// Starts both listeners on free ports of loopback.
    ///
    /// # Errors
    /// When a port cannot be opened.
    pub async fn start(self) -> io::Result<FakePolarFlow> {
        let flow = Bound::on(IpAddr::V4(Ipv4Addr::LOCALHOST)).await?;
        let auth = Bound::on(self.auth_ip).await?;
        let shared = Shared::new(
            flow.url(),
            auth.url(),
            State {
                account: self.account,
                sessions: std::collections::BTreeMap::new(),
                deleted: std::collections::HashSet::new(),
                events: Vec::new(),
                activity: std::collections::BTreeMap::new(),
                synchronised: None,
                nights: std::collections::BTreeMap::new(),
                auth: Auth::default(),
                switches: PolarSwitches::default(),
                tokens: Tokens::new(self.seed),
                next_manual_id: 8_500_000_001,
            },
        );
        let log = RequestLog::new();
        let faults = Faults::default();
        let auth_faults = Faults::default();
        let flow_router = Front::new("flow", &log, &faults)
            .counting(&self.in_flight)
            .guard(flow_router(&shared));
        let auth_router = Front::new("auth", &log, &auth_faults)
            .counting(&self.in_flight)
            .guard(auth_host::routes().with_state(shared.clone()));
        Ok(FakePolarFlow {
            _flow: flow.serve(flow_router),
            _auth: auth.serve(auth_router),
            shared,
            log,
            faults,
            auth_faults,
        })
    }
}

fn flow_router(shared: &Handle) -> Router {
    Router::new()
        .merge(sign_in::routes())
        .merge(calendar::routes())
        .merge(days::routes())
        .merge(history::routes())
        .merge(analysis::routes())
        .merge(export::routes())
        .merge(account::routes())
        .merge(manual::routes())
        .merge(sleep::routes())
        .fallback(reply::not_found)
        .with_state(shared.clone())
}

/// A running fake of `flow.polar.com` and `auth.polar.com`. Dropping it closes both.
pub struct FakePolarFlow {
    _flow: Server,
    _auth: Server,
    shared: Handle,
    log: RequestLog,
    faults: Faults,
    auth_faults: Faults,
}

impl fmt::Debug for FakePolarFlow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakePolarFlow")
            .field("flow_url", &self.shared.flow_url)
            .field("auth_url", &self.shared.auth_url)
            .finish_non_exhaustive()
    }
}

impl FakePolarFlow {
    /// E-mail address of the account unless the builder names another.
    pub const EMAIL: &'static str = "runner@example.com";
    /// Password of the account unless the builder names another.
    pub const PASSWORD: &'static str = "polar-pass-word";

    /// Settings to change before the start.
    #[must_use]
    pub fn builder() -> FakePolarFlowBuilder {
        FakePolarFlowBuilder {
            account: Account {
                email: Self::EMAIL.to_owned(),
                password: Self::PASSWORD.to_owned(),
                user_id: 51_000_001,
            },
            auth_ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            in_flight: InFlight::default(),
            seed: 0x90_1a_12,
        }
    }

    /// Starts with the usual account and no session.
    ///
    /// # Errors
    /// When a port cannot be opened.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Address of the web application, without a slash at the end.
    #[must_use]
    pub fn flow_url(&self) -> &str {
        &self.shared.flow_url
    }

    /// Address of the sign-in host, without a slash at the end.
    #[must_use]
    pub fn auth_url(&self) -> &str {
        &self.shared.auth_url
    }

    /// Adds a session, or replaces the one with the same id.
    pub fn add_session(&self, session: PolarSession) {
        self.shared.lock().sessions.insert(session.id, session);
    }

    /// Adds many sessions.
    pub fn add_sessions(&self, sessions: impl IntoIterator<Item = PolarSession>) {
        self.shared
            .lock()
            .sessions
            .extend(sessions.into_iter().map(|session| (session.id, session)));
    }

    /// Adds a calendar entry that is no session.
    pub fn add_event(&self, event: CalendarEvent) {
        self.shared.lock().events.push(event);
    }

    /// Adds a night: the day of waking up, and its other fields.
    pub fn add_night(&self, date: NaiveDate, mut fields: serde_json::Map<String, Value>) {
        fields.insert("date".to_owned(), date.to_string().into());
        self.shared.lock().nights.insert(date, fields.into());
    }

    /// Adds a night like others.
    pub fn add_usual_night(&self, date: NaiveDate) {
        let evening = date - Days::new(1);
        let fields = json!({
            "sleepStartTime": format!("{evening}T23:10:00"), "sleepEndTime": format!("{date}T07:00:00"),
            "sleepScore": 71.5, "sleepCycles": 4, "sleepWakeStates": [{"sleepWakeState": 2, "offsetFromStart": 0}]
        });
        if let Value::Object(fields) = fields {
            self.add_night(date, fields);
        }
    }

    /// Adds the activity of a day.
    pub fn add_activity(&self, day: NaiveDate, steps: u32) {
        self.shared.lock().activity.insert(day, steps);
    }

    /// The watch was synchronised at this time, and not since. Without it, every day is there whole.
    pub fn synchronised_at(&self, at: NaiveDateTime) {
        self.shared.lock().synchronised = Some(at);
    }

    /// Removes a session, as if its owner had deleted it.
    pub fn remove_session(&self, id: u64) {
        let mut state = self.shared.lock();
        state.sessions.remove(&id);
        state.deleted.insert(id);
    }

    /// All sessions, by id.
    #[must_use]
    pub fn sessions(&self) -> Vec<PolarSession> {
        self.shared.lock().sessions.values().cloned().collect()
    }

    /// Changes the switches.
    pub fn set(&self, change: impl FnOnce(&mut PolarSwitches)) {
        change(&mut self.shared.lock().switches);
    }

    /// Ends every session of the web application at once. The sign-in host still knows the person.
    pub fn expire_sessions(&self) {
        self.shared.lock().auth.flow_sessions.clear();
    }

    /// Forgets every sign-in on both hosts: only the password helps.
    pub fn sign_everybody_out(&self) {
        self.shared.lock().auth = Auth::default();
    }

    /// How many sessions of the web application were made so far.
    #[must_use]
    pub fn sessions_minted(&self) -> usize {
        self.shared.lock().auth.minted
    }

    /// The cookies of a browser in which the person is signed in, for imports.
    #[must_use]
    pub fn browser_cookies(&self) -> Vec<BrowserCookie> {
        let mut state = self.shared.lock();
        let flow_session = state.mint();
        let play_session = sign_in::play_session(&mut state);
        let session_id = state.tokens.hex(32);
        let remember_me = state.tokens.text(48);
        state.auth.sessions.insert(
            session_id.clone(),
            state::AuthSession {
                signed_in: true,
                pending: None,
            },
        );
        state.auth.remember_me.insert(remember_me.clone());
        let flow = BrowserCookie::host_of(&self.shared.flow_url);
        let auth = BrowserCookie::host_of(&self.shared.auth_url);
        vec![
            BrowserCookie::new(flow, "FLOW_SESSION", &flow_session),
            BrowserCookie::new(flow, "PLAY_SESSION_FLOW", &play_session),
            BrowserCookie::new(auth, "session_id", &session_id),
            BrowserCookie::new(auth, "remember-me", &remember_me),
        ]
    }

    /// The requests that both hosts received.
    #[must_use]
    pub fn requests(&self) -> &RequestLog {
        &self.log
    }

    /// Scripted faults of the web application.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Scripted faults of the sign-in host.
    #[must_use]
    pub fn auth_faults(&self) -> &Faults {
        &self.auth_faults
    }
}
