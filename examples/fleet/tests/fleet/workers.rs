//! Worker processes, and their supervisor.

use std::fs::OpenOptions;
use std::path::PathBuf;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::{Child, Command};

use crate::world::World;

/// Worker processes that are started again when they end, as a supervisor does.
pub struct Workers {
    all: Vec<Child>,
    command: Box<dyn Fn() -> Command + Send>,
    log: PathBuf,
    /// Exits that no kill was the cause of.
    pub own_exits: Vec<Option<i32>>,
}

impl Workers {
    pub fn start(world: &World, count: usize, arguments: &[&str]) -> Self {
        let arguments: Vec<String> = arguments.iter().map(|&it| it.to_owned()).collect();
        let settings = world.settings();
        let log = world.home().join("workers.log");
        let opened = OpenOptions::new().create(true).append(true).open(&log);
        let said = opened.unwrap();
        let command = move || {
            let mut command = settings.command();
            command
                .arg("worker")
                .args(&arguments)
                .stdin(Stdio::null())
                .stdout(Stdio::null())
                .stderr(said.try_clone().unwrap())
                .kill_on_drop(true);
            command
        };
        let all = (0..count).map(|_| command().spawn().unwrap()).collect();
        Self {
            all,
            command: Box::new(command),
            log,
            own_exits: Vec::new(),
        }
    }

    /// Their standard error so far.
    pub fn said(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// Kills one with SIGKILL, and starts another in its place.
    pub async fn kill(&mut self, number: usize) {
        let number = number % self.all.len();
        self.all[number].kill().await.unwrap();
        self.all[number] = (self.command)().spawn().unwrap();
    }

    /// Starts those again that ended.
    pub fn supervise(&mut self) {
        for child in &mut self.all {
            if let Some(status) = child.try_wait().unwrap() {
                self.own_exits.push(status.code());
                *child = (self.command)().spawn().unwrap();
            }
        }
    }

    /// Asks all to end, and waits for them.
    pub async fn stop(mut self) -> Vec<Option<i32>> {
        let mut codes = Vec::new();
        for child in &mut self.all {
            let id = child.id().unwrap().to_string();
            let asked = Command::new("kill").args(["-TERM", &id]).status().await;
            assert!(asked.unwrap().success());
        }
        for child in &mut self.all {
            let ended = tokio::time::timeout(Duration::from_secs(30), child.wait()).await;
            codes.push(ended.unwrap().unwrap().code());
        }
        codes
    }
}
