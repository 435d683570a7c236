//! A scripted destination: it stores uploads, answers as the test specifies, and never forgets an
//! accepted upload.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use workout_files::Sport;

use super::finishings::{FinishAnswer, Finishings};
use super::source::ZONE;
use crate::{Activity, Delivery, ErrorKind, Finishing, Receipt, SendOutcome, ServiceError, Window};

/// The destination's reaction to one upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Answer {
    /// Stores it and says so.
    Accept,
    /// Stores it and says so, without the activity's id.
    AcceptWithoutId,
    /// Stores it, and the connection breaks before the answer.
    StoreThenReset,
    /// The connection breaks before anything is stored.
    Reset,
    /// Stores it and answers with something that proves nothing.
    StoreOpaque,
    /// Answers with something that proves nothing, and stores nothing.
    Opaque,
    /// Refuses it.
    Reject,
    /// The request never leaves.
    NotSent(ErrorKind),
    /// Stores it and never answers.
    StoreAndHang,
}

/// An upload that was accepted, whatever was answered.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Accepted {
    /// The activity it became.
    pub activity: String,
    /// The workout's identifier at the source.
    pub item: String,
    /// When the exercise started.
    pub start: DateTime<Utc>,
}

/// A destination with scripted answers.
#[derive(Debug, Default)]
pub struct ScriptedDestination {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    activities: Vec<(Activity, DateTime<Utc>)>,
    accepted: Vec<Accepted>,
    answers: BTreeMap<String, VecDeque<Answer>>,
    refused: Vec<DateTime<Utc>>,
    failing_finds: usize,
    lag: TimeDelta,
    next_id: u64,
    finishing: Finishings,
}

impl ScriptedDestination {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How the next uploads of a workout are answered; later ones are accepted.
    pub fn answers(&self, id: &str, answers: &[Answer]) {
        self.state()
            .answers
            .insert(id.to_owned(), answers.iter().copied().collect());
    }

    /// The exercise that starts at this instant is refused whenever it comes.
    pub fn refuses(&self, start: DateTime<Utc>) {
        self.state().refused.push(start);
    }

    /// The next listings fail.
    pub fn finds_fail(&self, times: usize) {
        self.state().failing_finds = times;
    }

    /// How long it takes until the listing shows what was stored.
    pub fn lists_late(&self, lag: TimeDelta) {
        self.state().lag = lag;
    }

    /// Adds an activity that another program created long ago.
    pub fn has(&self, id: &str, day: NaiveDate, seconds: u64, metres: f64) {
        let activity = activity(id, day, seconds, metres);
        self.state()
            .activities
            .push((activity, DateTime::UNIX_EPOCH));
    }

    /// The user deletes an activity.
    pub fn delete(&self, id: &str) {
        self.remove(id);
    }

    /// Every upload that was ever accepted.
    #[must_use]
    pub fn accepted(&self) -> Vec<Accepted> {
        self.state().accepted.clone()
    }

    /// The activities that are there.
    #[must_use]
    pub fn activities(&self) -> Vec<String> {
        self.state()
            .activities
            .iter()
            .map(|(activity, _)| activity.id.clone())
            .collect()
    }

    /// A fingerprint of everything that can come out of this destination from now on.
    pub(super) fn fingerprint(&self) -> String {
        format!("{:?}", self.state())
    }

    pub(super) fn find(
        &self,
        window: Window,
        now: DateTime<Utc>,
    ) -> Result<Vec<Activity>, ServiceError> {
        let mut state = self.state();
        if state.failing_finds > 0 {
            state.failing_finds -= 1;
            return Err(ServiceError::new(
                ErrorKind::Temporary,
                "the listing failed",
            ));
        }
        let listed = state.activities.iter().filter(|(activity, at)| {
            *at + state.lag <= now && activity.day.is_some_and(|day| window.contains(day))
        });
        Ok(listed.map(|(activity, _)| activity.clone()).collect())
    }

    /// `None`: no answer comes.
    pub(super) fn send(&self, delivery: &Delivery<'_>, now: DateTime<Utc>) -> Option<SendOutcome> {
        let mut state = self.state();
        let id = &delivery.item.id;
        let start = delivery.workout.start_time().unwrap_or_default();
        if state.refused.contains(&start) {
            return Some(SendOutcome::Rejected("the file is broken".into()));
        }
        let answer = state
            .answers
            .get_mut(id)
            .and_then(VecDeque::pop_front)
            .unwrap_or(Answer::Accept);
        let broken = || ServiceError::new(ErrorKind::Temporary, "connection reset");
        Some(match answer {
            Answer::Accept => SendOutcome::Accepted(Receipt::with_id(state.store(delivery, now))),
            Answer::AcceptWithoutId => {
                state.store(delivery, now);
                SendOutcome::Accepted(Receipt::default())
            }
            Answer::StoreThenReset => {
                state.store(delivery, now);
                SendOutcome::MaybeSent(broken())
            }
            Answer::Reset => SendOutcome::MaybeSent(broken()),
            Answer::StoreOpaque => {
                state.store(delivery, now);
                SendOutcome::Opaque("an HTML page".into())
            }
            Answer::Opaque => SendOutcome::Opaque("an HTML page".into()),
            Answer::Reject => SendOutcome::Rejected("the file is broken".into()),
            Answer::NotSent(kind) => SendOutcome::NotSent(ServiceError::new(kind, "not sent")),
            Answer::StoreAndHang => {
                state.store(delivery, now);
                return None;
            }
        })
    }

    /// How the next finishings of a workout's activities are answered; later ones succeed.
    pub fn finishings(&self, id: &str, answers: &[FinishAnswer]) {
        self.state().finishing.script(id, answers);
    }

    /// The values that were set on an activity, whatever the destination answered, and the number
    /// of changes.
    #[must_use]
    pub fn finished(&self, activity: &str) -> Option<(Finishing, usize)> {
        self.state().finishing.of(activity)
    }

    pub(super) fn finish(&self, id: &str, what: &Finishing) -> Result<(), ServiceError> {
        let mut state = self.state();
        let there = state
            .activities
            .iter()
            .any(|(activity, _)| activity.id == id);
        let upload = state.accepted.iter().find(|upload| upload.activity == id);
        match upload.map(|upload| upload.item.clone()) {
            Some(item) if there => state.finishing.finish(id, &item, what),
            Some(_) => Err(ServiceError::new(ErrorKind::NotFound, "no such activity")),
            None => Err(ServiceError::new(
                ErrorKind::Invalid,
                "the engine did not create this activity",
            )),
        }
    }

    pub(super) fn remove(&self, id: &str) {
        self.state()
            .activities
            .retain(|(activity, _)| activity.id != id);
    }
}

impl State {
    fn store(&mut self, delivery: &Delivery<'_>, now: DateTime<Utc>) -> String {
        self.next_id += 1;
        let id = format!("{}", 9000 + self.next_id);
        let start = delivery.workout.start_time().unwrap_or_default();
        let lap = delivery.workout.laps.first();
        let seconds = lap.and_then(|lap| lap.total_time_s).unwrap_or_default();
        let metres = lap.and_then(|lap| lap.distance_m).unwrap_or_default();
        let day = (start + ZONE).date_naive();
        self.activities
            .push((activity(&id, day, seconds as u64, metres), now));
        self.accepted.push(Accepted {
            activity: id.clone(),
            item: delivery.item.id.clone(),
            start,
        });
        id
    }
}

/// As Runkeeper lists it: a day and no time of day, the distance rounded.
fn activity(id: &str, day: NaiveDate, seconds: u64, metres: f64) -> Activity {
    let mut activity = Activity::new(id);
    activity.day = Some(day);
    activity.duration_ms = Some(seconds * 1000);
    activity.distance_m = Some((metres / 10.0).round() * 10.0);
    activity.sport = Some(Sport::Running);
    activity
}
