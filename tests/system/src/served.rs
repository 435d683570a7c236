//! The program's service, as it runs on a home server.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Child;
use tokio::time::{Instant, sleep};

use crate::World;
use crate::http::{Reply, http};

const PATIENCE: Duration = Duration::from_secs(60);

/// `workout-sync serve`, listening on a port of its own.
#[derive(Debug)]
pub struct Served {
    /// `127.0.0.1:PORT`.
    pub address: String,
    child: Child,
    log: Arc<Mutex<String>>,
}

impl World {
    /// Starts the service with these further arguments.
    pub async fn serve(&self, arguments: &[&str]) -> Served {
        let mut all = vec!["serve"];
        if !arguments.contains(&"--listen") {
            all.extend(["--listen", "127.0.0.1:0"]);
        }
        all.extend(arguments);
        let mut child = self.spawn(&all);
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let log = Arc::new(Mutex::new(String::new()));
        let mut address = None;
        while address.is_none() {
            let line = tokio::time::timeout(PATIENCE, lines.next_line())
                .await
                .unwrap()
                .unwrap();
            let line = line.unwrap_or_else(|| panic!("it ended: {}", log.lock().unwrap()));
            let named = line.strip_prefix("the page is at http://");
            address = named.map(|rest| rest.trim_end_matches('/').replace("0.0.0.0", "127.0.0.1"));
            *log.lock().unwrap() += &format!("{line}\n");
        }
        let written = Arc::clone(&log);
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                *written.lock().unwrap() += &format!("{line}\n");
            }
        });
        Served {
            address: address.unwrap(),
            child,
            log,
        }
    }
}

impl Served {
    /// What it wrote to stderr so far.
    #[must_use]
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// A GET.
    pub async fn get(&self, path: &str) -> Reply {
        http(&self.address, "GET", path, &[], "").await
    }

    /// A POST as the page's own form makes it, with the page's token.
    pub async fn post(&self, path: &str, fields: &str) -> Reply {
        let token = self.get("/").await.form_token();
        let origin = format!("http://{}", self.address);
        let headers = [
            ("Origin", origin.as_str()),
            ("Content-Type", "application/x-www-form-urlencoded"),
        ];
        http(
            &self.address,
            "POST",
            path,
            &headers,
            &format!("token={token}&{fields}"),
        )
        .await
    }

    /// The document of `/status`.
    pub async fn status(&self) -> Value {
        let reply = self.get("/status").await;
        serde_json::from_str(&reply.body).unwrap_or_else(|error| panic!("{error}: {reply:?}"))
    }

    /// Waits until the status fulfils this.
    pub async fn until(&self, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + PATIENCE;
        loop {
            let status = self.status().await;
            if is_so(&status) {
                return status;
            }
            assert!(
                Instant::now() < end,
                "never {what}: {status:#}\n{}",
                self.log()
            );
            sleep(Duration::from_millis(30)).await;
        }
    }

    /// Whether nothing is in work, or it does not answer.
    pub async fn status_is_idle(&self) -> bool {
        self.status().await["running"].is_null()
    }

    /// Waits until it is idle and has no order left.
    pub async fn until_idle(&self) -> Value {
        self.until("idle", |status| {
            status["running"].is_null()
                && status["queued"].as_array().is_some_and(Vec::is_empty)
                && !status["last_run"].is_null()
        })
        .await
    }

    /// Sends a signal such as `-TERM`.
    pub fn signal(&self, signal: &str) {
        let sent = std::process::Command::new("kill")
            .args([signal, &self.pid().to_string()])
            .status();
        assert!(sent.unwrap().success());
    }

    /// Kills it at once.
    pub async fn kill(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Waits for its end; gives the exit code.
    pub async fn end(mut self) -> i32 {
        let status = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        status.expect("it never ends").unwrap().code().unwrap_or(-1)
    }
}
