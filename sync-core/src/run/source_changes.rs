//! Changes of delivered workouts at the source.

use crate::item::Item;
use crate::model::Record;
use crate::report::ReportEntry;

/// The change of a delivered workout at the source since. It is only reported: the engine never
/// changes an activity at the destination without an order.
pub(super) fn source_change(
    source: &str,
    record: &Record,
    now: Option<&Item>,
) -> Option<ReportEntry> {
    if record.gone || !record.is_settled() || !record.state.name().is_at_destination() {
        return None;
    }
    let reason = match now {
        None => format!("{source} does not list it any more; what was delivered stays"),
        // A copy may have other totals.
        Some(now) if now.id != record.item.id => return None,
        Some(now) => {
            let what = record.item.difference(now)?;
            format!("edited at {source} since: {what}; what was delivered stays")
        }
    };
    let mut entry = ReportEntry::of(record);
    entry.set_reason(reason);
    Some(entry)
}
