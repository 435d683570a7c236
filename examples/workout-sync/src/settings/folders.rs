//! The folders of the user, and of each account.

use std::path::PathBuf;

use etcetera::BaseStrategy;

use super::Flags;
use crate::exit::Failure;

/// Where this user's files go.
pub(crate) struct Folders {
    pub(crate) config: PathBuf,
    pub(super) data: PathBuf,
}

impl Folders {
    pub(super) fn find() -> Result<Self, &'static str> {
        let folders = etcetera::base_strategy::choose_native_strategy().map_err(|_| {
            "there is no home directory: set HOME, or name the files with SYNC_LEDGER, POLAR_SESSION and RUNKEEPER_SESSION"
        })?;
        let data = folders.data_dir();
        // Apple's folder of preferences is for files that the system writes.
        let config = if cfg!(target_vendor = "apple") {
            data.clone()
        } else {
            folders.config_dir()
        };
        Ok(Self {
            config: config.join(OUR_NAME),
            data: data.join(OUR_NAME),
        })
    }

    /// All files of an account lie in one folder.
    pub(super) fn of_account(self, name: &str) -> Self {
        let folder = self.data.join("accounts").join(name);
        Self {
            config: folder.clone(),
            data: folder,
        }
    }
}

/// The name of an account.
pub(super) struct Account(pub(super) String);

impl Account {
    /// The one that the flag or `SYNC_ACCOUNT` names.
    pub(super) fn named(
        flags: &Flags,
        env: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, Failure> {
        let (from, name) = match (&flags.account, env("SYNC_ACCOUNT")) {
            (Some(name), _) => ("--account", name.clone()),
            (None, Some(name)) if !name.is_empty() => ("SYNC_ACCOUNT", name),
            _ => return Ok(None),
        };
        if !is_account(&name) {
            let why = "is made of letters, digits, `-` and `_`, 64 at most";
            return Err(Failure::usage(format!(
                "{from}: the name of an account {why}"
            )));
        }
        Ok(Some(Self(name)))
    }
}

/// Whether a name can be that of a folder, on every system.
#[must_use]
pub fn is_account(name: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=64).contains(&name.len()) && name.bytes().all(fits)
}

/// The name of our folders.
const OUR_NAME: &str = "workout-sync";
