//! Forms of a page: what a browser would send back, hidden fields and CSRF values included.

use scraper::{ElementRef, Html};

use super::csrf::csrf_of;
use super::{look, select};

/// What a form's page wants to see again when the form is sent.
#[derive(Clone, Default, PartialEq, Eq)]
pub(crate) struct FormFields {
    /// Where the form is sent to, as it stands there; empty for the address of the page.
    pub(crate) action: String,
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

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }
}

impl std::fmt::Debug for FormFields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.fields.iter().map(|(name, _)| name.as_str()).collect();
        write!(f, "FormFields({names:?})")
    }
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
    look(page, |document| {
        let forms = select("form");
        let best = document
            .select(&forms)
            .map(|form| (fitness(form, wanted), form))
            .filter(|(fitness, _)| *fitness > 0)
            // max_by_key takes the last of equals; the first is wanted.
            .rev_first_max()?;
        let mut found = FormFields {
            action: action_of(best),
            fields: fields_of(best),
            csrf_header: None,
        };
        add_what_belongs_to_every_form(document, &mut found);
        Some(found)
    })
}

fn action_of(form: ElementRef<'_>) -> String {
    let action = form.value().attr("action").unwrap_or_default();
    action.trim().to_owned()
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

/// Every hidden value that a submission has to bring back: of the first form that fits, or of the whole page where none does (the
/// page of 2026 builds its upload by script).
///
/// Without `_eventName`: an upload is an event of its own, and `save` would ask the site to save an empty form.
pub(crate) fn hidden_values(page: &str, wanted: &[Wanted<'_>]) -> FormFields {
    look(page, |document| {
        let forms = select("form");
        let best = wanted.iter().find_map(|wanted| {
            let forms = document
                .select(&forms)
                .map(|form| (fitness(form, wanted), form));
            forms.filter(|(fitness, _)| *fitness > 0).rev_first_max()
        });
        let mut found = FormFields::default();
        let hidden = select("input[type=hidden]");
        match best {
            Some(form) => form
                .select(&hidden)
                .for_each(|input| found.bring_back(input)),
            None => document
                .select(&hidden)
                .for_each(|input| found.bring_back(input)),
        }
        found.fields.retain(|(name, _)| name != "_eventName");
        add_what_belongs_to_every_form(document, &mut found);
        found
    })
}

impl FormFields {
    fn bring_back(&mut self, input: ElementRef<'_>) {
        let Some(name) = name_of(input).filter(|name| !self.has(name)) else {
            return;
        };
        if !is_disabled(input) {
            let value = input.value().attr("value").unwrap_or_default();
            self.fields.push((name.to_owned(), value.to_owned()));
        }
    }
}

/// Hidden inputs outside of any form, and the CSRF value of the page: as a header, and as a field of the same name, because nobody
/// has recorded which of the two the site looks at.
fn add_what_belongs_to_every_form(document: &Html, found: &mut FormFields) {
    for input in document.select(&select("input[type=hidden]")) {
        let inside = input
            .ancestors()
            .filter_map(ElementRef::wrap)
            .any(|ancestor| ancestor.value().name() == "form");
        if !inside {
            found.bring_back(input);
        }
    }
    if let Some(csrf) = csrf_of(document) {
        if !found.has(&csrf.field) {
            found.fields.push((csrf.field, csrf.value.clone()));
        }
        found.csrf_header = Some((csrf.header, csrf.value));
    }
}

fn fitness(form: ElementRef<'_>, wanted: &Wanted<'_>) -> u32 {
    let action = form.value().attr("action").unwrap_or_default();
    let has_field = form
        .select(&select("[name]"))
        .any(|field| field.value().attr("name") == Some(wanted.field));
    u32::from(action.contains(wanted.action)) * 2 + u32::from(has_field)
}

/// What a browser would send if the form were sent as it stands.
fn fields_of(form: ElementRef<'_>) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    for field in form.select(&select("input[name], textarea[name], select[name]")) {
        let Some(name) = name_of(field) else {
            continue;
        };
        if !is_disabled(field) {
            let values = values_of(field).into_iter();
            fields.extend(values.map(|value| (name.to_owned(), value)));
        }
    }
    fields
}

fn name_of(field: ElementRef<'_>) -> Option<&str> {
    field.value().attr("name").filter(|name| !name.is_empty())
}

/// Switched off: itself, or with the whole group that it stands in.
fn is_disabled(field: ElementRef<'_>) -> bool {
    let is_off = |element: ElementRef<'_>| element.value().attr("disabled").is_some();
    let mut groups = field.ancestors().filter_map(ElementRef::wrap);
    is_off(field) || groups.any(|group| group.value().name() == "fieldset" && is_off(group))
}

/// One value for most fields; none for what is not ticked or no field of data, several for a list with several choices.
fn values_of(field: ElementRef<'_>) -> Vec<String> {
    let attribute = |name: &str| field.value().attr(name);
    match field.value().name() {
        "textarea" => vec![field.text().collect()],
        "select" => choices_of(field),
        _ => match &*attribute("type").unwrap_or_default().to_ascii_lowercase() {
            "submit" | "button" | "image" | "reset" | "file" | "password" => Vec::new(),
            "checkbox" | "radio" if attribute("checked").is_none() => Vec::new(),
            "checkbox" | "radio" => vec![attribute("value").unwrap_or("on").to_owned()],
            _ => vec![attribute("value").unwrap_or_default().to_owned()],
        },
    }
}

/// What is chosen in a list: where nothing is, a list with one choice has its first entry chosen.
fn choices_of(list: ElementRef<'_>) -> Vec<String> {
    let options = select("option");
    let options: Vec<ElementRef<'_>> = list
        .select(&options)
        .filter(|option| option.value().attr("disabled").is_none())
        .collect();
    let value = |option: &ElementRef<'_>| match option.value().attr("value") {
        Some(value) => value.to_owned(),
        None => {
            let text: String = option.text().collect();
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        }
    };
    let mut chosen = options
        .iter()
        .filter(|option| option.value().attr("selected").is_some());
    if list.value().attr("multiple").is_some() {
        return chosen.map(value).collect();
    }
    let one = chosen.next_back().or_else(|| options.first());
    one.map(value).into_iter().collect()
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
                "pageToken",
                "csrf-token"
            ]
        );
        assert_eq!(form.get("_sourcePage"), Some("a&b"));
        assert_eq!(form.get("gym"), Some("B"));
        assert_eq!(form.action, "/new/activity?x=1");
        assert_eq!(
            form.csrf_header,
            Some(("X-CSRF-Token".into(), "meta-value".into()))
        );
    }

    #[test]
    fn an_upload_brings_every_hidden_value_back_and_leaves_the_event() {
        let names = |page: &str, action| {
            let found = hidden_values(
                page,
                &[Wanted {
                    action,
                    field: "trackFiles",
                }],
            );
            found
                .fields
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        let of_form = ["_sourcePage", "activityType", "pageToken", "csrf-token"];
        assert_eq!(names(PAGE, "/new/activity"), of_form);
        let of_page = [
            "pageToken",
            "searchToken",
            "_sourcePage",
            "activityType",
            "csrf-token",
        ];
        assert_eq!(names(PAGE, "/upload"), of_page);
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
        let page = r#"<meta name="_csrf" content="v"><meta name="_csrf_header" content="X-XSRF">
            <meta name="_csrf_parameter" content="p"><form action=/a></form>"#;
        let found = form(
            page,
            &Wanted {
                action: "/a",
                field: "",
            },
        )
        .unwrap();
        assert_eq!(found.csrf_header, Some(("X-XSRF".into(), "v".into())));
        assert_eq!(found.get("p"), Some("v"));
    }

    #[test]
    fn a_form_that_nobody_touched_is_sent_as_a_browser_would() {
        let page = "<form action=' /save '><select name=first><option>X  y<option>Y</select>\
            <select name=text><option>RUN<option selected>WALK</select>\
            <select name=last><option value=a selected><option value=b selected></select>\
            <select name=off><option value='' disabled selected>Choose<option value=c></select>\
            <select name=none></select>\
            <select name=many multiple><option value=1 selected><option><option selected>3</select>\
            <select name=few multiple><option>1</select>\
            <input name=gone disabled value=1><fieldset disabled><input name=group value=1></fieldset>\
            <input type=hidden name=secret disabled value=1>\
            <input type=checkbox name=ticked checked><input type=radio name=r value=1><input type=radio name=r value=2 checked>\
            <input type=PASSWORD name=p value=1><input name=empty></form>";
        let wanted = Wanted {
            action: "/save",
            field: "",
        };
        let form = form(page, &wanted).unwrap();
        let fields: Vec<(&str, &str)> = form
            .fields
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        assert_eq!(
            fields,
            [
                ("first", "X y"),
                ("text", "WALK"),
                ("last", "b"),
                ("off", "c"),
                ("many", "1"),
                ("many", "3"),
                ("ticked", "on"),
                ("r", "2"),
                ("empty", "")
            ]
        );
        assert_eq!(form.action, "/save");
        assert_eq!(hidden_values(page, &[]).fields, []);
    }

    #[test]
    fn values_never_show_in_debug() {
        assert!(!format!("{:?}", new_activity()).contains("a&b"));
    }
}
