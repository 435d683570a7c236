//! The clients of both services, built from the settings.

use polar_flow::{PolarFlow, PolarFlowBuilder};
use runkeeper::{Runkeeper, RunkeeperBuilder};
use secrecy::ExposeSecret;
use sync_core::ServiceError;

use super::ready;
use super::watched::watched;
use crate::exit::Failure;
use crate::settings::{Connector, Settings};

/// A Polar Flow client with the settings' addresses, session file and credentials.
///
/// # Errors
/// When the session file cannot be used.
pub fn polar(settings: &Settings) -> Result<PolarFlow, Failure> {
    let builder = polar_without_session(settings).session(settings.polar.session.store()?);
    builder
        .build()
        .map_err(|error| ServiceError::from(error).into())
}

/// The same for an archive: as many requests at a time as the settings allow, one after the other still with the usual gap.
///
/// # Errors
/// When there is no way to sign in, or the session file cannot be used.
pub fn polar_in_parallel(settings: &Settings) -> Result<PolarFlow, Failure> {
    ready(settings, &Connector::PolarFlow)?;
    let requests = settings.http.parallel;
    let builder = polar_without_session(settings)
        .session_settings(|session| session.max_in_flight(requests))
        .session(settings.polar.session.store()?);
    builder
        .build()
        .map_err(|error| ServiceError::from(error).into())
}

pub(super) fn polar_without_session(settings: &Settings) -> PolarFlowBuilder {
    let (service, http) = (&settings.polar, &settings.http);
    let watched = watched(settings, polar_flow::drift::NAME);
    let mut builder = PolarFlow::builder()
        .timeout(http.timeout)
        .first_backoff(http.backoff)
        .calendar_start(settings.polar_start)
        .on_observation(settings.watch.observer(polar_flow::drift::NAME))
        .session_settings(watched);
    if let Some(url) = &service.url {
        builder = builder.base_url(url.clone());
    }
    if let Some(url) = &settings.polar_auth_url {
        builder = builder.auth_url(url.clone());
    }
    if let Some(gap) = http.pace {
        builder = builder.pace(gap);
    }
    if let Some(credentials) = &service.credentials {
        builder = builder.password(
            credentials.email.expose_secret(),
            credentials.password.expose_secret(),
        );
    }
    builder
}

/// A Runkeeper client with the settings' addresses, session file and credentials.
///
/// # Errors
/// When the session file cannot be used.
pub fn runkeeper(settings: &Settings) -> Result<Runkeeper, Failure> {
    let builder = with_runkeeper_password(settings, runkeeper_without_session(settings));
    builder
        .session(settings.runkeeper.session.store()?)
        .build()
        .map_err(|error| ServiceError::from(error).into())
}

pub(super) fn with_runkeeper_password(
    settings: &Settings,
    builder: RunkeeperBuilder,
) -> RunkeeperBuilder {
    match &settings.runkeeper.credentials {
        Some(credentials) => builder.password(
            credentials.email.expose_secret(),
            credentials.password.expose_secret(),
        ),
        None => builder,
    }
}

pub(super) fn runkeeper_without_session(settings: &Settings) -> RunkeeperBuilder {
    let (service, http) = (&settings.runkeeper, &settings.http);
    let watched = watched(settings, runkeeper::drift::NAME);
    let mut builder = Runkeeper::builder()
        .on_observation(settings.watch.observer(runkeeper::drift::NAME))
        .session_settings(watched)
        .assumed_distance_unit(settings.runkeeper_unit.clone())
        .timeout(http.timeout)
        .upload_timeout(http.upload_timeout)
        .first_backoff(http.backoff);
    if let Some(url) = &service.url {
        builder = builder.base_url(url.clone());
    }
    if let Some(user) = &settings.runkeeper_user {
        builder = builder.user(user.clone());
    }
    if let Some(url) = &settings.asics_id_url {
        builder = builder.auth_url(url.clone());
    }
    if let Some(gap) = http.pace {
        builder = builder.pace(gap);
    }
    builder
}
