//! The account as a destination.

use async_trait::async_trait;
use serde_json::{Value, json};
use sync_core::{
    Activity, Capabilities, Delivery, DeliveryForm, Destination, ErrorKind, Finishing, Item,
    Receipt, Refusal, SendOutcome, ServiceError, Sport, Window, Workout,
};
use web_session::Part;

use crate::NAME;
use crate::answer::{Shown, outcome};
use crate::api::IntervalsIcu;
use crate::sport::{imported, sport_of, type_of};

fn notes(workout: &Workout) -> Option<&str> {
    let notes = workout.notes.as_deref()?.trim();
    (!notes.is_empty()).then_some(notes)
}

fn activity(shown: Shown) -> Activity {
    let mut activity = Activity::new(shown.id);
    activity.day = shown.start_date_local.map(|start| start.date());
    activity.start = shown.start_date_local;
    activity.start_utc = shown.start_date;
    activity.duration_ms = shown.moving_time.map(|seconds| (seconds * 1000.0) as u64);
    activity.distance_m = shown.distance;
    activity.sport = shown.kind.as_deref().map(sport_of);
    activity.key = shown.external_id;
    activity
}

impl IntervalsIcu {
    /// The activity that carries the key of a delivery, in the days around its start.
    async fn with_key_of(&self, delivery: &Delivery<'_>) -> Result<Option<String>, ServiceError> {
        let key = delivery.required_key()?;
        let day = delivery.item.local_start(delivery.workout).date();
        let mut listed = self.activities(Window::around(day, 1)).await?.into_iter();
        let named = listed.find(|shown| shown.external_id.as_deref() == Some(key));
        Ok(named.map(|shown| shown.id))
    }
}

/// The fields of an upload.
fn parts(delivery: &Delivery<'_>, file: Vec<u8>) -> Vec<Part> {
    let file_name = format!("workout-{}.tcx", delivery.item.id);
    let kind = "application/vnd.garmin.tcx+xml";
    let mut parts = vec![
        Part::text("external_id", delivery.key),
        Part::file("file", file_name, kind, file),
    ];
    let name = delivery.workout.name.as_deref();
    parts.extend(name.map(|name| Part::text("name", name)));
    parts.extend(notes(delivery.workout).map(|notes| Part::text("description", notes)));
    parts
}

/// An activity without a file.
fn entry(delivery: &Delivery<'_>) -> Value {
    let Delivery { item, workout, .. } = delivery;
    let sport = item.sport_of(workout).unwrap_or(&Sport::Other);
    let start = item.local_start(workout).format("%Y-%m-%dT%H:%M:%S");
    json!({
        "external_id": delivery.key,
        "start_date_local": start.to_string(),
        "type": type_of(sport),
        "name": workout.name.as_deref().unwrap_or(sport.as_str()),
        "description": notes(workout),
        "moving_time": item.moving_s_of(workout).map(|seconds| seconds.round() as u64),
        "distance": item.distance_m_of(workout),
        "calories": workout.totals().calories,
    })
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
        Ok(listed.into_iter().map(activity).collect())
    }

    fn form(&self, item: &Item, workout: &Workout) -> Result<DeliveryForm, Refusal> {
        if workout.trackpoints().any(|point| point.time.is_some()) {
            return Ok(DeliveryForm::TrackFile);
        }
        let why = "it has no recorded points, and its own duration is not known";
        match item.moving_s_of(workout) {
            Some(_) => Ok(DeliveryForm::ManualEntry),
            None => Err(Refusal(why.into())),
        }
    }

    async fn send(&self, delivery: Delivery<'_>) -> SendOutcome {
        match self.with_key_of(&delivery).await {
            Ok(Some(id)) => return SendOutcome::AlreadyThere(id),
            Ok(None) => {}
            Err(error) => return SendOutcome::NotSent(error),
        }
        if delivery.form == DeliveryForm::ManualEntry {
            let request = self.new_activity("manual activity", "/manual");
            return match outcome(request.json(&entry(&delivery)).write().await) {
                // An upsert by key answers with 200, too: it was not there before.
                SendOutcome::AlreadyThere(id) => SendOutcome::Accepted(Receipt::with_id(id)),
                outcome => outcome,
            };
        }
        match delivery.tcx() {
            Ok(file) => {
                let request = self.new_activity("upload", "");
                outcome(request.multipart(parts(&delivery, file)).write().await)
            }
            Err(why) => SendOutcome::Rejected(why.0),
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
        // A type that no importer would have chosen was chosen by the user.
        match shown.kind.as_deref() {
            Some(kind) if ![imported(sport), "Workout"].contains(&kind) => Ok(()),
            _ => self.set_type(id, type_of(sport)).await,
        }
    }
}
