//! What pages of the site say about the visitor.

use web_session::page::Page;

/// Whether a page offers both to log in and to sign up: the sign of a visitor without a session (2026-04).
pub(crate) fn says_signed_out(page: &Page) -> bool {
    let text = page.visible_text().to_ascii_lowercase();
    has_words(&text, "log in") && has_words(&text, "sign up")
}

fn has_words(text: &str, words: &str) -> bool {
    text.match_indices(words).any(|(at, _)| {
        let is_end = |c: Option<char>| !c.is_some_and(char::is_alphanumeric);
        is_end(text[..at].chars().next_back()) && is_end(text[at + words.len()..].chars().next())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_asks_to_log_in_or_sign_up_is_signed_out() {
        let says = |page: &str| says_signed_out(&Page::parse(page).unwrap());
        assert!(says("<a>Log In</a> or <a>Sign Up</a>"));
        assert!(says("<a>Log in</a><a>sign up</a>!"));
        for other in [
            "<a>Sign up for a race</a><script>'log in'</script>",
            "<p>From the catalog in the shop: sign up</p>",
            "<p>log into, sign up</p>",
        ] {
            assert!(!says(other), "{other}");
        }
    }
}
