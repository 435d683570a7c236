//! The fake Runkeeper: the site, and the host that it sends people to for signing in.

mod activity;
mod activity_page;
mod archive;
mod asics;
mod entry;
mod forms;
mod listing;
mod sign_in;
mod state;
mod upload;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr};

use axum::Router;
use axum::extract::{Request, State as Extract};
use axum::middleware::{self, Next};
use axum::response::Response;

pub use activity::{ActivityOrigin, FakeActivity, Upload};
pub use state::{
    DeadCookie, DistanceUnit, GpxDefect, ListingLag, ProfileHint, RunkeeperEra, RunkeeperSwitches,
};
pub use upload::UploadMode;

use crate::browser::BrowserCookie;
use crate::http::{Bound, Cookies, Faults, Front, InFlight, RequestLog, Server, set_cookie};
use crate::tokens::Tokens;
use state::{Account, Handle, Shared, State, Stored, Visible};

/// Settings of a [`FakeRunkeeper`] before it starts.
#[derive(Debug, Clone)]
pub struct FakeRunkeeperBuilder {
    account: Account,
    ip: IpAddr,
    in_flight: InFlight,
    seed: u64,
}

impl FakeRunkeeperBuilder {
    /// The only account: e-mail address and password.
    #[must_use]
    pub fn account(mut self, email: &str, password: &str) -> Self {
        email.clone_into(&mut self.account.email);
        password.clone_into(&mut self.account.password);
        self
    }

    /// The name in the account's addresses.
    #[must_use]
    pub fn user(mut self, user: &str) -> Self {
        user.clone_into(&mut self.account.user);
        self
    }

    /// The loopback address of both hosts, for tests that count by host name.
    #[must_use]
    pub fn ip(mut self, ip: IpAddr) -> Self {
        self.ip = ip;
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
    pub async fn start(self) -> io::Result<FakeRunkeeper> {
        let site = Bound::on(self.ip).await?;
        let asics = Bound::on(self.ip).await?;
        let mut tokens = Tokens::new(self.seed);
        let shared = Shared::new(
            site.url(),
            asics.url(),
            State {
                account: self.account,
                activities: BTreeMap::new(),
                deleted: Vec::new(),
                uploads: Vec::new(),
                checkers: HashSet::new(),
                forms: Vec::new(),
                csrf_cookie: tokens.text(236),
                csrf_cookie_echoed: false,
                oauth_states: HashSet::new(),
                oauth_codes: HashSet::new(),
                asics_sessions: HashSet::new(),
                export_reloads_left: None,
                switches: RunkeeperSwitches::default(),
                tokens,
                next_id: 1_900_000_001,
            },
        );
        let log = RequestLog::new();
        let faults = Faults::default();
        let asics_faults = Faults::default();
        let site_router = Front::new("runkeeper", &log, &faults)
            .counting(&self.in_flight)
            .guard(site_router(&shared));
        let asics_router = Front::new("asics", &log, &asics_faults)
            .counting(&self.in_flight)
            .guard(asics::routes().with_state(shared.clone()));
        Ok(FakeRunkeeper {
            _site: site.serve(site_router),
            _asics: asics.serve(asics_router),
            shared,
            log,
            faults,
            asics_faults,
        })
    }
}

fn site_router(shared: &Handle) -> Router {
    Router::new()
        .merge(sign_in::routes())
        .merge(listing::routes())
        .merge(activity_page::routes())
        .merge(entry::routes())
        .merge(upload::routes())
        .merge(archive::routes())
        .fallback(|| async { state::oh_noes() })
        .layer(middleware::from_fn_with_state(
            shared.clone(),
            reissue_cookies,
        ))
        .with_state(shared.clone())
}

/// Every answer to a signed-in person renews `checker` and brings a new `%csrf`.
async fn reissue_cookies(
    Extract(shared): Extract<Handle>,
    request: Request,
    next: Next,
) -> Response {
    let checker = {
        let mut state = shared.lock();
        let cookies = Cookies::of(request.headers());
        state.csrf_cookie_echoed = cookies.get("%csrf") == Some(state.csrf_cookie.as_str());
        cookies
            .get("checker")
            .filter(|checker| state.checkers.contains(*checker))
            .map(str::to_owned)
    };
    let mut response = next.run(request).await;
    if let Some(checker) = checker {
        let mut state = shared.lock();
        if state.checkers.contains(&checker) {
            state.csrf_cookie = state.tokens.text(236);
            let long = "Max-Age=34560000; HttpOnly";
            for (name, value) in [("checker", &checker), ("%csrf", &state.csrf_cookie)] {
                let (header, value) = set_cookie(name, value, long);
                response.headers_mut().append(header, value);
            }
        }
    }
    response
}

/// A running fake of `runkeeper.com` and `id.asics.com`. Dropping it closes both.
pub struct FakeRunkeeper {
    _site: Server,
    _asics: Server,
    shared: Handle,
    log: RequestLog,
    faults: Faults,
    asics_faults: Faults,
}

impl fmt::Debug for FakeRunkeeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FakeRunkeeper")
            .field("url", &self.shared.url)
            .field("asics_url", &self.shared.asics_url)
            .finish_non_exhaustive()
    }
}

impl FakeRunkeeper {
    /// E-mail address of the account unless the builder names another.
    pub const EMAIL: &'static str = "runner@example.org";
    /// Password of the account unless the builder names another.
    pub const PASSWORD: &'static str = "runkeeper-pass-word";
    /// Name in the account's addresses unless the builder names another.
    pub const USER: &'static str = "1029384756";

    /// Settings to change before the start.
    #[must_use]
    pub fn builder() -> FakeRunkeeperBuilder {
        FakeRunkeeperBuilder {
            account: Account {
                email: Self::EMAIL.to_owned(),
                password: Self::PASSWORD.to_owned(),
                user: Self::USER.to_owned(),
            },
            ip: IpAddr::V4(Ipv4Addr::LOCALHOST),
            in_flight: InFlight::default(),
            seed: 0x4b_ee_9e_12,
        }
    }

    /// Starts with the usual account and no activity.
    ///
    /// # Errors
    /// When a port cannot be opened.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Address of the site, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// Address of the sign-in host, without a slash at the end.
    #[must_use]
    pub fn asics_url(&self) -> &str {
        &self.shared.asics_url
    }

    /// Changes the switches.
    pub fn set(&self, change: impl FnOnce(&mut RunkeeperSwitches)) {
        change(&mut self.shared.lock().switches);
    }

    /// What happens to the next uploads to `/trackMultipleFileUpload`.
    pub fn next_uploads(&self, times: usize, mode: UploadMode) {
        self.faults
            .next(times, "POST /trackMultipleFileUpload", mode.fault());
    }

    /// Puts an activity there, visible at once, and returns its id.
    pub fn add_activity(&self, activity: FakeActivity) -> u64 {
        let mut state = self.shared.lock();
        let id = state.store(activity);
        if let Some(stored) = state.activities.get_mut(&id) {
            stored.visible = Visible::Now;
        }
        id
    }

    /// Removes an activity, as if its owner had deleted it. False for an unknown one.
    pub fn remove_activity(&self, id: u64) -> bool {
        self.shared.lock().delete(id)
    }

    /// Every activity there is, by id, whether the listing shows it yet or not.
    #[must_use]
    pub fn activities(&self) -> Vec<FakeActivity> {
        self.shared
            .lock()
            .activities
            .values()
            .map(|Stored { activity, .. }| activity.clone())
            .collect()
    }

    /// How many these are, without copies of their files.
    #[must_use]
    pub fn activity_count(&self) -> usize {
        self.shared.lock().activities.len()
    }

    /// Activities that were deleted.
    #[must_use]
    pub fn deleted(&self) -> Vec<FakeActivity> {
        self.shared.lock().deleted.clone()
    }

    /// Every file that arrived, refused ones too.
    #[must_use]
    pub fn uploads(&self) -> Vec<Upload> {
        self.shared.lock().uploads.clone()
    }

    /// Starts at which more than one activity is stored, with how many: what a double send leaves behind.
    #[must_use]
    pub fn duplicates(&self) -> Vec<(chrono::NaiveDateTime, usize)> {
        let mut counts: HashMap<_, usize> = HashMap::new();
        for activity in self.activities() {
            *counts.entry(activity.start_local).or_default() += 1;
        }
        let mut doubles: Vec<_> = counts.into_iter().filter(|(_, count)| *count > 1).collect();
        doubles.sort_unstable();
        doubles
    }

    /// Ends every session at once: all cookies are dead.
    pub fn expire_sessions(&self) {
        self.shared.lock().checkers.clear();
    }

    /// Makes every form served so far stale.
    pub fn expire_forms(&self) {
        self.shared.lock().forms.clear();
    }

    /// Whether the last request brought back the last `%csrf` cookie unchanged.
    #[must_use]
    pub fn csrf_cookie_echoed(&self) -> bool {
        self.shared.lock().csrf_cookie_echoed
    }

    /// The cookies of a browser in which the person is signed in, for imports.
    #[must_use]
    pub fn browser_cookies(&self) -> Vec<BrowserCookie> {
        let mut state = self.shared.lock();
        let host = BrowserCookie::host_of(&self.shared.url);
        let checker = state.new_checker();
        vec![
            BrowserCookie::new(host, "checker", &checker),
            BrowserCookie::new(host, "%csrf", &state.csrf_cookie),
            BrowserCookie::new(host, "%rlc", &state.tokens.text(264)),
            BrowserCookie::new(host, "%rlt", &state.tokens.text(268)),
            BrowserCookie::new(
                host,
                "lli",
                &chrono::Utc::now().timestamp_millis().to_string(),
            ),
            BrowserCookie::new(host, "tz", "1"),
        ]
    }

    /// The requests that both hosts received.
    #[must_use]
    pub fn requests(&self) -> &RequestLog {
        &self.log
    }

    /// Scripted faults of the site.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// Scripted faults of the sign-in host.
    #[must_use]
    pub fn asics_faults(&self) -> &Faults {
        &self.asics_faults
    }
}
