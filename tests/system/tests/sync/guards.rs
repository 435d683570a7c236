//! Listings that look wrong stop the run with exit code 4 and a way to go on.

use system_tests::World;

async fn synced() -> World {
    let world = World::signed_in().await;
    world
        .polar
        .add_sessions(fake_services::synthetic::history());
    world.sync(&[]).await.expect(0);
    world
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_listing() {
    let world = synced().await;
    world.polar.set(|switches| switches.empty_listing = true);
    let ran = world.sync(&[]).await.expect(4);
    assert!(ran.stderr.contains("--accept-listing"), "{}", ran.stderr);
    world.sync(&["--accept-listing"]).await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mass_change() {
    let world = synced().await;
    let mut ids: Vec<u64> = world
        .polar
        .sessions()
        .iter()
        .map(|session| session.id)
        .collect();
    ids.truncate(ids.len() * 3 / 4);
    ids.into_iter()
        .for_each(|id| world.polar.remove_session(id));
    let ran = world.sync(&[]).await.expect(4);
    assert!(ran.stderr.contains("nothing was changed"), "{}", ran.stderr);
    world.sync(&["--accept-listing"]).await.expect(0);
    // An accepted change is not asked about again.
    world.sync(&[]).await.expect(0);
    // Further missing workouts are a new case.
    let left: Vec<u64> = world.polar.sessions().iter().map(|s| s.id).collect();
    left.iter().for_each(|id| world.polar.remove_session(*id));
    world.sync(&[]).await.expect(4);
}

#[tokio::test(flavor = "multi_thread")]
async fn required_fields_missing_in_the_listing() {
    for field in ["listItemId", "datetime"] {
        let world = World::signed_in().await;
        world
            .polar
            .add_sessions(fake_services::synthetic::history());
        world
            .polar
            .set(|switches| switches.calendar_without = vec![field]);
        let ran = world.sync(&[]).await.expect(4);
        assert!(ran.stderr.contains(field), "{}", ran.stderr);
        assert!(world.runkeeper.activities().is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_home_page_that_names_several_people() {
    let mut world = World::signed_in().await;
    world
        .polar
        .add_sessions(fake_services::synthetic::history());
    let own = fake_services::FakeRunkeeper::USER;
    let page = format!(
        "<html><a href='/user/friend/profile'>F</a><a href='/user/{own}/profile'>Me</a></html>"
    );
    let answer = fake_services::Answer::html(200, &page);
    world
        .runkeeper
        .faults()
        .always("GET /home", fake_services::Fault::Answer(answer));
    let ran = world.sync(&[]).await.expect(4);
    assert!(ran.stderr.contains("RUNKEEPER_USER"), "{}", ran.stderr);
    assert!(world.runkeeper.activities().is_empty());
    world.set("RUNKEEPER_USER", own);
    world.sync(&[]).await.expect(0);
    assert!(!world.runkeeper.activities().is_empty());
}
