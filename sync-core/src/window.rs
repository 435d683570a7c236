//! Which days of the source are listed.

use chrono::{Days, NaiveDate};

use crate::book::{Book, BookError, Cursor};
use crate::item::Window;
use crate::record::{Record, StateName};

/// Watches are synchronised late: a workout may appear at the source long after it took place.
const OVERLAP_DAYS: u64 = 90;
/// The overlap reaches back over at least this many known workouts, so that an empty listing is always suspicious.
pub(crate) const KNOWN_IN_OVERLAP: usize = 8;
/// Where a whole history begins: before the first heart-rate computers that stored a date.
pub const BEGINNING: NaiveDate = match NaiveDate::from_ymd_opt(2000, 1, 1) {
    Some(day) => day,
    None => NaiveDate::MIN,
};

/// The window of a run for which nobody asked for certain days.
///
/// Without a ledger: everything. With one: from the oldest workout that is still open, and at least the overlap behind the last
/// day that was completely taken in, until tomorrow (somebody is always a time zone ahead). As long as only days of a person's choice
/// were taken in, the rest of the history is still to come.
pub(crate) async fn choose(
    book: &Book,
    unsettled: &[Record],
    today: NaiveDate,
) -> Result<Window, BookError> {
    let until = today.checked_add_days(Days::new(1)).unwrap_or(today);
    let Some(cursor) = book.cursor().filter(|cursor| cursor.from <= BEGINNING) else {
        return Ok(Window {
            from: BEGINNING.min(until),
            until,
        });
    };
    let oldest_open = unsettled
        .iter()
        .filter(|record| is_open(record))
        .map(|record| record.item.day())
        .min();
    let overlap = overlap(book, cursor).await?;
    Ok(Window {
        from: oldest_open
            .map_or(overlap, |day| day.min(overlap))
            .min(until),
        until,
    })
}

/// Where the overlap begins: so many days back, and as many more as it takes to look at some workouts that are known.
async fn overlap(book: &Book, cursor: Cursor) -> Result<NaiveDate, BookError> {
    let before = |days| {
        cursor
            .until
            .checked_sub_days(Days::new(days))
            .unwrap_or(cursor.from)
    };
    let shortest = before(OVERLAP_DAYS);
    let mut days = OVERLAP_DAYS;
    loop {
        let from = before(days);
        let window = Window {
            from,
            until: Window::ALL.until,
        };
        let mut known: Vec<NaiveDate> = book
            .known(window)
            .await?
            .into_iter()
            .filter(|entry| !entry.is_gone())
            .map(|entry| entry.day)
            .collect();
        let all = from <= BEGINNING;
        if known.len() >= KNOWN_IN_OVERLAP || all {
            known.sort_unstable_by(|a, b| b.cmp(a));
            let newest = known.get(KNOWN_IN_OVERLAP - 1).or(known.last());
            return Ok(newest.map_or(shortest, |day| shortest.min(*day)));
        }
        days = days.saturating_mul(4);
    }
}

/// From which day on runs look for unsettled workouts: well behind what they list anyway.
pub(crate) fn frontier(today: NaiveDate) -> NaiveDate {
    let overlap = Days::new(OVERLAP_DAYS);
    today.checked_sub_days(overlap).unwrap_or(BEGINNING)
}

/// Whether the workout will move on by itself.
fn is_open(record: &Record) -> bool {
    let name = record.state.name();
    !name.is_settled() && name != StateName::Parked && name != StateName::Rejected
}

/// The cursor after a window was taken in completely. A window that leaves a gap behind the cursor does not move it: the gap
/// would be forgotten; and one in the future takes nothing in.
pub(crate) fn advance(cursor: Option<Cursor>, window: Window, today: NaiveDate) -> Option<Cursor> {
    let taken = Cursor {
        from: window.from,
        until: window.until.min(today),
    };
    if taken.from > taken.until {
        return cursor;
    }
    let Some(cursor) = cursor else {
        return Some(taken);
    };
    let touches = |a: NaiveDate, b: NaiveDate| {
        a <= b.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX)
    };
    if touches(taken.from, cursor.until) && touches(cursor.from, taken.until) {
        Some(Cursor {
            from: cursor.from.min(taken.from),
            until: cursor.until.max(taken.until),
        })
    } else {
        Some(cursor)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn cursor(from: &str, until: &str) -> Cursor {
        Cursor {
            from: day(from),
            until: day(until),
        }
    }

    fn window(from: &str, until: &str) -> Window {
        Window::new(day(from), day(until)).unwrap()
    }

    #[test]
    fn a_window_behind_a_gap_does_not_move_the_cursor() {
        let today = day("2026-11-23");
        let old = cursor("2026-01-01", "2026-01-31");
        let apart = window("2026-06-01", "2026-06-30");
        assert_eq!(advance(Some(old), apart, today), Some(old));
        let touching = window("2026-02-01", "2026-02-28");
        assert_eq!(
            advance(Some(old), touching, today),
            Some(cursor("2026-01-01", "2026-02-28"))
        );
    }

    #[test]
    fn the_future_is_never_taken_as_covered() {
        let today = day("2026-11-23");
        let taken = advance(None, window("2026-11-01", "2026-11-24"), today);
        assert_eq!(taken, Some(cursor("2026-11-01", "2026-11-23")));
        let future = window("2026-12-01", "2026-12-31");
        assert_eq!(advance(None, future, today), None);
    }
}
