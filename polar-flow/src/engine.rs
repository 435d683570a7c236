//! [`PolarFlow`] as a [`Source`] of `sync-core`.
//!
//! An item is a training session of the calendar. Its start is the wall clock; the calendar knows no zone, so the
//! instant is unknown until the file is there. A session that has or may have several exercises (triathlon, free
//! multi-sport) is fetched as an archive and gives one workout per exercise; where their number stays unknown, it
//! is not given.

use async_trait::async_trait;
use chrono::{FixedOffset, NaiveDateTime, TimeDelta};
use futures_util::stream::{BoxStream, StreamExt, TryStreamExt};
use sync_core::{ErrorKind, Item, ServiceError, Source, Window};
use web_session::{Content, ErrorKind as Kind};
use workout_files::{ReadError, Sport, Workout};

use crate::client::PolarFlow;
use crate::endpoints::calendar::SessionEvent;
use crate::endpoints::export::{Export, ExportFormat};
use crate::error::Error;
use crate::model::ids::SessionId;
use crate::model::sports::SportId;

/// The name of this source in ledgers.
pub const NAME: &str = "polar-flow";

#[async_trait]
impl Source for PolarFlow {
    fn name(&self) -> &str {
        NAME
    }

    async fn check(&self) -> Result<(), ServiceError> {
        self.account().await?;
        Ok(())
    }

    fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>> {
        self.sessions(window.from..=window.until)
            .map_ok(|session| item(&session))
            .map_err(ServiceError::from)
            .boxed()
    }

    async fn fetch(&self, item: &Item) -> Result<Vec<Workout>, ServiceError> {
        let id: SessionId = item.id.parse().map_err(|_| {
            let message = format!("\"{}\" is no id of a Polar training session", item.id);
            ServiceError::new(ErrorKind::Invalid, message)
        })?;
        // The icons of eighteen sports are known and speak for themselves, but for those of several exercises.
        let by_icon = item.sport.clone().filter(|sport| !is_multisport(sport));
        let known = match by_icon {
            Some(_) => Vec::new(),
            None => self.exercises_of(id).await?,
        };
        let is_single = by_icon.is_some() || (item.sport.is_none() && known.len() == 1);
        let export = match is_single {
            true => self.single_export(id).await?,
            false => self.export(id, ExportFormat::Tcx).await?,
        };
        let named = export.exercise_count();
        if !is_single && known.is_empty() && named.is_none() {
            let message = format!(
                "how many exercises session {id} has is not known: its summary names none, and what was exported is no \
                 archive"
            );
            return Err(ServiceError::new(ErrorKind::Temporary, message));
        }
        let mut workouts = Vec::new();
        for file in export.into_files() {
            workouts.extend(
                workout_files::read(&file)
                    .map_err(|e| unreadable(id, e))?
                    .workouts,
            );
        }
        if workouts.is_empty() {
            let message = format!("the TCX file of session {id} holds no activity");
            return Err(ServiceError::new(ErrorKind::Invalid, message));
        }
        // Half a triathlon must not be settled as a whole one.
        let expected = known.len().max(named.unwrap_or(0));
        if workouts.len() < expected {
            let message = format!(
                "the TCX files of session {id} hold {} of its {expected} exercises",
                workouts.len(),
            );
            return Err(ServiceError::new(ErrorKind::Invalid, message));
        }
        workouts.sort_by_key(Workout::start_time);
        let offset = offset(item.start, &workouts[0]);
        for workout in &mut workouts {
            workout.local_offset = workout.local_offset.or(offset);
        }
        // TCX knows three sports. Of a single exercise the calendar or the summary knows better.
        let by_summary = || known.first().copied().flatten();
        let told = by_icon.or_else(|| {
            by_summary()
                .filter(|id| id.name().is_some())
                .map(SportId::to_sport)
        });
        if let ([only], Some(sport)) = (workouts.as_mut_slice(), told) {
            only.sport = sport;
        }
        Ok(workouts)
    }
}

impl PolarFlow {
    /// The TCX file of a session of one exercise.
    async fn single_export(&self, id: SessionId) -> Result<Export, Error> {
        match self.export_single(id, ExportFormat::Tcx).await {
            Ok(file) => Ok(Export::Plain(file)),
            // The answer to the plain export of several exercises was never recorded.
            Err(
                Error::NotAvailable { .. }
                | Error::UnexpectedContent {
                    content: Content::Zip,
                    ..
                },
            ) => self.export(id, ExportFormat::Tcx).await,
            Err(error) => Err(error),
        }
    }

    /// The exercises of a session with their sports, as far as its summary names them, at the price of a request.
    async fn exercises_of(&self, id: SessionId) -> Result<Vec<Option<SportId>>, Error> {
        match self.summary(id).await {
            Ok(summary) => Ok(summary
                .exercises
                .into_values()
                .map(|exercise| exercise.sport.map(|sport| sport.id))
                .collect()),
            // The export will tell what is wrong.
            Err(Error::NotFound { .. } | Error::Forbidden { .. }) => Ok(Vec::new()),
            Err(error) => Err(error),
        }
    }
}

fn item(session: &SessionEvent) -> Item {
    let mut item = Item::new(session.id.to_string(), session.start);
    item.duration_ms = session.duration_ms;
    item.distance_m = session.distance_m;
    item.calories = session.calories_kcal;
    item.sport = session.icon.and_then(|icon| icon.to_sport());
    item
}

fn is_multisport(sport: &Sport) -> bool {
    matches!(
        sport,
        Sport::Multisport | Sport::Triathlon | Sport::Duathlon
    )
}

/// The zone follows from the listing's wall clock and the file's instant. A difference that is no zone (a file of
/// another time) gives none.
fn offset(start: NaiveDateTime, workout: &Workout) -> Option<FixedOffset> {
    const QUARTER: i64 = 15 * 60;
    let difference = start - workout.start_time()?.naive_utc();
    let seconds = difference.num_milliseconds().div_euclid(1000);
    let rounded = (seconds + QUARTER / 2).div_euclid(QUARTER) * QUARTER;
    let rest = TimeDelta::seconds(seconds - rounded).num_seconds().abs();
    let is_zone = (-12 * 3600..=14 * 3600).contains(&rounded) && rest <= 120;
    is_zone
        .then(|| FixedOffset::east_opt(i32::try_from(rounded).ok()?))
        .flatten()
}

fn unreadable(id: SessionId, error: ReadError) -> ServiceError {
    let message = format!("the TCX file of session {id} cannot be read: {error}");
    ServiceError::new(ErrorKind::Invalid, message).with_source(error)
}

impl From<Error> for ServiceError {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            Kind::SignInNeeded | Kind::BadCredentials => ErrorKind::SignInNeeded,
            Kind::Blocked => ErrorKind::Blocked,
            // An answer that was cut off, or a page of maintenance in its place, comes right later.
            Kind::RateLimited | Kind::Unavailable | Kind::Unexpected => ErrorKind::Temporary,
            Kind::Drift => ErrorKind::Drift,
            Kind::NotFound | Kind::NotAvailable | Kind::Forbidden => ErrorKind::NotFound,
            Kind::Invalid => ErrorKind::Invalid,
            _ => ErrorKind::Other,
        };
        ServiceError::new(kind, error.to_string())
            .with_retry_after(error.retry_after())
            .with_source(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(utc: &str) -> Workout {
        let mut workout = Workout::new(Sport::Running);
        workout.start = Some(format!("2025-05-01T{utc}Z").parse().unwrap());
        workout
    }

    fn offset_hours(local: &str, utc: &str) -> Option<f64> {
        let local = format!("2025-05-01T{local}").parse().unwrap();
        offset(local, &at(utc)).map(|o| f64::from(o.local_minus_utc()) / 3600.0)
    }

    /// Scenario: time zones from the listing's clock and the file's instant
    #[test]
    fn the_zone_is_the_difference_between_the_clock_and_the_instant() {
        assert_eq!(offset_hours("16:30:42.643", "14:30:42.643"), Some(2.0));
        assert_eq!(
            offset_hours("16:30:42.643", "14:30:43.643"),
            Some(2.0),
            "a lap begins a second late"
        );
        assert_eq!(offset_hours("20:00:42", "14:30:42"), Some(5.5));
        assert_eq!(offset_hours("05:00:00", "15:00:00"), Some(-10.0));
        assert_eq!(offset_hours("16:30:42", "16:30:42"), Some(0.0));
        assert_eq!(
            offset_hours("16:37:42", "14:30:42"),
            None,
            "no zone has seven minutes"
        );
        assert_eq!(
            offset("2025-05-03T00:00:00".parse().unwrap(), &at("00:00:00")),
            None
        );
        assert_eq!(
            offset(
                "2025-05-03T00:00:00".parse().unwrap(),
                &Workout::new(Sport::Other)
            ),
            None
        );
    }
}
