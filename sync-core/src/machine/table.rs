//! The table in the documentation of [`machine`](super), made from the code.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Cx, Event};
use crate::model::{
    AfterRemoval, Exercise, Facts, Intent, LostSend, Part, Reason, Record, State, Step, StepKind,
};
use crate::{DeliveryForm, Finishing, Item, Policy, Receipt};

const STATES: [(&str, char); 12] = [
    ("new", 'N'),
    ("claimed", 'C'),
    ("sending", 'S'),
    ("unsure", 'U'),
    ("removing", 'R'),
    ("delivered", 'D'),
    ("linked", 'L'),
    ("waiting", 'W'),
    ("rejected", 'J'),
    ("parked", 'P'),
    ("skipped", 'K'),
    ("tombstoned", 'T'),
];

fn now() -> DateTime<Utc> {
    "2026-11-28T08:00:00Z".parse().unwrap()
}

fn reason() -> Reason {
    Reason::TooSlow
}

fn intent(part: usize, of: usize) -> Intent {
    Intent {
        part,
        of,
        form: DeliveryForm::TrackFile,
        started_at: now(),
        ends_by: now(),
        facts: Facts::default(),
        pre_image: Vec::new(),
        finishing: Some(Finishing::new().with_notes("windy")),
        missed_at: None,
    }
}

/// The state of a column, where it holds what was sent as `intent`.
fn state(name: &str, intent: Option<Intent>, then: AfterRemoval) -> Option<State> {
    let (not_before, reason) = (now(), reason());
    Some(match name {
        "new" | "claimed" => State::Claimed,
        "sending" => State::Sending { intent: intent? },
        "unsure" => State::Unsure {
            intent: intent?,
            not_before,
            reason,
        },
        "removing" => State::Removing {
            reason,
            then,
            not_before: None,
            intent,
        },
        "delivered" => State::Delivered,
        "linked" => State::Linked,
        "waiting" => State::Waiting { not_before, reason },
        "rejected" => State::Rejected { reason },
        "parked" => State::Parked {
            reason,
            evidence: Vec::new(),
            intent,
        },
        "skipped" => State::Skipped { reason },
        _ => State::Tombstoned { reason, intent },
    })
}

/// Records of a column: with nothing, one or two exercises at the destination, sent or found, with and without sends of unknown fate.
fn records(name: &str) -> Vec<Record> {
    let mut records = Vec::new();
    let all_then = [
        AfterRemoval::Park,
        AfterRemoval::Tombstone,
        AfterRemoval::Resend,
    ];
    for parts in 0..3 {
        for is_sent in [true, false] {
            for intent in [None, Some(intent(parts, parts + 1)), Some(intent(parts, 3))] {
                for then in all_then {
                    for attempts in [0, 4] {
                        let Some(state) = state(name, intent.clone(), then) else {
                            continue;
                        };
                        let start = "2026-11-01T10:00:00".parse().unwrap();
                        let mut record = Record::new(Item::new("1", start), now());
                        record.state = state;
                        record.attempts = attempts;
                        for number in 0..parts {
                            let receipt = Receipt::with_id(number.to_string());
                            record.parts.push(match is_sent {
                                true => Part::sent(self::intent(number, parts), receipt, false),
                                false => Part::found(receipt, Facts::default()),
                            });
                        }
                        if name != "new" {
                            record.version = Some(1);
                            records.push(record.clone());
                            let (at, reason) = (now(), reason());
                            let part = parts;
                            record.lost_sends.push(LostSend { part, at, reason });
                        }
                        records.push(record);
                    }
                }
            }
        }
    }
    records
}

/// One of each event, in the order of the table.
fn events() -> Vec<(&'static str, Vec<Event>)> {
    let receipt = || Receipt::with_id("9");
    let (not_before, wait) = (now(), TimeDelta::zero());
    let part = 0;
    let kind = StepKind::Finish;
    let step = Step::Open {
        attempts: 1,
        not_before: Some(now()),
        reason: None,
    };
    let refused = || {
        Event::Refused(Reason::Refused {
            exercise: Exercise::of(0, 1),
            message: String::new(),
        })
    };
    let retry = [true, false].map(|can_find| Event::Retry { can_find });
    let not_there = [true, false].map(|can_find| Event::NotThere {
        can_find,
        listed: Vec::new(),
    });
    let found = (1..4).map(|of| Event::Found {
        receipt: receipt(),
        facts: Facts::default(),
        of,
        evidence: String::new(),
    });
    let item = Item::new("1", "2026-11-01T10:00:00".parse().unwrap());
    let sending = (0..3).map(|part| Event::Sending(intent(part, 3)));
    let one = |event| vec![event];
    vec![
        ("Claimed", one(Event::Claimed)),
        ("Released", one(Event::Released)),
        (
            "Learned",
            one(Event::Learned {
                start_utc: Some(now()),
                sport: None,
            }),
        ),
        ("LeftOut", one(Event::LeftOut(reason()))),
        (
            "Postponed",
            one(Event::Postponed {
                not_before,
                reason: reason(),
            }),
        ),
        (
            "Failed",
            one(Event::Failed {
                reason: reason(),
                wait,
            }),
        ),
        ("AttemptReturned", one(Event::AttemptReturned)),
        (
            "Parked",
            one(Event::Parked {
                reason: reason(),
                evidence: Vec::new(),
            }),
        ),
        ("Found", found.collect()),
        ("SameAs", one(Event::SameAs { id: "2".into() })),
        ("Complete", one(Event::Complete)),
        ("Sending", sending.collect()),
        (
            "Accepted",
            one(Event::Accepted {
                receipt: receipt(),
                verify: true,
            }),
        ),
        ("Unclear", one(Event::Unclear(reason()))),
        ("Refused", one(refused())),
        ("Missed", one(Event::Missed)),
        (
            "Appeared",
            one(Event::Appeared {
                receipt: receipt(),
                verify: true,
                evidence: String::new(),
            }),
        ),
        ("GivenUp", one(Event::GivenUp { why: "" })),
        ("SendAgain", one(Event::SendAgain)),
        ("PartRemoved", one(Event::PartRemoved)),
        (
            "Identified",
            one(Event::Identified {
                part,
                activity: "9".into(),
            }),
        ),
        (
            "StepDone",
            one(Event::StepDone {
                part,
                kind,
                fidelity: None,
            }),
        ),
        ("StepFailed", one(Event::StepFailed { part, kind, step })),
        (
            "DuplicateSeen",
            one(Event::DuplicateSeen {
                activity: "9".into(),
                evidence: String::new(),
            }),
        ),
        ("AcceptedAsGone", one(Event::AcceptedAsGone)),
        ("Imported", one(Event::Imported)),
        ("Retry", retry.into()),
        ("NotThere", not_there.into()),
        ("Skip", one(Event::Skip)),
        ("Undo", one(Event::Undo)),
        ("Redeliver", one(Event::Redeliver(Box::new(item)))),
    ]
}

/// The column of a state that the code produced.
fn letter(state: &State) -> char {
    match state {
        State::Claimed => 'C',
        State::Sending { .. } => 'S',
        State::Unsure { .. } => 'U',
        State::Removing { .. } => 'R',
        State::Delivered => 'D',
        State::Linked => 'L',
        State::Waiting { .. } => 'W',
        State::Rejected { .. } => 'J',
        State::Parked { .. } => 'P',
        State::Skipped { .. } => 'K',
        State::Tombstoned { .. } => 'T',
    }
}

fn table() -> String {
    let policy = Policy::default();
    let cx = Cx {
        now: now(),
        policy: &policy,
        holder: "the test",
    };
    let mut lines = vec![String::from("                ")];
    for (name, letter) in STATES {
        lines[0].push_str(&format!(" {:<5}", format!("{letter}:{}", &name[..3])));
    }
    for (event_name, events) in events() {
        let mut line = format!("{event_name:<16}");
        for (name, _) in STATES {
            let mut to = std::collections::BTreeSet::new();
            for record in records(name) {
                for event in &events {
                    // A part that is not there is nothing that a caller names.
                    let names_part = matches!(
                        event,
                        Event::Identified { .. }
                            | Event::StepDone { .. }
                            | Event::StepFailed { .. }
                    );
                    if names_part && record.parts.is_empty() {
                        continue;
                    }
                    let mut changed = record.clone();
                    match changed.apply(event.clone(), &cx) {
                        Ok(()) => drop(to.insert(letter(&changed.state))),
                        Err(_) => {
                            assert_eq!(changed, record, "{event:?} was refused and changed it")
                        }
                    }
                }
            }
            let to: String = to.into_iter().collect();
            line.push_str(&format!(" {:<5}", if to.is_empty() { "-" } else { &to }));
        }
        lines.push(line.trim_end().to_owned());
    }
    lines[0] = lines[0].trim_end().to_owned();
    lines.join("\n")
}

#[test]
fn the_table_is_what_the_code_does() {
    let documented: Vec<&str> = include_str!("../machine.rs")
        .lines()
        .skip_while(|line| *line != "//! ```text")
        .skip(1)
        .take_while(|line| *line != "//! ```")
        .map(|line| {
            line.trim_start_matches("//!")
                .strip_prefix(' ')
                .unwrap_or("")
        })
        .collect();
    let table = table();
    assert_eq!(documented.join("\n"), table, "\n{table}\n");
}
