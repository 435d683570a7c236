//! Sessions that are edited or deleted at the source after they were fetched.

use super::{account, archive, contents, downloads, fetched, lines, nothing_wrong, session};

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
