//! A large first sync does not hold up small ones.

use std::time::Duration;

use crate::people::People;
use crate::workers::Workers;
use crate::world::{World, until};

#[tokio::test(flavor = "multi_thread")]
async fn backlog_of_a_large_account_waits_behind_the_others() {
    const LARGE: usize = 24;
    const SMALL: usize = 6;
    let Some(world) = World::start().await else {
        return;
    };
    let mut people = People::default();
    people.add("large", LARGE, Duration::from_millis(5)).await;
    for number in 0..SMALL {
        let name = format!("small-{number}");
        people.add(&name, 2, Duration::from_millis(5)).await;
    }
    let lines = people.lines("1h", &[]);
    world
        .fleet_with(&["add", "--file", "-"], &lines, &[])
        .await
        .expect(0);
    let options = ["--concurrency", "1", "--max-items", "3"];
    let workers = Workers::start(&world, 1, &options);
    let of_small = || -> usize {
        let small = people.all.iter().skip(1);
        small.map(|it| it.runkeeper.activities().len()).sum()
    };
    until(
        "all small accounts are done",
        Duration::from_secs(60),
        || of_small() == 2 * SMALL,
    )
    .await;
    let of_large = people.all[0].runkeeper.activities().len();
    assert!(of_large <= 6, "{of_large} of the large account came first");
    until("the large account is done", Duration::from_secs(60), || {
        people.delivered() == people.expected()
    })
    .await;
    assert_eq!(workers.stop().await, [Some(0)]);
    people.each_exactly_once();
    world.end().await;
}
