//! The engine's history, reduced to words on a list.

/// Words of the engine's history; every other word is left out.
const WORDS: &[&str] = &[
    "a",
    "about",
    "absence",
    "accepted",
    "activities",
    "activity",
    "added",
    "after",
    "again",
    "already",
    "an",
    "and",
    "answer",
    "answered",
    "as",
    "asked",
    "at",
    "attempt",
    "attempts",
    "be",
    "became",
    "been",
    "before",
    "by",
    "changed",
    "claimed",
    "could",
    "delivered",
    "destination",
    "did",
    "does",
    "download",
    "downloaded",
    "duplicate",
    "entry",
    "exercise",
    "exercises",
    "failed",
    "failure",
    "fetched",
    "file",
    "file's",
    "finished",
    "for",
    "found",
    "from",
    "gave",
    "gone",
    "has",
    "in",
    "interrupted",
    "is",
    "it",
    "its",
    "later",
    "lease",
    "left",
    "linked",
    "listed",
    "listing",
    "look",
    "looked",
    "lost",
    "manual",
    "match",
    "matched",
    "may",
    "missing",
    "moved",
    "no",
    "not",
    "notes",
    "of",
    "on",
    "once",
    "one",
    "or",
    "ordered",
    "other",
    "parked",
    "part",
    "possible",
    "proved",
    "read",
    "reconcile",
    "reconciled",
    "redeliver",
    "redelivered",
    "rejected",
    "removed",
    "retry",
    "run",
    "send",
    "sending",
    "sent",
    "set",
    "settled",
    "several",
    "shown",
    "skip",
    "skipped",
    "source",
    "started",
    "still",
    "stopped",
    "taken",
    "the",
    "there",
    "to",
    "took",
    "track",
    "tried",
    "twice",
    "type",
    "undo",
    "undone",
    "unknown",
    "unsure",
    "up",
    "uploaded",
    "user",
    "verified",
    "wait",
    "waiting",
    "was",
    "were",
    "will",
    "with",
    "without",
    "worker",
    "workers",
    "workout",
    "yet",
];

/// The text with the words that are not on the list left out.
pub(super) fn known_words(text: &str) -> String {
    let mut words = Vec::new();
    for word in text.split_whitespace() {
        let bare = word
            .trim_matches(|c: char| !c.is_alphanumeric())
            .to_ascii_lowercase();
        let shown = match WORDS.binary_search(&bare.as_str()).is_ok() {
            true => bare,
            false => "...".to_owned(),
        };
        if shown != "..." || words.last().map(String::as_str) != Some("...") {
            words.push(shown);
        }
    }
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_the_program_stay_in_a_history() {
        assert!(WORDS.is_sorted());
        assert_eq!(
            known_words("delivered as activity 1900000001: note \"Run with Anna\" at 16:30"),
            "delivered as activity ... run with ... at ..."
        );
    }
}
