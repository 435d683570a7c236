//! Lists the activities of a Runkeeper data export, and its oddities.
#![allow(clippy::print_stdout, missing_docs)]

use std::error::Error;

use futures_util::TryStreamExt;
use sync_connector_runkeeper_archive::RunkeeperArchive;
use sync_core::{Source, Window};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("give the ZIP file of the export")?;
    let source = RunkeeperArchive::open(path)?;
    let days = Window::new("2000-01-01".parse()?, "2099-12-31".parse()?).ok_or("no such days")?;
    futures_executor::block_on(async {
        let mut listed = source.list(days);
        while let Some(item) = listed.try_next().await? {
            let metres = item.distance_m.unwrap_or_default();
            println!("{} {} {metres:.0} m", item.id, item.start);
        }
        for diagnostic in source.diagnostics() {
            println!("{diagnostic}");
        }
        Ok(())
    })
}
