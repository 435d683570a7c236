//! The suite for sources: what its caller provides, and what its checks work with.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use chrono::NaiveDate;
use futures_util::StreamExt;

use super::super::report::Report;
use super::{Answer, Failure, broken, report, run_all, source_checks};
use crate::{Item, ServiceError, Source, Window, Workout};

/// A workout that the service behind a source holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeldWorkout {
    /// The local day on which it started.
    pub day: NaiveDate,
    /// Its identifier, where the harness knows it.
    pub id: Option<String>,
    /// How many exercises it has.
    pub exercises: usize,
}

impl HeldWorkout {
    /// A workout of one exercise whose identifier the source makes.
    #[must_use]
    pub fn on(day: NaiveDate) -> Self {
        Self {
            day,
            id: None,
            exercises: 1,
        }
    }

    /// The identifier that the source has to list it under.
    #[must_use]
    pub fn with_id(mut self, id: impl Into<String>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// How many exercises it has.
    #[must_use]
    pub fn with_exercises(mut self, exercises: usize) -> Self {
        self.exercises = exercises;
        self
    }
}

/// The service behind a source under test, as [`check_source`] needs it: a fake or a folder that the
/// test fills before.
///
/// It holds at least three workouts on at least two days, two of them on one day.
pub trait SourceHarness {
    /// The source under test.
    type Source: Source;

    /// Opens the source, as a new process would. Every call gives another handle for the same
    /// workouts.
    fn open(&self) -> impl Future<Output = Self::Source>;

    /// All workouts of the service.
    fn held(&self) -> Vec<HeldWorkout>;

    /// An identifier in the source's form that the service never gave out.
    fn unknown_id(&self) -> String;

    /// From now on every listing breaks before its end (a page is missing, the answer is cut off, a
    /// file cannot be read). Returns false, and changes
    /// nothing, where the harness cannot arrange it.
    fn break_listings(&self) -> impl Future<Output = bool> {
        async { false }
    }

    /// Listings work again.
    fn mend(&self) -> impl Future<Output = ()> {
        async {}
    }

    /// A text that differs whenever anything at the service has changed. `None`: the harness cannot
    /// tell.
    fn fingerprint(&self) -> impl Future<Output = Option<String>> {
        async { None }
    }
}

/// Tests every promise of the [`Source`] trait on a source over the service of `harness`.
///
/// Runs on the caller's executor and task; nothing at the service is changed by a conformant source.
/// The guide "Writing a connector" in the project's documentation builds one step by step.
///
/// ```
/// use sync_core::conformance::world::{Gate, GatedSource, World};
/// use sync_core::conformance::{HeldWorkout, SourceHarness, check_source};
///
/// struct Scripted(World);
///
/// impl SourceHarness for Scripted {
///     type Source = GatedSource;
///     async fn open(&self) -> GatedSource { self.0.source_through(&Gate::new().into()) }
///     fn held(&self) -> Vec<HeldWorkout> {
///         let days = ["2026-03-01", "2026-03-01", "2026-03-09"];
///         days.map(|day| HeldWorkout::on(day.parse().unwrap())).into()
///     }
///     fn unknown_id(&self) -> String { "9".into() }
/// }
///
/// let world = World::new("here");
/// for (id, start) in [("1", "2026-03-01T10:00:00"), ("2", "2026-03-01T18:00:00"), ("3", "2026-03-09T10:00:00")] {
///     world.source.has(id, start.parse().unwrap(), 30, 5.0);
/// }
/// let report = futures_executor::block_on(check_source(&Scripted(world)));
/// assert!(report.is_conformant(), "{report}");
/// ```
pub async fn check_source<H: SourceHarness>(harness: &H) -> Report {
    let bench = Bench {
        harness,
        calls: Cell::new(0),
        before: RefCell::new(harness.fingerprint().await),
    };
    let outcomes = run_all(&source_checks::all(), &bench).await;
    report(outcomes, bench.calls.get())
}

/// The source under test, with questions that turn a wrong answer into a sentence.
pub(super) struct Bench<'h, H> {
    pub(super) harness: &'h H,
    calls: Cell<u64>,
    /// The service's fingerprint before the first check.
    pub(super) before: RefCell<Option<String>>,
}

impl<H: SourceHarness> Bench<'_, H> {
    pub(super) fn count_call(&self) {
        self.calls.set(self.calls.get() + 1);
    }

    /// The items of a listing, up to its first error.
    pub(super) async fn try_list(
        &self,
        source: &H::Source,
        window: Window,
    ) -> Result<Vec<Item>, ServiceError> {
        self.count_call();
        let mut listed = source.list(window);
        let mut items = Vec::new();
        while let Some(item) = listed.next().await {
            items.push(item?);
        }
        Ok(items)
    }

    /// A listing by identifier. The same workout may be listed twice, but only with the same facts.
    pub(super) async fn list(
        &self,
        source: &H::Source,
        window: Window,
    ) -> Answer<BTreeMap<String, Item>> {
        let listed = self.try_list(source, window).await;
        let items =
            listed.map_err(|error| Failure::Broken(format!("a listing failed: {error}")))?;
        let mut by_id = BTreeMap::new();
        for item in items {
            if let Some(other) = by_id.insert(item.id.clone(), item.clone())
                && other != item
            {
                return broken(format!(
                    "{window} lists {} twice with other facts: {other:?} and {item:?}",
                    item.id
                ));
            }
        }
        Ok(by_id)
    }

    pub(super) async fn fetch(
        &self,
        source: &H::Source,
        item: &Item,
    ) -> Result<Vec<Workout>, ServiceError> {
        self.count_call();
        source.fetch(item).await
    }

    /// Downloads a workout that the source listed.
    pub(super) async fn fetched(&self, source: &H::Source, item: &Item) -> Answer<Vec<Workout>> {
        let fetched = self.fetch(source, item).await;
        fetched.map_err(|error| {
            Failure::Broken(format!(
                "fetching {}, which is listed, failed: {error}",
                item.id
            ))
        })
    }

    /// The days from the first workout to the last one.
    pub(super) fn all_days(&self) -> Answer<Window> {
        let held = self.harness.held();
        let first = held.iter().map(|workout| workout.day).min();
        let last = held.iter().map(|workout| workout.day).max();
        let window = first.zip(last).filter(|(first, last)| first < last);
        match window {
            Some((from, until)) if held.len() >= 3 => Ok(Window { from, until }),
            _ => broken("the harness has to hold at least three workouts on at least two days"),
        }
    }
}
