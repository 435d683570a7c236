//! A client that talks to the fake, without the pauses that the live site deserves.

use std::time::Duration;

use fake_services::{BrowserCookie, FakeRunkeeper};
use runkeeper::{Credentials, Runkeeper, RunkeeperBuilder};

pub(crate) fn builder(fake: &FakeRunkeeper) -> RunkeeperBuilder {
    Runkeeper::builder()
        .base_url(fake.url().parse().unwrap())
        .asics_url(fake.asics_url().parse().unwrap())
        .pace(Duration::ZERO)
        .first_backoff(Duration::from_millis(1))
        .timeout(Duration::from_secs(5))
}

pub(crate) fn credentials() -> Credentials {
    Credentials::new(
        FakeRunkeeper::EMAIL,
        FakeRunkeeper::PASSWORD.to_owned().into(),
    )
}

pub(crate) fn signed_in(fake: &FakeRunkeeper) -> Runkeeper {
    let client = builder(fake).build().unwrap();
    client
        .import_session(&BrowserCookie::header(&fake.browser_cookies()))
        .unwrap();
    client
}
