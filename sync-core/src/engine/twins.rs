//! Workouts that look alike are sent one after the other: only then is it certain which of them an activity without an answer is.

use super::{Engine, Stop};
use crate::book::Book;
use crate::matcher;
use crate::record::{Facts, Record, State};

impl Engine {
    /// A workout that might be taken for this one, and of which nobody knows yet whether it arrived.
    ///
    /// Asked before something is sent, and once more when [`State::Sending`] is on record: of two workers that send twins at the same
    /// moment, at least one sees the other, if both know both. Where one was listed only after the other's run began, both may be sent at once;
    /// then what they became is told apart afterwards, by both records.
    pub(super) async fn open_twin(
        &self,
        book: &mut Book,
        id: &str,
        facts: &Facts,
        peers: &super::step::Peers,
    ) -> Result<Option<String>, Stop> {
        let known = book.records().filter_map(|record| {
            let theirs = &record.state.intent()?.facts;
            matcher::alike(facts, theirs).then(|| record.item.id.clone())
        });
        let listed = peers
            .iter()
            .filter(|(_, theirs)| matcher::alike(facts, theirs))
            .map(|(id, _)| id.clone());
        let suspects: Vec<String> = known
            .chain(listed)
            .filter(|suspect| suspect != id)
            .collect();
        for suspect in suspects {
            book.reload(&suspect).await?;
            if book
                .get(&suspect)
                .is_some_and(|record| is_open(record, facts))
            {
                return Ok(Some(suspect));
            }
        }
        Ok(None)
    }
}

fn is_open(record: &Record, facts: &Facts) -> bool {
    match &record.state {
        State::Sending { intent } | State::Unsure { intent, .. } => {
            matcher::alike(facts, &intent.facts)
        }
        _ => false,
    }
}
