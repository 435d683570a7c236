//! Which days of the source are listed.

use chrono::{DateTime, Days, NaiveDate, TimeDelta, Utc};

use crate::engine::RunError;
use crate::item::Window;
use crate::model::Record;
use crate::store::{Brief, Store};

/// Watches are synchronised late: a workout may appear at the source long after it took place.
const OVERLAP_DAYS: u64 = 90;
/// The overlap reaches back over at least this many known workouts, so that an empty listing is always suspicious.
pub(crate) const KNOWN_IN_OVERLAP: usize = 8;
/// An account without any workout is listed from its beginning so often.
const EMPTY_FOR: TimeDelta = TimeDelta::days(7);
/// The first day of a whole history: before the first heart-rate computers that stored a date.
pub const BEGINNING: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// The first day that is asked of a source that lists all at once: wrong clocks make workouts of 1970, 1980 and 1999.
const LONG_AGO: NaiveDate = match NaiveDate::from_ymd_opt(1900, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

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
    /// The days that the caller asked for.
    pub(crate) fn asked(window: Window) -> Self {
        Self {
            windows: vec![window],
            watched: None,
            once_something_is_listed: Vec::new(),
        }
    }
}

/// A whole history, until tomorrow: some time zone is always a day ahead.
pub(crate) fn whole(today: NaiveDate) -> Window {
    let until = today.succ_opt().unwrap_or(today);
    let from = BEGINNING.min(until);
    Window { from, until }
}

/// The days that a run lists for which no days were asked: whatever was never listed completely, and an overlap with what was, until
/// tomorrow (some time zone is always a day ahead). A source that lists all at once lists everything in every run.
///
/// The overlap begins at the oldest workout that moves on by itself, and at least [`OVERLAP_DAYS`] behind the last day that was taken in.
pub(crate) async fn choose(
    store: &Store,
    open: &[Record],
    all_at_once: bool,
    now: DateTime<Utc>,
) -> Result<Windows, RunError> {
    let today = now.date_naive();
    let until = today.succ_opt().unwrap_or(today);
    let first = match all_at_once {
        true => LONG_AGO,
        false => BEGINNING,
    };
    let whole = Window {
        from: first.min(until),
        until,
    };
    let state = store.state();
    let Some(last) = state.listed().last() else {
        let recent = Window {
            from: before(today, OVERLAP_DAYS),
            until,
        };
        let was_empty = state
            .empty_at
            .is_some_and(|at| now - at < EMPTY_FOR && at <= now);
        return Ok(match was_empty && open.is_empty() && !all_at_once {
            true => Windows {
                windows: vec![recent],
                watched: None,
                once_something_is_listed: gaps(whole, &[recent]),
            },
            false => Windows::asked(whole),
        });
    };
    let oldest_open = open
        .iter()
        .map(|record| (record, record.state.name()))
        .filter(|(_, state)| !state.needs_user() && !state.is_settled())
        .map(|(record, _)| record.item.day())
        .min();
    // A clock that was ahead took in days that are not over.
    let overlap = overlap(store, last.until.min(today)).await?;
    let from = oldest_open
        .map_or(overlap, |day| day.min(overlap))
        .min(until);
    let recent = Window { from, until };
    if all_at_once {
        // Files are taken away in the course of time: older ones are not missed.
        return Ok(Windows {
            watched: Some(recent),
            ..Windows::asked(whole)
        });
    }
    let mut windows = gaps(whole, &[state.listed(), &[recent]].concat());
    windows.push(recent);
    Ok(Windows {
        windows,
        watched: None,
        once_something_is_listed: Vec::new(),
    })
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
        let mut visit = |brief: Brief| known.extend(brief.day.filter(|_| !brief.is_gone));
        store
            .visit_briefly(Window { from, until }, &mut visit)
            .await?;
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
