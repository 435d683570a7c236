//! The checks of listing, removing, reading back and finishing.

use chrono::{Days, TimeDelta};

use super::destination::{Bench, DestinationHarness, Sample};
use super::{Answer, Check, Failure, broken, ensure};
use crate::{Activity, Destination, ErrorKind, Finishing, Receipt, Window};

macro_rules! checks {
    ($($name:literal: $function:ident, $promise:literal;)*) => {
        vec![$(Check { name: $name, promise: $promise, run: |bench| Box::pin($function(bench)) }),*]
    };
}

pub(super) fn all<'h, H: DestinationHarness>() -> Vec<Check<Bench<'h, H>>> {
    checks! {
        "find-shows-what-was-sent": find_shows_what_was_sent,
            "after the stated delay every window with its day shows what was sent, with its id and key (also that of all days, where \
             `lists_all_at_once` is promised)";
        "find-is-stable": find_is_stable,
            "listing twice, and by another handle, gives the same and creates nothing";
        "broken-find": broken_find,
            "a listing that cannot be completed is an error";
        "time-of-day": time_of_day,
            "the listing says when an activity started (only where `time_of_day` is promised)";
        "remove": remove,
            "remove takes the one activity away, and leaves the others (only where `remove` is promised)";
        "remove-again": remove_again,
            "removing what is gone is a success (only where `remove` is promised)";
        "remove-without-receipt": remove_without_receipt,
            "a receipt that names no activity removes nothing";
        "read-back": read_back,
            "what was sent can be read back, and NotFound once it is gone (only where `read_back` is promised)";
        "finish": finish,
            "finishing twice is a success, and NotFound once it is gone (only where `finish` is promised)";
        "honest-capabilities": honest_capabilities,
            "what is not promised is refused";
    }
}

async fn find_shows_what_was_sent<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let destination = bench.promising(|can| can.find).await?;
    let sample = bench.sample();
    let receipt = bench.delivered(&destination, &sample).await?;
    let day = sample.day();
    let all = destination.capabilities().lists_all_at_once;
    let windows = [
        Window::around(day, 0),
        Window::around(day, 3),
        Window {
            from: day - Days::new(40),
            until: day,
        },
        Window {
            from: day,
            until: day + Days::new(40),
        },
    ];
    for window in windows.into_iter().chain(all.then_some(Window::ALL)) {
        let found = bench.find(&destination, window).await?;
        let activity = ours(&found, &receipt, window)?;
        ensure(activity.day.is_none_or(|shown| shown == day), || {
            format!("a workout of {day} is listed on {:?}", activity.day)
        })?;
        ensure(
            activity.key.as_deref().is_none_or(|key| key == sample.key),
            || format!("the key {:?} is listed as {:?}", sample.key, activity.key),
        )?;
    }
    Ok(())
}

/// The activity of a receipt in a listing.
fn ours<'f>(found: &'f [Activity], receipt: &Receipt, window: Window) -> Answer<&'f Activity> {
    let named: Vec<_> = found
        .iter()
        .filter(|activity| Some(&activity.id) == receipt.activity_id.as_ref())
        .collect();
    match named.as_slice() {
        [activity] => Ok(activity),
        several => broken(format!(
            "{window} lists {} activities, {} of them with the id {:?} that was sent",
            found.len(),
            several.len(),
            receipt.activity_id
        )),
    }
}

async fn find_is_stable<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let destination = bench.promising(|can| can.find).await?;
    let another = bench.harness.open().await;
    let before = bench.counts().await;
    let (first, _) = bench.harness.workout(0);
    let window = Window::around(first.day(), 60);
    let sorted = |mut found: Vec<Activity>| {
        found.sort_by(|one, other| one.id.cmp(&other.id));
        found
    };
    let once = sorted(bench.find(&destination, window).await?);
    for handle in [&destination, &another] {
        let again = sorted(bench.find(handle, window).await?);
        ensure(once == again, || {
            format!(
                "{window} had {} activities, and {} others when it was listed again",
                once.len(),
                again.len()
            )
        })?;
    }
    let after = bench.counts().await;
    ensure(
        (after.activities, after.requests) == (before.activities, before.requests),
        || "listing created something".into(),
    )
}

async fn broken_find<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let destination = bench.promising(|can| can.find).await?;
    let sample = bench.sample();
    let receipt = bench.delivered(&destination, &sample).await?;
    if !bench.harness.break_listings().await {
        return Err(Failure::NotTested);
    }
    let window = Window::around(sample.day(), 1);
    bench.count_call();
    let found = destination.find(window).await;
    bench.harness.mend().await;
    if let Ok(found) = found {
        return broken(format!(
            "the listing broke, and the destination gave {} activities as if they were all",
            found.len()
        ));
    }
    let found = bench.find(&destination, window).await?;
    ours(&found, &receipt, window).map(drop)
}

async fn time_of_day<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let destination = bench.promising(|can| can.time_of_day && can.find).await?;
    let sample = bench.sample();
    let receipt = bench.delivered(&destination, &sample).await?;
    let window = Window::around(sample.day(), 0);
    let found = bench.find(&destination, window).await?;
    let activity = ours(&found, &receipt, window)?;
    let within = |apart: TimeDelta| apart.abs() <= TimeDelta::minutes(2);
    let local = activity.start.map(|start| start - sample.item.start);
    let instant = activity.start_utc.zip(sample.workout.start_time());
    let instant = instant.map(|(shown, sent)| shown - sent);
    let told = local.is_some() || instant.is_some();
    ensure(
        told && local.is_none_or(within) && instant.is_none_or(within),
        || {
            format!(
                "a workout that started at {} is listed at {:?} ({:?})",
                sample.item.start, activity.start, activity.start_utc
            )
        },
    )
}

/// A delivered workout that was removed again.
async fn removed<H: DestinationHarness>(
    bench: &Bench<'_, H>,
    destination: &H::Destination,
) -> Answer<(Sample, Receipt)> {
    let sample = bench.sample();
    let receipt = bench.delivered(destination, &sample).await?;
    let before = bench.counts().await;
    bench.count_call();
    if let Err(error) = destination.remove(&receipt).await {
        return broken(format!("removing what was sent failed: {error}"));
    }
    let after = bench.counts().await;
    ensure(after.activities + 1 == before.activities, || {
        format!(
            "removing one activity left {} of {}",
            after.activities, before.activities
        )
    })?;
    bench.harness.settle().await;
    Ok((sample, receipt))
}

async fn remove<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let destination = bench.promising(|can| can.remove).await?;
    let kept = bench.sample();
    let stays = bench.delivered(&destination, &kept).await?;
    let (sample, receipt) = removed(bench, &destination).await?;
    if !destination.capabilities().find {
        return Ok(());
    }
    let found = bench
        .find(&destination, Window::around(sample.day(), 0))
        .await?;
    ensure(
        !found
            .iter()
            .any(|activity| Some(&activity.id) == receipt.activity_id.as_ref()),
        || "what was removed is still listed".into(),
    )?;
    let window = Window::around(kept.day(), 0);
    let found = bench.find(&destination, window).await?;
    ours(&found, &stays, window).map(drop)
}

async fn remove_again<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let destination = bench.promising(|can| can.remove).await?;
    let (_, receipt) = removed(bench, &destination).await?;
    let before = bench.counts().await;
    let another = bench.harness.open().await;
    for handle in [&destination, &another] {
        bench.count_call();
        if let Err(error) = handle.remove(&receipt).await {
            return broken(format!("removing what is gone failed: {error}"));
        }
    }
    let after = bench.counts().await;
    ensure(after.activities == before.activities, || {
        "removing again removed another activity".into()
    })
}

async fn remove_without_receipt<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let destination = bench.promising(|can| can.remove).await?;
    let before = bench.counts().await;
    bench.count_call();
    let answer = destination.remove(&Receipt::default()).await;
    let after = bench.counts().await;
    ensure(after.activities == before.activities, || {
        "a receipt that names no activity removed one".into()
    })?;
    ensure(answer.is_err(), || {
        "a receipt that names no activity was accepted".into()
    })
}

async fn read_back<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let destination = bench.promising(|can| can.read_back).await?;
    let sample = bench.sample();
    let receipt = bench.delivered(&destination, &sample).await?;
    bench.count_call();
    let read = match destination.read_back(&receipt).await {
        Ok(read) => read,
        Err(error) => return broken(format!("reading back what was sent failed: {error}")),
    };
    let apart = read.start_time().zip(sample.workout.start_time());
    let apart = apart.map(|(read, sent)| (read - sent).abs());
    ensure(
        apart.is_none_or(|apart| apart <= TimeDelta::minutes(2)),
        || format!("what was read back starts {apart:?} from what was sent"),
    )?;
    if destination.capabilities().remove {
        let (_, gone) = removed(bench, &destination).await?;
        bench.count_call();
        not_found("reading back", destination.read_back(&gone).await)?;
    }
    Ok(())
}

fn not_found<T>(what: &str, answer: Result<T, crate::ServiceError>) -> Answer {
    match answer {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => broken(format!(
            "{what} what is gone failed with {:?} instead of NotFound",
            error.kind()
        )),
        Ok(_) => broken(format!("{what} what is gone succeeded")),
    }
}

async fn finish<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let destination = bench.promising(|can| can.finish).await?;
    let sample = bench.sample();
    let form = destination.form(&sample.item, &sample.workout);
    let form = form.map_err(|refusal| Failure::Broken(refusal.to_string()))?;
    let wanted = destination.finishing(&sample.item, &sample.workout, form);
    let wanted = wanted.unwrap_or_else(|| Finishing::new().with_notes("finished"));
    let receipt = bench.delivered(&destination, &sample).await?;
    let before = bench.counts().await;
    let another = bench.harness.open().await;
    for handle in [&destination, &another] {
        bench.count_call();
        if let Err(error) = handle.finish(&receipt, &wanted).await {
            return broken(format!("setting {wanted} failed: {error}"));
        }
    }
    let after = bench.counts().await;
    ensure(after.activities == before.activities, || {
        "finishing created or removed an activity".into()
    })?;
    if destination.capabilities().read_back {
        bench.count_call();
        let read = destination.read_back(&receipt).await;
        let read =
            read.map_err(|error| Failure::Broken(format!("reading back failed: {error}")))?;
        ensure(wanted.notes.is_none() || read.notes == wanted.notes, || {
            "the notes that were set are not there".into()
        })?;
    }
    if destination.capabilities().remove {
        let (_, gone) = removed(bench, &destination).await?;
        bench.count_call();
        not_found("finishing", destination.finish(&gone, &wanted).await)?;
    }
    Ok(())
}

async fn honest_capabilities<H: DestinationHarness>(bench: &Bench<'_, H>) -> Answer {
    let destination = bench.harness.open().await;
    let can = destination.capabilities();
    let sample = bench.sample();
    let receipt = bench.delivered(&destination, &sample).await?;
    let before = bench.counts().await;
    let mut unpromised = Vec::new();
    if !can.find {
        bench.count_call();
        let found = destination.find(Window::around(sample.day(), 0)).await;
        unpromised.push(("find", found.is_ok()));
    }
    if !can.read_back {
        bench.count_call();
        let read = destination.read_back(&receipt).await;
        unpromised.push(("read_back", read.is_ok()));
    }
    if !can.finish {
        bench.count_call();
        let notes = Finishing::new().with_notes("finished");
        unpromised.push(("finish", destination.finish(&receipt, &notes).await.is_ok()));
    }
    if !can.remove {
        bench.count_call();
        unpromised.push(("remove", destination.remove(&receipt).await.is_ok()));
    }
    let after = bench.counts().await;
    ensure(after.activities == before.activities, || {
        "a method that is not promised changed something".into()
    })?;
    match unpromised.into_iter().find(|(_, works)| *works) {
        Some((name, _)) => broken(format!("{name} works, and the capabilities deny it")),
        None => ensure(
            can.find || !(can.time_of_day || can.lists_all_at_once),
            || "a time of day, or all of the history, is promised without a listing".into(),
        ),
    }
}
