//! The checks, one function each, by topic.

mod columns;
mod concurrency;
mod durability;
mod keys;
mod paging;
mod selections;
mod swaps;

use futures_util::future::LocalBoxFuture;

use super::bench::{Answer, Bench};

/// One promise of a ledger, and the way to test it.
pub(super) struct Check {
    pub(super) name: &'static str,
    pub(super) promise: &'static str,
    pub(super) run: for<'a> fn(&'a Bench<'a>) -> LocalBoxFuture<'a, Answer>,
}

macro_rules! checks {
    ($($name:literal: $function:path, $promise:literal;)*) => {
        &[$(Check { name: $name, promise: $promise, run: |bench| Box::pin($function(bench)) }),*]
    };
}

pub(super) const ALL: &[Check] = checks! {
    "starts-empty": swaps::starts_empty,
        "a new store is empty";
    "absent-creates": swaps::absent_creates,
        "Expected::Absent creates version 1, and get gives back what was written";
    "absent-conflicts": swaps::absent_conflicts,
        "Expected::Absent conflicts with a document that is there, and changes nothing";
    "versions-count-up": swaps::versions_count_up,
        "each swap makes the document's own version one greater";
    "stale-version-conflicts": swaps::stale_version_conflicts,
        "an older version conflicts, and changes nothing";
    "unknown-version-conflicts": swaps::unknown_version_conflicts,
        "a version that was never given out conflicts, and changes nothing";
    "missing-document-conflicts": swaps::missing_document_conflicts,
        "expecting a version of a document that is not there conflicts, and creates nothing";
    "usable-after-conflict": swaps::usable_after_conflict,
        "after a conflict the ledger goes on as before";
    "ignores-the-clock": swaps::ignores_the_clock,
        "nothing expires: only versions count";
    "time-goes-on": swaps::time_goes_on,
        "the time of a ledger with a clock never goes back";
    "bodies-are-kept": keys::bodies_are_kept,
        "a body comes back byte for byte";
    "large-bodies": keys::large_bodies,
        "a body of one megabyte comes back whole";
    "routes-are-apart": keys::routes_are_apart,
        "documents of different routes never meet";
    "odd-names": keys::odd_names,
        "any text is a name, and different texts are different names";
    "long-names": keys::long_names,
        "names of 1,024 bytes are kept apart by their last byte; longer ones are kept or refused, never cut";
    "order-by-bytes": paging::order_by_bytes,
        "scan goes by the bytes of the names";
    "pages": paging::pages,
        "every page size gives every document once, and a short page is the last";
    "page-limits": paging::page_limits,
        "at most as many documents as asked, also for none and for as many as there can be";
    "scan-is-current": paging::scan_is_current,
        "scan shows what get shows";
    "scan-while-writing": paging::scan_while_writing,
        "paging returns each earlier document exactly once, during any other writes";
    "one-creator": concurrency::one_creator,
        "of several that create the same document at once exactly one succeeds";
    "one-winner": concurrency::one_winner,
        "of several that swap the same version at once exactly one succeeds, and the winner's body stays";
    "no-lost-update": concurrency::no_lost_update,
        "several writers that count lose no count";
    "dropped-calls": concurrency::dropped_calls,
        "a call that is dropped half-way has happened or has not, and the ledger stays usable";
    "shared": concurrency::shared,
        "each handle sees the swaps of the others at once (only where `shared` is promised)";
    "columns-are-kept": columns::columns_are_kept,
        "open and day come back as they were written, each for its own document";
    "columns-are-replaced": columns::columns_are_replaced,
        "each swap replaces both columns, also with `false` and `None`";
    "conflict-keeps-columns": columns::conflict_keeps_columns,
        "a conflict changes no column";
    "extreme-days": columns::extreme_days,
        "any date is a day: it comes back, and scans find it in its place";
    "columns-with-body": columns::columns_with_body,
        "no reader sees the body of one swap with the columns of another";
    "open-scan": selections::open_scan,
        "a scan of open documents gives each of them and no other one";
    "days-scan": selections::days_scan,
        "a scan of days gives the documents of the window, both ends included, and none without a day";
    "selection-pages": selections::selection_pages,
        "every page size gives every selected document once, ordered by name, and a short page is the last";
    "selection-is-current": selections::selection_is_current,
        "a swap moves a document into and out of selections at once";
    "selection-while-writing": selections::selection_while_writing,
        "paging gives each document that stays selected exactly once, and no other document twice, during other writes";
    "reopening": durability::reopening,
        "every answered swap is there after closing and opening again (only where `durable` is promised)";
    "reopening-counts-on": durability::reopening_counts_on,
        "versions go on where they were after opening again (only where `durable` is promised)";
    "reopening-keeps-columns": durability::reopening_keeps_columns,
        "open, day and the scans by them are the same after opening again (only where `durable` is promised)";
};
