use super::*;
use crate::{Host, PageSpec};

fn service() -> Service {
    let list = Endpoint::json("list", "", "GET /list", ".: array\n[]: object\n");
    let page = Endpoint::page(
        "page",
        "",
        "GET /page/{id}",
        PageSpec::new().needs("x", &["#x"]),
    )
    .refuses_with("not for you");
    let file = Endpoint::file("file", "", "GET /file", &["<data"]);
    let up = Endpoint::unknown("up", "", "POST /up").sends(&["part"]);
    Service::new(
        "S",
        [Host::new("web", "https://s.example")],
        [list, page, file, up],
    )
}

fn answer(request: &str, status: u16, body: Option<&str>) -> Exchange {
    let (method, path) = request.split_once(' ').unwrap();
    let url = format!("https://s.example{path}").parse().unwrap();
    let mut it = Exchange::new(method, url, status);
    it.content_type = if path == "/list" {
        "application/json"
    } else {
        "text/html"
    }
    .to_owned();
    it.body = body.map(|it| it.as_bytes().to_vec());
    it
}

fn seen(exchanges: &[Exchange]) -> (usize, usize, usize, usize) {
    let report = inspect(&[service()], exchanges);
    let all = || report.seen["S"].values();
    (
        all().map(|it| it.answers).sum(),
        all().map(|it| it.refused).sum(),
        all().map(|it| it.unseen).sum(),
        report.count(Weight::Breaking),
    )
}

/// Answers, refusals, nothing to look at, breaking differences.
#[test]
fn each_answer_is_one_of_three() {
    let page = "<html><p id=\"x\"></p></html>";
    for (request, status, body, expected) in [
        ("GET /list", 200, Some("[]"), (1, 0, 0, 0)),
        ("GET /list", 204, None, (1, 0, 0, 1)),
        ("GET /list", 200, Some(""), (1, 0, 0, 1)),
        ("GET /list", 200, None, (0, 0, 1, 0)),
        ("GET /list", 304, None, (0, 0, 1, 0)),
        ("GET /list", 0, None, (0, 0, 1, 0)),
        ("GET /list", 404, Some("x"), (0, 1, 0, 1)),
        ("GET /list", 500, Some("x"), (0, 1, 0, 1)),
        ("GET /list", 200, Some("[1"), (1, 0, 0, 1)),
        ("GET /page/1", 200, Some(page), (1, 0, 0, 0)),
        (
            "GET /page/1",
            200,
            Some("<html>not for you</html>"),
            (0, 1, 0, 1),
        ),
        (
            "GET /page/1",
            200,
            Some("<html><input type=\"password\">"),
            (0, 1, 0, 1),
        ),
        (
            "GET /page/1",
            200,
            Some("<p id=x><input type=\"password\">"),
            (1, 0, 0, 1),
        ),
        (
            "GET /page/1",
            200,
            Some("<html><p id=x><input type=\"password\">"),
            (1, 0, 0, 0),
        ),
        (
            "GET /file",
            200,
            Some("<?xml?> <!-- a --> <!DOCTYPE b> <data/>"),
            (1, 0, 0, 0),
        ),
        ("GET /file", 200, Some("<!-- a --> <other/>"), (1, 0, 0, 1)),
        ("POST /up", 200, None, (1, 0, 0, 0)),
        ("POST /up", 302, None, (1, 0, 0, 0)),
        ("POST /up", 400, None, (0, 1, 0, 0)),
        ("POST /up", 404, None, (0, 1, 0, 1)),
    ] {
        let it = answer(request, status, body);
        assert_eq!(seen(&[it]), expected, "{request} {status} {body:?}");
    }
}

#[test]
fn a_refusal_is_excused_by_a_good_answer() {
    let good = || answer("GET /list", 200, Some("[]"));
    for status in [400, 401, 403, 404, 429, 500] {
        let found = seen(&[good(), answer("GET /list", status, Some("x"))]);
        assert_eq!(found, (1, 1, 0, 0), "{status}");
    }
    let mut elsewhere = answer("GET /list", 301, Some(""));
    elsewhere.location = "https://s.example/list/".parse().ok();
    assert_eq!(seen(&[elsewhere.clone(), good()]), (1, 0, 1, 0));
    elsewhere.location = "https://s.example/login".parse().ok();
    assert_eq!(seen(&[elsewhere]), (0, 1, 0, 1));
}

#[test]
fn what_a_browser_sends_is_compared_where_it_is_recorded() {
    let sent = |names: &[&str]| {
        let mut it = answer("POST /up", 200, None);
        it.sent_fields = names.iter().map(|it| (*it).to_owned()).collect();
        let report = inspect(&[service()], &[it]);
        let found = report.findings.into_iter();
        found.map(|it| (it.place, it.now)).collect::<Vec<_>>()
    };
    assert_eq!(sent(&["part", "other"]), []);
    assert_eq!(sent(&[]), []);
    let place = "sent field part".to_owned();
    let now = "not sent; startTime is new".to_owned();
    assert_eq!(sent(&["startTime"]), [(place.clone(), now)]);
    // These may be data.
    for name in ["piece", "a b"] {
        assert_eq!(sent(&[name]), [(place.clone(), "not sent".to_owned())]);
    }
}
