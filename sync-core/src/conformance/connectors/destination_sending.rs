//! The checks of `send`: one request at most, and the truth about it.

use super::destination::{Bench, DestinationHarness, Sample, SendFault, shown};
use super::{Answer, Check, Failure, broken, check_name, ensure};
use crate::{Destination, ErrorKind, SendOutcome};

macro_rules! checks {
    ($($name:literal: $function:ident, $promise:literal;)*) => {
        vec![$(Check { name: $name, promise: $promise, run: |bench| Box::pin($function(bench)) }),*]
    };
}

pub(super) fn all<'h, H: DestinationHarness>() -> Vec<Check<Bench<'h, H>>> {
    checks! {
        "name": name,
            "the name is the same in every handle and fits into ledger keys";
        "check": check,
            "check succeeds while the service works, and creates nothing";
        "form": form,
            "form decides the same every time, and creates nothing";
        "sends-once": sends_once,
            "a send creates exactly one activity by exactly one request";
        "lost-answer": lost_answer,
            "after a lost answer one request has left, and the outcome does not deny it";
        "lost-request": lost_request,
            "after a lost request at most one has left, and the outcome does not claim success";
        "error-after-storing": error_after_storing,
            "an error of the service is no proof that nothing was stored";
        "unreadable-answer": unreadable_answer,
            "an answer that proves nothing is neither a failure nor a refusal";
        "busy": busy,
            "a service that asks to wait is asked once, and the time it names is passed on";
        "refused": refused,
            "a refusal creates nothing and is not reported as taken";
        "same-key": same_key,
            "the same key again creates nothing and names the first activity (only where `idempotent` is promised)";
        "same-key-after-lost-answer": same_key_after_lost_answer,
            "also when the answer to the first one was lost (only where `idempotent` is promised)";
    }
}

async fn name<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let (one, other) = (bench.harness.open().await, bench.harness.open().await);
    check_name(one.name(), other.name())
}

async fn check<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let before = bench.counts().await;
    bench.count_call();
    let checked = bench.harness.open().await.check().await;
    checked.map_err(|error| Failure::Broken(format!("check failed: {error}")))?;
    let after = bench.counts().await;
    ensure(
        (after.activities, after.requests) == (before.activities, before.requests),
        || "check created something".into(),
    )
}

async fn form<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let destination = bench.harness.open().await;
    let before = bench.counts().await;
    let sample = bench.sample();
    let forms: Vec<_> = (0..3)
        .map(|_| destination.form(&sample.item, &sample.workout))
        .collect();
    ensure(
        forms[0].is_ok() && forms.iter().all(|form| *form == forms[0]),
        || format!("the forms of one workout are {forms:?}"),
    )?;
    let after = bench.counts().await;
    ensure(
        (after.activities, after.requests) == (before.activities, before.requests),
        || "deciding the form created something".into(),
    )
}

async fn sends_once<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let destination = bench.harness.open().await;
    for _ in 0..2 {
        let before = bench.counts().await;
        bench.delivered(&destination, &bench.sample()).await?;
        let after = bench.counts().await;
        let requests = after.requests.zip(before.requests);
        let requests = requests.map_or(1, |(after, before)| after - before);
        ensure(requests == 1, || {
            format!("one send made {requests} requests that could create something")
        })?;
    }
    Ok(())
}

/// One send that meets a fault.
struct Met {
    outcome: SendOutcome,
    /// How many activities it created.
    created: usize,
}

async fn send_into<H: DestinationHarness>(
    bench: &Bench<'_, H>,
    fault: SendFault,
    sample: &Sample,
) -> Answer<Met> {
    let destination = bench.harness.open().await;
    if !bench.harness.fail_next_send(fault).await {
        return Err(Failure::NotTested);
    }
    let before = bench.counts().await;
    let outcome = bench.send(&destination, sample).await?;
    let after = bench.counts().await;
    let requests = after.requests.zip(before.requests);
    if let Some(requests) = requests.map(|(after, before)| after - before) {
        ensure(requests <= 1, || {
            format!("{fault:?}: one send made {requests} requests that could create something")
        })?;
    }
    let created = after.activities.saturating_sub(before.activities);
    ensure(created <= 1, || {
        format!("{fault:?}: one send created {created} activities")
    })?;
    Ok(Met { outcome, created })
}

/// The outcome must not contradict what happened at the service.
fn is_honest(fault: SendFault, met: &Met) -> Answer {
    let honest = match met.outcome {
        SendOutcome::Accepted(_) => met.created == 1,
        SendOutcome::NotSent(_) | SendOutcome::Rejected(_) | SendOutcome::AlreadyThere(_) => {
            met.created == 0
        }
        SendOutcome::Opaque(_) | SendOutcome::MaybeSent(_) => true,
    };
    ensure(honest, || {
        format!(
            "{fault:?}: the service created {} activities, and the outcome was {}",
            met.created,
            shown(&met.outcome)
        )
    })
}

async fn lost_answer<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    stored_without_an_answer(bench, SendFault::LostAnswer).await
}

async fn error_after_storing<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    stored_without_an_answer(bench, SendFault::ErrorAfterStoring).await
}

async fn unreadable_answer<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    stored_without_an_answer(bench, SendFault::UnreadableAnswer).await
}

async fn stored_without_an_answer<H: DestinationHarness>(
    bench: &Bench<'_, H>,
    fault: SendFault,
) -> Answer {
    let met = send_into(bench, fault, &bench.sample()).await?;
    ensure(met.created == 1, || {
        format!("{fault:?}: the harness was to store the workout, and did not")
    })?;
    is_honest(fault, &met)
}

async fn lost_request<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let fault = SendFault::LostRequest;
    let met = send_into(bench, fault, &bench.sample()).await?;
    is_honest(fault, &met)?;
    match met.outcome {
        SendOutcome::MaybeSent(_) | SendOutcome::NotSent(_) => Ok(()),
        other => broken(format!(
            "a broken connection ended as {} instead of MaybeSent",
            shown(&other)
        )),
    }
}

async fn busy<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let fault = SendFault::Busy;
    let met = send_into(bench, fault, &bench.sample()).await?;
    is_honest(fault, &met)?;
    match &met.outcome {
        SendOutcome::NotSent(error) | SendOutcome::MaybeSent(error) => ensure(
            error.kind() == ErrorKind::Temporary && error.retry_after().is_some(),
            || {
                format!(
                    "a service that asked to wait was reported as {} with the wait {:?}",
                    shown(&met.outcome),
                    error.retry_after()
                )
            },
        ),
        other => broken(format!(
            "a service that asked to wait was reported as {}",
            shown(other)
        )),
    }
}

async fn refused<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let fault = SendFault::Refused;
    let met = send_into(bench, fault, &bench.sample()).await?;
    is_honest(fault, &met)?;
    match &met.outcome {
        SendOutcome::Rejected(why) => {
            ensure(!why.trim().is_empty(), || "a refusal has no reason".into())
        }
        SendOutcome::NotSent(error) => ensure(error.kind() != ErrorKind::Temporary, || {
            "a refusal was reported as a passing fault".into()
        }),
        other => broken(format!("a refusal was reported as {}", shown(other))),
    }
}

async fn same_key<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let destination = bench.promising(|can| can.idempotent).await?;
    let sample = bench.sample();
    let receipt = bench.delivered(&destination, &sample).await?;
    again(bench, &sample, receipt.activity_id.as_deref()).await
}

async fn same_key_after_lost_answer<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    bench.promising(|can| can.idempotent).await?;
    let sample = bench.sample();
    send_into(bench, SendFault::LostAnswer, &sample).await?;
    again(bench, &sample, None).await
}

/// Sends a workout again by another handle.
async fn again<H: DestinationHarness>(
    bench: &Bench<'_, H>,
    sample: &Sample,
    first: Option<&str>,
) -> Answer {
    let another = bench.harness.open().await;
    let before = bench.counts().await;
    let outcome = bench.send(&another, sample).await?;
    let after = bench.counts().await;
    ensure(after.activities == before.activities, || {
        "the same key created a second activity".into()
    })?;
    match &outcome {
        SendOutcome::AlreadyThere(id) if first.is_none_or(|first| first == id) => Ok(()),
        SendOutcome::AlreadyThere(id) => broken(format!(
            "the same key gave the activity {id} instead of {first:?}"
        )),
        other => broken(format!(
            "the same key ended as {} instead of AlreadyThere",
            shown(other)
        )),
    }
}
