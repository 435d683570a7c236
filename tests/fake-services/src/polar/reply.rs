//! Answers, compressed when the switch says so.

use std::io::Write as _;

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::Value;

use super::state::State;
use crate::http::page;

/// A JSON answer.
pub(crate) fn json(state: &State, request: &HeaderMap, body: &Value) -> Response {
    bytes(
        state,
        request,
        "application/json",
        body.to_string().into_bytes(),
    )
}

/// Bytes of some content type.
pub(crate) fn bytes(
    state: &State,
    request: &HeaderMap,
    content_type: &'static str,
    body: Vec<u8>,
) -> Response {
    let accepts = request
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.contains("gzip"));
    let content_type = HeaderValue::from_static(content_type);
    if !(accepts && state.switches.gzip) {
        return ([(header::CONTENT_TYPE, content_type)], body).into_response();
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    match encoder.write_all(&body).and_then(|()| encoder.finish()) {
        Ok(packed) => (
            [
                (header::CONTENT_TYPE, content_type),
                (header::CONTENT_ENCODING, HeaderValue::from_static("gzip")),
            ],
            packed,
        )
            .into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The page for addresses that don't exist.
pub(crate) async fn not_found() -> Response {
    (
        StatusCode::NOT_FOUND,
        page("Page not found", "<h1>Page not found</h1>"),
    )
        .into_response()
}

/// 404 of the JSON API.
pub(crate) fn no_such_session() -> Response {
    (
        StatusCode::NOT_FOUND,
        Json(serde_json::json!({"error": "NotFound"})),
    )
        .into_response()
}
