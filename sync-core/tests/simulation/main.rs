//! Random worlds: one is made, and perturbed into a source, a destination and a ledger that disagree; workers, crashes, lost answers, late
//! listings, edits, deletions, restored backups and the user's commands follow; the invariants are checked after every deed.
//!
//! `SEEDS=from..until cargo test -p sync-core --test simulation` plays other worlds than the usual ones. The same seed is the same
//! story. A story that fails is made as short as possible and printed.
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod dice;
mod play;
mod shrink;
mod story;
#[path = "../support/workers.rs"]
#[allow(dead_code, reason = "each proof uses a part of it")]
mod workers;

use std::io::Write;
use std::ops::Range;

use play::Tally;
use story::Story;

/// The worlds of a usual test run: seconds, also without optimisation.
const USUAL: Range<u64> = 0..150;

fn seeds() -> Range<u64> {
    let Ok(text) = std::env::var("SEEDS") else {
        return USUAL;
    };
    let (from, until) = text.split_once("..").expect("SEEDS=from..until");
    from.parse().unwrap()..until.parse().unwrap()
}

/// Panics are not printed meanwhile.
fn quietly<T>(work: impl FnOnce() -> T) -> T {
    static ONE_AT_A_TIME: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _guard = ONE_AT_A_TIME.lock().unwrap();
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(|_| {}));
    let result = work();
    std::panic::set_hook(hook);
    result
}

#[test]
fn every_random_world_keeps_the_invariants() {
    let mut total = Tally::default();
    let seeds = seeds();
    let failed = quietly(|| {
        seeds.clone().find_map(|seed| {
            let story = Story::new(seed);
            match play::play(&story) {
                Ok(tally) => {
                    total.add(&tally);
                    None
                }
                Err(_) => Some(shrink::shrink(story)),
            }
        })
    });
    if let Some((story, why)) = failed {
        let seed = story.seed;
        let again = format!("SEEDS={seed}..{} plays the whole story again", seed + 1);
        panic!("seed {seed}: {why}\n\n{story}\n{again}");
    }
    // Past the test runner, which keeps what passing tests print to itself.
    let _ = writeln!(std::io::stderr(), "worlds {seeds:?}: {total}");
}

/// A world whose invariants cannot be broken proves nothing.
#[test]
fn a_broken_invariant_is_found_and_its_story_made_short() {
    let broken = quietly(|| {
        (0..40).find_map(|seed| {
            let mut story = Story::new(seed);
            // Every world with an upload breaks a limit of zero uploads.
            story.uploads_allowed = Some(0);
            play::play(&story).is_err().then(|| shrink::shrink(story))
        })
    });
    let (story, why) = broken.expect("a world with an upload");
    assert!(why.contains("accepted"), "{why}");
    assert!(story.deeds.len() <= 4, "{story}");
    assert_eq!(story.items.len(), 1, "{story}");
}
