//! The suite of `sync-core` on a folder.
use std::fs;
use std::path::PathBuf;

use crate::files::visible;
use sync_connector_folder_destination::FolderDestination;
use sync_core::conformance::{DestinationHarness, Verdict, check_destination};
use tempfile::TempDir;

struct Watched {
    folder: TempDir,
    away: PathBuf,
}

impl DestinationHarness for Watched {
    type Destination = FolderDestination;

    async fn open(&self) -> FolderDestination {
        FolderDestination::open(self.folder.path().join("files")).unwrap()
    }

    async fn activities(&self) -> usize {
        visible(&self.folder.path().join("files")).len()
    }

    async fn break_listings(&self) -> bool {
        fs::rename(self.folder.path().join("files"), &self.away).unwrap();
        true
    }

    async fn mend(&self) {
        fs::rename(&self.away, self.folder.path().join("files")).unwrap();
    }
}

#[tokio::test]
async fn destination_passes_the_suite() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("files")).unwrap();
    let away = folder.path().join("away");
    let report = check_destination(&Watched { folder, away }).await;
    report.assert_conformant();
    let not_tested: Vec<_> = report
        .outcomes
        .iter()
        .filter(|outcome| outcome.verdict == Verdict::NotTested)
        .map(|outcome| outcome.name)
        .collect();
    // There is no network between the connector and the folder. The tests of kills are in `destination.rs`.
    let of_networks = [
        "lost-answer",
        "lost-request",
        "error-after-storing",
        "unreadable-answer",
        "busy",
        "refused",
        "same-key-after-lost-answer",
    ];
    assert_eq!(not_tested, of_networks);
}
