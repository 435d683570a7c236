//! A small training history with the cases that failed in public bug reports.

use chrono::{DateTime, NaiveDate, NaiveDateTime, TimeDelta, Utc};

use super::tcx::SyntheticTcx;
use crate::polar::{CalendarEvent, PolarSession, PolarSport};

/// Minutes by which the invented runner's clock is ahead of UTC.
const OFFSET: i32 = 60;

/// Twelve sessions of the winter of 2024/25: runs, rides, a late evening of 31 December, a pool swim and a strength
/// session without positions, a late fix, two runs of equal length on one day, a multi-sport session.
#[must_use]
pub fn history() -> Vec<PolarSession> {
    let multisport = vec![
        recipe((2025, 1, 11), (10, 0), PolarSport::CYCLING)
            .seconds(1200)
            .speed(7.5)
            .exercise(OFFSET),
        recipe((2025, 1, 11), (10, 22), PolarSport::RUNNING)
            .seconds(900)
            .speed(3.1)
            .exercise(OFFSET),
    ];
    vec![
        session(
            1,
            recipe((2024, 12, 3), (7, 10), PolarSport::RUNNING).calories(410),
        ),
        session(
            2,
            recipe((2024, 12, 5), (18, 0), PolarSport::STRENGTH_TRAINING)
                .seconds(2700)
                .indoors(None)
                .calories(255),
        ),
        session(
            3,
            recipe((2024, 12, 8), (10, 0), PolarSport::ROAD_BIKING)
                .seconds(2400)
                .speed(8.1)
                .pause(700, 95.4)
                .pause(1500, 41.863)
                .calories(620),
        ),
        session(
            4,
            recipe((2024, 12, 14), (9, 0), PolarSport::RUNNING)
                .seconds(1100)
                .calories(220),
        ),
        session(
            5,
            recipe((2024, 12, 14), (16, 30), PolarSport::RUNNING)
                .seconds(1100)
                .calories(231),
        ),
        session(
            6,
            recipe((2024, 12, 20), (19, 5), PolarSport::POOL_SWIMMING)
                .seconds(2100)
                .indoors(Some(1250.0))
                .calories(390),
        )
        .note("Drills, then easy"),
        session(
            7,
            recipe((2024, 12, 27), (8, 45), PolarSport::TRAIL_RUNNING)
                .seconds(1500)
                .fix_after(130)
                .calories(330),
        ),
        session(
            8,
            recipe((2024, 12, 31), (23, 25), PolarSport::RUNNING)
                .seconds(2940)
                .calories(640)
                .notes("Into the new year"),
        )
        .note("Into the new year"),
        session(
            9,
            recipe((2025, 1, 4), (13, 15), PolarSport::HIKING)
                .seconds(3000)
                .speed(1.3)
                .heart_rate(None)
                .calories(280),
        ),
        PolarSession::multisport(id(10), OFFSET, multisport),
        session(
            11,
            recipe((2025, 1, 18), (6, 30), PolarSport::INDOOR_CYCLING)
                .seconds(1800)
                .laps(2)
                .indoors(None)
                .calories(350),
        ),
        session(
            12,
            recipe((2025, 2, 2), (9, 20), PolarSport::RUNNING)
                .seconds(2100)
                .laps(6)
                .calories(455),
        ),
    ]
}

/// Entries of the same calendar that are no sessions, one of each kind and one of an unknown kind.
#[must_use]
pub fn events() -> Vec<CalendarEvent> {
    let at = |day, hour| local((2024, 12, day), (hour, 0));
    vec![
        CalendarEvent::training_target(1_450_000_001, at(4, 9), "Easy run"),
        CalendarEvent::fitness_test(1_450_000_002, at(6, 10)),
        CalendarEvent::orthostatic_test(1_450_000_004, at(9, 7)),
        CalendarEvent::rr_recording(1_450_000_005, at(10, 7)),
        CalendarEvent::unknown_kind(at(11, 12)),
    ]
}

fn id(number: u64) -> u64 {
    8_100_000_000 + number
}

fn session(number: u64, recipe: SyntheticTcx) -> PolarSession {
    let mut session = PolarSession::new(id(number), OFFSET, recipe.exercise(OFFSET));
    session.average_heart_rate = recipe.average_heart_rate();
    session
}

fn recipe(day: (i32, u32, u32), time: (u32, u32), sport: PolarSport) -> SyntheticTcx {
    let start: DateTime<Utc> = (local(day, time) - TimeDelta::minutes(i64::from(OFFSET))).and_utc();
    SyntheticTcx::new(start, sport)
}

fn local((year, month, day): (i32, u32, u32), (hour, minute): (u32, u32)) -> NaiveDateTime {
    NaiveDate::from_ymd_opt(year, month, day)
        .and_then(|date| date.and_hms_milli_opt(hour, minute, 0, 250))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn ids_and_starts_are_distinct_and_the_dangerous_evening_is_there() {
        let sessions = history();
        assert_eq!(sessions.len(), 12);
        let ids: HashSet<_> = sessions.iter().map(|session| session.id).collect();
        let starts: HashSet<_> = sessions.iter().map(PolarSession::start_local).collect();
        assert_eq!((ids.len(), starts.len()), (12, 12));
        let evening = sessions.iter().find(|session| session.id == id(8)).unwrap();
        assert_eq!(evening.start_local().to_string(), "2024-12-31 23:25:00.250");
        let end = evening.start_local() + evening.duration();
        assert_eq!(end.date(), NaiveDate::from_ymd_opt(2025, 1, 1).unwrap());
    }
}
