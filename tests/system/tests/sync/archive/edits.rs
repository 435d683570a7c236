//! Sessions that are edited or deleted at the source after they were fetched.

use super::{account, archive, contents, downloads, fetched, lines, nothing_wrong, root, session};

#[tokio::test(flavor = "multi_thread")]
async fn an_edit_is_fetched_beside_the_old_version() {
    let world = account(10).await;
    archive(&world, &[]).await.expect(0);
    let before = fetched(&world);
    // A note changes the summary; the recording stays what it was.
    world
        .polar
        .add_session(session(4).note("windy <script>alert(1)</script>"));
    let mut longer = session(0);
    longer.exercises[0] = longer.exercises[0]
        .clone()
        .tcx(session(5).exercises[0].tcx.clone());
    longer.exercises[0].calories = Some(777);
    world.polar.add_session(longer);
    world.polar.remove_session(session(9).id);
    world.polar.requests().clear();
    let json = archive(&world, &[]).await.expect(0).json();
    assert_eq!(json["sessions"]["changed"], 2);
    assert_eq!(
        json["sessions"]["archived"], 10,
        "what is deleted there stays here"
    );
    let after = fetched(&world);
    for (name, bytes) in &before {
        assert!(after.get(name) == Some(bytes), "{name} was touched");
    }
    let new: Vec<&String> = after
        .keys()
        .filter(|name| !before.contains_key(*name))
        .collect();
    let of = |number: u64| {
        let id = session(number).id.to_string();
        let names = new.iter().filter(|name| name.contains(&id));
        names
            .map(|name| name.split_once(".v2.").unwrap().1)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(4), ["summary.json"]);
    assert!(of(0).contains(&"tcx") && of(0).contains(&"csv"), "{new:?}");
    assert_eq!(
        lines(&world, "session")
            .iter()
            .filter(|line| line["version"] == 2)
            .count(),
        2
    );
    let asked = downloads(&world);
    // (Neither has RR intervals: another session is asked, to see whether there still are any.)
    let mut asked = asked.iter().filter(|it| !it.contains("/rr/"));
    assert!(asked.all(|it| it.contains("8100000005") || it.contains("8100000001")));
    // The page shows the new text, harmless, and both versions of the file.
    let pages = contents(&world);
    let page = pages
        .iter()
        .find(|(name, _)| name.starts_with("pages/") && name.contains("8100000005"));
    let page = String::from_utf8_lossy(page.unwrap().1).into_owned();
    assert!(
        page.contains("windy &lt;script&gt;") && !page.contains("<script"),
        "{page}"
    );
    assert!(page.contains(".v2.summary.json") && page.contains("before it was edited"));
    nothing_wrong(&world).await;
    world.polar.requests().clear();
    archive(&world, &[]).await.expect(0);
    assert_eq!(downloads(&world), Vec::<String>::new());
}

/// Versions with equal bytes share a file. One that was deleted comes again, and one that the user changed stays beside the original.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changed_on_disk_costs_no_version_its_bytes() {
    let world = account(3).await;
    archive(&world, &[]).await.expect(0);
    let before = fetched(&world);
    let tcx = |number: u64| {
        let id = session(number).id.to_string();
        let mut names = before.keys();
        names
            .find(|name| name.contains(&id) && name.ends_with(".tcx"))
            .unwrap()
            .clone()
    };
    let (gone, mine, kept) = (tcx(0), tcx(1), tcx(2));
    let at = |name: &str| root(&world).join(name);
    std::fs::remove_file(at(&gone)).unwrap();
    std::fs::write(at(&mine), "changed by me").unwrap();
    std::fs::write(at(&kept), "changed by me, too").unwrap();
    // The notes are new, and the recordings what they were.
    for number in [0, 1] {
        world
            .polar
            .add_session(session(number).note("edited since"));
    }
    archive(&world, &[]).await.expect(0);
    let after = fetched(&world);
    assert!(after.get(&gone) == before.get(&gone));
    assert_eq!(after[&mine], b"changed by me");
    let second = mine.replace(".tcx", ".v2.tcx");
    assert!(
        after.get(&second) == before.get(&mine),
        "{:?}",
        after.keys()
    );
    // On request a missing file is fetched; a changed one stays.
    std::fs::remove_file(at(&gone)).unwrap();
    archive(&world, &["--refetch"]).await.expect(0);
    let after = fetched(&world);
    assert!(after.get(&gone) == before.get(&gone));
    assert_eq!(after[&kept], b"changed by me, too");
    // Moved aside, it makes room for the original.
    std::fs::rename(at(&kept), at("kept.tcx")).unwrap();
    archive(&world, &["--refetch"]).await.expect(0);
    assert!(fetched(&world).get(&kept) == before.get(&kept));
    assert_eq!(
        std::fs::read(at("kept.tcx")).unwrap(),
        b"changed by me, too"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unlikely_listing_stops_the_run() {
    let world = account(10).await;
    archive(&world, &[]).await.expect(0);
    let before = contents(&world);
    world.polar.set(|switches| switches.empty_listing = true);
    let ran = archive(&world, &[]).await.expect(4);
    assert!(ran.stderr.contains("--accept-listing"), "{}", ran.stderr);
    assert_eq!(ran.json()["error"]["kind"], "guard");
    world.polar.set(|switches| switches.empty_listing = false);
    for number in 0..10 {
        world.polar.add_session(session(number).note("all new"));
    }
    let ran = archive(&world, &[]).await.expect(4);
    assert!(
        ran.stderr.contains("10 of the archive's 10"),
        "{}",
        ran.stderr
    );
    assert!(contents(&world) == before);
    archive(&world, &["--accept-listing"]).await.expect(0);
    assert!(fetched(&world).keys().any(|name| name.contains(".v2.")));
}
