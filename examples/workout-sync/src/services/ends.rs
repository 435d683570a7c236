//! The connectors of a route, built from the settings.

use std::io::{Write, stderr};
use std::sync::Arc;

use polar_flow::PolarFlow;
use runkeeper::Runkeeper;
use runkeeper::engine::RunkeeperSource;
use secrecy::ExposeSecret;
use sync_connector_folder_destination::FolderDestination;
use sync_connector_folder_source::FolderSource;
use sync_connector_intervals_icu::IntervalsIcu;
use sync_connector_polar_archive::{PolarArchive, Problem};
use sync_connector_runkeeper_archive::RunkeeperArchive;
use sync_core::{Destination, ServiceError, Source};

use super::{polar, runkeeper};
use crate::drift::questions;
use crate::exit::{Failure, with_causes};
use crate::progress;
use crate::settings::{Connector, Settings};

/// The client behind one end of a route.
pub(super) enum Client {
    Polar(PolarFlow),
    Runkeeper(Runkeeper),
    /// It needs no session: a check of the connector says whether it works.
    Source(Arc<dyn Source>),
    Destination(Arc<dyn Destination>),
}

impl Client {
    /// Signs in, or proves that the session works.
    pub(super) async fn prove(&self) -> Result<(), ServiceError> {
        match self {
            Self::Polar(polar) => polar.sign_in().await.map(drop).map_err(ServiceError::from),
            Self::Runkeeper(runkeeper) => runkeeper.check().await.map_err(ServiceError::from),
            Self::Source(source) => source.check().await,
            Self::Destination(destination) => destination.check().await,
        }
    }

    /// Keeps the session: services renew their cookies with every answer.
    pub(super) async fn keep(&self) -> Result<(), ServiceError> {
        match self {
            Self::Polar(polar) => polar.save_session().await.map_err(ServiceError::from),
            Self::Runkeeper(runkeeper) => {
                runkeeper.save_session().await.map_err(ServiceError::from)
            }
            Self::Source(_) | Self::Destination(_) => Ok(()),
        }
    }
}

/// Both ends of a route, before there is a ledger.
pub(super) struct Ends {
    pub(super) source: (Arc<dyn Source>, Client),
    pub(super) destination: (Arc<dyn Destination>, Client),
}

impl Ends {
    pub(super) fn open(settings: &Settings) -> Result<Self, Failure> {
        Ok(Self {
            source: source(settings)?,
            destination: destination(settings)?,
        })
    }
}

/// The source of the settings' route.
fn source(settings: &Settings) -> Result<(Arc<dyn Source>, Client), Failure> {
    let end = &settings.route.from;
    let source: Arc<dyn Source> = match end {
        Connector::PolarFlow => {
            let polar = polar(settings)?;
            return Ok((Arc::new(polar.clone()), Client::Polar(polar)));
        }
        Connector::Runkeeper => {
            let runkeeper = runkeeper(settings)?;
            let source = RunkeeperSource::new(runkeeper.clone());
            return Ok((Arc::new(source), Client::Runkeeper(runkeeper)));
        }
        Connector::Folder(path) => {
            let source = FolderSource::open(path).map_err(|error| unusable("--from", &error))?;
            let source = source.on_unreadable(|file| left_out(&file.path.display(), &file.problem));
            Arc::new(source.with_name(end.name()))
        }
        Connector::PolarArchive(path) => {
            let source = PolarArchive::open(path).map_err(|error| unusable("--from", &error))?;
            Arc::new(source.on_unreadable(|file| match &file.problem {
                Problem::Odd(_) => say_aside(&file.to_string()),
                problem => left_out(&file.file, problem),
            }))
        }
        Connector::RunkeeperArchive(path) => {
            let source =
                RunkeeperArchive::open(path).map_err(|error| unusable("--from", &error))?;
            for diagnostic in source.diagnostics() {
                say_aside(&diagnostic.to_string());
            }
            if settings.record_answers {
                for (name, columns) in source.other_columns() {
                    let answer = questions::unread_table(name, columns);
                    settings.watch.answered(answer);
                }
            }
            Arc::new(source)
        }
        Connector::IntervalsIcu => return Err(Failure::usage("intervals-icu is no source")),
    };
    Ok((Arc::clone(&source), Client::Source(source)))
}

/// The destination of the settings' route.
fn destination(settings: &Settings) -> Result<(Arc<dyn Destination>, Client), Failure> {
    let end = &settings.route.to;
    let destination: Arc<dyn Destination> = match end {
        Connector::Runkeeper => {
            let runkeeper = runkeeper(settings)?;
            return Ok((Arc::new(runkeeper.clone()), Client::Runkeeper(runkeeper)));
        }
        Connector::Folder(path) => {
            let opened = FolderDestination::open(path).map_err(|error| unusable("--to", &error))?;
            Arc::new(opened.with_name(end.name()))
        }
        Connector::IntervalsIcu => Arc::new(intervals(settings)?),
        other => return Err(Failure::usage(format!("{other} is no destination"))),
    };
    Ok((Arc::clone(&destination), Client::Destination(destination)))
}

fn intervals(settings: &Settings) -> Result<IntervalsIcu, Failure> {
    let key = settings.intervals_key.as_ref();
    let http = &settings.http;
    let mut builder = IntervalsIcu::builder(key.map_or("", |key| key.expose_secret()))
        .timeout(http.timeout)
        .session_settings(|session| session.first_backoff(http.backoff));
    if let Some(url) = &settings.intervals_url {
        builder = builder.base_url(url.clone());
    }
    if let Some(gap) = http.pace {
        builder = builder.pace(gap);
    }
    Ok(builder.build()?)
}

/// A folder or an archive that cannot be used: the place of its name, and why.
fn unusable(flag: &str, error: &dyn std::error::Error) -> Failure {
    Failure::usage(format!("{flag}: {}", with_causes(error)))
}

fn left_out(place: &dyn std::fmt::Display, problem: &dyn std::fmt::Display) {
    say_aside(&format!("left out: {place}: {problem}"));
}

/// A line on stderr beside the progress.
fn say_aside(line: &str) {
    // Names in archives are the archive's.
    let line = line.replace(char::is_control, " ");
    progress::quietly(|| {
        let _ = writeln!(stderr(), "{line}");
    });
}
