//! The steps of a sign-in: redirects and the names of cookies.

use url::Url;

use crate::endpoint::{Service, matches_path};
use crate::exchange::Exchange;
use crate::finding::{Finding, Kind, Report, Weight};
use crate::redact::{HIDDEN_NAME, Names};

const NAME: &str = "sign-in";

/// The steps of a sign-in, and the cookie that it is about.
#[derive(Debug, Clone)]
pub struct Flow {
    hops: Vec<Hop>,
    session_cookie: &'static str,
}

/// A step of a sign-in.
#[derive(Debug, Clone)]
pub struct Hop {
    host: &'static str,
    method: String,
    path: String,
    statuses: Vec<u16>,
    cookies: Vec<(&'static str, bool)>,
    leads_to: Vec<(&'static str, String)>,
}

impl Flow {
    /// A sign-in that ends with this cookie.
    #[must_use]
    pub fn new(session_cookie: &'static str, hops: impl IntoIterator<Item = Hop>) -> Self {
        Self {
            hops: hops.into_iter().collect(),
            session_cookie,
        }
    }

    /// Names of the cookies that are known.
    pub(crate) fn cookie_names(&self) -> impl Iterator<Item = &'static str> {
        let cookies = self.hops.iter().flat_map(|hop| &hop.cookies);
        cookies.map(|(name, _)| *name).chain([self.session_cookie])
    }

    /// The paths of the steps, and where they lead.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.hops.iter().flat_map(|hop| {
            let targets = hop.leads_to.iter().map(|(_, path)| path.as_str());
            targets.chain([hop.path.as_str()])
        })
    }

    fn hop_of(&self, service: &Service, exchange: &Exchange) -> Option<&Hop> {
        self.hops.iter().find(|hop| {
            hop.method == exchange.method
                && service.has_role(&exchange.url, hop.host)
                && matches_path(&hop.path, exchange.url.path())
        })
    }

    /// Notes what the steps among these exchanges do otherwise. `true` for those that are steps.
    pub(crate) fn inspect(
        &self,
        service: &Service,
        exchanges: &[&Exchange],
        report: &mut Report,
    ) -> Vec<bool> {
        let known_names = Names::of(std::slice::from_ref(service));
        let hops: Vec<Option<&Hop>> = exchanges
            .iter()
            .map(|it| self.hop_of(service, it))
            .collect();
        // A redirect leads to the next exchange, even when its step is not known.
        let mut is_step: Vec<bool> = hops.iter().map(Option::is_some).collect();
        for index in 1..exchanges.len() {
            let before = exchanges[index - 1];
            is_step[index] |= is_step[index - 1]
                && before.is_redirect()
                && before.location.as_ref() == Some(&exchanges[index].url);
        }
        let is_last = |hop: &Hop| {
            hop.cookies
                .iter()
                .any(|(name, _)| *name == self.session_cookie)
        };
        let begun = hops.iter().flatten().any(|hop| hop.method == "POST");
        let ended = exchanges.iter().zip(&is_step).any(|(it, step)| {
            *step
                && it
                    .set_cookies
                    .iter()
                    .any(|name| name == self.session_cookie)
        });
        let refused = exchanges
            .iter()
            .zip(&is_step)
            .any(|(it, step)| *step && says_refused(it));
        let mut found = Vec::new();
        for ((exchange, hop), step) in exchanges.iter().zip(&hops).zip(&is_step) {
            if !step {
                continue;
            }
            report
                .saw(service.name, NAME, "how you are signed in")
                .answers += 1;
            match hop {
                // Without the step that sets it the next line says so.
                Some(hop) => {
                    let next = exchange
                        .location
                        .as_ref()
                        .filter(|_| exchange.is_redirect());
                    let fails = exchanges
                        .iter()
                        .any(|it| next == Some(&it.url) && it.status >= 400);
                    let names_session = ended || !is_last(hop);
                    hop.compare(
                        &known_names,
                        service,
                        exchange,
                        names_session,
                        fails,
                        &mut found,
                    );
                }
                None => {
                    let place = format!(
                        "{} {}",
                        exchange.method,
                        place_of(&known_names, service, &exchange.url)
                    );
                    let is_dead_end = exchange.status >= 400;
                    found.push(
                        Finding::new(
                            NAME,
                            &place,
                            Kind::Hop,
                            weight(is_dead_end || (begun && !ended)),
                        )
                        .between("", format!("a new step, status {}", exchange.status)),
                    );
                }
            }
        }
        if begun && !ended && !refused {
            let others = || {
                exchanges
                    .iter()
                    .zip(&hops)
                    .filter(|(_, hop)| hop.is_some_and(is_last))
            };
            let set: Vec<String> = others()
                .flat_map(|(it, hop)| {
                    let known = hop.map(|hop| hop.cookies.clone()).unwrap_or_default();
                    let is_known = move |name: &String| known.iter().any(|(it, _)| it == name);
                    it.set_cookies
                        .iter()
                        .filter(move |name| !is_known(name))
                        .cloned()
                })
                .collect();
            let now = match &set[..] {
                [] => "not set: the sign-in does not reach its end".to_owned(),
                names => {
                    let names: Vec<&String> = names.iter().collect();
                    format!("not set; {} is new", shown(&known_names, &names))
                }
            };
            found.push(
                Finding::new(NAME, self.session_cookie, Kind::Cookie, Weight::Breaking)
                    .between("the cookie of the session", now),
            );
        }
        report
            .findings
            .extend(found.into_iter().map(|it| it.of(service.name)));
        is_step
    }
}

impl Hop {
    /// A step: `GET /login`, on the host of this role.
    #[must_use]
    pub fn new(host: &'static str, request: &str, statuses: &[u16]) -> Self {
        let (method, path) = request.split_once(' ').unwrap_or(("GET", request));
        Self {
            host,
            method: method.to_owned(),
            path: path.to_owned(),
            statuses: statuses.to_vec(),
            cookies: Vec::new(),
            leads_to: Vec::new(),
        }
    }

    /// The same; it always sets this cookie, and the sign-in fails without it.
    #[must_use]
    pub fn needs_cookie(mut self, name: &'static str) -> Self {
        self.cookies.push((name, true));
        self
    }

    /// The same; it always sets this cookie.
    #[must_use]
    pub fn sets_cookie(mut self, name: &'static str) -> Self {
        self.cookies.push((name, false));
        self
    }

    /// The same; it may lead to this place.
    #[must_use]
    pub fn leads_to(mut self, host: &'static str, path: impl Into<String>) -> Self {
        self.leads_to.push((host, path.into()));
        self
    }

    fn compare(
        &self,
        known_names: &Names,
        service: &Service,
        exchange: &Exchange,
        names_session: bool,
        next_fails: bool,
        found: &mut Vec<Finding>,
    ) {
        let place = format!("{} {}:{}", self.method, self.host, self.path);
        let finding = |kind, weight| Finding::new(NAME, &place, kind, weight);
        if says_refused(exchange) {
            return;
        }
        if !self.statuses.contains(&exchange.status) {
            let known: Vec<String> = self.statuses.iter().map(u16::to_string).collect();
            // Another redirect still leads on.
            let leads_on =
                exchange.is_redirect() && self.statuses.iter().any(|it| (300..400).contains(it));
            found.push(
                finding(Kind::Status, weight(!leads_on))
                    .between(known.join(" or "), exchange.status.to_string()),
            );
            if !leads_on {
                return;
            }
        }
        let mut is_elsewhere = false;
        if let Some(to) = exchange
            .location
            .as_ref()
            .filter(|_| exchange.is_redirect())
        {
            let is_known = self
                .leads_to
                .iter()
                .any(|(host, path)| service.has_role(to, host) && matches_path(path, to.path()));
            if !is_known && !self.leads_to.is_empty() {
                is_elsewhere = true;
                let known: Vec<String> = self
                    .leads_to
                    .iter()
                    .map(|(host, path)| format!("{host}:{path}"))
                    .collect();
                found.push(finding(Kind::Hop, weight(next_fails)).between(
                    format!("leads to {}", known.join(" or ")),
                    format!("leads to {}", place_of(known_names, service, to)),
                ));
            }
        }
        for (name, is_needed) in &self.cookies {
            if exchange.set_cookies.iter().any(|set| set == name) || is_elsewhere || !names_session
            {
                continue;
            }
            let fresh: Vec<&String> = exchange
                .set_cookies
                .iter()
                .filter(|set| self.cookies.iter().all(|(known, _)| known != set))
                .collect();
            let now = match &fresh[..] {
                [] => "not set".to_owned(),
                [one, ..] => format!("not set; {} is new", shown(known_names, &[one])),
            };
            found.push(
                Finding::new(
                    NAME,
                    &format!("{place}, cookie {name}"),
                    Kind::Cookie,
                    weight(*is_needed),
                )
                .between("set", now),
            );
        }
    }
}

fn says_refused(exchange: &Exchange) -> bool {
    let has = |url: &Url| url.as_str().contains("bad_credentials");
    has(&exchange.url) || exchange.location.as_ref().is_some_and(has)
}

/// Role and path; a part of the path stays only when it is known.
fn place_of(names: &Names, service: &Service, url: &Url) -> String {
    let role = service.role_of(url).unwrap_or("another host");
    format!("{role}:{}", names.path(url.path()))
}

/// The new names of cookies: those that may be shown, and whether there are others.
fn shown(names: &Names, cookies: &[&String]) -> String {
    let (known, others): (Vec<&String>, Vec<&String>) =
        cookies.iter().partition(|name| names.cookie(name));
    let mut words: Vec<&str> = known.into_iter().map(String::as_str).collect();
    if !others.is_empty() {
        words.push(HIDDEN_NAME);
    }
    words.join(", ")
}

const fn weight(is_breaking: bool) -> Weight {
    match is_breaking {
        true => Weight::Breaking,
        false => Weight::Additive,
    }
}
