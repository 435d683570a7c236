//! Exports: formats, archives, and what is no file.

use fake_services::synthetic::SyntheticTcx;
use fake_services::{Answer, EmptyExport, Fault, PolarSession, PolarSport};
use polar_flow::export::ExportFormat;
use polar_flow::{Error, SessionId};

use crate::common::*;

/// Scenario: export without `User-Agent` or `Referer`
/// Scenario: unknown content type, gzip
#[tokio::test]
async fn exports_in_all_formats() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    for format in [
        ExportFormat::Tcx,
        ExportFormat::Gpx,
        ExportFormat::Csv,
        ExportFormat::Fit,
    ] {
        let export = polar.export(SessionId(ID), format).await.unwrap();
        assert!(
            export.files().all(|file| format.fits(file)) && export.is_complete(1),
            "{format}"
        );
        let single = polar.export_single(SessionId(ID), format).await.unwrap();
        assert_eq!(export.into_files(), [single], "{format}");
        assert_eq!(format.to_string().parse(), Ok(format));
    }
    fake.set(|s| s.export_content_type = Some("application/octet-stream"));
    fake.set(|s| s.gzip = true);
    polar
        .export(SessionId(ID), ExportFormat::Tcx)
        .await
        .unwrap();
    assert!(matches!(
        polar.export(SessionId(1), ExportFormat::Tcx).await,
        Err(Error::NotAvailable { .. })
    ));
}

/// Scenario: empty GPX: 200, 204, 404
/// Scenario: indoor sessions: the TCX, not the GPX
#[tokio::test]
async fn no_positions_no_gpx_in_three_shapes() {
    let fake = fake().await;
    let tcx = SyntheticTcx::new(
        "2025-05-09T07:00:00Z".parse().unwrap(),
        PolarSport::STRENGTH_TRAINING,
    )
    .indoors(None)
    .seconds(30);
    fake.add_session(PolarSession::new(77, 180, tcx.exercise(180)));
    let polar = signed_in(&fake).await;
    for shape in [
        EmptyExport::EmptyBody,
        EmptyExport::NoContent,
        EmptyExport::NotFound,
    ] {
        fake.set(|s| s.empty_gpx = shape);
        let error = polar
            .export(SessionId(77), ExportFormat::Gpx)
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::NotAvailable { .. }),
            "{shape:?}: {error}"
        );
        polar
            .export(SessionId(77), ExportFormat::Tcx)
            .await
            .unwrap();
    }
}

/// Scenario: multi-sport: ZIP
#[tokio::test]
async fn several_sports_come_as_an_archive() {
    let fake = fake().await;
    fake.add_session(triathlon());
    let polar = signed_in(&fake).await;
    let export = polar
        .export(SessionId(88), ExportFormat::Tcx)
        .await
        .unwrap();
    let summary = polar.summary(SessionId(88)).await.unwrap();
    assert_eq!((export.file_count(), summary.exercises.len()), (3, 3));
    assert!(export.is_complete(3) && !export.is_complete(4));
}

/// Scenario: HTML with 200 in the place of data: `UnexpectedContent`
#[tokio::test]
async fn a_page_of_maintenance_is_no_list_and_no_workout() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    fake.faults().always(
        "/training/getCalendarEvents",
        Fault::Answer(Answer::html(200, "<html><title>Back soon</title></html>")),
    );
    fake.faults().always(
        "/api/export",
        Fault::Answer(Answer::html(200, "<html><title>Back soon</title></html>")),
    );
    assert!(matches!(
        list(&polar).await,
        Err(Error::UnexpectedContent { .. })
    ));
    let error = polar
        .export(SessionId(ID), ExportFormat::Tcx)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::UnexpectedContent { .. }), "{error}");
}

/// Scenario: HTML with 200 in the place of data: `UnexpectedContent`
#[tokio::test]
async fn a_login_page_for_one_file_does_not_end_a_session_that_is_alive() {
    let fake = fake().await;
    let polar = signed_in(&fake).await;
    fake.faults()
        .always("/api/export", Fault::Answer(Answer::login_page()));
    let error = polar
        .export(SessionId(ID), ExportFormat::Tcx)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::UnexpectedContent { .. }), "{error}");
    assert!(!error.needs_sign_in());
}
