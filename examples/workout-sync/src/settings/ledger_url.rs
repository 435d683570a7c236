//! Which ledger the settings name.

use std::path::PathBuf;

#[cfg(any(feature = "mongodb", feature = "postgres"))]
use secrecy::SecretString;

use super::Flags;
use super::folders::Folders;
use super::pick::Picker;
use crate::exit::Failure;

/// Which ledger, as `sqlite:PATH`, `postgres://...`, `mongodb://...`, `dynamodb:TABLE` or `memory:`.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum LedgerUrl {
    /// An SQLite file.
    Sqlite(PathBuf),
    /// A PostgreSQL database; the address may hold a password.
    #[cfg(feature = "postgres")]
    Postgres(SecretString),
    /// A MongoDB database; the address may hold a password.
    #[cfg(feature = "mongodb")]
    Mongo(SecretString),
    /// The name of a table in DynamoDB.
    #[cfg(feature = "dynamodb")]
    Dynamo(String),
    /// Nothing is remembered.
    Memory,
}

/// The ledger that the flag, the environment or the settings file names, else the file in the user's data directory.
pub(super) fn ledger(
    flags: &Flags,
    pick: &Picker<'_>,
    folders: Result<&Folders, &&'static str>,
) -> Result<LedgerUrl, Failure> {
    let named = match &flags.ledger {
        Some(text) => Some(("--ledger".to_owned(), text.clone())),
        None => pick.secret("SYNC_LEDGER")?,
    };
    match named.or_else(|| pick.text("SYNC_LEDGER", pick.file.ledger.as_deref())) {
        Some((from, text)) => {
            LedgerUrl::parse(&text).map_err(|why| Failure::usage(format!("{from}: {why}")))
        }
        None => {
            let folders = folders.map_err(|why| Failure::usage(*why))?;
            Ok(LedgerUrl::Sqlite(folders.data.join("ledger.sqlite")))
        }
    }
}

impl LedgerUrl {
    /// Reads `sqlite:PATH`, `postgres://...`, `mongodb://...`, `dynamodb:TABLE` or `memory:`.
    ///
    /// # Errors
    /// A description of a valid one; never the text itself.
    pub fn parse(text: &str) -> Result<Self, String> {
        match text.split_once(':') {
            Some(("sqlite", "")) => {
                Err("`sqlite:` needs a path, as in sqlite:ledger.sqlite".into())
            }
            // What SQLite itself calls a database that is gone with the program; such a ledger is no file.
            Some(("sqlite", path)) if path.starts_with(":memory:") => {
                Err("a ledger that is forgotten at the end is named `memory:`".into())
            }
            Some(("sqlite", path)) => Ok(Self::Sqlite(PathBuf::from(path))),
            Some(("memory", "")) => Ok(Self::Memory),
            #[cfg(feature = "postgres")]
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(text.into())),
            #[cfg(not(feature = "postgres"))]
            Some(("postgres" | "postgresql", _)) => Err(left_out("PostgreSQL", "postgres")),
            #[cfg(feature = "mongodb")]
            Some(("mongodb" | "mongodb+srv", _)) => Ok(Self::Mongo(text.into())),
            #[cfg(not(feature = "mongodb"))]
            Some(("mongodb" | "mongodb+srv", _)) => Err(left_out("MongoDB", "mongodb")),
            Some(("dynamodb", "")) => {
                Err("`dynamodb:` needs the name of a table, as in dynamodb:workout-sync".into())
            }
            #[cfg(feature = "dynamodb")]
            Some(("dynamodb", table)) => Ok(Self::Dynamo(table.to_owned())),
            #[cfg(not(feature = "dynamodb"))]
            Some(("dynamodb", _)) => Err(left_out("DynamoDB", "dynamodb")),
            // Not the text itself: it might hold a password.
            _ => Err("a ledger is named as sqlite:PATH, postgres://..., mongodb://..., dynamodb:TABLE or memory:".into()),
        }
    }
}

/// What to do about a store that this build leaves out.
#[must_use]
pub fn left_out(store: &str, feature: &str) -> String {
    format!(
        "this program was built without {store}, whose driver is left out to keep it small; \
         `cargo install --path examples/workout-sync --features {feature}` in its sources makes one that has it"
    )
}

impl std::fmt::Display for LedgerUrl {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sqlite(path) => write!(f, "sqlite:{}", path.display()),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => f.write_str("in PostgreSQL"),
            #[cfg(feature = "mongodb")]
            Self::Mongo(_) => f.write_str("in MongoDB"),
            #[cfg(feature = "dynamodb")]
            Self::Dynamo(table) => write!(f, "dynamodb:{table}"),
            Self::Memory => f.write_str("memory:"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn store_that_is_left_out_comes_with_the_command_that_builds_it() {
        let message = left_out("MongoDB", "mongodb");
        for words in ["without MongoDB", "cargo install", "--features mongodb"] {
            assert!(message.contains(words), "{message}");
        }
    }

    #[test]
    fn databases_are_taken_or_refused_without_repeating_their_address() {
        let parse = LedgerUrl::parse;
        for (address, is_built_in) in [
            ("mongodb://me:canary@db/x", cfg!(feature = "mongodb")),
            ("mongodb+srv://me:canary@db/x", cfg!(feature = "mongodb")),
            ("dynamodb:canary", cfg!(feature = "dynamodb")),
        ] {
            match parse(address) {
                Ok(url) => assert!(is_built_in, "{url}"),
                Err(message) => {
                    assert!(!is_built_in, "{message}");
                    assert!(message.contains("--features"), "{message}");
                    assert!(!message.contains("canary"), "{message}");
                }
            }
        }
    }
}
