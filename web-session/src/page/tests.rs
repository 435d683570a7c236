use std::time::Duration;

use bytes::Bytes;
use reqwest::StatusCode;
use url::Url;

use super::*;

fn response(body: String) -> Response {
    Response {
        endpoint: "form",
        status: StatusCode::OK,
        headers: Default::default(),
        body: Bytes::from(body),
        url: Url::parse("https://site.example/form").unwrap(),
        hops: Vec::new(),
    }
}

fn visible(page: &str) -> String {
    Page::parse(page).unwrap().visible_text()
}

#[test]
fn only_what_a_browser_shows_is_visible() {
    let page = "<!DOCTYPE html><html><head><title>New</title><style>p { color: red }</style></head><body>\
        <p>Hello &amp;   welcome</p><noscript>no</noscript><ul><li>one<li>two<script>var x = 'log in';</script>\
        </ul>end</body></html>";
    assert_eq!(visible(page), "New Hello & welcome one two end");
    assert_eq!(visible(""), "");
    assert_eq!(visible("<script>x</script>"), "");
    let deep = format!("{}x", "<div>".repeat(limits::PAGE_DEPTH));
    assert_eq!(visible(&deep), "x");
}

#[test]
fn elements_are_selected_and_read() {
    let page = Page::parse("<DIV Class=a><p ID=x> one <b>two</b></p><p>three</p></DIV>").unwrap();
    let [outer] = page.select("div.a")[..] else {
        panic!("one element");
    };
    let inner: Vec<String> = outer.select("p").iter().map(Element::text).collect();
    assert_eq!(inner, ["one two", "three"]);
    let x = page.select("#x")[0];
    assert_eq!((x.name(), x.attribute("id")), ("p", Some("x")));
    assert_eq!(x.raw_text(), " one two");
    let around: Vec<&str> = x.ancestors().map(|element| element.name()).collect();
    assert_eq!(around, ["div", "body", "html"]);
    assert!(page.select("p[").is_empty());
}

/// Pages whose cost the scan does not foresee are stopped by the size of the tree or by the clock.
#[test]
fn a_page_that_grows_while_it_is_parsed_is_stopped() {
    let mut page = String::from("<div>");
    for n in 0..limits::PAGE_FORMATTING {
        page += &format!("<i id={n}>");
    }
    page += "</div>";
    page += &"<div>x</div>".repeat(20_000);
    assert_eq!(scan::check(&page), Ok(()));
    // A busy machine may take longer than the limit.
    let in_an_hour = Instant::now() + Duration::from_secs(3600);
    assert_eq!(parse(&page, in_an_hour).unwrap_err(), PageProblem::Nodes);
    let late = Instant::now() - Duration::from_secs(1);
    assert_eq!(parse("<p>x", late).unwrap_err(), PageProblem::Time);
    // Each `</form>` leaves its `div` open, which only the parser knows.
    let nested = "<form><div></form>".repeat(2000);
    assert_eq!(scan::check(&nested), Ok(()));
    assert_eq!(parse(&nested, in_an_hour).unwrap_err(), PageProblem::Depth);
}

#[tokio::test(flavor = "current_thread")]
async fn hostile_pages_are_refused_at_once_and_by_name() {
    let attributes: String = (0..500_000).map(|n| format!(" a{n}=1")).collect();
    for page in [
        "<a><b>".repeat(170_000),
        "<div>".repeat(200_000),
        "<div>".repeat(10_000_000),
        format!("<form>{}</form>", "<input name=a value=1>".repeat(100_000)),
        format!("<form{attributes}></form>"),
    ] {
        let begin = Instant::now();
        let error = response(page).read_page(|_| ()).await.unwrap_err();
        let text = error.to_string();
        assert!(text.starts_with("form: the page is not read: "), "{text}");
        assert!(begin.elapsed() < Duration::from_secs(5), "{text}");
    }
}

#[tokio::test(flavor = "current_thread")]
async fn the_runtime_goes_on_while_a_page_is_read() {
    let page = response("<p>x".repeat(20_000));
    let mut turns = 0;
    let reading = page.read_page(|page| {
        std::thread::sleep(Duration::from_millis(300));
        page.select("p").len()
    });
    let ticking = async {
        loop {
            tokio::time::sleep(Duration::from_millis(10)).await;
            turns += 1;
        }
    };
    let count = tokio::select! {
        count = reading => count.unwrap(),
        () = ticking => unreachable!(),
    };
    assert_eq!(count, 20_000);
    assert!(turns > 5, "{turns}");
}
