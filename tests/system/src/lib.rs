//! Whole-system tests: they run the built `workout-sync` against the fake services, as a user or a script would.
//!
//! The program is looked for where cargo builds programs, beside the test; `cargo test` has built it by then, for the program's own tests.
//! When it is missing or older than its sources (`cargo test -p system-tests`) it is built first.

// A test bench: what goes wrong here has to stop the test.
#![allow(clippy::unwrap_used)]

mod browser;
mod chromium_har;
mod firefox;
mod host;
mod http;
#[cfg(feature = "mongodb")]
mod mongo;
mod served;
mod terminal;

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::SystemTime;

use fake_services::{BrowserCookie, FakePolarFlow, FakeRunkeeper};
use serde_json::Value;
use tempfile::TempDir;
use tokio::process::{Child, Command as AsyncCommand};

pub use browser::Browser;
pub use chromium_har::ChromiumHar;
pub use firefox::Firefox;
use host::Host;
pub use http::{Received, Recorder, Reply, http};
#[cfg(feature = "mongodb")]
pub use mongo::MongoDatabase;
pub use served::Served;
pub use terminal::Terminal;

/// Both fakes, and a separate home directory for the program.
pub struct World {
    /// The source.
    pub polar: FakePolarFlow,
    /// The destination.
    pub runkeeper: FakeRunkeeper,
    /// Home of the person who runs the program.
    pub home: TempDir,
    env: Vec<(String, String)>,
    host: Option<Host>,
}

/// The result of a run of the program.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code.
    pub code: i32,
    /// Its standard output.
    pub stdout: String,
    /// Its standard error.
    pub stderr: String,
}

impl Ran {
    /// Standard output as the one JSON document.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("no JSON document ({error}): {self:?}"))
    }

    /// How many workouts of the document are in this state.
    #[must_use]
    pub fn count(&self, state: &str) -> u64 {
        self.json()["counts"][state].as_u64().unwrap_or(0)
    }

    /// The lines of the document.
    #[must_use]
    pub fn items(&self) -> Vec<Value> {
        self.json()["items"].as_array().unwrap().clone()
    }

    /// Fails unless the program ended with this code.
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "stdout: {}\nstderr: {}",
            self.stdout, self.stderr
        );
        self
    }
}

impl World {
    /// Both fakes running; the password of Polar Flow in the environment; no session.
    pub async fn start() -> Self {
        let polar = FakePolarFlow::start().await.unwrap();
        let runkeeper = FakeRunkeeper::start().await.unwrap();
        let home = tempfile::tempdir().unwrap();
        let mut world = Self {
            polar,
            runkeeper,
            home,
            env: Vec::new(),
            host: Host::named(),
        };
        let urls = [
            ("POLAR_FLOW_URL", world.polar.flow_url().to_owned()),
            ("POLAR_AUTH_URL", world.polar.auth_url().to_owned()),
            ("RUNKEEPER_URL", world.runkeeper.url().to_owned()),
            ("ASICS_ID_URL", world.runkeeper.asics_url().to_owned()),
        ];
        for (name, value) in urls {
            world.set(name, &value);
        }
        world.set("POLAR_EMAIL", FakePolarFlow::EMAIL);
        world.set("POLAR_PASSWORD", FakePolarFlow::PASSWORD);
        world.set("SYNC_PACE_MS", "0");
        world.set("SYNC_BACKOFF_MS", "10");
        world.set("SYNC_SETTLE_SECS", "1");
        world.set("SYNC_RESEND_SECS", "1");
        world.set("SYNC_LEASE_SECS", "60");
        if let Some(host) = &world.host {
            for (name, value) in host.settings() {
                world.set(name, &value);
            }
        }
        world
    }

    /// The same, with the cookies of a browser that is signed in to Runkeeper imported.
    pub async fn signed_in() -> Self {
        let world = Self::start().await;
        let cookies = BrowserCookie::netscape(&world.runkeeper.browser_cookies());
        world.write("cookies.txt", cookies.as_bytes());
        world
            .sync(&["import-session", "runkeeper", "cookies.txt"])
            .await
            .expect(0);
        world
    }

    /// Sets an environment variable of the program.
    pub fn set(&mut self, name: &str, value: &str) {
        self.unset(name);
        self.env.push((name.to_owned(), value.to_owned()));
    }

    /// Takes an environment variable of the program away.
    pub fn unset(&mut self, name: &str) {
        self.env.retain(|(known, _)| known != name);
    }

    /// Writes a file into the home directory, where the program runs.
    pub fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.home.path().join(name), bytes).unwrap();
    }

    /// The program with these arguments, ready to be started.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> AsyncCommand {
        let host = self.host.as_ref().filter(|_| Host::can_do(arguments));
        let mut command = match host {
            Some(host) => self.program(&host.program),
            None => self.program(sync_program()),
        };
        command.args(arguments);
        command
    }

    /// A shell that runs a line of a guide, in which `workout-sync` is the built program.
    #[must_use]
    pub fn shell(&self, line: &str) -> AsyncCommand {
        let folder = sync_program().parent().unwrap().display();
        let mut command = self.program("/bin/sh");
        command
            .args(["-c", line])
            .env("PATH", format!("{folder}:/usr/bin:/bin"));
        command
    }

    /// Any program in the home directory, with the settings of this world and nothing else in its environment but the clock that
    /// `faketime` gave to the tests.
    #[must_use]
    pub fn program(&self, program: impl AsRef<OsStr>) -> AsyncCommand {
        let mut command = AsyncCommand::new(program);
        command
            .current_dir(self.home.path())
            .env_clear()
            .env("HOME", self.home.path())
            .envs(faked_clock())
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        command
    }

    /// Runs the program to its end.
    pub async fn sync(&self, arguments: &[&str]) -> Ran {
        ran(self.command(arguments).output().await.unwrap())
    }

    /// Starts the program and lets it run.
    #[must_use]
    pub fn spawn(&self, arguments: &[&str]) -> Child {
        self.command(arguments).spawn().unwrap()
    }

    /// Every file below the home directory.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        let mut files = Vec::new();
        let mut folders = vec![self.home.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path)
                } else {
                    files.push(path)
                }
            }
        }
        files.sort();
        files
    }
}

/// What libfaketime needs to give a program the clock of this process.
fn faked_clock() -> impl Iterator<Item = (OsString, OsString)> {
    std::env::vars_os().filter(|(name, _)| {
        let name = name.to_string_lossy();
        name == "LD_PRELOAD" || name.contains("FAKE")
    })
}

/// The result of a finished process.
#[must_use]
pub fn ran(output: Output) -> Ran {
    Ran {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// The folder of real training files, when it is there. Says so when it is not: the test then has nothing to do.
#[must_use]
pub fn corpus(folder: &str) -> Option<PathBuf> {
    let root = match std::env::var_os("WORKOUT_CORPUS") {
        Some(root) => PathBuf::from(root),
        None => workspace().join("../shared/corpus"),
    };
    let folder = root.join(folder);
    if !folder.is_dir() {
        #[allow(clippy::print_stdout)]
        {
            println!("skipped: there is no corpus at {}", folder.display());
        }
        return None;
    }
    Some(folder)
}

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The built `workout-sync`. Built again when one of its sources is newer: a test of yesterday's program proves nothing.
fn sync_program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().unwrap();
        let profile = test.parent().unwrap().parent().unwrap();
        let name = format!("workout-sync{}", std::env::consts::EXE_SUFFIX);
        let program = profile.join(name);
        let built = std::fs::metadata(&program)
            .and_then(|data| data.modified())
            .ok();
        if built.is_none_or(|built| newest_source() > built) {
            let release = profile.ends_with("release").then_some("--release");
            let status = Command::new(env!("CARGO"))
                .args(["build", "--quiet", "--bin", "workout-sync"])
                .args(release)
                .arg(match cfg!(feature = "mongodb") {
                    true => "--features=mongodb,postgres",
                    false => "--features=postgres",
                })
                .current_dir(workspace())
                .status()
                .unwrap();
            assert!(status.success(), "workout-sync cannot be built");
        }
        program
    })
}

fn newest_source() -> SystemTime {
    let crates = [
        "api-drift/src",
        "examples",
        "polar-flow/src",
        "runkeeper/src",
        "sync-core/src",
        "web-session/src",
        "workout-files/src",
        "ledgers",
        "tests/fake-services/src",
    ];
    let mut newest = SystemTime::UNIX_EPOCH;
    let mut folders: Vec<PathBuf> = crates.iter().map(|name| workspace().join(name)).collect();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                newest = newest.max(entry.metadata().unwrap().modified().unwrap());
            }
        }
    }
    newest
}
