//! Finding out whether an upload of unknown fate arrived.
//!
//! | listing | lost before | then |
//! |---|---|---|
//! | shows exactly one activity that must be it | - | linked |
//! | shows several, or one that may be it | - | parked |
//! | does not show it, settle window not over | - | looked for again by the next run |
//! | does not show it, absence proved, or looked for long enough | no | sent once more |
//! | does not show it, nothing proves that | no | looked for again by the next run |
//! | does not show it, settle window over | once | parked |
//! | lacks deliveries of those days as well, looked for long enough | - | parked |
//!
//! Absence is proved when the listing shows something that was created after the lost send: see [`shows_later`]. Else the engine waits for
//! [`Policy::with_resend`](crate::Policy::with_resend).

use chrono::{DateTime, Utc};

use super::{Engine, Stop};
use crate::Activity;
use crate::book::Book;
use crate::lookup::{Found, Lookup};
use crate::record::{Intent, LostSend, Record, State};

/// How many sends of one exercise may have an unknown fate, ever.
pub(super) const MOST_UNKNOWN_SENDS: usize = 2;

impl Engine {
    /// Finds out what became of an earlier send.
    pub(super) async fn reconcile(
        &self,
        book: &mut Book,
        mut record: Record,
        mut intent: Intent,
    ) -> Result<Looked, Stop> {
        let now = self.clock.now();
        if !self.destination.capabilities().find {
            let reason = format!(
                "it was sent, but no answer came, and {} can't be searched for it: look there, then retry or skip it",
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
                    let reason = "it was sent, and the only activity that matches belongs to another workout";
                    self.park(book, record, reason.into(), evidence, Some(intent))
                        .await?;
                    return Ok(Looked::Done);
                }
                if intent.missed_at.is_some() {
                    book.saw_listing_delay(now - intent.started_at).await?;
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
            Found::Nothing => {
                let listed = evidence_of_absence(now, &intent, &listing);
                intent.missed_at = Some(now);
                if now < not_before {
                    self.look_later(book, record, intent, not_before).await?;
                    return Ok(Looked::Done);
                }
                if record.is_sent_out() {
                    self.park_as_lost(book, record, intent, listed).await?;
                    return Ok(Looked::Done);
                }
                let proved = record.listing_trusted || shows_later(book, &intent, &listing);
                if !proved && now < self.sent_again_at(book, &intent) {
                    self.look_later(book, record, intent, not_before).await?;
                    return Ok(Looked::Done);
                }
                let why = match proved {
                    true => "the listing is complete and does not show it",
                    false => "the listing has not shown it for the longest time that it may take",
                };
                record.note(now, format!("{why}: it is sent once more"));
                let reason = record.state.reason().unwrap_or_default().to_owned();
                record.lost_sends.push(LostSend {
                    part: intent.part,
                    at: intent.started_at,
                    reason,
                });
                self.go_on(book, record).await
            }
            Found::Untrusted(why) if now >= self.sent_again_at(book, &intent) => {
                let evidence = vec![evidence_of_absence(now, &intent, &listing)];
                self.park(book, record, why, evidence, Some(intent)).await?;
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
                let reason =
                    "it was sent, and several activities at the destination may be it".to_owned();
                self.park(book, record, reason, evidence, Some(intent))
                    .await?;
                Ok(Looked::Done)
            }
        }
    }

    /// When a send that nothing proves to be lost is sent once more.
    fn sent_again_at(&self, book: &Book, intent: &Intent) -> DateTime<Utc> {
        let wait = self.policy.resend().max(book.longest_listing_delay());
        intent
            .started_at
            .checked_add_signed(wait)
            .unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    async fn look_later(
        &self,
        book: &mut Book,
        mut record: Record,
        intent: Intent,
        not_before: DateTime<Utc>,
    ) -> Result<(), Stop> {
        let reason = record.state.reason().unwrap_or_default().to_owned();
        record.state = State::Unsure {
            intent,
            not_before,
            reason,
        };
        self.put_back(book, record).await
    }

    /// Two sends of unknown fate: there is no third.
    pub(super) async fn park_as_lost(
        &self,
        book: &mut Book,
        record: Record,
        intent: Intent,
        listed: String,
    ) -> Result<(), Stop> {
        let name = self.destination.name();
        let at = |at: DateTime<Utc>| at.format("%Y-%m-%d %H:%M:%S UTC").to_string();
        let mut evidence: Vec<String> = record
            .lost_sends
            .iter()
            .filter(|lost| lost.part == intent.part)
            .map(|lost| format!("sent at {}: {}", at(lost.at), lost.reason))
            .collect();
        let last = record.state.reason().unwrap_or_default();
        evidence.push(format!("sent at {}: {last}", at(intent.started_at)));
        evidence.push(listed);
        let reason = format!(
            "sent twice, and {name} shows neither: it is not sent a third time, because both may still appear"
        );
        self.park(book, record, reason, evidence, Some(intent))
            .await
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

fn evidence_of_absence(now: DateTime<Utc>, intent: &Intent, listing: &[Activity]) -> String {
    format!(
        "the listing of the days around {}, read at {}, has {} activities, none of which is it",
        intent.facts.day(),
        now.format("%Y-%m-%d %H:%M:%S UTC"),
        listing.len()
    )
}

/// Whether the listing shows something that was created after a send had ended: a later delivery of ours, or an activity with a
/// higher number than such a delivery. What was created before is then listed as well.
///
/// An activity that merely is new proves nothing: another program may have created it before the send, and the listing may lag.
fn shows_later(book: &Book, intent: &Intent, listing: &[Activity]) -> bool {
    let later: Vec<&str> = book
        .records()
        .flat_map(|record| &record.parts)
        .filter(|part| part.sent_at.is_some_and(|at| at >= intent.ends_by))
        .filter_map(|part| part.receipt.activity_id.as_deref())
        .collect();
    let number = |id: &str| id.parse::<u64>().ok();
    let lowest = later.iter().filter_map(|id| number(id)).min();
    listing.iter().any(|activity| {
        let is_higher = lowest
            .zip(number(&activity.id))
            .is_some_and(|(ours, theirs)| theirs > ours);
        is_higher || later.contains(&activity.id.as_str())
    })
}

/// What became of looking for an earlier send.
pub(super) enum Looked {
    /// The workout (or its next exercise) may be sent now.
    Free(Box<Record>),
    /// There is nothing more to do with it in this run.
    Done,
}
