//! HAR files of real browsers that visit the fakes.

use fake_services::FakePolarFlow;
use serde_json::Value;
use system_tests::{Browser, ChromiumHar, Firefox, World};

use crate::bench::world;

/// Says that a browser is missing, unless the tests must not do without.
#[allow(clippy::print_stdout)]
fn skip(browser: &str) {
    assert!(
        std::env::var_os("REQUIRE_BROWSERS").is_none(),
        "{browser} is missing"
    );
    println!("skipped: {browser} is missing");
}

/// The script that signs in as the page of the sign-in host does.
fn sign_in_script() -> String {
    format!(
        "const token = document.cookie.split('; ').find(it => it.startsWith('XSRF-TOKEN=')).split('=')[1];\
         const form = document.createElement('form'); form.method = 'post'; form.action = '/login';\
         for (const [name, value] of [['_csrf', token], ['username', '{}'], ['password', '{}'], ['remember-me', 'on']]) {{\
           const input = document.createElement('input'); input.name = name; input.value = value; form.append(input); }}\
         document.body.append(form); form.submit();",
        FakePolarFlow::EMAIL,
        FakePolarFlow::PASSWORD
    )
}

/// The pages and answers that a user would come by.
fn visits(world: &World) -> Vec<String> {
    let (flow, site) = (world.polar.flow_url(), world.runkeeper.url());
    let session = world.polar.sessions()[0].id;
    let start = world.polar.sessions()[0].start_local();
    let activity = world.runkeeper.activities()[0].id;
    let listed = world.runkeeper.requests().all();
    let month = listed
        .iter()
        .rev()
        .find(|it| it.path == "/activitiesByDateRange")
        .unwrap();
    let user = month
        .query
        .split('&')
        .find_map(|pair| pair.strip_prefix("userName="))
        .unwrap();
    vec![
        format!("{flow}/api/account/users/current/user"),
        format!(
            "{flow}/training/getCalendarEvents?start={0}&end={0}",
            start.format("%-d.%-m.%Y")
        ),
        format!("{flow}/api/training/analysis/{session}/summary"),
        format!("{site}/home"),
        format!(
            "{site}/activitiesByDateRange?userName={user}&startDate={}",
            start.format("%b-01-%Y")
        ),
        format!("{site}/new/activity"),
        format!("{site}/user/{user}/activity/{activity}"),
    ]
}

fn checker(world: &World) -> String {
    let cookies = world.runkeeper.browser_cookies();
    let cookie = cookies.iter().find(|it| it.name == "checker").unwrap();
    format!("document.cookie = 'checker={}; path=/'", cookie.value)
}

/// Asserts that the program reads the recording and reports no breaking difference.
async fn is_read(world: &World, har: &Value, is_sanitised: bool) {
    world.write("browser.har", har.to_string().as_bytes());
    let look = world
        .sync(&["drift", "--har", "browser.har", "--json"])
        .await;
    let document = look.json();
    assert_eq!(document["breaking"], 0, "{document:#}");
    assert!([0, 1].contains(&look.code), "{document:#}");
    let seen = |service: &str, endpoint: &str| {
        document["seen"][service][endpoint]["answers"]
            .as_u64()
            .unwrap_or(0)
    };
    for endpoint in ["account", "calendar", "summary"] {
        assert!(
            seen("Polar Flow", endpoint) >= 1,
            "{endpoint}: {document:#}"
        );
    }
    for endpoint in ["home", "month", "new activity", "activity"] {
        assert!(seen("Runkeeper", endpoint) >= 1, "{endpoint}: {document:#}");
    }
    assert!(seen("Polar Flow", "sign-in") >= 5, "{document:#}");
    let notes = document["notes"].to_string();
    assert_eq!(
        notes.contains("the file has no cookies"),
        is_sanitised,
        "{notes}"
    );
    let secrets: Vec<String> = world
        .runkeeper
        .browser_cookies()
        .into_iter()
        .map(|it| it.value)
        .filter(|it| it.len() >= 12)
        .collect();
    let shown = format!("{}{}", look.stdout, look.stderr);
    assert!(secrets.iter().all(|it| !shown.contains(it)), "{shown}");
    assert!(
        !shown.contains(FakePolarFlow::PASSWORD) && !shown.contains(FakePolarFlow::EMAIL),
        "{shown}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_of_chromium_is_read() {
    let Some(browser) = Browser::open(1200, 800, false).await else {
        return skip("Chromium or its driver");
    };
    let world = world().await;
    let mut har = ChromiumHar::default();
    browser
        .go(&format!("{}/login", world.polar.flow_url()))
        .await;
    har.collect(&browser).await;
    browser
        .go(&format!("{}/flowSso/login", world.polar.flow_url()))
        .await;
    har.collect(&browser).await;
    browser.script(&sign_in_script()).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    har.collect(&browser).await;
    browser.go(world.runkeeper.url()).await;
    browser.script(&checker(&world)).await;
    har.collect(&browser).await;
    for url in visits(&world) {
        browser.go(&url).await;
        har.collect(&browser).await;
    }
    browser.close().await;
    is_read(&world, &har.har(), false).await;
    let sanitised = har.sanitised();
    world.write("sanitised.har", sanitised.to_string().as_bytes());
    let look = world.sync(&["drift", "--har", "sanitised.har"]).await;
    assert!(look.stdout.contains("the file has no cookies"), "{look:?}");
}

/// The recording of a Firefox that goes through the pages; `None` without Firefox.
async fn recorded_by_firefox(world: &World) -> Option<Value> {
    let pause = || tokio::time::sleep(std::time::Duration::from_millis(500));
    let mut browser = Firefox::open().await?;
    browser
        .go(&format!("{}/login", world.polar.flow_url()))
        .await;
    browser
        .go(&format!("{}/flowSso/login", world.polar.flow_url()))
        .await;
    browser.script(&sign_in_script()).await;
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    browser.go(world.runkeeper.url()).await;
    browser.script(&checker(world)).await;
    for url in visits(world) {
        browser.go(&url).await;
        pause().await;
    }
    pause().await;
    let har = browser.har().await;
    browser.close().await;
    Some(har)
}

/// Whether the recording has the body of each of these answers. On a busy machine the network tab loses one now and then.
fn has_bodies(har: &Value, urls: &[String]) -> bool {
    let entries = har["log"]["entries"].as_array().unwrap();
    let is_there = |url: &String| {
        entries.iter().any(|entry| {
            let text = entry["response"]["content"]["text"].as_str();
            entry["request"]["url"] == **url && text.is_some_and(|text| !text.is_empty())
        })
    };
    urls.iter().all(is_there)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_of_firefox_is_read() {
    for _ in 0..3 {
        let world = world().await;
        let urls = visits(&world);
        let Some(har) = recorded_by_firefox(&world).await else {
            return skip("Firefox");
        };
        if has_bodies(&har, &urls) {
            return is_read(&world, &har, false).await;
        }
    }
    panic!("the network tab of Firefox lost an answer three times");
}
