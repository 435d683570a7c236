//! The account as a [`Source`] of `sync-core`.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use chrono::{Local, NaiveDateTime, NaiveTime};
use futures_util::StreamExt;
use futures_util::stream::{self, BoxStream};
use sync_core::{ErrorKind, Item, ServiceError, Source, Window, Workout};
use workout_files::{infer_utc_offset, resolve_wall_clock};

use super::NAME;
use crate::{ActivityId, Error, ListedActivity, Month, Runkeeper};

/// The activities of an account as a source: those with points as their track, entries typed in by
/// their totals.
///
/// - The listing has no times of day, so the page of each listed activity is read once for each handle.
///   Where it shows no time, the item starts at midnight.
/// - An activity that is being recorded is left for a later listing.
/// - GPX files hold instants, pages hold wall clocks: the zone is the difference. An entry without a
///   track is placed by this machine's time zone, because no page of the site has the user's.
///
/// Clones share the session and what was read.
///
/// ```
/// use runkeeper::{Runkeeper, engine::RunkeeperSource};
/// use sync_core::Source;
///
/// let source = RunkeeperSource::new(Runkeeper::builder().build()?);
/// assert_eq!(source.name(), "runkeeper");
/// # Ok::<(), runkeeper::Error>(())
/// ```
#[derive(Clone)]
pub struct RunkeeperSource {
    client: Runkeeper,
    starts: Arc<Mutex<HashMap<ActivityId, NaiveDateTime>>>,
}

impl fmt::Debug for RunkeeperSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunkeeperSource").finish_non_exhaustive()
    }
}

impl RunkeeperSource {
    /// The activities of this client's account.
    #[must_use]
    pub fn new(client: Runkeeper) -> Self {
        let starts = Arc::default();
        Self { client, starts }
    }

    fn starts(&self) -> MutexGuard<'_, HashMap<ActivityId, NaiveDateTime>> {
        self.starts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn listed(&self, window: Window) -> Result<Vec<Item>, ServiceError> {
        let mut rows = Vec::new();
        for month in Month::between(window.from, window.until) {
            rows.extend(self.client.activities_in(month).await?);
        }
        // As for the destination: a dead session may list nothing.
        self.client.prove_alive().await?;
        let mut items = Vec::new();
        for row in rows.into_iter().filter(|row| !row.live) {
            if let Some(item) = self.item(row, window).await? {
                items.push(item);
            }
        }
        Ok(items)
    }

    async fn item(
        &self,
        row: ListedActivity,
        window: Window,
    ) -> Result<Option<Item>, ServiceError> {
        let Some(day) = row.day else {
            let message = format!("Runkeeper lists activity {} without a day", row.id);
            return Err(ServiceError::new(ErrorKind::Drift, message));
        };
        if !window.contains(day) {
            return Ok(None);
        }
        let known = self.starts().get(&row.id).copied();
        let start = match known {
            Some(start) => start,
            None => {
                let page = self.client.activity(row.id).await?;
                // The listing decides about the day: it is the one that windows are made of.
                let shown = page.start.filter(|start| start.date() == day);
                let start = shown.unwrap_or_else(|| day.and_time(NaiveTime::MIN));
                self.starts().insert(row.id, start);
                start
            }
        };
        let mut item = Item::new(row.id.to_string(), start);
        let duration = row.duration.map(|time| time.num_milliseconds());
        item.duration_ms = duration.and_then(|ms| u64::try_from(ms).ok());
        let metres = row.distance.and_then(|distance| distance.metres());
        item.distance_m = metres.filter(|metres| *metres > 0.0);
        item.sport = row.activity_type.map(|known| known.to_sport());
        Ok(Some(item))
    }
}

#[async_trait]
impl Source for RunkeeperSource {
    fn name(&self) -> &str {
        NAME
    }

    async fn check(&self) -> Result<(), ServiceError> {
        self.client.check().await?;
        self.client.keep_session().await;
        Ok(())
    }

    fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>> {
        let listed = async move {
            let items: Vec<_> = match self.listed(window).await {
                Ok(items) => items.into_iter().map(Ok).collect(),
                Err(error) => vec![Err(error)],
            };
            stream::iter(items)
        };
        stream::once(listed).flatten().boxed()
    }

    async fn fetch(&self, item: &Item) -> Result<Vec<Workout>, ServiceError> {
        let id: ActivityId = item.id.parse().map_err(|_| {
            let message = format!("\"{}\" is no id of a Runkeeper activity", item.id);
            ServiceError::new(ErrorKind::Invalid, message)
        })?;
        // Pages show distances without a unit; a listing names it.
        match self.client.distance_unit().await {
            Ok(_) | Err(Error::UnitUnknown) => {}
            Err(error) => return Err(error.into()),
        }
        let mut workout = self.client.read_activity(id).await?;
        match workout.start_time() {
            Some(start) => {
                let zone = infer_utc_offset(item.start, start);
                workout.local_offset = workout.local_offset.or(zone);
            }
            None => {
                let here = resolve_wall_clock(item.start, &Local);
                workout.start = here.map(|here| here.to_utc());
                workout.local_offset = here.map(|here| *here.offset());
                if let [lap] = workout.laps.as_mut_slice() {
                    lap.start = workout.start;
                }
            }
        }
        self.client.keep_session().await;
        Ok(vec![workout])
    }
}
