//! `--adopt`: files of other tools, and of an earlier archive.

use super::{DIR, account, archive, downloads, fetched, lines, nothing_wrong, root, session};

#[tokio::test(flavor = "multi_thread")]
async fn files_of_other_tools_are_not_fetched_again() {
    let world = account(10).await;
    let root = root(&world);
    std::fs::create_dir_all(root.join("old exports/2021")).unwrap();
    let tcx = |number: u64| session(number).exercises[0].tcx.clone();
    // As another exporter named them, and without any order.
    std::fs::write(
        root.join("old exports/2021/First_Last_2021-01-04.TCX"),
        tcx(0),
    )
    .unwrap();
    std::fs::write(root.join("old exports/2021/b.tcx"), tcx(1)).unwrap();
    let half = &tcx(4)[..tcx(4).len() / 2];
    std::fs::write(root.join("old exports/half.tcx"), half).unwrap();
    std::fs::write(root.join("old exports/holiday.jpg"), b"\xff\xd8\xff").unwrap();
    let ran = archive(&world, &[]).await.expect(64);
    assert!(ran.stderr.contains("--adopt"), "{}", ran.stderr);
    assert!(!root.join("manifest.jsonl").exists());
    let json = archive(&world, &["--adopt"]).await.expect(0).json();
    assert_eq!(json["files"]["adopted"], 2, "{json}");
    for id in ["8100000001", "8100000002"] {
        let again = format!("/tcx/{id}");
        assert!(
            !downloads(&world).iter().any(|it| it.contains(&again)),
            "{id}"
        );
    }
    assert!(
        downloads(&world)
            .iter()
            .any(|it| it.contains("/tcx/8100000005"))
    );
    let adopted = lines(&world, "file")
        .into_iter()
        .filter(|line| line["adopted"] == true);
    let paths: Vec<_> = adopted
        .map(|line| line["path"].as_str().unwrap().to_owned())
        .collect();
    assert!(
        paths
            .iter()
            .all(|path| path.starts_with("old exports/2021/")),
        "{paths:?}"
    );
    // They stay where they were, unchanged; the report names other files.
    let json = world
        .sync(&["archive", DIR, "--verify", "--json"])
        .await
        .expect(0)
        .json();
    let foreign = serde_json::json!(["old exports/half.tcx", "old exports/holiday.jpg"]);
    assert_eq!(json["foreign"], foreign);
}

/// The manifest is lost, every file is there: what is fetched again is what the names and the content cannot tell.
#[tokio::test(flavor = "multi_thread")]
async fn an_archive_without_its_manifest_is_taken_over() {
    let world = account(20).await;
    world.polar.add_usual_night("2021-01-20".parse().unwrap());
    world
        .polar
        .add_activity("2021-01-20".parse().unwrap(), 4000);
    let formats = "--formats=summary,details,tcx,gpx,fit,csv,rr,sleep";
    archive(&world, &[formats]).await.expect(0);
    let before = fetched(&world);
    std::fs::remove_file(root(&world).join("manifest.jsonl")).unwrap();
    world.polar.requests().clear();
    archive(&world, &[formats]).await.expect(64);
    let json = archive(&world, &[formats, "--adopt"])
        .await
        .expect(0)
        .json();
    assert!(fetched(&world) == before, "a file came twice");
    assert_eq!(
        json["files"]["adopted"].as_u64().unwrap() as usize,
        before.len()
    );
    let again = downloads(&world);
    let again: Vec<_> = again
        .iter()
        .filter(|it| !it.contains("/sleep/") && !it.contains("sports"))
        .collect();
    // Only what never existed is asked for once more.
    assert!(
        again
            .iter()
            .all(|it| it.contains("/gpx/") || it.contains("/rr/")),
        "{again:?}"
    );
    nothing_wrong(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_were_moved_are_found_again() {
    let world = account(5).await;
    archive(&world, &[]).await.expect(0);
    let root = root(&world);
    std::fs::rename(root.join("sessions"), root.join("training")).unwrap();
    world.polar.requests().clear();
    archive(&world, &["--adopt"]).await.expect(0);
    assert_eq!(downloads(&world), Vec::<String>::new());
    let json = world
        .sync(&["archive", DIR, "--verify", "--json"])
        .await
        .expect(0)
        .json();
    assert_eq!(json["moved"], serde_json::json!([]), "{json}");
    assert_eq!(json["missing"], serde_json::json!([]), "{json}");
}
