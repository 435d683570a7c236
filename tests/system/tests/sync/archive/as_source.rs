//! An archive is a folder of workout files: a source like any other.

use std::time::Duration;

use super::*;

/// Of ten sessions two have three exercises, each with its own files.
const EXERCISES: u64 = 8 + 2 * 3;

/// The route from the sessions of the archive to this destination.
fn from_archive(to: &str) -> [String; 5] {
    let source = format!("folder:{DIR}/sessions");
    ["--json", "--from", &source, "--to", to].map(str::to_owned)
}

/// An archive whose files have rested for so long that they count as complete.
async fn archived() -> World {
    let world = World::signed_in().await;
    world.polar.add_sessions((0..10).map(session));
    archive(&world, &[]).await.expect(0);
    tokio::time::sleep(Duration::from_millis(2100)).await;
    world
}

async fn run(world: &World, arguments: &[String]) -> Ran {
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    world.sync(&arguments).await
}

/// TCX and GPX are copies of each other.
#[tokio::test(flavor = "multi_thread")]
async fn each_exercise_is_moved_once_in_whatever_formats_it_was_kept() {
    let world = archived().await;
    std::fs::create_dir(world.home.path().join("copies")).unwrap();
    let route = from_archive("folder:copies");
    let ran = run(&world, &route).await.expect(0);
    assert_eq!(ran.count("delivered"), EXERCISES);
    // The copy that is left when the better one is deleted is the same workout.
    for (name, _) in fetched(&world) {
        if name.ends_with(".tcx") && root(&world).join(name.replace(".tcx", ".gpx")).exists() {
            std::fs::remove_file(root(&world).join(name)).unwrap();
        }
    }
    run(&world, &route).await;
    let files = std::fs::read_dir(world.home.path().join("copies")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().into_string().unwrap());
    assert_eq!(
        names.filter(|name| name.ends_with(".tcx")).count() as u64,
        EXERCISES
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_moved_from_the_service_is_not_sent_from_its_archive() {
    let world = archived().await;
    world.sync(&["--yes"]).await.expect(0);
    let moved = world.runkeeper.activities().len();
    let ran = run(&world, &from_archive("runkeeper")).await.expect(2);
    // The three exercises of a session have one duration and one day here, and Runkeeper's listing has no time of day. The user has to decide.
    let counts = (ran.count("linked"), ran.count("parked"));
    assert_eq!(counts, (8, 2 * 3), "{}", ran.stdout);
    assert_eq!(world.runkeeper.activities().len(), moved);
}
