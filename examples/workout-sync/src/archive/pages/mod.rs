//! The pages of an archive: static, without script, readable without a network.

mod exercise;
mod html;
mod list;
mod session;
mod swim;

use std::io::Read as _;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::thread::JoinHandle;

use super::folder::{Folder, sync, trouble};
use super::names;
use super::store::{Shared, locked};
use crate::exit::Failure;

/// The beginning of a page that is read to see what it was made from.
const HEAD: u64 = 256;

/// Makes pages while files are fetched, and at the end those that are missing or out of date.
#[derive(Debug)]
pub(super) struct Pages {
    thread: JoinHandle<Result<usize, Failure>>,
}

impl Pages {
    /// Starts. `finished` names sessions whose files are on disk; its end is the end of the run.
    #[must_use]
    pub(super) fn start(folder: Arc<Folder>, state: Shared, finished: Receiver<u64>) -> Self {
        let thread = std::thread::spawn(move || {
            let mut made = 0;
            for id in finished {
                made += usize::from(session_page(&folder, &state, id)?);
            }
            let ids: Vec<u64> = locked(&state).sessions.keys().copied().collect();
            for id in ids {
                made += usize::from(session_page(&folder, &state, id)?);
            }
            lists(&folder, &state)?;
            Ok(made)
        });
        Self { thread }
    }

    /// Waits for the last page; gives the number of sessions' pages that were made.
    ///
    /// # Errors
    /// When one cannot be written.
    pub(super) async fn finish(self) -> Result<usize, Failure> {
        let joined = tokio::task::spawn_blocking(move || self.thread.join()).await;
        let lost = || Err(Failure::failed("the maker of the archive's pages failed"));
        joined.ok().and_then(Result::ok).unwrap_or_else(lost)
    }
}

/// Makes the page of a session, unless the one that is there was made from the same files; whether it did.
fn session_page(folder: &Folder, state: &Shared, id: u64) -> Result<bool, Failure> {
    let Some(facts) = locked(state)
        .sessions
        .get(&id)
        .map(|it| session::Facts::of(id, it))
    else {
        return Ok(false);
    };
    let path = names::page(&facts.stem);
    let made_from = facts.fingerprint();
    let place = folder.place(&path);
    let mut head = Vec::new();
    if let Ok(file) = std::fs::File::open(&place) {
        // A page that cannot be read is made anew.
        let _ = file.take(HEAD).read_to_end(&mut head);
    }
    if String::from_utf8_lossy(&head).contains(&made_from) {
        return Ok(false);
    }
    let page = session::page(&facts, &made_from, folder);
    let written = folder.write(&path, page.as_bytes());
    written.map_err(|error| trouble(&place, "cannot be written", &error))?;
    Ok(true)
}

/// Writes both lists, where they changed.
fn lists(folder: &Folder, state: &Shared) -> Result<(), Failure> {
    let (page, table) = {
        let state = locked(state);
        (list::page(&state), list::table(&state))
    };
    for (name, text) in [(names::INDEX_HTML, page), (names::INDEX_CSV, table)] {
        let written = folder.update(name, text.as_bytes());
        let place = folder.place(name);
        written.map_err(|error| trouble(&place, "cannot be written", &error))?;
    }
    sync(folder.root());
    Ok(())
}
