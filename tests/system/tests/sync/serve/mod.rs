//! The scheduled service: its page and probes, its notices, its life and death.

mod browser;
mod life;
mod notices;
mod page;

use fake_services::{BrowserCookie, UploadMode};
use system_tests::World;

use crate::processes::with_runs;

/// Three workouts of which Runkeeper refuses the first two; the service has not started.
async fn two_refused() -> World {
    let world = with_runs(3).await;
    world
        .runkeeper
        .next_uploads(2, UploadMode::ErrorJson("not today <b>".into()));
    world
}

/// A signed-in browser's request for Runkeeper, as its developer tools copy it, for a form.
fn pasted(world: &World) -> String {
    let url = format!("{}/home", world.runkeeper.url());
    BrowserCookie::curl(&world.runkeeper.browser_cookies(), &url)
}

/// A value as it stands in a form.
fn encoded(text: &str) -> String {
    text.bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect()
}
