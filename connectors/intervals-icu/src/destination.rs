//! The account as a destination.

use async_trait::async_trait;
use serde_json::json;
use sync_core::{
    Activity, Capabilities, Delivery, DeliveryForm, Destination, ErrorKind, Finishing, Item,
    Receipt, Refusal, SendOutcome, ServiceError, Sport, Window, Workout,
};
use web_session::Part;

use crate::NAME;
use crate::api::{Created, IntervalsIcu, Shown};
use crate::sport::{imported, sport_of, type_of};

/// Seconds without pauses: of the workout, else of the listing, where that is about this exercise.
fn seconds(item: &Item, workout: &Workout, of: usize) -> Option<f64> {
    let listed = item.duration_ms.filter(|_| of == 1);
    let known = [workout.totals().moving_s, listed.map(|ms| ms as f64 / 1e3)];
    known.into_iter().flatten().find(|seconds| *seconds >= 0.5)
}

fn notes(workout: &Workout) -> Option<&str> {
    let notes = workout.notes.as_deref()?.trim();
    (!notes.is_empty()).then_some(notes)
}

fn activity(shown: &Shown) -> Activity {
    let mut activity = Activity::new(&shown.id.0);
    activity.day = shown.start_date_local.map(|start| start.date());
    activity.start = shown.start_date_local;
    activity.start_utc = shown.start_date;
    activity.duration_ms = shown.moving_time.map(|seconds| (seconds * 1000.0) as u64);
    activity.distance_m = shown.distance;
    activity.sport = shown.kind.as_deref().map(sport_of);
    activity.key.clone_from(&shown.external_id);
    activity
}

impl IntervalsIcu {
    /// The activity that carries the key of a delivery, in the days around its start.
    async fn with_key_of(&self, delivery: &Delivery<'_>) -> Result<Option<String>, ServiceError> {
        let key = delivery.required_key()?;
        let day = delivery.item.local_start(delivery.workout).date();
        let listed = self.activities(Window::around(day, 1)).await?;
        let named = listed
            .into_iter()
            .find(|shown| shown.external_id.as_deref() == Some(key));
        Ok(named.map(|shown| shown.id.0))
    }

    async fn send_file(&self, delivery: &Delivery<'_>) -> Result<Created, SendOutcome> {
        let bytes = delivery.tcx().map_err(|why| SendOutcome::Rejected(why.0))?;
        let file_name = format!("workout-{}.tcx", delivery.item.id);
        let kind = "application/vnd.garmin.tcx+xml";
        let mut parts = vec![
            Part::text("external_id", delivery.key),
            Part::file("file", file_name, kind, bytes),
        ];
        if let Some(name) = &delivery.workout.name {
            parts.push(Part::text("name", name));
        }
        if let Some(notes) = notes(delivery.workout) {
            parts.push(Part::text("description", notes));
        }
        self.upload(parts).await
    }

    async fn send_entry(&self, delivery: &Delivery<'_>) -> Result<Created, SendOutcome> {
        let Delivery { item, workout, .. } = delivery;
        let totals = workout.totals();
        let sport = item.sport_of(workout).unwrap_or(&Sport::Other);
        let listed = item.distance_m.filter(|_| delivery.of == 1);
        let entry = json!({
            "external_id": delivery.key,
            "start_date_local": item.local_start(workout).format("%Y-%m-%dT%H:%M:%S").to_string(),
            "type": type_of(sport),
            "name": workout.name.as_deref().unwrap_or(sport.as_str()),
            "description": notes(workout),
            "moving_time": seconds(item, workout, delivery.of).map(|seconds| seconds.round() as u64),
            "distance": totals.distance_m.or(listed).filter(|metres| *metres > 0.0),
            "calories": totals.calories,
        });
        match self.enter(&entry).await? {
            // An upsert by key answers with 200, too: it was not there before.
            Created::Existing(id) => Ok(Created::New(id)),
            created => Ok(created),
        }
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
        let listed = self.activities(window).await?;
        Ok(listed.iter().map(activity).collect())
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
        match self.with_key_of(&delivery).await {
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
            Ok(Created::Existing(id)) => SendOutcome::AlreadyThere(id),
            Ok(Created::Conflict) => match self.with_key_of(&delivery).await {
                Ok(Some(id)) => SendOutcome::AlreadyThere(id),
                _ => SendOutcome::Opaque("status 409: the activity is there already".into()),
            },
            Err(outcome) => outcome,
        }
    }

    async fn remove(&self, receipt: &Receipt) -> Result<(), ServiceError> {
        match self.delete(receipt.id()?).await {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            other => other,
        }
    }

    fn finishing(&self, item: &Item, workout: &Workout, form: DeliveryForm) -> Option<Finishing> {
        let sport = item.sport_of(workout).unwrap_or(&Sport::Other);
        let is_lost = form == DeliveryForm::TrackFile && type_of(sport) != imported(sport);
        is_lost.then(|| Finishing::new().with_sport(sport.clone()))
    }

    async fn finish(&self, receipt: &Receipt, what: &Finishing) -> Result<(), ServiceError> {
        let id = receipt.id()?;
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
