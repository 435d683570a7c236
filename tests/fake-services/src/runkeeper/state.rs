//! The state of the fake Runkeeper and its switches for misbehaviour.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use super::activity::{FakeActivity, Upload};
use crate::http::{Answer, Cookies, found, page};
use crate::tokens::Tokens;

/// Which sign-in the site has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum RunkeeperEra {
    /// The form on the site itself, 2010 to 2018.
    #[default]
    LegacyForm,
    /// The second host with a plain form, 2020.
    Asics2020,
    /// The second host with a JavaScript page behind a bot manager, 2026.
    Asics2026,
}

/// How a dead cookie shows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DeadCookie {
    /// A redirect to `/login`.
    #[default]
    RedirectToLogin,
    /// A redirect to the other host.
    RedirectToAsics,
    /// 200 with a page that says "log in" and "sign up", and has the form for it.
    LoginPage,
    /// 200 with a page for visitors, which only its text shows, 2026.
    VisitorPage,
}

/// Unit of the account's distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum DistanceUnit {
    /// Kilometres.
    #[default]
    Kilometres,
    /// Miles.
    Miles,
}

impl DistanceUnit {
    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Kilometres => "km",
            Self::Miles => "mi",
        }
    }

    pub(crate) fn metres(self) -> f64 {
        match self {
            Self::Kilometres => 1000.0,
            Self::Miles => 1609.344,
        }
    }
}

/// When a new activity appears in the listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ListingLag {
    /// At once.
    #[default]
    None,
    /// Missing from this many listings.
    Listings(usize),
    /// After this time.
    Delay(Duration),
}

/// The place of the user's name on the home page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ProfileHint {
    /// A link `/user/<name>/profile`.
    #[default]
    ProfileLink,
    /// `data-feedownerurl` of the feed, 2020.
    FeedOwner,
    /// `userUrl` of the avatar, 2017.
    Avatar,
    /// Nowhere.
    Nowhere,
}

/// The fault of downloaded GPX files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum GpxDefect {
    /// Nothing.
    #[default]
    None,
    /// A second `<trkseg>` is opened inside the first.
    DoubleOpenSegment,
    /// A `</trkseg>` too many.
    StrayCloseSegment,
    /// Local time labelled `Z`.
    LocalTimeAsUtc,
    /// The first two points have the same time, the third is a second earlier.
    TimesGoBack,
}

/// Switches that change how the fake Runkeeper behaves. Faults of single requests are scripted with
/// [`Faults`](crate::Faults) instead.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct RunkeeperSwitches {
    /// Which sign-in the site has.
    pub era: RunkeeperEra,
    /// The shape of a dead cookie.
    pub dead_cookie: DeadCookie,
    /// Unit of distances.
    pub unit: DistanceUnit,
    /// Minutes by which the account's clock is ahead of UTC.
    pub utc_offset_minutes: i32,
    /// When new activities appear in the listing.
    pub listing_lag: ListingLag,
    /// The listing lacks `monthNum` and `elapsedTime`, as before 2014.
    pub old_listing: bool,
    /// The listing answers without a session, with nothing in it.
    pub anonymous_listing: bool,
    /// Forms and uploads need the hidden fields and the CSRF value of a recent page, and a typed entry fields that agree with
    /// each other. No source shows that the site checks them: the one known upload sends two fields and nothing else.
    pub strict_forms: bool,
    /// The place of the user's name on the home page.
    pub profile_hint: ProfileHint,
    /// The upload's answer names the new activity.
    pub upload_answers_id: bool,
    /// A file in which some trackpoints lack a position is accepted.
    pub accept_partial_positions: bool,
    /// The fault of downloaded GPX files.
    pub gpx_defect: GpxDefect,
    /// Points as in 2011, with absolute times.
    pub old_points: bool,
    /// Reloads until the account export is ready.
    pub export_reloads: usize,
}

impl Default for RunkeeperSwitches {
    fn default() -> Self {
        Self {
            era: RunkeeperEra::LegacyForm,
            dead_cookie: DeadCookie::RedirectToLogin,
            unit: DistanceUnit::Kilometres,
            utc_offset_minutes: 60,
            listing_lag: ListingLag::None,
            old_listing: false,
            anonymous_listing: false,
            strict_forms: false,
            profile_hint: ProfileHint::ProfileLink,
            upload_answers_id: false,
            accept_partial_positions: false,
            gpx_defect: GpxDefect::None,
            old_points: false,
            export_reloads: 1,
        }
    }
}

/// The one account. Its `Debug` shows no secret.
#[derive(Clone)]
pub(crate) struct Account {
    pub(crate) email: String,
    pub(crate) password: String,
    pub(crate) user: String,
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("user", &self.user)
            .finish_non_exhaustive()
    }
}

/// When an activity may be listed.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Visible {
    Now,
    AfterListings(usize),
    At(Instant),
}

pub(crate) struct Stored {
    pub(crate) activity: FakeActivity,
    pub(crate) visible: Visible,
}

/// The values of one served form.
pub(crate) struct FormTokens {
    pub(crate) source_page: String,
    pub(crate) fingerprint: String,
    pub(crate) csrf: String,
}

pub(crate) struct State {
    pub(crate) account: Account,
    pub(crate) activities: BTreeMap<u64, Stored>,
    pub(crate) deleted: Vec<FakeActivity>,
    pub(crate) uploads: Vec<Upload>,
    pub(crate) checkers: HashSet<String>,
    pub(crate) forms: Vec<FormTokens>,
    pub(crate) csrf_cookie: String,
    pub(crate) csrf_cookie_echoed: bool,
    /// Values of `state` that this site issued and not yet saw again.
    pub(crate) oauth_states: HashSet<String>,
    pub(crate) oauth_codes: HashSet<String>,
    pub(crate) asics_sessions: HashSet<String>,
    pub(crate) export_reloads_left: Option<usize>,
    pub(crate) switches: RunkeeperSwitches,
    pub(crate) tokens: Tokens,
    pub(crate) next_id: u64,
}

pub(crate) struct Shared {
    pub(crate) url: String,
    pub(crate) asics_url: String,
    state: Mutex<State>,
}

pub(crate) type Handle = Arc<Shared>;

impl Shared {
    pub(crate) fn new(url: String, asics_url: String, state: State) -> Handle {
        Arc::new(Self {
            url,
            asics_url,
            state: Mutex::new(state),
        })
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The address of the sign-in page on the other host, with a `state` made for it.
    pub(crate) fn asics_login(&self, state: &mut State) -> String {
        let signed = state.tokens.text(86);
        state.oauth_states.insert(signed.clone());
        let query = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("client_id", "runkeeper")
            .append_pair("locale", "en")
            .append_pair("grant_type", "code")
            .append_pair("style", "runkeeper")
            .append_pair("platform", "web")
            .append_pair("redirect_uri", &format!("{}/asicsIDMLogin", self.url))
            .append_pair("state", &signed)
            .finish();
        format!("{}/login?{query}", self.asics_url)
    }

    /// The site's answer to a visitor without a session.
    pub(crate) fn signed_out(&self, state: &mut State) -> Response {
        match state.switches.dead_cookie {
            DeadCookie::RedirectToLogin => found("/login"),
            DeadCookie::RedirectToAsics => found(&self.asics_login(state)),
            DeadCookie::LoginPage => Answer::login_page().response().into_response(),
            DeadCookie::VisitorPage => page(
                "Runkeeper",
                "<h1>Everyone. Every run.</h1><a href=\"/login\">Log in</a> <a href=\"/signup\">Sign up</a>",
            )
            .into_response(),
        }
    }
}

impl State {
    pub(crate) fn signed_in(&self, headers: &HeaderMap) -> bool {
        Cookies::of(headers)
            .get("checker")
            .is_some_and(|checker| self.checkers.contains(checker))
    }

    pub(crate) fn new_checker(&mut self) -> String {
        let checker = self.tokens.text(24);
        self.checkers.insert(checker.clone());
        checker
    }

    /// Stores a new activity and returns its id.
    pub(crate) fn store(&mut self, mut activity: FakeActivity) -> u64 {
        let id = self.next_id;
        self.next_id += 1;
        activity.id = id;
        if activity.trip_uuid.is_empty() {
            activity.trip_uuid = self.tokens.uuid();
        }
        let visible = match self.switches.listing_lag {
            ListingLag::None => Visible::Now,
            ListingLag::Listings(0) => Visible::Now,
            ListingLag::Listings(count) => Visible::AfterListings(count),
            ListingLag::Delay(delay) => Visible::At(Instant::now() + delay),
        };
        self.activities.insert(id, Stored { activity, visible });
        id
    }

    pub(crate) fn delete(&mut self, id: u64) -> bool {
        match self.activities.remove(&id) {
            Some(stored) => {
                self.deleted.push(stored.activity);
                true
            }
            None => false,
        }
    }
}

/// The site's page for addresses that don't exist.
pub(crate) fn oh_noes() -> Response {
    (
        StatusCode::NOT_FOUND,
        page("Oh noes", "<h1>Oh noes</h1><p>The agony of de feet!</p>"),
    )
        .into_response()
}
