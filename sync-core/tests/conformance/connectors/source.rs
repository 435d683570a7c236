//! Sources that are wrong in one way each.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use chrono::{NaiveDateTime, TimeDelta};
use futures_executor::block_on;
use futures_util::StreamExt;
use futures_util::stream;
use sync_core::conformance::world::{Gate, GatedSource, World};
use sync_core::conformance::{HeldWorkout, Report, SourceHarness, check_source};
use sync_core::{BoxStream, ErrorKind, Item, ServiceError, Source, Sport, Window, Workout};

use super::{compare, failed, left_out};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// The name has a space in it.
    OddName,
    /// Every handle has another name.
    OwnName,
    /// `check` fails.
    NeverWell,
    /// The newest workout is left out.
    LeavesOut,
    /// The window is not looked at.
    ListsAll,
    /// The last day of a window is not listed.
    OpenEnd,
    /// The window is rounded to months.
    WholeMonths,
    /// No workout is an error.
    EmptyIsAnError,
    /// The source gives what came before the fault.
    SwallowsFaults,
    /// Identifiers count within a listing.
    CountsAnew,
    /// A listing moves the starts by a second.
    Drifts,
    /// A listing that is dropped blocks the next one.
    Wedged,
    /// The fetched workout is empty.
    FetchesNothing,
    /// The last exercise of a session is missing.
    HalfSession,
    /// Exercises come backwards.
    Backwards,
    /// Starts are those of another day.
    AnotherDay,
    /// Workouts have totals and no time.
    NoStart,
    /// Only a handle that listed can fetch.
    NeedsListing,
    /// An unknown id gives some workout.
    AnyWorkout,
    /// An unknown id is a broken file.
    UnknownIsInvalid,
    /// Fetching takes the workout away.
    Consumes,
}

const FAULTS: &[(Fault, &str)] = &[
    (Fault::OddName, "name"),
    (Fault::OwnName, "name"),
    (Fault::NeverWell, "check"),
    (Fault::LeavesOut, "listing-is-complete"),
    (Fault::ListsAll, "both-ends"),
    (Fault::OpenEnd, "both-ends"),
    (Fault::WholeMonths, "both-ends"),
    (Fault::EmptyIsAnError, "empty-windows"),
    (Fault::SwallowsFaults, "broken-listing"),
    (Fault::CountsAnew, "windows-agree"),
    (Fault::Drifts, "listing-is-stable"),
    (Fault::Wedged, "dropped-listing"),
    (Fault::FetchesNothing, "fetch-what-is-listed"),
    (Fault::HalfSession, "fetch-what-is-listed"),
    (Fault::Backwards, "fetch-what-is-listed"),
    (Fault::AnotherDay, "fetch-what-is-listed"),
    (Fault::NoStart, "fetch-what-is-listed"),
    (Fault::NeedsListing, "fetch-is-stable"),
    (Fault::AnyWorkout, "unknown-id"),
    (Fault::UnknownIsInvalid, "unknown-id"),
    (Fault::Consumes, "reading-changes-nothing"),
];

/// A service in memory.
#[derive(Default)]
struct Shelf {
    workouts: Mutex<Vec<(Item, Vec<Workout>)>>,
    is_broken: AtomicBool,
    is_wedged: AtomicBool,
    handles: AtomicUsize,
    fetches: AtomicUsize,
    listings: AtomicUsize,
}

struct Handle {
    fault: Option<Fault>,
    shelf: Arc<Shelf>,
    name: String,
    has_listed: AtomicBool,
}

fn broken(kind: ErrorKind) -> ServiceError {
    ServiceError::new(kind, "broken on purpose")
}

#[async_trait]
impl Source for Handle {
    fn name(&self) -> &str {
        &self.name
    }

    async fn check(&self) -> Result<(), ServiceError> {
        match self.fault {
            Some(Fault::NeverWell) => Err(broken(ErrorKind::Temporary)),
            _ => Ok(()),
        }
    }

    fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>> {
        let listed = self.listed(window);
        if self.fault == Some(Fault::Wedged) {
            let wedged = self.shelf.is_wedged.swap(true, SeqCst);
            let listed = if wedged { Vec::new() } else { listed };
            let done = async || {
                self.shelf.is_wedged.store(false, SeqCst);
                None
            };
            let end = stream::once(async move { done().await }).filter_map(async |none| none);
            return stream::iter(listed).chain(end).boxed();
        }
        stream::iter(listed).boxed()
    }

    async fn fetch(&self, item: &Item) -> Result<Vec<Workout>, ServiceError> {
        self.shelf.fetches.fetch_add(1, SeqCst);
        let workouts = self.shelf.workouts.lock().unwrap();
        let found = match self.fault {
            Some(Fault::NeedsListing) if !self.has_listed.load(SeqCst) => None,
            Some(Fault::CountsAnew) => item.id.parse().ok().and_then(|id: usize| workouts.get(id)),
            _ => workouts.iter().find(|(known, _)| known.id == item.id),
        };
        let mut fetched = match (found, self.fault) {
            (Some((_, workouts)), _) => workouts.clone(),
            (None, Some(Fault::AnyWorkout)) => workouts[0].1.clone(),
            (None, Some(Fault::UnknownIsInvalid)) => return Err(broken(ErrorKind::Invalid)),
            (None, _) => return Err(broken(ErrorKind::NotFound)),
        };
        match self.fault {
            Some(Fault::FetchesNothing) => fetched.clear(),
            Some(Fault::HalfSession) if fetched.len() > 1 => drop(fetched.pop()),
            Some(Fault::Backwards) => fetched.reverse(),
            Some(Fault::AnotherDay) => {
                for workout in &mut fetched {
                    workout.start = workout.start.map(|start| start + TimeDelta::days(1));
                }
            }
            Some(Fault::NoStart) => {
                for workout in &mut fetched {
                    workout.start = None;
                    workout.laps.clear();
                }
            }
            _ => {}
        }
        Ok(fetched)
    }
}

impl Handle {
    fn listed(&self, window: Window) -> Vec<Result<Item, ServiceError>> {
        self.has_listed.store(true, SeqCst);
        let listing = self.shelf.listings.fetch_add(1, SeqCst);
        let workouts = self.shelf.workouts.lock().unwrap();
        let within = |item: &Item| match self.fault {
            Some(Fault::ListsAll) => true,
            Some(Fault::OpenEnd) => window.contains(item.day()) && item.day() < window.until,
            Some(Fault::WholeMonths) => {
                let month = |day: chrono::NaiveDate| day.format("%Y-%m").to_string();
                (month(window.from)..=month(window.until)).contains(&month(item.day()))
            }
            _ => window.contains(item.day()),
        };
        let items = workouts.iter().map(|(item, _)| item.clone());
        let mut items: Vec<Item> = items.filter(within).collect();
        match self.fault {
            Some(Fault::LeavesOut) => drop(items.pop()),
            Some(Fault::EmptyIsAnError) if items.is_empty() => {
                return vec![Err(broken(ErrorKind::Drift))];
            }
            Some(Fault::CountsAnew) => {
                for (number, item) in items.iter_mut().enumerate() {
                    item.id = number.to_string();
                }
            }
            Some(Fault::Drifts) => {
                for item in &mut items {
                    item.start += TimeDelta::seconds(i64::try_from(listing).unwrap());
                }
            }
            _ => {}
        }
        let mut listed: Vec<_> = items.into_iter().map(Ok).collect();
        if self.shelf.is_broken.load(SeqCst) {
            listed.pop();
            if self.fault != Some(Fault::SwallowsFaults) {
                listed.push(Err(broken(ErrorKind::Temporary)));
            }
        }
        listed
    }
}

struct Harness {
    fault: Option<Fault>,
    shelf: Arc<Shelf>,
}

impl Harness {
    fn new(fault: Option<Fault>) -> Self {
        let shelf = Shelf::default();
        for (id, start, exercises) in [
            ("11", "2026-03-01T10:00:00", 1),
            ("12", "2026-03-01T18:00:00", 2),
            ("13", "2026-03-20T07:00:00", 1),
        ] {
            let start: NaiveDateTime = start.parse().unwrap();
            let workout = |number: i64| {
                let mut workout = Workout::new(Sport::Running);
                workout.start = Some(start.and_utc() + TimeDelta::hours(number - 1));
                workout
            };
            let workouts = (0..exercises).map(workout).collect();
            let item = Item::new(id, start);
            shelf.workouts.lock().unwrap().push((item, workouts));
        }
        let shelf = Arc::new(shelf);
        Self { fault, shelf }
    }
}

impl SourceHarness for Harness {
    type Source = Handle;

    async fn open(&self) -> Handle {
        let number = self.shelf.handles.fetch_add(1, SeqCst);
        let name = match self.fault {
            Some(Fault::OddName) => "on the shelf".to_owned(),
            Some(Fault::OwnName) => format!("shelf-{number}"),
            _ => "shelf".to_owned(),
        };
        Handle {
            fault: self.fault,
            shelf: Arc::clone(&self.shelf),
            name,
            has_listed: AtomicBool::new(false),
        }
    }

    fn held(&self) -> Vec<HeldWorkout> {
        let workouts = self.shelf.workouts.lock().unwrap();
        let held = workouts.iter().map(|(item, workouts)| {
            HeldWorkout::on(item.day())
                .with_id(&item.id)
                .with_exercises(workouts.len())
        });
        held.collect()
    }

    fn unknown_id(&self) -> String {
        "99".to_owned()
    }

    async fn break_listings(&self) -> bool {
        self.shelf.is_broken.store(true, SeqCst);
        true
    }

    async fn mend(&self) {
        self.shelf.is_broken.store(false, SeqCst);
    }

    async fn fingerprint(&self) -> Option<String> {
        let consumed = match self.fault {
            Some(Fault::Consumes) => self.shelf.fetches.load(SeqCst),
            _ => 0,
        };
        Some(format!("{:?} {consumed}", self.held()))
    }
}

fn check(fault: Option<Fault>) -> Report {
    block_on(check_source(&Harness::new(fault)))
}

#[test]
fn an_honest_source_passes_and_each_broken_one_fails() {
    let honest = check(None);
    honest.assert_conformant();
    assert_eq!(left_out(&honest), [""; 0]);
    compare(FAULTS, &honest, |fault| check(Some(fault)));
}

#[test]
fn the_scripted_source_of_the_worlds_passes() {
    struct Scripted(World);
    impl SourceHarness for Scripted {
        type Source = GatedSource;
        async fn open(&self) -> GatedSource {
            self.0.source_through(&Arc::new(Gate::new()))
        }
        fn held(&self) -> Vec<HeldWorkout> {
            let held = [
                ("1", "2026-03-01", 1),
                ("2", "2026-03-01", 1),
                ("3", "2026-03-09", 3),
            ];
            held.map(|(id, day, exercises)| {
                HeldWorkout::on(day.parse().unwrap())
                    .with_id(id)
                    .with_exercises(exercises)
            })
            .into()
        }
        fn unknown_id(&self) -> String {
            "4".into()
        }
    }
    let world = World::new("here");
    let at = |text: &str| text.parse().unwrap();
    world.source.has("1", at("2026-03-01T10:00:00"), 30, 5.0);
    world.source.has_indoor("2", at("2026-03-01T18:00:00"), 60);
    world.source.has_session("3", at("2026-03-09T10:00:00"), 3);
    let report = block_on(check_source(&Scripted(world)));
    report.assert_conformant();
    assert_eq!(
        left_out(&report),
        ["broken-listing", "reading-changes-nothing"]
    );
}

#[test]
fn a_harness_with_too_few_workouts_fails() {
    let harness = Harness::new(None);
    harness.shelf.workouts.lock().unwrap().truncate(2);
    let report = block_on(check_source(&harness));
    assert!(failed(&report).contains("listing-is-complete"), "{report}");
}
