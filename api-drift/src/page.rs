//! Pages: the places and forms that a client looks for.

use web_session::page::{Element, Page};

use crate::finding::{Finding, Kind, Weight};
use crate::redact::Names;

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

/// A form of a page.
#[derive(Debug, Clone)]
pub struct Form {
    name: &'static str,
    action: String,
    essential: Vec<&'static str>,
    usual: Vec<&'static str>,
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

    /// The same with a form: `name` in words, a part of its action, the fields that the client writes, and the others that were seen.
    #[must_use]
    pub fn form(
        mut self,
        name: &'static str,
        action: impl Into<String>,
        essential: &[&'static str],
        usual: &[&'static str],
    ) -> Self {
        self.forms.push(Form {
            name,
            action: action.into(),
            essential: essential.to_vec(),
            usual: usual.to_vec(),
        });
        self
    }

    /// Names of fields that are known, for a page to be written without its values.
    pub(crate) fn field_names(&self) -> impl Iterator<Item = &'static str> {
        self.forms
            .iter()
            .flat_map(|form| form.essential.iter().chain(&form.usual).copied())
    }

    /// Names and selectors of places, names and actions of forms.
    pub(crate) fn texts(&self) -> impl Iterator<Item = &str> {
        let anchors = self.anchors.iter().flat_map(|anchor| {
            let selectors = anchor.selectors.iter().copied();
            selectors.chain([anchor.name])
        });
        let forms = self
            .forms
            .iter()
            .flat_map(|form| [form.name, form.action.as_str()]);
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

    /// Missing and new places of a page.
    pub(crate) fn compare(&self, endpoint: &str, text: &str) -> Vec<Finding> {
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
            form.compare(endpoint, &page, &known, &mut found);
        }
        found
    }
}

impl Form {
    fn compare(&self, endpoint: &str, page: &Page, names_of: &Names, found: &mut Vec<Finding>) {
        let forms = page.select("form");
        let action_of = |form: &Element<'_>| {
            form.attribute("action")
                .is_some_and(|action| action.contains(&self.action))
        };
        let with_fields = |form: &Element<'_>| {
            let names = names(*form);
            self.essential.iter().any(|field| names.contains(*field))
        };
        let by_action = forms
            .iter()
            .find(|form| action_of(form) && with_fields(form));
        let best = by_action
            .or_else(|| forms.iter().find(|form| action_of(form)))
            .or_else(|| forms.iter().find(|form| with_fields(form)));
        let Some(form) = best else {
            let finding = Finding::new(endpoint, self.name, Kind::Form, Weight::Breaking);
            found.push(finding.between(format!("a form for {}", self.action), "not on the page"));
            return;
        };
        if !action_of(form) {
            // The client goes by the action of the page.
            let finding = Finding::new(endpoint, self.name, Kind::Form, Weight::Additive);
            found.push(finding.between(format!("sent to {}", self.action), "sent elsewhere"));
        }
        let there = names(*form);
        let known = |name: &String| {
            self.essential.contains(&name.as_str()) || self.usual.contains(&name.as_str())
        };
        let fresh: Vec<&String> = there.iter().filter(|name| !known(name)).collect();
        let gone = |fields: &[&'static str]| -> Vec<&'static str> {
            fields
                .iter()
                .filter(|field| !there.contains(**field))
                .copied()
                .collect()
        };
        let (essential, usual) = (gone(&self.essential), gone(&self.usual));
        let renamed = match (essential.len() + usual.len(), &fresh[..]) {
            (1, [only]) => Some(names_of.shown(only)),
            _ => None,
        };
        for (fields, weight) in [(essential, Weight::Breaking), (usual, Weight::Additive)] {
            for field in fields {
                let place = format!("{}: {field}", self.name);
                let now = match &renamed {
                    Some(name) => format!("gone; {name} is new"),
                    None => "gone".to_owned(),
                };
                let finding = Finding::new(endpoint, &place, Kind::Field, weight);
                found.push(finding.between("a field", now));
            }
        }
        if renamed.is_none() {
            for name in fresh {
                let place = format!("{}: {}", self.name, names_of.shown(name));
                let finding = Finding::new(endpoint, &place, Kind::Field, Weight::Additive);
                found.push(finding.between("", "new"));
            }
        }
    }
}

fn names(form: Element<'_>) -> std::collections::BTreeSet<String> {
    form.select("[name]")
        .iter()
        .filter(|field| matches!(field.name(), "input" | "textarea" | "select" | "button"))
        .filter_map(|field| field.attribute("name"))
        .map(str::to_owned)
        .collect()
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
            .form(
                "entry form",
                "/new/activity",
                &["distance"],
                &["_eventName", "__fp"],
            );
        let found = spec.compare("page", &change(PAGE.to_owned()));
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
