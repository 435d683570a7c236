//! Noticing that a service changed, and telling it without telling anything private.

pub mod facts;
mod history;
mod learned;
pub mod live;
pub mod probes;
pub mod questions;
#[cfg(test)]
mod recorded;
pub mod show;
pub mod support;
pub mod watch;

use std::sync::LazyLock;

use api_drift::redact::Names;
use api_drift::{Exchange, Service};
use polar_flow::drift as polar;
use runkeeper::drift as runkeeper_site;

use crate::settings::Settings;
use facts::Facts;

/// Keeps the answers to open questions that a recording gives, unless the settings say otherwise.
pub fn learn(settings: &Settings, services: &[Service], exchanges: &[Exchange]) {
    if !settings.record_answers {
        return;
    }
    let facts = settings.facts.as_deref().map(Facts::load);
    let known = facts.map(|facts| facts.learned).unwrap_or_default();
    let service_of = |it: &Exchange| services.iter().find(|all| all.role_of(&it.url).is_some());
    let telling = exchanges.iter().filter(|it| says_something(it));
    let ours = telling.filter(|it| service_of(it).is_some());
    for (exchange, digest) in learned::fresh(ours, &known) {
        if let Some(service) = service_of(exchange) {
            settings.watch.learned(service, exchange, digest);
        }
    }
    settings.watch.keep_in(settings.facts.as_deref());
}

/// Whether there is an answer, and all of it: a request that was broken off and a body that was left out answer no question.
fn says_something(exchange: &Exchange) -> bool {
    let is_success = (200..300).contains(&exchange.status);
    let is_whole = exchange.body.is_some() && !exchange.is_cut;
    !matches!(exchange.status, 0 | 304) && (is_whole || !is_success)
}

/// Both services, at their real addresses and at those of the settings.
#[must_use]
pub fn services(settings: &Settings) -> Vec<Service> {
    let mut addresses = polar::Addresses::default();
    addresses.web = settings.polar.url.clone();
    addresses.auth = settings.polar_auth_url.clone();
    let polar = polar::service(&polar_flow::service::Endpoints::default(), &addresses);
    let mut addresses = runkeeper_site::Addresses::default();
    addresses.web = settings.runkeeper.url.clone();
    addresses.auth = settings.asics_id_url.clone();
    let site = runkeeper_site::service(&runkeeper::Endpoints::default(), &addresses);
    vec![polar, site]
}

/// The names and words that any text about the services may show.
#[must_use]
pub fn names() -> &'static Names {
    // Addresses are no part of it.
    static NAMES: LazyLock<Names> = LazyLock::new(|| Names::of(&all_services()));
    &NAMES
}

/// Both services, at their real addresses.
#[must_use]
pub fn all_services() -> Vec<Service> {
    vec![
        polar::service(
            &polar_flow::service::Endpoints::default(),
            &polar::Addresses::default(),
        ),
        runkeeper_site::service(
            &runkeeper::Endpoints::default(),
            &runkeeper_site::Addresses::default(),
        ),
    ]
}
