//! What goes wrong: the service, the disk, another run, another account. And what must not get out.

use std::time::Duration;

use fake_services::{Answer, FakePolarFlow, Fault};
use system_tests::ran;

use super::{DIR, account, archive, contents, downloads, fetched, nothing_wrong, root};

#[tokio::test(flavor = "multi_thread")]
async fn one_failure_costs_one_file_and_the_next_run_gets_it() {
    let world = account(5).await;
    let broken = Fault::Answer(Answer::json(200, &serde_json::json!({"id": "no number"})));
    let details = "/api/training/analysis/8100000003/details";
    world.polar.faults().always(details, broken);
    world.polar.faults().always(
        "/api/export/training/csv/8100000002",
        Fault::Answer(Answer::status(500)),
    );
    let ran = archive(&world, &[]).await.expect(1);
    let failures = ran.json()["failures"].as_array().unwrap().clone();
    let mut what: Vec<_> = failures
        .iter()
        .map(|it| (it["id"].as_u64().unwrap(), it["what"].as_str().unwrap()))
        .collect();
    what.sort_unstable();
    assert_eq!(what, [(8_100_000_002, "csv"), (8_100_000_003, "details")]);
    assert!(
        failures
            .iter()
            .all(|it| it["message"].as_str().unwrap().len() > 10),
        "{failures:?}"
    );
    let count = fetched(&world).len();
    nothing_wrong(&world).await;
    world.polar.faults().clear();
    world.polar.requests().clear();
    archive(&world, &[]).await.expect(0);
    assert_eq!(fetched(&world).len(), count + 2);
    assert_eq!(downloads(&world).len(), 2, "{:?}", downloads(&world));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_asks_to_wait_is_left_alone() {
    let mut world = account(5).await;
    world.set("SYNC_PARALLEL", "1");
    let wait = Fault::Answer(Answer::too_many_requests(Some(3600)));
    world.polar.faults().after(8, 1, "/api/export", wait);
    let ran = archive(&world, &[]).await.expect(1);
    assert!(
        ran.stderr.contains("asks to be left alone for 3"),
        "{}",
        ran.stderr
    );
    assert_eq!(ran.json()["stopped"]["kind"], "unfinished");
    assert!(
        ran.json()["backlog"].as_u64().unwrap() >= 3,
        "{}",
        ran.stdout
    );
    assert_eq!(world.polar.requests().count("/api/export"), 9);
    nothing_wrong(&world).await;
    archive(&world, &[]).await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_at_fault_is_not_asked_for_every_file() {
    let world = account(20).await;
    world
        .polar
        .faults()
        .always("/api/export", Fault::Answer(Answer::status(500)));
    world
        .polar
        .faults()
        .always("/api/training/analysis", Fault::Answer(Answer::status(500)));
    let ran = archive(&world, &[]).await.expect(1);
    assert!(
        ran.stderr.contains("consecutive requests failed"),
        "{}",
        ran.stderr
    );
    assert!(downloads(&world).len() < 40, "{}", downloads(&world).len());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ended_session_says_how_to_sign_in() {
    let mut world = account(5).await;
    archive(&world, &["--max-items", "2"]).await.expect(1);
    world.polar.sign_everybody_out();
    world.set("POLAR_PASSWORD", "wrong-pass-word");
    let ran = archive(&world, &[]).await.expect(3);
    assert_eq!(ran.json()["error"]["kind"], "sign_in_needed");
    nothing_wrong(&world).await;
    world.unset("POLAR_PASSWORD");
    world.unset("POLAR_EMAIL");
    std::fs::remove_file(
        world
            .files()
            .iter()
            .find(|it| it.ends_with("polar.session.json"))
            .unwrap(),
    )
    .unwrap();
    let ran = world.sync(&["archive", "elsewhere"]).await.expect(3);
    assert!(
        ran.stderr.contains("import-session polar"),
        "{}",
        ran.stderr
    );
    assert!(!world.home.path().join("elsewhere").exists());
}

/// As on a full disk: files of some size cannot be written.
#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_disk_without_room_keeps_what_was_written() {
    let world = account(5).await;
    let limited = "trap '' XFSZ; ulimit -f 40; workout-sync archive 'my training' --json";
    let ran = ran(world.shell(limited).output().await.unwrap()).expect(70);
    assert!(ran.stderr.contains("cannot be written"), "{}", ran.stderr);
    assert_eq!(ran.json()["stopped"]["kind"], "failed");
    nothing_wrong(&world).await;
    archive(&world, &[]).await.expect(0);
    nothing_wrong(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_used_is_named() {
    let world = account(1).await;
    world.write("file", b"x");
    for (place, code) in [("file", 70), ("file/below", 70)] {
        let ran = world.sync(&["archive", place]).await.expect(code);
        assert!(ran.stderr.contains("name a folder"), "{}", ran.stderr);
    }
    let ran = world.sync(&["archive", "."]).await.expect(64);
    assert!(ran.stderr.contains("--adopt"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_run_works_on_an_archive_at_a_time() {
    let world = account(10).await;
    let slow = Fault::Slow(Duration::from_millis(100));
    world.polar.faults().always("/api/export", slow);
    let child = world.spawn(&["archive", DIR]);
    while !root(&world).join(".lock").exists() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    let second = archive(&world, &[]).await.expect(1);
    assert!(second.stderr.contains("another run"), "{}", second.stderr);
    ran(child.wait_with_output().await.unwrap()).expect(0);
    nothing_wrong(&world).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_accounts_are_not_mixed_and_a_damaged_manifest_is_left_alone() {
    let world = account(2).await;
    archive(&world, &[]).await.expect(0);
    let path = root(&world).join("manifest.jsonl");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replacen("51000001", "51000002", 1)).unwrap();
    let ran = archive(&world, &[]).await.expect(64);
    assert!(ran.stderr.contains("another account"), "{}", ran.stderr);
    let damaged = text.replacen("\"type\":\"file\"", "\"type\":\"?\"", 1);
    std::fs::write(&path, &damaged).unwrap();
    let ran = archive(&world, &[]).await.expect(70);
    assert!(
        ran.stderr.contains("line ") && ran.stderr.contains("--adopt"),
        "{}",
        ran.stderr
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), damaged);
}

/// Secrets get into no output and no file; the account's own data only into its own files.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_gets_out() {
    let mut world = account(5).await;
    world.set("SYNC_LOG", "trace");
    world
        .polar
        .add_session(super::session(0).note("note-canary-of-mine"));
    let first = archive(&world, &[]).await.expect(0);
    world.polar.faults().always(
        "/api/export/training/tcx",
        Fault::Answer(Answer::login_page()),
    );
    world
        .polar
        .add_session(super::session(0).note("other-canary-of-mine"));
    let second = archive(&world, &[]).await.expect(1);
    let sessions = world
        .files()
        .into_iter()
        .filter(|it| super::name_of(it).ends_with("session.json"));
    let mut secrets = vec![
        FakePolarFlow::PASSWORD.to_owned(),
        FakePolarFlow::EMAIL.to_owned(),
    ];
    for file in sessions {
        let text = std::fs::read_to_string(file).unwrap();
        let cookies = text
            .split(['"', '=', ';', ' '])
            .filter(|part| part.len() > 24 && !part.contains('/'));
        secrets.extend(cookies.map(str::to_owned));
    }
    assert!(secrets.len() > 3, "no cookie was found");
    // The time of a line may have any digits.
    let without_time = |line: &str| line.split_once("Z ").map_or(line, |(_, it)| it).to_owned();
    for ran in [&first, &second] {
        let log: Vec<String> = ran.stderr.lines().map(without_time).collect();
        let log = log.join("\n");
        for canary in secrets
            .iter()
            .map(String::as_str)
            .chain(["canary-of-mine", "0.0500"])
        {
            assert!(
                !ran.stdout.contains(canary) && !log.contains(canary),
                "{canary} is shown"
            );
        }
    }
    for (name, bytes) in contents(&world) {
        let text = String::from_utf8_lossy(&bytes);
        for secret in &secrets {
            let own = name == "account.json" && secret == FakePolarFlow::EMAIL;
            assert!(
                own || !text.contains(secret.as_str()),
                "{name} shows {secret}"
            );
        }
        let has_note = text.contains("canary-of-mine");
        let may = name.ends_with("summary.json") || name.starts_with("pages/");
        assert!(!has_note || may, "{name} shows a note");
    }
}

/// The folder in which a drive is not mounted looks like one for a new archive.
#[tokio::test(flavor = "multi_thread")]
async fn an_archive_whose_drive_is_not_mounted_is_not_begun_anew() {
    let world = account(3).await;
    archive(&world, &[]).await.expect(0);
    let drive = world.home.path().join("drive");
    std::fs::rename(root(&world), &drive).unwrap();
    world.polar.requests().clear();
    for is_there in [false, true] {
        if is_there {
            std::fs::create_dir(root(&world)).unwrap();
        }
        let ran = archive(&world, &[]).await.expect(4);
        for words in [DIR, "3 workouts", "mounted", "--accept-listing"] {
            assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
        }
        assert!(downloads(&world).is_empty());
        let files = std::fs::read_dir(root(&world)).map(Iterator::count);
        assert_eq!(files.unwrap_or(0), 0);
    }
    std::fs::remove_dir(root(&world)).unwrap();
    std::fs::rename(&drive, root(&world)).unwrap();
    archive(&world, &[]).await.expect(0);
    nothing_wrong(&world).await;
    // The user wants a new one.
    std::fs::remove_dir_all(root(&world)).unwrap();
    archive(&world, &["--accept-listing"]).await.expect(0);
    nothing_wrong(&world).await;
}
