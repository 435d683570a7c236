//! The files of an archive and their names; each is fetched once.

use chrono::{Days, Utc};
use fake_services::{Answer, Fault};

use super::{
    DIR, account, archive, contents, downloads, fetched, lines, nothing_wrong, root, session,
};

#[tokio::test(flavor = "multi_thread")]
async fn every_export_is_kept_byte_for_byte_and_fetched_once() {
    let world = account(10).await;
    let json = archive(&world, &[]).await.expect(0).json();
    assert_eq!(json["sessions"]["archived"], 10);
    assert_eq!(json["failures"].as_array().unwrap().len(), 0);
    let files = fetched(&world);
    let run = "sessions/2021/01/2021-01-04_073000_running_8100000001";
    assert_eq!(files[&format!("{run}.tcx")], session(0).exercises[0].tcx);
    assert!(files[&format!("{run}.csv")].starts_with(b"Name,Sport,"));
    assert_eq!(&files[&format!("{run}.fit")][8..12], b".FIT");
    assert!(files.contains_key(&format!("{run}.gpx")));
    for kind in ["summary", "details"] {
        let json: serde_json::Value =
            serde_json::from_slice(&files[&format!("{run}.{kind}.json")]).unwrap();
        assert_eq!(json["id"], 8_100_000_001_u64);
    }
    // No heart rate, no RR intervals; no positions, no GPX.
    assert!(!files.contains_key(&format!("{run}.rr.csv")));
    let ride = "sessions/2021/01/2021-01-06_073100_indoor-cycling_8100000002";
    assert!(
        files.contains_key(&format!("{ride}.rr.csv"))
            && !files.contains_key(&format!("{ride}.gpx"))
    );
    // Three exercises, of which the first has no positions.
    let three = "sessions/2021/01/2021-01-10_073300_free-multisport_8100000004";
    let legs = session(3).exercises;
    for (number, leg) in (1..).zip(&legs) {
        assert_eq!(files[&format!("{three}-{number}.tcx")], leg.tcx, "{number}");
        let has_gpx = files.contains_key(&format!("{three}-{number}.gpx"));
        assert_eq!(has_gpx, number > 1, "{number}");
    }
    let absent = lines(&world, "absent");
    assert!(
        absent
            .iter()
            .any(|line| line["kind"] == "gpx" && line["part"] == 1)
    );
    let all = contents(&world);
    for name in [
        "index.html",
        "index.csv",
        "account.json",
        "sports.json",
        "manifest.jsonl",
    ] {
        assert!(all.contains_key(name), "{name}");
    }
    nothing_wrong(&world).await;
    // A second run looks what there is, and fetches nothing.
    world.polar.requests().clear();
    let before = contents(&world);
    archive(&world, &[]).await.expect(0);
    assert_eq!(downloads(&world), Vec::<String>::new());
    assert!(
        contents(&world) == before,
        "a run with nothing to do changed a file"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn formats_days_and_numbers_can_be_limited() {
    let world = account(10).await;
    let json = archive(&world, &["--formats", "tcx,rr", "--max-items", "4"])
        .await
        .expect(1)
        .json();
    assert_eq!(
        (&json["sessions"]["archived"], &json["backlog"]),
        (&4.into(), &6.into())
    );
    assert!(
        fetched(&world)
            .keys()
            .all(|name| name.ends_with(".tcx") || name.ends_with(".rr.csv"))
    );
    // The newest come first.
    assert!(
        fetched(&world)
            .keys()
            .any(|name| name.contains("8100000010"))
    );
    let days = [
        "--formats",
        "tcx",
        "--since",
        "2021-01-06",
        "--until",
        "2021-01-08",
    ];
    archive(&world, &days).await.expect(0);
    assert_eq!(lines(&world, "session").len(), 6);
    archive(&world, &["--formats", "tcx"]).await.expect(0);
    assert_eq!(lines(&world, "session").len(), 10);
    let ran = archive(&world, &["--formats", "kml"]).await.expect(64);
    assert!(
        ran.stderr.contains("--formats") && ran.stderr.contains("tcx"),
        "{}",
        ran.stderr
    );
    let ran = world.sync(&["archive", DIR, "--dry-run"]).await.expect(64);
    assert!(ran.stderr.contains("--dry-run"), "{}", ran.stderr);
}

/// Neither the day that is not over nor one that the watch knows half of is kept as if it were whole.
#[tokio::test(flavor = "multi_thread")]
async fn days_are_kept_when_they_are_whole() {
    let world = account(0).await;
    let today = Utc::now().date_naive();
    let day = |ago: u64| today - Days::new(ago);
    for ago in 0..5 {
        world.polar.add_activity(day(ago), 9000);
        world.polar.add_usual_night(day(ago));
    }
    // The watch was synchronised in the middle of the day before the day before yesterday.
    world
        .polar
        .synchronised_at(day(3).and_hms_opt(12, 0, 0).unwrap());
    let since = day(40).to_string();
    let days = ["--formats", "sleep,activity", "--since", &since];
    archive(&world, &days).await.expect(0);
    let name = |kind: &str, ago| format!("{kind}/{}.json", day(ago).format("%Y/%m/%Y-%m-%d"));
    let files = fetched(&world);
    assert!(!files.contains_key(&name("sleep", 0)) && !files.contains_key(&name("activity", 0)));
    assert!(files.contains_key(&name("sleep", 3)) && !files.contains_key(&name("activity", 3)));
    assert!(files.contains_key(&name("activity", 4)));
    // Days without data: the old ones are never asked for again.
    let empty = lines(&world, "empty");
    assert!(!empty.is_empty());
    world.polar.requests().clear();
    archive(&world, &days).await.expect(0);
    let asked = downloads(&world);
    let asked: Vec<_> = asked.iter().filter(|it| it.contains("activity")).collect();
    // The unsynchronised days are not asked for one by one.
    assert!(asked.len() <= 3, "{asked:?}");
    assert!(
        asked.iter().all(|it| !it.contains(&day(35).to_string())),
        "{asked:?}"
    );
    // The watch is synchronised at last.
    world
        .polar
        .synchronised_at((today + Days::new(1)).and_hms_opt(12, 0, 0).unwrap());
    archive(&world, &days).await.expect(0);
    assert!(fetched(&world).contains_key(&name("activity", 3)));
    nothing_wrong(&world).await;
}

/// An address that moved answers 404 like a format that does not exist.
#[tokio::test(flavor = "multi_thread")]
async fn a_moved_address_is_not_taken_for_a_missing_file() {
    let world = account(6).await;
    archive(&world, &["--max-items", "3"]).await.expect(1);
    let gone = Fault::Answer(Answer::json(404, &serde_json::json!({"error": "NotFound"})));
    world
        .polar
        .faults()
        .always("/api/export/training/gpx", gone);
    let ran = archive(&world, &[]).await.expect(0);
    assert!(
        ran.json()["warnings"][0].as_str().unwrap().contains("gpx"),
        "{}",
        ran.stdout
    );
    world.polar.faults().clear();
    archive(&world, &[]).await.expect(0);
    let gpx = fetched(&world)
        .keys()
        .filter(|name| name.ends_with(".gpx"))
        .count();
    assert_eq!(gpx, 5, "two runs, one more, and two legs");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_were_taken_away_or_moved_are_not_fetched_again() {
    let world = account(20).await;
    archive(&world, &[]).await.expect(0);
    let root = root(&world);
    let names: Vec<String> = fetched(&world).into_keys().collect();
    std::fs::create_dir(root.join("sorted by me")).unwrap();
    for name in &names[..25] {
        std::fs::remove_file(root.join(name)).unwrap();
    }
    for name in &names[25..50] {
        let to = root
            .join("sorted by me")
            .join(name.rsplit('/').next().unwrap());
        std::fs::rename(root.join(name), to).unwrap();
    }
    world.polar.requests().clear();
    archive(&world, &[]).await.expect(0);
    assert_eq!(downloads(&world), Vec::<String>::new());
    let json = world
        .sync(&["archive", DIR, "--verify", "--json"])
        .await
        .expect(2)
        .json();
    assert_eq!(
        json["missing"].as_array().unwrap().len() + json["moved"].as_array().unwrap().len(),
        50
    );
    assert_eq!(json["moved"].as_array().unwrap().len(), 25, "{json}");
    // On request they come again.
    archive(&world, &["--refetch"]).await.expect(0);
    assert!(!downloads(&world).is_empty());
    let json = world
        .sync(&["archive", DIR, "--verify", "--json"])
        .await
        .expect(0)
        .json();
    assert!(json["missing"].as_array().unwrap().is_empty(), "{json}");
}
