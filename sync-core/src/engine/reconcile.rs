//! What became of an earlier send: looked up at the destination, never guessed.

use super::{Engine, Stop};
use crate::book::Book;
use crate::lookup::{Found, Lookup};
use crate::record::{Intent, Record, State};

impl Engine {
    /// Finds out what became of an earlier send.
    pub(super) async fn reconcile(
        &self,
        book: &mut Book,
        mut record: Record,
        intent: Intent,
    ) -> Result<Looked, Stop> {
        let now = self.clock.now();
        if !self.destination.capabilities().find {
            let reason = format!(
                "it was sent, but no answer came, and {} can't be searched for it: look yourself, then retry or skip it",
                self.destination.name()
            );
            self.park(book, record, reason, Vec::new(), Some(intent))
                .await?;
            return Ok(Looked::Done);
        }
        let listing = match self.find(&intent.facts).await {
            Ok(listing) => listing,
            Err(stop) => {
                self.put_back(book, record).await?;
                return Err(stop);
            }
        };
        book.refresh().await?;
        let lookup = Lookup::after_send(&record, &intent);
        let not_before = record.state.not_before().unwrap_or(now);
        match lookup.answer(book, &listing) {
            Found::One { activity, evidence } => {
                if !book.reserve(&activity, &record.item.id).await? {
                    let evidence = vec![format!("activity {activity} belongs to another workout")];
                    let reason = "it was sent, and what looks like it is another workout's".into();
                    self.park(book, record, reason, evidence, Some(intent))
                        .await?;
                    return Ok(Looked::Done);
                }
                record.note(now, format!("found as activity {activity}: {evidence}"));
                let receipt = crate::Receipt::with_id(activity);
                let of = intent.of;
                record.parts.push(self.arrived(intent, receipt));
                if record.parts.len() >= of {
                    self.there(book, record, State::Linked, None).await?;
                    return Ok(Looked::Done);
                }
                self.go_on(book, record).await
            }
            Found::Nothing if now >= not_before => {
                record.note(
                    now,
                    "not there after the settle window: it may be sent again",
                );
                self.go_on(book, record).await
            }
            Found::Nothing => {
                self.put_back(book, record).await?;
                Ok(Looked::Done)
            }
            Found::Contended(why) | Found::Untrusted(why) => {
                record.note(now, format!("looked for it in vain: {why}"));
                let not_before = not_before.max(self.settled_at(now));
                record.state = State::Unsure {
                    intent,
                    not_before,
                    reason: why,
                };
                self.put_back(book, record).await?;
                Ok(Looked::Done)
            }
            Found::Ambiguous(evidence) => {
                let reason = "it was sent, and it can't be told which of the activities it became"
                    .to_owned();
                self.park(book, record, reason, evidence, Some(intent))
                    .await?;
                Ok(Looked::Done)
            }
        }
    }

    /// Claims the record anew, for the next exercise or the next try.
    async fn go_on(&self, book: &mut Book, mut record: Record) -> Result<Looked, Stop> {
        record.lease = Some(self.lease(self.clock.now()));
        record.state = State::Claimed;
        let kept = book.put(&mut record).await?;
        Ok(if kept {
            Looked::Free(Box::new(record))
        } else {
            Looked::Done
        })
    }
}

/// What became of looking for an earlier send.
pub(super) enum Looked {
    /// The workout (or its next exercise) may be sent now.
    Free(Box<Record>),
    /// There is nothing more to do with it in this run.
    Done,
}
