//! Which days of the source are listed.

use chrono::{Days, NaiveDate};

use crate::book::{Book, Cursor};
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
/// day that was completely taken in, until tomorrow (somebody is always a time zone ahead).
pub(crate) fn choose(book: &Book, today: NaiveDate) -> Window {
    let until = today.checked_add_days(Days::new(1)).unwrap_or(today);
    let Some(cursor) = book.cursor() else {
        return Window {
            from: BEGINNING.min(until),
            until,
        };
    };
    let overlap = cursor
        .until
        .checked_sub_days(Days::new(OVERLAP_DAYS))
        .unwrap_or(cursor.from);
    let oldest_open = book
        .records()
        .filter(|r| is_open(r))
        .map(|r| r.item.day())
        .min();
    let mut known: Vec<NaiveDate> = book.records().map(|record| record.item.day()).collect();
    known.sort_unstable_by(|a, b| b.cmp(a));
    let newest_known = known.get(KNOWN_IN_OVERLAP - 1).or(known.last()).copied();
    let from = [Some(overlap), oldest_open, newest_known]
        .into_iter()
        .flatten()
        .min();
    Window {
        from: from.unwrap_or(BEGINNING).min(until),
        until,
    }
}

/// Whether the workout will move on by itself.
fn is_open(record: &Record) -> bool {
    let name = record.state.name();
    !name.is_settled() && name != StateName::Parked && name != StateName::Rejected
}

/// The cursor after a window was taken in completely. A window that leaves a gap behind the cursor does not move it: the gap
/// would be forgotten.
pub(crate) fn advance(cursor: Option<Cursor>, window: Window, today: NaiveDate) -> Cursor {
    let taken = Cursor {
        from: window.from,
        until: window.until.min(today),
    };
    let Some(cursor) = cursor else { return taken };
    let touches = |a: NaiveDate, b: NaiveDate| {
        a <= b.checked_add_days(Days::new(1)).unwrap_or(NaiveDate::MAX)
    };
    if touches(taken.from, cursor.until) && touches(cursor.from, taken.until) {
        Cursor {
            from: cursor.from.min(taken.from),
            until: cursor.until.max(taken.until),
        }
    } else {
        cursor
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
        assert_eq!(advance(Some(old), apart, today), old);
        let touching = window("2026-02-01", "2026-02-28");
        assert_eq!(
            advance(Some(old), touching, today),
            cursor("2026-01-01", "2026-02-28")
        );
    }

    #[test]
    fn the_future_is_never_taken_as_covered() {
        let today = day("2026-11-23");
        let taken = advance(None, window("2026-11-01", "2026-11-24"), today);
        assert_eq!(taken, cursor("2026-11-01", "2026-11-23"));
    }
}
