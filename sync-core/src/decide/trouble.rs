//! What to do when a service fails: one table, by the call and the [`ErrorKind`]. It is part of that type's documentation.

use super::steps::again;
use super::{Action, View, park};
use crate::machine::Event;
use crate::model::{Reason, Record, State, Step, StepId};
use crate::policy::asked_wait;
use crate::{ErrorKind, ServiceError, Side};

/// A call that failed.
#[derive(Debug)]
pub(crate) struct Trouble {
    pub(crate) call: Call,
    pub(crate) side: Side,
    pub(crate) error: ServiceError,
    /// Whether the service is up, once that was asked.
    pub(crate) is_up: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Fetch,
    Find,
    /// Proved not to have been sent.
    Send,
    Remove,
    Step(StepId),
}

pub(super) fn next(record: &Record, trouble: &Trouble, view: &View<'_>) -> Action {
    let cx = &view.cx;
    let error = &trouble.error;
    let message = error.to_string();
    let asked = asked_wait(error);
    let wait = asked.unwrap_or_default();
    let failed = Reason::Failed {
        message: message.clone(),
        temporary: error.kind() == ErrorKind::Temporary,
    };
    let (later, counted) = match trouble.call {
        Call::Step(id) => {
            let attempts = record.parts[id.part]
                .step(id.kind)
                .map_or(0, Step::attempts);
            let open = Step::Open {
                attempts,
                not_before: asked.map(|wait| cx.after(wait)),
                reason: Some(failed.clone()),
            };
            let next_try = cx.after(cx.policy.backoff(attempts + 1).max(wait));
            let counted = again(cx, attempts + 1, next_try, failed.clone());
            (Event::StepFailed(id, open), Event::StepFailed(id, counted))
        }
        _ => {
            let (not_before, reason) = (cx.after(wait), failed.clone());
            let counted = Event::Failed {
                reason: failed.clone(),
                wait,
            };
            (Event::Postponed { not_before, reason }, counted)
        }
    };
    match (trouble.call, error.kind()) {
        // The service asks for a pause: that is not this workout's fault. A step waits for it in the check, and counts.
        (Call::Fetch | Call::Send | Call::Remove, ErrorKind::Temporary) if asked.is_some() => {
            match wait > cx.policy.longest_pause() {
                true => Action::EndRun(later),
                false => Action::Apply(later),
            }
        }
        // The service is down: no attempt is used up. A check that fails for another reason may fail for good: the attempt counts, so that
        // no workout stays the first one in every run.
        (_, kind) if trouble.is_up == Some(false) => match kind {
            ErrorKind::Temporary | ErrorKind::SignInNeeded | ErrorKind::Blocked => {
                Action::EndRun(later)
            }
            _ => Action::EndRun(counted),
        },
        // Without a listing nothing is sent, of any workout.
        (Call::Find, _) if matches!(record.state, State::Unsure { .. }) => {
            Action::EndRun(Event::Released)
        }
        (Call::Find, _) | (_, ErrorKind::SignInNeeded | ErrorKind::Blocked) => {
            Action::EndRun(later)
        }
        // Probably the trouble of all workouts. But if it is this one's own, it must not stop every run: the attempt counts.
        (Call::Send, ErrorKind::Drift) => Action::EndRun(counted),
        (Call::Fetch, ErrorKind::Invalid) => park(Reason::NoUsableFile {
            service: view.source.to_owned(),
            message,
        }),
        (Call::Step(id), kind @ (ErrorKind::NotFound | ErrorKind::Invalid)) => {
            let reason = match (kind, trouble.side) {
                (ErrorKind::NotFound, Side::Destination) => Reason::ActivityGone {
                    destination: view.destination.to_owned(),
                },
                _ => failed,
            };
            Action::Apply(Event::StepFailed(id, Step::GivenUp { at: cx.now, reason }))
        }
        // Is it this workout, or is the service down?
        (_, ErrorKind::Temporary) if trouble.is_up.is_none() => Action::Check,
        _ => Action::Apply(counted),
    }
}
