//! `workout-sync archive DIR`: the real program against the fakes.

mod adopting;
mod as_source;
mod browser;
mod contents;
mod edits;
mod killed;
mod speed;
mod troubles;
mod verifying;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use chrono::{DateTime, TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{PolarSession, PolarSport};
use system_tests::{Ran, World};

/// The folder that every test archives into, below the home directory.
pub(super) const DIR: &str = "my training";

/// The first session of [`account`] starts here; the others follow, two days apart.
pub(super) fn first() -> DateTime<Utc> {
    "2021-01-04T06:30:00.250Z".parse().unwrap()
}

/// A world with that many sessions: of every five one indoors, one in a pool, one of several sports; some without heart rate and
/// therefore without RR intervals.
pub(super) async fn account(sessions: u64) -> World {
    let world = World::start().await;
    world.polar.add_sessions((0..sessions).map(session));
    world
}

pub(super) fn session(number: u64) -> PolarSession {
    let start = first()
        + TimeDelta::days(2 * i64::try_from(number).unwrap() % 2100)
        + TimeDelta::minutes(i64::try_from(number).unwrap() % 240);
    let id = 8_100_000_001 + number;
    let recipe = |start, sport| SyntheticTcx::new(start, sport).seconds(120 + number as u32 % 90);
    let mut session = match number % 5 {
        1 => PolarSession::new(
            id,
            60,
            recipe(start, PolarSport::INDOOR_CYCLING)
                .indoors(None)
                .exercise(60),
        ),
        2 => {
            let swim = recipe(start, PolarSport::POOL_SWIMMING).indoors(Some(250.0));
            PolarSession::new(id, 60, swim.exercise(60))
        }
        3 => {
            let legs = [
                PolarSport::POOL_SWIMMING,
                PolarSport::CYCLING,
                PolarSport::RUNNING,
            ];
            let legs = legs.into_iter().enumerate().map(|(index, sport)| {
                let start = start + TimeDelta::minutes(10 * i64::try_from(index).unwrap());
                let recipe = recipe(start, sport);
                let recipe = if index == 0 {
                    recipe.indoors(Some(200.0))
                } else {
                    recipe.laps(2)
                };
                recipe.exercise(60)
            });
            PolarSession::multisport(id, 60, legs.collect())
        }
        _ => PolarSession::new(
            id,
            60,
            recipe(start, PolarSport::RUNNING).laps(3).exercise(60),
        ),
    };
    session.average_heart_rate = (!number.is_multiple_of(4)).then_some(132);
    session
}

/// Archives once.
pub(super) async fn archive(world: &World, more: &[&str]) -> Ran {
    let mut arguments = vec!["archive", DIR, "--json"];
    arguments.extend(more);
    // Years of days without data are another test's business.
    if !more
        .iter()
        .any(|argument| argument.starts_with("--formats"))
    {
        arguments.push("--formats=summary,details,tcx,gpx,fit,csv,rr");
    }
    world.sync(&arguments).await
}

pub(super) fn root(world: &World) -> PathBuf {
    world.home.path().join(DIR)
}

/// Every file of the archive by path, with its bytes.
pub(super) fn contents(world: &World) -> BTreeMap<String, Vec<u8>> {
    let root = root(world);
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(&root)
                    .unwrap()
                    .to_string_lossy()
                    .replace('\\', "/");
                found.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    found
}

/// The files of sessions, days and the account: what was fetched.
pub(super) fn fetched(world: &World) -> BTreeMap<String, Vec<u8>> {
    let mut all = contents(world);
    all.retain(|name, _| {
        ["sessions/", "sleep/", "activity/"]
            .iter()
            .any(|folder| name.starts_with(folder))
    });
    all
}

/// The requests that only look what there is.
pub(super) fn is_listing(path: &str) -> bool {
    let listing = [
        "/training/getCalendarEvents",
        "/api/training/history",
        "/api/account/users/current/user",
    ];
    listing.contains(&path)
}

/// The requests to the web application that fetched something, as `path?query`.
pub(super) fn downloads(world: &World) -> Vec<String> {
    let all = world.polar.requests().all();
    let flow = all.into_iter().filter(|request| request.host == "flow");
    let api =
        flow.filter(|request| request.path.starts_with("/api/") && !is_listing(&request.path));
    api.map(|request| format!("{}?{}", request.path, request.query))
        .collect()
}

/// The check finds every file as it was written, at least one, and no other.
pub(super) async fn nothing_wrong(world: &World) {
    assert!(whole_files(world).await > 0);
}

/// The number of files on record: the check finds each as it was written, and no other.
pub(super) async fn whole_files(world: &World) -> u64 {
    let json = world
        .sync(&["archive", DIR, "--verify", "--json"])
        .await
        .expect(0)
        .json();
    for sort in ["missing", "changed", "moved", "foreign"] {
        assert_eq!(json[sort].as_array().unwrap().len(), 0, "{sort}: {json}");
    }
    json["files"].as_u64().unwrap()
}

/// The manifest's lines of a type.
pub(super) fn lines(world: &World, of: &str) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(root(world).join("manifest.jsonl")).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    lines
        .filter(|line: &serde_json::Value| line["type"] == of)
        .collect()
}

pub(super) fn name_of(path: &Path) -> String {
    path.file_name().unwrap().to_string_lossy().into_owned()
}
