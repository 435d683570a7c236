//! Lists the training sessions of a Polar data export.
#![allow(clippy::print_stdout, missing_docs)]

use std::error::Error;

use futures_util::TryStreamExt;
use sync_connector_polar_archive::PolarArchive;
use sync_core::{Source, Window};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args()
        .nth(1)
        .ok_or("give the ZIP file of the export")?;
    let source = PolarArchive::open(path)?
        .on_unreadable(|left_out| println!("left out: {}: {}", left_out.file, left_out.problem));
    let days = Window::new("2000-01-01".parse()?, "2099-12-31".parse()?).ok_or("no such days")?;
    futures_executor::block_on(async {
        let mut listed = source.list(days);
        while let Some(item) = listed.try_next().await? {
            let sport = item
                .sport
                .map_or_else(String::new, |sport| sport.to_string());
            println!("{} {} {sport}", item.id, item.start);
        }
        Ok(())
    })
}
