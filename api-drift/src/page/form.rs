//! Forms of a page: where a browser sends them, and with which fields.

use std::collections::BTreeSet;

use url::Url;
use web_session::page::{Element, Page};

use super::weight;
use crate::finding::{Finding, Kind, Weight};
use crate::redact::Names;

/// A form of a page, which is sent by POST.
#[derive(Debug, Clone)]
pub struct Form {
    name: &'static str,
    action: String,
    essential: Vec<&'static str>,
    usual: Vec<&'static str>,
    is_fixed: bool,
    may_lack: bool,
}

impl Form {
    /// `name` in words, a part of its action, the fields that the client writes, and the others that were seen.
    #[must_use]
    pub fn new(
        name: &'static str,
        action: impl Into<String>,
        essential: &[&'static str],
        usual: &[&'static str],
    ) -> Self {
        Self {
            name,
            action: action.into(),
            essential: essential.to_vec(),
            usual: usual.to_vec(),
            is_fixed: false,
            may_lack: false,
        }
    }

    /// The same; the client sends to this address, wherever the form of the page leads.
    #[must_use]
    pub fn fixed(mut self) -> Self {
        self.is_fixed = true;
        self
    }

    /// The same; a page that builds it by script has no such form.
    #[must_use]
    pub fn may_lack(mut self) -> Self {
        self.may_lack = true;
        self
    }

    pub(super) fn field_names(&self) -> impl Iterator<Item = &'static str> {
        self.essential.iter().chain(&self.usual).copied()
    }

    pub(super) fn texts(&self) -> [&str; 2] {
        [self.name, &self.action]
    }

    /// What differs in the form of the page at this address.
    pub(super) fn compare(
        &self,
        endpoint: &str,
        at: &Url,
        page: &Page,
        known: &Names,
        found: &mut Vec<Finding>,
    ) {
        let forms = page.select("form");
        let Some(form) = self.best(&forms) else {
            if !self.may_lack {
                let finding = Finding::new(endpoint, self.name, Kind::Form, Weight::Breaking);
                let was = format!("a form for {}", self.action);
                found.push(finding.between(was, "not on the page"));
            }
            return;
        };
        self.compare_way(endpoint, at, form, found);
        self.compare_fields(endpoint, form, known, found);
    }

    fn best<'e>(&self, forms: &[Element<'e>]) -> Option<Element<'e>> {
        let with_fields = |form: &&Element<'_>| {
            let names = Fields::of(**form);
            self.essential.iter().any(|field| names.has(field))
        };
        let by_action = || forms.iter().filter(|form| self.leads_on(**form));
        let best = by_action().find(with_fields);
        let best = best.or_else(|| by_action().next());
        best.or_else(|| forms.iter().find(with_fields)).copied()
    }

    fn leads_on(&self, form: Element<'_>) -> bool {
        let action = form.attribute("action");
        action.is_some_and(|action| action.contains(&self.action))
    }

    /// Compares the address and the method of the form.
    fn compare_way(&self, endpoint: &str, at: &Url, form: Element<'_>, found: &mut Vec<Finding>) {
        let mut add = |weight, was: String, now: &str| {
            let finding = Finding::new(endpoint, self.name, Kind::Form, weight);
            found.push(finding.between(was, now));
        };
        let to = at.join(form.attribute("action").unwrap_or_default().trim());
        let was = format!("sent to {}", self.action);
        if !to.is_ok_and(|to| self.stays_at(at, &to)) {
            add(Weight::Breaking, was, "sent to another host");
        } else if !self.leads_on(form) {
            add(weight(self.is_fixed), was, "sent elsewhere");
        }
        let method = form.attribute("method").unwrap_or("post").trim();
        if !method.eq_ignore_ascii_case("post") {
            let now = match method.eq_ignore_ascii_case("get") {
                true => "sent by GET",
                false => "sent by another method",
            };
            add(Weight::Breaking, "sent by POST".to_owned(), now);
        }
    }

    /// Whether a form of the page at `at` is sent to the site of the page. A client that follows the form sends to the same host only.
    fn stays_at(&self, at: &Url, to: &Url) -> bool {
        match self.is_fixed {
            true => site(to).is_none() || site(to) == site(at),
            false => to.host_str() == at.host_str() && to.port() == at.port(),
        }
    }

    fn compare_fields(
        &self,
        endpoint: &str,
        form: Element<'_>,
        known: &Names,
        found: &mut Vec<Finding>,
    ) {
        let there = Fields::of(form);
        let is_fresh = |name: &&String| self.field_names().all(|field| field != name.as_str());
        let fresh: Vec<&String> = there.all().filter(is_fresh).collect();
        let missing = |fields: &[&'static str]| -> Vec<&'static str> {
            let not_sent = fields.iter().filter(|field| !there.sent.contains(**field));
            not_sent.copied().collect()
        };
        let (essential, usual) = (missing(&self.essential), missing(&self.usual));
        let renamed = match (essential.len() + usual.len(), &fresh[..]) {
            (1, [only]) => Some(known.shown(only)),
            _ => None,
        };
        for (fields, weight) in [(essential, Weight::Breaking), (usual, Weight::Additive)] {
            for field in fields {
                let place = format!("{}: {field}", self.name);
                let now = match &renamed {
                    _ if there.disabled.contains(field) => "disabled".to_owned(),
                    Some(name) => format!("gone; {name} is new"),
                    None => "gone".to_owned(),
                };
                let finding = Finding::new(endpoint, &place, Kind::Field, weight);
                found.push(finding.between("a field", now));
            }
        }
        if renamed.is_none() {
            for name in fresh {
                let place = format!("{}: {}", self.name, known.shown(name));
                let finding = Finding::new(endpoint, &place, Kind::Field, Weight::Additive);
                found.push(finding.between("", "new"));
            }
        }
    }
}

/// The names of a form's fields: those that a browser sends, and those that are switched off.
struct Fields {
    sent: BTreeSet<String>,
    disabled: BTreeSet<String>,
}

impl Fields {
    fn of(form: Element<'_>) -> Self {
        let fields = form.select("[name]");
        let fields = fields
            .into_iter()
            .filter(|field| matches!(field.name(), "input" | "textarea" | "select" | "button"));
        let (disabled, sent): (Vec<_>, Vec<_>) = fields.partition(Element::is_disabled);
        let names = |fields: Vec<Element<'_>>| {
            let names = fields.iter().filter_map(|field| field.attribute("name"));
            names.map(str::to_owned).collect::<BTreeSet<_>>()
        };
        let sent = names(sent);
        let mut disabled = names(disabled);
        disabled.retain(|name| !sent.contains(name));
        Self { sent, disabled }
    }

    fn all(&self) -> impl Iterator<Item = &String> {
        self.sent.iter().chain(&self.disabled)
    }

    fn has(&self, name: &str) -> bool {
        self.sent.contains(name) || self.disabled.contains(name)
    }
}

/// The host without `www.`, and the port.
fn site(url: &Url) -> Option<(&str, Option<u16>)> {
    let host = url.host_str()?;
    Some((host.strip_prefix("www.").unwrap_or(host), url.port()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = "<form action=\"/new/activity\" method=\"post\"><input name=\"distance\"><input name=\"notes\"></form>";

    /// Place, weight and present form of each difference.
    fn found(form: &Form, page: &str) -> Vec<(String, Weight, String)> {
        let at = Url::parse("https://h.example/new/activity").unwrap();
        let page = Page::parse(page).unwrap();
        let mut found = Vec::new();
        form.compare("page", &at, &page, &Names::new(), &mut found);
        let shown = found.into_iter().map(|it| (it.place, it.weight, it.now));
        shown.collect()
    }

    fn form() -> Form {
        Form::new("entry form", "/new/activity", &["distance"], &["notes"])
    }

    #[test]
    fn way_and_fields_of_a_form_are_compared() {
        use Weight::{Additive, Breaking};
        let distance = "entry form: distance";
        // A part of the page, what stands there instead, and the differences.
        type Row<'r> = (&'r str, &'r str, &'r [(&'r str, Weight, &'r str)]);
        let rows: &[Row<'_>] = &[
            ("POST", "post", &[]),
            ("method=\"post\"", "", &[]),
            (
                "\"post\"",
                "get",
                &[("entry form", Breaking, "sent by GET")],
            ),
            (
                "\"post\"",
                "dialog",
                &[("entry form", Breaking, "sent by another method")],
            ),
            ("/new/activity", "https://h.example/new/activity", &[]),
            (
                "/new/activity",
                "https://www.h.example/new/activity",
                &[("entry form", Breaking, "sent to another host")],
            ),
            (
                "/new/activity",
                "//upload.example/new/activity",
                &[("entry form", Breaking, "sent to another host")],
            ),
            (
                "/new/activity",
                "https://h.example:8443/new/activity",
                &[("entry form", Breaking, "sent to another host")],
            ),
            (
                "/new/activity",
                "javascript:send('/new/activity')",
                &[("entry form", Breaking, "sent to another host")],
            ),
            (
                "/new/activity",
                "/create",
                &[("entry form", Additive, "sent elsewhere")],
            ),
            (
                "name=\"distance\"",
                "name=\"distance\" disabled",
                &[(distance, Breaking, "disabled")],
            ),
            (
                "<input name=\"distance\">",
                "<fieldset disabled><input name=\"distance\"></fieldset>",
                &[(distance, Breaking, "disabled")],
            ),
            (
                "name=\"notes\"",
                "name=\"notes\" disabled",
                &[("entry form: notes", Additive, "disabled")],
            ),
            (
                "<input name=\"distance\">",
                "<input name=\"distance\"><input name=\"distance\" disabled>",
                &[],
            ),
        ];
        for (from, to, expected) in rows {
            let found = found(&form(), &PAGE.replace(from, to));
            let found: Vec<_> = found
                .iter()
                .map(|(place, weight, now)| (&**place, *weight, &**now))
                .collect();
            assert_eq!(found, *expected, "{from} -> {to}");
        }
    }

    #[test]
    fn a_form_that_the_client_does_not_follow_must_stay_where_it_is() {
        let at = |action: &str| found(&form().fixed(), &PAGE.replace("/new/activity", action));
        assert_eq!(at("/create")[0].1, Weight::Breaking);
        assert_eq!(at("https://www.h.example/new/activity"), []);
        assert_eq!(at("javascript:send('/new/activity')"), []);
    }

    #[test]
    fn a_form_that_may_be_built_by_script_need_not_be_there() {
        let upload = Form::new("upload form", "/upload", &["trackFiles"], &[]).may_lack();
        assert_eq!(found(&upload, PAGE), []);
        let page =
            "<form action=\"https://upload.example/x\"><input type=file name=trackFiles></form>";
        let found = found(&upload, page);
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0].2, "sent to another host");
    }
}
