//! Which days of the source are listed.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use crate::Source;
use crate::engine::RunError;
use crate::item::Window;
use crate::ledger::Select;
use crate::model::{Record, StateName};
use crate::store::{Store, brief};

/// Watches are synchronised late: a workout may appear at the source long after it took place.
const OVERLAP_DAYS: u64 = 90;
/// The overlap reaches back over at least this many known workouts, so that an empty listing is always suspicious.
pub(crate) const KNOWN_IN_OVERLAP: usize = 8;
/// An account without any workout is listed from its beginning so often.
const EMPTY_FOR: TimeDelta = TimeDelta::days(7);
/// The first day of a whole history: before the first heart-rate computers that stored a date.
pub const BEGINNING: NaiveDate = NaiveDate::from_ymd_opt(2000, 1, 1).expect("a day");

/// The first day that is asked of a source that lists all at once: wrong clocks make workouts of 1970, 1980 and 1999.
const LONG_AGO: NaiveDate = NaiveDate::from_ymd_opt(1900, 1, 1).expect("a day");

/// The days that a run lists.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Windows {
    pub(crate) windows: Vec<Window>,
    /// The days of which known workouts are missed when the source does not list them; `None` for all listed ones.
    pub(crate) watched: Option<Window>,
    /// Further days, should anything be listed in `windows`.
    pub(crate) once_something_is_listed: Vec<Window>,
}

impl Windows {
    /// These days, and no others.
    pub(crate) fn only(windows: Vec<Window>) -> Self {
        Self {
            windows,
            watched: None,
            once_something_is_listed: Vec::new(),
        }
    }
}

/// All days since this one, until tomorrow: some time zone is always a day ahead.
fn since(from: NaiveDate, today: NaiveDate) -> Window {
    let until = today.succ_opt().unwrap_or(today);
    let from = from.min(until);
    Window { from, until }
}

/// A whole history.
pub(crate) fn whole(source: &dyn Source, today: NaiveDate) -> Window {
    let all_at_once = source.lists_all_at_once();
    since(if all_at_once { LONG_AGO } else { BEGINNING }, today)
}

/// The days that a run lists for which no days were asked: whatever was never listed completely, and an overlap with what was, until
/// tomorrow (some time zone is always a day ahead). A source that lists all at once lists everything in every run.
///
/// The overlap begins at the oldest workout that moves on by itself, and at least [`OVERLAP_DAYS`] behind the last day that was taken in.
pub(crate) async fn choose(
    store: &Store,
    open: &[Record],
    source: &dyn Source,
    now: DateTime<Utc>,
) -> Result<Windows, RunError> {
    let today = now.date_naive();
    let (whole, all_at_once) = (whole(source, today), source.lists_all_at_once());
    let state = &store.state;
    let Some(last) = state.listed.last() else {
        let recent = since(before(today, OVERLAP_DAYS), today);
        let is_recent = |at: DateTime<Utc>| now - at < EMPTY_FOR && at <= now;
        let was_empty = state.empty_at.is_some_and(is_recent);
        return Ok(match was_empty && open.is_empty() && !all_at_once {
            true => Windows {
                once_something_is_listed: gaps(whole, &[recent]),
                ..Windows::only(vec![recent])
            },
            false => Windows::only(vec![whole]),
        });
    };
    let moves_on = |state: StateName| !state.needs_user() && !state.is_settled();
    let open = open.iter().filter(|record| moves_on(record.state.name()));
    let oldest_open = open.map(|record| record.item.day()).min();
    // A clock that was ahead took in days that are not over.
    let overlap = overlap(store, last.until.min(today)).await?;
    let recent = since(oldest_open.unwrap_or(overlap).min(overlap), today);
    if all_at_once {
        // Files are taken away in the course of time: older ones are not missed.
        return Ok(Windows {
            watched: Some(recent),
            ..Windows::only(vec![whole])
        });
    }
    let mut windows = gaps(whole, &[&state.listed[..], &[recent]].concat());
    windows.push(recent);
    Ok(Windows::only(windows))
}

/// The days of `whole` that are in none of `known`.
fn gaps(whole: Window, known: &[Window]) -> Vec<Window> {
    let mut known = known.to_vec();
    known.sort_by_key(|window| window.from);
    let mut gaps = Vec::new();
    let mut next = Some(whole.from);
    for window in known {
        let Some(from) = next else { break };
        let until = window.from.pred_opt().map(|day| day.min(whole.until));
        gaps.extend(until.and_then(|until| Window::new(from, until)));
        next = window.until.succ_opt().map(|day| day.max(from));
    }
    gaps.extend(next.and_then(|from| Window::new(from, whole.until)));
    gaps
}

fn before(day: NaiveDate, days: u64) -> NaiveDate {
    day.checked_sub_days(Days::new(days)).unwrap_or(BEGINNING)
}

/// The first day of the overlap: a fixed number of days back, and further until it includes some
/// known workouts.
async fn overlap(store: &Store, last: NaiveDate) -> Result<NaiveDate, RunError> {
    let shortest = before(last, OVERLAP_DAYS);
    let mut days = OVERLAP_DAYS;
    loop {
        let from = before(last, days);
        let until = Window::ALL.until;
        let mut known: Vec<NaiveDate> = Vec::new();
        let selected = Select::Days(Window { from, until });
        let visited = store.visit(selected, brief, |brief| {
            known.extend(brief.day.filter(|_| !brief.is_gone));
        });
        visited.await?;
        if known.len() >= KNOWN_IN_OVERLAP || from <= BEGINNING {
            known.sort_unstable_by(|a, b| b.cmp(a));
            let newest = known.get(KNOWN_IN_OVERLAP - 1).or(known.last());
            return Ok(newest.map_or(shortest, |day| shortest.min(*day)));
        }
        days = days.saturating_mul(4);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_the_days_that_were_never_listed() {
        let whole = Window::of("2000-01-01", "2026-11-24");
        let known = [
            Window::of("2026-06-01", "2026-11-24"),
            Window::of("2010-01-01", "2010-12-31"),
        ];
        assert_eq!(
            gaps(whole, &known),
            [
                Window::of("2000-01-01", "2009-12-31"),
                Window::of("2011-01-01", "2026-05-31")
            ]
        );
        assert_eq!(gaps(whole, &[whole]), []);
        assert_eq!(gaps(whole, &[]), [whole]);
        let beyond = Window::of("1990-01-01", "2030-01-01");
        assert_eq!(gaps(whole, &[beyond]), []);
        let future = Window::of("2026-12-01", "2026-12-31");
        assert_eq!(gaps(whole, &[future]), [whole]);
    }
}
