//! Invocations that are cut off: at random moments, and by Lambda at the deadline.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fake_services::Fault;
use serde_json::json;

use crate::support::Ended;
use crate::world::Hosted;

const WORKOUTS: usize = 120;
const KILLS: usize = 15;

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_random_moments_it_delivers_each_workout_once_and_keeps_its_session() {
    let Some(mut hosted) = Hosted::start(WORKOUTS).await else {
        return;
    };
    let slow = Duration::from_millis(100);
    for (number, endpoint) in ["POST /trackMultipleFileUpload", "/api/export"]
        .iter()
        .enumerate()
    {
        let fault = match number {
            0 => Fault::SlowAnswer(slow),
            _ => Fault::Slow(slow),
        };
        let faults = match number {
            0 => hosted.world.runkeeper.faults(),
            _ => hosted.world.polar.faults(),
        };
        faults.always(*endpoint, fault);
    }
    let seed = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_nanos() as u64;
    let mut state = seed;
    let mut killed = 0;
    for _ in 0..KILLS {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let moment = Duration::from_millis(200 + (state >> 33) % 1200);
        let mut function = hosted.function().await;
        // The function expects eight seconds, and the test kills it long before.
        let invocation = function.invoke(json!({}), Duration::from_secs(8));
        match tokio::time::timeout(moment, invocation).await {
            Err(_) => killed += 1,
            Ok(Ended::Answer(_)) => {}
            Ok(other) => panic!("seed {seed}: {other:?}"),
        }
        drop(function);
    }
    assert!(killed > KILLS / 2, "seed {seed}: {killed}");
    hosted.world.polar.faults().clear();
    hosted.world.runkeeper.faults().clear();
    // The session works without the password after all kills.
    hosted.world.unset("POLAR_EMAIL");
    hosted.world.unset("POLAR_PASSWORD");
    hosted.until_settled().await;
    hosted.each_exactly_once(WORKOUTS).await;
    hosted.end().await;
}
