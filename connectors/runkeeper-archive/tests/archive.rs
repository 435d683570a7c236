//! Synthetic exports with both tables, and the faults of real ones.
#![allow(clippy::unwrap_used, missing_docs)]

mod common;

use std::fs;
use std::path::PathBuf;

use futures_executor::block_on;
use runkeeper::archive::Diagnostic;
use sync_connector_runkeeper_archive::{ArchiveError, RunkeeperArchive};
use sync_core::Sport;
use sync_core::conformance::{HeldWorkout, SourceHarness, check_source};

use common::{V1, V2, fetch, gpx, open, row_v1, row_v2, zip};

struct Export {
    path: PathBuf,
    held: Vec<HeldWorkout>,
}

impl SourceHarness for Export {
    type Source = RunkeeperArchive;

    async fn open(&self) -> RunkeeperArchive {
        RunkeeperArchive::open(&self.path).unwrap()
    }

    fn held(&self) -> Vec<HeldWorkout> {
        self.held.clone()
    }

    fn unknown_id(&self) -> String {
        "00000000-0000-4000-8000-999999999999".into()
    }

    async fn fingerprint(&self) -> Option<String> {
        Some(format!("{:?}", fs::read(&self.path).unwrap()))
    }
}

#[test]
fn both_tables_pass_the_suite() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("export.zip");
    let on = |day: &str, id: &str| HeldWorkout::on(day.parse().unwrap()).with_id(id);
    let v1 = [
        V1.to_owned() + "\r\n",
        row_v1("2013-12-29 11:36:13", "2013-12-29-1136.gpx"),
        row_v1("2013-12-27 12:54:43", ""),
        row_v1("2013-12-27 12:54:43", "").replace("3.02", "3.05"),
    ];
    zip(
        &path,
        &[
            ("cardioActivities.csv", v1.concat()),
            ("2013-12-29-1136.gpx", gpx("2013-12-29T16:36:13Z", 10)),
        ],
    );
    let held = vec![
        on("2013-12-29", "2013-12-29T11:36:13"),
        on("2013-12-27", "2013-12-27T12:54:43-running-600-4860"),
        on("2013-12-27", "2013-12-27T12:54:43-running-600-4908"),
    ];
    block_on(check_source(&Export {
        path: path.clone(),
        held,
    }))
    .assert_conformant();

    let v2 = [
        V2.to_owned() + "\r\n",
        row_v2(
            6,
            "2023-12-31 06:55:59",
            "Running",
            "10:00",
            "2023-12-31-065559.gpx",
        ),
        row_v2(7, "2023-12-28 16:53:50", "Rowing", "14:36", ""),
        row_v2(8, "2023-12-28 16:24:27", "Running", "26:37", ""),
    ];
    zip(
        &path,
        &[
            ("cardioActivities.csv", v2.concat()),
            ("2023-12-31-065559.gpx", gpx("2023-12-31T11:55:59Z", 10)),
        ],
    );
    let uuid = |number: u32| format!("00000000-0000-4000-8000-{number:012}");
    let held = vec![
        on("2023-12-31", &uuid(6)),
        on("2023-12-28", &uuid(7)),
        on("2023-12-28", &uuid(8)),
    ];
    block_on(check_source(&Export { path, held })).assert_conformant();
}

#[test]
fn workout_has_the_track_and_the_facts_of_its_row() {
    let table =
        V2.to_owned() + "\r\n" + &row_v2(6, "2023-12-31 06:55:59", "Hiking", "9:58", "a.gpx");
    let (source, listed) = open(&[
        ("cardioActivities.csv", table),
        ("a.gpx", gpx("2023-12-31T11:55:59Z", 10)),
    ]);
    let workout = fetch(&source, &listed[0]);
    assert_eq!(
        (workout.sport.clone(), workout.notes.as_deref()),
        (Sport::Hiking, Some("windy"))
    );
    assert_eq!(workout.local_offset.unwrap().local_minus_utc(), -5 * 3600);
    let totals = workout.totals();
    assert_eq!((totals.moving_s, totals.calories), (Some(598.0), Some(340)));
    assert!(workout.has_route());
}

#[test]
fn track_with_a_wall_clock_is_moved_by_the_zone_of_its_neighbours() {
    let mut table = V2.to_owned() + "\r\n";
    let mut files = Vec::new();
    let names: Vec<String> = (1..=7)
        .map(|day| format!("2014-07-0{day}-101508.gpx"))
        .collect();
    for (day, name) in (1..).zip(&names) {
        table += &row_v2(
            day,
            &format!("2014-07-0{day} 10:15:08"),
            "Running",
            "10:00",
            name,
        );
        // The fourth track has the wall clock labelled as UTC; the zone is seven hours behind.
        let hour = if day == 4 { 10 } else { 17 };
        files.push((
            name.as_str(),
            gpx(&format!("2014-07-0{day}T{hour}:15:08Z"), 10),
        ));
    }
    files.push(("cardioActivities.csv", table));
    let (source, listed) = open(&files);
    assert!(
        source
            .diagnostics()
            .iter()
            .any(|found| matches!(found, Diagnostic::ClockOff { .. }))
    );
    for item in &listed {
        let workout = fetch(&source, item);
        assert_eq!(
            workout.local_offset.unwrap().local_minus_utc(),
            -7 * 3600,
            "{}",
            item.start
        );
        assert!(
            workout
                .start_time()
                .unwrap()
                .to_string()
                .ends_with("17:15:08 UTC")
        );
    }
}

#[test]
fn track_of_two_rows_belongs_to_the_one_that_lasted_as_long() {
    let table = V1.to_owned()
        + "\r\n"
        + "2015-03-01 10:15:05,Walking,,1.00,2:00,,,20.0,,,,2015-03-01-1015.gpx\r\n"
        + "2015-03-01 10:15:40,Running,,3.00,20:00,,,200.0,,,,2015-03-01-1015.gpx\r\n";
    let (source, listed) = open(&[
        ("cardioActivities.csv", table),
        ("2015-03-01-1015.gpx", gpx("2015-03-01T09:15:40Z", 20)),
    ]);
    assert!(
        source
            .diagnostics()
            .iter()
            .any(|found| matches!(found, Diagnostic::TrackShared { .. }))
    );
    let routes: Vec<bool> = listed
        .iter()
        .map(|item| fetch(&source, item).has_route())
        .collect();
    assert_eq!((listed.len(), routes), (2, vec![false, true]));
}

#[test]
fn bad_cells_and_rows_cost_only_themselves() {
    let good = row_v2(1, "2023-12-31 06:55:59", "Running", "10:00", "a.gpx");
    for (bad, rows) in [
        (good.replace("4.21", "far").replace("000001", "000002"), 2),
        (good.replace("10:00", "ten").replace("000001", "000002"), 2),
        (
            good.replace("2023-12-31 06:55:59", "2023-12-31T06:55:59")
                .replace("000001", "000002"),
            2,
        ),
        (
            good.replace("2023-12-31 06:55:59", "")
                .replace("000001", "000002"),
            1,
        ),
        ("cut,off\r\n".to_owned(), 1),
    ] {
        let table = V2.to_owned() + "\r\n" + &good + &bad;
        let (source, listed) = open(&[
            ("cardioActivities.csv", table),
            ("a.gpx", gpx("2023-12-31T11:55:59Z", 10)),
        ]);
        assert_eq!(listed.len(), rows, "{bad}");
        assert!(!source.diagnostics().is_empty(), "{bad}");
        for item in &listed {
            fetch(&source, item);
        }
    }
    // A second table in another folder is read, too.
    let (_, listed) = open(&[
        ("cardioActivities.csv", V2.to_owned() + "\r\n" + &good),
        (
            "old/cardioActivities.csv",
            V1.to_owned() + "\r\n" + &row_v1("2013-12-29 11:36:13", ""),
        ),
    ]);
    assert_eq!(listed.len(), 2);
}

#[test]
fn other_files_are_refused_with_their_names() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("other.zip");
    let error = RunkeeperArchive::open(&path).unwrap_err();
    assert!(matches!(error, ArchiveError::Io { .. }), "{error}");
    fs::write(&path, "<html></html>").unwrap();
    let error = RunkeeperArchive::open(&path).unwrap_err();
    assert!(matches!(error, ArchiveError::Archive { .. }), "{error}");
    zip(&path, &[("training-session-1.json", "{}".to_owned())]);
    let error = RunkeeperArchive::open(&path).unwrap_err();
    assert!(matches!(error, ArchiveError::NotAnExport { .. }), "{error}");
    assert!(error.to_string().contains("other.zip"), "{error}");
}
