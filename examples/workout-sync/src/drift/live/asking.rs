//! Requests that only answer open questions: their answers are no part of the comparison with what is known.

use api_drift::Exchange;
use chrono::{Days, NaiveDate, Utc};
use polar_flow::UserId;
use polar_flow::export::ExportFormat;
use polar_flow::web_session::RequestBuilder;

use super::{Look, newest};
use crate::exit::Failure;
use crate::services;

/// More days than one window of the calendar may have.
const LONG_WINDOW_DAYS: u64 = 120;
/// A range of the training list that is as long as an archive would ask for.
const LONG_RANGE_DAYS: u64 = 5 * 366;

impl Look {
    fn may_ask(&self) -> bool {
        self.settings.record_answers && self.recorder.count() < super::MOST_REQUESTS
    }

    /// Whether the API answers without some of the cookies, how long ranges may be, and what the other files are.
    pub(super) async fn ask_polar(&self) -> Result<(), Failure> {
        // With the session that the look has kept.
        let polar = services::polar(&self.settings)?;
        let service = polar_flow::drift::NAME;
        let paths = polar.endpoints();
        let account = self.last(&paths.account)["user"]["id"].as_u64();
        let workout = newest(&self.last(&paths.calendar)).first().copied();
        let address = polar.url(&paths.account);
        let names = polar.session().jar().names(&address);
        for left_out in ["AWSALB", "PLAY_SESSION_FLOW"] {
            let sent: Vec<&str> = names
                .iter()
                .map(String::as_str)
                // The balancer has a second cookie, `AWSALBCORS`.
                .filter(|name| !name.starts_with(left_out))
                .collect();
            let request = polar
                .session()
                .get(address.clone())
                .endpoint("account, without one cookie")
                .header("x-requested-with", "XMLHttpRequest");
            self.with_cookies(service, request, &sent).await;
        }
        let today = Utc::now().date_naive();
        if self.may_ask() {
            let day = |day: NaiveDate| day.format("%-d.%-m.%Y").to_string();
            let request = polar
                .session()
                .get(polar.url(&paths.calendar))
                .endpoint("calendar, a long window")
                .query("start", &day(today - Days::new(LONG_WINDOW_DAYS)))
                .query("end", &day(today));
            let _ = request.read().await;
        }
        if let (Some(account), true) = (account, self.has_budget()) {
            let days = today - Days::new(LONG_RANGE_DAYS)..=today;
            let _ = polar.history(UserId(account), days).await;
        }
        for format in [ExportFormat::Fit, ExportFormat::Csv] {
            if let (Some(id), true) = (workout, self.has_budget()) {
                let _ = polar.export_single(id, format).await;
            }
        }
        let _ = polar.save_session().await;
        Ok(())
    }

    /// Whether `checker` alone suffices, and which fields the form of the account's export has.
    pub(super) async fn ask_runkeeper(&self) -> Result<(), Failure> {
        let site = services::runkeeper(&self.settings)?;
        let paths = site.endpoints();
        let request = site
            .session()
            .get(site.url(&paths.home))
            .endpoint("home, with one cookie");
        self.with_cookies(runkeeper::drift::NAME, request, &["checker"])
            .await;
        if self.may_ask() {
            // With the whole session: it takes over the cookies that an answer renews.
            let address = site.url(&paths.export);
            let request = site.session().get(address).endpoint("account export");
            let _ = request.read().await;
        }
        let _ = site.save_session().await;
        Ok(())
    }

    /// Sends a read with these cookies only. The session takes nothing over from its answer.
    async fn with_cookies(&self, service: &str, request: RequestBuilder, names: &[&str]) {
        if names.is_empty() || !self.may_ask() {
            return;
        }
        let Ok(response) = request.only_cookies(names).read().await else {
            return;
        };
        let status = response.status().as_u16();
        let mut exchange = Exchange::new("GET", response.url().clone(), status);
        exchange.sent_cookies = names.iter().map(|name| (*name).to_owned()).collect();
        exchange.body = Some(response.body().to_vec());
        let known = crate::drift::services(&self.settings);
        if let Some(service) = known.iter().find(|it| it.name == service) {
            self.settings.watch.saw(service, &exchange, true);
        }
    }
}
