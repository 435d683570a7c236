//! The built program on routes other than the usual one.

use fake_services::FakeIntervals;
use system_tests::World;

use crate::ends::{COUNT, fill_folder, polar_zip, runkeeper_zip, zip};

fn folder(world: &World, name: &str) {
    std::fs::create_dir(world.home.path().join(name)).unwrap();
}

fn files(world: &World, name: &str) -> usize {
    let entries = std::fs::read_dir(world.home.path().join(name)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.ends_with(".tcx")).count()
}

#[tokio::test]
async fn folder_is_moved_once_and_the_plan_names_the_losses() {
    let world = World::start().await;
    folder(&world, "in");
    folder(&world, "out");
    fill_folder(&world.home.path().join("in"));
    let ends = ["--from", "folder:in", "--to", "folder:out"];
    let with = |rest: &[&'static str]| [&ends[..], rest].concat();
    let plan = world.sync(&with(&["plan", "--json"])).await.expect(1);
    assert_eq!(plan.items().len(), COUNT);
    assert!(
        plan.items().iter().all(|item| item["loses"].is_array()),
        "{}",
        plan.stdout
    );
    let words = world.sync(&with(&["plan"])).await.expect(1).stdout;
    assert!(words.contains("TCX knows three sports"), "{words}");
    assert_eq!(files(&world, "out"), 0);
    let run = world.sync(&with(&["--json"])).await.expect(0);
    assert_eq!(run.count("delivered"), COUNT as u64);
    let route = run.json()["route"].as_str().unwrap().to_owned();
    assert!(
        route.starts_with("folder-in-") && route.contains(" -> folder-out-"),
        "{route}"
    );
    std::fs::remove_file(
        world
            .files()
            .into_iter()
            .find(|path| {
                path.parent().unwrap().ends_with("out")
                    && path.extension().is_some_and(|it| it == "tcx")
            })
            .unwrap(),
    )
    .unwrap();
    world.sync(&with(&[])).await.expect(0);
    assert_eq!(files(&world, "out"), COUNT - 1);
    let status = world.sync(&with(&["status", "--json"])).await.expect(0);
    assert_eq!(status.count("delivered"), COUNT as u64);
}

#[tokio::test]
async fn several_routes_of_the_settings_file_are_worked_on_one_after_the_other() {
    let mut world = World::start().await;
    let intervals = FakeIntervals::start().await.unwrap();
    world.set("INTERVALS_URL", intervals.url());
    world.set("INTERVALS_API_KEY", FakeIntervals::API_KEY);
    world.set("SYNC_CONFIG", "settings.toml");
    folder(&world, "out");
    polar_zip(&world.home.path().join("polar.zip"));
    runkeeper_zip(&world.home.path().join("runkeeper.zip"));
    let settings = "[[route]]\nfrom = \"polar-archive:polar.zip\"\nto = \"folder:out\"\n\n\
                    [[route]]\nfrom = \"runkeeper-archive:runkeeper.zip\"\nto = \"intervals-icu\"\n";
    world.write("settings.toml", settings.as_bytes());
    let run = world.sync(&["--json"]).await.expect(0);
    let routes = run.json()["routes"].as_array().unwrap().clone();
    assert_eq!(routes.len(), 2);
    for route in &routes {
        assert_eq!(route["counts"]["delivered"], COUNT, "{route}");
    }
    assert_eq!(
        (files(&world, "out"), intervals.activities().len()),
        (COUNT, COUNT)
    );
    let status = world.sync(&["status"]).await.expect(0).stdout;
    assert!(
        status.contains("polar-archive:polar.zip -> folder:out"),
        "{status}"
    );
    let explained = world.sync(&["explain", "7003"]).await.expect(0).stdout;
    assert!(
        explained.contains("polar-archive -> folder-out-"),
        "{explained}"
    );
    assert!(!explained.contains("intervals-icu"), "{explained}");
    // An order concerns one workout of one route.
    let skipped = world.sync(&["skip", "7003"]).await.expect(64);
    assert!(
        skipped.stderr.contains("--from and --to"),
        "{}",
        skipped.stderr
    );
    // A second run sends nothing.
    world.sync(&[]).await.expect(0);
    assert_eq!(
        (files(&world, "out"), intervals.activities().len()),
        (COUNT, COUNT)
    );
    assert!(intervals.duplicates().is_empty());
}

#[tokio::test]
async fn route_that_fails_does_not_hold_up_the_others() {
    let mut world = World::start().await;
    world.set("SYNC_CONFIG", "settings.toml");
    folder(&world, "out");
    polar_zip(&world.home.path().join("polar.zip"));
    let settings = "[[route]]\nfrom = \"folder:missing\"\nto = \"folder:out\"\n\
                    [[route]]\nfrom = \"polar-archive:polar.zip\"\nto = \"folder:out\"\n";
    world.write("settings.toml", settings.as_bytes());
    let run = world.sync(&["--json"]).await.expect(64);
    let routes = run.json()["routes"].as_array().unwrap().clone();
    assert!(
        routes[0]["error"]["message"]
            .as_str()
            .unwrap()
            .contains("missing"),
        "{}",
        run.stdout
    );
    assert_eq!(routes[1]["counts"]["delivered"], COUNT);
}

#[tokio::test]
async fn service_works_on_several_routes() {
    let mut world = World::start().await;
    world.set("SYNC_CONFIG", "settings.toml");
    folder(&world, "one");
    folder(&world, "two");
    polar_zip(&world.home.path().join("polar.zip"));
    let settings = "[[route]]\nfrom = \"polar-archive:polar.zip\"\nto = \"folder:one\"\n\
                    [[route]]\nfrom = \"polar-archive:polar.zip\"\nto = \"folder:two\"\n";
    world.write("settings.toml", settings.as_bytes());
    let served = world.serve(&["--every", "1h"]).await;
    let delivered = |status: &serde_json::Value| status["counts"]["delivered"] == 2 * COUNT;
    served.until("both routes are done", delivered).await;
    assert_eq!((files(&world, "one"), files(&world, "two")), (COUNT, COUNT));
    assert_eq!(served.get("/healthz").await.status, 200);
    served.signal("-TERM");
    assert_eq!(served.end().await, 0);
}

#[tokio::test]
async fn ends_that_cannot_be_used_are_named() {
    let mut world = World::start().await;
    world.set("INTERVALS_URL", "http://127.0.0.1:9");
    folder(&world, "in");
    world.write("other.zip", b"<html></html>");
    runkeeper_zip(&world.home.path().join("runkeeper.zip"));
    for (from, to, code, words) in [
        ("folder:missing", "folder:in", 64, "missing"),
        ("folder:in", "folder:missing", 64, "missing"),
        ("folder:in", "folder:in", 64, "same place"),
        ("polar-archive:other.zip", "folder:in", 64, "no ZIP"),
        (
            "polar-archive:runkeeper.zip",
            "folder:in",
            64,
            "no training sessions",
        ),
        (
            "runkeeper-archive:missing.zip",
            "folder:in",
            64,
            "missing.zip",
        ),
        ("folder:in", "intervals-icu", 3, "INTERVALS_API_KEY"),
        ("strava", "folder:in", 64, "no source"),
        ("folder:in", "polar-flow", 64, "no destination"),
    ] {
        let ran = world.sync(&["--from", from, "--to", to]).await.expect(code);
        assert!(ran.stderr.contains(words), "{from} {to}: {}", ran.stderr);
    }
    assert!(
        !world
            .files()
            .iter()
            .any(|path| path.ends_with("ledger.sqlite")),
        "no ledger is made"
    );
}

#[tokio::test]
async fn wrong_key_is_refused_and_shown_nowhere() {
    let mut world = World::start().await;
    let intervals = FakeIntervals::start().await.unwrap();
    world.set("INTERVALS_URL", intervals.url());
    world.set("INTERVALS_API_KEY", "canary-key");
    world.set("SYNC_LOG", "debug");
    folder(&world, "in");
    fill_folder(&world.home.path().join("in"));
    let ran = world
        .sync(&["--from", "folder:in", "--to", "intervals-icu"])
        .await
        .expect(3);
    assert!(ran.stderr.contains("API key"), "{}", ran.stderr);
    assert!(!format!("{ran:?}").contains("canary"), "{ran:?}");
}

/// A folder in which the drive is not mounted looks like a new one.
#[tokio::test]
async fn folder_whose_drive_is_not_mounted_is_not_filled() {
    let world = World::start().await;
    folder(&world, "in");
    folder(&world, "out");
    fill_folder(&world.home.path().join("in"));
    let ends = ["--from", "folder:in", "--to", "folder:out"];
    let with = |rest: &[&'static str]| [&ends[..], rest].concat();
    let late = world.home.path().join("in/19.tcx");
    let aside = world.home.path().join("late.tcx");
    std::fs::rename(&late, &aside).unwrap();
    world.sync(&with(&[])).await.expect(0);
    let (out, drive) = (
        world.home.path().join("out"),
        world.home.path().join("drive"),
    );
    std::fs::rename(&out, &drive).unwrap();
    folder(&world, "out");
    std::fs::rename(&aside, &late).unwrap();
    let ran = world.sync(&with(&[])).await.expect(4);
    for words in [
        "folder-out-",
        "none of the 19 workouts",
        "mounted",
        ".workout-sync-index.jsonl",
        "--accept-listing",
    ] {
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
    assert_eq!(std::fs::read_dir(&out).unwrap().count(), 0);
    std::fs::remove_dir(&out).unwrap();
    std::fs::rename(&drive, &out).unwrap();
    world.sync(&with(&[])).await.expect(0);
    assert_eq!(files(&world, "out"), COUNT);
    // The user emptied it: only what is new comes.
    std::fs::remove_dir_all(&out).unwrap();
    folder(&world, "out");
    world.sync(&with(&[])).await.expect(0);
    let again = std::fs::read_to_string(&late).unwrap();
    let moved = again.replace("2026-03-21T", "2026-03-24T");
    assert_ne!(again, moved);
    put(&world.home.path().join("in/new.tcx"), moved.as_bytes());
    world.sync(&with(&[])).await.expect(4);
    world.sync(&with(&["--accept-listing"])).await.expect(0);
    world.sync(&with(&[])).await.expect(0);
    assert_eq!(files(&world, "out"), 1);
}

/// An export that was cut off on its way names tracks that it does not hold.
#[tokio::test]
async fn workout_without_its_track_is_moved_once_a_whole_export_comes() {
    let world = World::start().await;
    folder(&world, "out");
    let path = world.home.path().join("runkeeper.zip");
    runkeeper_zip(&path);
    let whole = std::fs::read(&path).unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(&whole)).unwrap();
    let names = archive.file_names().map(|name| name.unwrap().into_owned());
    let names: Vec<String> = names.collect();
    let held = names
        .into_iter()
        .filter(|name| !name.contains("2026-03-05"));
    let held = held.map(|name| {
        let mut bytes = Vec::new();
        let mut file = archive.by_name(&name).unwrap();
        std::io::Read::read_to_end(&mut file, &mut bytes).unwrap();
        (name, bytes)
    });
    zip(&path, held.collect::<Vec<_>>());
    let ends = [
        "--from",
        "runkeeper-archive:runkeeper.zip",
        "--to",
        "folder:out",
    ];
    let ran = world.sync(&ends).await.expect(2);
    assert!(ran.stdout.contains("does not hold"), "{}", ran.stdout);
    assert_eq!(files(&world, "out"), COUNT - 1);
    world.sync(&ends).await.expect(2);
    std::fs::write(&path, whole).unwrap();
    world.sync(&ends).await.expect(0);
    assert_eq!(files(&world, "out"), COUNT);
}

/// The file of a moved workout is replaced by one in another format.
#[tokio::test]
async fn recording_that_comes_back_in_another_format_is_moved_once() {
    let world = World::start().await;
    folder(&world, "in");
    folder(&world, "out");
    fill_folder(&world.home.path().join("in"));
    let tcx = world.home.path().join("in/7.tcx");
    let gpx = world.home.path().join("in/7.gpx");
    let bytes = std::fs::read(&tcx).unwrap();
    let read = workout_files::read(&bytes).unwrap();
    let written = workout_files::gpx::write(&read.workouts).unwrap().bytes;
    put(&gpx, &written);
    std::fs::remove_file(&tcx).unwrap();
    let ends = ["--from", "folder:in", "--to", "folder:out"];
    world.sync(&ends).await.expect(0);
    assert_eq!(files(&world, "out"), COUNT);
    std::fs::remove_file(&gpx).unwrap();
    put(&tcx, &bytes);
    world.sync(&ends).await.expect(0);
    assert_eq!(files(&world, "out"), COUNT);
}

/// A file that was last changed an hour ago.
fn put(path: &std::path::Path, bytes: &[u8]) {
    std::fs::write(path, bytes).unwrap();
    let file = std::fs::File::options().append(true).open(path).unwrap();
    let hour = std::time::Duration::from_secs(3600);
    file.set_modified(std::time::SystemTime::now() - hour)
        .unwrap();
}
