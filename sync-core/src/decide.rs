//! What to do next with a claimed workout: pure, one rule after the other.
//!
//! The engine asks [`next`], does what it says ([`perform`](crate::perform)), and asks again, until the workout rests.

mod settings;
mod steps;
mod trouble;
mod view;

use chrono::{DateTime, TimeDelta, Utc};

use crate::Receipt;
use crate::machine::Event;
use crate::matching::Found;
use crate::model::{Intent, MOST_UNKNOWN_SENDS, Part, Reason, Record, State};

pub(crate) use settings::{held_back, is_still_left_out, left_out, undeliverable};
pub(crate) use trouble::{Call, Trouble};
pub(crate) use view::{Action, Compared, Exercise, Fetched, Look, Seen, Sent, View};

/// Decides what to do next with a record that this worker holds.
pub(crate) fn next(record: &Record, seen: &Seen, view: &View<'_>) -> Action {
    if let Some(trouble) = &seen.trouble {
        return trouble::next(record, trouble, view);
    }
    match &record.state {
        State::Claimed => prepare(record, seen, view),
        State::Sending { intent } => judge(intent, seen, view),
        State::Unsure { intent, .. } => reconcile(record, intent, seen, view),
        State::Removing { .. } => remove(record, seen, view),
        State::Delivered | State::Linked => steps::next(record, seen, view),
        _ => Action::Done,
    }
}

/// Nothing of the next exercise was sent, or what was sent is known to be lost.
fn prepare(record: &Record, seen: &Seen, view: &View<'_>) -> Action {
    let cx = &view.cx;
    if record.attempts >= cx.policy.max_attempts() {
        let attempts = record.attempts;
        return park(Reason::WorkersEnded { attempts });
    }
    if !view.sends {
        return postpone(cx.now, Reason::DidNotArrive);
    }
    let fetched = seen.fetched.as_ref();
    if let Some(event) = fetched.and_then(|fetched| settings::learn(record, fetched)) {
        return Action::Note(event);
    }
    let (part, is_first) = (record.parts.len(), record.parts.is_empty());
    // A session is always completed once one of its parts was sent, whatever the settings say now.
    let workouts = fetched.map(|fetched| fetched.workouts.as_slice());
    if is_first && let Some(event) = held_back(&record.item, workouts, cx) {
        return Action::Apply(event);
    }
    let Some(fetched) = fetched else {
        return Action::Fetch;
    };
    let manual = cx.policy.manual_entries || !is_first;
    if let Some(event) = settings::refusal(fetched, manual, view.source) {
        return Action::Apply(event);
    }
    let of = fetched.exercises.len();
    let Some(exercise) = fetched.exercises.get(part) else {
        return Action::Apply(Event::Complete);
    };
    if record.lost(part) >= MOST_UNKNOWN_SENDS {
        let destination = view.destination.to_owned();
        return park(Reason::SentTwice { destination });
    }
    let settled = |reason| postpone(cx.settled_at(cx.now), reason);
    match &seen.compared {
        None => return Action::Compare,
        Some(Compared::Free) => {}
        Some(Compared::SameAs { id, is_excluded }) => {
            return Action::Apply(Event::SameAs {
                id: id.clone(),
                is_excluded: *is_excluded,
            });
        }
        Some(Compared::Open(id)) => return settled(Reason::LookalikeOpen { id: id.clone() }),
    }
    let mut pre_image = Vec::new();
    if cx.can.find {
        let Some(look) = &seen.look else {
            return Action::Look;
        };
        let destination = view.destination.to_owned();
        match &look.found {
            Found::Nothing => {}
            Found::One { activity, evidence } => {
                let part = Box::new(Part::found(activity, exercise.facts.clone()));
                let evidence = evidence.clone();
                return Action::Apply(Event::Found { part, of, evidence });
            }
            Found::Taken { activity, evidence } => {
                let evidence = vec![format!(
                    "activity {activity} looks like it ({evidence}) and belongs to another workout"
                )];
                return park_with(Reason::MayBeThere { destination }, evidence);
            }
            Found::Ambiguous(evidence) => {
                return park_with(Reason::MayBeThere { destination }, evidence.clone());
            }
            Found::Contended(reason) => return settled(reason.clone()),
            Found::Untrusted(reason) => return fail(reason.clone()),
        }
        pre_image.clone_from(&look.listed);
    }
    let ends_by = cx.after(cx.policy.send_delta());
    if cx.is_too_late(view.deadline) {
        return postpone(cx.now, Reason::NoTimeLeft);
    }
    // Rule 1: in the ledger before the first byte leaves.
    Action::Apply(Event::Sending(Intent {
        part,
        of,
        form: exercise.form,
        started_at: cx.now,
        ends_by,
        facts: exercise.facts.clone(),
        pre_image,
        finishing: exercise.finishing.clone(),
        missed_at: None,
    }))
}

/// This worker sends it.
fn judge(intent: &Intent, seen: &Seen, view: &View<'_>) -> Action {
    let cx = &view.cx;
    let Some(sent) = &seen.sent else {
        return Action::Send;
    };
    let looks = cx.can.find && seen.look.is_none();
    let shown = seen.look.as_ref().and_then(|look| match &look.found {
        Found::One { activity, .. } => Some(Receipt::with_id(activity)),
        _ => None,
    });
    match sent {
        // Which activity it became is in the listing. The delivery is proved either way.
        Sent::Accepted(receipt) if looks && receipt.activity_id.is_none() => Action::Look,
        Sent::Opaque(_) if looks => Action::Look,
        Sent::Accepted(receipt) => {
            Action::Apply(Event::Accepted(shown.unwrap_or_else(|| receipt.clone())))
        }
        Sent::Opaque(answer) => Action::Apply(match shown {
            Some(receipt) => Event::Accepted(receipt),
            None => Event::Unclear(Reason::OpaqueAnswer {
                answer: answer.clone(),
            }),
        }),
        Sent::Maybe(message) => Action::Apply(Event::Unclear(Reason::NoClearAnswer {
            message: message.clone(),
        })),
        Sent::Rejected(message) => Action::Apply(Event::Refused(Reason::Refused {
            exercise: crate::model::Exercise::of(intent.part, intent.of),
            message: message.clone(),
        })),
        Sent::AlreadyThere(activity) => Action::Apply(Event::Found {
            part: Box::new(Part::found(activity, intent.facts.clone())),
            of: intent.of,
            evidence: "the destination recognised it".to_owned(),
        }),
        Sent::AlreadyTaken => fail(Reason::MatchTaken),
        Sent::Lookalike(id) => postpone(
            cx.settled_at(cx.now),
            Reason::LookalikeOpen { id: id.clone() },
        ),
        Sent::TooSlow => postpone(cx.now, Reason::TooSlow),
    }
}

/// It was sent, and it is not known whether it arrived.
///
/// | listing | lost before | then |
/// |---|---|---|
/// | shows exactly one activity that must be it | - | linked |
/// | shows several, or one that may be it | - | parked |
/// | does not show it, settle window not over | - | looked for again by the next run |
/// | does not show it, absence proved, or looked for long enough | no | sent once more |
/// | does not show it, nothing proves that | no | looked for again by the next run |
/// | does not show it, settle window over | once | parked |
/// | lacks deliveries of those days as well, looked for long enough | - | parked |
fn reconcile(record: &Record, intent: &Intent, seen: &Seen, view: &View<'_>) -> Action {
    let cx = &view.cx;
    let destination = view.destination.to_owned();
    if cx.can.idempotent {
        return Action::Apply(Event::SendAgain);
    }
    if !cx.can.find {
        return park(Reason::NotSearchable { destination });
    }
    let Some(look) = &seen.look else {
        return Action::Look;
    };
    let wait = cx.policy.resend().max(view.listing_delay);
    let resend_at = intent.started_at.checked_add_signed(wait);
    let looked_long_enough = resend_at.is_some_and(|at| at <= look.at);
    match &look.found {
        Found::One { activity, evidence } => Action::Apply(Event::Appeared {
            activity: activity.clone(),
            evidence: evidence.clone(),
        }),
        Found::Taken { activity, .. } => {
            let evidence = vec![format!("activity {activity} belongs to another workout")];
            park_with(Reason::MatchTaken, evidence)
        }
        Found::Ambiguous(evidence) => park_with(Reason::SeveralMatches, evidence.clone()),
        Found::Untrusted(reason) if looked_long_enough => {
            park_with(reason.clone(), vec![look.absence(intent)])
        }
        Found::Contended(reason) | Found::Untrusted(reason) => {
            postpone(cx.settled_at(cx.now), reason.clone())
        }
        Found::Nothing if Some(look.at) < record.state.not_before() => Action::Apply(Event::Missed),
        Found::Nothing if record.is_sent_out() => park_with(
            Reason::SentTwice { destination },
            look.two_sends(record, intent),
        ),
        Found::Nothing => {
            let is_proved = record.listing_trusted || look.proves_absence;
            Action::Apply(match is_proved || looked_long_enough {
                true => Event::GivenUp { is_proved },
                false => Event::Missed,
            })
        }
    }
}

/// The next action while the engine removes the record's activities from the destination.
fn remove(record: &Record, seen: &Seen, view: &View<'_>) -> Action {
    let cx = &view.cx;
    if seen.removed {
        return Action::Apply(Event::PartRemoved);
    }
    if record.state.not_before() > Some(cx.now) {
        return Action::Apply(Event::Released);
    }
    let because = record.state.reason().cloned();
    let because = Box::new(because.unwrap_or(Reason::WorkersEnded { attempts: 0 }));
    if record.attempts >= cx.policy.max_attempts() {
        let message = "the program ended while it did that".to_owned();
        return park_with(
            Reason::RemovalFailed { message, because },
            record.remaining(),
        );
    }
    match record.parts.last() {
        Some(part) if cx.can.remove && part.is_removable() => Action::Remove,
        _ => park_with(*because, record.remaining()),
    }
}

fn park(reason: Reason) -> Action {
    park_with(reason, Vec::new())
}

fn park_with(reason: Reason, evidence: Vec<String>) -> Action {
    Action::Apply(Event::Parked { reason, evidence })
}

fn postpone(not_before: DateTime<Utc>, reason: Reason) -> Action {
    Action::Apply(Event::Postponed { not_before, reason })
}

fn fail(reason: Reason) -> Action {
    let wait = TimeDelta::zero();
    Action::Apply(Event::Failed { reason, wait })
}
