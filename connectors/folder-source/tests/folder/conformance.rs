//! The suite of `sync-core` on a folder.
use std::fs;
use std::path::PathBuf;

use crate::files::{everything, gpx, put, tcx, tcx_of};
use chrono::{FixedOffset, TimeDelta};
use sync_connector_folder_source::FolderSource;
use sync_core::conformance::{HeldWorkout, SourceHarness, check_source, test_workout};
use tempfile::TempDir;

struct Files {
    folder: TempDir,
    away: PathBuf,
}

impl SourceHarness for Files {
    type Source = FolderSource;

    async fn open(&self) -> FolderSource {
        let source = FolderSource::open(self.folder.path().join("files")).unwrap();
        source.with_offset(FixedOffset::east_opt(7200).unwrap())
    }

    fn held(&self) -> Vec<HeldWorkout> {
        let held = [(0, 1), (1, 1), (5, 3)];
        held.map(|(number, exercises)| {
            HeldWorkout::on(test_workout(number).0.day()).with_exercises(exercises)
        })
        .into()
    }

    fn unknown_id(&self) -> String {
        "0".repeat(32)
    }

    async fn break_listings(&self) -> bool {
        fs::rename(self.folder.path().join("files"), &self.away).unwrap();
        true
    }

    async fn mend(&self) {
        fs::rename(&self.away, self.folder.path().join("files")).unwrap();
    }

    async fn fingerprint(&self) -> Option<String> {
        Some(format!("{:?}", everything(self.folder.path())))
    }
}

#[tokio::test]
async fn source_passes_the_suite() {
    let folder = tempfile::tempdir().unwrap();
    let files = folder.path().join("files");
    put(&files.join("first.tcx"), &tcx(0));
    put(&files.join("2026/second.GPX"), &gpx(1));
    // Copies in another format, under another name, and of a part.
    put(&files.join("2026/03/second.tcx"), &tcx(1));
    put(&files.join("copy of first.tcx"), &tcx(0));
    let (_, leg) = test_workout(5);
    let session_start = leg.start.unwrap();
    let legs: Vec<_> = (0..3)
        .map(|number| {
            let mut leg = leg.clone();
            let later = TimeDelta::hours(i64::try_from(number).unwrap());
            leg.start = Some(session_start + later);
            for lap in &mut leg.laps {
                lap.start = lap.start.map(|start| start + later);
                for track in &mut lap.tracks {
                    for index in 0..track.len() {
                        track.set_time(index, track.time(index).map(|time| time + later));
                    }
                }
            }
            leg.multi_sport = Some(workout_files::MultiSport {
                session_start,
                leg: number,
                transition: None,
                notes: None,
            });
            leg
        })
        .collect();
    put(&files.join("triathlon.tcx"), &tcx_of(&legs));
    put(&files.join("its second leg.tcx"), &tcx_of(&legs[1..2]));
    let away = folder.path().join("away");
    let report = check_source(&Files { folder, away }).await;
    report.assert_all_passed();
}
