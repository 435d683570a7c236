//! Signing in, and the advice when that fails.

use fake_services::synthetic::SyntheticTcx;
use fake_services::{
    BrowserCookie, DeadCookie, FakeRunkeeper, PolarSession, PolarSport, RunkeeperEra,
};
use system_tests::World;

#[tokio::test(flavor = "multi_thread")]
async fn first_contact_lists_the_steps_in_five_lines() {
    let mut world = World::start().await;
    world.unset("POLAR_EMAIL");
    world.unset("POLAR_PASSWORD");
    let ran = world.sync(&[]).await.expect(3);
    assert!(ran.stdout.is_empty());
    let lines: Vec<&str> = ran.stderr.lines().collect();
    assert_eq!(lines.len(), 5, "{}", ran.stderr);
    assert!(
        ran.stderr.contains("workout-sync import-session")
            && ran.stderr.contains("workout-sync demo"),
        "{}",
        ran.stderr
    );
    assert!(
        world.polar.requests().all().is_empty(),
        "it asked a service before it was set up"
    );
    assert!(
        world.files().is_empty(),
        "it left files behind: {:?}",
        world.files()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_one_clear_sentence() {
    let mut world = World::signed_in().await;
    world.set("POLAR_PASSWORD", "not-the-password");
    let ran = world.sync(&[]).await.expect(3);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
    assert!(ran.stderr.contains("password"), "{}", ran.stderr);
    assert!(ran.stdout.is_empty());
    let tries = world.polar.requests().count("POST /login");
    assert_eq!(
        tries, 1,
        "a wrong password was tried again: accounts get locked that way"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_runkeeper_password_is_one_clear_sentence() {
    let mut world = World::start().await;
    world.set("RUNKEEPER_EMAIL", FakeRunkeeper::EMAIL);
    world.set("RUNKEEPER_PASSWORD", "not-the-password");
    let ran = world.sync(&[]).await.expect(3);
    assert_eq!(ran.stderr.lines().count(), 1, "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_legacy_form_still_works_where_it_exists() {
    let mut world = World::start().await;
    world.set("RUNKEEPER_EMAIL", FakeRunkeeper::EMAIL);
    world.set("RUNKEEPER_PASSWORD", FakeRunkeeper::PASSWORD);
    world.sync(&[]).await.expect(0);
    world
        .runkeeper
        .set(|switches| switches.era = RunkeeperEra::Asics2026);
    world.runkeeper.expire_sessions();
    let ran = world.sync(&[]).await.expect(3);
    assert!(
        ran.stderr.contains("import"),
        "no way out is named: {}",
        ran.stderr
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_format_of_browser_cookies_is_taken_over() {
    let world = World::start().await;
    let cookies = world.runkeeper.browser_cookies();
    let url = format!("{}/home", world.runkeeper.url());
    let texts = [
        BrowserCookie::header(&cookies),
        format!("Cookie: {}", BrowserCookie::header(&cookies)),
        BrowserCookie::curl(&cookies, &url),
        BrowserCookie::netscape(&cookies),
        BrowserCookie::json(&cookies),
    ];
    for text in texts {
        world.write("cookies", text.as_bytes());
        let ran = world
            .sync(&["import-session", "runkeeper", "cookies"])
            .await
            .expect(0);
        assert!(ran.stdout.contains("checker"), "{}", ran.stdout);
    }
    let polar = BrowserCookie::json(&world.polar.browser_cookies());
    world.write("polar", polar.as_bytes());
    world
        .sync(&["import-session", "polar", "polar"])
        .await
        .expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_imported_polar_session_needs_no_password() {
    let mut world = World::signed_in().await;
    world.unset("POLAR_EMAIL");
    world.unset("POLAR_PASSWORD");
    let text = BrowserCookie::header(&world.polar.browser_cookies());
    world.write("polar", text.as_bytes());
    world
        .sync(&["import-session", "polar", "polar"])
        .await
        .expect(0);
    world.sync(&[]).await.expect(0);
    world.polar.expire_sessions();
    world.sync(&[]).await.expect(0);
    world.polar.sign_everybody_out();
    let ran = world.sync(&[]).await.expect(3);
    assert!(ran.stderr.contains("Polar"), "{}", ran.stderr);
}

#[tokio::test(flavor = "multi_thread")]
async fn dead_cookies_are_sign_in_needed_in_every_shape() {
    for shape in [
        DeadCookie::RedirectToLogin,
        DeadCookie::RedirectToAsics,
        DeadCookie::LoginPage,
    ] {
        let world = World::signed_in().await;
        world.runkeeper.set(|switches| {
            switches.dead_cookie = shape;
            switches.era = RunkeeperEra::Asics2026;
        });
        world.runkeeper.expire_sessions();
        let ran = world.sync(&[]).await.expect(3);
        assert!(
            ran.stderr.contains("Runkeeper"),
            "{shape:?}: {}",
            ran.stderr
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_useless_import_is_wrong_usage_and_dead_cookies_are_not_kept() {
    let world = World::start().await;
    world.write("junk", b"this is no export of cookies\n");
    let ran = world.sync(&["import-session", "runkeeper", "junk"]).await;
    assert!(ran.code == 64 || ran.code == 3, "{ran:?}");
    world
        .sync(&["import-session", "runkeeper", "missing-file"])
        .await
        .expect(64);
    world.write("dead", b"checker=deaddeaddeaddeaddeaddead");
    world
        .sync(&["import-session", "runkeeper", "dead"])
        .await
        .expect(3);
}

/// Changing the account: what was typed counts, not what was kept.
#[tokio::test(flavor = "multi_thread")]
async fn sign_in_uses_the_password_that_it_was_given() {
    let mut world = World::signed_in().await;
    world.sync(&["sign-in", "polar"]).await.expect(0);
    let session = world
        .files()
        .into_iter()
        .find(|path| path.ends_with("polar.session.json"))
        .unwrap();
    let kept = std::fs::read(&session).unwrap();
    world.set("POLAR_PASSWORD", "not-the-password");
    let ran = world.sync(&["sign-in", "polar"]).await.expect(3);
    assert!(ran.stderr.contains("password"), "{}", ran.stderr);
    assert_eq!(
        std::fs::read(&session).unwrap(),
        kept,
        "the session that worked was given up"
    );
    world.unset("POLAR_EMAIL");
    world.unset("POLAR_PASSWORD");
    world.sync(&["plan"]).await.expect(0);

    world.set("POLAR_EMAIL", fake_services::FakePolarFlow::EMAIL);
    world.set("POLAR_PASSWORD", fake_services::FakePolarFlow::PASSWORD);
    let ran = world.sync(&["sign-in", "polar"]).await.expect(0);
    assert!(!ran.stdout.contains("saved session"), "{}", ran.stdout);
    assert_ne!(std::fs::read(&session).unwrap(), kept);
    world.unset("POLAR_PASSWORD");
    world.sync(&["plan"]).await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn looking_does_not_make_runkeeper_look_set_up() {
    let world = World::start().await;
    world.sync(&["plan"]).await.expect(0);
    let ran = world.sync(&[]).await.expect(3);
    assert!(
        ran.stderr.contains("import-session runkeeper"),
        "{}",
        ran.stderr
    );
    assert!(world.runkeeper.requests().all().is_empty());
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn session_files_are_for_their_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let world = World::signed_in().await;
    let start = "2026-03-01T10:00:00Z".parse().unwrap();
    let tcx = SyntheticTcx::new(start, PolarSport::RUNNING).seconds(60);
    world
        .polar
        .add_session(PolarSession::new(1, 60, tcx.exercise(60)));
    world.sync(&[]).await.expect(0);
    let sessions: Vec<_> = world
        .files()
        .into_iter()
        .filter(|path| path.to_string_lossy().ends_with(".session.json"))
        .collect();
    assert_eq!(sessions.len(), 2, "{:?}", world.files());
    for path in sessions {
        let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
}

/// The cookies were to be tried, not the password: who imports them would believe that they work.
#[tokio::test(flavor = "multi_thread")]
async fn dead_cookies_are_not_mended_by_a_password_on_import() {
    let mut world = World::signed_in().await;
    let session = world
        .files()
        .into_iter()
        .find(|path| path.ends_with("runkeeper.session.json"))
        .unwrap();
    let kept = std::fs::read(&session).unwrap();
    world.set("RUNKEEPER_EMAIL", FakeRunkeeper::EMAIL);
    world.set("RUNKEEPER_PASSWORD", FakeRunkeeper::PASSWORD);
    world.write("dead", b"checker=deaddeaddeaddeaddeaddead");
    let before = world.runkeeper.requests().count("POST /login");
    let ran = world
        .sync(&["import-session", "runkeeper", "dead"])
        .await
        .expect(3);
    assert!(!ran.stdout.contains("works"), "{}", ran.stdout);
    assert_eq!(world.runkeeper.requests().count("POST /login"), before);
    assert_eq!(
        std::fs::read(&session).unwrap(),
        kept,
        "the session that worked was given up"
    );
    // A sync still uses the password.
    world.runkeeper.expire_sessions();
    world.sync(&[]).await.expect(0);
}
