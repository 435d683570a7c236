//! The page, the probes and the rules of who may use them.

use std::time::Duration;

use fake_services::{DeadCookie, FakePolarFlow, FakeRunkeeper, RunkeeperEra};
use system_tests::{World, http};

use super::{encoded, pasted, two_refused};
use crate::processes::with_runs;

const TOKEN: &str = "canary-token-of-the-page";

#[tokio::test(flavor = "multi_thread")]
async fn a_run_shows_on_page_status_metrics_and_health() {
    let world = with_runs(3).await;
    let service = world.serve(&["--every", "1h"]).await;
    let status = service
        .until("run", |it| it["counts"]["delivered"] == 3)
        .await;
    assert_eq!(status["route"], "polar-flow -> runkeeper");
    assert_eq!(status["authorization"]["polar"]["state"], "signed_in");
    assert_eq!(status["last_run"]["result"], "settled");
    assert_eq!(status["backlog"], 0);
    assert!(status["next_run"].is_string() && status["parked"].as_array().unwrap().is_empty());
    let health = service.get("/healthz").await;
    assert_eq!((health.status, health.body.as_str()), (200, "ok\n"));
    let metrics = service.get("/metrics").await.body;
    for line in [
        "workout_sync_healthy 1",
        "workout_sync_workouts{state=\"delivered\"} 3",
    ] {
        assert!(metrics.contains(line), "{metrics}");
    }
    let page = service.get("/").await;
    assert!(
        page.body.contains("All is well") && page.body.contains("3 delivered"),
        "{}",
        page.body
    );
    assert!(
        page.header("content-security-policy")
            .unwrap()
            .contains("default-src 'none'")
    );
    assert!(!page.body.contains("<script"));
    assert_eq!(service.get("/nothing").await.status, 404);
    assert_eq!(
        http(&service.address, "PUT", "/run", &[], "").await.status,
        405
    );
    let large = "x".repeat(5 * 1024 * 1024);
    assert_ne!(service.post("/session", &large).await.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn retry_and_skip_work_from_the_page() {
    let world = two_refused().await;
    let service = world.serve(&["--every", "1h"]).await;
    let status = service
        .until("refused", |it| {
            it["parked"].as_array().is_some_and(|it| it.len() == 2)
        })
        .await;
    assert_eq!(status["parked"][0]["state"], "rejected");
    let page = service.get("/").await.body;
    assert!(
        page.contains("not today &lt;b&gt;") && !page.contains("today <b>"),
        "{page}"
    );
    assert_eq!(service.post("/retry", "id=1").await.status, 303);
    service
        .until("delivered", |it| it["counts"]["delivered"] == 2)
        .await;
    assert_eq!(service.post("/skip", "id=2").await.status, 303);
    service
        .until("skipped", |it| it["counts"]["tombstoned"] == 1)
        .await;
    let status = service.until_idle().await;
    assert!(status["parked"].as_array().unwrap().is_empty(), "{status}");
    assert_eq!(world.runkeeper.activities().len(), 2);
    // An id that does not wait for the user is refused.
    assert_eq!(service.post("/retry", "id=3").await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn skip_needs_no_session() {
    let world = two_refused().await;
    let service = world.serve(&["--every", "1h"]).await;
    service
        .until("refused", |it| {
            it["parked"].as_array().is_some_and(|it| it.len() == 2)
        })
        .await;
    service.until_idle().await;
    world.runkeeper.expire_sessions();
    assert_eq!(service.post("/skip", "id=2").await.status, 303);
    service
        .until("skipped", |it| it["counts"]["tombstoned"] == 1)
        .await;
    assert_eq!(service.status().await["failures"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_origin_a_missing_and_a_wrong_token_are_refused() {
    let world = two_refused().await;
    let service = world.serve(&["--every", "1h"]).await;
    service
        .until("refused", |it| {
            it["parked"].as_array().is_some_and(|it| it.len() == 2)
        })
        .await;
    let token = service.get("/").await.form_token();
    assert_eq!(token.len(), 64);
    let good = format!("token={token}&id=1");
    let own = format!("http://{}", service.address);
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[("Origin", "http://evil.example")], &good),
        (&[("Origin", "null")], &good),
        (&[("Origin", &own), ("Sec-Fetch-Site", "cross-site")], &good),
        (&[("Origin", &own), ("Host", "evil.example:8420")], &good),
        (
            &[
                ("Host", "evil.example:8420"),
                ("Origin", "http://evil.example:8420"),
            ],
            &good,
        ),
        (&[("Origin", &own)], "id=1"),
        (&[("Origin", &own)], "token=&id=1"),
        (&[("Origin", &own)], "token=0123456789abcdef&id=1"),
    ];
    for path in ["/retry", "/skip", "/run", "/session"] {
        for (headers, body) in cases {
            let reply = http(&service.address, "POST", path, headers, body).await;
            assert_eq!(reply.status, 403, "{path} {headers:?} {body}");
        }
    }
    // Another site that gave the address its name reads nothing.
    let reply = http(
        &service.address,
        "GET",
        "/",
        &[("Host", "evil.example:8420")],
        "",
    )
    .await;
    assert_eq!(reply.status, 403);
    assert!(!reply.body.contains(&token));
    assert!(
        service.status().await["queued"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert_eq!(world.runkeeper.activities().len(), 1);
    // The same request without a browser and with the token is fine.
    let reply = http(&service.address, "POST", "/skip", &[], &good).await;
    assert_eq!(reply.status, 303);
}

#[tokio::test(flavor = "multi_thread")]
async fn beyond_loopback_everything_but_health_asks_for_the_token() {
    let world = with_runs(1).await;
    world
        .sync(&["serve", "--listen", "0.0.0.0:0"])
        .await
        .expect(64);
    world.write("short", b"abc");
    world
        .sync(&["serve", "--listen", "0.0.0.0:0", "--token-file", "short"])
        .await
        .expect(64);
    world.write("token", format!("{TOKEN}\n").as_bytes());
    let service = world
        .serve(&["--listen", "0.0.0.0:0", "--token-file", "token"])
        .await;
    let bearer = format!("Bearer {TOKEN}");
    let with = [("Authorization", bearer.as_str())];
    for path in ["/", "/status", "/metrics"] {
        assert_eq!(service.get(path).await.status, 401, "{path}");
        let wrong = [("Authorization", "Bearer canary-token-of-the-pagf")];
        assert_eq!(
            http(&service.address, "GET", path, &wrong, "").await.status,
            401,
            "{path}"
        );
        assert_eq!(
            http(&service.address, "GET", path, &with, "").await.status,
            200,
            "{path}"
        );
    }
    let health = service.get("/healthz").await.status;
    assert!([200, 503].contains(&health));
    assert_eq!(
        http(&service.address, "POST", "/run", &[], "").await.status,
        403
    );
    assert_eq!(
        http(&service.address, "POST", "/run", &with, "")
            .await
            .status,
        303
    );
    // The page's own way: the token once, then a cookie.
    let wrong = http(&service.address, "POST", "/token", &[], "token=wrong").await;
    assert_eq!((wrong.status, wrong.header("set-cookie")), (403, None));
    let opened = http(
        &service.address,
        "POST",
        "/token",
        &[],
        &format!("token={TOKEN}"),
    )
    .await;
    let cookie = opened
        .header("set-cookie")
        .unwrap()
        .split(';')
        .next()
        .unwrap()
        .to_owned();
    let with = [("Cookie", cookie.as_str())];
    let page = http(&service.address, "GET", "/", &with, "").await;
    assert_eq!(page.status, 200);
    assert!(!page.body.contains(TOKEN));
    assert_eq!(
        http(&service.address, "POST", "/run", &with, "")
            .await
            .status,
        403
    );
    let form = format!("token={}", page.form_token());
    assert_eq!(
        http(&service.address, "POST", "/run", &with, &form)
            .await
            .status,
        303
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn pasting_a_session_ends_sign_in_needed() {
    let world = with_runs(1).await;
    world.runkeeper.set(|switches| {
        switches.dead_cookie = DeadCookie::RedirectToLogin;
        switches.era = RunkeeperEra::Asics2026;
    });
    world.runkeeper.expire_sessions();
    let service = world.serve(&["--every", "1h"]).await;
    service
        .until("sign-in needed", |it| {
            it["authorization"]["runkeeper"]["state"] == "sign_in_needed"
        })
        .await;
    let health = service.get("/healthz").await;
    assert_eq!(health.status, 503);
    assert!(
        health.body.contains("Runkeeper: sign-in needed"),
        "{}",
        health.body
    );
    let page = service.get("/").await.body;
    assert!(
        page.contains("<h2>Sign in</h2>") && page.contains("value=\"runkeeper\" selected"),
        "{page}"
    );
    for (text, words) in [
        ("nothing of use", "message bad"),
        ("checker=deaddeaddeaddeaddeaddead", "message bad"),
    ] {
        let reply = service
            .post(
                "/session",
                &format!("service=runkeeper&session={}", encoded(text)),
            )
            .await;
        assert_eq!(reply.status, 422, "{text}");
        assert!(
            reply.body.contains(words) && !reply.body.contains("deaddead"),
            "{}",
            reply.body
        );
    }
    assert_eq!(service.get("/healthz").await.status, 503);
    let form = format!("service=runkeeper&session={}", encoded(&pasted(&world)));
    assert_eq!(service.post("/session", &form).await.status, 303);
    service
        .until("delivered", |it| it["counts"]["delivered"] == 1)
        .await;
    service.until("healthy", |it| it["healthy"] == true).await;
    assert_eq!(service.get("/healthz").await.status, 200);
}

/// Passwords, cookies, tokens, topics: in no page, document, metric or line of the log.
#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_any_answer_or_in_the_log() {
    let mut world = two_refused().await;
    world.set("NOTIFY_URL", "http://127.0.0.1:9/canary-topic");
    world.set("HEALTHCHECK_URL", "http://127.0.0.1:9/canary-check");
    world.set("SYNC_LOG", "trace");
    world.write("token", format!("{TOKEN}\n").as_bytes());
    let service = world.serve(&["--token-file", "token"]).await;
    let bearer = format!("Bearer {TOKEN}");
    let with = [("Authorization", bearer.as_str())];
    let mut text = String::new();
    for _ in 0..200 {
        let status = http(&service.address, "GET", "/status", &with, "")
            .await
            .body;
        if status.contains("\"rejected\":2") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let form = format!("service=runkeeper&session={}", encoded(&pasted(&world)));
    let reply = http(&service.address, "POST", "/session", &with, &form).await;
    assert_eq!(reply.status, 303, "{reply:?}");
    for path in ["/", "/status", "/metrics", "/healthz"] {
        let reply = http(&service.address, "GET", path, &with, "").await;
        text += &format!("{}\n{}\n", reply.head, reply.body);
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    text += &service.log();
    assert!(
        text.contains("refused") || text.contains("rejected"),
        "{text}"
    );
    let mut canaries = vec![
        TOKEN.to_owned(),
        "canary-topic".to_owned(),
        "canary-check".to_owned(),
    ];
    canaries.extend(
        [
            FakePolarFlow::PASSWORD,
            FakePolarFlow::EMAIL,
            FakeRunkeeper::PASSWORD,
        ]
        .map(str::to_owned),
    );
    canaries.extend(
        world
            .runkeeper
            .browser_cookies()
            .into_iter()
            .map(|cookie| cookie.value),
    );
    canaries.extend(
        world
            .polar
            .browser_cookies()
            .into_iter()
            .map(|cookie| cookie.value),
    );
    canaries.retain(|canary| canary.len() >= 10);
    assert!(canaries.len() >= 7, "{}", canaries.len());
    for canary in canaries {
        assert!(!text.contains(&canary), "{canary} is shown");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_settings_of_the_service_are_named() {
    let mut world = World::signed_in().await;
    for (arguments, named) in [
        (&["--every", "soon"][..], "--every"),
        (&["--cron", "61 * * * *"], "--cron"),
        (&["--every", "5m", "--cron", "* * * * *"], "--cron"),
        (&["--listen", "localhost"], "--listen"),
        (&["--token-file", "missing"], "--token-file"),
        (&["--dry-run"], "--dry-run"),
        (&["--json"], "--json"),
    ] {
        let ran = world
            .sync(&[&["serve"][..], arguments].concat())
            .await
            .expect(64);
        assert!(ran.stderr.contains(named), "{arguments:?}: {}", ran.stderr);
    }
    world.set("NOTIFY_URL", "canary-topic");
    let ran = world.sync(&["serve"]).await.expect(64);
    assert!(
        ran.stderr.contains("NOTIFY_URL") && !ran.stderr.contains("canary"),
        "{}",
        ran.stderr
    );
}
