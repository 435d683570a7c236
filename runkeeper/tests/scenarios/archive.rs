//! The account's archive: asked for, waited for, read. And the upload in two steps.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{
    ActivityOrigin, Answer as Canned, DistanceUnit, FakeActivity, FakeRunkeeper, Fault, PolarSport,
};
use runkeeper::{
    ActivityId, ActivityType, Answer, Error, ExportStatus, FileKind, ManualEntry, TrackUpload,
    archive,
};
use wiremock::matchers::path;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::common::{builder, signed_in, with_password};

fn start() -> DateTime<Utc> {
    "2024-12-31T22:30:00Z".parse().unwrap()
}

fn file(recipe: &SyntheticTcx) -> TrackUpload {
    TrackUpload::tcx("run", recipe.build())
}

/// Scenario: account export, CSV v1 and v2, km and mi: asked for, waited for, parsed
#[tokio::test]
async fn the_archive_is_asked_for_waited_for_and_read() {
    for unit in [DistanceUnit::Kilometres, DistanceUnit::Miles] {
        let fake = FakeRunkeeper::start().await.unwrap();
        fake.set(|switches| {
            switches.unit = unit;
            switches.export_reloads = 2;
        });
        let client = signed_in(&fake);
        client
            .upload(&file(&SyntheticTcx::new(start(), PolarSport::RUNNING)))
            .await
            .unwrap();
        let day = NaiveDate::from_ymd_opt(2025, 3, 9).unwrap();
        let manual = FakeActivity::new(
            day.and_hms_opt(8, 0, 0).unwrap(),
            TimeDelta::minutes(30),
            5000.0,
        );
        fake.add_activity(manual.activity_type("YOGA"));

        assert_eq!(
            client.export_status().await.unwrap(),
            ExportStatus::NotReady
        );
        client
            .request_export(NaiveDate::from_ymd_opt(2024, 1, 1).unwrap(), day)
            .await
            .unwrap();
        let mut looks = 0;
        let link = loop {
            looks += 1;
            if let ExportStatus::Ready(link) = client.export_status().await.unwrap() {
                break link;
            }
        };
        assert_eq!(looks, 3);
        let read = archive::read(&client.download_export(&link).await.unwrap()).unwrap();
        assert_eq!(read.activities.len(), 2);
        assert_eq!(read.activities[0].activity_type, ActivityType::Yoga);
        assert!(
            (read.activities[0]
                .distance
                .as_ref()
                .unwrap()
                .metres()
                .unwrap()
                - 5000.0)
                .abs()
                < 10.0
        );
        let track = read.activities[1].gpx_file.as_deref().unwrap();
        assert_eq!(
            workout_files::read(&read.tracks[track]).unwrap().workouts[0].position_count(),
            1800
        );
        assert_eq!(read.measurements.len(), 1);
    }
}

/// Scenario: upload in two steps: preview creates nothing; id from the redirect
#[tokio::test]
async fn a_file_is_previewed_and_then_saved_with_its_type() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let file = file(&SyntheticTcx::new(start(), PolarSport::HIKING).seconds(120));
    let preview = client.preview(&file).await.unwrap();
    assert!(fake.activities().is_empty(), "a preview creates nothing");
    assert_eq!(preview.start().unwrap().to_string(), "2024-12-31 23:30:01");
    assert!((preview.distance_m() - 119.0 * 2.8).abs() < 3.0);
    let entry = ManualEntry::new(
        ActivityType::Hike,
        preview.start().unwrap(),
        preview.duration().unwrap(),
    )
    .distance_m(preview.distance_m());
    let answer = client.save_preview(&preview, &file, &entry).await.unwrap();
    assert!(matches!(answer, Answer::Accepted(Some(_))));
    let stored = &fake.activities()[0];
    assert_eq!(
        (stored.origin, stored.activity_type.as_str()),
        (ActivityOrigin::TwoStepUpload, "HIKE")
    );
}

#[tokio::test]
async fn a_preview_of_a_file_without_positions_is_refused() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let gym = SyntheticTcx::new(start(), PolarSport::STRENGTH_TRAINING).indoors(None);
    let error = client.preview(&file(&gym)).await.unwrap_err();
    assert!(
        matches!(&error, Error::Rejected { message, .. } if message.contains("no GPS")),
        "{error}"
    );
    fake.expire_sessions();
    let entry = ManualEntry::new(
        ActivityType::Yoga,
        start().naive_utc(),
        TimeDelta::minutes(5),
    );
    assert!(matches!(
        client.add_manual_entry(&entry).await,
        Err(Error::SignInNeeded(_))
    ));
}

/// A host that keeps files for the site: it redirects once within itself.
async fn file_host(content_type: &str, file: &[u8]) -> MockServer {
    let server = MockServer::start().await;
    let there = ResponseTemplate::new(302).insert_header("location", "/kept?sig=there");
    let file = ResponseTemplate::new(200).set_body_raw(file, content_type);
    Mock::given(path("/x"))
        .respond_with(there)
        .mount(&server)
        .await;
    Mock::given(path("/kept"))
        .respond_with(file)
        .mount(&server)
        .await;
    server
}

async fn asked_as_nobody(server: &MockServer) -> bool {
    let requests = server.received_requests().await.unwrap();
    requests.len() == 2
        && requests.iter().all(|request| {
            !request.headers.contains_key("cookie")
                && request.headers.contains_key("user-agent")
                && !request.headers.contains_key("x-own")
        })
}

/// Scenario: archive or track on another host: fetched without cookies
#[tokio::test]
async fn an_archive_on_a_file_host_is_fetched_without_cookies() {
    const EMPTY_ZIP: &[u8] = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0";
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = with_password(&fake)
        .header(web_session::header::HeaderName::from_static("x-own"), "1")
        .build()
        .unwrap();
    client.sign_in().await.unwrap();
    let host = file_host("application/zip", EMPTY_ZIP).await;
    let target = format!("{}/x?sig=secret-signature", host.uri());
    fake.requests().clear();

    // Behind an address of the site.
    let link = client.url("/exportData/download");
    let moved = Fault::Answer(Canned::redirect(&target));
    fake.faults().next(1, "/exportData/download", moved);
    let bytes = client.download_export(&link).await.unwrap();
    assert_eq!(bytes, EMPTY_ZIP);
    assert!(asked_as_nobody(&host).await);

    // Linked at once.
    host.reset().await;
    let host = file_host("application/zip", EMPTY_ZIP).await;
    let page = format!(
        "<html><a href='{}/x?sig=secret-signature'>Download Now!</a></html>",
        host.uri()
    );
    fake.faults()
        .next(1, "/exportData", Fault::Answer(Canned::html(200, &page)));
    let status = client.export_status().await.unwrap();
    assert!(!format!("{status:?}").contains("secret-signature"));
    let ExportStatus::Ready(link) = status else {
        panic!("{status:?}");
    };
    assert_eq!(client.download_export(&link).await.unwrap(), EMPTY_ZIP);
    assert!(asked_as_nobody(&host).await);
    assert_eq!(
        fake.requests().count("/login"),
        0,
        "no sign-in happened for it"
    );
}

fn is_unexpected(error: &Error) -> bool {
    matches!(error, Error::UnexpectedContent { .. }) && !error.is_drift()
}

#[tokio::test]
async fn what_a_file_host_says_is_no_word_about_the_session() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = signed_in(&fake);
    let host = MockServer::start().await;
    let link = format!("{}/x", host.uri()).parse().unwrap();
    for (status, right) in [
        (401, is_unexpected as fn(&Error) -> bool),
        (403, is_unexpected),
        (404, is_unexpected),
        (503, |error| error.is_temporary()),
    ] {
        host.reset().await;
        let answer = ResponseTemplate::new(status).set_body_string("<html>login</html>");
        Mock::given(path("/x"))
            .respond_with(answer)
            .mount(&host)
            .await;
        let error = client.download_export(&link).await.unwrap_err();
        assert!(right(&error), "{status}: {error:?}");
    }
    // A circle ends.
    host.reset().await;
    let round = ResponseTemplate::new(302).insert_header("location", "/x");
    Mock::given(path("/x"))
        .respond_with(round)
        .mount(&host)
        .await;
    let error = client.download_export(&link).await.unwrap_err();
    assert!(
        matches!(
            error,
            Error::Transport(web_session::Error::TooManyRedirects { .. })
        ),
        "{error:?}"
    );
    // A dead session is an error of that kind.
    fake.expire_sessions();
    let link = client.url("/exportData/download");
    let error = client.download_export(&link).await.unwrap_err();
    assert!(matches!(error, Error::SignInNeeded(_)), "{error:?}");
}

/// Scenario: archive or track on another host: fetched without cookies
#[tokio::test]
async fn a_track_on_a_file_host_is_fetched_without_cookies() {
    let fake = FakeRunkeeper::start().await.unwrap();
    let client = builder(&fake)
        .header(web_session::header::HeaderName::from_static("x-own"), "1")
        .build()
        .unwrap();
    let cookies = fake_services::BrowserCookie::header(&fake.browser_cookies());
    client.import_cookies(&cookies).unwrap();
    let gpx =
        b"<?xml version='1.0'?><gpx><trk><trkseg><trkpt lat='0' lon='0'/></trkseg></trk></gpx>";
    let host = file_host("application/gpx+xml", gpx).await;
    let moved = Fault::Answer(Canned::redirect(&format!("{}/x", host.uri())));
    fake.faults().next(1, "/download/activity", moved);
    let file = client.download(ActivityId(7), FileKind::Gpx).await.unwrap();
    assert_eq!(&file[..], gpx);
    assert!(asked_as_nobody(&host).await);
}

#[tokio::test]
async fn a_preview_knows_its_own_distance() {
    for unit in [DistanceUnit::Kilometres, DistanceUnit::Miles] {
        let fake = FakeRunkeeper::start().await.unwrap();
        fake.set(|switches| switches.unit = unit);
        let client = signed_in(&fake);
        let file = file(&SyntheticTcx::new(start(), PolarSport::HIKING).seconds(120));
        let preview = client.preview(&file).await.unwrap();
        let began = preview.start().unwrap();
        let entry = ManualEntry::new(ActivityType::Hike, began, preview.duration().unwrap());
        client.save_preview(&preview, &file, &entry).await.unwrap();
        let stored = fake.activities()[0].distance_m;
        assert!((stored - preview.distance_m()).abs() < 0.2, "{stored}");
    }
}
