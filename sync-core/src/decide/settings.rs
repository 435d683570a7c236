//! Checks a workout against the policy and the destination's abilities, before anything is sent.

use std::time::Duration;

use chrono::{DateTime, Utc};
use workout_files::{Sport, Workout, infer_utc_offset};

use super::Fetched;
use crate::machine::{Cx, Event};
use crate::model::{Exercise, Reason, Record, State};
use crate::policy::delta;
use crate::{DeliveryForm, Item, Policy};

/// The event of a workout that a setting keeps from being moved now. Checked with the listing's
/// facts, and again with the recording.
pub(crate) fn held_back(item: &Item, workouts: Option<&[Workout]>, cx: &Cx<'_>) -> Option<Event> {
    if let Some(reason) = left_out(item, workouts, cx.policy) {
        return Some(Event::LeftOut(reason));
    }
    // Without a zone the listing does not give the end of the workout; the recording does.
    if cx.policy.delay().is_zero() || (workouts.is_none() && item.start_utc.is_none()) {
        return None;
    }
    let end = ended_at(item, workouts.unwrap_or_default());
    let not_before = end.checked_add_signed(cx.policy.delay());
    let not_before = not_before.unwrap_or(DateTime::<Utc>::MAX_UTC);
    let reason = Reason::Rests;
    (cx.now < not_before).then_some(Event::Postponed { not_before, reason })
}

/// Whether the setting that left a workout out still applies to it, by the present listing.
pub(crate) fn is_still_left_out(record: &Record, listed: &Item, policy: &Policy) -> bool {
    let State::Skipped { reason } = &record.state else {
        return false;
    };
    match reason {
        _ if record.item.is_edited(listed) => false,
        Reason::NoTrack { .. } => !policy.manual_entries,
        // The recording's sport counts as long as the setting leaves that sport out.
        Reason::LeftOut { sport, .. } => {
            !policy.sports.allows(sport) || left_out(&record.item, None, policy).is_some()
        }
        _ => true,
    }
}

/// Why a workout is left out for its sport.
pub(crate) fn left_out(
    item: &Item,
    workouts: Option<&[Workout]>,
    policy: &Policy,
) -> Option<Reason> {
    let allowed = &policy.sports;
    let reason = |sport: &Sport, exercise| {
        Some(Reason::LeftOut {
            sport: sport.clone(),
            filter: allowed.to_string(),
            exercise,
        })
    };
    match (&item.sport, workouts) {
        (Some(sport), _) if !allowed.allows(sport) => reason(sport, false),
        // A file names the sport more coarsely than the listing does.
        (Some(_), None | Some([_])) | (None, None) => None,
        (_, Some(workouts)) => {
            let out = workouts
                .iter()
                .find(|workout| !allowed.allows(&workout.sport))?;
            reason(&out.sport, workouts.len() > 1)
        }
    }
}

/// Facts that the listing lacked and the recording has: the start as an instant, and the sport.
pub(super) fn learn(record: &Record, fetched: &Fetched) -> Option<Event> {
    let item = &record.item;
    let sport = match (fetched.workouts.as_slice(), &item.sport) {
        ([only], None) if only.sport != Sport::Other => Some(only.sport.clone()),
        _ => None,
    };
    let start = fetched.workouts.first().and_then(Workout::start_time);
    let start_utc = match item.start_utc {
        Some(_) => None,
        None => start.and_then(|start| infer_instant(item, start)),
    };
    (sport.is_some() || start_utc.is_some()).then_some(Event::Learned { start_utc, sport })
}

/// The listing's own start, shifted by the zone: the recording's first point may be a second late.
fn infer_instant(item: &Item, start: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let zone = infer_utc_offset(item.start, start)?;
    let local = item.start.and_local_timezone(zone).single()?;
    Some(local.with_timezone(&Utc))
}

/// The reason against delivering a fetched workout of which nothing is at the destination.
pub(crate) fn undeliverable(
    item: &Item,
    fetched: &Fetched,
    policy: &Policy,
    source: &str,
) -> Option<Reason> {
    let left_out = left_out(item, Some(&fetched.workouts), policy);
    left_out.or_else(|| match refusal(fetched, policy.manual_entries, source)? {
        Event::LeftOut(reason) | Event::Refused(reason) | Event::Parked { reason, .. } => {
            Some(reason)
        }
        _ => None,
    })
}

/// The event against delivering the exercises, checked before any is sent: a session is delivered
/// completely or not started.
pub(super) fn refusal(fetched: &Fetched, manual: bool, source: &str) -> Option<Event> {
    let of = fetched.workouts.len();
    let entry = |exercise: &super::Exercise| exercise.form == DeliveryForm::ManualEntry;
    if let Some(index) = fetched.exercises.iter().position(entry).filter(|_| !manual) {
        return Some(Event::LeftOut(Reason::NoTrack {
            exercise: Exercise::of(index, of),
        }));
    }
    if let Some(message) = &fetched.refusal {
        return Some(Event::Refused(Reason::Refused {
            exercise: Exercise::of(fetched.exercises.len(), of),
            message: message.clone(),
        }));
    }
    fetched.exercises.is_empty().then(|| Event::Parked {
        reason: Reason::NoExercise {
            service: source.to_owned(),
        },
        evidence: Vec::new(),
    })
}

/// The latest known instant of a workout. Without a zone the wall clock is taken as UTC.
fn ended_at(item: &Item, workouts: &[Workout]) -> DateTime<Utc> {
    let start = item.start_utc.unwrap_or_else(|| item.start.and_utc());
    let duration = item.duration_ms.map(|ms| delta(Duration::from_millis(ms)));
    let listed = duration.and_then(|duration| start.checked_add_signed(duration));
    let tracks = workouts.iter().flat_map(Workout::tracks);
    let recorded = tracks.filter_map(|track| track.time(track.len().checked_sub(1)?));
    let recorded = recorded.max();
    listed.into_iter().chain(recorded).max().unwrap_or(start)
}
