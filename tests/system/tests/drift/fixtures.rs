//! Fixtures of an unchanged service are read by the clients, and by `drift` itself.

use serde_json::{Value, json};
use system_tests::World;

use crate::bench::{services, train, world};

/// A recording whose answers are the fixtures below `out`.
fn recording(world: &World) -> Value {
    let out = world.home.path().join("out");
    let mut entries = Vec::new();
    for service in services() {
        let folder = out
            .join(service.name.to_ascii_lowercase().replace(' ', "-"))
            .join("fixtures");
        for endpoint in &service.endpoints {
            let Ok(files) = std::fs::read_dir(folder.join(endpoint.name.replace([' ', '/'], "-")))
            else {
                continue;
            };
            for file in files {
                let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
                let document: Value = serde_json::from_str(&text).unwrap_or_default();
                let kind = if document.is_null() {
                    "text/html"
                } else {
                    "application/json"
                };
                let id = document["id"].as_u64().unwrap_or(7).to_string();
                let path: Vec<&str> = endpoint
                    .path
                    .split('/')
                    .map(|part| {
                        if part.starts_with('{') {
                            id.as_str()
                        } else {
                            part
                        }
                    })
                    .collect();
                let host = match (service.name, endpoint.host) {
                    ("Runkeeper", _) => runkeeper::service::RUNKEEPER_URL,
                    (_, "sleep") => polar_flow::service::SLEEP_URL,
                    _ => polar_flow::service::FLOW_URL,
                };
                let url = format!("{}{}", host.trim_end_matches('/'), path.join("/"));
                entries.push(json!({
                    "request": {"method": endpoint.method, "url": url},
                    "response": {"status": 200, "headers": [{"name": "Content-Type", "value": kind}],
                        "content": {"mimeType": kind, "text": text, "size": text.len()}},
                }));
            }
        }
    }
    json!({"log": {"entries": entries}})
}

#[tokio::test(flavor = "multi_thread")]
async fn fixtures_of_a_service_that_did_not_change_read_back_without_a_change() {
    let world = world().await;
    train(&world);
    let look = world.sync(&["drift", "--write-fixture", "out"]).await;
    assert_eq!(look.code, 0, "{look:?}");
    let recording = recording(&world);
    let count = recording["log"]["entries"].as_array().unwrap().len();
    assert!(count >= 8, "{count}: {look:?}");
    world.write("own.har", recording.to_string().as_bytes());
    let back = world.sync(&["drift", "--har", "own.har", "--json"]).await;
    let document = back.json();
    assert_eq!(document["findings"], json!([]), "{document} {recording}");
    assert!(
        document["probes"]["asked"].as_u64().unwrap() >= 5,
        "{document}"
    );
    let calendar = recording["log"]["entries"]
        .as_array()
        .unwrap()
        .iter()
        .find(|it| {
            it["request"]["url"]
                .as_str()
                .unwrap()
                .contains("getCalendarEvents")
        })
        .unwrap();
    let text = calendar["response"]["content"]["text"].as_str().unwrap();
    let events = polar_flow::calendar::decode(text.as_bytes(), None).unwrap();
    assert!(!events.is_empty());
    // The second time the files are there: none is written, and the first stays.
    std::fs::remove_file(world.home.path().join("out/polar-flow/shapes/calendar.txt")).unwrap();
    let again = world
        .sync(&["drift", "--write-fixture", "out"])
        .await
        .expect(64);
    assert!(again.stderr.contains("is not overwritten"), "{again:?}");
    assert!(
        !world
            .home
            .path()
            .join("out/polar-flow/shapes/calendar.txt")
            .exists()
    );
}
