//! The steps after a delivery: setting what the destination lost, reading back what arrived. The workout stays delivered, whatever becomes
//! of them.

use super::{Action, Seen, View};
use crate::machine::{Cx, Event};
use crate::matching::Found;
use crate::model::{Reason, Record, Step, StepKind};

pub(super) fn next(record: &Record, seen: &Seen, view: &View<'_>) -> Action {
    let cx = &view.cx;
    let destination = || view.destination.to_owned();
    // Another worker does them.
    if record
        .lease
        .as_ref()
        .is_none_or(|lease| lease.until <= cx.now)
    {
        return Action::Done;
    }
    let Some((part, kind)) = record.due_step(cx.now) else {
        return Action::Apply(Event::Released);
    };
    let attempts = record.parts[part].step(kind).map_or(0, Step::attempts);
    let failed = |step| Action::Apply(Event::StepFailed { part, kind, step });
    let never = |reason| failed(Step::GivenUp { at: cx.now, reason });
    let cannot = |what: &str| {
        let (destination, what) = (destination(), what.to_owned());
        never(Reason::NotOffered { destination, what })
    };
    if record.parts[part].receipt.activity_id.is_none() {
        let later = |reason, counts: bool| {
            let attempts = attempts + u32::from(counts);
            failed(again(cx, attempts, cx.settled_at(cx.now), reason))
        };
        if !view.can.find {
            return cannot("be searched for the activity that it became");
        }
        // It was looked for when it was sent, a moment ago.
        if seen.any_sent {
            let destination = destination();
            return later(Reason::NoActivity { destination }, false);
        }
        return match seen.look.as_ref().map(|look| &look.found) {
            None => Action::Identify { part },
            Some(Found::One { activity, .. }) => Action::Note(Event::Identified {
                part,
                activity: activity.clone(),
            }),
            Some(Found::Contended(reason)) => later(reason.clone(), true),
            Some(_) => {
                let destination = destination();
                later(Reason::NoActivity { destination }, true)
            }
        };
    }
    if seen.step_done {
        return Action::Apply(Event::StepDone {
            part,
            kind,
            fidelity: seen.fidelity.clone(),
        });
    }
    let (wanted, offered) = match kind {
        StepKind::Finish => (cx.policy.finish, view.can.finish),
        StepKind::Verify => (cx.policy.verify, view.can.read_back),
    };
    match (wanted, offered, kind) {
        (false, ..) => never(Reason::SwitchedOff),
        (_, true, StepKind::Finish) => Action::Finish { part },
        (_, true, StepKind::Verify) => Action::Verify { part },
        (_, false, StepKind::Finish) => cannot("change activities"),
        (_, false, StepKind::Verify) => cannot("read activities back"),
    }
}

/// A step that is tried again, or failed too often.
pub(super) fn again(
    cx: &Cx<'_>,
    attempts: u32,
    not_before: chrono::DateTime<chrono::Utc>,
    reason: Reason,
) -> Step {
    if attempts >= cx.policy.max_attempts() {
        let last = Box::new(reason);
        return Step::GivenUp {
            at: cx.now,
            reason: Reason::StepFailed { attempts, last },
        };
    }
    Step::Open {
        attempts,
        not_before: Some(not_before),
        reason: Some(reason),
    }
}
