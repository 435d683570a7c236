//! A HAR file of Chromium's requests, built from the network events of the DevTools protocol. The menu entry that saves such a file
//! cannot be reached in a headless browser.

use std::collections::HashMap;

use serde_json::{Value, json};

use crate::browser::Browser;

/// Collects the events of one window.
#[derive(Default)]
pub struct ChromiumHar {
    entries: Vec<Value>,
    /// The entry of each request that has no answer yet.
    open: HashMap<String, usize>,
    /// The entries of each request, one for each redirect. Headers with cookies come in events of their own, in the same order.
    of_request: HashMap<String, Vec<usize>>,
    extra_requests: HashMap<String, usize>,
    extra_answers: HashMap<String, usize>,
}

impl ChromiumHar {
    /// Takes in what happened since the last time. To be called after each step, as long as the browser has the bodies.
    pub async fn collect(&mut self, browser: &Browser) {
        let mut extra = Vec::new();
        for event in browser.network_events().await {
            let (method, params) = (
                event["method"].as_str().unwrap_or_default(),
                &event["params"],
            );
            let id = params["requestId"].as_str().unwrap_or_default().to_owned();
            match method {
                "Network.requestWillBeSent" => {
                    if !params["redirectResponse"].is_null() {
                        self.answer(&id, &params["redirectResponse"]);
                    }
                    self.begin(&id, params);
                }
                "Network.requestWillBeSentExtraInfo" => {
                    let nth = self.extra_requests.entry(id.clone()).or_default();
                    extra.push((id, *nth, "request", params["headers"].clone()));
                    *nth += 1;
                }
                "Network.responseReceivedExtraInfo" => {
                    let nth = self.extra_answers.entry(id.clone()).or_default();
                    extra.push((id, *nth, "response", params["headers"].clone()));
                    *nth += 1;
                }
                "Network.responseReceived" => self.answer(&id, &params["response"]),
                "Network.loadingFinished" => {
                    if let Some(at) = self.open.remove(&id) {
                        let body = browser.response_body(&id).await;
                        if let Some(text) = body["body"].as_str() {
                            self.entries[at]["response"]["content"]["text"] = json!(text);
                            if body["base64Encoded"] == true {
                                self.entries[at]["response"]["content"]["encoding"] =
                                    json!("base64");
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        for (id, nth, side, all) in extra {
            if let Some(at) = self.of_request.get(&id).and_then(|it| it.get(nth)) {
                self.entries[*at][side]["headers"] = headers(&all);
            }
        }
    }

    fn begin(&mut self, id: &str, params: &Value) {
        let request = &params["request"];
        let mut written = json!({"method": request["method"], "url": request["url"], "httpVersion": "http/1.1", "headers": headers(&request["headers"]),
            "queryString": [], "cookies": [], "headersSize": -1, "bodySize": 0});
        if let Some(text) = request["postData"].as_str() {
            let mime = request["headers"]["Content-Type"]
                .as_str()
                .unwrap_or_default();
            written["postData"] = json!({"mimeType": mime, "text": text});
        }
        self.open.insert(id.to_owned(), self.entries.len());
        let of_it = self.of_request.entry(id.to_owned()).or_default();
        of_it.push(self.entries.len());
        self.entries.push(json!({"startedDateTime": chrono::Utc::now().to_rfc3339(), "time": 0, "request": written,
            "response": {"status": 0, "statusText": "", "httpVersion": "", "headers": [], "cookies": [], "content": {"size": 0, "mimeType": "x-unknown"},
                "redirectURL": "", "headersSize": -1, "bodySize": -1}, "cache": {}, "timings": {"send": 0, "wait": 0, "receive": 0}}));
    }

    fn answer(&mut self, id: &str, response: &Value) {
        let at = self.of_request.get(id).and_then(|it| it.last());
        let Some(entry) = at.map(|at| &mut self.entries[*at]) else {
            return;
        };
        let written = &mut entry["response"];
        written["status"] = response["status"].clone();
        written["statusText"] = response["statusText"].clone();
        if written["headers"].as_array().is_none_or(Vec::is_empty) {
            written["headers"] = headers(&response["headers"]);
        }
        written["content"]["mimeType"] = response["mimeType"].clone();
        let location = response["headers"].as_object().and_then(|all| {
            all.iter()
                .find(|(name, _)| name.eq_ignore_ascii_case("location"))
                .map(|(_, value)| value.clone())
        });
        written["redirectURL"] = location.unwrap_or_else(|| json!(""));
    }

    /// The file.
    #[must_use]
    pub fn har(&self) -> Value {
        json!({"log": {"version": "1.2", "creator": {"name": "WebInspector", "version": "537.36"}, "pages": [], "entries": self.entries}})
    }

    /// The same as the browser saves it unless its settings allow sensitive data: without cookies.
    #[must_use]
    pub fn sanitised(&self) -> Value {
        let mut har = self.har();
        for entry in har["log"]["entries"].as_array_mut().into_iter().flatten() {
            for side in ["request", "response"] {
                if let Some(all) = entry[side]["headers"].as_array_mut() {
                    all.retain(|it| {
                        let name = it["name"].as_str().unwrap_or_default().to_ascii_lowercase();
                        !["cookie", "set-cookie", "authorization"].contains(&name.as_str())
                    });
                }
            }
        }
        har
    }
}

/// The protocol's object as the list of a HAR file. Several cookies stand in one value there, one a line.
fn headers(object: &Value) -> Value {
    let all = object.as_object().into_iter().flatten();
    let list = all.flat_map(|(name, value)| {
        let lines: Vec<Value> = value
            .as_str()
            .unwrap_or_default()
            .lines()
            .map(|line| json!({"name": name, "value": line}))
            .collect();
        lines
    });
    list.collect()
}
