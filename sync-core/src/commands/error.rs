//! Why a command is not carried out.

use crate::engine::RunError;
use crate::machine::Obstacle;
use crate::model::StateName;
use crate::store::StoreError;

/// A command that cannot be carried out.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommandError {
    /// Neither the ledger nor the source's listing has it.
    #[error("workout {0} is neither in the ledger nor among the listed ones")]
    Unknown(String),
    /// A worker holds it.
    #[error("another process works on workout {id} until {until}; try again after that")]
    Held {
        /// Which workout.
        id: String,
        /// Until when.
        until: chrono::DateTime<chrono::Utc>,
    },
    /// Its state does not allow the command.
    #[error("workout {id} is {state}: {why}")]
    WrongState {
        /// Which workout.
        id: String,
        /// Its state.
        state: StateName,
        /// Why that does not fit.
        why: Obstacle,
    },
    /// The destination can't hold the source's present version; nothing was removed.
    #[error("workout {id} cannot be delivered again: {why}; nothing was removed")]
    NotDeliverable {
        /// Which workout.
        id: String,
        /// Why.
        why: String,
    },
    /// The command is on record and not done yet; the next run goes on.
    #[error("workout {id}: {why}; the next run goes on")]
    Unfinished {
        /// Which workout.
        id: String,
        /// What failed.
        why: String,
    },
    /// A service or the ledger failed.
    #[error(transparent)]
    Run(#[from] RunError),
}

impl From<StoreError> for CommandError {
    fn from(error: StoreError) -> Self {
        Self::Run(error.into())
    }
}
