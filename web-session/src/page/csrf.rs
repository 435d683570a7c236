//! The CSRF value of a page: its tag, and the names by which it is sent back.

use super::Page;

/// A CSRF value from the page's head.
pub(super) struct Csrf {
    pub(super) header: String,
    pub(super) field: String,
    pub(super) value: String,
}

impl Page {
    /// Rails calls the tag `csrf-token`; Spring calls it `_csrf` and names header and field in `_csrf_header` and
    /// `_csrf_parameter`.
    pub(super) fn csrf(&self) -> Option<Csrf> {
        let metas = self.select("meta[name][content]");
        let meta = |wanted: &dyn Fn(&str) -> bool| {
            metas.iter().find_map(|meta| {
                let (name, content) = (meta.attribute("name")?, meta.attribute("content")?);
                wanted(&name.to_ascii_lowercase()).then(|| (name.to_owned(), content.to_owned()))
            })
        };
        let about = |name: &str| name.contains("csrf") || name.contains("xsrf");
        let named = |part: &'static str| {
            meta(&|name| about(name) && name.contains(part))
                .map(|(_, content)| content)
                .filter(|content| !content.is_empty())
        };
        let (name, value) =
            meta(&|name| about(name) && !name.contains("header") && !name.contains("param"))?;
        Some(Csrf {
            header: named("header").unwrap_or_else(|| "X-CSRF-Token".to_owned()),
            field: named("param").unwrap_or(name),
            value,
        })
    }
}
