//! The pages in a real browser, from the disk: with no service and no network.

use std::path::Path;

use serde_json::Value;
use system_tests::Browser;

use super::{account, archive, contents, root, session};

async fn look(path: &Path, width: u32, is_dark: bool) -> Option<(Browser, Value)> {
    let browser = Browser::open(width, 900, is_dark).await;
    let Some(browser) = browser else {
        #[allow(clippy::print_stdout)]
        {
            println!("skipped: there is no Chromium with its driver");
        }
        return None;
    };
    let url = format!("file://{}", path.display().to_string().replace(' ', "%20"));
    browser.go(&url).await;
    let script = "const r = document.documentElement, s = getComputedStyle(document.body);
        const small = [...document.querySelectorAll('svg text')].filter(t => t.getBoundingClientRect().height < 9);
        return {wide: r.scrollWidth - r.clientWidth, paper: s.backgroundColor, svgs: document.querySelectorAll('svg svg').length,
            cut: [...document.querySelectorAll('.table')].filter(t => t.scrollWidth > t.clientWidth).length,
            small: small.length, scripts: document.scripts.length, tables: document.querySelectorAll('table').length,
            rows: document.querySelectorAll('.list li').length, text: document.body.innerText,
            broken: [...document.links].filter(a => !a.href.startsWith('file:')).length}";
    let seen = browser.script(script).await;
    Some((browser, seen))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_kind_of_page_fits_every_screen() {
    let world = account(5).await;
    world
        .polar
        .add_session(session(0).note("<img src=x onerror=alert(1)>"));
    archive(&world, &[]).await.expect(0);
    let all = contents(&world);
    let page = |word: &str| {
        let name = all
            .keys()
            .find(|name| name.starts_with("pages/") && name.contains(word));
        root(&world).join(name.unwrap())
    };
    let pages = [
        (page("running"), 3),
        (page("indoor-cycling"), 1),
        (page("pool-swimming"), 1),
        (page("free-multisport"), 7),
        (root(&world).join("index.html"), 0),
    ];
    for (path, svgs) in &pages {
        for (width, is_dark) in [(360, false), (1280, true)] {
            let Some((browser, seen)) = look(path, width, is_dark).await else {
                return;
            };
            let at = format!("{} at {width}: {seen}", path.display());
            assert_eq!(
                (&seen["wide"], &seen["cut"]),
                (&0.into(), &0.into()),
                "{at}"
            );
            assert_eq!(
                (&seen["scripts"], &seen["broken"], &seen["small"]),
                (&0.into(), &0.into(), &0.into()),
                "{at}"
            );
            assert_eq!(seen["svgs"], *svgs, "{at}");
            assert_eq!(seen["paper"] == "rgb(20, 23, 27)", is_dark, "{at}");
            browser.close().await;
        }
    }
    let (browser, seen) = look(&pages[0].0, 360, false).await.unwrap();
    assert!(
        seen["text"].as_str().unwrap().contains("<img src=x"),
        "{seen}"
    );
    browser.close().await;
    let (browser, seen) = look(&pages[2].0, 360, false).await.unwrap();
    assert!(
        seen["text"]
            .as_str()
            .unwrap()
            .contains("Each of the 10 lengths"),
        "{seen}"
    );
    browser.close().await;
    let (browser, seen) = look(&pages[4].0, 360, false).await.unwrap();
    assert_eq!(seen["rows"], 5);
    browser.click(".list li a").await;
    browser.wait_for("All workouts").await;
    browser.click("a").await;
    browser.wait_for("Training archive").await;
    browser.close().await;
}
