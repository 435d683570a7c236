//! Fetching a workout, deciding its form, looking whether it is there, sending it.

use chrono::TimeDelta;
use workout_files::Workout;

use super::downloads::Downloads;
use super::link::Link;
use super::step::Peers;
use super::{Engine, Side, Stop};
use crate::book::Book;
use crate::destination::{Activity, DeliveryForm};
use crate::error::{ErrorKind, ServiceError};
use crate::facts;
use crate::record::{Facts, Record, Setting, State};

/// One exercise, ready to be sent.
pub(super) struct Exercise<'a> {
    pub(super) workout: &'a Workout,
    pub(super) form: DeliveryForm,
    pub(super) facts: Facts,
}

impl Engine {
    /// Fetches, looks whether it is there already, sends. Says whether something was sent.
    pub(super) async fn deliver(
        &self,
        book: &mut Book,
        mut record: Record,
        peers: &Peers,
        downloads: &Downloads<'_>,
    ) -> Result<bool, Stop> {
        if let Some(state) = self.hold_back(&record, None) {
            self.settle(book, record, state).await?;
            return Ok(false);
        }
        let can_find = self.destination.capabilities().find;
        let workouts = match downloads.take(&record.item).await {
            Ok(workouts) => workouts,
            Err(error) => return self.fetch_failed(book, record, error).await,
        };
        self.learn(&mut record, &workouts);
        if let Some(state) = self.hold_back(&record, Some(&workouts)) {
            self.settle(book, record, state).await?;
            return Ok(false);
        }
        let exercises = match self.exercises(&record, &workouts) {
            Ok(exercises) => exercises,
            Err(state) => {
                match *state {
                    State::Rejected { reason } if !record.parts.is_empty() => {
                        self.take_all_back(book, record, reason).await?;
                    }
                    state => self.settle(book, record, state).await?,
                }
                return Ok(false);
            }
        };
        let mut sent = false;
        for index in record.parts.len()..exercises.len() {
            let exercise = &exercises[index];
            let mut before: Vec<Activity> = Vec::new();
            if can_find {
                let id = record.item.id.clone();
                if let Some(twin) = self.open_twin(book, &id, &exercise.facts, peers).await? {
                    self.wait_for_twin(book, record, &twin).await?;
                    return Ok(sent);
                }
                before = match self.find(&exercise.facts).await {
                    Ok(listing) => listing,
                    Err(stop) => return self.give_up_run(book, record, stop).await,
                };
                match self
                    .link(book, &mut record, &exercise.facts, &before, peers)
                    .await?
                {
                    Link::Linked => continue,
                    Link::Free => {}
                    Link::Unclear(found) => {
                        self.not_clear(book, record, found).await?;
                        return Ok(sent);
                    }
                }
            }
            sent = true;
            let place = (index, exercises.len());
            match self
                .send(book, record, exercise, place, before, peers)
                .await?
            {
                Some(next) => record = next,
                None => return Ok(sent),
            }
        }
        match record.state {
            State::Delivered => self.follow_up(book, record, Some(&workouts)).await?,
            _ if sent => {
                self.there(book, record, State::Delivered, Some(&workouts))
                    .await?;
            }
            _ => {
                self.there(book, record, State::Linked, Some(&workouts))
                    .await?;
            }
        }
        Ok(sent)
    }

    async fn fetch_failed(
        &self,
        book: &mut Book,
        mut record: Record,
        error: ServiceError,
    ) -> Result<bool, Stop> {
        match error.kind() {
            ErrorKind::SignInNeeded | ErrorKind::Blocked => {
                let stop = Stop::Service {
                    side: Side::Source,
                    error,
                };
                return self.give_up_run(book, record, stop).await;
            }
            ErrorKind::Invalid => {
                let reason = format!("{} has no usable file for it: {error}", self.source.name());
                record.attempts += 1;
                self.park(book, record, reason, Vec::new(), None).await?;
                return Ok(false);
            }
            ErrorKind::Temporary if error.retry_after().is_some() => {
                self.wait_as_asked(book, record, &error).await?;
                return Ok(false);
            }
            ErrorKind::Temporary => {
                // Is it this workout, or is the service down? Then nobody's attempts are used up.
                if let Err(error) = self.source.check().await {
                    let stop = Stop::Service {
                        side: Side::Source,
                        error,
                    };
                    return self.give_up_run(book, record, stop).await;
                }
            }
            _ => {}
        }
        self.failed(book, record, error).await?;
        Ok(false)
    }

    /// The workout failed once more: it waits, or it is parked.
    pub(super) async fn failed(
        &self,
        book: &mut Book,
        mut record: Record,
        error: ServiceError,
    ) -> Result<(), Stop> {
        record.attempts += 1;
        let attempts = record.attempts;
        if attempts >= self.policy.max_attempts() {
            let reason = format!("failed {attempts} times, the last time: {error}");
            return self.park(book, record, reason, Vec::new(), None).await;
        }
        let now = self.clock.now();
        let asked = crate::policy::asked_wait(&error).unwrap_or_default();
        let wait = self.policy.backoff(attempts).max(asked);
        let not_before = now.checked_add_signed(wait).unwrap_or(now);
        self.settle(
            book,
            record,
            State::Waiting {
                not_before,
                reason: error.to_string(),
            },
        )
        .await
    }

    /// What the listing did not tell and the recording does: the start as an instant, and the sport.
    fn learn(&self, record: &mut Record, workouts: &[Workout]) {
        if let ([only], None) = (workouts, &record.item.sport)
            && only.sport != workout_files::Sport::Other
        {
            record.item.sport = Some(only.sport.clone());
        }
        let Some(start) = workouts.first().and_then(Workout::start_time) else {
            return;
        };
        if record.item.start_utc.is_some() {
            return;
        }
        let offset = record
            .item
            .start
            .signed_duration_since(start.naive_utc())
            .num_seconds();
        // Only where recording and listed wall clock agree by a zone that exists.
        let quarter = (offset as f64 / 900.0).round() as i64 * 900;
        if quarter.abs() <= 14 * 3600 && (offset - quarter).abs() <= 120 {
            // The listing's own start, shifted by the zone: the recording's first point may be a second late.
            let utc = record.item.start - TimeDelta::seconds(quarter);
            record.item.start_utc = Some(utc.and_utc());
        }
    }

    /// Decides the form of every exercise before any is sent: a session is never delivered by half.
    fn exercises<'w>(
        &self,
        record: &Record,
        workouts: &'w [Workout],
    ) -> Result<Vec<Exercise<'w>>, Box<State>> {
        let mut exercises = Vec::with_capacity(workouts.len());
        for (index, workout) in workouts.iter().enumerate() {
            let which = || match workouts.len() {
                1 => String::new(),
                of => format!("exercise {} of {of}: ", index + 1),
            };
            let form = self
                .destination
                .form(&record.item, workout)
                .map_err(|refusal| {
                    Box::new(State::Rejected {
                        reason: format!("{}{refusal}", which()),
                    })
                })?;
            // A session of which a part was sent already is never left by half, whatever the settings say now.
            let allowed = self.policy.manual_entries() || !record.parts.is_empty();
            if form == DeliveryForm::ManualEntry && !allowed {
                return Err(Box::new(State::Skipped {
                    reason: format!("{}no track, and manual entries are switched off", which()),
                    setting: Some(Setting::ManualEntries),
                    sport: None,
                }));
            }
            let alone = workouts.len() == 1;
            let facts = facts::of_exercise(&record.item, workout, alone);
            exercises.push(Exercise {
                workout,
                form,
                facts,
            });
        }
        if exercises.is_empty() {
            return Err(Box::new(State::Parked {
                reason: format!("{} gave no exercise for it", self.source.name()),
                evidence: Vec::new(),
                intent: None,
            }));
        }
        Ok(exercises)
    }
}
