//! Taking over the session of a browser that is installed on this machine (Linux): the profiles of Firefox and of
//! Chromium and its kin are read where they lie. Feature `browsers`.
//!
//! ```no_run
//! # fn example(session: web_session::Session) -> Result<(), Box<dyn std::error::Error>> {
//! use web_session::import::browser;
//!
//! for profile in browser::installed() {
//!     match session.import_from_browser(&profile) {
//!         Ok(report) => println!("{profile}: {report}"),
//!         Err(error) => println!("{profile}: {error}"),
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Firefox keeps cookies without a date of expiry in its memory, not in its profile. If a service's session is such a cookie,
//! export it by an extension.

mod chromium;
mod database;
mod firefox;

use std::fmt;
use std::path::{Path, PathBuf};

use super::{Found, ImportError, ImportFormat, ImportReport};
use crate::redact::printable;
use crate::session::Session;

/// The family of a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Browser {
    /// Firefox and what is built from it.
    Firefox,
    /// Chromium, Chrome, Edge, Brave, Vivaldi, Opera.
    Chromium,
}

/// The folder in which a browser keeps what belongs to one of its users.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrowserProfile {
    browser: Browser,
    folder: PathBuf,
}

impl BrowserProfile {
    /// A profile of Firefox: the folder with `cookies.sqlite`.
    pub fn firefox(folder: impl Into<PathBuf>) -> Self {
        Self {
            browser: Browser::Firefox,
            folder: folder.into(),
        }
    }

    /// A profile of Chromium or a browser built from it: the folder with `Cookies` or `Network/Cookies`, usually called
    /// `Default`.
    pub fn chromium(folder: impl Into<PathBuf>) -> Self {
        Self {
            browser: Browser::Chromium,
            folder: folder.into(),
        }
    }

    /// The browser that made it.
    #[must_use]
    pub fn browser(&self) -> Browser {
        self.browser
    }

    /// The profile's folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file with the cookies.
    fn database(&self) -> PathBuf {
        match self.browser {
            Browser::Firefox => self.folder.join("cookies.sqlite"),
            Browser::Chromium => {
                let newer = self.folder.join("Network/Cookies");
                if newer.exists() {
                    newer
                } else {
                    self.folder.join("Cookies")
                }
            }
        }
    }
}

impl fmt::Display for BrowserProfile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.browser {
            Browser::Firefox => "Firefox",
            Browser::Chromium => "Chromium",
        };
        write!(f, "{name} ({})", self.folder.display())
    }
}

/// An import from a browser that failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BrowserError {
    /// There is no database of cookies in the profile.
    #[error("{} does not exist; is this the folder of a browser profile?", path.display())]
    NoDatabase {
        /// The expected place.
        path: PathBuf,
    },
    /// The database is not readable.
    #[error("{} cannot be read: {problem}", path.display())]
    Unreadable {
        /// The database.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// The cookies are encrypted with a key that is not in the profile.
    #[error(
        "the browser has encrypted its cookies with a key in the desktop's keyring, which is not read here; export them \
         by an extension, or start the browser with --password-store=basic and sign in again"
    )]
    Keyring,
    /// The cookies were read, and none is of use.
    #[error(transparent)]
    Import(#[from] ImportError),
}

impl Session {
    /// Takes cookies over from a browser on this machine, as [`import`](Session::import) does from a text. The browser may
    /// be running; its files are only read. Call it from a thread that may block.
    ///
    /// # Errors
    /// When the profile cannot be read or has no usable cookie; the session's own cookies are as before then.
    pub fn import_from_browser(
        &self,
        profile: &BrowserProfile,
    ) -> Result<ImportReport, BrowserError> {
        let path = profile.database();
        let (format, found) = match profile.browser {
            Browser::Firefox => (ImportFormat::Firefox, firefox::read(&path)?),
            Browser::Chromium => (ImportFormat::Chromium, chromium::read(&path)?),
        };
        let Some(bare) = self.base_urls().first().cloned() else {
            return Err(ImportError::NoCookies {
                format,
                advice: "the session has no address",
            }
            .into());
        };
        if found.is_empty() {
            let advice = "sign in there first";
            return Err(ImportError::NoCookies { format, advice }.into());
        }
        Ok(self.take_over(format, found, &bare)?)
    }
}

/// The profiles of the browsers that are installed here, those that were used last first.
#[must_use]
pub fn installed() -> Vec<BrowserProfile> {
    match std::env::var_os("HOME") {
        Some(home) => below(Path::new(&home)),
        None => Vec::new(),
    }
}

const FIREFOX: &[&str] = &[
    ".mozilla/firefox",
    ".config/mozilla/firefox",
    "snap/firefox/common/.mozilla/firefox",
    ".var/app/org.mozilla.firefox/.mozilla/firefox",
    ".librewolf",
];
const CHROMIUM: &[&str] = &[
    ".config/chromium",
    ".config/google-chrome",
    ".config/microsoft-edge",
    ".config/BraveSoftware/Brave-Browser",
    ".config/vivaldi",
    ".config/opera",
    "snap/chromium/common/chromium",
    ".var/app/org.chromium.Chromium/config/chromium",
    ".var/app/com.google.Chrome/config/google-chrome",
];

fn below(home: &Path) -> Vec<BrowserProfile> {
    let folders = |parents: &[&str]| -> Vec<PathBuf> {
        let entries = parents
            .iter()
            .filter_map(|parent| std::fs::read_dir(home.join(parent)).ok());
        let entries = entries.flatten().flatten();
        entries.map(|entry| entry.path()).collect()
    };
    let mut profiles: Vec<BrowserProfile> = folders(FIREFOX)
        .into_iter()
        .map(BrowserProfile::firefox)
        .chain(folders(CHROMIUM).into_iter().map(BrowserProfile::chromium))
        .filter(|profile| profile.database().is_file())
        .collect();
    let used = |profile: &BrowserProfile| profile.database().metadata().ok()?.modified().ok();
    profiles
        .sort_by_cached_key(|profile| (std::cmp::Reverse(used(profile)), profile.folder.clone()));
    profiles
}

fn unreadable(path: &Path, error: impl fmt::Display) -> BrowserError {
    BrowserError::Unreadable {
        path: path.to_owned(),
        problem: printable(&error.to_string()),
    }
}

#[cfg(test)]
mod tests;
