//! Reading pages: forms, the visible text, and whether somebody is signed in.

mod csrf;
mod form;

use scraper::{ElementRef, Html, Selector};

pub(crate) use form::{FormFields, Wanted, form, hidden_values};

/// Parses a page and looks at it, in silence.
///
/// The parser and the selector engine write every element with its attributes to the log, at the level `debug`: hidden
/// values, addresses, notes. No page is read in any other way.
pub(crate) fn look<T>(page: &str, at: impl FnOnce(&Html) -> T) -> T {
    tracing::dispatcher::with_default(&tracing::Dispatch::none(), || {
        at(&Html::parse_document(page))
    })
}

/// What a person sees of a page: no scripts, no styles, no attributes.
pub(crate) fn visible_text(page: &str) -> String {
    look(page, |document| {
        let root = *document.root_element();
        let mut text = String::new();
        let mut next = Some(root);
        // Down and along without looking back up at every step: pages can be deep.
        while let Some(node) = next {
            if let Some(piece) = node.value().as_text() {
                for word in piece.split_whitespace() {
                    if !text.is_empty() {
                        text.push(' ');
                    }
                    text.push_str(word);
                }
            }
            let is_hidden = ElementRef::wrap(node).is_some_and(|element| {
                matches!(
                    element.value().name(),
                    "script" | "style" | "noscript" | "template"
                )
            });
            let mut at = node;
            next = node.first_child().filter(|_| !is_hidden);
            while next.is_none() && at != root {
                next = at.next_sibling();
                match at.parent() {
                    Some(parent) => at = parent,
                    None => break,
                }
            }
        }
        text
    })
}

/// Whether a page offers both to log in and to sign up: how the site tells a visitor from a signed-in person (2026-04).
pub(crate) fn says_signed_out(page: &str) -> bool {
    let text = visible_text(page).to_ascii_lowercase();
    has_words(&text, "log in") && has_words(&text, "sign up")
}

fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let is_end = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
        is_end(text[..at].chars().next_back()) && is_end(text[at + words.len()..].chars().next())
    })
}

/// The selectors here are constants; `parse` fails only for ones that were mistyped, and then the tests do too.
#[allow(clippy::expect_used)]
pub(crate) fn select(selector: &'static str) -> Selector {
    Selector::parse(selector).expect("the selector is a constant of this crate")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_a_person_sees_is_text() {
        let page = "<!DOCTYPE html><html><head><title>New</title><style>p { color: red }</style></head><body>\
            <p>Hello &amp;   welcome</p><noscript>no</noscript><ul><li>one<li>two<script>var x = 'log in';</script>\
            </ul>end</body></html>";
        assert_eq!(visible_text(page), "New Hello & welcome one two end");
        assert_eq!(visible_text(""), "");
        assert_eq!(visible_text("<script>x</script>"), "");
    }

    #[test]
    fn a_deep_page_is_read() {
        let deep = "<i>x".repeat(20_000);
        assert_eq!(visible_text(&deep).len(), 2 * 20_000 - 1);
    }

    #[test]
    fn a_page_that_asks_to_log_in_or_sign_up_is_signed_out() {
        assert!(says_signed_out("<a>Log In</a> or <a>Sign Up</a>"));
        assert!(says_signed_out("<a>Log in</a><a>sign up</a>!"));
        assert!(!says_signed_out(
            "<a>Sign up for a race</a><script>'log in'</script>"
        ));
        assert!(!says_signed_out(
            "<p>From the catalog in the shop: sign up</p>"
        ));
        assert!(!says_signed_out("<p>log into, sign up</p>"));
    }
}
