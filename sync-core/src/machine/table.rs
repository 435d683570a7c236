//! The table in the documentation of [`machine`](super), made from the code.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Cx, Event};
use crate::model::{
    AfterRemoval, Facts, Intent, LostSend, Part, Reason, Record, State, Step, StepKind,
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
            let intents = [(parts, parts + 1), (parts, 3), (parts + 1, 4)];
            let intents = intents.map(|(part, of)| Some(intent(part, of)));
            for intent in intents.into_iter().chain([None]) {
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
                            let part = parts;
                            let lost = LostSend::new(self::intent(part, 4), reason(), false);
                            record.lost_sends.push(lost);
                        }
                        records.push(record);
                    }
                }
            }
        }
    }
    records
}

/// The events, in the order of the table; those of one kind follow each other.
fn events() -> Vec<Event> {
    let receipt = || Receipt::with_id("9");
    let text = || String::from("9");
    let (not_before, part, kind) = (now(), 0, StepKind::Finish);
    let step = Step::Open {
        attempts: 1,
        not_before: Some(now()),
        reason: None,
    };
    let item = Item::new("1", "2026-11-01T10:00:00".parse().unwrap());
    let mut events = vec![
        Event::Claimed,
        Event::Released,
        Event::Listed(Box::new(item.clone())),
        Event::Learned {
            start_utc: Some(now()),
            sport: None,
        },
        Event::LeftOut(reason()),
        Event::Postponed {
            not_before,
            reason: reason(),
        },
        Event::Failed {
            reason: reason(),
            wait: TimeDelta::zero(),
        },
        Event::AttemptReturned,
        Event::Parked {
            reason: reason(),
            evidence: Vec::new(),
        },
    ];
    events.extend((1..4).map(|of| Event::Found {
        receipt: receipt(),
        facts: Facts::default(),
        of,
        evidence: text(),
    }));
    events.extend([true, false].map(|is_excluded| Event::SameAs {
        id: text(),
        is_excluded,
    }));
    events.push(Event::Complete);
    events.extend((0..3).map(|part| Event::Sending(intent(part, 3))));
    events.extend([
        Event::Accepted {
            receipt: receipt(),
            verify: true,
        },
        Event::Unclear(reason()),
        Event::Refused(reason()),
        Event::Missed,
        Event::Appeared {
            receipt: receipt(),
            verify: true,
            evidence: text(),
        },
        Event::GivenUp {
            why: "",
            is_proved: true,
        },
        Event::SendAgain,
        Event::PartRemoved,
        Event::Identified {
            part,
            activity: text(),
        },
        Event::StepDone {
            part,
            kind,
            fidelity: None,
        },
        Event::StepFailed { part, kind, step },
        Event::DuplicateSeen {
            activity: text(),
            evidence: text(),
        },
        Event::FileMended,
        Event::AcceptedAsGone,
        Event::Imported,
    ]);
    events.extend([true, false].map(|can_find| Event::Retry { can_find }));
    events.extend([true, false].map(|can_find| Event::NotThere {
        can_find,
        listed: Vec::new(),
    }));
    events.extend([Event::Skip, Event::Undo, Event::Redeliver(Box::new(item))]);
    events
}

/// The name of an event, as in the table.
fn name(event: &Event) -> String {
    let text = format!("{event:?}");
    text.chars().take_while(char::is_ascii_alphabetic).collect()
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
    for events in events().chunk_by(|a, b| name(a) == name(b)) {
        let mut line = format!("{:<16}", name(&events[0]));
        for (state_name, _) in STATES {
            let mut to = std::collections::BTreeSet::new();
            for record in records(state_name) {
                for event in events {
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
fn the_documented_table_is_made_from_the_code() {
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
