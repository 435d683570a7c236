//! The page in a real browser.

use fake_services::{DeadCookie, RunkeeperEra};
use serde_json::Value;
use system_tests::{Browser, Served, World};

use super::{pasted, two_refused};

async fn open(width: u32, is_dark: bool) -> Option<Browser> {
    let browser = Browser::open(width, 900, is_dark).await;
    if browser.is_none() {
        #[allow(clippy::print_stdout)]
        {
            println!("skipped: there is no Chromium with its driver");
        }
    }
    browser
}

fn expire(world: &World) {
    world.runkeeper.set(|switches| {
        switches.dead_cookie = DeadCookie::RedirectToLogin;
        switches.era = RunkeeperEra::Asics2026;
    });
    world.runkeeper.expire_sessions();
}

async fn refused(world: &World) -> Served {
    let service = world.serve(&["--every", "1h"]).await;
    service
        .until("refused", |it| {
            it["parked"].as_array().is_some_and(|it| it.len() == 2)
        })
        .await;
    service.until_idle().await;
    service
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_pastes_a_session_retries_one_workout_and_skips_the_other() {
    let Some(browser) = open(1280, false).await else {
        return;
    };
    let world = two_refused().await;
    let service = refused(&world).await;
    expire(&world);
    browser.go(&format!("http://{}/", service.address)).await;
    browser.wait_for("Workouts that need you (2)").await;
    browser.click("form[action='/run'] button").await;
    service
        .until("sign-in needed", |it| {
            it["authorization"]["runkeeper"]["state"] == "sign_in_needed"
        })
        .await;
    browser.go(&format!("http://{}/", service.address)).await;
    browser.wait_for("Runkeeper: sign-in needed").await;
    browser
        .type_in("textarea[name='session']", "not a single cookie")
        .await;
    browser.click("#session button").await;
    browser
        .wait_until("document.querySelectorAll('.message.bad').length === 1")
        .await;
    browser
        .type_in("textarea[name='session']", &pasted(&world))
        .await;
    browser.click("#session button").await;
    browser.wait_for("All is well").await;
    assert!(!browser.text().await.contains("sign-in needed"));
    service.until_idle().await;
    browser.go(&format!("http://{}/", service.address)).await;
    browser
        .click("article:nth-of-type(1) form[action='/retry'] button")
        .await;
    service
        .until("delivered", |it| it["counts"]["delivered"] == 2)
        .await;
    browser.go(&format!("http://{}/", service.address)).await;
    browser.click("article form[action='/skip'] button").await;
    service
        .until("skipped", |it| it["counts"]["tombstoned"] == 1)
        .await;
    browser.go(&format!("http://{}/", service.address)).await;
    browser.wait_for("All is well").await;
    assert!(!browser.text().await.contains("need you"));
    browser.close().await;
}

/// Nothing sticks out of a phone's screen, texts can be read on their ground, and scripts are not needed.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_fits_a_phone_and_a_desk_in_light_and_dark() {
    let world = two_refused().await;
    let service = refused(&world).await;
    expire(&world);
    assert_eq!(service.post("/run", "").await.status, 303);
    service.until_idle().await;
    for (width, is_dark) in [(360, false), (360, true), (1280, false), (1280, true)] {
        let Some(browser) = open(width, is_dark).await else {
            return;
        };
        browser.go(&format!("http://{}/", service.address)).await;
        browser.wait_for("History").await;
        let wide = browser
            .script("return document.documentElement.scrollWidth")
            .await;
        assert!(wide.as_u64() <= Some(u64::from(width)), "{width}: {wide}");
        let dark = browser
            .script("return matchMedia('(prefers-color-scheme: dark)').matches")
            .await;
        assert_eq!(dark, Value::Bool(is_dark));
        let worst = browser.script(CONTRAST).await;
        assert!(
            worst["ratio"].as_f64() >= Some(4.5),
            "{width} dark {is_dark}: {worst}"
        );
        let small = browser
            .script("return [...document.querySelectorAll('button')].filter(b => b.offsetParent && b.offsetHeight < 40).length")
            .await;
        assert_eq!(small, 0, "buttons that a thumb misses");
        if let Some(folder) = std::env::var_os("SCREENSHOTS") {
            let name = format!(
                "{width}-{}.png.base64",
                if is_dark { "dark" } else { "light" }
            );
            std::fs::write(
                std::path::Path::new(&folder).join(name),
                browser.screenshot().await,
            )
            .unwrap();
        }
        browser.close().await;
    }
}

/// The lowest contrast of a text with the ground that it stands on.
const CONTRAST: &str = "
const part = c => { c /= 255; return c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4; };
const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
const numbers = text => text.match(/[\\d.]+/g).map(Number);
const ground = e => { for (; e; e = e.parentElement) { const c = numbers(getComputedStyle(e).backgroundColor);
  if (c.length < 4 || c[3] > 0) return c; } return [255, 255, 255]; };
let worst = {ratio: 21};
for (const e of document.querySelectorAll('body *')) {
  if (![...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) || !e.offsetParent) continue;
  const [a, b] = [light(numbers(getComputedStyle(e).color)), light(ground(e))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  if (ratio < worst.ratio) worst = {ratio, text: e.textContent.slice(0, 40)};
}
return worst;";
