//! The checks of a source, one function each.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate, TimeDelta};
use futures_util::StreamExt;

use super::source::{Bench, SourceHarness};
use super::{Answer, Check, Failure, broken, check_name, ensure};
use crate::{ErrorKind, Item, Source, Window, Workout};

macro_rules! checks {
    ($($name:literal: $function:ident, $promise:literal;)*) => {
        vec![$(Check { name: $name, promise: $promise, run: |bench| Box::pin($function(bench)) }),*]
    };
}

pub(super) fn all<'h, H: SourceHarness>() -> Vec<Check<Bench<'h, H>>> {
    checks! {
        "name": name,
            "the name is the same in every handle and fits into ledger keys";
        "check": check,
            "check succeeds while the service works";
        "listing-is-complete": listing_is_complete,
            "a window lists each workout that started in it, and no other one";
        "both-ends": both_ends,
            "the first and the last day of a window belong to it";
        "windows-agree": windows_agree,
            "two windows that meet list what the window over both lists";
        "empty-windows": empty_windows,
            "a window without workouts is an empty listing, also far away";
        "listing-is-stable": listing_is_stable,
            "another listing, and another handle, give the same ids, starts and facts";
        "dropped-listing": dropped_listing,
            "a listing may be dropped half-way";
        "broken-listing": broken_listing,
            "a listing that cannot be completed ends with an error";
        "fetch-what-is-listed": fetch_what_is_listed,
            "each listed workout can be fetched: one workout for each exercise, in order, that began when the listing says";
        "fetch-is-stable": fetch_is_stable,
            "fetching again, also by a handle that listed nothing, gives the same";
        "unknown-id": unknown_id,
            "fetching what the service does not have is NotFound";
        "reading-changes-nothing": reading_changes_nothing,
            "listing and fetching change nothing at the service";
    }
}

async fn name<H: SourceHarness>(bench: &Bench<'_, H>) -> Answer {
    let (one, other) = (bench.harness.open().await, bench.harness.open().await);
    check_name(one.name(), other.name())
}

async fn check<H: SourceHarness>(bench: &Bench<'_, H>) -> Answer {
    bench.count_call();
    let checked = bench.harness.open().await.check().await;
    checked.map_err(|error| Failure::Broken(format!("check failed: {error}")))
}

/// Compares a listing with what the service holds on these days.
fn compare<H: SourceHarness>(
    bench: &Bench<'_, H>,
    window: Window,
    listed: &BTreeMap<String, Item>,
) -> Answer {
    let mut days: BTreeMap<NaiveDate, i64> = BTreeMap::new();
    for held in bench.harness.held() {
        if !window.contains(held.day) {
            continue;
        }
        *days.entry(held.day).or_default() += 1;
        if let Some(id) = &held.id {
            let day = listed.get(id).map(Item::day);
            ensure(day == Some(held.day), || {
                format!(
                    "{id} of {} is listed in {window} with the day {day:?}",
                    held.day
                )
            })?;
        }
    }
    for item in listed.values() {
        *days.entry(item.day()).or_default() -= 1;
        ensure(window.contains(item.day()), || {
            format!(
                "{window} lists {}, which started on {}",
                item.id,
                item.day()
            )
        })?;
    }
    match days.into_iter().find(|(_, missing)| *missing != 0) {
        Some((day, missing)) if missing > 0 => {
            broken(format!("{window} lacks {missing} workouts of {day}"))
        }
        Some((day, more)) => broken(format!("{window} has {} workouts of {day} too many", -more)),
        None => Ok(()),
    }
}

async fn listing_is_complete<H: SourceHarness>(bench: &Bench<'_, H>) -> Answer {
    let source = bench.harness.open().await;
    let all = bench.all_days()?;
    let wider = Window {
        from: all.from - Days::new(40),
        until: all.until + Days::new(40),
    };
    for window in [all, wider] {
        compare(bench, window, &bench.list(&source, window).await?)?;
    }
    Ok(())
}

async fn both_ends<H: SourceHarness>(bench: &Bench<'_, H>) -> Answer {
    let source = bench.harness.open().await;
    let all = bench.all_days()?;
    for held in bench.harness.held() {
        for window in [
            Window::around(held.day, 0),
            Window {
                from: held.day,
                ..all
            },
            Window {
                until: held.day,
                ..all
            },
        ] {
            compare(bench, window, &bench.list(&source, window).await?)?;
        }
    }
    Ok(())
}

async fn windows_agree<H: SourceHarness>(bench: &Bench<'_, H>) -> Answer {
    let source = bench.harness.open().await;
    let all = bench.all_days()?;
    let whole = bench.list(&source, all).await?;
    let mut borders: Vec<NaiveDate> = whole.values().map(Item::day).collect();
    borders.dedup();
    for border in borders.into_iter().filter(|day| *day < all.until) {
        let first = Window {
            until: border,
            ..all
        };
        let second = Window {
            from: border + Days::new(1),
            ..all
        };
        let mut both = bench.list(&source, first).await?;
        both.extend(bench.list(&source, second).await?);
        ensure(both == whole, || {
            let (both, whole) = (both.keys(), whole.keys());
            format!("{first} and {second} list {both:?}, and {all} lists {whole:?}")
        })?;
    }
    Ok(())
}

async fn empty_windows<H: SourceHarness>(bench: &Bench<'_, H>) -> Answer {
    let source = bench.harness.open().await;
    let all = bench.all_days()?;
    for day in [all.from - Days::new(4000), all.until + Days::new(4000)] {
        let window = Window::around(day, 5);
        compare(bench, window, &bench.list(&source, window).await?)?;
    }
    Ok(())
}

async fn listing_is_stable<H: SourceHarness>(bench: &Bench<'_, H>) -> Answer {
    let (source, another) = (bench.harness.open().await, bench.harness.open().await);
    let all = bench.all_days()?;
    let first = bench.list(&source, all).await?;
    for again in [&source, &another] {
        let second = bench.list(again, all).await?;
        ensure(first == second, || {
            let differs = first
                .iter()
                .find(|(id, item)| second.get(*id) != Some(item));
            format!("the first listing has {differs:?}, a later one has other workouts")
        })?;
    }
    Ok(())
}

async fn dropped_listing<H: SourceHarness>(bench: &Bench<'_, H>) -> Answer {
    let source = bench.harness.open().await;
    let all = bench.all_days()?;
    bench.count_call();
    let mut listed = source.list(all);
    let first = listed.next().await;
    drop(listed);
    ensure(matches!(first, Some(Ok(_))), || {
        format!("a listing began with {first:?}")
    })?;
    compare(bench, all, &bench.list(&source, all).await?)
}

async fn broken_listing<H: SourceHarness>(bench: &Bench<'_, H>) -> Answer {
    let all = bench.all_days()?;
    let source = bench.harness.open().await;
    if !bench.harness.break_listings().await {
        return Err(Failure::NotTested);
    }
    let listed = bench.try_list(&source, all).await;
    bench.harness.mend().await;
    if let Ok(items) = listed {
        return broken(format!(
            "the listing broke, and the source gave {} workouts as if they were all",
            items.len()
        ));
    }
    let mended = bench.harness.open().await;
    compare(bench, all, &bench.list(&mended, all).await?)
}

/// How far a recording may begin from its listed start: the first fix comes late.
const SLACK: TimeDelta = TimeDelta::minutes(5);

/// Whether the first exercise began when the listing says.
fn began_as_listed(item: &Item, workout: &Workout) -> bool {
    let Some(start) = workout.start_time() else {
        return true;
    };
    match item.start_utc {
        Some(listed) => (start - listed).abs() <= SLACK,
        None => {
            let ahead = item.start - start.naive_utc();
            let zones = (TimeDelta::hours(-12) - SLACK)..=(TimeDelta::hours(14) + SLACK);
            zones.contains(&ahead)
        }
    }
}

async fn fetch_what_is_listed<H: SourceHarness>(bench: &Bench<'_, H>) -> Answer {
    let source = bench.harness.open().await;
    let listed = bench.list(&source, bench.all_days()?).await?;
    let mut exercises = 0;
    for item in listed.values() {
        let workouts = bench.fetched(&source, item).await?;
        exercises += workouts.len();
        let starts: Vec<_> = workouts.iter().filter_map(Workout::start_time).collect();
        ensure(starts.len() == workouts.len(), || {
            format!("an exercise of {} has no start", item.id)
        })?;
        ensure(starts.is_sorted(), || {
            format!("the exercises of {} are out of order: {starts:?}", item.id)
        })?;
        let Some(first) = workouts.first() else {
            return broken(format!("fetching {} gave no workout", item.id));
        };
        ensure(began_as_listed(item, first), || {
            format!(
                "{} is listed at {} ({:?}), and its recording begins at {:?}",
                item.id,
                item.start,
                item.start_utc,
                first.start_time()
            )
        })?;
        let held = bench.harness.held();
        let known = held.iter().find(|held| held.id.as_ref() == Some(&item.id));
        if let Some(held) = known {
            ensure(workouts.len() == held.exercises, || {
                let (got, all) = (workouts.len(), held.exercises);
                format!("fetching {} gave {got} of {all} exercises", item.id)
            })?;
        }
    }
    let held: usize = bench.harness.held().iter().map(|held| held.exercises).sum();
    ensure(exercises == held, || {
        format!("the service holds {held} exercises, and {exercises} were fetched")
    })
}

async fn fetch_is_stable<H: SourceHarness>(bench: &Bench<'_, H>) -> Answer {
    let source = bench.harness.open().await;
    let listed = bench.list(&source, bench.all_days()?).await?;
    let another = bench.harness.open().await;
    for item in listed.values() {
        let first = bench.fetched(&source, item).await?;
        for again in [&source, &another] {
            ensure(first == bench.fetched(again, item).await?, || {
                format!("fetching {} again gave another workout", item.id)
            })?;
        }
    }
    Ok(())
}

async fn unknown_id<H: SourceHarness>(bench: &Bench<'_, H>) -> Answer {
    let source = bench.harness.open().await;
    let all = bench.all_days()?;
    let id = bench.harness.unknown_id();
    let start = all.from.and_hms_opt(12, 0, 0).unwrap_or_default();
    match bench.fetch(&source, &Item::new(&id, start)).await {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => broken(format!(
            "fetching {id} failed with {:?} instead of NotFound: {error}",
            error.kind()
        )),
        Ok(workouts) => broken(format!("fetching {id} gave {} workouts", workouts.len())),
    }
}

async fn reading_changes_nothing<H: SourceHarness>(bench: &Bench<'_, H>) -> Answer {
    let Some(before) = bench.before.borrow().clone() else {
        return Err(Failure::NotTested);
    };
    let after = bench.harness.fingerprint().await;
    ensure(after.as_ref() == Some(&before), || {
        format!("the service was {before:?} before the checks, and is {after:?} after them")
    })
}
