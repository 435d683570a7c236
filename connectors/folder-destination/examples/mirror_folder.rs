//! Brings the workouts of one folder into another one that an app watches, each once.
#![allow(clippy::print_stdout, missing_docs)]

use std::error::Error;
use std::sync::Arc;

use sync_connector_folder_destination::FolderDestination;
use sync_connector_folder_source::FolderSource;
use sync_core::ledger::{MemoryLedger, SharedLedger};
use sync_core::{Cancel, Engine, RunRequest, TokioClock};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut folders = std::env::args().skip(1);
    let (Some(from), Some(to)) = (folders.next(), folders.next()) else {
        return Err("give two folders: FROM TO".into());
    };
    let source = FolderSource::open(from)?.with_name("recordings");
    let destination = FolderDestination::open(to)?.with_name("watched");
    // Forgets everything at the end; the folder's own index still prevents second copies.
    let ledger = SharedLedger::new(MemoryLedger::new());
    let clock = Arc::new(TokioClock);
    let engine = Engine::builder(Arc::new(source), Arc::new(destination), ledger, clock).build();
    let run = engine.run(&RunRequest::new(), &Cancel::new()).await;
    for entry in &run.report.items {
        println!("{} {:?}", entry.item.start, entry.state);
    }
    match run.stopped {
        Some(error) => Err(error.into()),
        None => Ok(()),
    }
}
