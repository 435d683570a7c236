//! What to do when a service fails: one table, by the call and the [`ErrorKind`]. It is part of that type's documentation.

use super::steps::again;
use super::{Action, View, park};
use crate::machine::Event;
use crate::model::{Reason, Record, State, Step, StepKind};
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
    Step {
        part: usize,
        kind: StepKind,
    },
}

pub(super) fn next(record: &Record, trouble: &Trouble, view: &View<'_>) -> Action {
    let cx = &view.cx;
    let error = &trouble.error;
    let message = error.to_string();
    let asked = asked_wait(error);
    if let Call::Step { part, kind } = trouble.call {
        return step(record, trouble, part, kind, view);
    }
    let failed = Reason::Failed {
        message: message.clone(),
        temporary: error.kind() == ErrorKind::Temporary,
    };
    let later = || Event::Postponed {
        not_before: cx.after(asked.unwrap_or_default()),
        reason: failed.clone(),
    };
    let counted = || Event::Failed {
        reason: failed.clone(),
        wait: asked.unwrap_or_default(),
    };
    match (trouble.call, error.kind()) {
        // Without a listing nothing is sent, of any workout.
        (Call::Find, _) if matches!(record.state, State::Unsure { .. }) => {
            Action::EndRun(Event::Released)
        }
        (Call::Find, _) | (_, ErrorKind::SignInNeeded | ErrorKind::Blocked) => {
            Action::EndRun(later())
        }
        // Probably the trouble of all workouts. But if it is this one's own, it must not stop every run: the attempt counts.
        (Call::Send, ErrorKind::Drift) => Action::EndRun(counted()),
        (Call::Fetch, ErrorKind::Invalid) => park(Reason::NoUsableFile {
            service: view.source.to_owned(),
            message,
        }),
        // The service asks for a pause: that is not this workout's fault.
        (_, ErrorKind::Temporary) if asked.is_some_and(|wait| wait > cx.policy.longest_pause()) => {
            Action::EndRun(later())
        }
        (_, ErrorKind::Temporary) if asked.is_some() => Action::Apply(later()),
        // Is it this workout, or is the service down? Then no attempt is used up.
        (_, ErrorKind::Temporary) => match trouble.is_up {
            None => Action::Check(trouble.side),
            Some(true) => Action::Apply(counted()),
            Some(false) => Action::EndRun(later()),
        },
        _ => Action::Apply(counted()),
    }
}

/// A changed site is no reason to stop sending: nothing is lost by a step that is not done.
fn step(
    record: &Record,
    trouble: &Trouble,
    part: usize,
    kind: StepKind,
    view: &View<'_>,
) -> Action {
    let cx = &view.cx;
    let error = &trouble.error;
    let asked = asked_wait(error);
    let attempts = record.parts[part].step(kind).map_or(0, Step::attempts);
    let reason = match (error.kind(), trouble.side) {
        (ErrorKind::NotFound, Side::Destination) => Reason::ActivityGone {
            destination: view.destination.to_owned(),
        },
        _ => Reason::Failed {
            message: error.to_string(),
            temporary: error.kind() == ErrorKind::Temporary,
        },
    };
    let ends_run = match error.kind() {
        ErrorKind::SignInNeeded | ErrorKind::Blocked => true,
        ErrorKind::Temporary => match trouble.is_up {
            None => return Action::Check(trouble.side),
            Some(up) => !up,
        },
        _ => false,
    };
    let step = match error.kind() {
        _ if ends_run => Step::Open {
            attempts,
            not_before: asked.map(|wait| cx.after(wait)),
            reason: Some(reason),
        },
        ErrorKind::NotFound | ErrorKind::Invalid => Step::GivenUp { at: cx.now, reason },
        _ => {
            let attempts = attempts + 1;
            let wait = cx.policy.backoff(attempts).max(asked.unwrap_or_default());
            again(cx, attempts, cx.after(wait), reason)
        }
    };
    let event = Event::StepFailed { part, kind, step };
    match ends_run {
        true => Action::EndRun(event),
        false => Action::Apply(event),
    }
}
