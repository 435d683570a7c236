//! Looking a workout up among the activities at the destination, with everything the ledger knows about whose they are.

use std::collections::BTreeSet;

use crate::book::Book;
use crate::destination::Activity;
use crate::matcher::{self, Prior, Verdict};
use crate::record::{Facts, Intent, Part, Record, State};

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Found {
    /// Exactly this activity is our workout.
    One { activity: String, evidence: String },
    /// It is certainly not there.
    Nothing,
    /// It can't be told; the lines say what speaks for what.
    Ambiguous(Vec<String>),
    /// Another worker is sending a workout that looks like this one; it has to finish first.
    Contended(String),
    /// The listing lacks activities that were delivered: it proves nothing.
    Untrusted(String),
}

/// How many delivered activities have to be missing, all at once, before a listing is not believed any more.
const MISSING_TO_DISTRUST: usize = 3;

/// A question to the listing.
pub(crate) struct Lookup<'a> {
    /// The workout that is looked for.
    pub(crate) id: &'a str,
    /// What it can be recognised by.
    pub(crate) facts: &'a Facts,
    /// What was there before we sent; `None` when we did not send.
    pub(crate) pre_image: Option<&'a [String]>,
    /// Which exercise of it was sent; `None` when we did not send.
    part: Option<usize>,
    /// Exercises of it that are there already.
    pub(crate) parts: &'a [Part],
    /// Activities of which a person said that they are not it.
    pub(crate) not_ours: &'a [String],
    /// A person said that the listing is complete.
    pub(crate) trusted: bool,
    /// Other workouts that are not at the destination as far as the ledger knows, and might claim the same activity.
    pub(crate) peers: &'a [(String, Facts)],
}

impl<'a> Lookup<'a> {
    /// Is a workout there that we did not send?
    pub(crate) fn before_send(
        record: &'a Record,
        facts: &'a Facts,
        peers: &'a [(String, Facts)],
    ) -> Self {
        Self {
            id: &record.item.id,
            facts,
            pre_image: None,
            part: None,
            parts: &record.parts,
            not_ours: &record.not_ours,
            trusted: record.listing_trusted,
            peers,
        }
    }

    /// Did a workout that we sent appear?
    pub(crate) fn after_send(record: &'a Record, intent: &'a Intent) -> Self {
        Self {
            id: &record.item.id,
            facts: &intent.facts,
            pre_image: Some(&intent.pre_image),
            part: Some(intent.part),
            parts: &record.parts,
            not_ours: &record.not_ours,
            trusted: record.listing_trusted,
            peers: &[],
        }
    }

    fn prior(&self) -> Prior {
        if self.pre_image.is_some() {
            Prior::AppearedAfterSend
        } else {
            Prior::Existing
        }
    }

    /// Answers the question from one listing of the destination.
    pub(crate) fn answer(&self, book: &Book, listing: &[Activity]) -> Found {
        if !self.trusted
            && let Some(reason) = distrust(book, self.facts, listing)
        {
            return Found::Untrusted(reason);
        }
        let candidates = self.candidates(book, listing);
        let mut same = Vec::new();
        let mut unsure = Vec::new();
        for activity in candidates.free {
            match matcher::compare(self.facts, activity, self.prior()) {
                Verdict::Same(evidence) => same.push((activity, evidence)),
                Verdict::Unsure(evidence) => unsure.push((activity, evidence)),
                _ => {}
            }
        }
        if same.is_empty() {
            if unsure.is_empty() {
                return self.unless_explained(&candidates.explained);
            }
            let lines = unsure
                .iter()
                .map(|(a, e)| format!("activity {}: {e}", a.id));
            return Found::Ambiguous(lines.collect());
        }
        let activities: Vec<&Activity> = same.iter().map(|(activity, _)| *activity).collect();
        let rivals = match self.rivals(book, &activities) {
            Ok(rivals) => rivals,
            Err(contended) => return contended,
        };
        match self.pair(&rivals, &activities) {
            Some(index) => Found::One {
                activity: same[index].0.id.clone(),
                evidence: same[index].1.to_string(),
            },
            None => {
                let mut lines: Vec<String> = same
                    .iter()
                    .map(|(a, e)| format!("activity {}: {e}", a.id))
                    .collect();
                lines.extend(
                    rivals
                        .iter()
                        .map(|r| format!("workout {} looks the same", r.id)),
                );
                Found::Ambiguous(lines)
            }
        }
    }

    /// Nothing is free. But what we sent may be what another delivery, whose answer named no activity, is taken to have become: if that
    /// one's was deleted in the meantime, for example. Then it must not be sent again.
    fn unless_explained(&self, explained: &[&Activity]) -> Found {
        let ours = |activity: &&&Activity| {
            let verdict = matcher::compare(self.facts, activity, self.prior());
            self.pre_image.is_some() && !verdict.is_different()
        };
        let lines: Vec<String> = explained
            .iter()
            .filter(ours)
            .map(|activity| {
                format!(
                    "activity {} appeared, but may be what another delivery became: its answer named none",
                    activity.id
                )
            })
            .collect();
        match lines.is_empty() {
            true => Found::Nothing,
            false => Found::Ambiguous(lines),
        }
    }

    /// Deliveries whose answer named no activity: each is one of the activities listed, or is not shown yet.
    fn nameless<'b>(&'b self, book: &'b Book) -> impl Iterator<Item = &'b Part> {
        let others = book
            .records()
            .filter(|record| record.item.id != self.id)
            .flat_map(|record| &record.parts);
        let own = self.parts.iter().enumerate();
        own.filter(|(index, _)| Some(*index) != self.part)
            .map(|(_, part)| part)
            .chain(others)
            .filter(|part| part.receipt.activity_id.is_none())
    }

    /// The activities that may be ours: not there before, and not known to be another workout's.
    fn candidates<'l>(&self, book: &Book, listing: &'l [Activity]) -> Candidates<'l> {
        let taken = taken_ids(book);
        let before: BTreeSet<&str> = self
            .pre_image
            .unwrap_or_default()
            .iter()
            .map(String::as_str)
            .collect();
        // The record in hand may be ahead of the book's.
        let own: Vec<&str> = self
            .parts
            .iter()
            .filter_map(|part| part.receipt.activity_id.as_deref())
            .collect();
        let mut free: Vec<&Activity> = listing
            .iter()
            .filter(|activity| !taken.contains(activity.id.as_str()))
            .filter(|activity| !self.not_ours.contains(&activity.id))
            .filter(|activity| !own.contains(&activity.id.as_str()))
            .collect();
        let is_new = |activity: &Activity| !before.contains(activity.id.as_str());
        let mut explained = Vec::new();
        for part in self.nameless(book) {
            // The one that fits it best; of what it can be, it was there before we sent rather than appearing only now.
            let fits = free.iter().enumerate().filter_map(|(index, activity)| {
                if part.pre_image.contains(&activity.id) {
                    return None;
                }
                match matcher::compare(&part.facts, activity, Prior::AppearedAfterSend) {
                    Verdict::Same(evidence) => Some((index, evidence.deviation)),
                    _ => None,
                }
            });
            let best = fits.min_by(|a, b| {
                let news = is_new(free[a.0]).cmp(&is_new(free[b.0]));
                news.then(a.1.total_cmp(&b.1))
            });
            if let Some((index, _)) = best {
                explained.push(free.remove(index));
            }
        }
        free.retain(|activity| is_new(activity));
        explained.retain(|activity| is_new(activity));
        Candidates { free, explained }
    }

    /// Other workouts that could claim one of `activities` with the same right.
    fn rivals(&self, book: &Book, activities: &[&Activity]) -> Result<Vec<Rival>, Found> {
        let mut rivals = Vec::new();
        let claims = |facts: &Facts, activity: &Activity, prior| {
            matcher::compare(facts, activity, prior).is_same()
        };
        for record in book.records().filter(|record| record.item.id != self.id) {
            let Some(intent) = record.state.intent() else {
                continue;
            };
            let wants = |activity: &&Activity| {
                !intent.pre_image.contains(&activity.id)
                    && claims(&intent.facts, activity, Prior::AppearedAfterSend)
            };
            if !activities.iter().any(wants) {
                continue;
            }
            // A workout that was not sent has time: the other's fate comes out by itself.
            let will_come_out =
                self.pre_image.is_none() && matches!(record.state, State::Unsure { .. });
            if is_being_sent(record) || will_come_out {
                let id = &record.item.id;
                return Err(Found::Contended(format!(
                    "workout {id} looks the same, and it is not known yet whether that one arrived"
                )));
            }
            rivals.push(Rival {
                id: record.item.id.clone(),
                order: (intent.facts.start, record.item.id.clone()),
                wants: activities.iter().map(wants).collect(),
            });
        }
        // Once something of ours appeared, workouts that were never sent have no claim on it.
        if self.pre_image.is_none() {
            for (id, facts) in self.peers.iter().filter(|(id, _)| id != self.id) {
                let wants: Vec<bool> = activities
                    .iter()
                    .map(|a| claims(facts, a, Prior::Existing))
                    .collect();
                if wants.contains(&true) && rivals.iter().all(|rival| rival.id != *id) {
                    rivals.push(Rival {
                        id: id.clone(),
                        order: (facts.start, id.clone()),
                        wants,
                    });
                }
            }
        }
        Ok(rivals)
    }

    /// Which of `activities` is ours, when all rivals get theirs as well.
    fn pair(&self, rivals: &[Rival], activities: &[&Activity]) -> Option<usize> {
        let mut columns: Vec<usize> = (0..activities.len()).collect();
        columns.sort_by_key(|index| creation_order(&activities[*index].id));
        let own = (self.facts.start, self.id.to_owned());
        let mut rows: Vec<(_, Vec<bool>)> = rivals
            .iter()
            .map(|rival| {
                (
                    rival.order.clone(),
                    columns.iter().map(|index| rival.wants[*index]).collect(),
                )
            })
            .collect();
        rows.push((own.clone(), vec![true; activities.len()]));
        rows.sort_by(|a, b| a.0.cmp(&b.0));
        let own_row = rows.iter().position(|row| row.0 == own)?;
        let matrix: Vec<Vec<bool>> = rows.into_iter().map(|row| row.1).collect();
        let pairs = matcher::pair_up(&matrix)?;
        columns.get(*pairs.get(own_row)?).copied()
    }
}

/// The activities of a listing that were not there before.
struct Candidates<'l> {
    /// Nobody's, as far as the ledger knows.
    free: Vec<&'l Activity>,
    /// Probably what another delivery became.
    explained: Vec<&'l Activity>,
}

struct Rival {
    id: String,
    order: (chrono::NaiveDateTime, String),
    wants: Vec<bool>,
}

fn is_being_sent(record: &Record) -> bool {
    matches!(record.state, State::Sending { .. }) && record.lease.is_some()
}

/// Activities that are known to belong to a workout.
fn taken_ids(book: &Book) -> BTreeSet<&str> {
    book.records()
        .flat_map(|record| &record.parts)
        .filter_map(|part| part.receipt.activity_id.as_deref())
        .collect()
}

/// Ids of most services count upwards; as text, shorter is smaller.
fn creation_order(id: &str) -> (usize, String) {
    (id.len(), id.to_owned())
}

/// A listing that shows none of several activities we delivered on these days is not believed when it shows nothing else.
fn distrust(book: &Book, facts: &Facts, listing: &[Activity]) -> Option<String> {
    let days = crate::Window::around(facts.day(), 1);
    let known: Vec<&str> = book
        .records()
        .flat_map(|record| &record.parts)
        .filter(|part| days.contains(part.facts.day()))
        .filter_map(|part| part.receipt.activity_id.as_deref())
        .collect();
    let shows_nothing = listing
        .iter()
        .all(|activity| activity.day.is_some_and(|day| !days.contains(day)));
    (known.len() >= MISSING_TO_DISTRUST && shows_nothing).then(|| {
        format!(
            "the destination lists nothing around {}, though {} activities were delivered there; if they really were deleted, say \
             retry with --not-there",
            facts.day(),
            known.len()
        )
    })
}
