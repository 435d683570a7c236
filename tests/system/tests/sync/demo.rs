//! The demo, with made-up and with real files.

use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use fake_services::PolarSport;
use fake_services::synthetic::SyntheticTcx;
use system_tests::{World, corpus};

#[tokio::test(flavor = "multi_thread")]
async fn it_needs_nothing_and_sends_nothing_twice() {
    let mut world = World::start().await;
    for name in [
        "POLAR_EMAIL",
        "POLAR_PASSWORD",
        "POLAR_FLOW_URL",
        "RUNKEEPER_URL",
    ] {
        world.unset(name);
    }
    let ran = world.sync(&["demo"]).await.expect(0);
    assert!(ran.stdout.contains("sent again: 0"), "{}", ran.stdout);
    assert!(
        world.files().is_empty(),
        "it left files behind: {:?}",
        world.files()
    );
    let json = world.sync(&["demo", "--json"]).await.expect(0).json();
    assert!(json["counts"]["delivered"].as_u64().unwrap() >= 10);
    assert!(json["second_run"]["items"].as_array().unwrap().is_empty());
    // Settings are followed here, too.
    let json = world.sync(&["demo", "--json", "--sports", "running"]).await;
    let json = json.expect(0).json();
    assert!(json["counts"]["skipped"].as_u64().unwrap() >= 1, "{json}");
}

/// Every real Polar file ends delivered, as a track or a manual entry, or refused with a reason; a second run sends nothing.
#[tokio::test(flavor = "multi_thread")]
async fn it_serves_real_files() {
    let Some(folder) = corpus("polar-tcx") else {
        return;
    };
    let files = std::fs::read_dir(&folder).unwrap().count();
    let world = World::start().await;
    let ran = world
        .sync(&["demo", "--json", "--tcx-dir", folder.to_str().unwrap()])
        .await;
    let items = ran.items();
    assert_eq!(items.len(), files, "a file was lost");
    for item in &items {
        match item["state"].as_str().unwrap() {
            "delivered" => assert!(
                item["delivery"].is_string() && item["receipt"].is_object(),
                "{item}"
            ),
            "rejected" | "parked" => {
                assert!(
                    item["reason"]
                        .as_str()
                        .is_some_and(|reason| reason.len() > 10),
                    "{item}"
                );
            }
            state => panic!("{state}: {item}"),
        }
    }
    let delivered = items
        .iter()
        .filter(|item| item["state"] == "delivered")
        .count();
    assert!(
        delivered * 10 >= files * 9,
        "only {delivered} of {files} were delivered: {items:#?}"
    );
    let second = &ran.json()["second_run"];
    let sent = second["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|i| i["state"] == "delivered");
    assert_eq!(sent.count(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_without_files_is_wrong_usage() {
    let world = World::start().await;
    let empty = world.home.path().join("empty");
    std::fs::create_dir(&empty).unwrap();
    world.sync(&["demo", "--tcx-dir", "empty"]).await.expect(64);
    world
        .sync(&["demo", "--tcx-dir", "missing"])
        .await
        .expect(64);
    // A file that is no workout is served, too, and refused with a reason.
    std::fs::write(empty.join("page.tcx"), "<html><body>Log in</body></html>").unwrap();
    std::fs::write(empty.join("torn.tcx"), "<?xml version=\"1.0\"?><TrainingCenterDatabase xmlns=\"http://www.garmin.com/xmlschemas/TrainingCenterDatabase/v2\"><Activities><Activity Sport=\"Running\"><Id>2026-01-01T10:00:00.000Z</Id><Lap").unwrap();
    let ran = world.sync(&["demo", "--json", "--tcx-dir", "empty"]).await;
    for item in ran.items() {
        assert_ne!(item["state"], "delivered", "{item}");
        assert!(item["reason"].is_string(), "{item}");
    }
}

/// Who interrupts it wants it to end: not to go on with a second run, and not to be ignored while nothing is in work.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_ends_it() {
    let world = World::start().await;
    let folder = world.home.path().join("many");
    std::fs::create_dir(&folder).unwrap();
    let first: DateTime<Utc> = "2025-01-01T09:00:00Z".parse().unwrap();
    for number in 0..400 {
        let start = first + TimeDelta::days(number);
        let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(60);
        std::fs::write(folder.join(format!("{number}.tcx")), tcx.build()).unwrap();
    }
    let ledger = ["--ledger", "sqlite:demo.sqlite"];
    let demo = world.spawn(&[&["demo", "--tcx-dir", "many", "--json"][..], &ledger].concat());
    let deadline = Instant::now() + Duration::from_secs(60);
    let delivered = async || {
        let arguments = [&["status", "--json"][..], &ledger].concat();
        let status = world.sync(&arguments).await;
        match status.code {
            64 => 0,
            _ => status.count("delivered"),
        }
    };
    while delivered().await == 0 {
        assert!(Instant::now() < deadline, "it delivers nothing");
    }
    let pid = demo.id().unwrap().to_string();
    let sent = std::process::Command::new("kill")
        .args(["-INT", &pid])
        .status();
    assert!(sent.unwrap().success());
    let ran = system_tests::ran(demo.wait_with_output().await.unwrap()).expect(1);
    assert!(
        ran.stderr.contains("finishing the workout"),
        "{}",
        ran.stderr
    );
    assert!(ran.json().get("second_run").is_none());
    assert_eq!(delivered().await, ran.count("delivered"));
    assert!(
        ran.count("new") > 0,
        "it was not interrupted: {:?}",
        ran.json()["counts"]
    );
}
