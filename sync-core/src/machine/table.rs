//! The table in the documentation of [`machine`](super), made from the code.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Cx, Event};
use crate::model::{
    AfterRemoval, Facts, Intent, LostSend, Part, Reason, Record, State, Step, StepId, StepKind,
};
use crate::{Capabilities, DeliveryForm, Finishing, Item, Policy, Receipt};

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
    use AfterRemoval::{Park, Resend, Tombstone};
    for parts in 0..3 {
        for is_sent in [true, false] {
            let intents = [(parts, parts + 1), (parts, 3), (parts + 1, 4)];
            let intents = intents.map(|(part, of)| Some(intent(part, of)));
            for intent in intents.into_iter().chain([None]) {
                for then in [Park, Tombstone, Resend] {
                    for attempts in [0, 4] {
                        let Some(state) = state(name, intent.clone(), then) else {
                            continue;
                        };
                        let start = "2026-11-01T10:00:00".parse().unwrap();
                        let mut record = Record::new(Item::new("1", start), now());
                        record.state = state;
                        record.attempts = attempts;
                        for number in 0..parts {
                            let id = number.to_string();
                            let intent = self::intent(number, parts);
                            record.parts.push(match is_sent {
                                true => Part::sent(intent, Receipt::with_id(id), false),
                                false => Part::found(id, Facts::default()),
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
    let text = || String::from("9");
    let not_before = now();
    let id = StepId {
        part: 0,
        kind: StepKind::Finish,
    };
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
        part: Box::new(Part::found(text(), Facts::default())),
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
        Event::Accepted(Receipt::with_id("9")),
        Event::Unclear(reason()),
        Event::Refused(reason()),
        Event::Missed,
        Event::Appeared {
            activity: text(),
            evidence: text(),
        },
        Event::GivenUp { is_proved: true },
        Event::SendAgain,
        Event::PartRemoved,
        Event::Identified(0, text()),
        Event::StepDone(id, None),
        Event::StepFailed(id, step),
        Event::DuplicateSeen {
            activity: text(),
            evidence: text(),
        },
        Event::FileMended,
        Event::AcceptedAsGone,
        Event::Imported,
        Event::Retry,
        Event::NotThere(Vec::new()),
        Event::Skip,
        Event::Undo,
        Event::Redeliver(Box::new(item)),
    ]);
    events
}

/// The name of an event, as in the table.
fn name(event: &Event) -> String {
    let text = format!("{event:?}");
    text.chars().take_while(char::is_ascii_alphabetic).collect()
}

/// The column of a state that the code produced.
fn letter(state: &State) -> char {
    let name = match state {
        State::Removing { .. } => "removing",
        state => state.name().as_str(),
    };
    STATES.iter().find(|(known, _)| *known == name).unwrap().1
}

fn table() -> String {
    let policy = Policy::default().with_verify(true);
    let contexts = [true, false].map(|can_find| Cx {
        now: now(),
        policy: &policy,
        can: Capabilities::none()
            .with_find(can_find)
            .with_read_back(true),
        holder: "the test",
    });
    let mut lines = vec![String::from("                ")];
    for (name, letter) in STATES {
        lines[0].push_str(&format!(" {:<5}", format!("{letter}:{}", &name[..3])));
    }
    for events in events().chunk_by(|a, b| name(a) == name(b)) {
        let mut line = format!("{:<16}", name(&events[0]));
        for (state_name, _) in STATES {
            let mut to = std::collections::BTreeSet::new();
            for record in records(state_name) {
                for (event, cx) in events
                    .iter()
                    .flat_map(|event| contexts.iter().map(move |cx| (event, cx)))
                {
                    // A part that is not there is nothing that a caller names.
                    let names_part = matches!(
                        event,
                        Event::Identified(..) | Event::StepDone(..) | Event::StepFailed(..)
                    );
                    if names_part && record.parts.is_empty() {
                        continue;
                    }
                    let mut changed = record.clone();
                    match changed.apply(event.clone(), cx) {
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
        .map(|line| line.strip_prefix("//! ").unwrap_or(""))
        .collect();
    let table = table();
    assert_eq!(documented.join("\n"), table, "\n{table}\n");
}
