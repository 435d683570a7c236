//! The changes: each is one thing that a service does otherwise from now on, and what a look must say of it.

use std::sync::Arc;

use fake_services::Leaving;
use system_tests::World;

mod edits;
mod polar;
mod readings;
mod runkeeper;
mod sign_in;

pub use polar::polar;
pub use runkeeper::runkeeper;

/// Which fake, and which listener of it.
#[derive(Debug, Clone, Copy)]
pub enum Host {
    Flow,
    Auth,
    Site,
}

/// A change, and what must be said of it.
#[derive(Clone)]
pub struct Change {
    pub name: String,
    pub host: Host,
    pub at: &'static str,
    pub edit: Arc<dyn Fn(&mut Leaving) + Send + Sync>,
    pub endpoint: &'static str,
    pub place: &'static str,
    pub weight: &'static str,
}

impl Change {
    pub fn happen(&self, world: &World) {
        let edit = Arc::clone(&self.edit);
        let faults = match self.host {
            Host::Flow => world.polar.faults(),
            Host::Auth => world.polar.auth_faults(),
            Host::Site => world.runkeeper.faults(),
        };
        faults.change(self.at, move |answer| edit(answer));
    }
}

pub(crate) fn change(
    name: &str,
    (host, at): (Host, &'static str),
    (endpoint, place, weight): (&'static str, &'static str, &'static str),
    edit: impl Fn(&mut Leaving) + Send + Sync + 'static,
) -> Change {
    Change {
        name: name.to_owned(),
        host,
        at,
        edit: Arc::new(edit),
        endpoint,
        place,
        weight,
    }
}

pub(crate) const CALENDAR: (Host, &str) = (Host::Flow, "GET /training/getCalendarEvents");
pub(crate) const SUMMARY: (Host, &str) = (Host::Flow, "GET /api/training/analysis");
pub(crate) const ACCOUNT: (Host, &str) = (Host::Flow, "GET /api/account/users/current/user");
pub(crate) const HISTORY: (Host, &str) = (Host::Flow, "POST /api/training/history");
pub(crate) const TCX: (Host, &str) = (Host::Flow, "GET /api/export/training/tcx");
pub(crate) const MONTH: (Host, &str) = (Host::Site, "GET /activitiesByDateRange");
pub(crate) const HOME: (Host, &str) = (Host::Site, "GET /home");
pub(crate) const NEW: (Host, &str) = (Host::Site, "GET /new/activity");
pub(crate) const ACTIVITY: (Host, &str) = (Host::Site, "GET /user");
pub(crate) const EDIT: (Host, &str) = (Host::Site, "GET /edit/activity");

pub(crate) const BREAKING: &str = "breaking";
pub(crate) const ADDITIVE: &str = "additive";
/// A variation that services have: nothing may be said of it.
pub(crate) const SILENT: &str = "";
