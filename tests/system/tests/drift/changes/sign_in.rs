//! Changes of Polar Flow's sign-in.

use super::edits::*;
use super::*;

pub(super) fn sign_in() -> Vec<Change> {
    let says = |place, weight| ("sign-in", place, weight);
    vec![
        change(
            "sign-in: the cookie of the start renamed",
            (Host::Flow, "GET /login"),
            says("cookie PLAY_SESSION_FLOW", ADDITIVE),
            cookie("PLAY_SESSION_FLOW", "FLOW_START"),
        ),
        change(
            "sign-in: the session's cookie renamed",
            (Host::Flow, "GET /flowSso/redirect"),
            says("FLOW_SESSION", BREAKING),
            cookie("FLOW_SESSION", "FLOW_TOKEN"),
        ),
        change(
            "sign-in: the token's cookie renamed",
            (Host::Auth, "GET /login"),
            says("cookie XSRF-TOKEN", BREAKING),
            cookie("XSRF-TOKEN", "CSRF"),
        ),
        change(
            "sign-in: remember-me renamed",
            (Host::Auth, "POST /login"),
            says("cookie remember-me", ADDITIVE),
            cookie("remember-me", "stay"),
        ),
        change(
            "sign-in: the start leads elsewhere",
            (Host::Flow, "GET /flowSso/login"),
            says("GET web:/flowSso/login", BREAKING),
            |answer| {
                answer.header("location", |to| {
                    to.replace("/oauth/authorize", "/oauth2/authorize")
                })
            },
        ),
        change(
            "sign-in: the start is a page",
            (Host::Flow, "GET /flowSso/login"),
            says("GET web:/flowSso/login", BREAKING),
            |answer| {
                answer.status = 200;
                answer.headers.retain(|(name, _)| name != "location");
            },
        ),
        change(
            "sign-in: the end leads elsewhere",
            (Host::Flow, "GET /flowSso/redirect"),
            says("GET web:/flowSso/redirect", ADDITIVE),
            |answer| answer.header("location", |_| "/diary".to_owned()),
        ),
        change(
            "sign-in: another redirect status",
            (Host::Flow, "GET /flowSso/redirect"),
            says("GET web:/flowSso/redirect", ADDITIVE),
            status(307),
        ),
        change(
            "sign-in: the form is gone",
            (Host::Auth, "POST /login"),
            says("POST auth:/login", BREAKING),
            |answer| {
                answer.status = 404;
                answer.headers.clear();
            },
        ),
        change(
            "sign-in: the landing page is gone",
            (Host::Flow, "GET /login"),
            says("GET web:/login", BREAKING),
            status(410),
        ),
    ]
}
