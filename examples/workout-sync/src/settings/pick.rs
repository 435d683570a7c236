//! Where a value comes from: flag, environment variable or settings file, in this order of precedence.

use std::fs::File;
use std::path::Path;

use secrecy::SecretString;
use url::Url;

use super::{Credentials, SettingsFile, file};
use crate::exit::Failure;
use crate::text;

/// A year in milliseconds: beyond that it is a typing error, and sums with it would not fit.
const MOST: u64 = 31_536_000_000;
/// More than any password.
const LARGEST_SECRET: usize = 64 * 1024;

/// Finds the value that wins, and remembers where it came from, so that an error can name the place.
pub(super) struct Picker<'a> {
    pub(super) env: &'a dyn Fn(&str) -> Option<String>,
    pub(super) file: &'a SettingsFile,
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
        flag.clone()
            .map(|value| (flag_name.to_owned(), value))
            .or_else(|| Some((variable.to_owned(), self.variable(variable)?)))
            .or_else(|| Some((self.file.place(variable), entry.clone()?)))
    }

    /// A variable that is set to nothing is how many tools unset one.
    fn variable(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.is_empty())
    }

    /// A value that other users of the machine must not see: the variable itself, the file that `..._FILE` names, or a credential of
    /// systemd with the variable's name.
    pub(super) fn secret(&self, variable: &str) -> Result<Option<(String, String)>, Failure> {
        let in_file = format!("{variable}_FILE");
        match (self.variable(variable), self.variable(&in_file)) {
            (Some(_), Some(_)) => Err(Failure::usage(format!(
                "{variable} and {in_file} are both set: set one of them"
            ))),
            (Some(value), None) => Ok(Some((variable.to_owned(), value))),
            (None, Some(path)) => read_secret(in_file, Path::new(&path)).map(Some),
            (None, None) => self.credential(variable),
        }
    }

    fn credential(&self, variable: &str) -> Result<Option<(String, String)>, Failure> {
        let Some(folder) = self.variable("CREDENTIALS_DIRECTORY") else {
            return Ok(None);
        };
        for name in [variable.to_owned(), variable.to_lowercase()] {
            let path = Path::new(&folder).join(&name);
            if path.try_exists().unwrap_or(true) {
                return read_secret(format!("the credential {name}"), &path).map(Some);
            }
        }
        Ok(None)
    }

    pub(super) fn number(
        &self,
        flag: &Option<String>,
        flag_name: &str,
        variable: &str,
        entry: &Option<String>,
        least: u64,
    ) -> Result<Option<u64>, Failure> {
        let Some((from, text)) = self.first(flag, flag_name, variable, entry) else {
            return Ok(None);
        };
        match text.trim().parse::<u64>() {
            Ok(number) if (least..=MOST).contains(&number) => Ok(Some(number)),
            _ => Err(Failure::usage(format!(
                "{from} must be a whole number from {least} to {MOST}, not `{text}` ({variable})"
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

    pub(super) fn email(
        &self,
        prefix: &str,
        section: &file::ServiceSection,
    ) -> Result<Option<SecretString>, Failure> {
        let name = format!("{prefix}_EMAIL");
        let email = match self.secret(&name)? {
            Some(email) => Some(email),
            None => self.text(&name, section.email.as_deref()),
        };
        Ok(email.map(|(_, email)| email.into()))
    }

    pub(super) fn credentials(
        &self,
        prefix: &str,
        section: &file::ServiceSection,
    ) -> Result<Option<Credentials>, Failure> {
        let email = self.email(prefix, section)?;
        let password = self.secret(&format!("{prefix}_PASSWORD"))?;
        match (email, password) {
            (Some(email), Some((_, password))) => Ok(Some(Credentials {
                email,
                password: password.into(),
            })),
            (None, Some((from, _))) => Err(Failure::usage(format!(
                "{from} is set, but {prefix}_EMAIL is not: set both or none"
            ))),
            // An e-mail address alone may stand in the settings file for `sign-in`.
            (_, None) => Ok(None),
        }
    }
}

/// What a file holds, without the end of its line. Errors name the file, never what is in it.
pub(super) fn read_secret(from: String, path: &Path) -> Result<(String, String), Failure> {
    let fail =
        |why: &dyn std::fmt::Display| Failure::usage(format!("{from}: {}: {why}", path.display()));
    let text = File::open(path).and_then(|file| text::read(file, LARGEST_SECRET));
    let text = text.map_err(|error| fail(&error))?;
    let value = text.trim_end_matches(['\r', '\n']);
    if value.is_empty() {
        return Err(fail(&"it is empty"));
    }
    if value.contains(['\r', '\n']) {
        return Err(fail(&"it has more than one line"));
    }
    let value = value.to_owned();
    Ok((from, value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(variables: &[(&str, &str)]) -> Result<Option<String>, String> {
        let env = |name: &str| {
            let found = variables.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        };
        let file = SettingsFile::default();
        let pick = Picker {
            env: &env,
            file: &file,
        };
        match pick.secret("POLAR_PASSWORD") {
            Ok(found) => Ok(found.map(|(_, value)| value)),
            Err(failure) => Err(failure.message),
        }
    }

    #[test]
    fn a_secret_comes_from_a_variable_a_file_or_a_credential() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        std::fs::write(path("named"), "in a file \r\n").unwrap();
        std::fs::write(path("polar_password"), "\u{feff}a credential\n").unwrap();
        let (named, folder) = (path("named"), path(""));
        assert_eq!(secret(&[]), Ok(None));
        assert_eq!(secret(&[("POLAR_PASSWORD", "")]), Ok(None));
        let direct = ("POLAR_PASSWORD", "direct");
        let named = ("POLAR_PASSWORD_FILE", named.as_str());
        let credential = ("CREDENTIALS_DIRECTORY", folder.as_str());
        assert_eq!(secret(&[direct, credential]), Ok(Some("direct".into())));
        assert_eq!(secret(&[named, credential]), Ok(Some("in a file ".into())));
        assert_eq!(secret(&[credential]), Ok(Some("a credential".into())));
        assert!(secret(&[direct, named]).is_err());
        assert_eq!(secret(&[("CREDENTIALS_DIRECTORY", "/nowhere")]), Ok(None));
    }

    #[test]
    fn a_file_that_holds_no_secret_is_refused_without_showing_it() {
        let folder = tempfile::tempdir().unwrap();
        for content in ["", "\n", "canary\ncanary\n", "canary\0"] {
            let path = folder.path().join("file");
            std::fs::write(&path, content).unwrap();
            let path = path.display().to_string();
            let error = secret(&[("POLAR_PASSWORD_FILE", &path)]).unwrap_err();
            assert!(
                error.contains("POLAR_PASSWORD_FILE") && error.contains(&path),
                "{error}"
            );
            assert!(!error.contains("canary"), "{error}");
        }
        for path in ["/nowhere/file", "/"] {
            assert!(secret(&[("POLAR_PASSWORD_FILE", path)]).is_err());
        }
    }
}
