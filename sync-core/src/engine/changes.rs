//! What became of delivered workouts at the source. Nothing is done about it: what is at the destination is the person's. On request it is
//! told.

use std::collections::BTreeMap;

use super::{Engine, Stop};
use crate::book::{Book, Entry};
use crate::item::Item;
use crate::report::Line;

impl Engine {
    /// Delivered workouts that the source now lists otherwise, or not at all.
    pub(super) async fn changes(
        &self,
        book: &Book,
        known: &[Entry],
        listing: &[Line],
    ) -> Result<Vec<Line>, Stop> {
        if !self.policy.tells_changes() {
            return Ok(Vec::new());
        }
        let listed: BTreeMap<&str, &Item> = listing
            .iter()
            .map(|line| (line.item.id.as_str(), &line.item))
            .collect();
        let mut told = Vec::new();
        for entry in known.iter().filter(|entry| !entry.is_gone()) {
            let Some(record) = book.peek(&entry.id).await? else {
                continue;
            };
            if !record.is_settled() || !record.state.name().is_at_destination() {
                continue;
            }
            let source = self.source.name();
            let reason = match listed.get(entry.id.as_str()) {
                None => format!("{source} does not list it any more; what was delivered stays"),
                Some(now) => match difference(&record.item, now) {
                    None => continue,
                    Some(what) => {
                        format!("edited at {source} since: {what}; what was delivered stays")
                    }
                },
            };
            let mut line = Line::of_record(&record);
            line.reason = Some(reason);
            told.push(line);
        }
        Ok(told)
    }
}

/// What a person would notice.
fn difference(before: &Item, now: &Item) -> Option<String> {
    let mut what = Vec::new();
    if (before.start - now.start).num_seconds() != 0 {
        what.push(format!("start {} is now {}", before.start, now.start));
    }
    let seconds = |item: &Item| item.duration_ms.map(|ms| ms / 1000);
    if let (Some(then), Some(now)) = (seconds(before), seconds(now))
        && then != now
    {
        what.push(format!("duration {then} s is now {now} s"));
    }
    if let (Some(then), Some(now)) = (before.distance_m, now.distance_m)
        && (then - now).abs() >= 1.0
    {
        what.push(format!("distance {then:.0} m is now {now:.0} m"));
    }
    (!what.is_empty()).then(|| what.join(", "))
}
