//! The ledger's record of one workout on one route.

mod facts;
mod fidelity;
mod next_action;
mod part;
mod reason;
mod record;
mod state;
mod steps;

pub use facts::Facts;
pub use fidelity::Fidelity;
pub use part::{Intent, LostSend, Origin, Part};
pub use reason::{Command, Exercise, Reason};
pub(crate) use record::MOST_UNKNOWN_SENDS;
pub use record::{Duplicate, HistoryEntry, Lease, Record};
pub use state::{AfterRemoval, State, StateName};
pub use steps::{FinishStep, Step, VerifyStep};
pub(crate) use steps::{StepId, StepKind};
pub use workout_files::{Aspect, Fate};
