//! Makes a story that fails as short as possible.

use crate::play::play;
use crate::story::Story;

/// The maximum number of stories to try.
const TRIES: usize = 3000;

/// The shortest story that was found to fail as well, and why it fails.
pub fn shrink(story: Story) -> (Story, String) {
    let mut tries = 0;
    let mut fails = |story: &Story| {
        tries += 1;
        (tries <= TRIES).then(|| play(story).err()).flatten()
    };
    let mut best = story;
    let mut why = fails(&best).unwrap_or_default();
    loop {
        let before = (best.deeds.len(), best.items.len());
        let mut size = best.deeds.len().div_ceil(2);
        while size > 0 {
            let mut from = 0;
            while from < best.deeds.len() {
                let mut shorter = best.clone();
                let until = (from + size).min(shorter.deeds.len());
                shorter.deeds.drain(from..until);
                match fails(&shorter) {
                    Some(reason) => (best, why) = (shorter, reason),
                    None => from += size,
                }
            }
            size /= 2;
        }
        for index in (0..best.items.len()).rev() {
            let mut shorter = best.clone();
            shorter.items.remove(index);
            if let Some(reason) = fails(&shorter) {
                (best, why) = (shorter, reason);
            }
        }
        for index in 0..best.items.len() {
            let mut plainer = best.clone();
            let item = &mut plainer.items[index];
            (item.fails_once, item.is_there) = (false, false);
            item.answers.pop();
            if let Some(reason) = fails(&plainer) {
                (best, why) = (plainer, reason);
            }
        }
        if (best.deeds.len(), best.items.len()) == before {
            return (best, why);
        }
    }
}
