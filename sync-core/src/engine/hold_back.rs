//! What the settings say about a workout before it is moved: leave it out, or let it rest for a while.

use chrono::{DateTime, Utc};
use workout::{Sport, Workout};

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
        if let Some(reason) = self.left_out(&record.item, workouts) {
            return Some(State::Skipped {
                reason,
                setting: Some(Setting::Sports),
            });
        }
        // Without a zone nobody knows when it ended; the recording tells.
        if workouts.is_none() && record.item.start_utc.is_none() {
            return None;
        }
        let end = ended_at(&record.item, workouts.unwrap_or_default());
        let not_before = end.checked_add_signed(self.policy.delay())?;
        (self.clock.now() < not_before).then(|| State::Waiting {
            not_before,
            reason: "the settings let it rest for a while after its end".to_owned(),
        })
    }

    /// A workout that is not in the ledger yet; a plan says already which ones will be left out.
    pub(super) fn new_line(&self, item: Item) -> Line {
        let reason = self.left_out(&item, None);
        let mut line = Line::new_item(item);
        line.reason = reason;
        line
    }

    /// Whether the listing alone says that a workout is not moved now.
    pub(super) fn is_held_back(&self, item: &Item) -> bool {
        let rests = || {
            let end = ended_at(item, &[]);
            let until = end.checked_add_signed(self.policy.delay());
            item.start_utc.is_some() && until.is_some_and(|until| self.clock.now() < until)
        };
        self.left_out(item, None).is_some() || rests()
    }

    /// Whether the setting that left a workout out still does.
    pub(super) fn is_still_left_out(&self, record: &Record) -> bool {
        match &record.state {
            State::Skipped { setting, .. } => match setting {
                Some(Setting::ManualEntries) => !self.policy.manual_entries(),
                Some(Setting::Sports) => self.left_out(&record.item, None).is_some(),
                None => true,
            },
            _ => false,
        }
    }

    /// Why a workout is left out for its sport.
    fn left_out(&self, item: &Item, workouts: Option<&[Workout]>) -> Option<String> {
        let filter = self.policy.sports();
        let told = |what: &str, sport: &Sport| {
            let sport = sport.as_str().replace('_', " ");
            Some(format!(
                "{what} {sport}, which is left out by the setting `{filter}`"
            ))
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
