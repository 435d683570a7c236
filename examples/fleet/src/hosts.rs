//! The service hosts that a run talks to.

use url::Url;
use workout_sync::settings::{Connector, Settings};

/// The hosts of both ends of a route, each once, in an order that is the same for every worker. A service's sign-in host counts as the
/// service: a client sends one request at a time, to either of them.
pub(crate) fn hosts(settings: &Settings) -> Vec<String> {
    let ends = [&settings.route.from, &settings.route.to];
    let mut hosts: Vec<String> = ends
        .iter()
        .filter_map(|end| {
            let (url, usual) = match end {
                Connector::PolarFlow => (&settings.polar.url, "flow.polar.com"),
                Connector::Runkeeper => (&settings.runkeeper.url, "runkeeper.com"),
                Connector::IntervalsIcu => (&settings.intervals_url, "intervals.icu"),
                _ => return None,
            };
            let host = url.as_ref().and_then(Url::host_str);
            Some(host.unwrap_or(usual).to_owned())
        })
        .collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}
