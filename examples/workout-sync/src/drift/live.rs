//! Looking at the live services: reads only, few of them, one after the other.

use std::time::Duration;

use api_drift::Exchange;
use api_drift::exchange::Recorder;
use chrono::{Days, NaiveDate, Utc};
use polar_flow::export::ExportFormat;
use polar_flow::web_session::ErrorKind;
use polar_flow::web_session::{Redirects, join};
use polar_flow::{PolarFlow, SessionId};
use runkeeper::{ActivityId, FileKind, Month, Runkeeper};
use serde_json::Value;

mod asking;

use super::watch::Watch;
use crate::exit::Failure;
use crate::services;
use crate::settings::{ServiceName, Settings};

/// No look sends more requests than this.
pub const MOST_REQUESTS: usize = 40;
/// The requests of one step when everything goes wrong: a session that has to be proved, renewed and proved again.
const MOST_OF_A_STEP: usize = 12;
/// The same without a way to renew the session.
const MOST_WITHOUT_RENEWAL: usize = 3;
/// The gap between two requests, unless the settings say otherwise.
const PACE: Duration = Duration::from_millis(1000);

/// A live look.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Looked {
    /// The requests whose answers are compared with the known shapes.
    pub exchanges: Vec<Exchange>,
    /// All requests, with those that only answer open questions.
    pub requests: usize,
    /// Why a service could not be looked at, or not to the end.
    pub troubles: Vec<(ServiceName, String)>,
}

/// The requests of a look, in words.
#[must_use]
pub fn announcement(settings: &Settings, only: Option<ServiceName>) -> String {
    let mut text = String::from("This only reads, one request after the other:\n");
    for service in chosen(settings, only) {
        text.push_str(match service {
            ServiceName::Polar => {
                "  Polar Flow: the sign-in page without your session, your account, the calendar and the training list of the last 90 days, the \
                 list of sports, summary, details and files of two workouts, your nights\n"
            }
            ServiceName::Runkeeper => {
                "  Runkeeper: the sign-in page without your session, your home page, the list of activities and of one month, the page, form, points \
                 and file of one activity, the page for a new one\n"
            }
        });
    }
    if settings.record_answers {
        text.push_str(
            "  and for the open questions (SYNC_RECORD_ANSWERS=off leaves them out): your account once without each of two cookies, a long range of \
             the calendar and of the training list, two more files of a workout; Runkeeper's home page with one cookie, the page of the \
             account's export\n",
        );
    }
    text.push_str(&format!(
        "  at most {MOST_REQUESTS} requests; no other host is asked\n"
    ));
    text
}

/// The services that are set up, or the one that was asked for.
#[must_use]
pub fn chosen(settings: &Settings, only: Option<ServiceName>) -> Vec<ServiceName> {
    let all = [ServiceName::Polar, ServiceName::Runkeeper];
    let is_set_up = |name: &ServiceName| services::can_try(settings.service(*name));
    match only {
        Some(only) => vec![only],
        None => all.into_iter().filter(is_set_up).collect(),
    }
}

/// Asks the services.
///
/// # Errors
/// When a session file cannot be used.
pub async fn look(settings: &Settings, names: &[ServiceName]) -> Result<Looked, Failure> {
    let recorder = Recorder::default();
    let mut settings = settings.clone();
    settings.watch = Watch::recording(recorder.clone());
    settings.http.pace = settings.http.pace.or(Some(PACE));
    // One attempt: what fails is part of the picture.
    settings.http.attempts = Some(1);
    let mut look = Look {
        recorder: recorder.clone(),
        step: MOST_OF_A_STEP,
        settings,
    };
    let mut looked = Looked::default();
    for name in names {
        let trouble = match name {
            ServiceName::Polar => look.polar().await?,
            ServiceName::Runkeeper => {
                if look.settings.runkeeper.credentials.is_none() {
                    look.step = MOST_WITHOUT_RENEWAL;
                }
                look.runkeeper().await?
            }
        };
        looked
            .troubles
            .extend(trouble.map(|trouble| (*name, trouble)));
    }
    looked.exchanges = recorder.all();
    let in_trouble: Vec<ServiceName> = looked.troubles.iter().map(|(name, _)| *name).collect();
    for name in names.iter().filter(|name| !in_trouble.contains(name)) {
        match name {
            ServiceName::Polar => look.ask_polar().await?,
            ServiceName::Runkeeper => look.ask_runkeeper().await?,
        }
    }
    if let Some(path) = &look.settings.facts {
        // The file of facts is optional: a look does not fail because of it.
        let _ = look.settings.watch.keep(path);
    }
    looked.requests = recorder.count();
    Ok(looked)
}

struct Look {
    recorder: Recorder,
    step: usize,
    settings: Settings,
}

impl Look {
    fn has_budget(&self) -> bool {
        self.recorder.count() + self.step <= MOST_REQUESTS
    }

    /// The last good answer of a path as JSON.
    fn last(&self, path: &str) -> Value {
        let all = self.recorder.all();
        let found = all
            .iter()
            .rev()
            .find(|it| it.url.path() == path && it.status == 200);
        let body = found.and_then(|it| it.body.as_deref()).unwrap_or_default();
        serde_json::from_slice(body).unwrap_or(Value::Null)
    }

    async fn polar(&self) -> Result<Option<String>, Failure> {
        let polar = services::polar(&self.settings)?;
        let paths = polar.endpoints().clone();
        // As a visitor: the steps up to the form, whatever session there is.
        let _ = anonymous(polar.session(), join(polar.base_url(), &paths.login_page)).await;
        let mut next = Some(join(polar.base_url(), &paths.sso_login));
        for _ in 0..3 {
            let Some(url) = next.take() else {
                break;
            };
            next = anonymous(polar.session(), url).await;
        }
        if let Err(error) = polar.sign_in().await {
            return Ok(Some(told(error.kind()).to_owned()));
        }
        let account = polar.account().await;
        let today = Utc::now().date_naive();
        let mut ids = Vec::new();
        let mut until = today + Days::new(1);
        for _ in 0..3 {
            if !ids.is_empty() || !self.has_budget() {
                break;
            }
            // The longest window that a sync asks for.
            let from = until - Days::new(polar_flow::service::CALENDAR_WINDOW_DAYS - 1);
            let request = polar
                .session()
                .get(polar.url(&paths.calendar))
                .endpoint("calendar")
                .query("start", &from.format("%-d.%-m.%Y").to_string())
                .query("end", &until.format("%-d.%-m.%Y").to_string());
            let _ = polar.call(request).json::<Value>().await;
            ids = newest(&self.last(&paths.calendar));
            until = from - Days::new(1);
        }
        let from = today - Days::new(89);
        if let (Ok(account), true) = (&account, self.has_budget()) {
            let _ = polar.history(account.user.id, from..=today).await;
        }
        for (id, steps) in ids.into_iter().zip([4, 2]) {
            self.workout(&polar, id, steps).await;
        }
        if self.has_budget() {
            let _ = polar.sports().await;
        }
        if self.has_budget() {
            let _ = polar.sleep(today - Days::new(30)..=today).await;
        }
        Ok(polar
            .save_session()
            .await
            .err()
            .map(|_| "its session cannot be kept".to_owned()))
    }

    async fn workout(&self, polar: &PolarFlow, id: SessionId, steps: usize) {
        for step in 0..steps {
            if !self.has_budget() {
                return;
            }
            match step {
                0 => drop(polar.summary(id).await),
                1 => drop(polar.export_single(id, ExportFormat::Tcx).await),
                2 => drop(polar.details(id).await),
                _ => drop(polar.export_single(id, ExportFormat::Gpx).await),
            }
        }
    }

    async fn runkeeper(&self) -> Result<Option<String>, Failure> {
        let site = services::runkeeper(&self.settings)?;
        let paths = site.endpoints().clone();
        let _ = anonymous(site.session(), site.url(&paths.login)).await;
        if let Err(error) = site.check().await {
            return Ok(Some(told(error.kind()).to_owned()));
        }
        let _ = self
            .page(&site, "form for a new activity", &paths.new_activity)
            .await;
        let months = site.months_with_activities().await;
        let today = Utc::now().date_naive();
        let newest = months
            .ok()
            .and_then(|months| months.into_iter().map(|it| it.month).max());
        let mut month = newest.unwrap_or_else(|| Month::of(today));
        let mut id = None;
        for _ in 0..2 {
            if !self.has_budget() {
                break;
            }
            let _ = site.activities_in(month).await;
            id = newest_activity(&self.last(&paths.month));
            if id.is_some() {
                break;
            }
            let first = NaiveDate::from_ymd_opt(month.year(), month.month(), 1).unwrap_or(today);
            month = Month::of(first - Days::new(1));
        }
        if let Some(id) = id {
            self.activity(&site, id).await;
        }
        Ok(site
            .save_session()
            .await
            .err()
            .map(|_| "its session cannot be kept".to_owned()))
    }

    async fn activity(&self, site: &Runkeeper, id: ActivityId) {
        let page = site.activity(id).await;
        if self.has_budget() {
            let _ = site.edit_form(id).await;
        }
        let uuid = page.ok().and_then(|page| page.trip_uuid);
        if let (Some(points), true) = (uuid, self.has_budget()) {
            let _ = site.points(points).await;
        }
        if self.has_budget() {
            let _ = site.download(id, FileKind::Gpx).await;
        }
    }

    async fn page(&self, site: &Runkeeper, endpoint: &'static str, path: &str) -> Option<()> {
        let request = site.session().get(site.url(path)).endpoint(endpoint);
        site.call(request).read().await.ok().map(drop)
    }
}

/// An error without what the service sent: its words, and the titles of its pages, may name the user.
const fn told(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::SignInNeeded => "not signed in, or the sign-in did not finish",
        ErrorKind::BadCredentials => "the service refuses the e-mail address or the password",
        ErrorKind::Blocked => "the service blocks this program, or answers with a bot challenge",
        ErrorKind::RateLimited => "the service asks for a pause",
        ErrorKind::Unavailable => "the service is not available",
        ErrorKind::Drift | ErrorKind::Unexpected => {
            "an answer that the sign-in needs is not as known"
        }
        ErrorKind::Forbidden | ErrorKind::NotFound | ErrorKind::NotAvailable => {
            "an answer that the sign-in needs was refused, or is not there"
        }
        _ => "it cannot be asked",
    }
}

/// One request without the session; where it leads to.
async fn anonymous(session: &polar_flow::web_session::Session, url: url::Url) -> Option<url::Url> {
    let request = session
        .get(url)
        .endpoint("sign-in, looked at as a visitor")
        .redirects(Redirects::Never)
        .without_cookies();
    let answer = request.read().await.ok()?;
    session.next_url(&answer)
}

/// The newest workouts, of different icons where there are any. From the answer itself: a listing that the client refuses
/// still names them.
fn newest(events: &Value) -> Vec<SessionId> {
    let mut sessions: Vec<(&str, &str, u64)> = events
        .as_array()
        .into_iter()
        .flatten()
        .filter(|event| event["eventType"] == "exercise" || event["type"] == "EXERCISE")
        .filter_map(|event| {
            let at = event["datetime"].as_str().unwrap_or_default();
            let icon = event["iconUrl"].as_str().unwrap_or_default();
            Some((at, icon, event["listItemId"].as_u64()?))
        })
        .collect();
    sessions.sort_unstable();
    let Some((_, icon, id)) = sessions.pop() else {
        return Vec::new();
    };
    let other = sessions
        .iter()
        .rev()
        .find(|(_, other, _)| *other != icon)
        .or(sessions.last());
    [Some(id), other.map(|(_, _, id)| *id)]
        .into_iter()
        .flatten()
        .map(SessionId)
        .collect()
}

fn newest_activity(month: &Value) -> Option<ActivityId> {
    let years = month["activities"]
        .as_object()?
        .values()
        .filter_map(Value::as_object);
    let entries = years
        .flat_map(|it| it.values())
        .filter_map(Value::as_array)
        .flatten();
    entries
        .filter_map(|entry| entry["activity_id"].as_u64())
        .max()
        .map(ActivityId)
}
