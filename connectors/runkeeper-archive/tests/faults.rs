//! Exports in which rows or tracks are damaged, doubled or without a zone.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::fs;
use std::process::Command;

use futures_executor::block_on;
use sync_connector_runkeeper_archive::{ArchiveError, RunkeeperArchive};
use sync_core::{ErrorKind, Source};

use common::{V1, V2, fetch, gpx, open, row_v2, zip};

fn table(head: &str, rows: &[String]) -> (&'static str, String) {
    (
        "cardioActivities.csv",
        format!("{head}\r\n{}", rows.concat()),
    )
}

#[test]
fn ids_of_one_second_do_not_depend_on_the_order_of_the_table() {
    let run = "2017-12-31 12:00:00,Running,,1.00,5:00,,,20.0,,,,\r\n".to_owned();
    let ride = "2017-12-31 12:00:00,Cycling,,9.00,50:00,,,20.0,,,,\r\n".to_owned();
    let ids = |rows: &[String]| -> Vec<String> {
        let (_, listed) = open(&[table(V1, rows)]);
        listed.into_iter().map(|item| item.id).collect()
    };
    // The only one at its second has its clock, as ever.
    assert_eq!(ids(std::slice::from_ref(&run)), ["2017-12-31T12:00:00"]);
    let mut both = ids(&[run.clone(), ride.clone()]);
    assert_eq!(both[0], "2017-12-31T12:00:00-running-300-1609");
    let mut other = ids(&[ride, run]);
    both.sort();
    other.sort();
    assert_eq!(both, other);
}

/// An older export, whose rows have no UUID, may have been moved before.
#[test]
fn row_with_a_uuid_names_the_id_that_it_had_before() {
    let row = |number| row_v2(number, "2023-12-31 06:55:59", "Running", "10:00", "");
    let (source, listed) = open(&[table(V2, &[row(1)])]);
    assert_eq!(listed[0].other_ids, ["2023-12-31T06:55:59"]);
    let mut older = listed[0].clone();
    older.id = "2023-12-31T06:55:59".to_owned();
    assert_eq!(fetch(&source, &older), fetch(&source, &listed[0]));
    // Of two at that second it is unknown which.
    let (_, listed) = open(&[table(V2, &[row(1), row(2)])]);
    assert!(listed.iter().all(|item| item.other_ids.is_empty()));
}

#[test]
fn ids_hold_nothing_that_a_terminal_obeys() {
    let row = row_v2(1, "2023-12-31 06:55:59", "Running", "10:00", "");
    let row = row.replacen("00000000-", "\u{1b}[31m\u{7}\u{202e}", 1);
    let (_, listed) = open(&[table(V2, &[row])]);
    assert_eq!(listed[0].id, "[31m0000-4000-8000-000000000001");
}

#[test]
fn activity_that_stands_twice_is_listed_once() {
    let row = row_v2(1, "2023-12-31 06:55:59", "Running", "10:00", "a.gpx");
    let edited = row.replace("windy", "edited");
    let (source, listed) = open(&[
        table(V2, &[row.clone(), row]),
        ("copy/cardioActivities.csv", format!("{V2}\r\n{edited}")),
        ("a.gpx", gpx("2023-12-31T11:55:59Z", 10)),
    ]);
    assert_eq!((listed.len(), source.diagnostics().len()), (1, 2));
    assert!(fetch(&source, &listed[0]).has_route());
}

/// It waits for an export that has the track, because it would never get it otherwise.
#[test]
fn row_whose_track_cannot_be_had_is_not_fetched() {
    let row = |number, start: &str| row_v2(number, start, "Running", "10:00", "a.gpx");
    let whole = gpx("2023-12-31T11:55:59Z", 10);
    let cut = whole[..whole.len() / 2].to_owned();
    let (first, second) = (row(1, "2023-12-31 06:55:59"), row(2, "2023-12-31 06:56:59"));
    for (name, files) in [
        ("missing", vec![table(V2, std::slice::from_ref(&first))]),
        (
            "cut off",
            vec![
                table(V2, std::slice::from_ref(&first)),
                ("a.gpx", cut.clone()),
            ],
        ),
        (
            "cut off, and of two rows",
            vec![table(V2, &[first.clone(), second]), ("a.gpx", cut)],
        ),
    ] {
        let (source, listed) = open(&files);
        for item in &listed {
            let error = block_on(source.fetch(item)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Invalid, "{name}");
            assert!(error.to_string().contains("a.gpx"), "{name}: {error}");
        }
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    zip(&path, &[("a.gpx", whole), table(V2, &[first])]);
    let mut bytes = fs::read(&path).unwrap();
    let at = bytes.windows(5).position(|part| part == b"a.gpx").unwrap() + 20;
    bytes[at] ^= 0xFF;
    bytes[at + 1] ^= 0xFF;
    fs::write(&path, bytes).unwrap();
    let source = RunkeeperArchive::open(&path).unwrap();
    let item = sync_core::Item::new(
        "00000000-0000-4000-8000-000000000001",
        "2023-12-31T06:55:59".parse().unwrap(),
    );
    let error = block_on(source.fetch(&item)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
    assert!(error.to_string().contains("a.gpx"), "{error}");
}

#[test]
fn track_that_holds_no_points_is_no_fault() {
    let empty = "<gpx version=\"1.1\" xmlns=\"http://www.topografix.com/GPX/1/1\"></gpx>";
    let route = empty.replace(
        "></gpx>",
        "><rte><rtept lat=\"0.05\" lon=\"0.05\"/></rte></gpx>",
    );
    let no_point = empty.replace("></gpx>", "><trk><trkseg></trkseg></trk></gpx>");
    for gpx in [empty.to_owned(), route, no_point] {
        let row = row_v2(1, "2023-12-31 06:55:59", "Running", "10:00", "a.gpx");
        let (source, listed) = open(&[table(V2, &[row]), ("a.gpx", gpx)]);
        let workout = fetch(&source, &listed[0]);
        assert_eq!(workout.totals().distance_m, Some(4210.0));
        assert!(workout.start_time().is_some());
    }
}

#[test]
fn all_tracks_of_a_file_count() {
    let whole = gpx("2023-12-31T11:55:59Z", 10);
    let track = |gpx: &str| gpx[gpx.find("<trk>").unwrap()..gpx.find("</gpx>").unwrap()].to_owned();
    let later = track(&gpx("2023-12-31T12:15:59Z", 10));
    let empty = "<trk><name>x</name><trkseg></trkseg></trk>";
    for (name, gpx, points) in [
        (
            "second behind",
            whole.replace("</gpx>", &format!("{later}</gpx>")),
            122,
        ),
        (
            "second in front",
            whole.replacen("<trk>", &format!("{later}<trk>"), 1),
            122,
        ),
        (
            "empty in front",
            whole.replacen("<trk>", &format!("{empty}<trk>"), 1),
            61,
        ),
    ] {
        let row = row_v2(1, "2023-12-31 06:55:59", "Running", "20:00", "a.gpx");
        let (source, listed) = open(&[table(V2, &[row]), ("a.gpx", gpx)]);
        let workout = fetch(&source, &listed[0]);
        assert_eq!(workout.position_count(), points, "{name}");
        let start = workout.start_time().unwrap().to_string();
        assert_eq!(start, "2023-12-31 11:55:59 UTC", "{name}");
        let times: Vec<_> = workout
            .trackpoints()
            .filter_map(|point| point.time)
            .collect();
        assert!(times.is_sorted(), "{name}");
        assert_eq!(workout.totals().moving_s, Some(1200.0), "{name}");
    }
}

#[test]
fn export_of_which_no_row_can_be_read_says_why() {
    let row = row_v2(1, "31/12/2023 06:55", "Running", "10:00", "a.gpx");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    let rows: Vec<String> = (0..9).map(|_| row.clone()).collect();
    zip(
        &path,
        &[table(V2, &rows), ("a.gpx", gpx("2023-12-31T11:55:59Z", 10))],
    );
    let error = RunkeeperArchive::open(&path).unwrap_err();
    assert!(
        matches!(error, ArchiveError::NoActivity { .. }),
        "{error:?}"
    );
    let said = error.to_string();
    for part in ["export.zip", "row 2", "2024-01-31", "6 more"] {
        assert!(said.contains(part), "{said}");
    }
}

/// The clocks of this machine are those of central Europe, in a process of its own.
#[test]
fn clock_that_the_zone_left_out_is_moved_by_the_gap() {
    const NAME: &str = "clock_that_the_zone_left_out_is_moved_by_the_gap";
    if std::env::var_os("IN_CENTRAL_EUROPE").is_none() {
        let mut there = Command::new(std::env::current_exe().unwrap());
        there
            .args(["--exact", NAME])
            .env("TZ", "CET-1CEST,M3.5.0,M10.5.0/3");
        assert!(
            there
                .env("IN_CENTRAL_EUROPE", "1")
                .status()
                .unwrap()
                .success()
        );
        return;
    }
    for (row, instant) in [
        ("2024-03-31 01:30:00", "2024-03-31 00:30:00 UTC"),
        ("2024-03-31 02:30:00", "2024-03-31 01:30:00 UTC"),
        ("2024-03-31 03:30:00", "2024-03-31 01:30:00 UTC"),
        ("2024-10-27 02:30:00", "2024-10-27 00:30:00 UTC"),
    ] {
        let (source, listed) = open(&[table(V2, &[row_v2(1, row, "Running", "10:00", "")])]);
        let start = fetch(&source, &listed[0]).start_time().unwrap();
        assert_eq!(start.to_string(), instant);
    }
}
