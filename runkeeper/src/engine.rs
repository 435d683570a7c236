//! [`Runkeeper`] as a [`Destination`] of `sync-core`, and [`RunkeeperSource`] as a `Source`.
//!
//! A workout with a route goes as a TCX file, one without goes as a manual entry. The listing has days, distances and
//! durations, no times of day. Every listing is followed by a look at the home page: in 2020 the site listed a user's
//! public activities without a session, and an empty listing from a dead session would allow a second upload.

mod finishing;
mod read_back;
mod source;

pub use source::RunkeeperSource;

use async_trait::async_trait;
use chrono::{NaiveDateTime, TimeDelta};
use sync_core::{
    Activity, Capabilities, Delivery, DeliveryForm, Destination, ErrorKind, Finishing, Item,
    Receipt, Refusal, SendOutcome, ServiceError, Sport, Window,
};
use web_session::ErrorKind as Kind;
use workout_files::tcx::write_with;
use workout_files::{Repairs, Undeliverable, Workout, WriteOptions};

use crate::{
    ActivityId, ActivityType, Answer, Error, ListedActivity, ManualEntry, Month, Runkeeper,
    TrackUpload,
};

/// The name of this destination, and of the source, in ledgers.
pub const NAME: &str = "runkeeper";

#[async_trait]
impl Destination for Runkeeper {
    fn name(&self) -> &str {
        NAME
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::none()
            .with_find(true)
            .with_remove(true)
            .with_finish(true)
            .with_read_back(true)
    }

    async fn check(&self) -> Result<(), ServiceError> {
        Self::check(self).await?;
        self.user().await?;
        self.keep_session().await;
        Ok(())
    }

    async fn find(&self, window: Window) -> Result<Vec<Activity>, ServiceError> {
        let mut found = Vec::new();
        for month in Month::between(window.from, window.until) {
            let listed = self.activities_in(month).await?;
            found.extend(
                listed
                    .into_iter()
                    .filter(|row| row.day.is_none_or(|day| window.contains(day)))
                    .map(activity),
            );
        }
        // Without a renewal: a session that had to be renewed here was dead when it listed.
        self.prove_alive().await?;
        Ok(found)
    }

    fn form(&self, item: &Item, workout: &Workout) -> Result<DeliveryForm, Refusal> {
        let Err(why) = repaired(item, workout) else {
            return Ok(DeliveryForm::TrackFile);
        };
        tracing::debug!(target: "runkeeper", id = %item.id, %why, "not as a file");
        if duration(item, workout).is_some() {
            return Ok(DeliveryForm::ManualEntry);
        }
        let whose = match item.duration_ms {
            Some(500..) => " for this exercise (the listed one is the whole session's)",
            _ => "",
        };
        Err(Refusal(format!(
            "Runkeeper can take it neither as a file ({why}) nor as a manual entry (it has no duration{whose})"
        )))
    }

    async fn send(&self, delivery: Delivery<'_>) -> SendOutcome {
        let result = match delivery.form {
            DeliveryForm::TrackFile => match track_file(delivery.item, delivery.workout) {
                Ok(file) => self.upload(&file).await,
                Err(error) => return SendOutcome::NotSent(error),
            },
            DeliveryForm::ManualEntry => match entry(delivery.item, delivery.workout) {
                Some(entry) => self.add_manual_entry(&entry).await,
                None => {
                    let message = "it has no duration, so it cannot go as a manual entry";
                    return SendOutcome::NotSent(ServiceError::new(ErrorKind::Invalid, message));
                }
            },
            _ => {
                let message = "Runkeeper does not take this form of delivery";
                return SendOutcome::NotSent(ServiceError::new(ErrorKind::Invalid, message));
            }
        };
        self.keep_session().await;
        outcome(result)
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), ServiceError> {
        let id = activity_of(receipt)?;
        match self.delete_activity(id).await {
            Ok(()) | Err(Error::NotFound { .. }) => Ok(()),
            Err(error) => Err(error.cause().into()),
        }
    }

    fn finishing(&self, item: &Item, workout: &Workout, form: DeliveryForm) -> Option<Finishing> {
        // A manual entry is typed in with its type and notes.
        (form == DeliveryForm::TrackFile).then(|| finishing::wanted(item, workout))
    }

    async fn finish(&self, receipt: &Receipt, what: &Finishing) -> Result<(), ServiceError> {
        let done = self.set_what_was_lost(activity_of(receipt)?, what).await;
        self.keep_session().await;
        done
    }

    async fn read_back(&self, receipt: &Receipt) -> Result<Workout, ServiceError> {
        let workout = self.read_activity(activity_of(receipt)?).await;
        self.keep_session().await;
        workout
    }
}

fn activity_of(receipt: &Receipt) -> Result<ActivityId, ServiceError> {
    let id = receipt
        .activity_id
        .as_deref()
        .and_then(|id| id.parse().ok());
    id.ok_or_else(|| {
        let message = "the receipt names no Runkeeper activity";
        ServiceError::new(ErrorKind::Invalid, message)
    })
}

impl Runkeeper {
    /// The site renews its cookies with every answer. Not being able to write them down is no reason to fail now: the
    /// next program will notice and say so.
    async fn keep_session(&self) {
        if let Err(error) = self.save_session().await {
            tracing::warn!(target: "runkeeper", %error, "the session file could not be written");
        }
    }
}

/// The workout as Runkeeper takes it in a file, or the reason why it can't.
fn repaired(item: &Item, workout: &Workout) -> Result<Workout, Undeliverable> {
    let repairs = Repairs::for_runkeeper();
    let mut repaired = workout.clone();
    let report = repairs.apply(&mut repaired);
    for declined in &report.declined {
        tracing::info!(target: "runkeeper", id = %item.id, %declined, "the workout keeps a fault");
    }
    tracing::debug!(target: "runkeeper", id = %item.id, repairs = report.changes.len());
    repairs.deliverable(&repaired).map(|()| repaired)
}

fn track_file(item: &Item, workout: &Workout) -> Result<TrackUpload, ServiceError> {
    let invalid = |message| ServiceError::new(ErrorKind::Invalid, message);
    let repaired = repaired(item, workout)
        .map_err(|why| invalid("Runkeeper can't take the workout as a file").with_source(why))?;
    // Nothing but what the schemas define: an importer of which so little is known gets no extension of ours.
    let written = write_with(std::slice::from_ref(&repaired), &WriteOptions::plain())
        .map_err(|error| invalid("the workout cannot be written as TCX").with_source(error))?;
    Ok(TrackUpload::tcx(
        &format!("workout-{}", item.id),
        written.bytes,
    ))
}

fn entry(item: &Item, workout: &Workout) -> Option<ManualEntry> {
    let sport = item.sport_of(workout).unwrap_or(&Sport::Other);
    let totals = workout.totals();
    let mut entry = ManualEntry::new(
        ActivityType::for_sport(sport).activity_type,
        local_start(item, workout),
        duration(item, workout)?,
    );
    if let Some(metres) = item.distance_m_of(workout) {
        entry = entry.distance_m(metres);
    }
    if let Some(kcal) = totals.calories.filter(|kcal| *kcal > 0) {
        entry = entry.calories(kcal);
    }
    if let Some(bpm) = totals.mean_hr.filter(|bpm| bpm.is_finite() && *bpm >= 1.0) {
        entry = entry.average_heart_rate(bpm.round() as u32);
    }
    if let Some(notes) = &workout.notes {
        entry = entry.notes(notes.trim());
    }
    Some(entry)
}

fn duration(item: &Item, workout: &Workout) -> Option<TimeDelta> {
    let seconds = item.moving_s_of(workout)?;
    Some(TimeDelta::milliseconds((seconds * 1000.0).round() as i64))
}

/// The wall clock at the start: the listing's, unless this is an exercise later in the session.
fn local_start(item: &Item, workout: &Workout) -> NaiveDateTime {
    let local = item.local_start(workout);
    // The same start, to the second in one and to the millisecond in the other.
    match (local - item.start).abs() < TimeDelta::minutes(1) {
        true => item.start,
        false => local,
    }
}

fn activity(row: ListedActivity) -> Activity {
    let mut activity = Activity::new(row.id.to_string());
    activity.day = row.day;
    activity.duration_ms = row
        .duration
        .and_then(|time| u64::try_from(time.num_milliseconds()).ok());
    activity.distance_m = row.distance.and_then(|distance| distance.metres());
    activity.sport = row.activity_type.map(|known| known.to_sport());
    activity
}

fn outcome(result: Result<Answer, Error>) -> SendOutcome {
    match result {
        Ok(Answer::Accepted(id)) => SendOutcome::Accepted(match id {
            Some(id) => Receipt::with_id(id.to_string()),
            None => Receipt::default(),
        }),
        Ok(Answer::Rejected(message)) => SendOutcome::Rejected(format!("Runkeeper: {message}")),
        Ok(Answer::Opaque(fingerprint)) => SendOutcome::Opaque(fingerprint.to_string()),
        // The client itself will refuse it again.
        Err(Error::InvalidArgument(problem)) => SendOutcome::Rejected(problem),
        Err(Error::Rejected { message, .. }) => {
            SendOutcome::Rejected(format!("Runkeeper: {message}"))
        }
        Err(error) if error.may_have_been_sent() => SendOutcome::MaybeSent(error.cause().into()),
        Err(error) => SendOutcome::NotSent(error.into()),
    }
}

impl From<Error> for ServiceError {
    fn from(error: Error) -> Self {
        let kind = match error.kind() {
            Kind::SignInNeeded | Kind::BadCredentials => ErrorKind::SignInNeeded,
            Kind::Blocked => ErrorKind::Blocked,
            Kind::RateLimited | Kind::Unavailable | Kind::Unexpected => ErrorKind::Temporary,
            Kind::Drift => ErrorKind::Drift,
            Kind::NotFound | Kind::NotAvailable | Kind::Forbidden => ErrorKind::NotFound,
            Kind::Invalid | Kind::Rejected => ErrorKind::Invalid,
            // Solved by itself once a workout with a track is there.
            _ if matches!(error, Error::UnitUnknown) => ErrorKind::Temporary,
            _ => ErrorKind::Other,
        };
        let wait = error.retry_after();
        ServiceError::new(kind, error.to_string())
            .with_retry_after(wait)
            .with_source(error)
    }
}
