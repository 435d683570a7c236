//! `GET /training/getCalendarEvents?start=D.M.YYYY&end=D.M.YYYY`: everything in the diary between two days.
//!
//! Seen 2014 to 2026-08. The answer is an array of mixed kinds; see [`CalendarEvent`]. Since 2026-08 (or earlier) more
//! than 100 days are refused, so a longer range is asked for in windows of at most 90. Whether the last day belongs to a
//! window was never proved: windows share their end points, and what comes twice is given once.
//!
//! Times are the wall clock of the person, labelled as UTC; the types drop the label.

mod decode;
mod event;

use std::collections::HashSet;
use std::ops::RangeBounds;

use chrono::NaiveDate;
use futures_util::stream::{self, BoxStream, StreamExt, TryStreamExt};
use web_session::dates::DateRange;

use crate::client::PolarFlow;
use crate::error::Error;
use crate::service::CALENDAR_WINDOW_DAYS;

pub use decode::{StartField, decode, decode_with};
pub use event::{
    CalendarEvent, EventKey, FitnessTest, OrthostaticTest, OtherEvent, RrRecording, SessionEvent,
    TrainingTargetEvent,
};

const ENDPOINT: &str = "calendar";

impl PolarFlow {
    /// Everything in the diary on these local days, oldest window first. A range without an end goes to tomorrow.
    ///
    /// One request per 90 days, made when the stream gets there; dropping the stream ends it. The stream ends with the
    /// first error. An event is given once, and events outside the days asked for are left out.
    ///
    /// ```no_run
    /// # async fn example(polar: polar_flow::PolarFlow) -> Result<(), polar_flow::Error> {
    /// use chrono::NaiveDate;
    /// use futures_util::TryStreamExt;
    /// use polar_flow::calendar::CalendarEvent;
    ///
    /// let from: NaiveDate = "2016-01-01".parse().unwrap();
    /// let mut events = polar.calendar(from..);
    /// while let Some(event) = events.try_next().await? {
    ///     if let CalendarEvent::Session(session) = event {
    ///         println!("{} began at {}", session.id, session.start);
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn calendar(
        &self,
        days: impl RangeBounds<NaiveDate>,
    ) -> BoxStream<'static, Result<CalendarEvent, Error>> {
        let (polar, days) = (self.clone(), self.days(days));
        let windows = days.overlapping_windows(CALENDAR_WINDOW_DAYS);
        stream::try_unfold((windows, HashSet::new()), move |(mut rest, before)| {
            let polar = polar.clone();
            async move {
                let Some(window) = rest.next() else {
                    return Ok::<_, Error>(None);
                };
                let mut seen = HashSet::new();
                let mut fresh = Vec::new();
                for event in polar.calendar_window(window).await? {
                    let key = event.key();
                    let wanted = event.day().is_none_or(|day| days.contains(day));
                    // A window repeats at most what its neighbour had, so remembering one window is enough.
                    if seen.insert(key.clone()) && !before.contains(&key) && wanted {
                        fresh.push(Ok::<_, Error>(event));
                    }
                }
                Ok(Some((stream::iter(fresh), (rest, seen))))
            }
        })
        .try_flatten()
        .boxed()
    }

    /// The training sessions among [`calendar`](Self::calendar).
    pub fn sessions(
        &self,
        days: impl RangeBounds<NaiveDate>,
    ) -> BoxStream<'static, Result<SessionEvent, Error>> {
        self.calendar(days)
            .try_filter_map(|event| async move {
                Ok(match event {
                    CalendarEvent::Session(session) => Some(*session),
                    _ => None,
                })
            })
            .boxed()
    }

    async fn calendar_window(&self, window: DateRange) -> Result<Vec<CalendarEvent>, Error> {
        let day = |day: NaiveDate| day.format("%-d.%-m.%Y").to_string();
        let request = self
            .session()
            .get(self.url(&self.endpoints().calendar))
            .endpoint(ENDPOINT)
            .query("start", &day(window.from()))
            .query("end", &day(window.until()));
        let response = self.call(request).json_response().await?;
        let events = decode_with(response.body(), self.session().observer(), self.inner.start)
            .map_err(|issue| Box::new(web_session::DecodeError::new(&response, issue)))?;
        Ok(events)
    }
}

#[cfg(test)]
mod tests;
