//! How far a recorded sign-in went.

use super::{Flow, Hop, says_refused};
use crate::endpoint::Service;
use crate::exchange::Exchange;

/// The end of a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// No password was sent.
    NoSignIn,
    /// The cookie of the session was set.
    Reached,
    /// The service said no.
    Refused,
    /// The recording ends before.
    Open,
    /// It ended somewhere else.
    Astray,
}

/// The sign-in among the requests to a service.
pub(super) struct Trip<'a> {
    pub(super) hops: Vec<Option<&'a Hop>>,
    pub(super) is_step: Vec<bool>,
    /// The recording has at least one cookie of this service.
    pub(super) has_cookies: bool,
    /// The step that set the session's cookie.
    pub(super) ended: Option<usize>,
    pub(super) is_refused: bool,
    pub(super) end_of_chain: End,
}

/// Whether there is an answer to look at: a browser's own copy says nothing.
pub(super) const fn is_answered(exchange: &Exchange) -> bool {
    !matches!(exchange.status, 0 | 304)
}

impl<'a> Trip<'a> {
    pub(super) fn new(flow: &'a Flow, service: &Service, exchanges: &[&Exchange]) -> Self {
        let hops: Vec<Option<&Hop>> = exchanges
            .iter()
            .map(|it| flow.hop_of(service, it))
            .collect();
        let is_left_behind = |index: usize| {
            hops[index].is_some_and(|hop| hop.is_left_behind(service, exchanges[index]))
        };
        let mut is_step: Vec<bool> = (0..exchanges.len())
            .map(|index| hops[index].is_some() && !is_left_behind(index))
            .collect();
        // A redirect leads to the next exchange, even when its step is not known.
        for index in 1..exchanges.len() {
            let before = exchanges[index - 1];
            is_step[index] |= is_step[index - 1]
                && before.is_redirect()
                && before.location.as_ref() == Some(&exchanges[index].url)
                && !is_left_behind(index);
        }
        let steps = || (0..exchanges.len()).filter(|index| is_step[*index]);
        let has_cookies = exchanges
            .iter()
            .any(|it| !it.sent_cookies.is_empty() || !it.set_cookies.is_empty());
        let sets_session = |index: &usize| {
            let mut set = exchanges[*index].set_cookies.iter();
            set.any(|name| name == flow.session_cookie)
        };
        let is_end = |index: &usize| {
            let is_last = hops[*index].is_some_and(|hop| flow.is_last(hop));
            sets_session(index) || (!has_cookies && is_last && exchanges[*index].is_redirect())
        };
        let ended = steps().rfind(is_end);
        let is_post = |index: &usize| exchanges[*index].method == "POST" && hops[*index].is_some();
        let posted = steps().rfind(is_post);
        let is_refused = ended.is_none()
            && steps().any(|index| {
                let hop = hops[index];
                says_refused(exchanges[index])
                    || hop.is_some_and(|hop| flow.refuses(service, hop, exchanges[index]))
            });
        let end_of_chain = match posted {
            _ if ended.is_some() => End::Reached,
            None => End::NoSignIn,
            Some(_) if is_refused => End::Refused,
            Some(from) if follows_to_the_end(&hops, exchanges, from) => End::Astray,
            // The step that sets the cookie is there, and did not set it.
            Some(_) if steps().any(|index| hops[index].is_some_and(|hop| flow.is_last(hop))) => {
                End::Astray
            }
            Some(_) => End::Open,
        };
        Self {
            hops,
            is_step,
            has_cookies,
            ended,
            is_refused,
            end_of_chain,
        }
    }
}

/// Whether the redirects from here on end within the recording, somewhere else than at this step itself.
fn follows_to_the_end(hops: &[Option<&Hop>], exchanges: &[&Exchange], from: usize) -> bool {
    let mut at = from;
    while exchanges[at].is_redirect() {
        let target = exchanges[at].location.as_ref();
        let next = (at + 1..exchanges.len()).find(|index| target == Some(&exchanges[*index].url));
        match next {
            Some(next) => at = next,
            None => return false,
        }
    }
    let fits = hops[at].is_some_and(|hop| hop.statuses.contains(&exchanges[at].status));
    is_answered(exchanges[at]) && !(at == from && fits)
}

impl Flow {
    /// Whether a step says no to the user, in any of the ways that services have.
    fn refuses(&self, service: &Service, hop: &Hop, exchange: &Exchange) -> bool {
        if hop.method != "POST" {
            return false;
        }
        let redirects = hop.statuses.iter().all(|it| (300..400).contains(it));
        // Back to the form, or the form once more.
        let to_the_form = exchange.location.as_ref().is_some_and(|to| {
            let form = Exchange::new("GET", to.clone(), 200);
            let next = self.hop_of(service, &form);
            next.is_some_and(|next| next.is_page() && next.host == hop.host)
        });
        hop.refusals.contains(&exchange.status)
            || matches!(exchange.status, 400 | 401 | 403 | 422 | 423 | 429 | 500..)
            || (redirects && exchange.status == 200)
            || (exchange.is_redirect() && to_the_form)
    }
}
