//! The description of a service: hosts, endpoints, answers.

use url::Url;

mod rules;
pub(crate) mod sent;

use crate::exchange::Exchange;
use crate::flow::Flow;
use crate::known::Known;
use crate::page::PageSpec;
use crate::reading::Reader;
use crate::redact::Meaning;
use crate::shape::Shape;

/// A host of a service, by its role.
#[derive(Debug, Clone)]
pub struct Host {
    role: &'static str,
    bases: Vec<Url>,
}

impl Host {
    /// A host at this address. Text that is no URL matches nothing.
    #[must_use]
    pub fn new(role: &'static str, base: &str) -> Self {
        Self {
            role,
            bases: Url::parse(base).into_iter().collect(),
        }
    }

    /// The same at another address, too: that of a proxy, for example.
    #[must_use]
    pub fn or_at(mut self, base: Option<&Url>) -> Self {
        self.bases.extend(base.cloned());
        self
    }

    fn has(&self, url: &Url) -> bool {
        let port = Url::port_or_known_default;
        self.bases
            .iter()
            .any(|base| base.host_str() == url.host_str() && port(base) == port(url))
    }
}

/// A service with everything that is known of it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Service {
    /// The name for people.
    pub name: &'static str,
    /// The endpoints.
    pub endpoints: Vec<Endpoint>,
    /// The sign-in.
    pub flow: Option<Flow>,
    hosts: Vec<Host>,
}

impl Service {
    /// A service of these hosts and endpoints.
    #[must_use]
    pub fn new(
        name: &'static str,
        hosts: impl IntoIterator<Item = Host>,
        endpoints: impl IntoIterator<Item = Endpoint>,
    ) -> Self {
        Self {
            name,
            hosts: hosts.into_iter().collect(),
            endpoints: endpoints.into_iter().collect(),
            flow: None,
        }
    }

    /// The same with a sign-in.
    #[must_use]
    pub fn with_flow(mut self, flow: Flow) -> Self {
        self.flow = Some(flow);
        self
    }

    /// The role of the host that an address belongs to.
    #[must_use]
    pub fn role_of(&self, url: &Url) -> Option<&'static str> {
        self.hosts
            .iter()
            .find(|host| host.has(url))
            .map(|host| host.role)
    }

    /// The roles of its hosts.
    pub(crate) fn roles(&self) -> impl Iterator<Item = &'static str> {
        self.hosts.iter().map(|host| host.role)
    }

    /// Every role that an address may have: one address can serve several.
    pub(crate) fn has_role(&self, url: &Url, role: &str) -> bool {
        self.hosts
            .iter()
            .any(|host| host.role == role && host.has(url))
    }

    /// The endpoint that was asked.
    #[must_use]
    pub fn endpoint_of(&self, exchange: &Exchange) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| {
            endpoint.method == exchange.method
                && self.has_role(&exchange.url, endpoint.host)
                && matches_path(&endpoint.path, exchange.url.path())
        })
    }

    /// The endpoint of this name.
    #[must_use]
    pub fn endpoint(&self, name: &str) -> Option<&Endpoint> {
        self.endpoints.iter().find(|endpoint| endpoint.name == name)
    }
}

/// One endpoint.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Endpoint {
    /// The name, which is also that of its shape.
    pub name: &'static str,
    /// The purpose, in words for readers who don't know the API.
    pub purpose: &'static str,
    /// The method.
    pub method: String,
    /// The path, with `{id}` and the like for what varies.
    pub path: String,
    /// The role of its host.
    pub host: &'static str,
    /// The expected answer.
    pub answer: Answer,
    /// The known statuses. Of those that are no success only the status is looked at.
    pub statuses: Vec<u16>,
    /// The content types that were seen; empty where none is known.
    pub content_types: Vec<&'static str>,
    /// The client's job needs it.
    pub is_essential: bool,
    /// An empty body is a good answer.
    pub may_be_empty: bool,
    /// Places of numbers that have to agree with others.
    pub meanings: Vec<(&'static str, Meaning)>,
    /// The client's own decoder, which decides what is breaking.
    pub reader: Option<Reader>,
    /// Names of the fields or parts that a browser was seen to send.
    pub sends: Vec<&'static str>,
    /// The part of a sync that does not happen when the endpoint cannot be used, as a sentence; empty when the description has none.
    pub stops: &'static str,
    /// Text of a page that refuses one entry, such as that of another user, with a status of success.
    pub refusal: Option<&'static str>,
}

/// The expected answer of an endpoint.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Answer {
    /// JSON of this shape.
    Json {
        /// The checked-in shape.
        known: Known,
        /// How it was learned: tag and open places, without documents.
        like: Shape,
        /// Places of numbers that are codes of the service, such as the number of a sport.
        codes: Vec<&'static str>,
    },
    /// A page.
    Page(PageSpec),
    /// A file whose text begins with one of these, white space and an XML declaration aside.
    File(Vec<&'static str>),
    /// Unknown: whatever comes is recorded.
    Unknown,
}

impl Endpoint {
    fn new(name: &'static str, purpose: &'static str, request: &str, answer: Answer) -> Self {
        let (method, path) = request.split_once(' ').unwrap_or(("GET", request));
        // Queries are not part of the place.
        let path = path.split('?').next().unwrap_or_default();
        Self {
            name,
            purpose,
            method: method.to_owned(),
            path: path.to_owned(),
            host: "web",
            answer,
            statuses: vec![200],
            content_types: Vec::new(),
            is_essential: true,
            may_be_empty: false,
            meanings: Vec::new(),
            reader: None,
            sends: Vec::new(),
            stops: "",
            refusal: None,
        }
    }

    /// One that answers JSON of a checked-in shape. `request` is a method and a path template: `GET /api/item/{id}`.
    #[must_use]
    pub fn json(name: &'static str, purpose: &'static str, request: &str, shape: &str) -> Self {
        let answer = Answer::Json {
            known: Known::parse(shape),
            like: Shape::new(),
            codes: Vec::new(),
        };
        Self::new(name, purpose, request, answer).with_content_types(&["application/json"])
    }

    /// One that answers a page.
    #[must_use]
    pub fn page(name: &'static str, purpose: &'static str, request: &str, page: PageSpec) -> Self {
        Self::new(name, purpose, request, Answer::Page(page)).with_content_types(&["text/html"])
    }

    /// One that answers a file.
    #[must_use]
    pub fn file(
        name: &'static str,
        purpose: &'static str,
        request: &str,
        starts: &[&'static str],
    ) -> Self {
        Self::new(name, purpose, request, Answer::File(starts.to_vec()))
    }

    /// One whose answer was never recorded.
    #[must_use]
    pub fn unknown(name: &'static str, purpose: &'static str, request: &str) -> Self {
        Self::new(name, purpose, request, Answer::Unknown)
    }

    /// The same on another host.
    #[must_use]
    pub fn on(mut self, host: &'static str) -> Self {
        self.host = host;
        self
    }

    /// The same, but the job can be done without it: no difference of it is breaking.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.is_essential = false;
        self
    }

    /// The same with these content types.
    #[must_use]
    pub fn with_content_types(mut self, types: &[&'static str]) -> Self {
        self.content_types = types.to_vec();
        self
    }

    /// The same with these statuses.
    #[must_use]
    pub fn with_statuses(mut self, statuses: &[u16]) -> Self {
        self.statuses = statuses.to_vec();
        self
    }

    /// The same; the job needs these places besides those that no reader can do without.
    #[must_use]
    pub fn needing(mut self, paths: &[&str]) -> Self {
        if let Answer::Json { known, .. } = &mut self.answer {
            *known = std::mem::take(known).needing(paths);
        }
        self
    }

    /// The same; the whole numbers at these places were so by chance.
    #[must_use]
    pub fn with_fractions(mut self, paths: &[&str]) -> Self {
        if let Answer::Json { known, .. } = &mut self.answer {
            *known = std::mem::take(known).with_fractions(paths);
        }
        self
    }

    /// The same; these places may be null, although each object that its shape was learned from has a value there.
    #[must_use]
    pub fn with_nulls(mut self, paths: &[&str]) -> Self {
        if let Answer::Json { known, .. } = &mut self.answer {
            *known = std::mem::take(known).with_nulls(paths);
        }
        self
    }

    /// The same; at these places stand words of a long list, such as the kinds of sport, of which its shape has some.
    #[must_use]
    pub fn with_any_word(mut self, paths: &[&str]) -> Self {
        if let Answer::Json { known, .. } = &mut self.answer {
            *known = std::mem::take(known).without_words(paths);
        }
        self
    }

    /// The same; an empty answer says that this workout has none.
    #[must_use]
    pub fn may_be_empty(mut self) -> Self {
        self.may_be_empty = true;
        self
    }

    /// The same; the numbers at these places have these meanings.
    #[must_use]
    pub fn with_meanings(mut self, meanings: &[(&'static str, Meaning)]) -> Self {
        self.meanings.extend(meanings);
        self
    }

    /// The same; words at these places are about the user (a country, for example): they are neither shown nor kept.
    #[must_use]
    pub fn with_private_words(mut self, paths: &[&str]) -> Self {
        if let Answer::Json { known, .. } = &mut self.answer {
            *known = std::mem::take(known).without_words(paths);
        }
        self
    }

    /// The same; its shape was learned with this tag. See [`Shape::tagged`].
    #[must_use]
    pub fn tagged(mut self, member: &'static str) -> Self {
        if let Answer::Json { like, .. } = &mut self.answer {
            *like = std::mem::take(like).tagged(member);
        }
        self
    }

    /// The same; its shape was learned with this open place. See [`Shape::open_at`].
    #[must_use]
    pub fn open_at(mut self, place: &'static str) -> Self {
        if let Answer::Json { like, .. } = &mut self.answer {
            *like = std::mem::take(like).open_at(place);
        }
        self
    }

    /// The same; numbers at these places are codes of the service, not personal data.
    #[must_use]
    pub fn with_codes(mut self, places: &[&'static str]) -> Self {
        if let Answer::Json { codes, .. } = &mut self.answer {
            codes.extend(places);
        }
        self
    }
}

/// Whether a path has the form of a template, segment by segment.
pub(crate) fn matches_path(template: &str, path: &str) -> bool {
    let mut wanted = template.trim_matches('/').split('/');
    let mut given = path.trim_matches('/').split('/');
    loop {
        match (wanted.next(), given.next()) {
            (None, None) => return true,
            (Some(wanted), Some(given)) if wanted.starts_with('{') => {
                if given.is_empty() {
                    return false;
                }
            }
            (Some(wanted), Some(given)) if wanted == given => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_match_templates_by_segments() {
        for (template, path, fits) in [
            ("/api/{id}/summary", "/api/7/summary", true),
            ("/api/{id}/summary", "/api/7/8/summary", false),
            ("/api/{id}/summary", "/api//summary", false),
            ("/home", "/home/", true),
            ("/home", "/homes", false),
            ("/", "/", true),
            ("/", "/x", false),
        ] {
            assert_eq!(matches_path(template, path), fits, "{template} {path}");
        }
    }

    #[test]
    fn an_address_has_the_roles_of_its_host() {
        let proxy = Url::parse("http://127.0.0.1:8080").unwrap();
        let service = Service::new(
            "X",
            [
                Host::new("web", "https://x.example").or_at(Some(&proxy)),
                Host::new("auth", "https://a.example"),
            ],
            [Endpoint::unknown("up", "", "POST /up?x=1")],
        );
        let at = |url: &str| service.role_of(&Url::parse(url).unwrap());
        assert_eq!(at("https://x.example/any"), Some("web"));
        assert_eq!(at("http://127.0.0.1:8080/any"), Some("web"));
        assert_eq!(at("http://127.0.0.1:8081/any"), None);
        assert_eq!(at("https://a.example/"), Some("auth"));
        let up = Exchange::new("post", Url::parse("https://x.example/up").unwrap(), 200);
        assert_eq!(service.endpoint_of(&up).map(|it| it.name), Some("up"));
    }
}
