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
    let held_until = record.lease.as_ref().map(|lease| lease.until);
    if held_until <= Some(cx.now) {
        return Action::Done;
    }
    let Some(id) = record.due_step(cx.now) else {
        return Action::Apply(Event::Released);
    };
    let part = &record.parts[id.part];
    let attempts = part.step(id.kind).map_or(0, Step::attempts);
    let failed = |step| Action::Apply(Event::StepFailed(id, step));
    let never = |reason| failed(Step::GivenUp { at: cx.now, reason });
    let cannot = |what: &str| {
        let (destination, what) = (destination(), what.to_owned());
        never(Reason::NotOffered { destination, what })
    };
    if part.receipt.activity_id.is_none() {
        let later = |reason, counts: bool| {
            let attempts = attempts + u32::from(counts);
            failed(again(cx, attempts, cx.settled_at(cx.now), reason))
        };
        let destination = destination();
        let unnamed = Reason::NoActivity { destination };
        return match seen.look.as_ref().map(|look| &look.found) {
            _ if !cx.can.find => cannot("be searched for the activity that it became"),
            // It was looked for when it was sent, a moment ago.
            _ if seen.any_sent => later(unnamed, false),
            None => Action::Identify(id),
            Some(Found::One { activity, .. }) => {
                Action::Note(Event::Identified(id.part, activity.clone()))
            }
            Some(Found::Contended(reason)) => later(reason.clone(), true),
            Some(_) => later(unnamed, true),
        };
    }
    if seen.step_done {
        return Action::Apply(Event::StepDone(id, seen.fidelity.clone()));
    }
    let (wanted, offered, what) = match id.kind {
        StepKind::Finish => (cx.policy.finish, cx.can.finish, "change activities"),
        StepKind::Verify => (cx.policy.verify, cx.can.read_back, "read activities back"),
    };
    match (wanted, offered) {
        (false, _) => never(Reason::SwitchedOff),
        (true, true) => Action::Step(id),
        (true, false) => cannot(what),
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
