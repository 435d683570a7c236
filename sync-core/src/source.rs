//! Where workouts come from.

use async_trait::async_trait;
use futures_util::stream::{self, BoxStream};
use futures_util::{StreamExt, TryFutureExt, TryStreamExt};
use workout_files::Workout;

use crate::{Item, ServiceError, Window};

/// A service that workouts are moved from.
///
/// Implementers sign in, renew and retry reads by themselves; the engine receives only the errors
/// that they could not mend.
#[async_trait]
pub trait Source: Send + Sync {
    /// A short stable name, such as `polar-flow`: ASCII letters, digits, `-`, `_` and `.`. It is part of every ledger key.
    fn name(&self) -> &str;

    /// Proves that the session works, with one cheap request.
    ///
    /// # Behavior
    /// - Called when fetching fails in a way that may pass, to tell "this workout is broken" from "the service is down".
    /// - A dead session that cannot be renewed is [`SignInNeeded`](crate::ErrorKind::SignInNeeded).
    /// - The default has no session to prove.
    async fn check(&self) -> Result<(), ServiceError> {
        Ok(())
    }

    /// Whether a listing of the whole history costs about as much as that of a few days: of a folder, of an archive.
    ///
    /// # Behavior
    /// - Every run then lists all of it, so that an old workout that is added or mended later is found. Otherwise a run lists the last
    ///   90 days and what it never listed.
    /// - Every run then fetches a workout again that was parked because its file cannot be used: the user may have replaced the file.
    fn lists_all_at_once(&self) -> bool {
        false
    }

    /// Lists the workouts that started on the days of `window`, in any order.
    ///
    /// # Behavior
    /// - Complete or an error: a listing that silently leaves something out loses workouts.
    /// - An entry that is a workout but lacks its id or start ends the stream with [`Drift`](crate::ErrorKind::Drift).
    /// - Entries that are no workouts (tests, targets, unknown kinds) are left out.
    /// - The same workout may come twice, with the same facts. Two workouts with one id are an error of the source: the engine sees one.
    fn list(&self, window: Window) -> BoxStream<'_, Result<Item, ServiceError>>;

    /// Downloads one workout.
    ///
    /// # Behavior
    /// - The item's id says which. Its other facts may be those of an old listing.
    /// - Every workout has a start, of itself or of its trackpoints: an instant.
    /// - One [`Workout`] per exercise, in order of their starts: a multi-sport session gives several, everything else one. Never empty.
    /// - What arrived but is no workout file (an HTML page, an empty body) is an error, never a workout.
    /// - Gone from the source: [`NotFound`](crate::ErrorKind::NotFound).
    /// - A file that cannot be read as a workout: [`Invalid`](crate::ErrorKind::Invalid) with the
    ///   fault and its place in the file.
    async fn fetch(&self, item: &Item) -> Result<Vec<Workout>, ServiceError>;
}

/// A listing for sources that know all their items at once: [`Source::list`] of a file, a folder, an archive.
///
/// Items of other days than those of `window` are left out; an error is the only entry.
///
/// ```
/// use sync_core::{BoxStream, Item, ServiceError, Window, list_at_once};
///
/// fn list(window: Window) -> BoxStream<'static, Result<Item, ServiceError>> {
///     list_at_once(window, async {
///         let read = std::fs::read_to_string("diary.txt");
/// #       drop(read);
///         Ok(Vec::new()) // all items of the diary
///     })
/// }
/// ```
pub fn list_at_once<'a>(
    window: Window,
    items: impl Future<Output = Result<Vec<Item>, ServiceError>> + Send + 'a,
) -> BoxStream<'a, Result<Item, ServiceError>> {
    let items = items.map_ok(|items| stream::iter(items).map(Ok));
    let is_asked = move |item: &Item| std::future::ready(window.contains(item.day()));
    items.try_flatten_stream().try_filter(is_asked).boxed()
}
