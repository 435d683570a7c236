//! Letting go of a request in time.

use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::engine::Engine;

impl Engine {
    /// Waits for a request, and lets go of it at the latest at `ends_by`: `None`. The clock is asked before each step, because timers of
    /// most runtimes do not count the time that the machine slept.
    pub(crate) async fn until<T>(
        &self,
        ends_by: DateTime<Utc>,
        left: Duration,
        mut request: impl Future<Output = T> + Unpin,
    ) -> Option<T> {
        let mut timer = self.clock.sleep(left);
        poll_fn(|context| {
            if self.clock.now() >= ends_by {
                return Poll::Ready(None);
            }
            if let Poll::Ready(answer) = std::pin::Pin::new(&mut request).poll(context) {
                return Poll::Ready(Some(answer));
            }
            timer.as_mut().poll(context).map(|()| None)
        })
        .await
    }
}
