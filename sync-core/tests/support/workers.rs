//! Workers whose steps a test decides: one poll is one effect.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Waker};

use chrono::TimeDelta;
use sync_core::conformance::world::{Gate, World};
use sync_core::ledger::SharedLedger;
use sync_core::{Cancel, RunRequest};

/// The order that a worker carries out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Order {
    Run,
    Retry(String),
    Skip(String),
    Reconcile,
    Undo(String),
    Redeliver(String),
}

/// The commands that were carried out.
pub type Obeyed = Arc<Mutex<Vec<Order>>>;

/// One order of one worker, between two effects.
pub struct Worker {
    gate: Arc<Gate>,
    work: Option<Pin<Box<dyn Future<Output = ()>>>>,
}

impl Worker {
    /// A worker up to where its first effect is next. `ahead` is how far its clock is ahead of the world's.
    pub fn start(
        world: &World,
        ledger: &SharedLedger,
        holder: &str,
        ahead: TimeDelta,
        order: Order,
        obeyed: &Obeyed,
    ) -> Self {
        let gate = Arc::new(Gate::stepping());
        let engine = world.worker(ledger, &gate, holder, ahead);
        let obeyed = Arc::clone(obeyed);
        let work = async move {
            let (request, cancel) = (RunRequest::new(), Cancel::new());
            // How it ended is in the ledger.
            let done = match &order {
                Order::Run => engine.run(&request, &cancel).await.stopped.is_none(),
                Order::Retry(id) => engine.retry(id, false, &cancel).await.is_ok(),
                Order::Reconcile => engine.reconcile(&cancel).await.stopped.is_none(),
                Order::Skip(id) => engine.skip(id, &request).await.is_ok(),
                Order::Undo(id) => engine.undo(id).await.is_ok(),
                Order::Redeliver(id) => engine.redeliver(id).await.is_ok(),
            };
            if done {
                obeyed.lock().unwrap().push(order);
            }
        };
        let mut worker = Self {
            gate,
            work: Some(Box::pin(work)),
        };
        worker.poll();
        worker
    }

    fn poll(&mut self) {
        let Some(work) = &mut self.work else { return };
        let mut context = Context::from_waker(Waker::noop());
        if work.as_mut().poll(&mut context).is_ready() {
            self.work = None;
        }
    }

    pub fn is_running(&self) -> bool {
        self.work.is_some()
    }

    /// Does the next effect. `false`: it did nothing but wait.
    pub fn step(&mut self) -> bool {
        let before = (self.gate.count(), self.gate.experience());
        self.poll();
        self.work.is_none() || (self.gate.count(), self.gate.experience()) != before
    }

    /// Stops at the current effect; the worker never continues.
    pub fn kill(&mut self) {
        self.work = None;
    }

    pub fn log(&self) -> Vec<String> {
        self.gate.log()
    }

    /// Everything that it learnt, and whether it still runs.
    pub fn experience(&self) -> u64 {
        match self.work {
            None => 0,
            Some(_) => self.gate.experience() | 1,
        }
    }
}
