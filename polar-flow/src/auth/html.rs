//! The few things that are read from sign-in pages.

use secrecy::SecretString;

/// The value of `<input name="...">`, in either order of the attributes and either kind of quotation mark.
pub(super) fn hidden_field(html: &str, name: &str) -> Option<SecretString> {
    for tag in html.split('<').filter(|tag| tag.starts_with("input")) {
        let tag = tag.split('>').next().unwrap_or(tag);
        if attribute(tag, "name").as_deref() == Some(name) {
            return attribute(tag, "value").map(SecretString::from);
        }
    }
    None
}

fn attribute(tag: &str, name: &str) -> Option<String> {
    let mut rest = tag;
    loop {
        let at = rest.find(name)?;
        let before = rest[..at].chars().next_back();
        let after = rest[at + name.len()..].trim_start();
        rest = &rest[at + name.len()..];
        let Some(value) = after.strip_prefix('=').map(str::trim_start) else {
            continue;
        };
        if !before.is_some_and(char::is_whitespace) {
            continue;
        }
        let quote = value.chars().next()?;
        return if quote == '"' || quote == '\'' {
            value[1..].split(quote).next().map(str::to_owned)
        } else {
            value.split([' ', '/', '>']).next().map(str::to_owned)
        };
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn fields_are_found_however_they_are_written() {
        for html in [
            r#"<form><input type="hidden" name="csrfToken" value="a-1"/></form>"#,
            "<INPUT><input value='a-1' data-name='x' name='csrfToken'>",
            "<input name=csrfToken value=a-1>",
        ] {
            assert_eq!(
                hidden_field(html, "csrfToken").unwrap().expose_secret(),
                "a-1",
                "{html}"
            );
        }
        assert!(hidden_field("<input name='other' value='x'>", "csrfToken").is_none());
    }
}
