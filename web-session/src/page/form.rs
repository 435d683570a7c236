//! Forms of a page: what a browser would send back, hidden fields and CSRF values included.

use std::collections::HashSet;
use std::fmt;

use crate::secret::SecretString;

use super::{Element, Page};

/// The fields of a form as a browser would send them. `Debug` shows names only.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FormFields {
    /// The form's `action` attribute; empty for the address of the page.
    pub action: String,
    /// Names and values, in the order of the page.
    pub fields: Vec<(String, String)>,
    /// Name of the header and its value, from a CSRF meta tag.
    pub csrf_header: Option<(String, String)>,
}

impl FormFields {
    /// Sets a field, or adds it.
    pub fn set(&mut self, name: &str, value: impl Into<String>) {
        let value = value.into();
        match self.fields.iter_mut().find(|(field, _)| field == name) {
            Some((_, old)) => *old = value,
            None => self.fields.push((name.to_owned(), value)),
        }
    }

    /// Whether there is a field of this name.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    /// The value of a field.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(field, _)| field == name)
            .map(|(_, value)| value.as_str())
    }
}

impl fmt::Debug for FormFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.fields.iter().map(|(name, _)| name.as_str()).collect();
        write!(f, "FormFields({names:?})")
    }
}

/// Selects a form of a page: the first that fits best. Ids and attributes of forms have changed before.
#[derive(Debug, Clone)]
pub struct WantedForm {
    action: String,
    field: String,
}

impl WantedForm {
    /// `action`: part of where it is sent to; `field`: a field that it must have had in the past.
    pub fn new(action: impl Into<String>, field: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            field: field.into(),
        }
    }

    fn fitness(&self, form: Element<'_>) -> u32 {
        let action = form.attribute("action").unwrap_or_default();
        let has_field = form
            .select("[name]")
            .iter()
            .any(|field| field.attribute("name") == Some(&self.field));
        u32::from(action.contains(&self.action)) * 2 + u32::from(has_field)
    }

    /// The first of the forms that fit best.
    fn best<'a>(&self, forms: &[Element<'a>]) -> Option<Element<'a>> {
        let mut best = None;
        let mut known = 0;
        for form in forms {
            let fitness = self.fitness(*form);
            if fitness > known {
                (best, known) = (Some(*form), fitness);
            }
        }
        best
    }
}

impl Page {
    /// Reads a form: its hidden inputs, preset fields and texts, and the CSRF value of the page. `None` when no form fits.
    #[must_use]
    pub fn form(&self, wanted: &WantedForm) -> Option<FormFields> {
        let form = wanted.best(&self.select("form"))?;
        let action = form.attribute("action").unwrap_or_default();
        let mut found = Collected::default();
        for field in form.select("input[name], textarea[name], select[name]") {
            if let Some(name) = name_of(field).filter(|_| !field.is_disabled()) {
                for value in values_of(field) {
                    found.add(name, value);
                }
            }
        }
        let mut found = self.with_what_belongs_to_every_form(found);
        found.action = action.trim().to_owned();
        Some(found)
    }

    /// Every hidden value that a submission must return: of the first form that fits, or of the whole page when no form fits (a
    /// page may build its upload by script).
    ///
    /// Without `_eventName`: an upload is its own event, and `save` would ask the site to save an empty form.
    #[must_use]
    pub fn hidden_values(&self, wanted: &[WantedForm]) -> FormFields {
        let forms = self.select("form");
        let mut found = Collected::default();
        let hidden = match wanted.iter().find_map(|wanted| wanted.best(&forms)) {
            Some(form) => form.select(HIDDEN),
            None => self.select(HIDDEN),
        };
        for input in hidden {
            found.bring_back(input);
        }
        found.form.fields.retain(|(name, _)| name != "_eventName");
        self.with_what_belongs_to_every_form(found)
    }

    /// The value of the first `<input name="...">` of the page, wherever it stands.
    #[must_use]
    pub fn input_value(&self, name: &str) -> Option<SecretString> {
        let inputs = self.select("input[name][value]");
        let input = inputs
            .iter()
            .find(|input| input.attribute("name") == Some(name))?;
        Some(input.attribute("value")?.to_owned().into())
    }

    /// Hidden inputs outside of any form, and the CSRF value of the page: as a header, and as a field of the same name,
    /// because no source records which of the two the site looks at.
    fn with_what_belongs_to_every_form(&self, mut found: Collected) -> FormFields {
        for input in self.select(HIDDEN) {
            if !input.ancestors().any(|around| around.name() == "form") {
                found.bring_back(input);
            }
        }
        let mut form = found.form;
        if let Some(csrf) = self.csrf() {
            if !form.has(&csrf.field) {
                form.fields.push((csrf.field, csrf.value.clone()));
            }
            form.csrf_header = Some((csrf.header, csrf.value));
        }
        form
    }
}

const HIDDEN: &str = "input[type=hidden]";

/// Fields on their way into a form, with their names at hand: a page may have very many.
#[derive(Default)]
struct Collected {
    form: FormFields,
    names: HashSet<String>,
}

impl Collected {
    fn add(&mut self, name: &str, value: String) {
        self.names.insert(name.to_owned());
        self.form.fields.push((name.to_owned(), value));
    }

    fn bring_back(&mut self, input: Element<'_>) {
        let Some(name) = name_of(input).filter(|name| !self.names.contains(*name)) else {
            return;
        };
        if !input.is_disabled() {
            self.add(
                name,
                input.attribute("value").unwrap_or_default().to_owned(),
            );
        }
    }
}

fn name_of(field: Element<'_>) -> Option<&str> {
    field.attribute("name").filter(|name| !name.is_empty())
}

/// One value for most fields; none for what is not ticked or no field of data, several for a list with several choices.
fn values_of(field: Element<'_>) -> Vec<String> {
    let kind = field.attribute("type").unwrap_or_default();
    match field.name() {
        "textarea" => vec![field.raw_text()],
        "select" => choices_of(field),
        _ => match &*kind.to_ascii_lowercase() {
            "submit" | "button" | "image" | "reset" | "file" | "password" => Vec::new(),
            "checkbox" | "radio" if field.attribute("checked").is_none() => Vec::new(),
            "checkbox" | "radio" => vec![field.attribute("value").unwrap_or("on").to_owned()],
            _ => vec![field.attribute("value").unwrap_or_default().to_owned()],
        },
    }
}

/// The chosen entries of a list. A single-choice list without a choice has its first entry chosen.
fn choices_of(list: Element<'_>) -> Vec<String> {
    let mut options = list.select("option");
    options.retain(|option| option.attribute("disabled").is_none());
    let value = |option: &Element<'_>| match option.attribute("value") {
        Some(value) => value.to_owned(),
        None => option.text(),
    };
    let mut chosen = options
        .iter()
        .filter(|option| option.attribute("selected").is_some());
    if list.attribute("multiple").is_some() {
        return chosen.map(value).collect();
    }
    let one = chosen.next_back().or_else(|| options.first());
    one.map(value).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    fn form(page: &str, wanted: &WantedForm) -> Option<FormFields> {
        Page::parse(page).unwrap().form(wanted)
    }

    fn hidden_values(page: &str, wanted: &[WantedForm]) -> FormFields {
        // A busy machine may take longer than the limit.
        let in_an_hour = Instant::now() + Duration::from_secs(3600);
        super::super::parse(page, in_an_hour)
            .unwrap()
            .hidden_values(wanted)
    }

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
        form(PAGE, &WantedForm::new("/new/activity", "activityType")).unwrap()
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
            let found = hidden_values(page, &[WantedForm::new(action, "trackFiles")]);
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
        let found = form(page, &WantedForm::new("/new/activity", "activityType")).unwrap();
        assert_eq!(found.get("activityType"), Some("RUN"));
        assert_eq!(form(page, &WantedForm::new("/none", "none")), None);
    }

    #[test]
    fn spring_names_its_header_itself() {
        let page = r#"<meta name="_csrf" content="v"><meta name="_csrf_header" content="X-XSRF">
            <meta name="_csrf_parameter" content="p"><form action=/a></form>"#;
        let found = form(page, &WantedForm::new("/a", "")).unwrap();
        assert_eq!(found.csrf_header, Some(("X-XSRF".into(), "v".into())));
        assert_eq!(found.get("p"), Some("v"));
    }

    #[test]
    fn an_untouched_form_is_sent_as_by_a_browser() {
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
        let wanted = WantedForm::new("/save", "");
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

    #[test]
    fn an_input_is_found_however_it_is_written() {
        for html in [
            r#"<form><input type="hidden" name="csrfToken" value="a-1"/></form>"#,
            "<INPUT><input value='a-1' data-name='x' name='csrfToken'>",
            "<input name=csrfToken value=a-1>",
            "<p title='<input name=csrfToken value=no>'><input name=csrfToken value=a-1>",
            "<!-- <input name=csrfToken value=no> --><input name=csrfToken value=a-1>",
            "<script>'<input name=csrfToken value=no>'</script><input name = csrfToken value = 'a-1'>",
            "<input name=csrfToken><input name=csrfToken value='&#97;-1'>",
        ] {
            let page = Page::parse(html).unwrap();
            let value = page.input_value("csrfToken").unwrap();
            assert_eq!(value.expose_secret(), "a-1", "{html}");
        }
        let page = Page::parse("<input name='other' value='x'>").unwrap();
        assert!(page.input_value("csrfToken").is_none());
    }

    #[test]
    fn a_page_of_very_many_inputs_is_read() {
        let inputs: String = (0..40_000)
            .map(|n| format!("<input type=hidden name=n{n} value=1>"))
            .collect();
        assert_eq!(hidden_values(&inputs, &[]).fields.len(), 40_000);
    }
}
