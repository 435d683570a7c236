//! A run: look, plan, fetch, keep, make the pages.

use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use chrono::Utc;
use polar_flow::PolarFlow;
use sync_core::{BEGINNING, Cancel, ServiceError, Window};

use super::adopt;
use super::folder::{Folder, trouble};
use super::kind::Formats;
use super::listing::Listing;
use super::manifest::Manifest;
use super::pages::Pages;
use super::plan::{Job, Plan};
use super::progress::Progress;
use super::record::{FORMAT, Head, Record};
use super::report::Report;
use super::state::State;
use super::store::{Shared, Store, locked};
use super::work::{Stop, Work, lock};
use crate::exit::Failure;

/// The days and the formats that the user asked for.
#[derive(Debug, Clone)]
pub struct Request {
    /// The archive's folder.
    pub root: PathBuf,
    /// The kinds of files to fetch.
    pub formats: Formats,
    /// The days; `None`: all of them.
    pub window: Option<Window>,
    /// The most sessions, and the most days of each kind, of one run.
    pub max_items: Option<usize>,
    /// Go on although the listing looks wrong.
    pub accept_listing: bool,
    /// Recognise the files that are in the folder.
    pub adopt: bool,
    /// Ask again for what is missing on disk or was absent at the source.
    pub refetch: bool,
    /// Requests at a time.
    pub parallel: usize,
}

/// Brings an archive up to date.
///
/// # Errors
/// When nothing could be begun: the folder, the sign-in, the listing. What goes wrong later is in the report.
pub async fn run(
    polar: &PolarFlow,
    request: &Request,
    cancel: &Cancel,
    progress: Arc<Progress>,
) -> Result<Report, Failure> {
    let folder = Arc::new(Folder::open(&request.root, request.adopt)?);
    let (mut manifest, mut state) = Manifest::open(&folder)?;
    let recovered = folder.recover(&state);
    recovered.map_err(|error| trouble(folder.root(), "cannot be written", &error))?;
    polar.sign_in().await.map_err(ServiceError::from)?;
    let account = polar.account_raw().await.map_err(ServiceError::from)?;
    let user = account.value.user.id;
    claim(&mut manifest, &mut state, user.0, &folder)?;
    let today = polar.days(BEGINNING..).until();
    let window = request.window.or_else(|| Window::new(BEGINNING, today));
    let window = window.ok_or_else(|| Failure::usage("the days are in the wrong order"))?;
    progress.say("listing Polar Flow");
    let first = state.sessions.values().map(|it| it.listed.start.date());
    let first = first.min().filter(|_| request.window.is_none());
    let listing = Listing::fetch(polar, user, window, first).await?;
    if !request.accept_listing {
        listing.guard(&state, window)?;
    }
    if request.refetch {
        forget(&mut state, &folder, window);
    }
    let mut report = Report {
        archive: request.root.clone(),
        ..Report::default()
    };
    if request.adopt {
        progress.say("looking at the files in the folder");
        report.files.adopted = adopt::adopt(&folder, &mut manifest, &mut state, &listing)?;
    }
    let since = request.window.map(|window| window.from);
    let plan = Plan::new(
        &listing,
        &state,
        &request.formats,
        request.max_items,
        Utc::now(),
        since,
    );
    report.sessions.listed = listing.sessions.len();
    report.sessions.new = plan.new;
    report.sessions.changed = plan.changed;
    if listing.without_start > 0 {
        let text = format!(
            "{} sessions without a start were left out",
            listing.without_start
        );
        report.warnings.push(text);
    }
    let listed = listing.sessions.into_keys().collect();
    let state: Shared = Arc::new(Mutex::new(state));
    let (done, finished) = std::sync::mpsc::channel();
    let store = Store::start(folder.clone(), manifest, state.clone(), done);
    let pages = Pages::start(folder.clone(), state.clone(), finished);
    let work = Work::new(
        polar,
        folder,
        &state,
        cancel,
        progress,
        listed,
        store.orders(),
    );
    let work = Arc::new(work);
    work.progress
        .begin(plan.jobs.iter().map(Job::requests).sum());
    report.backlog = plan.left;
    let mut stop = work.account(account.json).await.err();
    if stop.is_none() {
        let (left, ended) = fetch(&work, plan.jobs, request.parallel).await;
        report.backlog += left;
        stop = ended;
    }
    if stop.is_none() && !cancel.is_cancelled() {
        stop = work.prove(&mut report.warnings).await.err();
    }
    report.backlog += work.sessions_cut_short();
    report.failures = work.failures();
    drop(work);
    let (written, counts) = store.finish().await;
    report.files.stored = counts.files;
    report.files.bytes = counts.bytes;
    report.files.equal = counts.equal;
    let made = pages.finish().await;
    report.sessions.archived = locked(&state).sessions.len();
    let stop = match (written, stop) {
        (Err(failure), _) | (Ok(()), Some(Stop::Because(failure))) => Some(failure),
        _ => None,
    };
    report.stopped = stop.map(Into::into);
    match made {
        Ok(count) => report.files.pages = count,
        Err(failure) => {
            report.stopped.get_or_insert_with(|| failure.into());
        }
    }
    polar.save_session().await.map_err(ServiceError::from)?;
    Ok(report)
}

/// Writes whose archive it is, or makes sure that it is this account's.
fn claim(
    manifest: &mut Manifest,
    state: &mut State,
    account: u64,
    folder: &Folder,
) -> Result<(), Failure> {
    let head = Head {
        source: polar_flow::engine::NAME.to_owned(),
        format: FORMAT,
        account: Some(account),
        program: concat!("workout-sync ", env!("CARGO_PKG_VERSION")).to_owned(),
    };
    if let Some(known) = &state.head {
        if known.source == head.source && known.account.is_none_or(|known| known == account) {
            return Ok(());
        }
        return Err(Failure::usage(format!(
            "{} is the archive of another account; use another folder for this one",
            folder.root().display()
        )));
    }
    let line = Record::Archive(head);
    let written = manifest.append(std::slice::from_ref(&line));
    written.map_err(|error| trouble(folder.root(), "cannot be written", &error))?;
    state.apply(line).map(drop).map_err(Failure::failed)
}

/// Takes what is not on disk, and what was absent, out of the state: it is then asked for again.
fn forget(state: &mut State, folder: &Folder, window: Window) {
    let days = window.from..=window.until;
    for session in state.sessions.values_mut() {
        if !days.contains(&session.listed.start.date()) {
            continue;
        }
        session.retain(|path| folder.place(path).exists());
    }
    let is_there = |path: String| folder.place(&path).exists();
    state.retain_days(|day, path| !days.contains(&day) || path.is_some_and(&is_there));
}

/// Works until all is done or the run has to end; gives the number of jobs that are left.
async fn fetch(work: &Arc<Work>, jobs: Vec<Job>, parallel: usize) -> (usize, Option<Stop>) {
    let queue = Arc::new(Mutex::new(VecDeque::from(jobs)));
    let workers: Vec<_> = (0..parallel.max(1))
        .map(|_| {
            let (work, queue) = (work.clone(), queue.clone());
            tokio::spawn(async move {
                while !work.is_over() {
                    let Some(job) = lock(&queue).pop_front() else {
                        break;
                    };
                    if let Err(stop) = work.carry_out(job.clone()).await {
                        work.halt();
                        lock(&queue).push_front(job);
                        return Err(stop);
                    }
                }
                Ok(())
            })
        })
        .collect();
    let mut stop = None;
    for worker in workers {
        match worker.await {
            Ok(Ok(())) => {}
            Ok(Err(Stop::Writer)) => stop = stop.or(Some(Stop::Writer)),
            Ok(Err(because)) => stop = Some(because),
            Err(_) => stop = Some(Stop::Because(Failure::failed("a worker failed"))),
        }
    }
    let left = lock(&queue).len();
    (left, stop)
}
