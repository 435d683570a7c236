//! Workouts that the settings leave out, or let rest.

use chrono::{TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{PolarSession, PolarSport};
use system_tests::World;

fn add(world: &World, id: u64, start: &str, sport: PolarSport) {
    let tcx = SyntheticTcx::new(start.parse().unwrap(), sport).seconds(900);
    world
        .polar
        .add_session(PolarSession::new(id, 60, tcx.exercise(60)));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_wished_sports_are_moved() {
    let mut world = World::signed_in().await;
    add(&world, 1, "2026-03-01T10:00:00Z", PolarSport::RUNNING);
    add(&world, 2, "2026-03-02T10:00:00Z", PolarSport::CYCLING);
    world.set("SYNC_SPORTS", "Running, !treadmill running");
    let plan = world.sync(&["plan", "--json"]).await.expect(1);
    assert_eq!(plan.items()[1]["state"], "new");
    let ran = world.sync(&["--json"]).await.expect(0);
    assert_eq!((ran.count("delivered"), ran.count("skipped")), (1, 1));
    let reason = ran.items()[1]["reason"].clone();
    assert_eq!(
        reason,
        "its sport is cycling, which is left out by the setting `running,!treadmill_running`"
    );
    assert_eq!(plan.items()[1]["reason"], reason);
    assert_eq!(world.runkeeper.activities().len(), 1);

    world
        .sync(&["retry", "2", "--sports", "all"])
        .await
        .expect(0);
    assert_eq!(world.runkeeper.activities().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_sport_is_refused_before_any_request() {
    let mut world = World::signed_in().await;
    world.set("SYNC_SPORTS", "quidditch");
    let ran = world.sync(&[]).await.expect(64);
    assert!(
        ran.stderr.contains("SYNC_SPORTS") && ran.stderr.contains("trail_running"),
        "{}",
        ran.stderr
    );
    world.unset("SYNC_SPORTS");
    world.set("SYNC_VERIFY", "maybe");
    let ran = world.sync(&[]).await.expect(64);
    assert!(ran.stderr.contains("on or off"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workout_rests_before_it_is_moved() {
    let mut world = World::signed_in().await;
    let start = Utc::now() - TimeDelta::minutes(20);
    let start = start.format("%Y-%m-%dT%H:%M:%SZ").to_string();
    add(&world, 1, &start, PolarSport::RUNNING);
    world.write("settings.toml", b"delay_secs = 3600\n");
    world.set("SYNC_CONFIG", "settings.toml");
    let ran = world.sync(&["--json"]).await.expect(1);
    assert_eq!(ran.items()[0]["state"], "waiting");
    assert!(ran.items()[0]["not_before"].is_string());
    assert!(world.runkeeper.activities().is_empty());
    world
        .sync(&["retry", "1", "--delay-secs", "0"])
        .await
        .expect(0);
    assert_eq!(world.runkeeper.activities().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_at_the_source_are_reported_on_request_only() {
    let mut world = World::signed_in().await;
    add(&world, 1, "2026-03-01T10:00:00Z", PolarSport::RUNNING);
    world.sync(&[]).await.expect(0);
    add(&world, 1, "2026-03-01T10:30:00Z", PolarSport::RUNNING);
    assert!(world.sync(&["--json"]).await.expect(0).items().is_empty());
    world.set("SYNC_PARALLEL", "4");
    let ran = world.sync(&["--json", "--tell-changes"]).await.expect(0);
    assert_eq!(ran.items()[0]["state"], "delivered");
    let reason = ran.items()[0]["reason"].to_string();
    assert!(reason.contains("edited at polar-flow since"), "{reason}");
    assert_eq!(world.runkeeper.activities().len(), 1);
}
