//! A client that talks to the fake, without the pauses that the live site deserves, and a file for it.

use std::time::Duration;

use chrono::{DateTime, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{BrowserCookie, FakeRunkeeper, PolarSport};
use runkeeper::{Runkeeper, RunkeeperBuilder, TrackUpload};

pub(crate) fn builder(fake: &FakeRunkeeper) -> RunkeeperBuilder {
    Runkeeper::builder()
        .base_url(fake.url().parse().unwrap())
        .auth_url(fake.asics_url().parse().unwrap())
        .pace(Duration::ZERO)
        .first_backoff(Duration::from_millis(1))
        .timeout(Duration::from_secs(5))
}

pub(crate) fn with_password(fake: &FakeRunkeeper) -> RunkeeperBuilder {
    builder(fake).password(FakeRunkeeper::EMAIL, FakeRunkeeper::PASSWORD)
}

pub(crate) fn signed_in(fake: &FakeRunkeeper) -> Runkeeper {
    let client = builder(fake).build().unwrap();
    client
        .import_cookies(&BrowserCookie::header(&fake.browser_cookies()))
        .unwrap();
    client
}

/// A run of two minutes in the last hours of a year.
pub(crate) fn file() -> TrackUpload {
    let start: DateTime<Utc> = "2024-12-31T22:30:00Z".parse().unwrap();
    let recipe = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(120);
    TrackUpload::tcx("polar-81", recipe.build())
}
