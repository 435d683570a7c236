//! The real program, killed at any moment: no half file counts, no file is without its line, nothing is lost or fetched in vain.
//!
//! `ARCHIVE_SESSIONS=3000` plays it with a long history.

use std::time::{Duration, Instant};

use super::{DIR, account, archive, downloads, fetched, nothing_wrong, root, session, whole_files};

const KILLS: u64 = 30;

/// A step of the usual linear congruential generator; its upper bits are random enough.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

pub(super) fn sessions() -> u64 {
    let asked = std::env::var("ARCHIVE_SESSIONS");
    asked.map_or(300, |text| text.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_may_be_killed_at_any_moment() {
    let mut world = account(sessions()).await;
    world.set("SYNC_PARALLEL", "4");
    let mut random = Random(15);
    let mut hits = [0; 3];
    for kill in 0..KILLS {
        if kill == KILLS / 2 {
            // Some are edited meanwhile.
            for number in 0..sessions() / 50 {
                world
                    .polar
                    .add_session(session(number * 50).note(format!("edited {number}")));
            }
        }
        let before = downloads(&world).len();
        let arguments = [
            "archive",
            DIR,
            "--formats=summary,details,tcx,gpx,fit,csv,rr",
        ];
        let mut child = world.spawn(&arguments);
        // Of every five, one while it lists or begins.
        let nth = match kill % 5 {
            0 => 0,
            _ => 1 + random.below(sessions() * 7 / KILLS) as usize,
        };
        let begin = Instant::now();
        let mut ended = false;
        while nth > 0 && downloads(&world).len() < before + nth && !ended {
            ended = child.try_wait().unwrap().is_some();
            assert!(
                begin.elapsed() < Duration::from_secs(120),
                "it never gets there"
            );
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
        let most = if nth == 0 { 700 } else { 25 };
        tokio::time::sleep(Duration::from_millis(random.below(most))).await;
        let _ = child.start_kill();
        child.wait().await.unwrap();
        hits[match (ended, nth) {
            (true, _) => 0,
            (_, 0) => 1,
            _ => 2,
        }] += 1;
        if root(&world).join("manifest.jsonl").exists() {
            whole_files(&world).await;
        }
    }
    assert!(
        hits[2] > KILLS as usize / 2,
        "most kills came too late: {hits:?}"
    );
    let total = downloads(&world).len();
    archive(&world, &[]).await.expect(0);
    nothing_wrong(&world).await;
    for number in 0..sessions() {
        let id = session(number).id.to_string();
        let files = fetched(&world);
        if number > 20 {
            break;
        }
        let tcx = files
            .iter()
            .filter(|(name, _)| name.contains(&id) && name.ends_with(".tcx"));
        let legs = session(number).exercises;
        let expected: Vec<_> = legs.iter().map(|leg| &leg.tcx).collect();
        assert_eq!(
            tcx.map(|(_, bytes)| bytes).collect::<Vec<_>>(),
            expected,
            "{id}"
        );
    }
    let needed = sessions() as usize * 7;
    #[allow(clippy::print_stdout)]
    {
        println!("{KILLS} kills {hits:?}, {total} downloads before the last run, {needed} files");
    }
    // Each kill costs the session in work by each worker, at most.
    assert!(
        total <= needed + needed / 10 + KILLS as usize * 4 * 12,
        "{total} downloads for {needed} files"
    );
    world.polar.requests().clear();
    archive(&world, &[]).await.expect(0);
    assert_eq!(downloads(&world), Vec::<String>::new());
}
