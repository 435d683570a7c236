//! What both clients must call by the same name: answers, and the kind of error that each is.

use serde_json::json;

use crate::http::Answer;

/// Answers to a read of a list, and the kind of error (`web_session::ErrorKind`) that they are in every client.
#[must_use]
pub fn answers_to_a_read() -> Vec<(Answer, &'static str)> {
    vec![
        (
            Answer::new(200, "application/json", "{\"a\": [1,"),
            "Unexpected",
        ),
        (
            Answer::html(200, "<html><body>Soon back</body></html>"),
            "Unexpected",
        ),
        (Answer::empty(), "Unexpected"),
        (Answer::json(200, &json!({"other": 1})), "Drift"),
        (
            Answer::html(404, "<html><title>Oh noes</title></html>"),
            "NotFound",
        ),
        (
            Answer::json(403, &json!({"error": "Forbidden"})),
            "Forbidden",
        ),
        (
            Answer::json(400, &json!({"error": "BadRequest"})),
            "Rejected",
        ),
        (Answer::too_many_requests(Some(900)), "RateLimited"),
        (Answer::status(500), "Unavailable"),
        (Answer::unavailable(Some(900)), "Unavailable"),
        (Answer::cloudfront_block(), "Blocked"),
    ]
}

/// Answers to a write, the kind of error that they are in every client, and whether the write may have been done.
#[must_use]
pub fn answers_to_a_write() -> Vec<(Answer, &'static str, bool)> {
    vec![
        (
            Answer::json(400, &json!({"error": "BadRequest"})),
            "Rejected",
            false,
        ),
        (
            Answer::html(403, "<html><title>Unauthorized</title></html>"),
            "Drift",
            false,
        ),
        (Answer::cloudfront_block(), "Blocked", false),
        (Answer::too_many_requests(Some(900)), "RateLimited", false),
        (Answer::status(408), "Unavailable", true),
        (Answer::status(500), "Unavailable", true),
        (Answer::unavailable(Some(900)), "Unavailable", true),
    ]
}
