//! Pages: the places and forms that a client looks for.

use url::Url;
use web_session::page::Page;

use crate::finding::{Finding, Kind, Weight};
use crate::redact::Names;

mod form;

pub use form::Form;

/// The known places and forms of a page.
#[derive(Debug, Clone, Default)]
pub struct PageSpec {
    anchors: Vec<Anchor>,
    forms: Vec<Form>,
}

/// A place of a page: one that a value is read from, or that proves which page it is.
#[derive(Debug, Clone)]
pub struct Anchor {
    name: &'static str,
    selectors: Vec<&'static str>,
    is_essential: bool,
}

impl PageSpec {
    /// A page of which nothing is known yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with a place: `name` in words, and the CSS selectors of which one has to be there.
    #[must_use]
    pub fn needs(mut self, name: &'static str, selectors: &[&'static str]) -> Self {
        self.anchors.push(Anchor {
            name,
            selectors: selectors.to_vec(),
            is_essential: true,
        });
        self
    }

    /// The same with a place that the client can do without.
    #[must_use]
    pub fn has(mut self, name: &'static str, selectors: &[&'static str]) -> Self {
        self.anchors.push(Anchor {
            name,
            selectors: selectors.to_vec(),
            is_essential: false,
        });
        self
    }

    /// The same with a form.
    #[must_use]
    pub fn form(mut self, form: Form) -> Self {
        self.forms.push(form);
        self
    }

    /// Names of fields that are known, for a page to be written without its values.
    pub(crate) fn field_names(&self) -> impl Iterator<Item = &'static str> {
        self.forms.iter().flat_map(Form::field_names)
    }

    /// Names and selectors of places, names and actions of forms.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let anchors = self.anchors.iter().flat_map(|anchor| {
            let selectors = anchor.selectors.iter().copied();
            selectors.chain([anchor.name])
        });
        let forms = self.forms.iter().flat_map(Form::texts);
        anchors.chain(forms)
    }

    /// The selectors of every place.
    pub(crate) fn selectors(&self) -> impl Iterator<Item = &'static str> {
        self.anchors
            .iter()
            .flat_map(|anchor| anchor.selectors.iter().copied())
    }

    /// Whether the page is the one that is meant: each place that is needed stands on it.
    pub(crate) fn is_there(&self, text: &str) -> bool {
        let Ok(page) = Page::parse(text) else {
            return false;
        };
        let mut needed = self.anchors.iter().filter(|it| it.is_essential).peekable();
        needed.peek().is_some()
            && needed.all(|anchor| {
                let mut selectors = anchor.selectors.iter();
                selectors.any(|selector| !page.select(selector).is_empty())
            })
    }

    /// Missing and new places of the page at this address.
    pub(crate) fn compare(&self, endpoint: &str, at: &Url, text: &str) -> Vec<Finding> {
        let page = match Page::parse(text) {
            Ok(page) => page,
            Err(_) => {
                let finding = Finding::new(endpoint, "", Kind::Content, Weight::Breaking);
                return vec![finding.between("a page", "a page that is too large or too deep")];
            }
        };
        let mut found = Vec::new();
        for anchor in &self.anchors {
            let is_there = |selector: &&str| !page.select(selector).is_empty();
            if !anchor.selectors.iter().any(is_there) {
                let weight = weight(anchor.is_essential);
                found.push(
                    Finding::new(endpoint, anchor.name, Kind::Anchor, weight)
                        .between(anchor.selectors.join(" or "), "not on the page"),
                );
            }
        }
        let known = Names::of_page(self);
        for form in &self.forms {
            form.compare(endpoint, at, &page, &known, &mut found);
        }
        found
    }
}

const fn weight(is_breaking: bool) -> Weight {
    match is_breaking {
        true => Weight::Breaking,
        false => Weight::Additive,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<form action="/search"><input name="q"></form><button id="up">Up</button>
        <form action="/new/activity"><input type="hidden" name="_eventName"><input name="distance"><input name="__fp"></form>"#;

    fn found(change: impl Fn(String) -> String) -> Vec<(String, Kind, Weight, String)> {
        let spec = PageSpec::new()
            .needs("the upload button", &["#up", ".upload"])
            .has("a meta tag", &["[name]"])
            .form(Form::new(
                "entry form",
                "/new/activity",
                &["distance"],
                &["_eventName", "__fp"],
            ));
        let at = Url::parse("https://h.example/new/activity").unwrap();
        let found = spec.compare("page", &at, &change(PAGE.to_owned()));
        found
            .into_iter()
            .map(|it| (it.place, it.kind, it.weight, it.now))
            .collect()
    }

    fn one(from: &'static str, to: &'static str) -> (String, Kind, Weight, String) {
        let found = found(|page| page.replace(from, to));
        assert_eq!(found.len(), 1, "{found:?}");
        found[0].clone()
    }

    #[test]
    fn a_page_as_known_gives_nothing() {
        assert_eq!(found(|page| page), []);
    }

    #[test]
    fn anchors_forms_and_fields_are_named() {
        let expect =
            |place: &str, kind, weight, now: &str| (place.to_owned(), kind, weight, now.to_owned());
        use Weight::{Additive, Breaking};
        assert_eq!(
            one(r#"id="up""#, ""),
            expect(
                "the upload button",
                Kind::Anchor,
                Breaking,
                "not on the page"
            )
        );
        assert_eq!(
            one(r#"name="distance""#, r#"name="km""#),
            expect(
                "entry form: distance",
                Kind::Field,
                Breaking,
                "gone; km is new"
            )
        );
        assert_eq!(
            one(r#"<input name="__fp">"#, ""),
            expect("entry form: __fp", Kind::Field, Additive, "gone")
        );
        assert_eq!(
            one(
                r#"<input name="__fp">"#,
                r#"<input name="__fp"><input name="mood">"#
            ),
            expect("entry form: mood", Kind::Field, Additive, "new")
        );
        assert_eq!(
            one("/new/activity", "/create"),
            expect("entry form", Kind::Form, Additive, "sent elsewhere")
        );
        let gone = found(|page| {
            page.replace("/new/activity", "/create")
                .replace("distance", "km")
        });
        assert_eq!(
            gone,
            [expect(
                "entry form",
                Kind::Form,
                Breaking,
                "not on the page"
            )]
        );
    }
}
