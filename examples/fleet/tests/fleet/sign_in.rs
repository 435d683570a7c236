//! An account that needs a sign-in, and one that fails.

use std::time::Duration;

use fake_services::{Answer, BrowserCookie, Fault};
use serde_json::json;

use crate::people::People;
use crate::workers::Workers;
use crate::world::{World, until};

#[tokio::test(flavor = "multi_thread")]
async fn needed_sign_in_is_shown_and_the_service_is_left_alone_until_a_session_comes() {
    let Some(world) = World::start().await else {
        return;
    };
    let people = People::new(2, 1, Duration::ZERO).await;
    let lines = people.lines("1s", &[("SYNC_DELAY_SECS", "0")]);
    let mut lines: Vec<serde_json::Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let settings = lines[0]["settings"].as_object_mut().unwrap();
    settings.remove("RUNKEEPER_PASSWORD");
    settings.remove("RUNKEEPER_EMAIL");
    let input = format!("{}\n{}\n", lines[0], lines[1]);
    world
        .fleet_with(&["add", "--file", "-"], &input, &[])
        .await
        .expect(0);
    let workers = Workers::start(&world, 1, &[]);
    let [signed_out, signed_in] = &people.all[..] else {
        unreachable!()
    };
    until("the other account is run", Duration::from_secs(30), || {
        signed_in.runkeeper.activities().len() == 1
    })
    .await;
    for _ in 0..200 {
        if world.account("person-0000").await["exit"] != json!(null) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let status = world.fleet(&["status", "--json"]).await.expect(3).json();
    assert_eq!(status["sign_in_needed"][0]["account"], "person-0000");
    let text = world.fleet(&["status"]).await.expect(3).stdout;
    assert!(text.contains("sign-in needed: 1"), "{text}");
    // The other one goes on at its interval meanwhile.
    let asked = signed_out.runkeeper.requests().all().len();
    let of_other = signed_in.polar.requests().all().len();
    until(
        "the other account is run again",
        Duration::from_secs(30),
        || signed_in.polar.requests().all().len() > of_other + 2,
    )
    .await;
    assert_eq!(signed_out.runkeeper.requests().all().len(), asked);
    let cookies = signed_out.runkeeper.browser_cookies();
    lines[0]["sessions"] = json!({ "runkeeper": BrowserCookie::netscape(&cookies) });
    let input = format!("{}\n", lines[0]);
    world
        .fleet_with(&["add", "--file", "-"], &input, &[])
        .await
        .expect(0);
    until("its workout is there", Duration::from_secs(30), || {
        signed_out.runkeeper.activities().len() == 1
    })
    .await;
    workers.stop().await;
    people.each_exactly_once();
    world.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn failing_account_backs_off_and_is_shown() {
    let Some(world) = World::start().await else {
        return;
    };
    let people = People::new(1, 1, Duration::ZERO).await;
    let person = &people.all[0];
    let down = Fault::Answer(Answer::unavailable(None));
    person.polar.faults().always("/", down.clone());
    person.polar.auth_faults().always("/", down);
    let lines = people.lines("2s", &[]);
    world
        .fleet_with(&["add", "--file", "-"], &lines, &[])
        .await
        .expect(0);
    let workers = Workers::start(&world, 1, &[]);
    let mut failures = Vec::new();
    for _ in 0..100 {
        let account = world.account("person-0000").await;
        failures.push(account["consecutive_failures"].as_i64().unwrap());
        if failures.last() >= Some(&2) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    assert_eq!(failures.last(), Some(&2), "{failures:?}");
    let status = world.fleet(&["status", "--json"]).await.expect(1).json();
    assert_eq!(status["failing"][0]["account"], "person-0000");
    person.polar.faults().clear();
    person.polar.auth_faults().clear();
    world.fleet(&["resume", "person-0000"]).await.expect(0);
    until("its workout is there", Duration::from_secs(30), || {
        people.delivered() == 1
    })
    .await;
    workers.stop().await;
    world.end().await;
}
