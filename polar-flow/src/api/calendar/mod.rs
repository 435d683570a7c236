//! `GET /training/getCalendarEvents?start=D.M.YYYY&end=D.M.YYYY`: everything in the diary between two days.
//!
//! Seen 2014 to 2026-08. The answer is an array of mixed kinds; see [`CalendarEvent`]. Since 2026-08 (or earlier) more
//! than 100 days are refused, so a longer range is asked for in windows of at most 90. Whether the last day belongs to a
//! window was never proved: windows share their end points, and what comes twice is given once.
//!
//! Times are the wall clock of the person, labelled as UTC; the types drop the label.

mod decode;
mod event;
mod window;

use std::collections::HashSet;

use chrono::NaiveDate;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use web_session::join;

use crate::client::{ACCEPT_JSON, Expect, PolarFlow};
use crate::error::Error;

pub use decode::decode;
pub use event::{
    CalendarEvent, EventKey, ExerciseEvent, FitnessTest, OrthostaticTest, OtherEvent, RrRecording,
    TrainingTargetEvent,
};
use window::{Window, windows};

const ENDPOINT: &str = "calendar";

impl PolarFlow {
    /// Everything in the diary on the days `from..=until` (local days, both included), oldest window first.
    ///
    /// One request per 90 days, made when the stream gets there; dropping the stream ends it. The stream ends with the
    /// first error. An event is given once, and events outside the days asked for are left out.
    ///
    /// ```no_run
    /// # async fn example(polar: polar_flow::PolarFlow) -> Result<(), polar_flow::Error> {
    /// use futures_util::TryStreamExt;
    /// use polar_flow::calendar::CalendarEvent;
    ///
    /// let (from, until) = ("2016-01-01".parse().unwrap(), "2025-12-31".parse().unwrap());
    /// let mut events = polar.calendar(from, until);
    /// while let Some(event) = events.try_next().await? {
    ///     if let CalendarEvent::Exercise(exercise) = event {
    ///         println!("{} began at {}", exercise.id, exercise.start);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn calendar(
        &self,
        from: NaiveDate,
        until: NaiveDate,
    ) -> BoxStream<'_, Result<CalendarEvent, Error>> {
        let asked = windows(from, until);
        stream::try_unfold(
            (asked, HashSet::new()),
            move |(mut rest, before)| async move {
                let Some(window) = rest.next() else {
                    return Ok::<_, Error>(None);
                };
                let mut seen = HashSet::new();
                let mut fresh = Vec::new();
                for event in self.calendar_window(window).await? {
                    let key = event.key();
                    let wanted = event.day().is_none_or(|day| from <= day && day <= until);
                    // A window repeats at most what its neighbour had, so remembering one window is enough.
                    if seen.insert(key.clone()) && !before.contains(&key) && wanted {
                        fresh.push(Ok::<_, Error>(event));
                    }
                }
                Ok(Some((stream::iter(fresh), (rest, seen))))
            },
        )
        .try_flatten()
        .boxed()
    }

    /// The exercises among [`calendar`](Self::calendar).
    pub fn exercises(
        &self,
        from: NaiveDate,
        until: NaiveDate,
    ) -> BoxStream<'_, Result<ExerciseEvent, Error>> {
        self.calendar(from, until)
            .try_filter_map(|event| async move {
                Ok(match event {
                    CalendarEvent::Exercise(exercise) => Some(*exercise),
                    _ => None,
                })
            })
            .boxed()
    }

    async fn calendar_window(&self, window: Window) -> Result<Vec<CalendarEvent>, Error> {
        let day = |day: NaiveDate| day.format("%-d.%-m.%Y").to_string();
        let request = self
            .session()
            .get(join(self.flow_url(), &self.endpoints().calendar))
            .endpoint(ENDPOINT)
            .header("accept", ACCEPT_JSON)
            .query("start", &day(window.start))
            .query("end", &day(window.end));
        let response = self.read(request, Expect::Json).await?;
        let events = decode(response.body(), self.session().observer())
            .map_err(|issue| Box::new(web_session::DecodeError::new(&response, issue)))?;
        Ok(events)
    }
}

#[cfg(test)]
mod tests;
