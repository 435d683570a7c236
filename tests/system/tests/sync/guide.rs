//! Every command of the user guide and the README is run.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{BrowserCookie, PolarSession, PolarSport};
use system_tests::{World, ran};

/// Commands of other programs, which these tests do not run.
const OTHERS: [&str; 6] = ["cargo ", "cd ", "docker ", "sudo ", "systemctl ", "export "];

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The lines of a page's console blocks that begin with a prompt.
fn commands(page: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(page).unwrap();
    let mut commands = Vec::new();
    let mut in_block = false;
    for line in text.lines() {
        match line {
            "```console" => in_block = true,
            line if line.starts_with("```") => in_block = false,
            line => {
                let command = line.strip_prefix("$ ").filter(|_| in_block);
                let command = command.map(|it| it.split("  #").next().unwrap_or_default());
                commands.extend(command.map(|it| it.trim().to_owned()));
            }
        }
    }
    commands
}

/// A user with both accounts, the exports that the guide names, and a workout with the id that it names.
async fn user() -> World {
    let world = World::start().await;
    let start = Utc::now() - TimeDelta::days(3);
    let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(600);
    world
        .polar
        .add_session(PolarSession::new(8_104_216_805, 60, tcx.exercise(60)));
    let cookies = world.runkeeper.browser_cookies();
    let url = format!("{}/home", world.runkeeper.url());
    world.write("cookies.txt", BrowserCookie::netscape(&cookies).as_bytes());
    world.write("curl.txt", BrowserCookie::curl(&cookies, &url).as_bytes());
    world.write(
        "polar.txt",
        BrowserCookie::netscape(&world.polar.browser_cookies()).as_bytes(),
    );
    world.write(
        "recorded.har",
        b"{\"log\": {\"creator\": {\"name\": \"Firefox\"}, \"entries\": []}}",
    );
    world.write("synced.json", b"{\"synced\": [\"1\"]}");
    for folder in ["recordings", "watched"] {
        std::fs::create_dir(world.home.path().join(folder)).unwrap();
    }
    world.write("recordings/run.tcx", &tcx.build());
    world.write("token.txt", b"0123456789abcdef\n");
    world
        .sync(&["import-session", "runkeeper", "cookies.txt"])
        .await
        .expect(0);
    world.sync(&["run"]).await.expect(0);
    world
}

/// Runs a page's commands one after the other, as a shell would; gives their number.
async fn run_all(page: &Path) -> usize {
    let mut world = user().await;
    world.set("SYNC_LISTEN", "127.0.0.1:0");
    let mut count = 0;
    for command in commands(page) {
        if OTHERS.iter().any(|other| command.starts_with(other)) {
            continue;
        }
        count += 1;
        assert!(
            command
                .split_whitespace()
                .any(|word| word == "workout-sync"),
            "{}: {command}",
            page.display()
        );
        // Another service may use the port that the guide names.
        let command = command.replace(":8420", ":0");
        let mut child = world.shell(&command).spawn().unwrap();
        let is_service = command.contains("workout-sync serve");
        if is_service {
            tokio::time::sleep(Duration::from_secs(3)).await;
            assert!(child.try_wait().unwrap().is_none(), "{command} ended");
            child.start_kill().unwrap();
            continue;
        }
        let ran = ran(child.wait_with_output().await.unwrap());
        // `setup` needs a terminal; the workout of the guide is settled already, which its commands say.
        let expected: &[i32] = match command.as_str() {
            "workout-sync setup" => &[64],
            // This account signs in by Runkeeper's own form, which the real login page replaced by a redirect.
            "workout-sync drift" => &[4],
            "workout-sync skip 8104216805" => &[0, 64],
            // The recording of this test holds no request.
            command if command.contains("drift --har recorded.har") => &[64],
            "workout-sync import-session polar polar.txt" => &[0],
            _ => &[0, 1, 2],
        };
        assert!(
            expected.contains(&ran.code),
            "{}: {command}: {ran:?}",
            page.display()
        );
    }
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_guide_works() {
    let mut pages: Vec<PathBuf> = std::fs::read_dir(workspace().join("docs/src"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    pages.sort();
    let mut count = 0;
    for page in pages {
        count += run_all(&page).await;
    }
    assert!(count > 25, "{count}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_of_the_readme_works() {
    assert!(run_all(&workspace().join("README.md")).await >= 3);
}

#[test]
fn every_page_is_in_the_summary_and_every_link_leads_somewhere() {
    let folder = workspace().join("docs/src");
    let summary = std::fs::read_to_string(folder.join("SUMMARY.md")).unwrap();
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        assert!(
            name == "SUMMARY.md" || summary.contains(&format!("({name})")),
            "{name}"
        );
        let text = std::fs::read_to_string(&path).unwrap();
        for link in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let is_local = !link.contains("://");
            assert!(!is_local || folder.join(link).is_file(), "{name}: {link}");
        }
    }
}
