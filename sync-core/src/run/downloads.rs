//! Downloads that run ahead of the workout in work, a few at a time. The engine still sends in
//! order.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, MaybeDone};
use workout_files::Workout;

use crate::error::{ErrorKind, ServiceError};
use crate::{Item, Source};

type Fetched = Result<Vec<Workout>, ServiceError>;

/// The downloads of one run.
pub(crate) struct Downloads<'a> {
    source: &'a dyn Source,
    /// How many there may be, running and waiting to be used.
    most: usize,
    started: Mutex<BTreeMap<String, Download<'a>>>,
}

type Download<'a> = MaybeDone<BoxFuture<'a, Fetched>>;

impl<'a> Downloads<'a> {
    pub(crate) fn new(source: &'a dyn Source, most: usize) -> Self {
        Self {
            source,
            most,
            started: Mutex::default(),
        }
    }

    fn started(&self) -> MutexGuard<'_, BTreeMap<String, Download<'a>>> {
        self.started.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins the downloads of what comes `next`, as many as there may be.
    pub(crate) fn reach<'i>(&self, next: impl Iterator<Item = &'i Item>) {
        let mut started = self.started();
        // One place is the workout's in work.
        for item in next.take(self.most.saturating_sub(1)) {
            started.entry(item.id.clone()).or_insert_with(|| {
                let (source, item) = (self.source, item.clone());
                Download::Future(Box::pin(async move { fetch(source, &item).await }))
            });
        }
    }

    /// Lets the downloads go on while `work` is done.
    pub(crate) async fn alongside<T>(&self, work: impl Future<Output = T>) -> T {
        let mut work = pin!(work);
        poll_fn(|context| {
            for download in self.started().values_mut() {
                let _ = download.poll_unpin(context);
            }
            work.as_mut().poll(context)
        })
        .await
    }

    /// The download of a workout: begun before, or now.
    pub(crate) async fn take(&self, item: &Item) -> Fetched {
        let begun = self.started().remove(item.id.as_str());
        match begun {
            Some(Download::Done(fetched)) => fetched,
            Some(Download::Future(running)) => running.await,
            Some(Download::Gone) | None => fetch(self.source, item).await,
        }
    }

    /// A workout that is not downloaded after all.
    pub(crate) fn forget(&self, item: &Item) {
        self.started().remove(item.id.as_str());
    }
}

pub(crate) async fn fetch(source: &dyn Source, item: &Item) -> Fetched {
    match source.fetch(item).await {
        // A download can be damaged on the way; the same damage twice is the file's own.
        Err(error) if error.kind() == ErrorKind::Invalid => source.fetch(item).await,
        answer => answer,
    }
}
