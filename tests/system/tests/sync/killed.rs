//! The real program, killed in the middle of its work: while it lists, holds a claim, sends, waits for an answer, writes the ledger.

use std::collections::{BTreeMap, HashSet};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fake_services::{Fault, RequestLog};
use system_tests::World;
use tokio::process::Child;

use crate::processes::{each_once_but, until_at_rest, world};

/// More than the runs between the kills can deliver: each dies within its first few workouts.
const WORKOUTS: usize = 200;
const KILLS: usize = 50;
/// So slow are the answers of the request that a kill is aimed at.
const SLOW: Duration = Duration::from_millis(80);

/// The aim of a kill. The ledger shows afterwards where it hit.
#[derive(Debug, Clone, Copy)]
enum Aim {
    /// Any moment of a run.
    Anywhere,
    /// While a workout is claimed and fetched.
    Claim,
    /// While Runkeeper reads the upload, before it stores it.
    Sending,
    /// After Runkeeper stored it, before its answer.
    Stored,
    /// Around the answer, when the ledger is written.
    Write,
}

const AIMS: [Aim; 5] = [
    Aim::Stored,
    Aim::Claim,
    Aim::Write,
    Aim::Sending,
    Aim::Anywhere,
];

/// The place where a kill hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Hit {
    Listing,
    Claimed,
    Sending,
    StoredButNotOnRecord,
    BetweenWorkouts,
}

/// A step of the usual linear congruential generator; its upper bits are random enough.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn sends(log: &RequestLog) -> usize {
    log.count("POST /trackMultipleFileUpload") + log.count("POST /new/activity")
}

impl Aim {
    /// Makes the moment long enough to be hit.
    fn prepare(self, world: &World) {
        world.polar.faults().clear();
        world.runkeeper.faults().clear();
        let sending = match self {
            Self::Write => return,
            Self::Claim => {
                let slow = Fault::Slow(SLOW);
                return world.polar.faults().always("/api/export", slow);
            }
            // A fast machine would be done before a kill at any moment.
            Self::Anywhere | Self::Sending => Fault::Slow(SLOW),
            Self::Stored => Fault::SlowAnswer(SLOW),
        };
        for endpoint in ["POST /trackMultipleFileUpload", "POST /new/activity"] {
            world.runkeeper.faults().always(endpoint, sending.clone());
        }
    }

    /// How many of the requests that it waits for were made so far; `None`: it waits for none.
    fn requests(self, world: &World) -> Option<usize> {
        match self {
            Self::Anywhere => None,
            Self::Claim => Some(world.polar.requests().count("/api/export")),
            Self::Sending | Self::Stored | Self::Write => Some(sends(world.runkeeper.requests())),
        }
    }

    /// Waits for the moment and kills. `false`: the run ended before.
    async fn kill(self, world: &World, child: &mut Child, random: &mut Random) -> bool {
        let before = self.requests(world);
        let nth = 1 + random.below(3) as usize;
        while before.is_some_and(|before| self.requests(world) < Some(before + nth)) {
            if child.try_wait().unwrap().is_some() {
                return false;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        let delay = match self {
            Self::Anywhere => random.below(600),
            Self::Claim | Self::Sending | Self::Write => random.below(60),
            Self::Stored => 10 + random.below(60),
        };
        let delay = Duration::from_millis(delay);
        if tokio::time::timeout(delay, child.wait()).await.is_ok() {
            return false;
        }
        child.kill().await.unwrap();
        true
    }
}

/// The state as seen from outside: the ledger's open workouts, how many are settled, how many Runkeeper has.
#[derive(Debug, PartialEq)]
struct Seen {
    open: HashSet<(String, String)>,
    settled: u64,
    stored: usize,
}

async fn look(world: &World) -> Seen {
    let status = world.sync(&["status", "--json"]).await;
    assert!([0, 1, 2].contains(&status.code), "{status:?}");
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    Seen {
        open: status
            .items()
            .iter()
            .map(|item| (text(&item["id"]), text(&item["state"])))
            .collect(),
        settled: status.count("delivered") + status.count("linked"),
        stored: world.runkeeper.activities().len(),
    }
}

fn hit(before: &Seen, after: &Seen) -> Hit {
    let newly = |state: &str| {
        after
            .open
            .difference(&before.open)
            .any(|(_, now)| now == state)
    };
    let stored = (after.stored - before.stored) as u64;
    if newly("sending") && stored > after.settled - before.settled {
        Hit::StoredButNotOnRecord
    } else if newly("sending") {
        Hit::Sending
    } else if newly("claimed") {
        Hit::Claimed
    } else if (&before.open, before.settled) == (&after.open, after.settled) {
        Hit::Listing
    } else {
        Hit::BetweenWorkouts
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_fifty_times_it_still_delivers_each_workout_exactly_once() {
    let mut world = world(WORKOUTS).await;
    // These deaths are not the workouts' fault.
    world.set("SYNC_MAX_ATTEMPTS", "60");
    let seed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_nanos() as u64;
    let mut random = Random(seed);
    let mut hits: BTreeMap<Hit, usize> = BTreeMap::new();
    let mut kills = 0;
    // A ledger to look into before the first kill.
    world
        .sync(&["--since", "2024-01-01", "--until", "2024-01-01"])
        .await
        .expect(0);
    let mut before = look(&world).await;
    for aim in AIMS.iter().cycle().take(4 * KILLS) {
        if kills == KILLS {
            break;
        }
        assert!(
            before.settled < WORKOUTS as u64,
            "nothing is left to be killed at"
        );
        aim.prepare(&world);
        let mut child = world.spawn(&["--since", "2025-09-01"]);
        let killed = aim.kill(&world, &mut child, &mut random).await;
        // What Runkeeper had received in full it stores, killed or not.
        tokio::time::sleep(SLOW).await;
        let after = look(&world).await;
        if killed {
            kills += 1;
            *hits.entry(hit(&before, &after)).or_default() += 1;
        }
        before = after;
    }
    #[allow(clippy::print_stdout)]
    {
        println!("seed {seed}: {kills} kills, {hits:?}");
    }
    assert_eq!(kills, KILLS, "most runs ended before they were killed");
    for (what, least) in [
        (Hit::Claimed, 3),
        (Hit::Sending, 3),
        (Hit::StoredButNotOnRecord, 3),
    ] {
        let count = hits.get(&what).copied().unwrap_or(0);
        assert!(count >= least, "{what:?} was hit {count} times: {hits:?}");
    }
    world.polar.faults().clear();
    world.runkeeper.faults().clear();
    // A workout that was killed in both of its sends is parked: neither arrived, and there is no third.
    let parked = until_at_rest(&world).await;
    assert!(parked <= 6, "{parked} workouts were hit in both sends");
    each_once_but(&world, WORKOUTS, parked).await;
}
