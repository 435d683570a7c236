//! A world with a little history at both services.

use chrono::{DateTime, Days, NaiveDateTime, TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{PolarSession, PolarSport, RunkeeperEra};
use system_tests::World;

const OFFSET: i32 = 60;

/// Both services, at their real addresses.
pub fn services() -> Vec<api_drift::Service> {
    use polar_flow::drift as polar;
    use runkeeper::drift as site;
    vec![
        polar::service(
            &polar_flow::service::Endpoints::default(),
            &polar::Addresses::default(),
        ),
        site::service(
            &runkeeper::Endpoints::default(),
            &site::Addresses::default(),
        ),
    ]
}

/// 09:00 UTC, this number of days ago.
fn days_ago(days: u64) -> DateTime<Utc> {
    let day = Utc::now().date_naive() - Days::new(days);
    day.and_hms_opt(9, 0, 0).unwrap().and_utc()
}

pub fn run(id: u64, days: u64) -> PolarSession {
    let seconds = 1500 + u32::try_from(id * 60).unwrap();
    let tcx = SyntheticTcx::new(days_ago(days), PolarSport::RUNNING).seconds(seconds);
    PolarSession::new(8_104_000_000 + id, OFFSET, tcx.exercise(OFFSET))
}

fn indoors(id: u64, days: u64) -> PolarSession {
    let tcx = SyntheticTcx::new(days_ago(days), PolarSport::STRENGTH_TRAINING).seconds(2400);
    let tcx = tcx.indoors(None);
    PolarSession::new(8_104_000_000 + id, OFFSET, tcx.exercise(OFFSET))
}

/// Two workouts that were moved, one more that is at Polar Flow only by the time of the look.
pub async fn world() -> World {
    let world = World::signed_in().await;
    world.polar.add_session(run(1, 20));
    world.polar.add_session(run(2, 12));
    world.sync(&["--json"]).await.expect(0);
    world
        .runkeeper
        .set(|site| site.era = RunkeeperEra::Asics2026);
    assert_eq!(world.runkeeper.activities().len(), 2);
    world
}

/// New workouts: with a track, and without.
pub fn train(world: &World) {
    world.polar.add_session(run(3, 5));
    world.polar.add_session(indoors(4, 4));
}

/// Ends the session at Polar Flow, so that the next look sees the sign-in.
pub fn sign_out(world: &World) {
    for file in world.files() {
        if file
            .file_name()
            .is_some_and(|name| name == "polar.session.json")
        {
            std::fs::remove_file(file).unwrap();
        }
    }
}

/// Activities at Runkeeper that stand for no workout of Polar Flow, or that stand for one twice.
pub fn wrongs(world: &World) -> Vec<String> {
    let sessions = world.polar.sessions();
    let mut wrongs: Vec<String> = world
        .runkeeper
        .duplicates()
        .iter()
        .map(|(start, count)| format!("{count} activities at {start}"))
        .collect();
    for activity in world.runkeeper.activities() {
        let fits = |session: &PolarSession| {
            let local = session.start_local();
            let near =
                |at: NaiveDateTime| (activity.start_local - at).abs() <= TimeDelta::minutes(2);
            let seconds = (activity.duration - session.duration()).num_seconds().abs();
            let metres = (activity.distance_m - session.distance_m().unwrap_or(0.0)).abs();
            near(local) && seconds <= 60 && metres <= 100.0
        };
        if !sessions.iter().any(fits) {
            wrongs.push(format!(
                "an activity at {}, {} long, {:.0} m, which no workout explains",
                activity.start_local, activity.duration, activity.distance_m
            ));
        }
    }
    wrongs
}
