//! Cookies that are too many, too large or of another clock.

use reqwest::cookie::CookieStore as _;

use super::*;

fn set_many(jar: &CookieJar, url: &Url, lines: &[String]) {
    let values: Vec<HeaderValue> = lines.iter().map(|line| line.parse().unwrap()).collect();
    jar.set_cookies(&mut values.iter(), url);
}

#[test]
fn a_service_that_sets_ever_more_cookies_fills_no_jar_and_ends_no_session() {
    for (size, domain) in [(1, ""), (1500, ""), (40, "; Domain=site.example")] {
        let jar = CookieJar::in_memory(vec![], vec!["session".into(), "token".into()]);
        set_many(&jar, &site(), &["session=alive; Path=/".to_owned()]);
        for answer in 0..200 {
            let mut lines: Vec<String> = (0..60)
                .map(|n| format!("junk-{answer}-{n}={}{domain}", "x".repeat(size)))
                .collect();
            // The cookie that counts comes behind the others.
            if answer == 100 {
                lines.push("token=new".to_owned());
            }
            set_many(&jar, &site(), &lines);
            let header = sent(&jar, &site());
            assert!(
                header.len() <= limits::COOKIE_BYTES_PER_HOST,
                "{}",
                header.len()
            );
            assert!(jar.names(&site()).len() <= limits::COOKIES_PER_HOST);
        }
        assert!(jar.has(&site(), "session") && jar.has(&site(), "token"));
        assert!(jar.store().iter_any().count() <= limits::COOKIES_PER_HOST);
        for n in 0..1000 {
            set_many(&jar, &site(), &[format!("deep-{n}=1; Path=/{n}")]);
        }
        assert!(jar.store().iter_any().count() <= limits::COOKIES_PER_JAR);
        assert!(jar.has(&site(), "session") && jar.has(&site(), "token"));
        // The newest cookies stay, as far as there is room.
        assert!(
            jar.names(&site())
                .iter()
                .any(|name| name.starts_with("junk-199-"))
        );
    }
}

#[test]
fn the_number_of_cookies_per_answer_is_limited() {
    let jar = CookieJar::in_memory(vec![], vec!["session".into()]);
    let mut lines: Vec<String> = (0..60).map(|n| format!("junk-{n}=1")).collect();
    lines.push("session=alive".to_owned());
    set_many(&jar, &site(), &lines);
    assert_eq!(jar.names(&site()).len(), limits::COOKIES_PER_ANSWER + 1);
    assert!(jar.has(&site(), "session"));
}

#[test]
fn a_cookie_too_large_for_browsers_is_left_out() {
    let jar = CookieJar::in_memory(vec![], vec![]);
    let largest = limits::COOKIE_BYTES - 1;
    set_many(&jar, &site(), &[format!("a={}", "x".repeat(largest))]);
    set_many(&jar, &site(), &[format!("b={}", "x".repeat(largest + 1))]);
    assert_eq!(jar.names(&site()), ["a"]);
}

#[test]
fn a_cookie_lives_as_long_as_the_service_says_by_its_own_clock() {
    use std::time::Duration;
    let hour = Duration::from_secs(3600);
    let there = SystemTime::now() - hour * 2;
    let header = |time| httpdate::fmt_http_date(time);
    let clock = Arc::new(Clock::default());
    let mut jar = CookieJar::in_memory(vec![], vec![]);
    jar.tell_time_by(Arc::clone(&clock));
    let mut headers = reqwest::header::HeaderMap::new();
    headers.insert("date", header(there).parse().unwrap());
    clock.learn(&headers, &"https://h/".parse().unwrap());
    let lines = [
        format!("alive=1; Expires={}", header(there + hour)),
        format!("dead=1; Expires={}", header(there - hour)),
        format!("aged=1; Max-Age=60; Expires={}", header(there - hour)),
    ];
    set_many(&jar, &site(), &lines);
    assert_eq!(jar.names(&site()), ["aged", "alive"]);
}
