//! Clients whose answers are watched.

use web_session::SessionBuilder;

use crate::drift;
use crate::settings::Settings;

/// The session of a client whose answers are watched.
pub(super) fn watched(
    settings: &Settings,
    name: &'static str,
) -> impl FnOnce(SessionBuilder) -> SessionBuilder + use<> {
    let attempts = settings.http.attempts;
    let is_watched = settings.record_answers || settings.watch.is_recording();
    let services = if is_watched {
        drift::services(settings)
    } else {
        Vec::new()
    };
    let tap = services
        .into_iter()
        .find(|service| service.name == name)
        .map(|service| settings.watch.tap(service));
    move |session| {
        let session = match attempts {
            Some(attempts) => session.read_attempts(attempts),
            None => session,
        };
        match tap {
            Some(tap) => session.on_answer(tap),
            None => session,
        }
    }
}
