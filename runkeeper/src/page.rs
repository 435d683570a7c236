//! Reading pages: hidden form fields, CSRF values, the visible text.

use scraper::{ElementRef, Html, Selector};

/// What a form's page wants to see again when the form is sent.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct FormFields {
    /// Names and values, in the order of the page.
    pub(crate) fields: Vec<(String, String)>,
    /// Name of the header and its value, from a CSRF meta tag.
    pub(crate) csrf_header: Option<(String, String)>,
}

impl FormFields {
    pub(crate) fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.fields.iter_mut().find(|(field, _)| field == name) {
            Some((_, old)) => *old = value,
            None => self.fields.push((name.to_owned(), value)),
        }
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(field, _)| field == name)
    }

    #[cfg(test)]
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }

    /// What proves that the form came from the site, without what describes an activity or names the event.
    ///
    /// The upload is an event of its own: sending `_eventName=save` along would ask the site to save an empty form.
    pub(crate) fn proof_only(mut self) -> Self {
        self.fields.retain(|(name, _)| is_proof(name));
        self
    }
}

impl std::fmt::Debug for FormFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.fields.iter().map(|(name, _)| name.as_str()).collect();
        write!(f, "FormFields({names:?})")
    }
}

/// Stripes' own fields and anything that sounds like a token.
fn is_proof(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    matches!(name, "_sourcePage" | "__fp" | "secureParams")
        || ["csrf", "xsrf", "token", "nonce", "authenticity"]
            .iter()
            .any(|part| lower.contains(part))
}

/// Which form of a page is meant. The first that fits best wins; forms have changed ids and attributes before.
pub(crate) struct Wanted<'a> {
    /// Part of its action.
    pub(crate) action: &'a str,
    /// A field that it must have had in the past.
    pub(crate) field: &'a str,
}

/// Reads a form: its hidden inputs, preset fields and texts, and the CSRF value of the page. `None` when no form fits.
pub(crate) fn form(page: &str, wanted: &Wanted<'_>) -> Option<FormFields> {
    let document = Html::parse_document(page);
    let forms = select("form");
    let best = document
        .select(&forms)
        .map(|form| (fitness(form, wanted), form))
        .filter(|(fitness, _)| *fitness > 0)
        // max_by_key takes the last of equals; the first is wanted.
        .rev_first_max()?;
    let mut found = FormFields {
        fields: fields_of(best),
        csrf_header: csrf_of(&document),
    };
    add_loose_proofs(&document, &mut found);
    Some(found)
}

trait RevFirstMax<'a> {
    fn rev_first_max(self) -> Option<ElementRef<'a>>;
}

impl<'a, I: Iterator<Item = (u32, ElementRef<'a>)>> RevFirstMax<'a> for I {
    fn rev_first_max(self) -> Option<ElementRef<'a>> {
        let mut best: Option<(u32, ElementRef<'a>)> = None;
        for (fitness, form) in self {
            if best.is_none_or(|(known, _)| fitness > known) {
                best = Some((fitness, form));
            }
        }
        best.map(|(_, form)| form)
    }
}

/// All that the page wants to see again, whatever form it stands in, without events: for an upload whose form the page
/// builds by script.
pub(crate) fn any_proof(page: &str) -> FormFields {
    let document = Html::parse_document(page);
    let mut found = FormFields {
        fields: Vec::new(),
        csrf_header: csrf_of(&document),
    };
    for input in document.select(&select("input[type=hidden]")) {
        add_proof(input, &mut found);
    }
    found
}

fn add_proof(input: ElementRef<'_>, found: &mut FormFields) {
    if let Some((name, value)) = named(input)
        && is_proof(&name)
        && !found.fields.iter().any(|(known, _)| *known == name)
    {
        found.fields.push((name, value));
    }
}

/// Hidden inputs outside of any form belong to every form.
fn add_loose_proofs(document: &Html, found: &mut FormFields) {
    for input in document.select(&select("input[type=hidden]")) {
        let inside = input
            .ancestors()
            .filter_map(ElementRef::wrap)
            .any(|ancestor| ancestor.value().name() == "form");
        if inside {
            continue;
        }
        add_proof(input, found);
    }
}

fn fitness(form: ElementRef<'_>, wanted: &Wanted<'_>) -> u32 {
    let action = form.value().attr("action").unwrap_or_default();
    let has_field = form
        .select(&select("[name]"))
        .any(|field| field.value().attr("name") == Some(wanted.field));
    u32::from(action.contains(wanted.action)) * 2 + u32::from(has_field)
}

fn fields_of(form: ElementRef<'_>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for field in form.select(&select("input[name], textarea[name], select[name]")) {
        let Some((name, value)) = named(field) else {
            continue;
        };
        let kind = field
            .value()
            .attr("type")
            .unwrap_or_default()
            .to_ascii_lowercase();
        let counts = match (field.value().name(), kind.as_str()) {
            ("input", "submit" | "button" | "image" | "reset" | "file" | "password") => false,
            ("input", "checkbox" | "radio") => field.value().attr("checked").is_some(),
            _ => true,
        };
        if counts {
            fields.push((name, value));
        }
    }
    fields
}

fn named(field: ElementRef<'_>) -> Option<(String, String)> {
    let name = field
        .value()
        .attr("name")
        .filter(|name| !name.is_empty())?
        .to_owned();
    let value = match field.value().name() {
        "textarea" => field.text().collect(),
        "select" => field
            .select(&select("option[selected]"))
            .next()
            .and_then(|option| option.value().attr("value"))
            .unwrap_or_default()
            .to_owned(),
        _ => field.value().attr("value").unwrap_or_default().to_owned(),
    };
    Some((name, value))
}

/// The page's CSRF value. Rails calls the tag `csrf-token`, Spring `_csrf` and names its header in `_csrf_header`.
fn csrf_of(document: &Html) -> Option<(String, String)> {
    let metas = select("meta[name][content]");
    let meta = |wanted: &dyn Fn(&str) -> bool| {
        document
            .select(&metas)
            .find(|meta| {
                meta.value()
                    .attr("name")
                    .is_some_and(|name| wanted(&name.to_ascii_lowercase()))
            })
            .and_then(|meta| meta.value().attr("content"))
            .map(str::to_owned)
    };
    let value = meta(&|name| {
        (name.contains("csrf") || name.contains("xsrf"))
            && !["header", "param"].iter().any(|part| name.contains(part))
    })?;
    let header = meta(&|name| name.contains("csrf") && name.contains("header"))
        .filter(|header| !header.is_empty())
        .unwrap_or_else(|| "X-CSRF-Token".to_owned());
    Some((header, value))
}

/// What a person sees of a page: no scripts, no styles, no attributes.
pub(crate) fn visible_text(page: &str) -> String {
    let document = Html::parse_document(page);
    let mut text = String::new();
    for node in document.root_element().descendants() {
        let Some(piece) = node.value().as_text() else {
            continue;
        };
        let hidden = node
            .ancestors()
            .filter_map(ElementRef::wrap)
            .any(|element| {
                matches!(
                    element.value().name(),
                    "script" | "style" | "noscript" | "template"
                )
            });
        if !hidden {
            text.push_str(piece);
            text.push(' ');
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The selectors here are constants; `parse` fails only for ones that were mistyped, and then the tests do too.
#[allow(clippy::expect_used)]
pub(crate) fn select(selector: &'static str) -> Selector {
    Selector::parse(selector).expect("the selector is a constant of this crate")
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &str = r#"<!DOCTYPE html><html><head><title>New</title><meta name="csrf-token" content="meta-value">
        <style>p { color: red }</style></head><body><p>Hello &amp; welcome</p>
        <input type="hidden" name="pageToken" value="loose">
        <form action="/search"><input type="hidden" name="searchToken" value="other form"></form>
        <form action="/new/activity?x=1" method="post"><input type=hidden name=_eventName value=save>
        <input type="hidden" name="_sourcePage" value="a&amp;b"><input type="hidden" name="activityType" value="RUN">
        <input type="file" name="trackFile"><input type="submit" name="go" value="Go"><input type=checkbox name=off value=1>
        <input type=checkbox name=on value=1 checked><textarea name="notes">two
        lines</textarea><select name="gym"><option value="A"><option value="B" selected></select></form>
        <script>var x = "log in";</script></body></html>"#;

    fn new_activity() -> FormFields {
        form(
            PAGE,
            &Wanted {
                action: "/new/activity",
                field: "activityType",
            },
        )
        .unwrap()
    }

    #[test]
    fn a_form_is_read_with_its_own_fields_only() {
        let form = new_activity();
        let names: Vec<&str> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(
            names,
            [
                "_eventName",
                "_sourcePage",
                "activityType",
                "on",
                "notes",
                "gym",
                "pageToken"
            ]
        );
        assert_eq!(form.get("_sourcePage"), Some("a&b"));
        assert_eq!(form.get("gym"), Some("B"));
        assert_eq!(
            form.csrf_header,
            Some(("X-CSRF-Token".into(), "meta-value".into()))
        );
    }

    #[test]
    fn an_upload_takes_the_proof_and_leaves_the_event() {
        let form = new_activity().proof_only();
        let names: Vec<&str> = form.fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["_sourcePage", "pageToken"]);
    }

    #[test]
    fn a_form_is_found_by_its_field_when_its_action_changed() {
        let page = r#"<form action="/x"><input name=q></form><form action="/activity/create"><input name=activityType value=RUN></form>"#;
        let found = form(
            page,
            &Wanted {
                action: "/new/activity",
                field: "activityType",
            },
        )
        .unwrap();
        assert_eq!(found.get("activityType"), Some("RUN"));
        assert_eq!(
            form(
                page,
                &Wanted {
                    action: "/none",
                    field: "none"
                }
            ),
            None
        );
    }

    #[test]
    fn spring_names_its_header_itself() {
        let page = r#"<meta name="_csrf" content="v"><meta name="_csrf_header" content="X-XSRF"><form action=/a></form>"#;
        let found = form(
            page,
            &Wanted {
                action: "/a",
                field: "",
            },
        )
        .unwrap();
        assert_eq!(found.csrf_header, Some(("X-XSRF".into(), "v".into())));
    }

    #[test]
    fn only_what_a_person_sees_is_text() {
        let text = visible_text(PAGE);
        assert!(text.contains("Hello & welcome"));
        assert!(!text.contains("log in") && !text.contains("color"));
    }

    #[test]
    fn values_never_show_in_debug() {
        assert!(!format!("{:?}", new_activity()).contains("a&b"));
    }
}
