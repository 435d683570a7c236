//! Does what [`decide`](crate::decide) says: all requests and all reading of the ledger, one arm for each action.

use std::time::Duration;

use chrono::{DateTime, Utc};
use workout_files::{Sport, Workout, compare};

use crate::decide::{
    self, Action, Call, Compared, Exercise, Fetched, Look, Seen, Sent, Trouble, View,
};
use crate::engine::{Engine, RunError};
use crate::machine::{Cx, Event};
use crate::matching::{self, Found, Lookup, is_recreated, matcher, shows_later};
use crate::model::{Facts, Fidelity, Record, State, StepKind};
use crate::run::downloads::{Downloads, fetch};
use crate::run::{Listing, Peers};
use crate::store::Store;
use crate::{
    Activity, Delivery, ErrorKind, Item, Receipt, SendOutcome, ServiceError, Side, Window,
};

/// The context of one visit to a workout.
pub(crate) struct Visit<'a, 's> {
    pub(crate) engine: &'a Engine,
    pub(crate) store: &'a mut Store,
    /// Workouts that could claim the same activity.
    pub(crate) peers: &'a Peers,
    pub(crate) downloads: &'a Downloads<'s>,
    pub(crate) listing: &'a mut Listing,
    /// When the run ends.
    pub(crate) deadline: Option<DateTime<Utc>>,
    /// Whether it may send.
    pub(crate) sends: bool,
}

/// How a visit ended.
#[derive(Debug, Default)]
pub(crate) struct Visited {
    /// Something was sent.
    pub(crate) any_sent: bool,
}

impl Visit<'_, '_> {
    /// Claims a workout and takes it as far as it gets.
    pub(crate) async fn work(&mut self, item: &Item) -> Result<Visited, RunError> {
        match self.claim(item).await? {
            Some(record) => self.go_on(record, Seen::default()).await,
            None => Ok(Visited::default()),
        }
    }

    /// `None`: another worker was faster.
    pub(crate) async fn claim(&mut self, item: &Item) -> Result<Option<Record>, RunError> {
        self.engine.adjust_clock().await?;
        let cx = self.engine.cx();
        let known = self.store.get(&item.id).cloned();
        let mut record = known.unwrap_or_else(|| Record::new(item.clone(), cx.now));
        if record.apply(Event::Claimed, &cx).is_err() {
            return Ok(None);
        }
        let saved = self.store.save(&mut record).await?;
        Ok(saved.then_some(record))
    }

    /// Decides, does and saves until the record rests, is lost to another worker, or the run ends.
    pub(crate) async fn go_on(
        &mut self,
        mut record: Record,
        mut seen: Seen,
    ) -> Result<Visited, RunError> {
        while record.lease.is_some() {
            let action = decide::next(&record, &seen, &self.view());
            let (event, ends_run) = match action {
                Action::Done => break,
                Action::Note(event) => {
                    self.apply(&mut record, event);
                    seen.look = None;
                    continue;
                }
                Action::Apply(event) => (event, false),
                Action::EndRun(event) => (event, true),
                action => {
                    self.perform(action, &record, &mut seen).await?;
                    continue;
                }
            };
            if let Event::Appeared { .. } = event {
                self.keep_listing_delay(&record).await?;
            }
            self.apply(&mut record, event);
            if ends_run && record.lease.is_some() {
                self.apply(&mut record, Event::Released);
            }
            let saved = self.store.save(&mut record).await?;
            if let Some(trouble) = seen.trouble.take().filter(|_| ends_run) {
                return Err(RunError::of_service(trouble.side, trouble.error));
            }
            if !saved {
                break;
            }
            seen.forget();
        }
        let any_sent = seen.any_sent;
        Ok(Visited { any_sent })
    }

    fn view(&self) -> View<'_> {
        View {
            cx: self.engine.cx(),
            can: self.engine.destination.capabilities(),
            source: self.engine.source.name(),
            destination: self.engine.destination.name(),
            listing_delay: self.store.state().listing_delay(),
            deadline: self.deadline,
            sends: self.sends,
        }
    }

    /// Every event that `decide` chooses is legal; the property test of the machine proves it.
    fn apply(&self, record: &mut Record, event: Event) {
        let applied = record.apply(event, &self.engine.cx());
        debug_assert!(applied.is_ok(), "{applied:?}");
    }

    pub(crate) async fn keep_listing_delay(&mut self, record: &Record) -> Result<(), RunError> {
        let Some(intent) = record
            .state
            .intent()
            .filter(|intent| intent.missed_at.is_some())
        else {
            return Ok(());
        };
        let delay = self.engine.clock.now() - intent.started_at;
        let keep = self.store.change(|state| state.saw_listing_delay(delay));
        Ok(keep.await?)
    }

    async fn perform(
        &mut self,
        action: Action,
        record: &Record,
        seen: &mut Seen,
    ) -> Result<(), RunError> {
        let failed = match action {
            Action::Fetch => self.fetch(record, seen).await.err(),
            Action::Compare => {
                seen.compared = Some(self.compare(record, seen).await?);
                None
            }
            Action::Look => self.look(record, seen).await?.err(),
            Action::Identify { part } => self.identify(record, part, seen).await?.err(),
            Action::Send => self.send(record, seen).await?.err(),
            Action::Remove => self.remove(record, seen).await.err(),
            Action::Finish { part } => self.finish(record, part, seen).await.err(),
            Action::Verify { part } => self.verify(record, part, seen).await.err(),
            Action::Check(side) => {
                self.check_service(side, seen).await;
                None
            }
            Action::Done | Action::Note(_) | Action::Apply(_) | Action::EndRun(_) => None,
        };
        if let Some(trouble) = failed {
            seen.trouble = Some(trouble);
        }
        Ok(())
    }

    async fn check_service(&self, side: Side, seen: &mut Seen) {
        let answer = match side {
            Side::Source => self.engine.source.check().await,
            Side::Destination => self.engine.destination.check().await,
        };
        if let Some(trouble) = &mut seen.trouble {
            trouble.is_up = Some(answer.is_ok());
            if let Err(down) = answer {
                trouble.error = down;
            }
        }
    }

    async fn fetch(&self, record: &Record, seen: &mut Seen) -> Result<(), Trouble> {
        let fetched = self.downloads.take(&record.item).await;
        let workouts = fetched.map_err(|error| trouble(Call::Fetch, Side::Source, error))?;
        seen.fetched = Some(self.engine.prepare(&record.item, workouts));
        Ok(())
    }

    /// Workouts that look alike are sent one after the other: only then is it certain which of them an activity without an answer is.
    ///
    /// Asked before something is sent, and once more when [`State::Sending`] is on record: of two
    /// workers that send lookalikes at the same moment, at least one sees the other, if both know
    /// both. Where one was listed only after the other's run began, both may be sent at once; both
    /// records together then decide which activity belongs to which workout.
    async fn compare(&mut self, record: &Record, seen: &Seen) -> Result<Compared, RunError> {
        // The download may have taken long, and the machine's clock may have been set meanwhile.
        self.engine.adjust_clock().await?;
        let facts = match &seen.fetched {
            Some(fetched) => &fetched.exercises[record.parts.len()].facts,
            None => &Facts::of_item(&record.item),
        };
        if self.engine.destination.capabilities().find
            && let Some(id) = self.open_lookalike(&record.item.id, facts).await?
        {
            return Ok(Compared::Open(id));
        }
        let twins = self.store.near().values();
        let twins: Vec<(String, chrono::NaiveDate)> = twins
            .filter(|old| record.parts.is_empty() && is_recreated(old, &record.item))
            .map(|old| (old.item.id.clone(), old.item.day()))
            .collect();
        for (id, day) in twins {
            if !self.listing.has(&*self.engine.source, &id, day).await? {
                return Ok(Compared::SameAs(id));
            }
        }
        Ok(Compared::Free)
    }

    async fn open_lookalike(
        &mut self,
        id: &str,
        facts: &Facts,
    ) -> Result<Option<String>, RunError> {
        let time_of_day = self.engine.destination.capabilities().time_of_day;
        let alike = |theirs: &Facts| matcher::alike(facts, theirs, time_of_day);
        let known = self.store.near().values().filter_map(|record| {
            let intent = record.state.intent()?;
            alike(&intent.facts).then(|| record.item.id.clone())
        });
        let listed = self.peers.iter().filter(|(_, theirs)| alike(theirs));
        let listed = listed.map(|(id, _)| id.clone());
        let suspects: Vec<String> = known.chain(listed).filter(|other| other != id).collect();
        for suspect in suspects {
            self.store.reload(&suspect).await?;
            let is_open = |record: &Record| match &record.state {
                State::Sending { intent } | State::Unsure { intent, .. } => alike(&intent.facts),
                _ => false,
            };
            if self.store.get(&suspect).is_some_and(is_open) {
                return Ok(Some(suspect));
            }
        }
        Ok(None)
    }

    /// Looks the next exercise, or the one that was sent, up in the destination's listing.
    pub(crate) async fn look(
        &mut self,
        record: &Record,
        seen: &mut Seen,
    ) -> Result<Result<(), Trouble>, RunError> {
        let intent = record.state.intent().cloned();
        let part = intent
            .as_ref()
            .map_or(record.parts.len(), |intent| intent.part);
        let facts = match (&intent, &seen.fetched) {
            (Some(intent), _) => intent.facts.clone(),
            (None, Some(fetched)) => fetched.exercises[part].facts.clone(),
            (None, None) => Facts::of_item(&record.item),
        };
        let listing = match self.find(&facts).await {
            Ok(listing) => listing,
            // Not to learn which activity it became is no failure: the delivery itself is proved, or stays open as it was.
            Err(_) if matches!(record.state, State::Sending { .. }) => {
                seen.look = Some(Look {
                    found: Found::Nothing,
                    listed: Vec::new(),
                    proves_absence: false,
                });
                return Ok(Ok(()));
            }
            Err(error) => return Ok(Err(trouble(Call::Find, Side::Destination, error))),
        };
        let key = self.engine.key(&record.item, part);
        let lookup = match &intent {
            Some(intent) => Lookup::after_send(record, intent, &key, self.peers),
            None => Lookup::before_send(record, &facts, &key, self.peers),
        };
        // What looks like ours may have become another worker's in the meantime.
        if intent.is_some() || lookup.answer(self.store.near(), &listing) != Found::Nothing {
            self.store.refresh().await?;
        }
        let found = lookup.answer(self.store.near(), &listing);
        let near = self.store.near();
        let proves_absence = intent.is_some_and(|intent| shows_later(near, &intent, &listing));
        self.listing.suspects.look(near, &listing);
        seen.look = Some(Look {
            found: self.reserved(found, &record.item.id).await?,
            listed: listing.into_iter().map(|activity| activity.id).collect(),
            proves_absence,
        });
        Ok(Ok(()))
    }

    /// The finding, once no other workout can be linked to the same activity.
    async fn reserved(&self, found: Found, id: &str) -> Result<Found, RunError> {
        Ok(match found {
            Found::One { activity, evidence } if !self.store.reserve(&activity, id).await? => {
                Found::Taken { activity, evidence }
            }
            found => found,
        })
    }

    async fn find(&self, facts: &Facts) -> Result<Vec<Activity>, ServiceError> {
        let window = Window::around(facts.day(), 1);
        self.engine.destination.find(window).await
    }

    /// Finds out which activity an exercise became, where its delivery did not tell.
    async fn identify(
        &mut self,
        record: &Record,
        index: usize,
        seen: &mut Seen,
    ) -> Result<Result<(), Trouble>, RunError> {
        let part = &record.parts[index];
        let listing = match self.find(&part.facts).await {
            Ok(listing) => listing,
            Err(error) => {
                let kind = record.due_step(self.engine.clock.now());
                let kind = kind.map_or(StepKind::Finish, |(_, kind)| kind);
                let call = Call::Step { part: index, kind };
                return Ok(Err(trouble(call, Side::Destination, error)));
            }
        };
        self.store.refresh().await?;
        let near = self.store.near();
        let found = match matching::unnamed_lookalike(near, record, part) {
            Some(id) => Found::Contended(crate::Reason::LookalikeUnnamed { id }),
            None => {
                let now = self.engine.clock.now();
                let intent = part.as_intent(index, record.parts.len(), now);
                let key = self.engine.key(&record.item, index);
                let lookup = Lookup::after_send(record, &intent, &key, &[]);
                let found = lookup.answer(near, &listing);
                self.reserved(found, &record.item.id).await?
            }
        };
        seen.look = Some(Look {
            found,
            listed: Vec::new(),
            proves_absence: false,
        });
        Ok(Ok(()))
    }

    /// Performs the upload. [`State::Sending`] is on record; what is here relies on it that nothing leaves after the intent's `ends_by`.
    async fn send(
        &mut self,
        record: &Record,
        seen: &mut Seen,
    ) -> Result<Result<(), Trouble>, RunError> {
        let (State::Sending { intent }, Some(fetched)) = (&record.state, &seen.fetched) else {
            return Ok(Ok(()));
        };
        if self.engine.destination.capabilities().find
            && let Some(id) = self.open_lookalike(&record.item.id, &intent.facts).await?
        {
            seen.sent = Some(Sent::Lookalike(id));
            return Ok(Ok(()));
        }
        // A slow ledger or a machine that slept shortens the time, or takes it all.
        let left = intent.ends_by - self.engine.clock.now();
        let left = left.to_std().unwrap_or_default();
        if left < self.engine.policy.send_limit() / 2 {
            seen.sent = Some(Sent::TooSlow);
            return Ok(Ok(()));
        }
        let key = self.engine.key(&record.item, intent.part);
        let workout = &fetched.workouts[intent.part];
        let delivery = Delivery::new(&record.item, workout, intent.form, left)
            .with_part(intent.part, intent.of)
            .with_key(&key);
        seen.any_sent = true;
        let send = self.engine.destination.send(delivery);
        let answer = self.engine.until(intent.ends_by, left, send).await;
        seen.sent = Some(match answer {
            None => Sent::Maybe(format!("no answer within {} s", left.as_secs())),
            Some(SendOutcome::Accepted(receipt)) => Sent::Accepted(receipt),
            Some(SendOutcome::Opaque(answer)) => Sent::Opaque(answer),
            Some(SendOutcome::MaybeSent(error)) => Sent::Maybe(error.to_string()),
            Some(SendOutcome::Rejected(reason)) => Sent::Rejected(reason),
            Some(SendOutcome::NotSent(error)) => {
                return Ok(Err(trouble(Call::Send, Side::Destination, error)));
            }
            Some(SendOutcome::AlreadyThere(id)) => {
                match self.store.reserve(&id, &record.item.id).await? {
                    true => Sent::AlreadyThere(Receipt::with_id(id)),
                    false => Sent::AlreadyTaken,
                }
            }
        });
        Ok(Ok(()))
    }

    async fn remove(&self, record: &Record, seen: &mut Seen) -> Result<(), Trouble> {
        let Some(part) = record.parts.last() else {
            return Ok(());
        };
        let removed = self.engine.destination.remove(&part.receipt).await;
        removed.map_err(|error| trouble(Call::Remove, Side::Destination, error))?;
        seen.removed = true;
        Ok(())
    }

    /// Sets type and notes of one exercise. Doing it twice is harmless.
    async fn finish(&self, record: &Record, index: usize, seen: &mut Seen) -> Result<(), Trouble> {
        let part = &record.parts[index];
        if let Some(finish) = &part.finish {
            let request = self
                .engine
                .destination
                .finish(&part.receipt, &finish.wanted);
            self.in_time(record, index, StepKind::Finish, request)
                .await?;
        }
        seen.step_done = true;
        Ok(())
    }

    /// Compares one exercise with what the destination made of it. That something was lost is no failure.
    async fn verify(&self, record: &Record, index: usize, seen: &mut Seen) -> Result<(), Trouble> {
        let call = Call::Step {
            part: index,
            kind: StepKind::Verify,
        };
        if seen.fetched.is_none() {
            let fetched = fetch(&*self.engine.source, &record.item).await;
            let workouts = fetched.map_err(|error| trouble(call, Side::Source, error))?;
            seen.fetched = Some(self.engine.prepare(&record.item, workouts));
        }
        let workouts = seen.fetched.as_ref().map(|fetched| &fetched.workouts);
        let Some(workout) = workouts.and_then(|workouts| workouts.get(index)) else {
            let source = self.engine.source.name().to_owned();
            let message = crate::Reason::FewerExercises { source }.to_string();
            let error = ServiceError::new(ErrorKind::Invalid, message);
            return Err(trouble(call, Side::Source, error));
        };
        let sent = as_sent(&record.item, workout);
        let request = self
            .engine
            .destination
            .read_back(&record.parts[index].receipt);
        let back = self
            .in_time(record, index, StepKind::Verify, request)
            .await?;
        let now = self.engine.clock.now();
        seen.fidelity = Some(Fidelity::new(&compare(&sent, &back), now));
        seen.step_done = true;
        Ok(())
    }

    /// Waits for a request to the destination, within the lease.
    async fn in_time<T>(
        &self,
        record: &Record,
        part: usize,
        kind: StepKind,
        request: impl Future<Output = Result<T, ServiceError>> + Unpin,
    ) -> Result<T, Trouble> {
        let now = self.engine.clock.now();
        let lease = record.lease.as_ref().map_or(now, |lease| lease.until);
        let left: Duration = (lease - now).to_std().unwrap_or_default();
        let left = left.min(self.engine.policy.send_limit());
        let ends_by = now
            .checked_add_signed(crate::policy::delta(left))
            .unwrap_or(now);
        let answer = self.engine.until(ends_by, left, request).await;
        let answer = answer.unwrap_or_else(|| {
            let reason = format!("no answer within {} s", left.as_secs());
            Err(ServiceError::new(ErrorKind::Temporary, reason))
        });
        let call = Call::Step { part, kind };
        answer.map_err(|error| trouble(call, Side::Destination, error))
    }
}

impl Engine {
    /// Decides the form of every exercise before any is sent.
    pub(crate) fn prepare(&self, item: &Item, workouts: Vec<Workout>) -> Fetched {
        let alone = workouts.len() == 1;
        let mut exercises = Vec::with_capacity(workouts.len());
        let mut refusal = None;
        for workout in &workouts {
            let form = match self.destination.form(item, workout) {
                Ok(form) => form,
                Err(why) => {
                    refusal = Some(why.to_string());
                    break;
                }
            };
            let finishes = self.policy.finish() && self.destination.capabilities().finish;
            let finishing = match finishes {
                true => self.destination.finishing(item, workout, form),
                false => None,
            };
            exercises.push(Exercise {
                form,
                facts: matching::of_exercise(item, workout, alone),
                finishing: finishing.filter(|finishing| !finishing.is_empty()),
            });
        }
        Fetched {
            workouts,
            exercises,
            refusal,
        }
    }

    /// The stable name of a delivery.
    pub(crate) fn key(&self, item: &Item, part: usize) -> String {
        format!("{}:{}:{}", self.source.name(), item.id, part + 1)
    }

    pub(crate) fn cx(&self) -> Cx<'_> {
        Cx {
            now: self.clock.now(),
            policy: &self.policy,
            holder: &self.holder,
        }
    }
}

fn trouble(call: Call, side: Side, error: ServiceError) -> Trouble {
    let is_up = None;
    Trouble {
        call,
        side,
        error,
        is_up,
    }
}

/// The workout as the destination was meant to have it: files know three sports, the listing knows better.
fn as_sent(item: &Item, workout: &Workout) -> Workout {
    let mut sent = workout.clone();
    if sent.sport == Sport::Other
        && let Some(sport) = &item.sport
    {
        sent.sport = sport.clone();
    }
    let notes = sent.notes.map(|notes| notes.trim().to_owned());
    sent.notes = notes.filter(|notes| !notes.is_empty());
    sent
}
