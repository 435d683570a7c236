//! Headless Firefox, driven over its Marionette protocol, with the network tab of its developer tools open.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};

/// A browser window whose network tab records.
pub struct Firefox {
    stream: TcpStream,
    number: u64,
    browser: Child,
    _profile: TempDir,
}

const OPEN: &str = r#"
const done = arguments[arguments.length - 1];
(async () => {
  const { require } = ChromeUtils.importESModule("resource://devtools/shared/loader/Loader.sys.mjs");
  const { gDevTools } = require("devtools/client/framework/devtools");
  const win = Services.wm.getMostRecentWindow("navigator:browser");
  win.recordingToolbox = await gDevTools.showToolboxForTab(win.gBrowser.selectedTab, { toolId: "netmonitor" });
})().then(() => done("open"), error => done("failed: " + error));
"#;

/// What "Save all as HAR" of the network tab writes, by the same code.
const HAR: &str = r#"
const done = arguments[arguments.length - 1];
(async () => {
  const win = Services.wm.getMostRecentWindow("navigator:browser");
  const api = await win.recordingToolbox.getNetMonitorAPI();
  return JSON.stringify(await api.getHar());
})().then(done, error => done("failed: " + error));
"#;

impl Firefox {
    /// Opens a window; `None` where Firefox is missing.
    pub async fn open() -> Option<Self> {
        let program = "/usr/bin/firefox-esr";
        if !Path::new(program).exists() {
            return None;
        }
        let profile = tempfile::tempdir().unwrap();
        let port = std::net::TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let preferences = format!(
            "user_pref(\"marionette.port\", {port});\nuser_pref(\"devtools.netmonitor.persistlog\", true);\n\
             user_pref(\"devtools.jsonview.enabled\", false);\nuser_pref(\"network.captive-portal-service.enabled\", false);\n\
             user_pref(\"network.connectivity-service.enabled\", false);\nuser_pref(\"app.update.enabled\", false);\n"
        );
        std::fs::write(profile.path().join("user.js"), preferences).unwrap();
        let browser = Command::new(program)
            .args([
                "--headless",
                "--no-remote",
                "--marionette",
                "--remote-allow-system-access",
                "--profile",
            ])
            .arg(profile.path())
            .env("HOME", profile.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut stream = None;
        for _ in 0..240 {
            tokio::time::sleep(Duration::from_millis(250)).await;
            stream = TcpStream::connect(("127.0.0.1", port)).await.ok();
            if stream.is_some() {
                break;
            }
        }
        let mut firefox = Self {
            stream: stream.expect("Firefox does not listen"),
            number: 0,
            browser,
            _profile: profile,
        };
        firefox.receive().await;
        firefox.call("WebDriver:NewSession", json!({})).await;
        firefox.context("chrome").await;
        let opened = firefox.run("WebDriver:ExecuteAsyncScript", OPEN).await;
        assert_eq!(opened, "open");
        firefox.context("content").await;
        Some(firefox)
    }

    async fn receive(&mut self) -> Value {
        let mut length = String::new();
        loop {
            let byte = self.stream.read_u8().await.unwrap();
            match byte {
                b':' => break,
                digit => length.push(char::from(digit)),
            }
        }
        let mut message = vec![0; length.parse().unwrap()];
        self.stream.read_exact(&mut message).await.unwrap();
        serde_json::from_slice(&message).unwrap()
    }

    async fn call(&mut self, command: &str, parameters: Value) -> Value {
        self.number += 1;
        let message = json!([0, self.number, command, parameters]).to_string();
        let framed = format!("{}:{message}", message.len());
        self.stream.write_all(framed.as_bytes()).await.unwrap();
        let answer = self.receive().await;
        assert!(answer[2].is_null(), "{command}: {}", answer[2]);
        answer[3]["value"].clone()
    }

    async fn context(&mut self, name: &str) {
        self.call("Marionette:SetContext", json!({ "value": name }))
            .await;
    }

    async fn run(&mut self, command: &str, script: &str) -> Value {
        self.call(command, json!({"script": script, "args": []}))
            .await
    }

    /// Goes to an address.
    pub async fn go(&mut self, url: &str) {
        self.call("WebDriver:Navigate", json!({ "url": url })).await;
    }

    /// Runs a script in the page.
    pub async fn script(&mut self, script: &str) -> Value {
        self.run("WebDriver:ExecuteScript", script).await
    }

    /// The recording, as the network tab saves it.
    pub async fn har(&mut self) -> Value {
        self.context("chrome").await;
        let text = self.run("WebDriver:ExecuteAsyncScript", HAR).await;
        self.context("content").await;
        serde_json::from_str(text.as_str().unwrap()).unwrap_or_else(|_| panic!("{text}"))
    }

    /// Closes the window.
    pub async fn close(mut self) {
        let _ = self.browser.kill().await;
    }
}
