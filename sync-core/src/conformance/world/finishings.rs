//! The values that the engine set on activities after their delivery, and the scripted answers.

use std::collections::{BTreeMap, VecDeque};

use crate::{ErrorKind, Finishing, ServiceError};

/// The destination's reaction to one finishing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FinishAnswer {
    /// Sets it and says so.
    Set,
    /// Sets it, and the connection breaks before the answer.
    SetThenReset,
    /// The connection breaks before anything is set.
    Reset,
}

#[derive(Debug, Default)]
pub(super) struct Finishings {
    answers: BTreeMap<String, VecDeque<FinishAnswer>>,
    done: BTreeMap<String, (Finishing, usize)>,
}

impl Finishings {
    pub(super) fn script(&mut self, item: &str, answers: &[FinishAnswer]) {
        self.answers
            .insert(item.to_owned(), answers.iter().copied().collect());
    }

    pub(super) fn of(&self, activity: &str) -> Option<(Finishing, usize)> {
        self.done.get(activity).cloned()
    }

    pub(super) fn finish(
        &mut self,
        activity: &str,
        item: &str,
        what: &Finishing,
    ) -> Result<(), ServiceError> {
        let answer = self.answers.get_mut(item).and_then(VecDeque::pop_front);
        let answer = answer.unwrap_or(FinishAnswer::Set);
        if answer != FinishAnswer::Reset {
            let (there, changes) = self.done.entry(activity.to_owned()).or_default();
            if there != what {
                *there = what.clone();
                *changes += 1;
            }
        }
        match answer {
            FinishAnswer::Set => Ok(()),
            _ => Err(ServiceError::new(ErrorKind::Temporary, "connection reset")),
        }
    }
}
