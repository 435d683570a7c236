//! The steps of a sign-in: redirects and the names of cookies.

use url::Url;

use crate::endpoint::sent::not_sent;
use crate::endpoint::{Service, matches_path};
use crate::exchange::Exchange;
use crate::finding::{Finding, Kind, Report, Weight};
use crate::redact::{HIDDEN_NAME, Names};

mod trip;

use trip::{End, Trip, is_answered};

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
    sends: Vec<&'static str>,
    refusals: Vec<u16>,
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

    /// The names of the fields that are sent on the way.
    pub(crate) fn sent_names(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.hops.iter().flat_map(|hop| hop.sends.iter().copied())
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
    ///
    /// A step is compared in full inside a sign-in that reached its end. Outside of one only what fails whatever the user did is a
    /// difference: a user who is signed in is led on, a wrong password is refused, and a recording may end anywhere.
    pub(crate) fn inspect(
        &self,
        service: &Service,
        exchanges: &[&Exchange],
        report: &mut Report,
    ) -> Vec<bool> {
        let known_names = Names::of(std::slice::from_ref(service));
        let trip = Trip::new(self, service, exchanges);
        let mut found = Vec::new();
        for (index, exchange) in exchanges.iter().enumerate() {
            if !trip.is_step[index] {
                continue;
            }
            let seen = report.saw(service.name, NAME, "how you are signed in");
            seen.stops = "no new sign-in succeeds; with a session that is still alive all goes on"
                .to_owned();
            if !is_answered(exchange) {
                seen.unseen += 1;
                continue;
            }
            seen.answers += 1;
            match trip.hops[index] {
                // Without the step that sets it the next line says so.
                Some(hop) => {
                    let next = exchange
                        .location
                        .as_ref()
                        .filter(|_| exchange.is_redirect());
                    let judge = Judge {
                        has_cookies: trip.has_cookies,
                        names_session: trip.ended.is_some() || !self.is_last(hop),
                        next_fails: exchanges
                            .iter()
                            .any(|it| next == Some(&it.url) && it.status >= 400),
                        is_refused: trip.is_refused,
                    };
                    hop.compare(&known_names, service, exchange, &judge, &mut found);
                }
                None if trip.is_refused => {}
                None => {
                    let place = format!(
                        "{} {}",
                        exchange.method,
                        place_of(&known_names, service, &exchange.url)
                    );
                    let is_dead_end = exchange.status >= 400;
                    let is_lost = trip.end_of_chain == End::Astray;
                    found.push(
                        Finding::new(NAME, &place, Kind::Hop, weight(is_dead_end || is_lost))
                            .between("", format!("a new step, status {}", exchange.status)),
                    );
                }
            }
        }
        let mut note = |text: &str| {
            report.notes.insert(format!("{}: {text}", service.name));
        };
        match trip.end_of_chain {
            End::Reached if !trip.has_cookies => {
                note("the file has no cookies, so those of the sign-in cannot be compared");
            }
            End::Reached | End::NoSignIn => {}
            End::Refused => {
                note(
                    "a sign-in was refused, as with a wrong password; its steps are not compared to the end",
                );
            }
            End::Open => note("the recording ends in the middle of the sign-in"),
            End::Astray if !trip.has_cookies => {
                note(
                    "the file has no cookies, so it does not show whether the sign-in reached its end",
                );
            }
            End::Astray => found.push(self.without_end(&known_names, exchanges, &trip)),
        }
        report
            .findings
            .extend(found.into_iter().map(|it| it.of(service.name)));
        trip.is_step
    }

    fn is_last(&self, hop: &Hop) -> bool {
        let mut names = hop.cookies.iter().map(|(name, _)| *name);
        names.any(|name| name == self.session_cookie)
    }

    fn without_end(&self, known: &Names, exchanges: &[&Exchange], trip: &Trip<'_>) -> Finding {
        let others = exchanges
            .iter()
            .zip(&trip.hops)
            .filter(|(_, hop)| hop.is_some_and(|hop| self.is_last(hop)));
        let set: Vec<&String> = others
            .flat_map(|(it, hop)| {
                let cookies = hop.map(|hop| hop.cookies.clone()).unwrap_or_default();
                let is_known = move |name: &String| cookies.iter().any(|(it, _)| it == name);
                it.set_cookies.iter().filter(move |name| !is_known(name))
            })
            .collect();
        let now = match &set[..] {
            [] => "not set: the sign-in does not reach its end".to_owned(),
            names => format!("not set; {} is new", shown(known, names)),
        };
        Finding::new(NAME, self.session_cookie, Kind::Cookie, Weight::Breaking)
            .between("the cookie of the session", now)
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
            sends: Vec::new(),
            refusals: Vec::new(),
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

    /// The same; a browser sends these fields, and so does the client.
    #[must_use]
    pub fn sends(mut self, names: &[&'static str]) -> Self {
        self.sends = names.to_vec();
        self
    }

    /// The same; without a session afterwards this status says that the password is wrong.
    #[must_use]
    pub fn refuses_with(mut self, status: u16) -> Self {
        self.refusals.push(status);
        self
    }

    /// A page, from which a user who is signed in is led on.
    pub(crate) fn is_page(&self) -> bool {
        self.method == "GET" && self.statuses.iter().all(|it| *it < 300)
    }

    /// Whether the answer says that the user is signed in already: it leads to another page of the same host.
    pub(crate) fn is_left_behind(&self, service: &Service, exchange: &Exchange) -> bool {
        let target = exchange.location.as_ref();
        let leads_on = target.is_some_and(|to| {
            let path = to.path().to_ascii_lowercase();
            let is_known = self
                .leads_to
                .iter()
                .any(|(host, path)| service.has_role(to, host) && matches_path(path, to.path()));
            let is_sign_in = ["login", "signin", "oauth", "sso"];
            service.has_role(to, self.host)
                && !is_known
                && !is_sign_in.iter().any(|word| path.contains(word))
        });
        // A step that only leads on has nothing else to say, and the page at the end is one for itself.
        let is_free = self.cookies.is_empty();
        let may_be = (is_free || self.is_page()) && leads_on;
        self.method == "GET" && exchange.is_redirect() && (may_be || (is_free && self.is_page()))
    }

    fn compare(
        &self,
        known_names: &Names,
        service: &Service,
        exchange: &Exchange,
        judge: &Judge,
        found: &mut Vec<Finding>,
    ) {
        let place = format!("{} {}:{}", self.method, self.host, self.path);
        let finding = |kind, weight| Finding::new(NAME, &place, kind, weight);
        let before = format!("{place}, ");
        let sent = not_sent(
            known_names,
            NAME,
            &before,
            &self.sends,
            exchange,
            Weight::Breaking,
        );
        found.extend(sent);
        if says_refused(exchange) || (judge.is_refused && self.method == "POST") {
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
                found.push(finding(Kind::Hop, weight(judge.next_fails)).between(
                    format!("leads to {}", known.join(" or ")),
                    format!("leads to {}", place_of(known_names, service, to)),
                ));
            }
        }
        if !judge.has_cookies {
            return;
        }
        for (name, is_needed) in &self.cookies {
            // A browser that has it need not get it again.
            let mut there = exchange.set_cookies.iter().chain(&exchange.sent_cookies);
            if there.any(|set| set == name) || is_elsewhere || !judge.names_session {
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

/// The facts of the whole sign-in by which one step is compared.
struct Judge {
    has_cookies: bool,
    names_session: bool,
    next_fails: bool,
    is_refused: bool,
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
