//! Signing in, and taking over a browser's session.

use sync_core::ServiceError;
use web_session::ImportReport;

use super::clients::{
    polar, polar_without_session, runkeeper, runkeeper_without_session, with_runkeeper_password,
};
use crate::exit::Failure;
#[cfg(feature = "browsers")]
use crate::settings::ServiceName;
use crate::settings::Settings;

/// Reads a session that is in the ledger; one in a file has been read.
async fn loaded(session: &web_session::Session) -> Result<(), Failure> {
    let loaded = session.load().await;
    loaded.map_err(|error| Failure::failed(crate::exit::with_causes(&error)))
}

/// Signs in to Polar Flow with e-mail and password, whatever session is kept, and keeps the new one; says how it was done.
///
/// # Errors
/// When no way works; the session that was kept is left as it was then.
pub async fn sign_in_polar(settings: &Settings) -> Result<&'static str, Failure> {
    // First the file: a damaged one is left alone, before any password is used.
    let kept = polar(settings)?;
    loaded(kept.session()).await?;
    // With the kept cookies the client would find that nothing needs to be done, for the account that they belong to.
    let fresh = polar_without_session(settings)
        .build()
        .map_err(ServiceError::from)?;
    let report = fresh.sign_in().await.map_err(ServiceError::from)?;
    let cookies = fresh.session().jar().snapshot();
    kept.session().jar().restore(cookies);
    kept.save_session().await.map_err(ServiceError::from)?;
    Ok(report.by().unwrap_or("password"))
}

/// Signs in to Runkeeper and keeps the session; says how it was done.
///
/// # Errors
/// When no way works.
pub async fn sign_in_runkeeper(settings: &Settings) -> Result<&'static str, Failure> {
    // As for Polar Flow: the kept cookies may be another account's.
    let kept = runkeeper(settings)?;
    loaded(kept.session()).await?;
    let fresh = with_runkeeper_password(settings, runkeeper_without_session(settings))
        .build()
        .map_err(ServiceError::from)?;
    let report = fresh.sign_in().await.map_err(ServiceError::from)?;
    kept.session()
        .jar()
        .restore(fresh.session().jar().snapshot());
    kept.save_session().await.map_err(ServiceError::from)?;
    Ok(report.by().unwrap_or("password"))
}

/// Takes over a browser's cookies for Polar Flow, if they work.
///
/// # Errors
/// When the text brings nothing usable, or the service does not accept it; the session is as it was then.
pub async fn import_polar(settings: &Settings, text: &str) -> Result<ImportReport, Failure> {
    polar(settings)?
        .import_session(text)
        .await
        .map_err(|error| match error {
            polar_flow::Error::Import(error) => Failure::usage(error.to_string()),
            error => ServiceError::from(error).into(),
        })
}

/// Takes over a browser's cookies for Runkeeper, if they work.
///
/// # Errors
/// When the text brings nothing usable, or the service does not accept it; the session is as it was then.
pub async fn import_runkeeper(settings: &Settings, text: &str) -> Result<ImportReport, Failure> {
    // With a password at hand the client would mend dead cookies, and they would seem to work.
    let runkeeper = runkeeper_without_session(settings)
        .session(settings.runkeeper.session.store()?)
        .build()
        .map_err(ServiceError::from)?;
    runkeeper
        .import_session(text)
        .await
        .map_err(|error| match error {
            runkeeper::Error::Import(error) => Failure::usage(error.to_string()),
            error => ServiceError::from(error).into(),
        })
}

/// Takes over the session of a browser that is installed here, if it works.
///
/// # Errors
/// When the profile has no usable cookies, or the service does not accept them; the session is as it was then.
#[cfg(feature = "browsers")]
pub async fn import_browser(
    settings: &Settings,
    service: ServiceName,
    profile: web_session::import::browser::BrowserProfile,
) -> Result<ImportReport, Failure> {
    let take = async |session: web_session::Session| {
        let taken =
            tokio::task::spawn_blocking(move || session.import_from_browser(&profile)).await;
        let taken = taken.map_err(|_| Failure::failed("the profile's reader failed"))?;
        taken.map_err(|error| Failure::usage(error.to_string()))
    };
    match service {
        ServiceName::Polar => {
            let mut settings = settings.clone();
            settings.polar.credentials = None;
            let kept = polar(&settings)?;
            loaded(kept.session()).await?;
            // Apart from the kept cookies: those of another account must not help.
            let fresh = polar_without_session(&settings)
                .build()
                .map_err(ServiceError::from)?;
            let report = take(fresh.session().clone()).await?;
            fresh.sign_in().await.map_err(ServiceError::from)?;
            kept.session()
                .jar()
                .restore(fresh.session().jar().snapshot());
            kept.save_session().await.map_err(ServiceError::from)?;
            Ok(report)
        }
        ServiceName::Runkeeper => {
            let runkeeper = runkeeper_without_session(settings)
                .session(settings.runkeeper.session.store()?)
                .build()
                .map_err(ServiceError::from)?;
            let report = take(runkeeper.session().clone()).await?;
            runkeeper.check().await.map_err(ServiceError::from)?;
            runkeeper.save_session().await.map_err(ServiceError::from)?;
            Ok(report)
        }
    }
}
