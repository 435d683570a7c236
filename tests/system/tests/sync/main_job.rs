//! The main job: a user moves a history, and comes back the next day.

use chrono::{DateTime, TimeDelta, Utc};
use fake_services::synthetic::{self, SyntheticTcx};
use fake_services::{PolarSession, PolarSport};
use serde_json::Value;
use system_tests::World;

fn run_at(id: u64, start: &str, seconds: u32) -> PolarSession {
    let start: DateTime<Utc> = start.parse().unwrap();
    let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(seconds);
    PolarSession::new(id, 60, tcx.exercise(60))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_moves_completely_and_a_second_run_sends_nothing() {
    let world = World::signed_in().await;
    let history = synthetic::history();
    let exercises: usize = history.iter().map(|session| session.exercises.len()).sum();
    world.polar.add_sessions(history.clone());
    synthetic::events()
        .into_iter()
        .for_each(|event| world.polar.add_event(event));

    let first = world.sync(&["run", "--json"]).await.expect(0);
    assert_eq!(first.count("delivered"), history.len() as u64);
    assert_eq!(world.runkeeper.activities().len(), exercises);

    let requests = world
        .runkeeper
        .requests()
        .count("POST /trackMultipleFileUpload");
    let second = world.sync(&["--json"]).await.expect(0);
    assert!(second.items().is_empty());
    assert_eq!(world.runkeeper.activities().len(), exercises);
    assert_eq!(
        world
            .runkeeper
            .requests()
            .count("POST /trackMultipleFileUpload"),
        requests
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_document_has_the_promised_form() {
    let world = World::signed_in().await;
    world
        .polar
        .add_session(run_at(8_104_216_805, "2025-05-01T14:30:42.643Z", 600));
    let plan = world.sync(&["plan", "--json"]).await.expect(1).json();
    assert_eq!(plan["items"][0]["state"], "new");
    assert_eq!(plan["items"][0]["start"], "2025-05-01T15:30:42");
    assert_eq!(
        world.runkeeper.requests().count("/activitiesByDateRange"),
        0
    );

    let json = world.sync(&["--json"]).await.expect(0).json();
    let mut keys: Vec<&String> = json.as_object().unwrap().keys().collect();
    keys.sort();
    assert_eq!(keys, ["backlog", "counts", "items", "route"]);
    assert_eq!(json["route"], "polar-flow -> runkeeper");
    let item = &json["items"][0];
    assert_eq!(item["id"], "8104216805");
    assert_eq!(item["start"], "2025-05-01T15:30:42");
    assert_eq!(item["start_utc"], "2025-05-01T14:30:42Z");
    assert_eq!(item["sport"], "running");
    assert_eq!(item["state"], "delivered");
    assert_eq!(item["delivery"], "track_file");
    assert!(item["reason"].is_null() && item["not_before"].is_null());
    let id = world.runkeeper.activities()[0].id.to_string();
    assert_eq!(item["receipt"]["activity_id"], id.as_str());

    let status = world.sync(&["status", "--json"]).await.expect(0).json();
    assert_eq!(status["counts"]["delivered"], 1);
    assert!(status["items"].as_array().unwrap().is_empty());

    let explained = world
        .sync(&["explain", "8104216805"])
        .await
        .expect(0)
        .stdout;
    assert!(
        explained.contains("delivered") && explained.contains(&id),
        "{explained}"
    );
    world.sync(&["explain", "1"]).await.expect(64);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_table_is_for_people() {
    let world = World::signed_in().await;
    world.polar.add_sessions(synthetic::history());
    let ran = world.sync(&[]).await.expect(0);
    assert!(ran.stdout.starts_with("START"), "{}", ran.stdout);
    assert!(
        ran.stdout.contains("as a manual entry (no GPS track)"),
        "{}",
        ran.stdout
    );
    assert!(
        ran.stdout.trim_end().ends_with("delivered"),
        "{}",
        ran.stdout
    );
}

/// Three years with a thousand workouts, all of them delivered.
pub(crate) async fn thousand_known(world: &World) {
    let first: DateTime<Utc> = "2024-01-01T05:00:00Z".parse().unwrap();
    let step = (Utc::now() - TimeDelta::days(2) - first) / 1000;
    let starts: Vec<DateTime<Utc>> = (0..1000).map(|number| first + step * number).collect();
    let session = |number: usize| {
        let start = starts[number].format("%Y-%m-%dT%H:%M:%SZ").to_string();
        run_at(8_000_000_000 + number as u64, &start, 20)
    };
    // One workout is really moved; the ledger's other documents are copies of its document.
    world.polar.add_session(session(0));
    world.sync(&[]).await.expect(0);
    world.sync(&["export", "ledger.jsonl"]).await.expect(0);
    let exported = std::fs::read_to_string(world.home.path().join("ledger.jsonl")).unwrap();
    let template = exported
        .lines()
        .find(|line| line.contains("item/8000000000"))
        .unwrap();
    let mut lines = String::new();
    for (number, start) in starts.iter().enumerate().skip(1) {
        world.polar.add_session(session(number));
        let id = (8_000_000_000 + number as u64).to_string();
        let mut line: Value = serde_json::from_str(&template.replace("8000000000", &id)).unwrap();
        let mut body: Value = serde_json::from_str(line["body"].as_str().unwrap()).unwrap();
        let local = *start + TimeDelta::hours(1);
        body["item"]["start"] = local.format("%Y-%m-%dT%H:%M:%S").to_string().into();
        body["parts"][0]["receipt"]["activity_id"] = (5_000_000 + number).to_string().into();
        line["body"] = body.to_string().into();
        lines.push_str(&format!("{line}\n"));
    }
    world.write("more.jsonl", lines.as_bytes());
    world.sync(&["import", "more.jsonl"]).await.expect(0);
    let status = world.sync(&["status", "--json"]).await.expect(0);
    assert_eq!(status.count("delivered"), 1000);
}

/// Known workouts cost nothing: the sign-in checks and the listing, that is all.
#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_over_a_thousand_known_workouts_makes_no_request_per_workout() {
    let world = World::signed_in().await;
    thousand_known(&world).await;
    world.polar.requests().clear();
    world.runkeeper.requests().clear();
    let ran = world.sync(&["--json"]).await.expect(0);
    assert!(ran.items().is_empty(), "{ran:?}");
    let polar = world.polar.requests().all();
    let listings = world.polar.requests().count("/training/getCalendarEvents");
    assert!(listings <= 13, "{listings} listings for three years");
    assert!(polar.len() <= listings + 2, "{polar:?}");
    assert_eq!(world.polar.requests().count("/api/export"), 0);
    let runkeeper = world.runkeeper.requests().all();
    assert!(runkeeper.len() <= 1, "{runkeeper:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_asked_days_are_moved_both_ends_included() {
    let world = World::signed_in().await;
    // One hour ahead of UTC: these are the local evening of the 30th, the 31st, and the early morning of the 1st.
    world
        .polar
        .add_session(run_at(1, "2025-12-30T22:30:00Z", 300));
    world
        .polar
        .add_session(run_at(2, "2025-12-31T22:30:00Z", 310));
    world
        .polar
        .add_session(run_at(3, "2025-12-31T23:30:00Z", 320));
    let ran = world
        .sync(&[
            "run",
            "--json",
            "--since",
            "2025-12-31",
            "--until",
            "2025-12-31",
        ])
        .await
        .expect(0);
    assert_eq!(ran.items().len(), 1);
    assert_eq!(ran.items()[0]["id"], "2");
    // The first run without asked days covers the whole history.
    let ran = world.sync(&["--json", "--dry-run"]).await.expect(1);
    let mut ids: Vec<Value> = ran.items().iter().map(|item| item["id"].clone()).collect();
    ids.sort_by_key(ToString::to_string);
    assert_eq!(ids, ["1", "3"]);
}
