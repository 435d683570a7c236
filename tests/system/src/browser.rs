//! Headless Chromium, driven over the WebDriver protocol.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::http::http;

/// How WebDriver names an element.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// A browser window.
pub struct Browser {
    address: String,
    session: String,
    driver: Child,
    _profile: TempDir,
}

impl Browser {
    /// Opens a window of this size in CSS pixels; `None` where Chromium or its driver is missing.
    pub async fn open(width: u32, height: u32, is_dark: bool) -> Option<Self> {
        let (browser, driver) = ("/usr/bin/chromium", "/usr/bin/chromedriver");
        if !Path::new(browser).exists() || !Path::new(driver).exists() {
            return None;
        }
        let mut driver = Command::new(driver)
            .args(["--port=0"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(driver.stdout.take().unwrap()).lines();
        let port = loop {
            let line = lines
                .next_line()
                .await
                .unwrap()
                .expect("chromedriver ended");
            if let Some(rest) = line.split("successfully on port ").nth(1) {
                break rest.trim_end_matches('.').to_owned();
            }
        };
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let profile = tempfile::tempdir().unwrap();
        let mut arguments = vec![
            "--headless".to_owned(),
            "--no-sandbox".to_owned(),
            "--disable-gpu".to_owned(),
            "--disable-quic".to_owned(),
            "--no-first-run".to_owned(),
            "--disable-background-networking".to_owned(),
            "--disable-component-update".to_owned(),
            "--disable-sync".to_owned(),
            "--hide-scrollbars".to_owned(),
            format!("--user-data-dir={}", profile.path().display()),
        ];
        if is_dark {
            arguments.push("--blink-settings=preferredColorScheme=0".to_owned());
        }
        let capabilities = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome",
            "goog:chromeOptions": {"binary": browser, "args": arguments, "perfLoggingPrefs": {"enableNetwork": true}},
            "goog:loggingPrefs": {"performance": "ALL"},
        }}});
        let mut browser = Self {
            address: format!("127.0.0.1:{port}"),
            session: String::new(),
            driver,
            _profile: profile,
        };
        let opened = browser.call("POST", "/session", &capabilities).await;
        browser.session = format!("/session/{}", opened["sessionId"].as_str().unwrap());
        // Below 500 pixels only an emulated screen has the width that was asked for.
        let metrics = json!({"cmd": "Emulation.setDeviceMetricsOverride", "params": {
            "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500,
        }});
        browser.post("/goog/cdp/execute", &metrics).await;
        let scheme = if is_dark { "dark" } else { "light" };
        let media = json!({"cmd": "Emulation.setEmulatedMedia", "params": {
            "features": [{"name": "prefers-color-scheme", "value": scheme}],
        }});
        browser.post("/goog/cdp/execute", &media).await;
        Some(browser)
    }

    async fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let body = if method == "GET" {
            String::new()
        } else {
            body.to_string()
        };
        let headers = [("Content-Type", "application/json")];
        let reply = http(&self.address, method, path, &headers, &body).await;
        let json: Value = serde_json::from_str(&reply.body)
            .unwrap_or_else(|error| panic!("{method} {path}: {error}: {reply:?}"));
        assert_eq!(
            reply.status, 200,
            "{method} {path}: {}",
            json["value"]["message"]
        );
        json["value"].clone()
    }

    async fn post(&self, path: &str, body: &Value) -> Value {
        self.call("POST", &format!("{}{path}", self.session), body)
            .await
    }

    /// Goes to an address.
    pub async fn go(&self, url: &str) {
        self.post("/url", &json!({ "url": url })).await;
    }

    async fn find(&self, selector: &str) -> String {
        let query = json!({"using": "css selector", "value": selector});
        let found = self.post("/element", &query).await;
        found[ELEMENT].as_str().unwrap().to_owned()
    }

    /// Clicks the first element that a CSS selector names.
    pub async fn click(&self, selector: &str) {
        let element = self.find(selector).await;
        self.post(&format!("/element/{element}/click"), &json!({}))
            .await;
    }

    /// Types into it.
    pub async fn type_in(&self, selector: &str, text: &str) {
        let element = self.find(selector).await;
        self.post(
            &format!("/element/{element}/value"),
            &json!({ "text": text }),
        )
        .await;
    }

    /// Runs a script and gives its result.
    pub async fn script(&self, script: &str) -> Value {
        self.post("/execute/sync", &json!({"script": script, "args": []}))
            .await
    }

    /// The text that is shown.
    pub async fn text(&self) -> String {
        let text = self.script("return document.body.innerText").await;
        text.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until this text is shown.
    pub async fn wait_for(&self, text: &str) {
        for _ in 0..300 {
            if self.text().await.contains(text) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("`{text}` is never shown: {}", self.text().await);
    }

    /// Waits until an expression of JavaScript is true.
    pub async fn wait_until(&self, condition: &str) {
        for _ in 0..300 {
            if self.script(&format!("return {condition}")).await == true {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("`{condition}` is never true: {}", self.text().await);
    }

    /// A picture of the whole page as base64 of a PNG file.
    pub async fn screenshot(&self) -> String {
        let whole =
            json!({"cmd": "Page.captureScreenshot", "params": {"captureBeyondViewport": true}});
        let picture = self.post("/goog/cdp/execute", &whole).await;
        picture["data"].as_str().unwrap().to_owned()
    }

    /// The network events since the last call.
    pub(crate) async fn network_events(&self) -> Vec<Value> {
        let log = self.post("/se/log", &json!({"type": "performance"})).await;
        let lines = log.as_array().cloned().unwrap_or_default();
        let messages = lines.iter().filter_map(|line| {
            let message: Value = serde_json::from_str(line["message"].as_str()?).ok()?;
            Some(message["message"].clone())
        });
        let is_network = |event: &Value| {
            event["method"]
                .as_str()
                .is_some_and(|it| it.starts_with("Network."))
        };
        messages.filter(is_network).collect()
    }

    /// The body of an answer, as long as the browser has it.
    pub(crate) async fn response_body(&self, id: &str) -> Value {
        let ask =
            json!({"cmd": "Network.getResponseBody", "params": {"requestId": id}}).to_string();
        let path = format!("{}/goog/cdp/execute", self.session);
        let headers = [("Content-Type", "application/json")];
        let reply = http(&self.address, "POST", &path, &headers, &ask).await;
        let json: Value = serde_json::from_str(&reply.body).unwrap_or_default();
        json["value"].clone()
    }

    /// Closes the window.
    pub async fn close(mut self) {
        self.call("DELETE", &self.session, &json!({})).await;
        let _ = self.driver.kill().await;
    }
}
