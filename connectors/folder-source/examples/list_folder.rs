//! Lists the workouts of a folder of files.
#![allow(clippy::print_stdout, missing_docs)]

use std::error::Error;

use futures_util::TryStreamExt;
use sync_connector_folder_source::FolderSource;
use sync_core::{Source, Window};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args()
        .nth(1)
        .ok_or("give a folder of TCX, GPX and FIT files")?;
    let source = FolderSource::open(folder)?
        .on_unreadable(|file| println!("left out: {}: {}", file.path.display(), file.problem));
    let days = Window::new("2000-01-01".parse()?, "2099-12-31".parse()?).ok_or("no such days")?;
    let mut listed = source.list(days);
    while let Some(item) = listed.try_next().await? {
        let metres = item.distance_m.unwrap_or_default();
        println!("{} {} {metres:.0} m", item.id, item.start);
    }
    Ok(())
}
