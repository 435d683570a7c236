//! The stories of the crash matrix.

use std::time::Duration;

use chrono::{NaiveDateTime, TimeDelta};

use super::scenario::{PLAIN, Scenario, Start};
use super::world::{Answer, FinishAnswer, World};
use crate::StateName::{self, Delivered, Parked, Rejected};
use crate::{ErrorKind, Policy};

/// A day in March 2026, `day` and hour.
fn at(day: u32, hour: u32) -> NaiveDateTime {
    chrono::NaiveDate::from_ymd_opt(2026, 3, day)
        .and_then(|day| day.and_hms_opt(hour, 0, 0))
        .unwrap_or_default()
}

fn three_runs(world: &mut World) {
    world.source.has("1", at(1, 10), 30, 5.0);
    world.source.has("2", at(2, 10), 40, 8.0);
    world.source.has("3", at(9, 10), 50, 10.0);
}

/// However often it is sent, it is stored and the answer proves nothing.
const UNKNOWN_FOR_EVER: &[Answer] = &[
    Answer::StoreThenReset,
    Answer::StoreOpaque,
    Answer::StoreAndHang,
    Answer::StoreThenReset,
    Answer::StoreOpaque,
    Answer::StoreThenReset,
];

fn twins(world: &mut World) {
    world.source.has("1", at(5, 7), 30, 5.0);
    world.source.has("2", at(5, 18), 30, 5.0);
}

const THREE_DELIVERED: &[(&str, StateName, usize)] = &[
    ("1", Delivered, 1),
    ("2", Delivered, 1),
    ("3", Delivered, 1),
];
const TWO_DELIVERED: &[(&str, StateName, usize)] = &[("1", Delivered, 1), ("2", Delivered, 1)];

pub(super) const ALL: &[Scenario] = &[
    Scenario {
        name: "first-sync",
        build: three_runs,
        end: THREE_DELIVERED,
        activities: 3,
        ..PLAIN
    },
    Scenario {
        name: "indoor-and-outdoor",
        build: |world| {
            world.source.has("1", at(1, 10), 30, 5.0);
            world.source.has_indoor("2", at(1, 18), 60);
            world.source.has_indoor("3", at(2, 18), 0);
            world.source.has("4", at(2, 10), 45, 9.0);
        },
        end: &[
            ("1", Delivered, 1),
            ("2", Delivered, 1),
            ("3", Rejected, 0),
            ("4", Delivered, 1),
        ],
        activities: 3,
        ..PLAIN
    },
    Scenario {
        name: "reset-after-body",
        build: |world| {
            three_runs(world);
            world.destination.answers("1", &[Answer::StoreThenReset]);
            world
                .destination
                .answers("2", &[Answer::Reset, Answer::StoreThenReset]);
            world.destination.answers("3", &[Answer::StoreAndHang]);
        },
        end: THREE_DELIVERED,
        may_park: &["2"],
        activities: 3,
        ..PLAIN
    },
    Scenario {
        name: "answers-that-prove-nothing",
        build: |world| {
            three_runs(world);
            world.destination.answers("1", &[Answer::StoreOpaque]);
            world
                .destination
                .answers("2", &[Answer::Opaque, Answer::Opaque]);
            world.destination.answers("3", &[Answer::AcceptWithoutId]);
        },
        end: &[("1", Delivered, 1), ("2", Parked, 0), ("3", Delivered, 1)],
        activities: 2,
        ..PLAIN
    },
    Scenario {
        name: "listing-lags-longer-than-every-window",
        build: |world| {
            three_runs(world);
            world.destination.lists_late(TimeDelta::days(30));
            world.destination.answers("1", UNKNOWN_FOR_EVER);
            world.destination.answers("2", UNKNOWN_FOR_EVER);
        },
        end: &[("1", Parked, 1), ("2", Parked, 1), ("3", Delivered, 1)],
        never_listed: &["1", "2", "3"],
        activities: 3,
        ..PLAIN
    },
    Scenario {
        name: "listing-lags-longer-than-a-long-wait",
        build: |world| {
            three_runs(world);
            world.policy = Policy::default().with_resend(Duration::from_secs(900));
            world.destination.lists_late(TimeDelta::hours(8));
            world.destination.answers("1", UNKNOWN_FOR_EVER);
        },
        start: Start::AfterDeath("send 1"),
        end: &[("1", Parked, 1), ("2", Delivered, 1), ("3", Delivered, 1)],
        never_listed: &["1", "2", "3"],
        activities: 3,
        ..PLAIN
    },
    Scenario {
        name: "late-listing",
        build: |world| {
            three_runs(world);
            world.destination.lists_late(TimeDelta::seconds(100));
            world.destination.answers("1", &[Answer::StoreThenReset]);
            world.destination.answers("2", &[Answer::AcceptWithoutId]);
            world.destination.answers("3", &[Answer::StoreOpaque]);
        },
        end: THREE_DELIVERED,
        activities: 3,
        ..PLAIN
    },
    Scenario {
        name: "poison-item",
        build: |world| {
            three_runs(world);
            world.policy = Policy::default().with_max_attempts(3);
            world.source.always_fails("1", ErrorKind::Temporary);
            world.source.always_fails("2", ErrorKind::Invalid);
        },
        end: &[("1", Parked, 0), ("2", Parked, 0), ("3", Delivered, 1)],
        activities: 1,
        ..PLAIN
    },
    Scenario {
        name: "refused-item",
        build: |world| {
            three_runs(world);
            for start in world.source.exercises("2") {
                world.destination.refuses(start);
            }
        },
        end: &[("1", Delivered, 1), ("2", Rejected, 0), ("3", Delivered, 1)],
        activities: 2,
        ..PLAIN
    },
    Scenario {
        name: "trouble-that-passes",
        build: |world| {
            three_runs(world);
            world
                .source
                .fails("1", &[ErrorKind::Temporary, ErrorKind::Invalid]);
            world.destination.finds_fail(1);
            let answers = [
                Answer::NotSent(ErrorKind::Temporary),
                Answer::NotSent(ErrorKind::SignInNeeded),
            ];
            world.destination.answers("2", &answers);
        },
        end: THREE_DELIVERED,
        activities: 3,
        ..PLAIN
    },
    Scenario {
        name: "lease-takeover",
        build: |world| {
            three_runs(world);
            world.destination.lists_late(TimeDelta::seconds(60));
        },
        start: Start::AfterDeath("send 2"),
        end: THREE_DELIVERED,
        activities: 3,
        ..PLAIN
    },
    Scenario {
        name: "lease-takeover-before-sending",
        build: three_runs,
        start: Start::AfterDeath("fetch 2"),
        end: THREE_DELIVERED,
        activities: 3,
        ..PLAIN
    },
    Scenario {
        name: "multi-sport-session",
        build: |world| {
            world.source.has_session("1", at(1, 10), 3);
            world.source.has("2", at(1, 18), 50, 12.0);
            world
                .destination
                .answers("1", &[Answer::Accept, Answer::StoreThenReset]);
        },
        end: &[("1", Delivered, 3), ("2", Delivered, 1)],
        activities: 4,
        ..PLAIN
    },
    Scenario {
        name: "multi-sport-session-refused",
        build: |world| {
            world.source.has_session("1", at(1, 10), 4);
            world.source.has("2", at(1, 18), 50, 12.0);
            if let Some(last) = world.source.exercises("1").last() {
                world.destination.refuses(*last);
            }
        },
        // Never half a session: the three that were taken are removed again.
        end: &[("1", Parked, 3), ("2", Delivered, 1)],
        activities: 1,
        ..PLAIN
    },
    Scenario {
        name: "twins",
        build: |world| {
            twins(world);
            world.destination.answers("1", &[Answer::StoreThenReset]);
            world.destination.answers("2", &[Answer::AcceptWithoutId]);
        },
        twins: true,
        end: TWO_DELIVERED,
        activities: 2,
        ..PLAIN
    },
    Scenario {
        name: "twins-listed-late",
        build: |world| {
            twins(world);
            world.destination.lists_late(TimeDelta::seconds(60));
            world.destination.answers("1", &[Answer::StoreThenReset]);
            world.destination.answers("2", &[Answer::StoreThenReset]);
        },
        twins: true,
        // After the engine gave up a send of the first, the new activity may be that send.
        may_park: &["2"],
        end: TWO_DELIVERED,
        activities: 2,
        ..PLAIN
    },
    Scenario {
        name: "was-there-already",
        build: |world| {
            three_runs(world);
            world.destination.has("77", at(2, 0).date(), 2400, 8000.0);
        },
        end: &[
            ("1", Delivered, 1),
            ("2", Delivered, 0),
            ("3", Delivered, 1),
        ],
        activities: 3,
        ..PLAIN
    },
    Scenario {
        name: "finish-step",
        build: |world| {
            world.source.has_session("1", at(1, 10), 2);
            world.source.has("2", at(2, 10), 40, 8.0);
            world.source.has("3", at(9, 10), 50, 10.0);
            for id in ["1", "2"] {
                world.source.tells(id, "windy");
            }
        },
        end: &[
            ("1", Delivered, 2),
            ("2", Delivered, 1),
            ("3", Delivered, 1),
        ],
        activities: 4,
        ..PLAIN
    },
    Scenario {
        name: "finish-step-without-answers",
        build: |world| {
            three_runs(world);
            for id in ["1", "2", "3"] {
                world.source.tells(id, "windy");
            }
            let answers = [FinishAnswer::SetThenReset];
            world.destination.finishings("1", &answers);
            world
                .destination
                .finishings("2", &[FinishAnswer::Reset, FinishAnswer::SetThenReset]);
            world.destination.answers("2", &[Answer::StoreThenReset]);
        },
        end: THREE_DELIVERED,
        activities: 3,
        ..PLAIN
    },
    Scenario {
        name: "finish-step-whose-activity-is-listed-late",
        build: |world| {
            three_runs(world);
            for id in ["1", "2"] {
                world.source.tells(id, "windy");
                world.destination.answers(id, &[Answer::AcceptWithoutId]);
            }
            world.destination.lists_late(TimeDelta::seconds(100));
            world.destination.finishings("2", &[FinishAnswer::Reset]);
        },
        end: THREE_DELIVERED,
        activities: 3,
        ..PLAIN
    },
    Scenario {
        name: "ledger-lost-in-the-crash",
        build: |world| {
            three_runs(world);
            world.source.has_session("4", at(20, 10), 2);
        },
        crash_loses_ledger: true,
        end: &[
            ("1", Delivered, 1),
            ("2", Delivered, 1),
            ("3", Delivered, 1),
            ("4", Delivered, 2),
        ],
        activities: 5,
        ..PLAIN
    },
    Scenario {
        name: "ledger-lost-before",
        build: |world| {
            three_runs(world);
            twins_of_the_tenth(world);
            world.source.has_session("6", at(20, 10), 2);
        },
        start: Start::LostLedger,
        twins: true,
        end: &[
            ("1", Delivered, 1),
            ("2", Delivered, 1),
            ("3", Delivered, 1),
            ("4", Delivered, 1),
            ("5", Delivered, 1),
            ("6", Delivered, 2),
        ],
        activities: 7,
        ..PLAIN
    },
    Scenario {
        name: "rebuild",
        build: |world| {
            three_runs(world);
            twins_of_the_tenth(world);
            world.source.has_session("6", at(20, 10), 2);
        },
        start: Start::LostLedger,
        rebuild: true,
        twins: true,
        end: &[
            ("1", Delivered, 1),
            ("2", Delivered, 1),
            ("3", Delivered, 1),
            ("4", Delivered, 1),
            ("5", Delivered, 1),
            ("6", Delivered, 2),
        ],
        activities: 7,
        ..PLAIN
    },
];

fn twins_of_the_tenth(world: &mut World) {
    world.source.has("4", at(12, 7), 30, 5.0);
    world.source.has("5", at(12, 18), 30, 5.0);
}
