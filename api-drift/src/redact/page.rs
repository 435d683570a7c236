//! Pages: the forms and the places that a client looks for, without what stands in them.

use std::fmt::Write as _;

use web_session::page::{Element, Page};

use super::{Redactor, Rule};
use crate::endpoint::{Answer, Endpoint};
use crate::page::PageSpec;

/// Elements of one place that are kept.
const MOST_OF_A_PLACE: usize = 3;

impl Redactor {
    /// A page of an endpoint, as a page that has the same forms and the same places; `None` when it cannot be read.
    #[must_use]
    pub fn page(&mut self, endpoint: &Endpoint, text: &str) -> Option<String> {
        let page = Page::parse(text).ok()?;
        let nothing = PageSpec::new();
        let spec = match &endpoint.answer {
            Answer::Page(spec) => spec,
            _ => &nothing,
        };
        let mut out = String::from("<!DOCTYPE html>\n<html><head><title>");
        let title = page
            .select("title")
            .first()
            .map(Element::text)
            .unwrap_or_default();
        out.push_str(&self.alias(&title));
        out.push_str("</title></head>\n<body>\n");
        if self.allows(Rule::PageParts) {
            for selector in spec.selectors() {
                for element in page.select(selector).into_iter().take(MOST_OF_A_PLACE) {
                    let attributes = self.attributes(element, selector);
                    let name = match self.names.element(element.name()) {
                        true => element.name(),
                        false => "div",
                    };
                    let text = element.text();
                    let text = match text.trim() {
                        "" => String::new(),
                        text => plain(&self.alias(text)),
                    };
                    let (around, after) = around(selector);
                    let _ = writeln!(out, "{around}<{name}{attributes}>{text}</{name}>{after}");
                }
            }
        }
        for form in page.select("form") {
            let action = self.path(form.attribute("action").unwrap_or_default());
            let _ = writeln!(out, "<form action=\"{action}\"{}>", self.method(form));
            for field in form.select("[name]") {
                let name = field.attribute("name").unwrap_or_default();
                let is_known = spec.field_names().any(|known| known == name);
                let name = match is_known && self.allows(Rule::PageParts) {
                    true => name.to_owned(),
                    false => self.aliases.name(name),
                };
                let value = field.attribute("value").unwrap_or_default();
                let value = match value.is_empty() {
                    true => String::new(),
                    false => self.alias(value),
                };
                let disabled = match field.is_disabled() && self.allows(Rule::PageParts) {
                    true => " disabled",
                    false => "",
                };
                let (name, value) = (plain(&name), plain(&value));
                let _ = writeln!(out, "  <input name=\"{name}\" value=\"{value}\"{disabled}>");
            }
            out.push_str("</form>\n");
        }
        out.push_str("</body></html>\n");
        Some(out)
    }

    /// The method of a form, where it is one of the protocol.
    fn method(&self, form: Element<'_>) -> &'static str {
        let method = form.attribute("method").unwrap_or_default();
        match method.to_ascii_lowercase().as_str() {
            "get" if self.allows(Rule::PageParts) => " method=\"get\"",
            "post" if self.allows(Rule::PageParts) => " method=\"post\"",
            _ => "",
        }
    }

    /// The attributes that the selector asks for, and addresses; of their values what the selector names, and words of known paths.
    fn attributes(&mut self, element: Element<'_>, selector: &str) -> String {
        let mut out = String::new();
        let words: Vec<&str> = selector
            .split(|c: char| !c.is_ascii_alphanumeric() && !"-_:".contains(c))
            .collect();
        let asked = selector
            .match_indices('[')
            .filter_map(|(at, _)| selector[at + 1..].split(['=', ']', '*', '^', '$']).next());
        let mut names: Vec<&str> = asked.chain(["class", "id"]).collect();
        names.dedup();
        for name in names {
            let Some(value) = element.attribute(name) else {
                continue;
            };
            let value = match name {
                "href" | "action" | "src" => self.path(value),
                // Other classes and ids may hold anything.
                "class" | "id" => value
                    .split_whitespace()
                    .filter(|word| words.contains(word))
                    .collect::<Vec<_>>()
                    .join(" "),
                _ if words.contains(&value) => value.to_owned(),
                _ => self.alias(value),
            };
            if !value.is_empty() {
                let _ = write!(out, " {name}=\"{}\"", plain(&value));
            }
        }
        out
    }

    /// An address of the site: words of known paths stay, every other part is replaced.
    fn path(&mut self, address: &str) -> String {
        let path = address.split(['?', '#']).next().unwrap_or_default();
        if !path.starts_with('/') || !self.allows(Rule::Paths) {
            return match path {
                "" => String::new(),
                path => self.alias(path),
            };
        }
        let segments: Vec<String> = path
            .split('/')
            .map(
                |segment| match segment.is_empty() || self.names.segment(segment) {
                    true => segment.to_owned(),
                    false => self.alias(segment),
                },
            )
            .collect();
        segments.join("/")
    }
}

/// The elements around one that a selector such as `#totalDistance .value` asks for: their ids and classes are the selector's own.
fn around(selector: &str) -> (String, String) {
    let (mut before, mut after) = (String::new(), String::new());
    let Some((outer, _)) = selector
        .rsplit_once(' ')
        .filter(|_| !selector.contains(['[', '>', '+', '~']))
    else {
        return (before, after);
    };
    for part in outer.split_whitespace() {
        let named = |sign: char| -> Vec<&str> {
            let parts = part.split_inclusive(['#', '.']).collect::<Vec<_>>();
            let named = parts.windows(2).filter(|it| it[0].ends_with(sign));
            named.map(|it| it[1].trim_end_matches(['#', '.'])).collect()
        };
        before.push_str(&format!(
            "<div id=\"{}\" class=\"{}\">",
            named('#').join(" "),
            named('.').join(" ")
        ));
        after.push_str("</div>");
    }
    (before, after)
}

/// Aliases and known words need no escapes; anything else is left out.
fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !matches!(c, '<' | '>' | '"' | '&'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::page::Form;

    #[test]
    fn a_form_keeps_its_method_and_which_fields_are_disabled() {
        let form = Form::new("form", "/save", &["distance"], &["notes"]);
        let page = PageSpec::new().form(form);
        let endpoint = Endpoint::page("page", "a page", "GET /page", page);
        let text = "<form action='/save' method='GET'><fieldset disabled><input name=distance value=geheim></fieldset>\
                    <input name=notes></form><form action='/x' method=geheim></form>";
        let written = Redactor::new(&[]).page(&endpoint, text).unwrap();
        for part in [
            " method=\"get\">",
            "name=\"distance\" value=\"text-3\" disabled>",
            "name=\"notes\" value=\"\">",
        ] {
            assert!(written.contains(part), "{part}: {written}");
        }
        assert!(!written.contains("geheim"), "{written}");
    }
}
