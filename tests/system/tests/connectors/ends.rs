//! Sources with the same workouts, and destinations that count what arrives.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{
    BrowserCookie, FakeActivity, FakeIntervals, FakePolarFlow, FakeRunkeeper, PolarSession,
    PolarSport,
};
use polar_flow::PolarFlow;
use runkeeper::Runkeeper;
use runkeeper::engine::RunkeeperSource;
use sync_connector_folder_destination::FolderDestination;
use sync_connector_folder_source::FolderSource;
use sync_connector_intervals_icu::IntervalsIcu;
use sync_connector_polar_archive::PolarArchive;
use sync_connector_runkeeper_archive::RunkeeperArchive;
use sync_core::{Destination, Source};

/// How many workouts every source has.
pub const COUNT: usize = 20;

/// The difference between local time and UTC, in minutes.
const AHEAD: i32 = 120;

pub async fn polar_client(fake: &FakePolarFlow) -> PolarFlow {
    let client = PolarFlow::builder()
        .base_url(fake.flow_url().parse().unwrap())
        .auth_url(fake.auth_url().parse().unwrap())
        .pace(Duration::ZERO)
        .first_backoff(Duration::from_millis(1))
        .build()
        .unwrap();
    let cookies = BrowserCookie::header(&fake.browser_cookies());
    client.import_cookies(&cookies).unwrap();
    client
}

pub fn runkeeper_client(fake: &FakeRunkeeper) -> Runkeeper {
    let client = Runkeeper::builder()
        .base_url(fake.url().parse().unwrap())
        .auth_url(fake.asics_url().parse().unwrap())
        .pace(Duration::ZERO)
        .first_backoff(Duration::from_millis(1))
        .build()
        .unwrap();
    let cookies = BrowserCookie::header(&fake.browser_cookies());
    client.import_cookies(&cookies).unwrap();
    client
}

fn start(number: usize) -> DateTime<Utc> {
    let first: DateTime<Utc> = "2026-03-02T06:00:00Z".parse().unwrap();
    first + TimeDelta::days(i64::try_from(number).unwrap())
}

/// A run of some minutes with a route, on a day of its own, of a length of its own.
fn recipe(number: usize) -> SyntheticTcx {
    let seconds = 120 + 10 * u32::try_from(number).unwrap();
    SyntheticTcx::new(start(number), PolarSport::RUNNING).seconds(seconds)
}

fn seconds(number: usize) -> i64 {
    120 + 10 * i64::try_from(number).unwrap()
}

/// TCX files of all workouts, last changed an hour ago.
pub fn fill_folder(folder: &Path) {
    for number in 0..COUNT {
        let path = folder.join(format!("{number}.tcx"));
        std::fs::write(&path, recipe(number).build()).unwrap();
        let file = std::fs::File::options().append(true).open(&path).unwrap();
        file.set_modified(std::time::SystemTime::now() - Duration::from_secs(3600))
            .unwrap();
    }
}

pub fn zip(path: &Path, files: impl IntoIterator<Item = (String, Vec<u8>)>) {
    let mut zip = zip::ZipWriter::new(std::fs::File::create(path).unwrap());
    for (name, content) in files {
        zip.start_file(name, zip::write::SimpleFileOptions::default())
            .unwrap();
        std::io::Write::write_all(&mut zip, &content).unwrap();
    }
    zip.finish().unwrap();
}

/// A Polar export of all workouts, in the newer format.
pub fn polar_zip(path: &Path) {
    let session = |number: usize| {
        let at = |ms: i64| {
            let local = start(number).naive_utc()
                + TimeDelta::minutes(AHEAD.into())
                + TimeDelta::milliseconds(ms);
            local.format("%Y-%m-%dT%H:%M:%S%.3f").to_string()
        };
        let length = seconds(number) * 1000;
        let points: Vec<_> = (0..=seconds(number) / 10)
            .map(|step| {
                serde_json::json!({
                    "latitude": 0.05 + step as f64 / 5000.0, "longitude": 0.05, "altitude": 12.0,
                    "elapsedMillis": step * 10_000,
                })
            })
            .collect();
        let route = serde_json::json!({"route": {"startTime": at(0), "wayPoints": points}});
        let facts = serde_json::json!({
            "identifier": {"id": (7000 + number).to_string()}, "startTime": at(0), "stopTime": at(length),
            "timezoneOffsetMinutes": AHEAD, "durationMillis": length, "sport": {"id": "1"},
            "distanceMeters": 22.2 * (seconds(number) / 10) as f64,
        });
        let mut exercise = facts.clone();
        exercise["routes"] = route;
        let mut session = facts;
        session["exercises"] = serde_json::json!([exercise]);
        let name = format!(
            "training-session_{}_{number}.json",
            start(number).format("%Y-%m-%dT%H-%M-%S")
        );
        (name, session.to_string().into_bytes())
    };
    zip(path, (0..COUNT).map(session));
}

/// A Runkeeper export of all workouts, in the newer format.
pub fn runkeeper_zip(path: &Path) {
    let mut table = "Activity Id,Date,Type,Route Name,Distance (km),Duration,Average Pace,Average Speed (km/h),\
        Calories Burned,Climb (m),Average Heart Rate (bpm),Friend's Tagged,Notes,GPX File\r\n"
        .to_owned();
    let mut files = Vec::new();
    for number in 0..COUNT {
        let read = workout_files::read(&recipe(number).build()).unwrap();
        let name = format!("{}.gpx", start(number).format("%Y-%m-%d-%H%M%S"));
        let local = start(number) + TimeDelta::minutes(AHEAD.into());
        let metres = read.workouts[0].totals().distance_m.unwrap();
        let (minutes, rest) = (seconds(number) / 60, seconds(number) % 60);
        table += &format!(
            "00000000-0000-4000-8000-{number:012},{},Running,,{:.2},{minutes}:{rest:02},,,100.0,10,,\"\",\"\",{name}\r\n",
            local.format("%Y-%m-%d %H:%M:%S"),
            metres / 1000.0
        );
        files.push((
            name,
            workout_files::gpx::write(&read.workouts).unwrap().bytes,
        ));
    }
    files.push(("cardioActivities.csv".to_owned(), table.into_bytes()));
    zip(path, files);
}

/// A source with twenty workouts.
pub enum From {
    Polar(FakePolarFlow),
    Runkeeper(FakeRunkeeper),
    Folder(PathBuf),
    PolarArchive(PathBuf),
    RunkeeperArchive(PathBuf),
}

pub const SOURCES: [&str; 5] = [
    "polar-flow",
    "runkeeper",
    "folder",
    "polar-archive",
    "runkeeper-archive",
];

impl From {
    pub async fn start(name: &str, home: &Path) -> Self {
        match name {
            "polar-flow" => {
                let fake = FakePolarFlow::start().await.unwrap();
                for number in 0..COUNT {
                    let exercise = recipe(number).exercise(AHEAD);
                    fake.add_session(PolarSession::new(8000 + number as u64, AHEAD, exercise));
                }
                Self::Polar(fake)
            }
            "runkeeper" => {
                let fake = FakeRunkeeper::start().await.unwrap();
                for number in 0..COUNT {
                    let local = recipe(number).exercise(AHEAD).start_local;
                    let length = TimeDelta::seconds(seconds(number));
                    let metres = recipe(number).distance_m().unwrap();
                    let activity =
                        FakeActivity::new(local, length, metres).file(recipe(number).build());
                    fake.add_activity(activity);
                }
                Self::Runkeeper(fake)
            }
            "folder" => {
                let folder = home.join("recordings");
                std::fs::create_dir(&folder).unwrap();
                fill_folder(&folder);
                Self::Folder(folder)
            }
            "polar-archive" => {
                let path = home.join("polar.zip");
                polar_zip(&path);
                Self::PolarArchive(path)
            }
            _ => {
                let path = home.join("runkeeper.zip");
                runkeeper_zip(&path);
                Self::RunkeeperArchive(path)
            }
        }
    }

    /// The source, as a new process opens it.
    pub async fn open(&self) -> Arc<dyn Source> {
        match self {
            Self::Polar(fake) => Arc::new(polar_client(fake).await),
            Self::Runkeeper(fake) => Arc::new(RunkeeperSource::new(runkeeper_client(fake))),
            Self::Folder(path) => {
                let source = FolderSource::open(path).unwrap().with_name("recordings");
                Arc::new(source.with_offset(chrono::FixedOffset::east_opt(AHEAD * 60).unwrap()))
            }
            Self::PolarArchive(path) => Arc::new(PolarArchive::open(path).unwrap()),
            Self::RunkeeperArchive(path) => Arc::new(RunkeeperArchive::open(path).unwrap()),
        }
    }
}

/// A destination that is empty at first.
pub enum To {
    Runkeeper(FakeRunkeeper),
    Folder(PathBuf),
    Intervals(FakeIntervals),
}

pub const DESTINATIONS: [&str; 3] = ["runkeeper", "folder", "intervals-icu"];

impl To {
    pub async fn start(name: &str, home: &Path) -> Self {
        match name {
            "runkeeper" => Self::Runkeeper(FakeRunkeeper::start().await.unwrap()),
            "folder" => {
                let folder = home.join("watched");
                std::fs::create_dir(&folder).unwrap();
                Self::Folder(folder)
            }
            _ => Self::Intervals(FakeIntervals::start().await.unwrap()),
        }
    }

    /// The destination, as a new process opens it.
    pub async fn open(&self) -> Arc<dyn Destination> {
        match self {
            Self::Runkeeper(fake) => Arc::new(runkeeper_client(fake)),
            Self::Folder(path) => Arc::new(FolderDestination::open(path).unwrap()),
            Self::Intervals(fake) => {
                let client = IntervalsIcu::builder(FakeIntervals::API_KEY)
                    .base_url(fake.url().parse().unwrap())
                    .pace(Duration::ZERO);
                Arc::new(client.build().unwrap())
            }
        }
    }

    /// The starts of all activities that are there, in order.
    pub fn starts(&self) -> Vec<String> {
        let mut starts: Vec<String> = match self {
            Self::Runkeeper(fake) => fake
                .activities()
                .iter()
                .map(|there| there.start_local.to_string())
                .collect(),
            Self::Intervals(fake) => fake
                .activities()
                .iter()
                .map(|there| there.start.to_string())
                .collect(),
            Self::Folder(path) => {
                let names = std::fs::read_dir(path).unwrap();
                let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
                let files = names.filter(|name| !name.starts_with('.'));
                // Without the part that differs between deliveries.
                files.map(|name| name.chars().take(17).collect()).collect()
            }
        };
        starts.sort();
        starts
    }
}
