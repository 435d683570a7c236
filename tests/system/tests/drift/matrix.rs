//! Each change is named in one look with its endpoint and place and classed right, and a sync that meets it writes nothing wrong.

use api_drift::redact::Names;
use futures_util::{StreamExt, stream};
use serde_json::Value;

use crate::bench::{services, sign_out, train, world, wrongs};
use crate::changes::{self, Change, SILENT};

/// The faults in the treatment of one change.
async fn complaint(change: &Change) -> Option<String> {
    let world = world().await;
    change.happen(&world);
    sign_out(&world);
    let look = world.sync(&["drift", "--json"]).await;
    let document: Value = serde_json::from_str(&look.stdout).unwrap_or_default();
    let findings = document["findings"].as_array().cloned().unwrap_or_default();
    let is_it = |finding: &&Value| {
        let place = finding["place"].as_str().unwrap_or_default();
        finding["endpoint"] == change.endpoint
            && match change.place {
                "" => place.is_empty(),
                wanted => place.contains(wanted),
            }
    };
    let named: Vec<&Value> = findings.iter().filter(is_it).collect();
    let is_silent = change.weight == SILENT;
    let problem = match named.iter().find(|it| it["weight"] == change.weight) {
        _ if is_silent => (!findings.is_empty()).then(|| format!("named: {findings:?}")),
        Some(_) => None,
        None if named.is_empty() => Some(format!("not named: {look:?}")),
        None => Some(format!("classed wrong: {named:?}")),
    };
    // A support file replaces every other text.
    let names = Names::of(&services());
    let texts = findings
        .iter()
        .flat_map(|it| ["endpoint", "place", "was", "now"].map(|part| &it[part]));
    let hidden: Vec<&str> = texts
        .filter_map(Value::as_str)
        .filter(|text| !names.text(text))
        .collect();
    let hidden = (!hidden.is_empty()).then(|| format!("`support` would not show {hidden:?}"));
    let code = match (findings.is_empty(), document["breaking"].as_u64()) {
        (true, _) => 0,
        (_, Some(0)) => 1,
        _ => 4,
    };
    let problem = problem.or_else(|| {
        (look.code != code).then(|| format!("exit code {} instead of {code}: {look:?}", look.code))
    });
    train(&world);
    let ran = world.sync(&["--json"]).await;
    let wrongs = wrongs(&world);
    let wrong = (!wrongs.is_empty()).then(|| format!("a sync wrote {wrongs:?}: {ran:?}"));
    let requests = document["requests"].as_u64().unwrap_or(99);
    let many = (requests > 40).then(|| format!("{requests} requests"));
    let all: Vec<String> = [problem, hidden, wrong, many]
        .into_iter()
        .flatten()
        .collect();
    (!all.is_empty()).then(|| format!("{}: {}", change.name, all.join("; ")))
}

async fn check(changes: Vec<Change>) {
    // Each has services and a program of its own, and they mostly wait for each other.
    let complaints: Vec<String> = stream::iter(&changes)
        .map(complaint)
        .buffered(4)
        .filter_map(async |complaint| complaint)
        .collect()
        .await;
    let count = changes.len();
    assert!(
        complaints.is_empty(),
        "{} of {count}:\n{}",
        complaints.len(),
        complaints.join("\n\n")
    );
}

#[test]
fn there_are_enough_changes_and_each_has_a_name() {
    let all: Vec<Change> = changes::polar()
        .into_iter()
        .chain(changes::runkeeper())
        .collect();
    let names: std::collections::BTreeSet<&str> = all.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names.len(), all.len());
    assert!(all.len() >= 60, "{}", all.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_polar_flow_are_named_and_write_nothing_wrong() {
    check(changes::polar()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_of_runkeeper_are_named_and_write_nothing_wrong() {
    check(changes::runkeeper()).await;
}
