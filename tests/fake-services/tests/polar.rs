//! The fake Polar Flow behaves as the notes on the service say.
#![allow(clippy::unwrap_used, missing_docs)]

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use fake_services::{Answer, BrowserCookie, FakePolarFlow, Fault, PolarSport, synthetic};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

/// Plain HTTP needs no certificates, but the client wants to know who would encrypt.
fn tls() -> rustls::ClientConfig {
    let ring = std::sync::Arc::new(rustls::crypto::ring::default_provider());
    rustls::ClientConfig::builder_with_provider(ring)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(rustls::RootCertStore::empty())
        .with_no_client_auth()
}

fn browser() -> Client {
    Client::builder()
        .tls_backend_preconfigured(tls())
        .user_agent("Mozilla/5.0 (X11; Linux x86_64)")
        .cookie_store(true)
        .no_proxy()
        .build()
        .unwrap()
}

async fn start() -> FakePolarFlow {
    let fake = FakePolarFlow::start().await.unwrap();
    fake.add_sessions(synthetic::history());
    synthetic::events()
        .into_iter()
        .for_each(|event| fake.add_event(event));
    fake
}

fn set_cookie(response: &Response, name: &str) -> Option<String> {
    response
        .headers()
        .get_all("set-cookie")
        .iter()
        .filter_map(|value| {
            value
                .to_str()
                .unwrap()
                .split(';')
                .next()
                .unwrap()
                .split_once('=')
        })
        .find(|(found, _)| *found == name)
        .map(|(_, value)| value.to_owned())
}

async fn sign_in(fake: &FakePolarFlow, client: &Client, password: &str) -> Response {
    let page = client
        .get(format!("{}/login", fake.flow_url()))
        .send()
        .await
        .unwrap();
    let play = set_cookie(&page, "PLAY_SESSION_FLOW").unwrap();
    let payload = URL_SAFE_NO_PAD
        .decode(play.split('.').nth(1).unwrap())
        .unwrap();
    let payload: Value = serde_json::from_slice(&payload).unwrap();
    let csrf = payload["data"]["csrfToken"].as_str().unwrap();
    let sso = client
        .get(format!(
            "{}/flowSso/login?csrfToken={csrf}&returnUrl=/",
            fake.flow_url()
        ))
        .send()
        .await
        .unwrap();
    assert!(
        sso.url()
            .as_str()
            .starts_with(&format!("{}/login", fake.auth_url()))
    );
    let xsrf = set_cookie(&sso, "XSRF-TOKEN").unwrap();
    client
        .post(format!("{}/login", fake.auth_url()))
        .form(&[
            ("_csrf", xsrf.as_str()),
            ("username", FakePolarFlow::EMAIL),
            ("password", password),
            ("remember-me", "on"),
        ])
        .send()
        .await
        .unwrap()
}

async fn calendar(fake: &FakePolarFlow, client: &Client, start: &str, end: &str) -> Response {
    let url = format!(
        "{}/training/getCalendarEvents?start={start}&end={end}",
        fake.flow_url()
    );
    client.get(url).send().await.unwrap()
}

#[tokio::test]
async fn the_single_sign_on_ends_with_a_session_and_a_wrong_password_says_so() {
    let fake = start().await;
    let client = browser();
    let wrong = sign_in(&fake, &client, "no").await;
    assert!(
        wrong.url().as_str().contains("bad_credentials"),
        "{}",
        wrong.url()
    );
    assert_eq!(
        calendar(&fake, &client, "1.12.2024", "31.12.2024")
            .await
            .status(),
        401
    );

    let client = browser();
    let right = sign_in(&fake, &client, FakePolarFlow::PASSWORD).await;
    assert_eq!(right.url().as_str(), format!("{}/", fake.flow_url()));
    assert_eq!(fake.sessions_minted(), 1);
    let events: Value = calendar(&fake, &client, "1.12.2024", "31.12.2024")
        .await
        .json()
        .await
        .unwrap();
    let kinds: Vec<_> = events
        .as_array()
        .unwrap()
        .iter()
        .map(|event| event["type"].as_str().unwrap())
        .collect();
    assert_eq!(kinds.iter().filter(|kind| **kind == "EXERCISE").count(), 8);
    assert_eq!(kinds.len(), 13);
}

#[tokio::test]
async fn a_renewal_rotates_the_session_id_and_refuses_the_old_one() {
    let fake = start().await;
    let cookies = fake.browser_cookies();
    let auth_only: Vec<BrowserCookie> = cookies
        .iter()
        .filter(|cookie| cookie.name == "session_id")
        .cloned()
        .collect();
    let client = Client::builder()
        .tls_backend_preconfigured(tls())
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let authorize = format!(
        "{}/oauth/authorize?client_id=flow&redirect_uri={}/flowSso/redirect&state=s",
        fake.auth_url(),
        fake.flow_url()
    );
    let send = |header: String| client.get(&authorize).header("cookie", header).send();
    let first = send(BrowserCookie::header(&auth_only)).await.unwrap();
    assert!(
        first.headers()["location"]
            .to_str()
            .unwrap()
            .contains("/flowSso/redirect?code=")
    );
    let rotated = set_cookie(&first, "session_id").unwrap();
    let old = send(BrowserCookie::header(&auth_only)).await.unwrap();
    assert_eq!(old.headers()["location"], "/login");
    let new = send(format!("session_id={rotated}")).await.unwrap();
    assert!(
        new.headers()["location"]
            .to_str()
            .unwrap()
            .contains("code=")
    );
}

#[tokio::test]
async fn a_stale_session_cookie_cuts_the_renewal_short() {
    let fake = start().await;
    let client = browser();
    sign_in(&fake, &client, FakePolarFlow::PASSWORD).await;
    fake.expire_sessions();
    let expired = calendar(&fake, &client, "1.1.2025", "2.1.2025").await;
    assert_eq!(expired.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        expired.json::<Value>().await.unwrap(),
        json!({"error": "NotAuthenticated", "redirect": "/"})
    );
    let url = format!("{}/flowSso/login", fake.flow_url());
    let end = client.get(url).send().await.unwrap();
    assert!(end.url().path().ends_with("/error"));
}

#[tokio::test]
async fn windows_headers_and_the_compress_parameter_are_enforced() {
    let fake = start().await;
    let client = browser();
    sign_in(&fake, &client, FakePolarFlow::PASSWORD).await;
    assert_eq!(
        calendar(&fake, &client, "1.1.2024", "31.12.2024")
            .await
            .status(),
        400
    );

    let history = format!("{}/api/training/history", fake.flow_url());
    let body = json!({"userId": 51_000_001, "fromDate": "2024-12-01", "toDate": "2025-03-01"});
    let bare = client.post(&history).json(&body).send().await.unwrap();
    assert_eq!(bare.status(), 403);
    let ajax = client
        .post(&history)
        .header("x-requested-with", "XMLHttpRequest")
        .json(&body);
    let rows: Value = ajax.send().await.unwrap().json().await.unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 12);

    let export = |query: &str| {
        let url = format!(
            "{}/api/export/training/tcx/8100000001{query}",
            fake.flow_url()
        );
        client.get(url)
    };
    assert_eq!(
        export("?compress=false").send().await.unwrap().status(),
        403,
        "no referer"
    );
    let referer = fake.flow_url().to_owned();
    assert_eq!(
        export("")
            .header("referer", &referer)
            .send()
            .await
            .unwrap()
            .status(),
        404
    );
    let good = export("?compress=false")
        .header("referer", &referer)
        .send()
        .await
        .unwrap();
    assert!(
        good.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .ends_with(".TCX\"")
    );
    assert!(good.text().await.unwrap().starts_with("<?xml"));
}

#[tokio::test]
async fn a_multisport_session_comes_whole_only_as_a_zip() {
    let fake = start().await;
    let client = browser();
    sign_in(&fake, &client, FakePolarFlow::PASSWORD).await;
    let get = |query: &str| {
        let url = format!(
            "{}/api/export/training/tcx/8100000010?compress={query}",
            fake.flow_url()
        );
        client.get(url).header("referer", fake.flow_url()).send()
    };
    let plain = get("false").await.unwrap();
    assert!(!plain.headers().contains_key("content-disposition"));
    let zipped = get("true").await.unwrap().bytes().await.unwrap();
    let mut archive = zip::ZipArchive::new(std::io::Cursor::new(zipped)).unwrap();
    assert_eq!(archive.len(), 2);
    assert!(
        archive
            .by_index(1)
            .unwrap()
            .name()
            .unwrap()
            .ends_with("_2.tcx")
    );
}

#[tokio::test]
async fn a_session_without_positions_has_an_empty_gpx_and_faults_come_and_go() {
    let fake = start().await;
    let client = browser();
    sign_in(&fake, &client, FakePolarFlow::PASSWORD).await;
    let url = format!(
        "{}/api/export/training/gpx/8100000002?compress=false",
        fake.flow_url()
    );
    let get = || client.get(&url).header("referer", fake.flow_url()).send();
    let empty = get().await.unwrap();
    assert_eq!(
        (empty.status(), empty.bytes().await.unwrap().len()),
        (StatusCode::OK, 0)
    );

    fake.faults().next(
        1,
        "/api/export",
        Fault::Answer(Answer::too_many_requests(Some(7))),
    );
    fake.faults().next(1, "/api/export", Fault::ResetBeforeBody);
    let limited = get().await.unwrap();
    assert_eq!(
        (limited.status().as_u16(), &limited.headers()["retry-after"]),
        (429, &"7".parse().unwrap())
    );
    assert!(get().await.is_err());
    assert_eq!(get().await.unwrap().status(), 200);
    assert_eq!(fake.requests().count("GET /api/export"), 4);
}

#[tokio::test]
async fn a_truncated_answer_is_an_error_for_the_reader() {
    let fake = start().await;
    let client = browser();
    sign_in(&fake, &client, FakePolarFlow::PASSWORD).await;
    fake.faults().next(1, "/training", Fault::Truncate(100));
    let cut = calendar(&fake, &client, "1.12.2024", "31.12.2024").await;
    assert_eq!(cut.status(), 200);
    assert!(cut.bytes().await.is_err());
}

#[tokio::test]
async fn sessions_typed_in_by_hand_are_created_edited_and_deleted() {
    let fake = start().await;
    let client = browser();
    sign_in(&fake, &client, FakePolarFlow::PASSWORD).await;
    let flow = fake.flow_url();
    let create = |date: &str| {
        let form = json!({"date": date, "duration": 1800, "sport": 1});
        let request = client.post(format!("{flow}/api/training/create"));
        request
            .header("x-requested-with", "XMLHttpRequest")
            .json(&form)
            .send()
    };
    let created = create("2025-03-01T08:00+0100").await.unwrap();
    assert_eq!(created.status(), 200);
    assert_eq!(created.text().await.unwrap(), "", "no id");
    for refused in ["2999-03-01T08:00+0100", "2025-03-01"] {
        assert_eq!(create(refused).await.unwrap().status(), 400, "{refused}");
    }
    let start = "2025-03-01T08:00:00".parse().unwrap();
    let made = fake.sessions().into_iter();
    let made: Vec<_> = made.filter(|s| s.start_local() == start).collect();
    assert_eq!(made.len(), 1);
    let id = made[0].id;
    let summary = format!("{flow}/api/training/analysis/{id}/summary");
    let read: Value = client
        .get(&summary)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(read["duration"], "PT30M");
    assert_eq!(read["timezoneOffset"], Value::Null);
    let delete = client.delete(format!("{flow}/api/training/deleteTrainingSession/{id}/"));
    let gone = delete
        .header("x-requested-with", "XMLHttpRequest")
        .send()
        .await
        .unwrap();
    assert_eq!(gone.status(), 200);
    assert_eq!(client.get(&summary).send().await.unwrap().status(), 404);
    assert_eq!(PolarSport::RUNNING.id, 1);
}

#[tokio::test]
async fn nothing_that_prints_shows_a_secret() {
    let fake = start().await;
    let client = browser();
    sign_in(&fake, &client, FakePolarFlow::PASSWORD).await;
    let cookies = fake.browser_cookies();
    let shown = format!("{fake:?} {cookies:?} {:?}", fake.requests().all());
    assert!(!shown.contains(FakePolarFlow::PASSWORD) && !shown.contains(FakePolarFlow::EMAIL));
    for cookie in &cookies {
        assert!(!shown.contains(&cookie.value));
    }
    assert!(shown.contains("csrfToken=..."));
}
