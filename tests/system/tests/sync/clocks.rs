//! Two machines whose clocks disagree, on one PostgreSQL ledger.

use std::path::PathBuf;
use std::time::Duration;

use fake_services::UploadMode;
use system_tests::ran;

use crate::processes::{Database, each_exactly_once, world};
use crate::uploads::sends;

/// The library that gives a program another time, where it is installed (Debian: `faketime`).
fn faketime() -> Option<PathBuf> {
    let lib = std::fs::read_dir("/usr/lib").ok()?;
    let folders = lib.flatten().map(|entry| entry.path());
    folders
        .map(|folder| folder.join("faketime/libfaketime.so.1"))
        .find(|library| library.exists())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_machine_whose_clock_is_wrong_delivers_nothing_twice() {
    let (Ok(server), Some(library)) = (std::env::var("TEST_POSTGRES_URL"), faketime()) else {
        #[allow(clippy::print_stdout)]
        {
            println!("skipped: it needs TEST_POSTGRES_URL and libfaketime");
        }
        return;
    };
    for offset in ["+600", "+4200", "-4200", "+90000"] {
        let mut world = world(4).await;
        let database = Database::make(&server).await;
        world.set("SYNC_LEDGER", &database.url);
        for default in ["SYNC_LEASE_SECS", "SYNC_SETTLE_SECS", "SYNC_RESEND_SECS"] {
            world.unset(default);
        }
        let slow = UploadMode::Slow(Duration::from_secs(2));
        world.runkeeper.next_uploads(4, slow);
        let first = world.spawn(&["--json"]);
        while sends(&world) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let mut others = Vec::new();
        for _ in 0..2 {
            let mut other = world.command(&["--json"]);
            other
                .env("LD_PRELOAD", &library)
                .env("FAKETIME", offset)
                .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
            others.push(ran(other.output().await.unwrap()));
        }
        let first = ran(first.wait_with_output().await.unwrap());
        assert!([0, 1].contains(&first.code), "{first:?}");
        for other in others {
            assert!([0, 1].contains(&other.code), "{offset}: {other:?}");
        }
        world.sync(&["--json"]).await.expect(0);
        each_exactly_once(&world, 4).await;
        database.drop().await;
    }
}
