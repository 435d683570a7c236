//! Every combination of source and destination: a worker dies at each effect, and everything arrives once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicI64, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::{Either, select};
use sync_core::conformance::world::{Gate, Moment, gate_route};
use sync_core::ledger::SharedLedger;
use sync_core::{Cancel, Clock, Destination, Engine, Policy, Route, RunRequest, Source, Window};
use sync_ledger_sqlite::SqliteLedger;

use crate::ends::{COUNT, DESTINATIONS, From, SOURCES, To};

/// A clock on which waiting takes no time.
#[derive(Default)]
struct Leaps(AtomicI64);

#[async_trait]
impl Clock for Leaps {
    fn now(&self) -> DateTime<Utc> {
        let start: DateTime<Utc> = "2026-04-01T00:00:00Z".parse().unwrap();
        start + TimeDelta::milliseconds(self.0.load(SeqCst))
    }

    async fn sleep(&self, duration: Duration) {
        // The engine limits a send by its clock, while the send itself takes real time: that limit must not be over at once.
        if duration >= Duration::from_secs(30) {
            tokio::time::sleep(Duration::from_secs(10)).await;
        }
        self.leap(i64::try_from(duration.as_secs()).unwrap_or(3600));
    }
}

impl Leaps {
    fn leap(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, SeqCst);
    }
}

/// Effects at which a worker died, by their descriptions.
type Died = Arc<Mutex<BTreeMap<String, usize>>>;

/// A worker dies once at each effect, and at each document's writing three times: before and after it in turns.
fn dying(died: &Died) -> Gate {
    let died = Arc::clone(died);
    Gate::stopping_where(move |what| {
        let mut died = died.lock().unwrap();
        let deaths = died.values().sum::<usize>();
        let most = if what.starts_with("write item") { 3 } else { 1 };
        let at = died.entry(what.to_owned()).or_default();
        (*at < most).then(|| {
            *at += 1;
            if deaths % 2 == 0 {
                Moment::Before
            } else {
                Moment::After
            }
        })
    })
}

struct Played {
    died: BTreeMap<String, usize>,
    /// The sends of workers that died. While a send is on its way, its worker may die at the renewal of its lease instead.
    sends: BTreeSet<String>,
    starts: Vec<String>,
}

async fn play(from: &From, to: &To, ledger_file: &Path) -> Played {
    let clock = Arc::new(Leaps::default());
    let died = Died::default();
    let window = Window::new("2026-03-01".parse().unwrap(), "2026-03-31".parse().unwrap());
    let request = RunRequest::new().with_window(window);
    let mut sends = BTreeSet::new();
    // A source remembers nothing but a cache of its files between its calls.
    let source = from.open().await;
    for number in 1.. {
        assert!(number < 500, "it never ends: {:?}", died.lock().unwrap());
        // As a new process: nothing is left of the dead worker but what is on disk and at the services.
        let ledger = SharedLedger::new(SqliteLedger::open(ledger_file).unwrap());
        let (source, destination) = (Arc::clone(&source), to.open().await);
        let route = Route::new(ledger.clone(), source.name(), destination.name());
        let gate = Arc::new(dying(&died));
        let engine = engine(&gate, source, destination, &ledger, &clock);
        let cancel = Cancel::new();
        let run = select(
            Box::pin(engine.run(&request, &cancel)),
            Box::pin(gate.stopped()),
        )
        .await;
        let ended = matches!(run, Either::Left(_));
        drop(run);
        if ended {
            let status = route.status().await.unwrap();
            let (counts, open) = (&status.counts, status.items.len());
            if counts.values().sum::<usize>() == COUNT && open == 0 {
                break;
            }
        } else {
            let log = gate.log().into_iter();
            sends.extend(log.filter(|what| what.starts_with("send ")));
        }
        clock.leap(4000);
    }
    let died = died.lock().unwrap().clone();
    let starts = to.starts();
    Played {
        died,
        sends,
        starts,
    }
}

fn engine(
    gate: &Arc<Gate>,
    source: Arc<dyn Source>,
    destination: Arc<dyn Destination>,
    ledger: &SharedLedger,
    clock: &Arc<Leaps>,
) -> Engine {
    let (source, destination, ledger) = gate_route(gate, source, destination, ledger);
    let clock = Arc::clone(clock);
    // Each death at a workout counts as one of its attempts.
    let policy = Policy::default().with_max_attempts(1000);
    Engine::builder(source, destination, ledger, clock)
        .policy(policy)
        .build()
}

async fn moves_all(from: &str, to: &str) {
    let home = tempfile::tempdir().unwrap();
    let source = From::start(from, home.path()).await;
    let destination = To::start(to, home.path()).await;
    let played = play(&source, &destination, &home.path().join("ledger.sqlite")).await;
    let distinct: BTreeSet<_> = played.starts.iter().collect();
    assert_eq!(
        (played.starts.len(), distinct.len()),
        (COUNT, COUNT),
        "{:?}",
        played.starts
    );
    let kinds: BTreeSet<&str> = played
        .died
        .keys()
        .filter_map(|what| what.split(' ').next())
        .collect();
    for kind in ["list", "find", "fetch", "send", "read", "scan", "write"] {
        assert!(
            kinds.contains(kind),
            "no worker died at a {kind}: {kinds:?}"
        );
    }
    assert_eq!(
        played.sends.len(),
        COUNT,
        "a worker dies at the send of each workout"
    );
}

#[tokio::test]
async fn polar_flow_to_each_destination() {
    for to in DESTINATIONS {
        moves_all(SOURCES[0], to).await;
    }
}

#[tokio::test]
async fn runkeeper_to_each_other_destination() {
    for to in &DESTINATIONS[1..] {
        moves_all(SOURCES[1], to).await;
    }
}

#[tokio::test]
async fn folder_to_each_destination() {
    for to in DESTINATIONS {
        moves_all(SOURCES[2], to).await;
    }
}

#[tokio::test]
async fn polar_archive_to_each_destination() {
    for to in DESTINATIONS {
        moves_all(SOURCES[3], to).await;
    }
}

#[tokio::test]
async fn runkeeper_archive_to_each_destination() {
    for to in DESTINATIONS {
        moves_all(SOURCES[4], to).await;
    }
}

/// A program that watches the folder takes each file away as soon as it sees it.
#[tokio::test]
async fn watched_folder_gets_each_workout_once() {
    let home = tempfile::tempdir().unwrap();
    let source = From::start("folder", home.path()).await;
    let destination = To::start("folder", home.path()).await;
    let (watched, taken) = (home.path().join("watched"), home.path().join("taken"));
    std::fs::create_dir(&taken).unwrap();
    let stop = Arc::new(std::sync::atomic::AtomicBool::new(false));
    let watcher = {
        let (stop, taken) = (Arc::clone(&stop), taken.clone());
        std::thread::spawn(move || {
            let mut count = 0;
            // Once more after the end: the last files.
            let mut last = false;
            while !last {
                last = stop.load(SeqCst);
                for entry in std::fs::read_dir(&watched).unwrap() {
                    let path = entry.unwrap().path();
                    let name = path.file_name().unwrap().to_string_lossy().into_owned();
                    if name.starts_with('.') {
                        continue;
                    }
                    // A file that can be seen is whole.
                    workout_files::read(&std::fs::read(&path).unwrap()).unwrap();
                    std::fs::rename(&path, taken.join(format!("{count}-{name}"))).unwrap();
                    count += 1;
                }
                std::thread::sleep(Duration::from_millis(1));
            }
            count
        })
    };
    play(&source, &destination, &home.path().join("ledger.sqlite")).await;
    // The ledger is lost: the folder's own index still knows everything.
    play(&source, &destination, &home.path().join("new.sqlite")).await;
    stop.store(true, SeqCst);
    assert_eq!(watcher.join().unwrap(), COUNT);
    assert_eq!(std::fs::read_dir(&taken).unwrap().count(), COUNT);
}
