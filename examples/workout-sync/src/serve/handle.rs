//! The access of pages and probes to the service.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::Notify;

use super::store::Store;
use super::view::View;
use super::{Clock, Job, Order, Pulse, notices};
use crate::exit::Failure;
use crate::settings::ServiceName;

/// More orders than a user gives.
const MOST_ORDERS: usize = 1000;

pub(super) struct Shared {
    pub(super) view: Mutex<View>,
    pub(super) pulse: Pulse,
    pub(super) stall: Duration,
    pub(super) wake: Notify,
}

impl Shared {
    pub(super) fn view(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The access of pages and probes to the service. Cheap to clone.
#[derive(Clone)]
pub struct Handle {
    pub(super) shared: Arc<Shared>,
    pub(super) job: Arc<dyn Job>,
    pub(super) store: Arc<Store>,
    pub(super) clock: Arc<dyn Clock>,
}

impl Handle {
    /// A snapshot of the service.
    #[must_use]
    pub fn view(&self) -> View {
        let mut view = self.shared.view().clone();
        view.is_alive = self.shared.pulse.is_alive(self.shared.stall);
        view
    }

    /// The time on the service's clock.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Queues an order, unless it waits already. `false`: there are too many.
    #[must_use]
    pub fn order(&self, order: Order) -> bool {
        let mut view = self.shared.view();
        if !view.queued.contains(&order) {
            if view.queued.len() >= MOST_ORDERS {
                return false;
            }
            view.queued.push_back(order);
        }
        drop(view);
        self.shared.wake.notify_one();
        true
    }

    /// Takes over a browser's session; when it works, a run begins.
    ///
    /// # Errors
    /// As for [`Job::import_session`].
    pub async fn import_session(
        &self,
        service: ServiceName,
        text: &str,
    ) -> Result<String, Failure> {
        let words = self.job.import_session(service, text).await?;
        let word = service.word();
        let (state, ()) = self
            .store
            .update(|state, now| {
                state.set_access(word, true, now);
                state.notices.remove(&notices::sign_in_key(word));
            })
            .await?;
        self.shared.view().state = state;
        let _ = self.order(Order::Run);
        Ok(words)
    }
}
