//! Where a value comes from: flag, environment variable or settings file, in this order of precedence.

use url::Url;

use super::{Credentials, file};
use crate::exit::Failure;

/// Finds the value that wins, and remembers where it came from, so that an error can name the place.
pub(super) struct Picker<'a> {
    pub(super) env: &'a dyn Fn(&str) -> Option<String>,
}

impl Picker<'_> {
    pub(super) fn text(&self, variable: &str, entry: Option<&str>) -> Option<(String, String)> {
        self.first(&None, "", variable, &entry.map(str::to_owned))
    }

    pub(super) fn first(
        &self,
        flag: &Option<String>,
        flag_name: &str,
        variable: &str,
        entry: &Option<String>,
    ) -> Option<(String, String)> {
        // A variable that is set to nothing is how many tools unset one.
        let variable_value = || (self.env)(variable).filter(|value| !value.is_empty());
        flag.clone()
            .map(|value| (flag_name.to_owned(), value))
            .or_else(|| variable_value().map(|value| (variable.to_owned(), value)))
            .or_else(|| {
                entry
                    .clone()
                    .map(|value| ("the settings file".to_owned(), value))
            })
    }

    pub(super) fn number(
        &self,
        flag: &Option<String>,
        flag_name: &str,
        variable: &str,
        entry: &Option<String>,
    ) -> Result<Option<u64>, Failure> {
        let Some((from, text)) = self.first(flag, flag_name, variable, entry) else {
            return Ok(None);
        };
        // A year: beyond that it is a typing error, and sums with it would not fit.
        match text.trim().parse::<u64>() {
            Ok(number) if number <= 31_536_000_000 => Ok(Some(number)),
            _ => Err(Failure::usage(format!(
                "{from} must be a whole number, not `{text}`"
            ))),
        }
    }

    /// `on` and `off`, and what people write instead.
    pub(super) fn switch(
        &self,
        flag: &Option<String>,
        flag_name: &str,
        variable: &str,
        entry: Option<bool>,
    ) -> Result<Option<bool>, Failure> {
        let entry = entry.map(|on| if on { "on" } else { "off" }.to_owned());
        let Some((from, text)) = self.first(flag, flag_name, variable, &entry) else {
            return Ok(None);
        };
        match text.trim().to_ascii_lowercase().as_str() {
            "on" | "yes" | "true" | "1" => Ok(Some(true)),
            "off" | "no" | "false" | "0" => Ok(Some(false)),
            _ => Err(Failure::usage(format!(
                "{from} must be on or off, not `{text}`"
            ))),
        }
    }

    pub(super) fn url(&self, variable: &str, entry: Option<&str>) -> Result<Option<Url>, Failure> {
        let Some((from, text)) = self.text(variable, entry) else {
            return Ok(None);
        };
        let url = Url::parse(&text).ok().filter(|url| {
            matches!(url.scheme(), "http" | "https") && url.has_host() && url.password().is_none()
        });
        match url {
            Some(url) => Ok(Some(url)),
            None => Err(Failure::usage(format!(
                "{from} must be an address such as https://service.example ({variable})"
            ))),
        }
    }

    pub(super) fn credentials(
        &self,
        prefix: &str,
        section: &file::ServiceSection,
    ) -> Result<Option<Credentials>, Failure> {
        let (email_name, password_name) = (format!("{prefix}_EMAIL"), format!("{prefix}_PASSWORD"));
        let email = self.text(&email_name, section.email.as_deref());
        let password = self.text(&password_name, None);
        match (email, password) {
            (Some((_, email)), Some((_, password))) => Ok(Some(Credentials {
                email: email.into(),
                password: password.into(),
            })),
            (None, Some(_)) => Err(Failure::usage(format!(
                "{password_name} is set, but {email_name} is not: set both or none"
            ))),
            // An e-mail address alone may stand in the settings file for `sign-in`.
            (_, None) => Ok(None),
        }
    }
}
