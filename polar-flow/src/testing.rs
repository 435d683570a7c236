//! Helpers of the endpoint tests.

use std::time::Duration;

use serde::de::DeserializeOwned;
use web_session::Url;
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::client::PolarFlow;

/// A client whose both hosts are `server`.
pub(crate) fn client(server: &MockServer) -> PolarFlow {
    let url: Url = server.uri().parse().unwrap();
    PolarFlow::builder()
        .base_url(url.clone())
        .auth_url(url)
        .pace(Duration::ZERO)
        .first_backoff(Duration::from_millis(1))
        .timeout(Duration::from_secs(5))
        .build()
        .unwrap()
}

/// A server that answers one path with one body, and a client for it.
pub(crate) async fn replay(at: &str, body: impl Into<Vec<u8>>) -> (PolarFlow, MockServer) {
    answering(at, ResponseTemplate::new(200).set_body_bytes(body)).await
}

pub(crate) async fn answering(at: &str, answer: ResponseTemplate) -> (PolarFlow, MockServer) {
    let server = MockServer::start().await;
    Mock::given(path(at))
        .respond_with(answer)
        .mount(&server)
        .await;
    (client(&server), server)
}

/// Decodes, and gives the paths of what was observed.
#[track_caller]
pub(crate) fn decode_observed<T: DeserializeOwned>(json: &serde_json::Value) -> (T, Vec<String>) {
    let seen = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = std::sync::Arc::clone(&seen);
    let observer: web_session::Observer = std::sync::Arc::new(move |observation| {
        sink.lock().unwrap().push(observation.path.clone());
    });
    let text = json.to_string();
    let value = web_session::decode::from_slice("test", text.as_bytes(), Some(&observer)).unwrap();
    let seen = seen.lock().unwrap().clone();
    (value, seen)
}

/// Decodes and fails on any observation: types and fixtures must agree.
#[track_caller]
pub(crate) fn decode_strictly<T: DeserializeOwned>(json: &str) -> T {
    let unknown = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
    let sink = std::sync::Arc::clone(&unknown);
    let observer: web_session::Observer = std::sync::Arc::new(move |observation| {
        sink.lock().unwrap().push(observation.to_string());
    });
    let value = web_session::decode::from_slice("test", json.as_bytes(), Some(&observer)).unwrap();
    assert!(
        unknown.lock().unwrap().is_empty(),
        "observed: {:?}",
        unknown.lock().unwrap()
    );
    value
}
