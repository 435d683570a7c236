//! The shared parts of a run's workers: the client, the writer, and the judgement of failures.

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use polar_flow::{Error, PolarFlow, SessionId};
use sync_core::{Cancel, ServiceError};
use tokio::sync::mpsc;

use super::evidence::Evidence;
use super::folder::Folder;
use super::kind::Kind;
use super::progress::Progress;
use super::record::Record;
use super::report::FileFailure;
use super::store::{Order, Shared, locked};
use crate::exit::{Exit, Failure};

/// The number of failed requests in a row that ends the run.
const STREAK: usize = 10;

/// `Err`: the run has to end; the reason, unless the writer has it.
pub(super) type Outcome = Result<(), Stop>;

/// Why a run has to end.
#[derive(Debug)]
pub(super) enum Stop {
    /// The service or the user.
    Because(Failure),
    /// The writer has ended and has the reason.
    Writer,
}

/// The shared parts of the workers.
pub(super) struct Work {
    pub(super) polar: PolarFlow,
    pub(super) folder: Arc<Folder>,
    pub(super) state: Shared,
    pub(super) cancel: Cancel,
    pub(super) progress: Arc<Progress>,
    pub(super) evidence: Mutex<Evidence>,
    /// The sessions that the service has.
    listed: HashSet<u64>,
    orders: mpsc::Sender<Order>,
    failures: Mutex<Vec<FileFailure>>,
    streak: AtomicUsize,
    halted: AtomicBool,
    /// Sessions of which the end of the run left files for the next one.
    cut_short: AtomicUsize,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Work {
    pub(super) fn new(
        polar: &PolarFlow,
        folder: Arc<Folder>,
        state: &Shared,
        cancel: &Cancel,
        progress: Arc<Progress>,
        listed: HashSet<u64>,
        orders: mpsc::Sender<Order>,
    ) -> Self {
        Self {
            polar: polar.clone(),
            folder,
            state: state.clone(),
            cancel: cancel.clone(),
            progress,
            evidence: Mutex::default(),
            listed,
            orders,
            failures: Mutex::default(),
            streak: AtomicUsize::new(0),
            halted: AtomicBool::new(false),
            cut_short: AtomicUsize::new(0),
        }
    }

    /// No worker begins anything more.
    pub(super) fn halt(&self) {
        self.halted.store(true, Ordering::Relaxed);
    }

    pub(super) fn sessions_cut_short(&self) -> usize {
        self.cut_short.load(Ordering::Relaxed)
    }

    /// Takes the failures out.
    pub(super) fn failures(&self) -> Vec<FileFailure> {
        std::mem::take(&mut *lock(&self.failures))
    }

    pub(super) fn is_over(&self) -> bool {
        self.cancel.is_cancelled() || self.halted.load(Ordering::Relaxed)
    }

    pub(super) fn cut_short(&self) {
        self.cut_short.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) async fn order(&self, order: Order) -> Outcome {
        self.orders.send(order).await.map_err(|_| Stop::Writer)
    }

    /// One failure costs one file, unless it says something about the whole account or service.
    pub(super) fn settle(
        &self,
        id: Option<u64>,
        what: &str,
        result: Result<Result<(), String>, Error>,
    ) -> Outcome {
        let message = match result {
            Ok(outcome) => {
                self.streak.store(0, Ordering::Relaxed);
                match outcome {
                    Ok(()) => return Ok(()),
                    Err(message) => message,
                }
            }
            Err(error) if error.needs_sign_in() || error.is_blocked() => {
                return Err(Stop::Because(ServiceError::from(error).into()));
            }
            Err(Error::BadCredentials) => {
                return Err(Stop::Because(
                    ServiceError::from(Error::BadCredentials).into(),
                ));
            }
            Err(error) if error.retry_after().is_some() => {
                return Err(Stop::Because(wait(&error)));
            }
            Err(error @ Error::RateLimited { .. }) => return Err(Stop::Because(wait(&error))),
            Err(error) => {
                let streak = self.streak.fetch_add(1, Ordering::Relaxed) + 1;
                if streak >= STREAK {
                    return Err(Stop::Because(Failure {
                        exit: Exit::Unfinished,
                        message: format!(
                            "{streak} consecutive requests failed; stopping because the service is probably at fault. The last \
                             one: {error}"
                        ),
                    }));
                }
                error.to_string()
            }
        };
        lock(&self.failures).push(FileFailure {
            id,
            what: what.to_owned(),
            message,
        });
        Ok(())
    }

    /// Account and sports, once.
    pub(super) async fn account(&self, account: web_session::Bytes) -> Outcome {
        let has = |path: &str| {
            locked(&self.state)
                .account
                .keys()
                .any(|it| it.starts_with(path))
        };
        if !has("account") {
            self.order(Order::Account("account.json", account)).await?;
        }
        if !has("sports") {
            match self.polar.sports_raw().await {
                Ok(sports) => {
                    self.order(Order::Account("sports.json", sports.json))
                        .await?
                }
                Err(error) => self.settle(None, "sports", Err(error))?,
            }
        }
        Ok(())
    }

    /// Asks once more for a file that came before, of each kind that only "does not exist" came of.
    pub(super) async fn prove(&self, warnings: &mut Vec<String>) -> Outcome {
        for kind in self.evidence(|evidence| evidence.unproved()) {
            let example = locked(&self.state).example_of(kind, &self.listed);
            let proved = match example {
                Some(id) => {
                    let proof = self.still_has(SessionId(id), kind).await;
                    match proof {
                        Err(error)
                            if !matches!(
                                error,
                                Error::NotAvailable { .. } | Error::NotFound { .. }
                            ) =>
                        {
                            self.settle(Some(id), kind.word(), Err(error))?;
                            continue;
                        }
                        proof => proof.is_ok(),
                    }
                }
                None => !kind.is_everywhere(),
            };
            if proved {
                for line in self.evidence(|evidence| evidence.came(kind)) {
                    self.order(Order::Line(Record::Absent(line))).await?;
                }
                continue;
            }
            let count = self.evidence(|evidence| evidence.held(kind));
            warnings.push(format!(
                "Polar Flow says that {count} sessions have no {kind}, but it says so of sessions that have one, too: its address may \
                 have changed; the next run asks again"
            ));
        }
        Ok(())
    }

    async fn still_has(&self, id: SessionId, kind: Kind) -> Result<(), Error> {
        match kind.export() {
            None if kind == Kind::Summary => self.polar.summary_raw(id).await.map(drop),
            None => self.polar.details_raw(id).await.map(drop),
            Some(format) => match self.polar.export_single(id, format).await {
                Err(Error::NotAvailable { .. } | Error::UnexpectedContent { .. }) => {
                    self.polar.export(id, format).await.map(drop)
                }
                result => result.map(drop),
            },
        }
    }
}

fn wait(error: &Error) -> Failure {
    let pause = error
        .retry_after()
        .map(|pause| format!(" for {} s", pause.as_secs().max(1)));
    Failure {
        exit: Exit::Unfinished,
        message: format!(
            "Polar Flow asks to be left alone{}; run it again after that",
            pause.unwrap_or_default()
        ),
    }
}
