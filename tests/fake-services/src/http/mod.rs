//! What both fakes share: listeners, the request log and scripted faults.

mod change;
mod cookies;
mod fault;
mod front;
mod in_flight;
mod log;
mod server;

pub use change::Leaving;
pub use fault::{Answer, Fault, Faults};
pub use in_flight::InFlight;
pub use log::{Endpoint, LoggedRequest, RequestLog};

pub(crate) use cookies::{Cookies, set_cookie};
pub(crate) use front::Front;
pub(crate) use server::{Bound, Server};

use axum::response::{Html, IntoResponse, Response};

/// Longest request body that a fake reads.
pub(crate) const MAX_BODY: usize = 64 * 1024 * 1024;

/// A small page, the way both services answer a browser.
pub(crate) fn page(title: &str, body: &str) -> Html<String> {
    Html(format!(
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title></head>\n<body>{body}</body></html>\n"
    ))
}

/// A `302 Found` without a body, the redirect that both services use.
pub(crate) fn found(location: &str) -> Response {
    (
        axum::http::StatusCode::FOUND,
        [(axum::http::header::LOCATION, location.to_owned())],
    )
        .into_response()
}

/// Escapes text for an HTML attribute or text node.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
