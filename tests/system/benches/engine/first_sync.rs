//! The first sync of a history against services that answer each request after 50 ms, beside the time that these answers alone take.
//!
//! The program uploads in order, and downloads meanwhile. So the limit is the
//! latency of the listing, and of the larger of both: the destination's requests one after the other, or the downloads side by side.

use std::time::{Duration, Instant};

use fake_services::{Endpoint, Fault};
use system_tests::World;

/// `WORKOUTS=100` takes a minute instead of ten.
fn workouts() -> u32 {
    std::env::var("WORKOUTS").map_or(1_000, |text| text.parse().unwrap())
}
const LATENCY: Duration = Duration::from_millis(50);
/// The default of the program.
const PARALLEL: usize = 2;

pub(crate) async fn measure() {
    let workouts = workouts();
    let world = World::signed_in().await;
    world.polar.add_sessions(crate::history(workouts));
    let before = world.runkeeper.requests().all().len();
    for faults in [world.polar.faults(), world.runkeeper.faults()] {
        faults.always(Endpoint::any(), Fault::Slow(LATENCY));
    }
    let start = Instant::now();
    world.sync(&["run", "--yes", "--json"]).await.expect(0);
    let took = start.elapsed();
    let polar = world.polar.requests().all();
    let downloads = polar
        .iter()
        .filter(|request| request.path.starts_with("/api/export"))
        .count();
    let listing = polar.len() - downloads;
    let sent = world.runkeeper.requests().all().len() - before;
    assert_eq!(world.runkeeper.activities().len(), workouts as usize);
    let in_row = listing + sent.max(downloads / PARALLEL);
    let limit = LATENCY * u32::try_from(in_row).unwrap();
    println!(
        "first-sync: {workouts} workouts, {} ms an answer: {listing} requests to list, {downloads} downloads, {sent} requests to the \
         destination; {:.1} s, the latency alone {:.1} s: ratio {:.2}",
        LATENCY.as_millis(),
        took.as_secs_f64(),
        limit.as_secs_f64(),
        crate::ratio(took, limit),
    );
}
