//! Looks at services that did not change, acceptances, and what a run says at its end.

use serde_json::{Value, json};
use system_tests::World;

use crate::bench::{sign_out, train, world, wrongs};

#[tokio::test(flavor = "multi_thread")]
async fn a_look_without_drift_is_five_lines_and_says_first_what_it_asks() {
    let world = world().await;
    sign_out(&world);
    let (polar, site) = (world.polar.requests(), world.runkeeper.requests());
    polar.clear();
    site.clear();
    let activities = world.runkeeper.activities();
    let look = world.sync(&["drift"]).await.expect(0);
    assert_eq!(look.stdout.lines().count(), 5, "{}", look.stdout);
    assert!(
        look.stdout.ends_with("Nothing changed.\n"),
        "{}",
        look.stdout
    );
    assert!(
        look.stderr.starts_with("This only reads"),
        "{}",
        look.stderr
    );
    let all = [polar.all(), site.all()].concat();
    assert!((15..=40).contains(&all.len()), "{}", all.len());
    // The training list and the password are posted; nothing else is.
    let posted: Vec<&str> = all
        .iter()
        .filter(|it| it.method != "GET")
        .map(|it| it.path.as_str())
        .collect();
    assert!(
        posted
            .iter()
            .all(|path| ["/login", "/api/training/history"].contains(path)),
        "{posted:?}"
    );
    assert_eq!(world.runkeeper.activities(), activities);
    assert_eq!(world.polar.sessions().len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accepted_change_is_quiet_until_its_day_is_over() {
    let world = world().await;
    world
        .polar
        .faults()
        .change("GET /training/getCalendarEvents", |answer| {
            answer.json(|events| {
                events
                    .as_array_mut()
                    .unwrap()
                    .iter_mut()
                    .for_each(|it| it["mood"] = json!(1));
            });
        });
    let first = world.sync(&["drift"]).await.expect(1);
    assert!(first.stdout.contains("[EXERCISE].mood"), "{}", first.stdout);
    world.sync(&["drift", "--accept", "7"]).await.expect(0);
    let quiet = world.sync(&["drift", "--json"]).await.expect(0).json();
    assert_eq!(quiet["accepted"].as_array().unwrap().len(), 1, "{quiet}");
    let list = world
        .files()
        .into_iter()
        .find(|it| it.ends_with("drift-accepted.json"))
        .unwrap();
    let mut text: Value = serde_json::from_str(&std::fs::read_to_string(&list).unwrap()).unwrap();
    text["accepted"][0]["until"] = json!("2026-01-01");
    std::fs::write(&list, text.to_string()).unwrap();
    let loud = world.sync(&["drift"]).await.expect(1);
    assert!(
        loud.stdout
            .contains("Accepted until 2026-01-01, and not any more"),
        "{}",
        loud.stdout
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_counts_what_it_does_not_know_and_records_answers() {
    let mut world = world().await;
    train(&world);
    world
        .polar
        .faults()
        .change("GET /training/getCalendarEvents", |answer| {
            answer.json(|events| {
                for event in events.as_array_mut().unwrap() {
                    event["mood"] = json!("Anna was there");
                    event["calories"] = json!({"kcal": 300});
                }
            });
        });
    let ran = world.sync(&["--json"]).await.expect(0);
    let line = "Polar Flow sent 1 unknown field and 1 unreadable field: run `";
    assert_eq!(ran.stderr.matches(line).count(), 1, "{}", ran.stderr);
    let facts = facts(&world);
    let answers = &facts["answers"];
    assert!(
        answers["polar.export_types"]
            .get("tcx: application/octet-stream")
            .is_some()
            || answers["polar.export_types"].is_object(),
        "{facts}"
    );
    assert!(answers["runkeeper.upload_answer"].is_object(), "{facts}");
    assert!(answers["runkeeper.listing_delay"].is_object(), "{facts}");
    assert!(
        answers["runkeeper.time_of_day"].get("no").is_some(),
        "{facts}"
    );
    assert!(!facts.to_string().contains("Anna"), "{facts}");
    // Off by a setting.
    let before = facts;
    world.set("SYNC_RECORD_ANSWERS", "off");
    world.sync(&["--json"]).await.expect(0);
    assert_eq!(facts_of(&world)["answers"], before["answers"]);
}

/// Those that only a look can answer, with reads that leave both sessions as they were.
#[tokio::test(flavor = "multi_thread")]
async fn a_look_answers_open_questions_and_harms_no_session() {
    let mut world = world().await;
    let minted = world.polar.sessions_minted();
    world.runkeeper.requests().clear();
    let look = world.sync(&["drift", "--json"]).await.expect(0);
    assert!(look.stderr.contains("open questions"), "{}", look.stderr);
    assert!(look.json()["requests"].as_u64().unwrap() <= 40);
    let answers = facts(&world)["answers"].clone();
    for (question, answer) in [
        ("runkeeper.checker_alone", "yes (200)"),
        ("runkeeper.export_form", "200: "),
        ("runkeeper.kept", "heart rate of a file: "),
        ("runkeeper.duplicates", "no two activities look the same"),
        ("polar.api_cookies", "yes, without PLAY_SESSION_FLOW"),
        ("polar.long_window", "400"),
        ("polar.history_range", "more than 5 years: 200"),
        ("polar.fit_export", ""),
    ] {
        let all = answers[question]
            .as_object()
            .unwrap_or_else(|| panic!("{question}: {answers}"));
        assert!(
            all.keys().any(|it| it.starts_with(answer)),
            "{question}: {all:?}"
        );
    }
    // Neither service was left.
    train(&world);
    world.sync(&["--json"]).await.expect(0);
    assert_eq!(world.polar.sessions_minted(), minted);
    // Off by a setting: no request is made for them, and the report leaves them out.
    world.set("SYNC_RECORD_ANSWERS", "off");
    world.runkeeper.requests().clear();
    // The newest workout and activity have neither route nor points now, which is no change.
    let look = world.sync(&["drift"]).await.expect(0);
    assert!(!look.stderr.contains("open questions"), "{}", look.stderr);
    assert_eq!(world.runkeeper.requests().count("GET /exportData"), 0);
}

/// The start in the calendar became UTC: `timestamp` still has the wall clock.
#[tokio::test(flavor = "multi_thread")]
async fn a_setting_names_the_clock_that_a_sync_goes_by() {
    let mut world = world().await;
    train(&world);
    let events = "GET /training/getCalendarEvents";
    world.polar.faults().change(events, |answer| {
        answer.json(|events| {
            for event in events.as_array_mut().unwrap() {
                let stamp = event["timestamp"].as_i64().unwrap() - 3_600_000;
                let at = chrono::DateTime::from_timestamp_millis(stamp).unwrap();
                event["datetime"] = json!(at.format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string());
            }
        });
    });
    let ran = world.sync(&["--json"]).await.expect(4);
    assert!(
        ran.stderr.contains("differs from timestamp"),
        "{}",
        ran.stderr
    );
    world.set("POLAR_START", "noon");
    let ran = world.sync(&["--json"]).await.expect(64);
    assert!(ran.stderr.contains("POLAR_START"), "{}", ran.stderr);
    world.set("POLAR_START", "timestamp");
    world.sync(&["--json"]).await.expect(0);
    assert_eq!(world.runkeeper.activities().len(), 4);
    assert_eq!(wrongs(&world), Vec::<String>::new());
}

fn facts(world: &World) -> Value {
    facts_of(world)
}

fn facts_of(world: &World) -> Value {
    let file = world
        .files()
        .into_iter()
        .find(|it| it.ends_with("drift.json"))
        .expect("no file of facts");
    serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_another_kind_is_refused_and_one_without_our_hosts_says_so() {
    let world = World::start().await;
    world.write("x.har", b"{}");
    let refused = world.sync(&["drift", "--har", "x.har"]).await.expect(64);
    assert!(refused.stderr.contains("is no HAR"), "{}", refused.stderr);
    let other = json!({"log": {"entries": [{"request": {"method": "GET", "url": "https://news.example/"}, "response": {"status": 200, "content": {}}}]}});
    world.write("x.har", other.to_string().as_bytes());
    // A script must not take it for "nothing changed".
    let look = world.sync(&["drift", "--har", "x.har"]).await.expect(64);
    assert!(
        look.stdout
            .contains("no request to Polar Flow or Runkeeper"),
        "{}",
        look.stdout
    );
    let nothing = world.sync(&["drift", "--only", "runkeeper"]).await;
    assert_ne!(nothing.code, 0, "{nothing:?}");
}
