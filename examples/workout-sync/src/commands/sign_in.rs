//! `workout-sync sign-in SERVICE`

use std::io::{IsTerminal, Write, stderr, stdin};

use secrecy::SecretString;
use workout_sync::exit::{Exit, Failure};
use workout_sync::services;
use workout_sync::settings::{Credentials, ServiceName, Settings};

use super::say;

pub(crate) async fn sign_in(settings: &Settings, service: ServiceName) -> Result<Exit, Failure> {
    let mut settings = settings.clone();
    if settings.service(service).credentials.is_none() {
        let email = settings.service(service).email.clone();
        let credentials = ask(service, email)?;
        match service {
            ServiceName::Polar => settings.polar.credentials = Some(credentials),
            ServiceName::Runkeeper => settings.runkeeper.credentials = Some(credentials),
        }
    }
    let how = match service {
        ServiceName::Polar => services::sign_in_polar(&settings).await?,
        ServiceName::Runkeeper => services::sign_in_runkeeper(&settings).await?,
    };
    let place = &settings.service(service).session;
    say(&format!(
        "{}: signed in ({how}); the session is kept in {place}\n",
        service.title()
    ))?;
    Ok(Exit::Settled)
}

/// Asks for what the environment does not tell. The password is not shown while it is typed.
fn ask(service: ServiceName, email: Option<SecretString>) -> Result<Credentials, Failure> {
    let prefix = service.word().to_uppercase();
    if !stdin().is_terminal() {
        return Err(Failure::sign_in(format!(
            "set {prefix}_EMAIL and {prefix}_PASSWORD, or run this in a terminal to be asked"
        )));
    }
    let unreadable = |error| Failure::failed(format!("the answer cannot be read: {error}"));
    let email = match email {
        Some(email) => email,
        None => {
            let _ = write!(stderr(), "{} e-mail: ", service.title());
            let mut email = String::new();
            stdin().read_line(&mut email).map_err(unreadable)?;
            email.trim().to_owned().into()
        }
    };
    let password = rpassword::prompt_password(format!("{} password: ", service.title()))
        .map_err(unreadable)?;
    Ok(Credentials {
        email,
        password: password.into(),
    })
}
