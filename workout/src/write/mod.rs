//! Writing: what comes back, and what both writers share.

mod loss;
pub(crate) mod xml;

pub(crate) use loss::Losses;
pub use loss::{Loss, LossCode};

/// A written file.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Written {
    /// The file, UTF-8.
    pub bytes: Vec<u8>,
    /// What the workouts have and the format can't hold.
    pub losses: Vec<Loss>,
}

/// Why nothing was written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The writer that was given refused.
    #[error("the file could not be written")]
    Io(#[from] std::io::Error),
}
