//! One workout, as far as it gets in this run: claim, find out the fate of an earlier send, fetch, look, send.

use chrono::{DateTime, TimeDelta, Utc};
use workout::Workout;

use super::{Engine, Side, Stop};
use crate::book::Book;
use crate::destination::{Activity, DeliveryForm};
use crate::error::{ErrorKind, ServiceError};
use crate::facts;
use crate::item::{Item, Window};
use crate::lookup::{Found, Lookup};
use crate::record::{Facts, Intent, Lease, Part, Record, State};

/// Workouts that could claim the same activity.
pub(super) type Peers = [(String, Facts)];

/// One exercise, ready to be sent.
pub(super) struct Exercise<'a> {
    pub(super) workout: &'a Workout,
    pub(super) form: DeliveryForm,
    pub(super) facts: Facts,
}

impl Engine {
    /// Whether a run can do something about this workout now.
    pub(super) fn is_due(&self, book: &Book, item: &Item) -> bool {
        let Some(record) = book.get(&item.id) else {
            return true;
        };
        let now = self.clock.now();
        self.is_free(record, now)
            && match &record.state {
                State::Claimed | State::Sending { .. } | State::Unsure { .. } => true,
                State::Waiting { not_before, .. } => *not_before <= now,
                _ => false,
            }
    }

    /// Nobody holds it, or whoever did is gone for longer than a send could have taken to settle.
    pub(super) fn is_free(&self, record: &Record, now: DateTime<Utc>) -> bool {
        let gone = |lease: &Lease| {
            lease
                .until
                .checked_add_signed(self.policy.settle())
                .is_some_and(|end| end <= now)
        };
        record.lease.as_ref().is_none_or(gone)
    }

    /// Takes one workout as far as it gets. Says whether something was sent.
    pub(super) async fn step(
        &self,
        book: &mut Book,
        item: &Item,
        peers: &Peers,
    ) -> Result<bool, Stop> {
        let Some(record) = self.claim(book, item).await? else {
            return Ok(false);
        };
        if record.taking_back.is_some() {
            self.take_back(book, *record).await?;
            return Ok(false);
        }
        let record = match record.state.intent().cloned() {
            None => *record,
            Some(intent) => match self.reconcile(book, *record, intent).await? {
                Looked::Free(record) => *record,
                Looked::Done => return Ok(false),
            },
        };
        self.deliver(book, record, peers).await
    }

    /// Claims a workout. `None`: somebody else was faster.
    pub(super) async fn claim(
        &self,
        book: &mut Book,
        item: &Item,
    ) -> Result<Option<Box<Record>>, Stop> {
        let now = self.clock.now();
        let lease = self.lease(now);
        let mut record = match book.get(&item.id).cloned() {
            None => Record::claimed(item.clone(), lease, now),
            Some(mut record) => {
                record.lease = Some(lease);
                record.state = match std::mem::replace(&mut record.state, State::Claimed) {
                    State::Sending { intent } => {
                        record.note(
                            now,
                            "the worker that was sending it is gone: its fate is open",
                        );
                        let not_before = self.settled_at(intent.ends_by);
                        let reason =
                            "the program ended while the workout was being sent".to_owned();
                        State::Unsure {
                            intent,
                            not_before,
                            reason,
                        }
                    }
                    open @ State::Unsure { .. } => open,
                    _ => {
                        record.note(now, "claimed");
                        State::Claimed
                    }
                };
                record
            }
        };
        Ok(book.put(&mut record).await?.then(|| Box::new(record)))
    }

    pub(super) fn lease(&self, now: DateTime<Utc>) -> Lease {
        let until = now
            .checked_add_signed(self.policy.lease())
            .unwrap_or(DateTime::<Utc>::MAX_UTC);
        Lease {
            holder: self.holder.clone(),
            until,
        }
    }

    pub(super) fn settled_at(&self, sent: DateTime<Utc>) -> DateTime<Utc> {
        sent.checked_add_signed(self.policy.settle())
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// Finds out what became of an earlier send.
    pub(super) async fn reconcile(
        &self,
        book: &mut Book,
        mut record: Record,
        intent: Intent,
    ) -> Result<Looked, Stop> {
        let now = self.clock.now();
        if !self.destination.capabilities().find {
            let reason = format!(
                "it was sent, but no answer came, and {} can't be searched for it: look yourself, then retry or skip it",
                self.destination.name()
            );
            self.park(book, record, reason, Vec::new(), Some(intent))
                .await?;
            return Ok(Looked::Done);
        }
        let listing = match self.find(&intent.facts).await {
            Ok(listing) => listing,
            Err(stop) => {
                self.put_back(book, record).await?;
                return Err(stop);
            }
        };
        book.refresh().await?;
        let lookup = Lookup::after_send(&record, &intent);
        let not_before = record.state.not_before().unwrap_or(now);
        match lookup.answer(book, &listing) {
            Found::One { activity, evidence } => {
                if !book.reserve(&activity, &record.item.id).await? {
                    let evidence = vec![format!("activity {activity} belongs to another workout")];
                    let reason = "it was sent, and what looks like it is another workout's".into();
                    self.park(book, record, reason, evidence, Some(intent))
                        .await?;
                    return Ok(Looked::Done);
                }
                record.note(now, format!("found as activity {activity}: {evidence}"));
                let receipt = crate::Receipt::with_id(activity);
                record.parts.push(Part {
                    form: Some(intent.form),
                    receipt,
                    facts: intent.facts.clone(),
                });
                if record.parts.len() >= intent.of {
                    self.settle(book, record, State::Linked).await?;
                    return Ok(Looked::Done);
                }
                self.go_on(book, record).await
            }
            Found::Nothing if now >= not_before => {
                record.note(
                    now,
                    "not there after the settle window: it may be sent again",
                );
                self.go_on(book, record).await
            }
            Found::Nothing => {
                self.put_back(book, record).await?;
                Ok(Looked::Done)
            }
            Found::Contended(why) | Found::Untrusted(why) => {
                record.note(now, format!("looked for it in vain: {why}"));
                let not_before = not_before.max(self.settled_at(now));
                record.state = State::Unsure {
                    intent,
                    not_before,
                    reason: why,
                };
                self.put_back(book, record).await?;
                Ok(Looked::Done)
            }
            Found::Ambiguous(evidence) => {
                let reason = "it was sent, and it can't be told which of the activities it became"
                    .to_owned();
                self.park(book, record, reason, evidence, Some(intent))
                    .await?;
                Ok(Looked::Done)
            }
        }
    }

    /// Fetches, looks whether it is there already, sends. Says whether something was sent.
    async fn deliver(
        &self,
        book: &mut Book,
        mut record: Record,
        peers: &Peers,
    ) -> Result<bool, Stop> {
        let listed = Facts::of_item(&record.item);
        let can_find = self.destination.capabilities().find;
        // A ledger that never saw a complete listing may be a lost one: what is there already is linked without downloading it again.
        if can_find && record.parts.is_empty() && book.cursor().is_none() {
            let listing = match self.find(&listed).await {
                Ok(listing) => listing,
                Err(stop) => return self.give_up_run(book, record, stop).await,
            };
            match self
                .link(book, &mut record, &listed, &listing, peers)
                .await?
            {
                Link::Linked => {
                    self.settle(book, record, State::Linked).await?;
                    return Ok(false);
                }
                Link::Free | Link::Unclear(_) => {}
            }
        }
        let workouts = match self.fetch(&record.item).await {
            Ok(workouts) => workouts,
            Err(error) => return self.fetch_failed(book, record, error).await,
        };
        self.learn(&mut record, &workouts);
        let exercises = match self.exercises(&record, &workouts) {
            Ok(exercises) => exercises,
            Err(state) => {
                self.settle(book, record, *state).await?;
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
        let state = if sent {
            State::Delivered
        } else {
            State::Linked
        };
        self.settle(book, record, state).await?;
        Ok(sent)
    }

    async fn fetch(&self, item: &Item) -> Result<Vec<Workout>, ServiceError> {
        match self.source.fetch(item).await {
            // A download can be damaged on the way; the same damage twice is the file's own.
            Err(error) if error.kind() == ErrorKind::Invalid => self.source.fetch(item).await,
            answer => answer,
        }
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
        let asked = error
            .retry_after()
            .map_or(TimeDelta::zero(), crate::policy::delta);
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
            && only.sport != workout::Sport::Other
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
            if form == DeliveryForm::ManualEntry && !self.policy.manual_entries() {
                return Err(Box::new(State::Skipped {
                    reason: format!("{}no track, and manual entries are switched off", which()),
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

    /// Whether the workout is at the destination already, without having been sent by us.
    async fn link(
        &self,
        book: &mut Book,
        record: &mut Record,
        facts: &Facts,
        listing: &[Activity],
        peers: &Peers,
    ) -> Result<Link, Stop> {
        let id = record.item.id.clone();
        let asked = record.clone();
        let lookup = Lookup::before_send(&asked, facts, peers);
        if lookup.answer(book, listing) == Found::Nothing {
            return Ok(Link::Free);
        }
        // What looks like ours may have become another worker's in the meantime.
        book.refresh().await?;
        match lookup.answer(book, listing) {
            Found::Nothing => Ok(Link::Free),
            Found::One { activity, evidence } => {
                if !book.reserve(&activity, &id).await? {
                    return Ok(Link::Unclear(Found::Ambiguous(vec![format!(
                        "activity {activity} looks like it ({evidence}) and belongs to another workout"
                    )])));
                }
                let now = self.clock.now();
                record.note(
                    now,
                    format!("was there already as activity {activity}: {evidence}"),
                );
                record.parts.push(Part {
                    form: None,
                    receipt: crate::Receipt::with_id(activity),
                    facts: facts.clone(),
                });
                Ok(Link::Linked)
            }
            found => Ok(Link::Unclear(found)),
        }
    }

    /// Puts a workout back until the fate of one that looks like it is known.
    pub(super) async fn wait_for_twin(
        &self,
        book: &mut Book,
        record: Record,
        twin: &str,
    ) -> Result<(), Stop> {
        let reason = format!(
            "workout {twin} looks the same, and it is not known yet whether that one arrived"
        );
        self.not_clear(book, record, Found::Contended(reason)).await
    }

    async fn not_clear(&self, book: &mut Book, record: Record, found: Found) -> Result<(), Stop> {
        match found {
            Found::Ambiguous(evidence) => {
                let reason = format!(
                    "{} has an activity that may be this workout: look yourself, then retry or skip it",
                    self.destination.name()
                );
                self.park(book, record, reason, evidence, None).await
            }
            Found::Untrusted(reason) => {
                self.failed(
                    book,
                    record,
                    ServiceError::new(ErrorKind::Temporary, reason),
                )
                .await
            }
            Found::Contended(reason) => {
                let not_before = self.settled_at(self.clock.now());
                self.settle(book, record, State::Waiting { not_before, reason })
                    .await
            }
            Found::Nothing | Found::One { .. } => Ok(()),
        }
    }

    /// The activities around a workout's day, or the reason why the run can't go on: without a listing nothing is sent.
    pub(super) async fn find(&self, facts: &Facts) -> Result<Vec<Activity>, Stop> {
        self.find_in(Window::around(facts.day(), 1)).await
    }

    pub(super) async fn find_in(&self, window: Window) -> Result<Vec<Activity>, Stop> {
        self.destination
            .find(window)
            .await
            .map_err(|error| Stop::Service {
                side: Side::Destination,
                error,
            })
    }

    /// Links one listed workout that the ledger does not know, if it certainly is at the destination.
    pub(super) async fn link_listed(
        &self,
        book: &mut Book,
        listed: &[Item],
        item: &Item,
        listing: &[Activity],
    ) -> Result<(), Stop> {
        let peers = super::run::peers(book, listed, item);
        let facts = Facts::of_item(item);
        let unknown = Record::claimed(item.clone(), self.lease(self.clock.now()), self.clock.now());
        let lookup = Lookup::before_send(&unknown, &facts, &peers);
        if !matches!(lookup.answer(book, listing), Found::One { .. }) {
            return Ok(());
        }
        let Some(record) = self.claim(book, item).await? else {
            return Ok(());
        };
        let mut record = *record;
        match self
            .link(book, &mut record, &facts, listing, &peers)
            .await?
        {
            Link::Linked => self.settle(book, record, State::Linked).await,
            Link::Free | Link::Unclear(_) => {
                let reason = "not found at the destination with certainty".to_owned();
                let not_before = self.clock.now();
                self.settle(book, record, State::Waiting { not_before, reason })
                    .await
            }
        }
    }

    /// Claims the record anew, for the next exercise or the next try.
    async fn go_on(&self, book: &mut Book, mut record: Record) -> Result<Looked, Stop> {
        record.lease = Some(self.lease(self.clock.now()));
        record.state = State::Claimed;
        let kept = book.put(&mut record).await?;
        Ok(if kept {
            Looked::Free(Box::new(record))
        } else {
            Looked::Done
        })
    }

    /// Writes the record in a new state and lets go of it.
    pub(super) async fn settle(
        &self,
        book: &mut Book,
        mut record: Record,
        state: State,
    ) -> Result<(), Stop> {
        let line = match state.reason() {
            Some(reason) => format!("{}: {reason}", state.name()),
            None => state.name().to_string(),
        };
        record.note(self.clock.now(), line);
        record.state = state;
        record.lease = None;
        // Losing here means that somebody took over after our lease ran out; the book then holds their word.
        book.put(&mut record).await?;
        Ok(())
    }

    /// Lets go of the record as it is.
    async fn put_back(&self, book: &mut Book, mut record: Record) -> Result<(), Stop> {
        record.lease = None;
        record.updated_at = self.clock.now();
        book.put(&mut record).await?;
        Ok(())
    }

    pub(super) async fn park(
        &self,
        book: &mut Book,
        record: Record,
        reason: String,
        evidence: Vec<String>,
        intent: Option<Intent>,
    ) -> Result<(), Stop> {
        self.settle(
            book,
            record,
            State::Parked {
                reason,
                evidence,
                intent,
            },
        )
        .await
    }

    /// Ends the run for a reason that is not this workout's: it waits for the next run, and no attempt is counted.
    pub(super) async fn give_up_run(
        &self,
        book: &mut Book,
        record: Record,
        stop: Stop,
    ) -> Result<bool, Stop> {
        let now = self.clock.now();
        let wait = match &stop {
            Stop::Service { error, .. } => error.retry_after().map(crate::policy::delta),
            _ => None,
        };
        let not_before = wait
            .and_then(|wait| now.checked_add_signed(wait))
            .unwrap_or(now);
        let reason = stop.to_string();
        self.settle(book, record, State::Waiting { not_before, reason })
            .await?;
        Err(stop)
    }
}

/// What became of looking for an earlier send.
pub(super) enum Looked {
    /// The workout (or its next exercise) may be sent now.
    Free(Box<Record>),
    /// There is nothing more to do with it in this run.
    Done,
}

/// What became of the question whether a workout is at the destination already.
enum Link {
    Linked,
    Free,
    Unclear(Found),
}
