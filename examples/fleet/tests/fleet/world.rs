//! A fleet: a database, people, and the program.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::process::Command;

use crate::server::TestDatabase;

pub const KEY: &str = "a2V5LWNhbmFyeS1rZXktY2FuYXJ5LWtleS1jYW5hcnk=";

/// Everything that the program is started with.
#[derive(Clone)]
pub struct Settings {
    url: String,
    home: std::path::PathBuf,
    notify: Option<String>,
}

impl Settings {
    pub fn command(&self) -> Command {
        let built = env!("CARGO_BIN_EXE_workout-fleet").to_owned();
        let program = std::env::var("TEST_FLEET").unwrap_or(built);
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("HOME", &self.home)
            .env("FLEET_DATABASE", &self.url)
            .env("SESSION_KEY", KEY)
            .envs(self.notify.iter().map(|url| ("NOTIFY_URL", url)));
        for name in ["SYNC_LOG", "PATH"] {
            if let Some(value) = std::env::var_os(name) {
                command.env(name, value);
            }
        }
        command
    }
}

/// A database, and a home for the program.
pub struct World {
    pub database: TestDatabase,
    /// `NOTIFY_URL`.
    pub notify: Option<String>,
    home: TempDir,
}

/// The result of a command.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Ran {
    #[track_caller]
    pub fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{self:?}");
        self
    }

    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap()
    }
}

impl World {
    pub async fn start() -> Option<Self> {
        Some(Self::on(TestDatabase::create().await?))
    }

    pub fn on(database: TestDatabase) -> Self {
        let home = tempfile::tempdir().unwrap();
        Self {
            database,
            notify: None,
            home,
        }
    }

    pub fn settings(&self) -> Settings {
        Settings {
            url: self.database.url.clone(),
            home: self.home.path().to_owned(),
            notify: self.notify.clone(),
        }
    }

    pub fn home(&self) -> &std::path::Path {
        self.home.path()
    }

    pub async fn fleet(&self, arguments: &[&str]) -> Ran {
        self.fleet_with(arguments, "", &[]).await
    }

    pub async fn fleet_with(&self, arguments: &[&str], input: &str, env: &[(&str, &str)]) -> Ran {
        let mut command = self.settings().command();
        let mut child = command
            .args(arguments)
            .envs(env.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdin = child.stdin.take().unwrap();
        stdin.write_all(input.as_bytes()).await.unwrap();
        drop(stdin);
        let output = child.wait_with_output().await.unwrap();
        Ran {
            code: output.status.code().unwrap(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// The account as `list --json` shows it.
    pub async fn account(&self, name: &str) -> Value {
        let list = self.fleet(&["list", "--json"]).await.expect(0).json();
        let accounts = list["accounts"].as_array().unwrap();
        let found = accounts.iter().find(|it| it["account"] == name);
        found.unwrap().clone()
    }

    /// Workers that have given a sign of life.
    pub async fn workers(&self) -> i64 {
        let status = self.fleet(&["status", "--json"]).await.expect(0).json();
        status["workers"].as_i64().unwrap()
    }

    /// The documents of the ledger and the settings of the accounts, as bytes.
    pub async fn everything_kept(&self) -> Vec<u8> {
        let client = self.database.client().await;
        let mut all = Vec::new();
        let rows = client
            .query(
                "SELECT route || name || body FROM sync_ledger.documents",
                &[],
            )
            .await;
        for row in rows.unwrap_or_default() {
            all.extend(row.get::<_, String>(0).into_bytes());
        }
        let rows = client
            .query("SELECT sealed FROM workout_fleet.accounts", &[])
            .await;
        for row in rows.unwrap() {
            all.extend(row.get::<_, Vec<u8>>(0));
        }
        let rows = client
            .query(
                "SELECT payload::text FROM graphile_worker._private_jobs",
                &[],
            )
            .await;
        for row in rows.unwrap() {
            all.extend(row.get::<_, String>(0).into_bytes());
        }
        all
    }

    pub async fn end(self) {
        self.database.end().await;
    }
}

/// Waits until something is true.
pub async fn until(what: &str, limit: Duration, is_true: impl Fn() -> bool) -> Duration {
    let began = Instant::now();
    while !is_true() {
        assert!(began.elapsed() < limit, "not within {limit:?}: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}
