//! The fake intervals.icu: the part of its API that sends, lists and changes activities.

mod routes;

use std::io;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDateTime, Utc};

use crate::http::{Bound, Faults, Front, RequestLog, Server};

/// An activity at the fake intervals.icu.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct IntervalsActivity {
    /// Its identifier, such as `i1001`.
    pub id: String,
    /// Wall clock at the start.
    pub start_local: NaiveDateTime,
    /// The start as an instant.
    pub start: DateTime<Utc>,
    /// `Run`, `Ride`, `Workout` and so on.
    pub kind: String,
    /// Seconds without pauses.
    pub moving_s: f64,
    /// Metres.
    pub distance_m: Option<f64>,
    /// The caller's key.
    pub external_id: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// The uploaded file; `None` for a manual activity.
    pub file: Option<Vec<u8>>,
}

#[derive(Debug, Default)]
struct State {
    activities: Vec<IntervalsActivity>,
    next_id: u64,
    /// Answers 409 instead of 200 to a copy.
    conflicts: bool,
    /// Looks at the content only, not at `external_id`.
    content_only: bool,
    strava_stubs: usize,
}

type Shared = Arc<Mutex<State>>;

fn lock(shared: &Shared) -> MutexGuard<'_, State> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running fake of intervals.icu with one account. Dropping it closes its port.
///
/// A copy of a file creates nothing and is answered with 200 and the first activity, whoever sent it; so
/// is a known `external_id`. Its athletes live two hours ahead of UTC.
#[derive(Debug)]
pub struct FakeIntervals {
    _server: Server,
    url: String,
    shared: Shared,
    log: RequestLog,
    faults: Faults,
}

impl FakeIntervals {
    /// The API key of the account.
    pub const API_KEY: &'static str = "intervals-api-key";

    /// Starts with no activity on a free port of loopback.
    ///
    /// # Errors
    /// When the port cannot be opened.
    pub async fn start() -> io::Result<Self> {
        let bound = Bound::on(IpAddr::V4(Ipv4Addr::LOCALHOST)).await?;
        let url = bound.url();
        let shared = Shared::default();
        let (log, faults) = (RequestLog::new(), Faults::default());
        let router = routes::routes(Arc::clone(&shared));
        let router = Front::new("intervals", &log, &faults).guard(router);
        Ok(Self {
            _server: bound.serve(router),
            url,
            shared,
            log,
            faults,
        })
    }

    /// Its address, without a slash at the end.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every activity there is.
    #[must_use]
    pub fn activities(&self) -> Vec<IntervalsActivity> {
        lock(&self.shared).activities.clone()
    }

    /// Starts at which more than one activity is stored: what a double send leaves behind.
    #[must_use]
    pub fn duplicates(&self) -> Vec<DateTime<Utc>> {
        let mut starts: Vec<_> = self.activities().iter().map(|there| there.start).collect();
        starts.sort_unstable();
        let mut doubles: Vec<_> = starts
            .windows(2)
            .filter(|pair| pair[0] == pair[1])
            .map(|pair| pair[0])
            .collect();
        doubles.dedup();
        doubles
    }

    /// Copies are answered with 409 and no id, from now on.
    pub fn answer_copies_with_conflict(&self) {
        lock(&self.shared).conflicts = true;
    }

    /// A known `external_id` means nothing from now on; only the content of files is compared.
    pub fn compare_content_only(&self) {
        lock(&self.shared).content_only = true;
    }

    /// The listing shows so many entries of Strava, of which the API tells little more than an id.
    pub fn show_strava_stubs(&self, count: usize) {
        lock(&self.shared).strava_stubs = count;
    }

    /// The user changes the type of an activity.
    pub fn change_type(&self, id: &str, kind: &str) {
        let mut state = lock(&self.shared);
        if let Some(activity) = state.activities.iter_mut().find(|there| there.id == id) {
            kind.clone_into(&mut activity.kind);
        }
    }

    /// The requests that it received.
    #[must_use]
    pub fn requests(&self) -> &RequestLog {
        &self.log
    }

    /// Scripted faults.
    #[must_use]
    pub fn faults(&self) -> &Faults {
        &self.faults
    }
}
