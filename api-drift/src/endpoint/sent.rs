//! Fields that a browser sends: only a recording of it shows that the service wants other fields now.

use super::Endpoint;
use crate::exchange::Exchange;
use crate::finding::{Finding, Kind, Weight};
use crate::redact::Names;

impl Endpoint {
    /// Fields that the client sends and that the browser did not send.
    pub(crate) fn compare_sent(
        &self,
        known: &Names,
        exchange: &Exchange,
        found: &mut Vec<Finding>,
    ) {
        let weight = if self.is_essential {
            Weight::Breaking
        } else {
            Weight::Additive
        };
        found.extend(not_sent(
            known,
            self.name,
            "",
            &self.sends,
            exchange,
            weight,
        ));
    }
}

/// The known names that are not among those that were sent, where it is recorded what was sent.
pub(crate) fn not_sent(
    known: &Names,
    endpoint: &str,
    before: &str,
    names: &[&'static str],
    exchange: &Exchange,
    weight: Weight,
) -> Vec<Finding> {
    let sent = &exchange.sent_fields;
    if sent.is_empty() {
        return Vec::new();
    }
    let is_sent = |name: &&&str| sent.iter().any(|it| it == *name);
    let gone: Vec<&&str> = names.iter().filter(|name| !is_sent(name)).collect();
    let fresh: Vec<&String> = sent
        .iter()
        .filter(|it| !names.contains(&it.as_str()))
        .collect();
    let now = match (&gone[..], &fresh[..]) {
        ([_], [only]) if known.field(only) => format!("not sent; {only} is new"),
        _ => "not sent".to_owned(),
    };
    let found = gone.into_iter().map(|name| {
        let place = format!("{before}sent field {name}");
        Finding::new(endpoint, &place, Kind::Field, weight).between("sent by browsers", now.clone())
    });
    found.collect()
}
