//! The account as a destination.

use async_trait::async_trait;
use chrono::{NaiveDateTime, TimeDelta};
use serde_json::json;
use sync_core::{
    Activity, Capabilities, Delivery, DeliveryForm, Destination, ErrorKind, Finishing, Item,
    Receipt, Refusal, SendOutcome, ServiceError, Sport, Window, Workout,
};
use web_session::Part;
use workout_files::tcx;

use crate::NAME;
use crate::api::{Created, IntervalsIcu, Shown, WriteFailure};
use crate::sport::{imported, sport_of, type_of};

/// The best known sport: files hold less of it than listings.
fn sport<'a>(item: &'a Item, workout: &'a Workout) -> &'a Sport {
    match &workout.sport {
        Sport::Other => item.sport.as_ref().unwrap_or(&Sport::Other),
        known => known,
    }
}

/// The wall clock at the start of an exercise.
fn local_start(item: &Item, workout: &Workout) -> NaiveDateTime {
    let zone = item.start_utc.map(|utc| item.start - utc.naive_utc());
    let offset = workout.local_offset;
    let offset = offset.map(|zone| TimeDelta::seconds(zone.local_minus_utc().into()));
    match (workout.start_time(), zone.or(offset)) {
        (Some(start), Some(zone)) => start.naive_utc() + zone,
        _ => item.start,
    }
}

/// Seconds without pauses: of the workout, else of the listing, where that is about this exercise.
fn seconds(item: &Item, workout: &Workout, of: usize) -> Option<f64> {
    let listed = item
        .duration_ms
        .filter(|_| of == 1)
        .map(|ms| ms as f64 / 1000.0);
    let known = workout.totals().moving_s.filter(|seconds| *seconds >= 0.5);
    known.or(listed).filter(|seconds| *seconds >= 0.5)
}

fn notes(workout: &Workout) -> Option<&str> {
    workout
        .notes
        .as_deref()
        .map(str::trim)
        .filter(|notes| !notes.is_empty())
}

fn activity(shown: &Shown) -> Activity {
    let mut activity = Activity::new(shown.id());
    activity.day = shown.start_date_local.map(|start| start.date());
    activity.start = shown.start_date_local;
    activity.start_utc = shown.start_date;
    activity.duration_ms = shown.moving_time.map(|seconds| (seconds * 1000.0) as u64);
    activity.distance_m = shown.distance;
    activity.sport = shown.kind.as_deref().map(sport_of);
    activity.key.clone_from(&shown.external_id);
    activity
}

fn activity_id(receipt: &Receipt) -> Result<&str, ServiceError> {
    let message = "the receipt names no activity of intervals.icu";
    let missing = || ServiceError::new(ErrorKind::Invalid, message);
    receipt.activity_id.as_deref().ok_or_else(missing)
}

impl IntervalsIcu {
    /// The activity that carries this key, in the days around a start.
    async fn with_key(
        &self,
        key: &str,
        start: NaiveDateTime,
    ) -> Result<Option<String>, ServiceError> {
        let listed = self.activities(Window::around(start.date(), 1)).await?;
        let named = |shown: &&Shown| shown.external_id.as_deref() == Some(key);
        Ok(listed.iter().find(named).map(Shown::id))
    }

    async fn send_file(&self, delivery: &Delivery<'_>) -> Result<Created, WriteFailure> {
        let written = match tcx::write(std::slice::from_ref(delivery.workout)) {
            Ok(written) => written,
            Err(error) => {
                return Ok(Created::Refused(format!(
                    "no TCX file can hold it: {error}"
                )));
            }
        };
        let file_name = format!("workout-{}.tcx", delivery.item.id);
        let kind = "application/vnd.garmin.tcx+xml";
        let mut parts = vec![
            Part::text("external_id", delivery.key),
            Part::file("file", file_name, kind, written.bytes),
        ];
        if let Some(name) = &delivery.workout.name {
            parts.push(Part::text("name", name));
        }
        if let Some(notes) = notes(delivery.workout) {
            parts.push(Part::text("description", notes));
        }
        self.upload(parts).await
    }

    async fn send_entry(&self, delivery: &Delivery<'_>) -> Result<Created, WriteFailure> {
        let Delivery { item, workout, .. } = delivery;
        let totals = workout.totals();
        let sport = sport(item, workout);
        let listed = item.distance_m.filter(|_| delivery.of == 1);
        let entry = json!({
            "external_id": delivery.key,
            "start_date_local": local_start(item, workout).format("%Y-%m-%dT%H:%M:%S").to_string(),
            "type": type_of(sport),
            "name": workout.name.as_deref().unwrap_or(sport.as_str()),
            "description": notes(workout),
            "moving_time": seconds(item, workout, delivery.of).map(|seconds| seconds.round() as u64),
            "distance": totals.distance_m.or(listed).filter(|metres| *metres > 0.0),
            "calories": totals.calories,
        });
        self.enter(&entry).await
    }
}

#[async_trait]
impl Destination for IntervalsIcu {
    fn name(&self) -> &str {
        NAME
    }

    fn capabilities(&self) -> Capabilities {
        Capabilities::none()
            .with_find(true)
            .with_remove(true)
            .with_finish(true)
            .with_time_of_day(true)
            .with_idempotent(true)
    }

    async fn check(&self) -> Result<(), ServiceError> {
        self.prove_key().await
    }

    async fn find(&self, window: Window) -> Result<Vec<Activity>, ServiceError> {
        Ok(self
            .activities(window)
            .await?
            .iter()
            .map(activity)
            .collect())
    }

    fn form(&self, item: &Item, workout: &Workout) -> Result<DeliveryForm, Refusal> {
        if workout.trackpoints().any(|point| point.time.is_some()) {
            return Ok(DeliveryForm::TrackFile);
        }
        match seconds(item, workout, 1) {
            Some(_) => Ok(DeliveryForm::ManualEntry),
            None => Err(Refusal(
                "it has neither recorded points nor a duration".into(),
            )),
        }
    }

    async fn send(&self, delivery: Delivery<'_>) -> SendOutcome {
        if delivery.key.is_empty() {
            let message = "a delivery needs a key";
            return SendOutcome::NotSent(ServiceError::new(ErrorKind::Invalid, message));
        }
        let start = local_start(delivery.item, delivery.workout);
        match self.with_key(delivery.key, start).await {
            Ok(Some(id)) => return SendOutcome::AlreadyThere(id),
            Ok(None) => {}
            Err(error) => return SendOutcome::NotSent(error),
        }
        let sent = match delivery.form {
            DeliveryForm::ManualEntry => self.send_entry(&delivery).await,
            _ => self.send_file(&delivery).await,
        };
        match sent {
            Ok(Created::New(id)) => SendOutcome::Accepted(Receipt::with_id(id)),
            // An upsert by key answers a manual entry with 200, too: it was not there before.
            Ok(Created::Existing(id)) if delivery.form == DeliveryForm::ManualEntry => {
                SendOutcome::Accepted(Receipt::with_id(id))
            }
            Ok(Created::Existing(id)) => SendOutcome::AlreadyThere(id),
            Ok(Created::Refused(reason)) => {
                SendOutcome::Rejected(format!("intervals.icu: {reason}"))
            }
            Ok(Created::Conflict) => match self.with_key(delivery.key, start).await {
                Ok(Some(id)) => SendOutcome::AlreadyThere(id),
                _ => SendOutcome::Opaque("status 409: the activity is there already".into()),
            },
            Ok(Created::Opaque(what)) => SendOutcome::Opaque(what),
            Err(WriteFailure::NotSent(error)) => SendOutcome::NotSent(error),
            Err(WriteFailure::MaybeSent(error)) => SendOutcome::MaybeSent(error),
        }
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), ServiceError> {
        match self.delete(activity_id(receipt)?).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    fn finishing(&self, item: &Item, workout: &Workout, form: DeliveryForm) -> Option<Finishing> {
        let sport = sport(item, workout);
        let is_lost = form == DeliveryForm::TrackFile && type_of(sport) != imported(sport);
        is_lost.then(|| Finishing::new().with_sport(sport.clone()))
    }

    async fn finish(&self, receipt: &Receipt, what: &Finishing) -> Result<(), ServiceError> {
        let id = activity_id(receipt)?;
        let shown = self.activity(id).await?;
        let Some(sport) = &what.sport else {
            return Ok(());
        };
        let wanted = type_of(sport);
        // A type that no importer would have chosen was chosen by the user.
        match shown.kind.as_deref() {
            Some(kind) if kind == wanted => Ok(()),
            Some(kind) if kind != imported(sport) && kind != "Workout" => Ok(()),
            _ => self.set_type(id, wanted).await,
        }
    }
}
