//! [`Runkeeper`] as a [`Destination`] of `sync-core`.
//!
//! A workout with a route goes up as a TCX file, repaired so that the importer takes it; one without a route becomes a
//! manual entry. The importer makes every file of type Running (seen 2026-04) and keeps no name, so an activity found in
//! the listing is recognised by its day, duration and distance.

use async_trait::async_trait;
use chrono::{NaiveDateTime, TimeDelta};
use futures_util::TryStreamExt;
use sync_core::{
    Activity, Capabilities, Delivery, DeliveryForm, Destination, ErrorKind, Item, Receipt, Refusal,
    SendOutcome, ServiceError, Window,
};
use workout::{Repairs, Workout};

use crate::{
    ActivityType, Answer, DistanceUnit, Error, ListedActivity, ManualEntry, Runkeeper, SendError,
    TrackUpload,
};

/// The name of this destination in ledgers.
pub const NAME: &str = "runkeeper";

#[async_trait]
impl Destination for Runkeeper {
    fn name(&self) -> &str {
        NAME
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::none().with_find(true)
    }

    async fn check(&self) -> Result<(), ServiceError> {
        Ok(Runkeeper::check(self).await?)
    }

    async fn find(&self, window: Window) -> Result<Vec<Activity>, ServiceError> {
        let listed = self.activities(window.from, window.until);
        Ok(listed.map_ok(activity).try_collect().await?)
    }

    fn form(&self, item: &Item, workout: &Workout) -> Result<DeliveryForm, Refusal> {
        if repaired(workout).has_route() {
            return Ok(DeliveryForm::TrackFile);
        }
        if duration(item, workout).is_none() {
            return Err(Refusal(
                "it has neither a GPS track nor a duration: Runkeeper can't hold it".to_owned(),
            ));
        }
        Ok(DeliveryForm::ManualEntry)
    }

    async fn send(&self, delivery: Delivery<'_>) -> SendOutcome {
        let answer = match delivery.form {
            DeliveryForm::TrackFile => match file(&delivery) {
                Ok(file) => self.upload(&file).await,
                Err(reason) => return SendOutcome::Rejected(reason),
            },
            _ => match self.entry(&delivery).await {
                Ok(entry) => self.add_manual_entry(&entry).await,
                Err(error) => Err(SendError::NotSent(error)),
            },
        };
        match answer {
            Ok(Answer::Accepted(Some(id))) => {
                SendOutcome::Accepted(Receipt::with_id(id.to_string()))
            }
            Ok(Answer::Accepted(None)) => SendOutcome::Accepted(Receipt::default()),
            Ok(Answer::Opaque(fingerprint)) => SendOutcome::Opaque(fingerprint.to_string()),
            Ok(Answer::Rejected(message)) => SendOutcome::Rejected(message),
            Err(SendError::NotSent(Error::Rejected { message, .. })) => {
                SendOutcome::Rejected(message)
            }
            Err(SendError::NotSent(error)) => SendOutcome::NotSent(error.into()),
            Err(SendError::MaybeSent(error)) => SendOutcome::MaybeSent(error.into()),
        }
    }
}

impl Runkeeper {
    async fn entry(&self, delivery: &Delivery<'_>) -> Result<ManualEntry, Error> {
        let Delivery { item, workout, .. } = delivery;
        let totals = workout.totals();
        let sport = match &workout.sport {
            workout::Sport::Other => item.sport.as_ref().unwrap_or(&workout.sport),
            sport => sport,
        };
        let duration =
            duration(item, workout).ok_or(Error::InvalidEntry("the workout has no duration"))?;
        let mut entry = ManualEntry::new(
            ActivityType::of_sport(sport),
            start(item, workout),
            duration,
        );
        let listed = || item.distance_m.filter(|_| is_whole(item, workout));
        let metres = totals
            .distance_m
            .filter(|m| *m > 0.0)
            .or_else(listed)
            .filter(|m| *m > 0.0);
        if let Some(metres) = metres {
            entry = entry.distance_m(metres);
            if let Err(Error::UnitUnknown) = self.distance_unit().await {
                // An account without a single activity: most of the world, and of Polar's customers, is metric.
                tracing::warn!(target: "runkeeper", "unit of the account unknown, kilometres assumed");
                self.learn_unit(&DistanceUnit::Kilometres);
            }
        }
        let calories = totals.calories.filter(|kcal| *kcal > 0);
        if let Some(kcal) = calories.or(item.calories.filter(|_| is_whole(item, workout))) {
            entry = entry.calories(kcal);
        }
        if let Some(bpm) = totals.mean_hr.filter(|bpm| *bpm > 0.0) {
            entry = entry.average_heart_rate(bpm.round() as u32);
        }
        if let Some(notes) = workout
            .notes
            .as_deref()
            .filter(|notes| !notes.trim().is_empty())
        {
            entry = entry.notes(notes);
        }
        Ok(entry)
    }
}

fn repaired(workout: &Workout) -> Workout {
    let mut workout = workout.clone();
    Repairs::for_runkeeper().apply(&mut workout);
    workout
}

fn file(delivery: &Delivery<'_>) -> Result<TrackUpload, String> {
    let written = workout::tcx::write(&[repaired(delivery.workout)])
        .map_err(|error| format!("no TCX file can be made of it: {error}"))?;
    Ok(TrackUpload::tcx(
        &format!("workout-{}", delivery.item.id),
        written.bytes,
    ))
}

/// Time without pauses: of the recording, else of the listing.
fn duration(item: &Item, workout: &Workout) -> Option<TimeDelta> {
    let recorded = workout
        .totals()
        .moving_s
        .filter(|s| s.is_finite() && *s >= 0.5);
    let recorded = recorded.map(|seconds| (seconds * 1000.0).round() as i64);
    let listed = item
        .duration_ms
        .and_then(|ms| i64::try_from(ms).ok())
        .filter(|ms| *ms >= 500);
    recorded.or(listed).map(TimeDelta::milliseconds)
}

/// Wall clock at the start: of the exercise where its zone is known, else of the listing.
fn start(item: &Item, workout: &Workout) -> NaiveDateTime {
    match (workout.start_time(), workout.local_offset) {
        (Some(start), Some(offset)) if !is_whole(item, workout) => {
            start.with_timezone(&offset).naive_local()
        }
        _ => item.start,
    }
}

/// Whether this is all of what the source lists, and not one exercise of several.
fn is_whole(item: &Item, workout: &Workout) -> bool {
    match (item.duration_ms, workout.totals().moving_s) {
        (Some(listed), Some(recorded)) => recorded >= listed as f64 / 1000.0 * 0.9,
        _ => true,
    }
}

fn activity(listed: ListedActivity) -> Activity {
    let mut activity = Activity::new(listed.id.to_string());
    activity.day = listed.day;
    activity.duration_ms = listed
        .duration
        .and_then(|time| u64::try_from(time.num_milliseconds()).ok());
    activity.distance_m = listed.distance.and_then(|distance| distance.metres());
    activity.sport = listed
        .activity_type
        .map(|kind| workout::Sport::from_token(kind.name()));
    activity
}

impl From<Error> for ServiceError {
    fn from(error: Error) -> Self {
        let kind = match &error {
            error if error.needs_sign_in() => ErrorKind::SignInNeeded,
            Error::Blocked { .. } => ErrorKind::Blocked,
            error if error.is_temporary() => ErrorKind::Temporary,
            error if error.is_drift() => ErrorKind::Drift,
            Error::NotFound { .. } => ErrorKind::Drift,
            Error::InvalidEntry(_) | Error::NoGps | Error::Rejected { .. } => ErrorKind::Invalid,
            _ => ErrorKind::Other,
        };
        let retry_after = error.retry_after();
        ServiceError::new(kind, error.to_string())
            .with_retry_after(retry_after)
            .with_source(error)
    }
}
