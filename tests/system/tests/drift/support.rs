//! Damaged ledgers, settings and facts cost no support file, and the file lists them.

use serde_json::Value;
use system_tests::World;

use crate::bench::world;

async fn support(world: &World, name: &str, more: &[&str]) -> Value {
    let ran = world
        .sync(&[&["support", name], more].concat())
        .await
        .expect(0);
    let text = std::fs::read_to_string(world.home.path().join(name))
        .unwrap_or_else(|error| panic!("{error}: {ran:?}"));
    serde_json::from_str(&text).unwrap()
}

fn file(world: &World, name: &str) -> std::path::PathBuf {
    let mut files = world.files().into_iter();
    files
        .find(|it| it.ends_with(name))
        .unwrap_or_else(|| panic!("no file {name}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_damaged_there_is_a_file_and_it_says_so() {
    let mut world = world().await;
    world.sync(&["drift"]).await.expect(0);
    let good = support(&world, "good.json", &["--workout", "8104000001"]).await;
    assert_eq!(good["not_read"], serde_json::json!([]), "{good}");
    assert_eq!(good["ledger"][0]["states"]["delivered"], 2, "{good}");
    let unknown = support(&world, "unknown.json", &["--workout", "999"]).await;
    assert_eq!(
        unknown["not_read"][0],
        "1 of the named workouts are not in the ledger"
    );
    let ledger = file(&world, "ledger.sqlite");
    let bodies = |sql: &str| {
        let changed = rusqlite::Connection::open(&ledger)
            .unwrap()
            .execute(sql, ())
            .unwrap();
        assert!(changed > 0, "{sql}");
    };
    // One document of a newer version, one that is none at all, and a route of earlier settings.
    bodies(
        "UPDATE documents SET body = replace(body, '\"delivered\"', '\"geheimzustand\"') WHERE name = 'item/8104000001'",
    );
    bodies("UPDATE documents SET body = '{\"geheim' WHERE name = 'item/8104000002'");
    bodies(
        "INSERT INTO documents SELECT 'polar-flow -> intervals-icu', name, version, body, open, day FROM documents WHERE name = 'item/8104000001'",
    );
    let damaged = support(&world, "ledger.json", &[]).await;
    assert_eq!(damaged["ledger"][0]["unreadable"], 1, "{damaged}");
    assert_eq!(damaged["ledger"][1]["unreadable"], 2, "{damaged}");
    assert!(!damaged.to_string().contains("geheim"), "{damaged}");
    let facts = file(&world, "drift.json");
    std::fs::write(&facts, "{\"x").unwrap();
    let damaged = support(&world, "facts.json", &[]).await;
    assert!(
        damaged["not_read"].to_string().contains("drift.json"),
        "{damaged}"
    );
    world.set("SYNC_SETTLE_SECS", "geheim");
    let settings = support(&world, "settings.json", &[]).await;
    assert!(
        settings["settings"].is_null() && settings["not_read"].to_string().contains("settings"),
        "{settings}"
    );
    assert!(!settings.to_string().contains("geheim"), "{settings}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_is_read_twice_answers_a_question_once() {
    let world = World::start().await;
    let entry = serde_json::json!({
        "startedDateTime": "2026-11-28T10:00:00.000Z",
        "request": {"method": "GET", "url": "https://flow.polar.com/api/export/training/fit/8104000001"},
        "response": {
            "status": 404, "headers": [{"name": "Content-Type", "value": "application/json"}],
            "content": {"mimeType": "application/json", "text": "{}", "size": 2},
        },
    });
    let mut later = entry.clone();
    later["startedDateTime"] = "2026-11-28T10:00:09.000Z".into();
    let har = |entries: &[&Value]| serde_json::json!({"log": {"entries": entries}}).to_string();
    let answered = |document: &Value| -> u64 {
        let questions = document["questions"].as_array().unwrap().iter();
        let mut of_it = questions.filter(|it| it["id"] == "polar.fit_export");
        let answers = of_it.next().unwrap()["answers"].as_object().unwrap();
        answers.values().filter_map(Value::as_u64).sum()
    };
    world.write("one.har", har(&[&entry, &entry]).as_bytes());
    world.write("two.har", har(&[&entry, &later]).as_bytes());
    let first = support(&world, "1.json", &["--har", "one.har"]).await;
    assert_eq!(answered(&first), 1, "{first}");
    world.sync(&["drift", "--har", "one.har"]).await;
    let again = support(&world, "2.json", &["--har", "one.har"]).await;
    assert_eq!(answered(&again), 1, "{again}");
    assert!(!again.to_string().contains("learned"), "{again}");
    let more = support(&world, "3.json", &["--har", "two.har"]).await;
    assert_eq!(answered(&more), 2, "{more}");
}
