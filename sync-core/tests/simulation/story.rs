//! A story: what there is, how the destination answers, and what happens, one deed after the other. It is made from a seed, and is data, so
//! that it can be made shorter and printed.

use std::fmt;

use chrono::NaiveDate;
use sync_core::ErrorKind;
use sync_core::conformance::world::Answer;

use crate::dice::Dice;
use crate::workers::Order;

pub const WORKERS: usize = 3;
/// How far the clock of a worker may be off, in seconds: half of what two workers may differ by.
const SKEW: i64 = 30;
/// How late the listing may be in most stories. With the skew it stays below the settle window, so that nothing arrives twice.
pub const SHORT_LAG: i64 = 60;
/// A listing that never shows anything within a story.
pub const ENDLESS_LAG: i64 = 400 * 24 * 3600;

/// One workout at the source.
#[derive(Debug, Clone)]
pub struct ItemSpec {
    pub id: String,
    pub day: u32,
    pub hour: u32,
    pub kind: Kind,
    pub answers: Vec<Answer>,
    pub fails_once: bool,
    /// The destination had it before, from another program.
    pub is_there: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Run { minutes: u32, km: u32 },
    Indoor,
    Session,
}

/// What happens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Deed {
    /// A worker begins an order, whatever it did before. Its clock is `skew` seconds ahead.
    Start {
        worker: usize,
        order: Order,
        skew: i64,
    },
    /// A worker does `count` effects.
    Steps { worker: usize, count: u32 },
    /// A worker dies.
    Kill { worker: usize },
    /// Seconds pass, for all.
    Wait(i64),
    /// The user changes the workout at the source.
    Edit(String),
    /// The user deletes the workout at the source.
    Delete(String),
    /// The source gives the workout another identifier.
    Recreate(String),
    /// Another program puts a copy of the workout at the destination.
    Copy(String),
    /// The user deletes one of the activities at the destination.
    DeleteActivity(usize),
    /// The ledger is saved.
    Backup,
    /// All workers die, what was sent has appeared, and the ledger is as it was saved last.
    Restore,
}

/// Everything that a world's fate depends on.
#[derive(Debug, Clone)]
pub struct Story {
    pub seed: u64,
    pub items: Vec<ItemSpec>,
    pub lag: i64,
    pub deeds: Vec<Deed>,
    /// Replaces how many uploads of one exercise may be accepted: only to prove that the check bites.
    pub uploads_allowed: Option<usize>,
}

impl Story {
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice(seed);
        let count = dice.between(1, 6) as usize;
        let items: Vec<ItemSpec> = (0..count).map(|number| item(&mut dice, number)).collect();
        let lag = match dice.below(8) {
            0 => ENDLESS_LAG,
            1 => dice.between(SHORT_LAG, 100_000),
            _ => dice.between(0, SHORT_LAG),
        };
        let mut deeds: Vec<Deed> = (0..WORKERS)
            .map(|worker| start(&mut dice, worker, Order::Run))
            .collect();
        for _ in 0..dice.between(20, 90) {
            deeds.push(deed(&mut dice, &items));
        }
        Self {
            seed,
            items,
            lag,
            deeds,
            uploads_allowed: None,
        }
    }
}

fn item(dice: &mut Dice, number: usize) -> ItemSpec {
    let kind = match dice.below(10) {
        0 => Kind::Session,
        1 => Kind::Indoor,
        // Lookalikes.
        2..5 => Kind::Run { minutes: 30, km: 5 },
        _ => Kind::Run {
            minutes: 30 + 7 * number as u32,
            km: 5 + 2 * number as u32,
        },
    };
    let answers = (0..dice.below(4)).map(|_| answer(dice)).collect();
    ItemSpec {
        id: number.to_string(),
        day: dice.between(1, 6) as u32,
        hour: dice.between(5, 20) as u32,
        kind,
        answers,
        fails_once: dice.once_in(8),
        is_there: dice.once_in(10),
    }
}

fn answer(dice: &mut Dice) -> Answer {
    match dice.below(9) {
        0 => Answer::StoreThenReset,
        1 => Answer::Reset,
        2 => Answer::StoreOpaque,
        3 => Answer::Opaque,
        4 => Answer::AcceptWithoutId,
        5 => Answer::NotSent(ErrorKind::Temporary),
        6 => Answer::StoreAndHang,
        7 => Answer::Reject,
        _ => Answer::Accept,
    }
}

fn start(dice: &mut Dice, worker: usize, order: Order) -> Deed {
    let skew = dice.between(-SKEW, SKEW);
    Deed::Start {
        worker,
        order,
        skew,
    }
}

fn deed(dice: &mut Dice, items: &[ItemSpec]) -> Deed {
    let worker = dice.below(WORKERS as u64) as usize;
    let id = dice.pick(items).id.clone();
    match dice.below(100) {
        0..55 => Deed::Steps {
            worker,
            count: dice.between(1, 12) as u32,
        },
        55..63 => Deed::Wait(match dice.below(3) {
            0 => dice.between(1, 20),
            1 => dice.between(60, 400),
            _ => dice.between(400, 20_000),
        }),
        63..73 => start(dice, worker, Order::Run),
        73..77 => start(dice, worker, Order::Retry(id)),
        77..79 => start(dice, worker, Order::Skip(id)),
        79..81 => start(dice, worker, Order::Reconcile),
        81..83 => start(dice, worker, Order::Undo(id)),
        83..85 => start(dice, worker, Order::Redeliver(id)),
        85..89 => Deed::Kill { worker },
        89 => Deed::Edit(id),
        90 => Deed::Delete(id),
        91 | 92 => Deed::Recreate(id),
        93 => Deed::Copy(id),
        94 => Deed::DeleteActivity(dice.below(4) as usize),
        95..98 => Deed::Backup,
        _ => Deed::Restore,
    }
}

impl ItemSpec {
    pub fn start(&self) -> chrono::NaiveDateTime {
        let day = NaiveDate::from_ymd_opt(2026, 11, self.day).unwrap();
        day.and_hms_opt(self.hour, 0, 0).unwrap()
    }
}

impl fmt::Display for Story {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "the destination lists {} s late", self.lag)?;
        for item in &self.items {
            let ItemSpec { id, kind, .. } = item;
            write!(f, "workout {id}: {kind:?} on {}", item.start())?;
            if item.is_there {
                f.write_str(", at the destination before")?;
            }
            if item.fails_once {
                f.write_str(", its first download fails")?;
            }
            match item.answers.as_slice() {
                [] => writeln!(f)?,
                answers => writeln!(f, ", answered {answers:?}")?,
            }
        }
        for (number, deed) in self.deeds.iter().enumerate() {
            writeln!(f, "{:>3}. {deed}", number + 1)?;
        }
        Ok(())
    }
}

impl fmt::Display for Deed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Start {
                worker,
                order,
                skew,
            } => write!(
                f,
                "worker {worker} begins {order:?}, its clock {skew} s ahead"
            ),
            Self::Steps { worker, count } => write!(f, "worker {worker} does {count} effects"),
            Self::Kill { worker } => write!(f, "worker {worker} dies"),
            Self::Wait(seconds) => write!(f, "{seconds} s pass"),
            Self::Edit(id) => write!(f, "workout {id} is edited at the source"),
            Self::Delete(id) => write!(f, "workout {id} is deleted at the source"),
            Self::Recreate(id) => write!(f, "the source gives workout {id} another identifier"),
            Self::Copy(id) => write!(f, "another program copies workout {id} to the destination"),
            Self::DeleteActivity(number) => {
                write!(f, "the user deletes activity number {number}")
            }
            Self::Backup => f.write_str("the ledger is saved"),
            Self::Restore => f.write_str("all workers die, and the saved ledger is restored"),
        }
    }
}
