//! An operator's orders for one workout of an account, and the notices that lead to them.

use std::time::Duration;

use fake_services::UploadMode;
use serde_json::json;
use system_tests::Recorder;

use crate::people::{POLAR_HOST, People};
use crate::workers::Workers;
use crate::world::{World, until};

const ANA: &str = "person-0000";
const PATIENCE: Duration = Duration::from_secs(60);

/// An account whose first uploads the destination refuses, in a fleet that sends notices.
async fn refused(workouts: usize) -> Option<(World, People, Recorder)> {
    let mut world = World::start().await?;
    let recorder = Recorder::start().await;
    world.notify = Some(format!("{}/hook", recorder.url));
    let people = People::new(1, workouts, Duration::ZERO).await;
    let refusal = UploadMode::ErrorJson("the moon is in the wrong house".into());
    people.all[0].runkeeper.next_uploads(workouts, refusal);
    let lines = people.lines("1h", &[]);
    let added = world.fleet_with(&["add", "--file", "-"], &lines, &[]).await;
    added.expect(0);
    Some((world, people, recorder))
}

async fn until_needs_person(world: &World, count: i64) {
    for _ in 0..600 {
        let account = world.account(ANA).await;
        if account["needs_person"] == count && account["exit"] != json!(null) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{}", world.account(ANA).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn refused_workouts_lead_to_a_notice_and_orders() {
    let Some((world, people, recorder)) = refused(2).await else {
        return;
    };
    let workers = Workers::start(&world, 1, &[]);
    until_needs_person(&world, 2).await;
    until("the notice", PATIENCE, || recorder.received().len() == 1).await;
    let notice = &recorder.received()[0].body;
    for word in [
        "needs_person",
        "2 workouts need you",
        ANA,
        "moon",
        "explain",
    ] {
        assert!(notice.contains(word), "{word}: {notice}");
    }
    world.fleet(&["status"]).await.expect(2);

    let explained = world.fleet(&["explain", ANA, "1"]).await.expect(0).stdout;
    for word in [
        "the moon is in the wrong house",
        "retry person-0000 1",
        "skip person-0000 1",
    ] {
        assert!(explained.contains(word), "{word}: {explained}");
    }
    let record = world
        .fleet(&["explain", ANA, "2", "--json"])
        .await
        .expect(0);
    assert_eq!(record.json()["item"]["id"], "2");
    world.fleet(&["explain", ANA, "99"]).await.expect(64);
    world.fleet(&["explain", "nobody", "1"]).await.expect(64);

    world.fleet(&["retry", ANA, "--parked"]).await.expect(0);
    let tried = world.fleet(&["retry", ANA, "1", "--json"]).await.expect(0);
    assert_eq!(tried.json()["items"][0]["state"], "delivered");
    let again = world.fleet(&["retry", ANA, "1"]).await.expect(64);
    assert!(again.stderr.contains("workout 1"), "{again:?}");
    // The order made the account due.
    until_needs_person(&world, 1).await;

    let skipped = world.fleet(&["skip", ANA, "2"]).await.expect(0);
    assert!(skipped.stdout.contains("never moved"), "{skipped:?}");
    world.fleet(&["skip", ANA, "99"]).await.expect(64);
    until_needs_person(&world, 0).await;
    assert_eq!(world.account(ANA).await["exit"], "settled");

    assert_eq!(people.delivered(), 1);
    assert_eq!(recorder.received().len(), 1, "{:?}", recorder.received());
    assert_eq!(workers.stop().await, [Some(0)]);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_waits_for_a_slot_as_a_worker_does() {
    let Some((world, people, _recorder)) = refused(1).await else {
        return;
    };
    world.fleet(&["limit", POLAR_HOST, "1"]).await.expect(0);
    let workers = Workers::start(&world, 1, &[]);
    until_needs_person(&world, 1).await;
    assert_eq!(workers.stop().await, [Some(0)]);
    let person = &people.all[0];
    let requests = || person.polar.requests().all().len() + person.runkeeper.requests().all().len();
    let before = requests();
    let client = world.database.client().await;
    let slots = format!(
        "UPDATE workout_fleet.slots SET until = $1::text::timestamptz WHERE host = '{POLAR_HOST}'"
    );
    client.execute(&slots, &[&"infinity"]).await.unwrap();
    let retry = world.fleet(&["retry", ANA, "--rejected"]);
    let free_it = async {
        tokio::time::sleep(Duration::from_secs(2)).await;
        assert_eq!(requests(), before, "it did not wait");
        client.execute(&slots, &[&"-infinity"]).await.unwrap();
    };
    let (retried, ()) = tokio::join!(retry, free_it);
    retried.expect(0);
    assert_eq!(people.delivered(), 1);
    let taken = "SELECT count(*) FROM workout_fleet.slots WHERE until > clock_timestamp()";
    let taken: i64 = client.query_one(taken, &[]).await.unwrap().get(0);
    assert_eq!(taken, 0);
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn needed_sign_in_is_notified_once_until_the_account_is_added_anew() {
    let Some(mut world) = World::start().await else {
        return;
    };
    let recorder = Recorder::start().await;
    world.notify = Some(format!("{}/hook", recorder.url));
    let people = People::new(1, 1, Duration::ZERO).await;
    let line = people.lines("1h", &[]);
    let mut line: serde_json::Value = serde_json::from_str(line.trim()).unwrap();
    let settings = line["settings"].as_object_mut().unwrap();
    settings.remove("RUNKEEPER_PASSWORD");
    settings.remove("RUNKEEPER_EMAIL");
    let line = line.to_string();
    let add = ["add", "--file", "-"];
    world.fleet_with(&add, &line, &[]).await.expect(0);
    let workers = Workers::start(&world, 1, &[]);
    let runs = async |count: i64| {
        for _ in 0..600 {
            if world.account(ANA).await["runs"] == count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{}", world.account(ANA).await);
    };
    runs(1).await;
    assert_eq!(world.account(ANA).await["exit"], "sign_in_needed");
    world.fleet(&["resume", ANA]).await.expect(0);
    runs(2).await;
    let received = recorder.received();
    assert_eq!(received.len(), 1, "{received:?}");
    for word in ["sign_in_needed", ANA] {
        assert!(received[0].body.contains(word), "{received:?}");
    }
    world.fleet(&["remove", ANA]).await.expect(0);
    world.fleet_with(&add, &line, &[]).await.expect(0);
    runs(1).await;
    assert_eq!(recorder.received().len(), 2);
    // A topic is a secret.
    let kept = world.everything_kept().await;
    assert!(!kept.windows(5).any(|part| part == b"/hook"));
    assert_eq!(workers.stop().await, [Some(0)]);
    world.end().await;
}
