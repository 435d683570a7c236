use std::io::Write as _;

use wiremock::ResponseTemplate;

use super::*;
use crate::testing::{answering, replay};

const TCX: &str = "\n<TrainingCenterDatabase xmlns=\"x\"><Activities/></TrainingCenterDatabase>";
const PATH: &str = "/api/export/training/tcx/8104000021";
const ID: SessionId = SessionId(8_104_000_021);

fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in files {
        writer
            .start_file(*name, zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Scenario: unknown content type, gzip
/// Scenario: TCX and GPX as bytes
#[tokio::test]
async fn a_file_comes_as_bytes_whatever_its_content_type() {
    for content_type in [
        "application/octet-stream",
        "text/html",
        "application/vnd.garmin.tcx+xml",
    ] {
        let answer = ResponseTemplate::new(200).set_body_raw(TCX, content_type);
        let (polar, server) = answering(PATH, answer).await;
        assert_eq!(
            polar.export_single(ID, ExportFormat::Tcx).await.unwrap(),
            TCX
        );
        let request = &server.received_requests().await.unwrap()[0];
        assert_eq!(request.url.query(), Some("compress=false"));
        assert!(request.headers.contains_key("referer"));
    }
}

/// Scenario: bytes of an export are looked at
#[tokio::test]
async fn what_is_no_file_is_never_taken_for_one() {
    for body in [
        "<html><head><title>Oops</title></head><body>x</body></html>",
        "{\"error\":\"sorry\"}",
        "<gpx/>",
        "Name,Sport,Date\n",
        "PK\u{3}\u{4}rest",
    ] {
        let (polar, _server) = replay(PATH, body).await;
        let error = polar
            .export_single(ID, ExportFormat::Tcx)
            .await
            .unwrap_err();
        assert!(
            matches!(error, Error::UnexpectedContent { .. }),
            "{body}: {error}"
        );
    }
}

/// Scenario: bytes of an export are looked at
#[tokio::test]
async fn nothing_to_export_has_three_shapes() {
    for answer in [
        ResponseTemplate::new(200),
        ResponseTemplate::new(204),
        ResponseTemplate::new(404).set_body_string("<html>Not found</html>"),
    ] {
        let (polar, _server) = answering("/api/export/training/gpx/8104000021", answer).await;
        let error = polar
            .export_single(ID, ExportFormat::Gpx)
            .await
            .unwrap_err();
        assert!(matches!(error, Error::NotAvailable { .. }), "{error}");
    }
}

/// Scenario: upper-case extension, person's name in the file name
#[tokio::test]
async fn an_archive_gives_one_file_per_exercise() {
    let body = zip(&[
        ("A_B_2025.TCX", TCX),
        ("A_B_2025_2.tcx", TCX),
        ("empty.tcx", ""),
    ]);
    let (polar, server) = replay(PATH, body).await;
    assert_eq!(
        polar
            .export(ID, ExportFormat::Tcx)
            .await
            .unwrap()
            .file_count(),
        2
    );
    let request = &server.received_requests().await.unwrap()[0];
    assert_eq!(request.url.query(), Some("compress=true"));
    let (polar, _server) = replay(PATH, TCX).await;
    assert_eq!(
        polar
            .export(ID, ExportFormat::Tcx)
            .await
            .unwrap()
            .file_count(),
        1
    );
}

/// Scenario: bytes of an export are looked at
#[tokio::test]
async fn broken_archives_are_errors() {
    let whole = zip(&[("a.tcx", TCX)]);
    let cut = whole[..whole.len() - 30].to_vec();
    for body in [
        cut,
        zip(&[("a.tcx", "<html></html>")]),
        b"PK\x03\x04garbage".to_vec(),
    ] {
        let (polar, _server) = replay(PATH, body).await;
        let error = polar.export(ID, ExportFormat::Tcx).await.unwrap_err();
        assert!(matches!(error, Error::Archive { .. }), "{error}");
    }
    let (polar, _server) = replay(PATH, zip(&[])).await;
    let error = polar.export(ID, ExportFormat::Tcx).await.unwrap_err();
    assert!(matches!(error, Error::NotAvailable { .. }), "{error}");
}

/// Scenario: a listing of millions of rows, an archive of millions of laps
#[tokio::test]
async fn all_files_of_an_archive_share_one_limit() {
    let file = |middle: String| format!("{TCX}<!--{middle}-->");
    let laps = |count: usize| format!("<TrainingCenterDatabase>{}", "<Lap/>".repeat(count));
    let pack = |files: &[String]| {
        let named: Vec<_> = files.iter().map(|text| ("a.tcx", text.as_str())).collect();
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (index, (name, text)) in named.iter().enumerate() {
            let name = format!("{index}{name}");
            writer
                .start_file(name, zip::write::SimpleFileOptions::default())
                .unwrap();
            writer.write_all(text.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    };
    let bomb = pack(&vec![laps(190_000); 60]);
    assert!(bomb.len() < 400_000, "{}", bomb.len());
    let blanks = pack(&vec![file(" ".repeat(1_000_000)); 60]);
    let many = pack(&vec![file(String::new()); limits::ARCHIVE_FILES + 1]);
    for (archive, problem) in [
        (bomb, "laps"),
        (pack(&vec![laps(MAX_LAPS / 3); 4]), "laps"),
        (pack(&[laps(MAX_LAPS + 1).replace("Lap", "x:Lap")]), "laps"),
        (blanks, "bytes"),
        (many, "files"),
    ] {
        let (polar, _server) = replay(PATH, archive).await;
        let error = polar.export(ID, ExportFormat::Tcx).await.unwrap_err();
        assert!(matches!(error, Error::Archive { .. }), "{error}");
        assert!(error.to_string().contains(problem), "{error}");
    }
    let fair = pack(&[
        laps(MAX_LAPS / 2),
        laps(MAX_LAPS / 2),
        file(" ".repeat(2_000_000)),
    ]);
    let (polar, _server) = replay(PATH, fair).await;
    assert_eq!(
        polar
            .export(ID, ExportFormat::Tcx)
            .await
            .unwrap()
            .file_count(),
        3
    );
    let (polar, _server) = replay(PATH, laps(MAX_LAPS + 1)).await;
    let error = polar
        .export_single(ID, ExportFormat::Tcx)
        .await
        .unwrap_err();
    assert!(matches!(error, Error::Archive { .. }), "{error}");
}

#[test]
fn formats_are_recognised_by_their_bytes() {
    assert!(
        ExportFormat::Tcx
            .fits("\u{feff}  <?xml version=\"1.0\"?>\r\n<TrainingCenterDatabase>".as_bytes())
    );
    assert!(ExportFormat::Tcx.fits(TCX.as_bytes()));
    assert!(ExportFormat::Tcx.fits(b"<?xml?><!-- <gpx> --><TrainingCenterDatabase/>"));
    assert!(!ExportFormat::Tcx.fits(b"<TrainingCenterDatabaseX>"));
    assert!(ExportFormat::Gpx.fits(b"<?xml version='1.0'?><gpx version=\"1.1\">"));
    assert!(ExportFormat::Csv.fits(b"Name,Sport,Date,"));
    assert!(ExportFormat::Fit.fits(b"\x0e\x10\x5c\x08\0\0\0\0.FIT\0\0"));
    assert!(ExportFormat::Rr.fits(b"duration,offline\n412,0\n"));
    assert!(ExportFormat::Rr.fits(b"412,0\n"));
    for format in [
        ExportFormat::Tcx,
        ExportFormat::Gpx,
        ExportFormat::Csv,
        ExportFormat::Fit,
        ExportFormat::Rr,
    ] {
        assert!(
            !format.fits(b"") && !format.fits(b"<html></html>"),
            "{format}"
        );
        let example = format!("<html><body><pre>{TCX}<gpx/></pre></body></html>");
        assert!(
            !format.fits(example.as_bytes()),
            "{format}: a page that shows a file"
        );
    }
}
