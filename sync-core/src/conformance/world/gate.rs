//! Every effect of a worker passes its gate: counted, logged, and stopped where a proof wants it stopped.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::task::Poll;

/// On which side of an effect a worker is stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moment {
    /// The effect does not happen.
    Before,
    /// The effect happens, but the worker does not learn its outcome.
    After,
}

/// What one worker does to the world: each call of the ledger, the source and the destination is one effect.
#[derive(Debug, Default)]
pub struct Gate {
    state: Mutex<State>,
}

/// Decides by the description of an effect whether the worker is stopped there.
type Choose = Box<dyn FnMut(&str) -> Option<Moment> + Send>;

#[derive(Default)]
struct State {
    log: Vec<String>,
    seen: u64,
    stop: Option<(usize, Moment)>,
    choose: Option<Choose>,
    stopped: bool,
    steps: bool,
}

impl std::fmt::Debug for State {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("State")
            .field("log", &self.log)
            .field("stop", &self.stop)
            .field("stopped", &self.stopped)
            .finish_non_exhaustive()
    }
}

impl Gate {
    /// A gate that only counts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A gate that lets nothing pass any more from one side of the `number`th effect on (counted from 1).
    #[must_use]
    pub fn stopping(number: usize, moment: Moment) -> Self {
        let gate = Self::default();
        gate.state().stop = Some((number, moment));
        gate
    }

    /// A gate that asks `choose` about each effect, by its description, and lets nothing pass any more
    /// from the first one on for which it names a side.
    #[must_use]
    pub fn stopping_where(choose: impl FnMut(&str) -> Option<Moment> + Send + 'static) -> Self {
        let gate = Self::default();
        gate.state().choose = Some(Box::new(choose));
        gate
    }

    /// A gate that makes the worker wait once before each effect on the ledger or the destination, so that a scheduler decides who goes
    /// next.
    #[must_use]
    pub fn stepping() -> Self {
        let gate = Self::default();
        gate.state().steps = true;
        gate
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many effects there were.
    #[must_use]
    pub fn count(&self) -> usize {
        self.state().log.len()
    }

    /// A description of each effect, in order.
    #[must_use]
    pub fn log(&self) -> Vec<String> {
        self.state().log.clone()
    }

    /// Whether the worker was stopped.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        self.state().stopped
    }

    /// Whether a scheduler steps this worker.
    pub(super) fn is_stepping(&self) -> bool {
        self.state().steps
    }

    /// A hash of everything that the worker can have learnt from its effects so far: workers with
    /// the same hash do the same next.
    #[must_use]
    pub fn experience(&self) -> u64 {
        self.state().seen
    }

    /// Ends when the worker was stopped; to be polled after the worker, in the same task.
    pub async fn stopped(&self) {
        std::future::poll_fn(|_| match self.is_stopped() {
            true => Poll::Ready(()),
            false => Poll::Pending,
        })
        .await;
    }

    /// Lets the scheduler choose the next worker. Reading the source needs no turn: all workers
    /// read the same at any time.
    pub(super) async fn wait_for_turn(&self) {
        if self.is_stepping() {
            let mut waited = false;
            std::future::poll_fn(|context| {
                if std::mem::replace(&mut waited, true) {
                    return Poll::Ready(());
                }
                context.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
        }
    }

    /// Before an effect. Gives its number, for an effect that others can overtake.
    pub(super) async fn enter(&self, what: impl FnOnce() -> String) -> usize {
        let (number, stop) = {
            let mut state = self.state();
            if !state.stopped {
                let what = what();
                if state.stop.is_none()
                    && let Some(moment) = state.choose.as_mut().and_then(|choose| choose(&what))
                {
                    state.stop = Some((state.log.len() + 1, moment));
                }
                state.log.push(what);
                state.stopped = state.stop == Some((state.log.len(), Moment::Before));
            }
            (state.log.len(), state.stopped)
        };
        self.stay_if(stop).await;
        number
    }

    /// After the effect with this number, whichever others began meanwhile.
    pub(super) async fn leave_effect(&self, number: usize) {
        let stop = {
            let mut state = self.state();
            if state.stop == Some((number, Moment::After)) {
                state.stopped = true;
            }
            state.stopped
        };
        self.stay_if(stop).await;
    }

    /// The worker learns something, from an effect or from the clock.
    pub(super) fn learn(&self, what: &impl std::fmt::Debug) {
        let mut state = self.state();
        if state.steps {
            let mut hasher = DefaultHasher::new();
            (state.seen, format!("{what:?}")).hash(&mut hasher);
            state.seen = hasher.finish();
        }
    }

    /// After an effect, with what the worker learns from it.
    pub(super) async fn leave(&self, outcome: &impl std::fmt::Debug) {
        self.learn(outcome);
        let stop = {
            let mut state = self.state();
            if state.stop == Some((state.log.len(), Moment::After)) {
                state.stopped = true;
            }
            state.stopped
        };
        self.stay_if(stop).await;
    }

    /// A stopped worker never moves again.
    pub(super) async fn stay_if(&self, stopped: bool) {
        if stopped {
            std::future::pending::<()>().await;
        }
    }
}
