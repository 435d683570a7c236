//! The accounts: their settings, and their state in the database.

mod added;
mod sealed;
mod settings;
mod store;

pub(crate) use added::{AddedAccount, Sessions};
pub(crate) use settings::{AccountSettings, RouteNames};
pub(crate) use store::{Account, all, change, due_now, find, put, record, remove};
