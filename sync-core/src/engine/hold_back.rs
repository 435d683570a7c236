//! What the settings say about a workout before it is moved: leave it out, or let it rest for a while.

use chrono::{DateTime, Utc};
use workout_files::{Sport, Workout};

use super::Engine;
use crate::item::Item;
use crate::record::{Record, Setting, State};
use crate::report::Line;

impl Engine {
    /// The state of a workout that is not moved now, because a setting says so. Asked with what the listing tells, and again with the
    /// recording. A session of which a part was sent already is never left by half.
    pub(super) fn hold_back(&self, record: &Record, workouts: Option<&[Workout]>) -> Option<State> {
        if !record.parts.is_empty() {
            return None;
        }
        if let Some((sport, reason)) = self.left_out(&record.item, workouts) {
            return Some(State::Skipped {
                reason,
                setting: Some(Setting::Sports),
                sport: Some(sport.clone()),
            });
        }
        if self.policy.delay().is_zero() {
            return None;
        }
        // Without a zone nobody knows when it ended; the recording tells.
        if workouts.is_none() && record.item.start_utc.is_none() {
            return None;
        }
        let end = ended_at(&record.item, workouts.unwrap_or_default());
        let not_before = self.rests_until(end);
        (self.clock.now() < not_before).then(|| State::Waiting {
            not_before,
            reason: "the settings let it rest for a while after its end".to_owned(),
        })
    }

    /// A plan says already which of the workouts that are new will be left out.
    pub(super) fn say_if_left_out(&self, line: &mut Line) {
        let left_out = self.left_out(&line.item, None);
        line.reason = left_out.map(|(_, reason)| reason);
    }

    /// Whether the listing alone says that a workout is not moved now.
    pub(super) fn is_held_back(&self, item: &Item) -> bool {
        let rests = || {
            let until = self.rests_until(ended_at(item, &[]));
            let delays = !self.policy.delay().is_zero();
            delays && item.start_utc.is_some() && self.clock.now() < until
        };
        self.left_out(item, None).is_some() || rests()
    }

    /// How long a workout rests that ended then.
    fn rests_until(&self, end: DateTime<Utc>) -> DateTime<Utc> {
        end.checked_add_signed(self.policy.delay())
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Whether the setting that left a workout out still does.
    pub(super) fn is_still_left_out(&self, record: &Record) -> bool {
        match &record.state {
            State::Skipped { setting, sport, .. } => match setting {
                Some(Setting::ManualEntries) => !self.policy.manual_entries(),
                // What the recording said counts as long as the setting leaves that sport out.
                Some(Setting::Sports) => {
                    let filter = self.policy.sports();
                    sport.as_ref().is_some_and(|sport| !filter.allows(sport))
                        || self.left_out(&record.item, None).is_some()
                }
                None => true,
            },
            _ => false,
        }
    }

    /// Why a workout is left out for its sport.
    fn left_out<'a>(
        &self,
        item: &'a Item,
        workouts: Option<&'a [Workout]>,
    ) -> Option<(&'a Sport, String)> {
        let filter = self.policy.sports();
        let told = |what: &str, sport: &'a Sport| {
            let name = sport.as_str().replace('_', " ");
            let reason = format!("{what} {name}, which is left out by the setting `{filter}`");
            Some((sport, reason))
        };
        match (&item.sport, workouts) {
            (Some(sport), _) if !filter.allows(sport) => told("its sport is", sport),
            // What a file says is coarser than what the listing says.
            (Some(_), None | Some([_])) | (None, None) => None,
            (_, Some(workouts)) => {
                let out = workouts
                    .iter()
                    .find(|workout| !filter.allows(&workout.sport));
                out.and_then(|workout| match workouts.len() {
                    1 => told("its sport is", &workout.sport),
                    _ => told("one of its exercises is", &workout.sport),
                })
            }
        }
    }
}

/// The latest instant that is known of a workout. Without a zone the wall clock is taken as it is.
fn ended_at(item: &Item, workouts: &[Workout]) -> DateTime<Utc> {
    let start = item.start_utc.unwrap_or_else(|| item.start.and_utc());
    let ms = item.duration_ms.and_then(|ms| i64::try_from(ms).ok());
    let listed = ms
        .and_then(chrono::TimeDelta::try_milliseconds)
        .and_then(|duration| start.checked_add_signed(duration));
    let recorded = workouts
        .iter()
        .flat_map(Workout::tracks)
        .filter_map(|track| track.time(track.len().checked_sub(1)?))
        .max();
    listed.into_iter().chain(recorded).max().unwrap_or(start)
}
