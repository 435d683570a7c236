//! The outline of a document for a report.

use std::collections::BTreeSet;

use super::Shape;
use crate::redact::Names;

impl Shape {
    /// The members of the document, or of the entries of a list, with their types; nothing below them, and no name that
    /// [`Names`] do not show.
    #[must_use]
    pub fn top_level(&self, names: &Names) -> String {
        let mut lines = BTreeSet::new();
        for (path, place) in &self.places {
            let (prefix, name) = match place.parent.as_deref() {
                Some("") => ("", path.as_str()),
                Some("[]") => ("[].", &path["[].".len()..]),
                _ => continue,
            };
            let types: Vec<&str> = place.types.iter().map(|kind| kind.word()).collect();
            lines.insert(format!(
                "{prefix}{}: {}",
                names.shown(name),
                types.join("|")
            ));
        }
        let lines: Vec<String> = lines.into_iter().collect();
        lines.join("; ")
    }
}
