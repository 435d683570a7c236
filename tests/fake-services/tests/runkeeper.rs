//! The fake Runkeeper behaves as the notes on the service say.
#![allow(clippy::unwrap_used, missing_docs)]

use std::time::Duration;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{
    ActivityOrigin, BrowserCookie, DistanceUnit, FakeActivity, FakeRunkeeper, ListingLag,
    PolarSport, RunkeeperEra, UploadMode,
};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Response};
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

fn client(fake: &FakeRunkeeper) -> Client {
    let mut headers = reqwest::header::HeaderMap::new();
    let cookies = BrowserCookie::header(&fake.browser_cookies());
    headers.insert("cookie", cookies.parse().unwrap());
    Client::builder()
        .tls_backend_preconfigured(tls())
        .default_headers(headers)
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .build()
        .unwrap()
}

fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let rest = text.split_once(before).unwrap().1;
    rest.split_once(after).unwrap().0
}

struct Hidden {
    source_page: String,
    fingerprint: String,
    csrf: String,
}

async fn prepare(fake: &FakeRunkeeper, client: &Client) -> Hidden {
    let page = client
        .get(format!("{}/new/activity", fake.url()))
        .send()
        .await
        .unwrap();
    let page = page.text().await.unwrap();
    Hidden {
        source_page: between(&page, "name=\"_sourcePage\" value=\"", "\"").to_owned(),
        fingerprint: between(&page, "name=\"__fp\" value=\"", "\"").to_owned(),
        csrf: between(&page, "csrf-token\" content=\"", "\"").to_owned(),
    }
}

async fn upload(fake: &FakeRunkeeper, client: &Client, part: Part) -> reqwest::Result<Response> {
    let hidden = prepare(fake, client).await;
    let form = Form::new()
        .text("handleUpload", "handleUpload")
        .text("_sourcePage", hidden.source_page)
        .text("__fp", hidden.fingerprint)
        .part("trackFiles", part);
    client
        .post(format!("{}/trackMultipleFileUpload", fake.url()))
        .header("x-csrf-token", hidden.csrf)
        .multipart(form)
        .send()
        .await
}

fn run() -> SyntheticTcx {
    let start: DateTime<Utc> = "2024-12-31T22:30:00Z".parse().unwrap();
    SyntheticTcx::new(start, PolarSport::CYCLING).seconds(300)
}

fn file() -> Part {
    Part::bytes(run().build())
        .file_name("ride.tcx")
        .mime_str("application/octet-stream")
        .unwrap()
}

async fn list(fake: &FakeRunkeeper, client: &Client, start: &str) -> Value {
    let url = format!(
        "{}/activitiesByDateRange?userName={}&startDate={start}",
        fake.url(),
        FakeRunkeeper::USER
    );
    let response = client.get(url).send().await.unwrap();
    assert!(
        response.headers()["content-type"]
            .to_str()
            .unwrap()
            .starts_with("text/html")
    );
    serde_json::from_str(&response.text().await.unwrap()).unwrap()
}

#[tokio::test]
async fn an_uploaded_file_becomes_a_run_that_is_listed_read_and_deleted() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = client(&fake);
    let answer: Value = upload(&fake, &client, file())
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(answer, json!({"error": ""}));
    let stored = &fake.activities()[0];
    assert_eq!(stored.origin, ActivityOrigin::BulkUpload);
    assert_eq!(stored.activity_type, "RUN", "whatever the file says");
    assert_eq!(stored.start_local.to_string(), "2024-12-31 23:30:01");
    assert!((stored.distance_m - 299.0 * 2.8).abs() < 3.0);

    let month = list(&fake, &client, "Dec-01-2024").await;
    let row = &month["activities"]["2024"]["Dec"][0];
    assert_eq!(
        (row["dayOfMonth"].as_str(), row["mainText"].as_str()),
        (Some("31"), Some("Running"))
    );
    assert_eq!(row["activity_id"], json!(stored.id));
    assert_eq!(
        list(&fake, &client, "Jan-01-2025").await,
        json!({"activities": {}})
    );

    let page = format!(
        "{}/user/{}/activity/{}",
        fake.url(),
        FakeRunkeeper::USER,
        stored.id
    );
    let html = client.get(page).send().await.unwrap().text().await.unwrap();
    let uuid = between(&html, "tripuuid=", "&amp;");
    let points = format!("{}/ajax/pointData?tripUuid={uuid}", fake.url());
    let points: Value = client
        .get(points)
        .send()
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_eq!(points["points"].as_array().unwrap().len(), 300);
    let gpx = format!(
        "{}/download/activity?activityId={}&downloadType=gpx",
        fake.url(),
        stored.id
    );
    let gpx = client.get(gpx).send().await.unwrap().text().await.unwrap();
    assert_eq!(gpx.matches("<trkpt").count(), 300);

    let delete = format!("{}/delete/activity?activityId={}", fake.url(), stored.id);
    assert_eq!(client.get(&delete).send().await.unwrap().status(), 302);
    assert_eq!(client.get(&delete).send().await.unwrap().status(), 404);
    assert!(fake.activities().is_empty());
}

#[tokio::test]
async fn files_without_name_or_positions_are_refused() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = client(&fake);
    let nameless = Part::bytes(run().build());
    let answer: Value = upload(&fake, &client, nameless)
        .await
        .unwrap()
        .json()
        .await
        .unwrap();
    assert_ne!(answer["error"], "");
    for recipe in [run().indoors(None), run().fix_after(20)] {
        let part = Part::bytes(recipe.build()).file_name("x.tcx");
        let answer: Value = upload(&fake, &client, part)
            .await
            .unwrap()
            .json()
            .await
            .unwrap();
        assert!(answer["error"].as_str().unwrap().contains("no GPS"));
    }
    assert!(fake.activities().is_empty());
    assert_eq!(fake.uploads().len(), 3);
}

/// The two fields of the one known program suffice, unless the switch says otherwise.
#[tokio::test]
async fn two_fields_make_an_upload_unless_forms_are_strict() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = client(&fake);
    for (is_strict, status) in [(false, 200), (true, 403)] {
        fake.set(|switches| switches.strict_forms = is_strict);
        let form = Form::new()
            .text("handleUpload", "handleUpload")
            .part("trackFiles", file());
        let bare = client
            .post(format!("{}/trackMultipleFileUpload", fake.url()))
            .multipart(form);
        assert_eq!(bare.send().await.unwrap().status(), status);
        assert_eq!(fake.activities().len(), 1);
    }
}

#[tokio::test]
async fn every_upload_mode_stores_or_does_not_store_as_it_says() {
    let cases = [
        (UploadMode::OpaqueJson, true),
        (UploadMode::Html, true),
        (UploadMode::Empty, true),
        (UploadMode::ErrorJson("bad file".to_owned()), false),
        (UploadMode::AcceptedButNotStored, false),
        (UploadMode::StatusBeforeStoring(500), false),
        (UploadMode::StatusAfterStoring(502), true),
        (UploadMode::LoginRedirect, false),
        (UploadMode::TooManyRequests(Some(3)), false),
        (UploadMode::ResetBeforeBody, false),
        (UploadMode::ResetAfterBody, false),
        (UploadMode::ResetAfterStoring, true),
        (UploadMode::Slow(Duration::from_millis(10)), true),
        (UploadMode::SlowAnswer(Duration::from_millis(10)), true),
    ];
    for (mode, stores) in cases {
        let fake = FakeRunkeeper::start().await.unwrap();
        let client = client(&fake);
        fake.next_uploads(1, mode.clone());
        let answer = upload(&fake, &client, file()).await;
        let reset = matches!(
            mode,
            UploadMode::ResetBeforeBody
                | UploadMode::ResetAfterBody
                | UploadMode::ResetAfterStoring
        );
        assert_eq!(answer.is_err(), reset, "{mode:?}");
        assert_eq!(fake.activities().len(), usize::from(stores), "{mode:?}");
        assert_eq!(
            fake.requests().count("POST /trackMultipleFileUpload"),
            1,
            "{mode:?}"
        );
    }
}

#[tokio::test]
async fn a_second_copy_is_accepted_and_noticed() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = client(&fake);
    upload(&fake, &client, file()).await.unwrap();
    upload(&fake, &client, file()).await.unwrap();
    assert_eq!(fake.activities().len(), 2);
    assert_eq!(fake.duplicates().len(), 1);
}

#[tokio::test]
async fn a_strict_entry_needs_its_hidden_fields_and_a_clock_that_agrees() {
    let fake = FakeRunkeeper::start().await.unwrap();
    fake.set(|switches| {
        switches.unit = DistanceUnit::Miles;
        switches.strict_forms = true;
    });
    let client = client(&fake);
    let url = format!("{}/new/activity", fake.url());
    let fields = [
        ("_eventName", "save"),
        ("activityType", "SWIMMING"),
        ("startTimeString", "2025/1/5 18:05:00.000"),
        ("startHour", "06"),
        ("startMinute", "05"),
        ("durationHours", "00"),
        ("durationMinutes", "35"),
        ("durationSeconds", "30"),
        ("distance", "0.5"),
        ("notes", "pool"),
    ];
    let send = async |am: &'static str, hidden: Option<Hidden>| {
        let mut form = Form::new().text("am", am);
        for (name, value) in fields {
            form = form.text(name, value);
        }
        let mut request = client.post(&url);
        if let Some(hidden) = hidden {
            form = form
                .text("_sourcePage", hidden.source_page)
                .text("__fp", hidden.fingerprint);
            request = request.header("x-csrf-token", hidden.csrf);
        }
        request.multipart(form).send().await.unwrap()
    };
    assert_eq!(send("false", None).await.status(), 403);
    let hidden = prepare(&fake, &client).await;
    let wrong = send("true", Some(hidden)).await;
    assert!(wrong.text().await.unwrap().contains("following errors:"));
    let hidden = prepare(&fake, &client).await;
    let saved = send("false", Some(hidden)).await;
    let location = saved.headers()["location"].to_str().unwrap().to_owned();
    let stored = &fake.activities()[0];
    assert_eq!(
        location,
        format!("/user/{}/activity/{}", FakeRunkeeper::USER, stored.id)
    );
    assert_eq!(stored.start_local.to_string(), "2025-01-05 18:05:00");
    assert_eq!(stored.duration, TimeDelta::seconds(2130));
    assert!((stored.distance_m - 804.672).abs() < 1e-6);
    fake.set(|switches| switches.strict_forms = false);
    assert!(send("true", None).await.headers().contains_key("location"));
    assert_eq!(fake.activities().len(), 2);
}

#[tokio::test]
async fn the_listing_can_lag_behind() {
    let fake = FakeRunkeeper::start().await.unwrap();
    fake.set(|switches| switches.listing_lag = ListingLag::Listings(2));
    let client = client(&fake);
    upload(&fake, &client, file()).await.unwrap();
    assert_eq!(
        list(&fake, &client, "Dec-01-2024").await,
        json!({"activities": {}})
    );
    assert_eq!(
        list(&fake, &client, "Dec-01-2024").await,
        json!({"activities": {}})
    );
    assert_ne!(
        list(&fake, &client, "Dec-01-2024").await,
        json!({"activities": {}})
    );
}

#[tokio::test]
async fn dead_cookies_and_the_old_form() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = client(&fake);
    let home = format!("{}/home", fake.url());
    let alive = client.get(&home).send().await.unwrap();
    assert!(
        alive
            .headers()
            .get_all("set-cookie")
            .iter()
            .any(|value| value.to_str().unwrap().starts_with("%csrf="))
    );
    assert!(
        alive
            .text()
            .await
            .unwrap()
            .contains("/user/1029384756/profile")
    );
    fake.expire_sessions();
    assert_eq!(
        client.get(&home).send().await.unwrap().headers()["location"],
        "/login"
    );

    let login = |password: &'static str| {
        client
            .post(format!("{}/login", fake.url()))
            .form(&[
                ("_eventName", "submit"),
                ("email", FakeRunkeeper::EMAIL),
                ("password", password),
            ])
            .send()
    };
    let wrong = login("no").await.unwrap();
    assert_eq!(wrong.status(), 200);
    assert!(wrong.text().await.unwrap().contains("following errors:"));
    let right = login(FakeRunkeeper::PASSWORD).await.unwrap();
    assert_eq!(right.status(), 302);
    assert!(
        right.headers()["set-cookie"]
            .to_str()
            .unwrap()
            .starts_with("checker=")
    );
    fake.set(|switches| switches.era = RunkeeperEra::Asics2026);
    assert_eq!(login(FakeRunkeeper::PASSWORD).await.unwrap().status(), 404);
}

#[tokio::test]
async fn seeded_activities_are_listed_and_private_ones_show_nothing() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = client(&fake);
    let start = NaiveDate::from_ymd_opt(2025, 3, 9)
        .unwrap()
        .and_hms_opt(8, 0, 0)
        .unwrap();
    let id = fake.add_activity(FakeActivity::new(start, TimeDelta::minutes(30), 5000.0).private());
    let month = list(&fake, &client, "March-01-2025").await;
    assert_eq!(
        month["activities"]["2025"]["Mar"][0]["elapsedTime"],
        "30:00"
    );
    let page = format!("{}/user/{}/activity/{id}", fake.url(), FakeRunkeeper::USER);
    let html = client.get(page).send().await.unwrap().text().await.unwrap();
    assert!(html.contains("Failed to render"));
}
