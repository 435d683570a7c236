use super::*;

const BASE: &str = "https://site.example/";

fn session() -> Session {
    Session::builder()
        .base_url(Url::parse(BASE).unwrap())
        .base_url(Url::parse("https://auth.site.example/").unwrap())
        .build()
        .unwrap()
}

fn value(session: &Session, url: &str, name: &str) -> Option<String> {
    let value = session.jar().value(&Url::parse(url).unwrap(), name)?;
    Some(value.expose_secret().to_owned())
}

/// Imports and returns the report with the values of `a` and `%csrf` at the site.
fn import(text: &str) -> (ImportReport, Option<String>, Option<String>) {
    let session = session();
    let report = session.import(text, &Url::parse(BASE).unwrap()).unwrap();
    (
        report,
        value(&session, BASE, "a"),
        value(&session, BASE, "%csrf"),
    )
}

fn error(text: &str) -> ImportError {
    session()
        .import(text, &Url::parse(BASE).unwrap())
        .unwrap_err()
}

#[test]
fn cookie_header_in_its_shapes() {
    for text in [
        "a=1; %csrf=x%2By==",
        "Cookie: a=1; %csrf=x%2By==;",
        "cookie:a=1;%csrf=x%2By==\n",
        "GET /home HTTP/1.1\r\nHost: site.example\r\nAccept: */*\r\nCookie: a=1; %csrf=x%2By==\r\n",
    ] {
        let (report, a, csrf) = import(text);
        assert_eq!(report.format, ImportFormat::CookieHeader, "{text}");
        assert_eq!(
            (a.as_deref(), csrf.as_deref()),
            (Some("1"), Some("x%2By==")),
            "{text}"
        );
    }
    let (report, ..) = import("a=1");
    assert_eq!(report.kept, [("site.example".to_owned(), "a".to_owned())]);
}

#[test]
fn a_piece_without_a_name_costs_no_cookie() {
    for text in [
        "a=1; opaque; %csrf=x",
        "Cookie: opaque; a=1; =worth; %csrf=x",
    ] {
        let (report, a, csrf) = import(text);
        assert_eq!(report.format, ImportFormat::CookieHeader, "{text}");
        assert_eq!((a.as_deref(), csrf.as_deref()), (Some("1"), Some("x")));
    }
    for text in ["opaque", "opaque; other", "dear a = b; and <c>=d"] {
        assert!(matches!(error(text), ImportError::UnknownFormat), "{text}");
    }
}

#[test]
fn curl_for_bash() {
    let (report, a, csrf) = import(
        "curl 'https://site.example/api/x?y=1' \\\n  -X 'POST' \\\n  -H 'accept: */*' \\\n  -b $'a=it\\'s\\u0021; %csrf=x%2By==' \\\n  --data-raw 'cookie: no=1' --compressed",
    );
    assert_eq!(report.format, ImportFormat::Curl);
    assert_eq!(
        (a.as_deref(), csrf.as_deref()),
        (Some("it's!"), Some("x%2By=="))
    );
    assert_eq!(report.kept.len(), 2);

    let (_, a, _) =
        import("curl --location -H \"Cookie: a=1; b=\\\"q\\\"\" --url https://site.example/");
    assert_eq!(a.as_deref(), Some("1"));
}

#[test]
fn curl_for_cmd() {
    // Chrome of today: every quotation mark and percent sign has its caret.
    let (report, a, csrf) = import(
        "curl ^\"https://site.example/api/x?y=1^&z=2^\" ^\r\n  -H ^\"accept: */*^\" ^\r\n  -b ^\"a=1^^2^\\^\"q^\\^\"; ^%^csrf=x^%^2By==^\" ^\r\n  --compressed",
    );
    assert_eq!(report.format, ImportFormat::Curl);
    assert_eq!(
        (a.as_deref(), csrf.as_deref()),
        (Some("1^2\"q\""), Some("x%2By=="))
    );
    // Chrome until 2023: doubled quotation marks, percent signs in quotation marks of their own.
    let (_, a, csrf) = import(
        "curl \"https://site.example/\" ^\n  -H \"cookie: a=\"\"1\"\"; \"%\"csrf=x\"%\"2By==\" ^\n  --compressed",
    );
    assert_eq!(
        (a.as_deref(), csrf.as_deref()),
        (Some("\"1\""), Some("x%2By=="))
    );
}

#[test]
fn curl_that_brings_nothing_says_why() {
    assert!(matches!(
        error("curl 'https://site.example/' -b jar.txt"),
        ImportError::Malformed { problem, .. } if problem.contains("file")
    ));
    assert!(matches!(
        error("curl 'https://site.example/"),
        ImportError::Malformed { .. }
    ));
    assert!(matches!(
        error("curl -H 'cookie: a=1'"),
        ImportError::Malformed { .. }
    ));
    assert!(matches!(
        error("curl https://site.example/"),
        ImportError::NoCookies { .. }
    ));
}

#[test]
fn netscape_jar() {
    let text = "# Netscape HTTP Cookie File\n# a comment\n\n\
        #HttpOnly_site.example\tFALSE\t/\tTRUE\t4102444800\ta\t1\n\
        .site.example\tTRUE\t/\tTRUE\t0\t%csrf\tx%2By==\n\
        auth.site.example\tFALSE\t/\tTRUE\t4102444800.5\tsession_id\t9\n\
        .other.example\tTRUE\t/\tFALSE\t0\tads\t1\n\
        site.example\tFALSE\t/\tFALSE\t1000000000\told\t1\n\
        site.example\tFALSE\t/\tFALSE\t0\tempty\n";
    let session = session();
    let report = session.import(text, &Url::parse(BASE).unwrap()).unwrap();
    assert_eq!(report.format, ImportFormat::Netscape);
    assert_eq!(value(&session, BASE, "a").as_deref(), Some("1"));
    assert_eq!(value(&session, BASE, "%csrf").as_deref(), Some("x%2By=="));
    assert_eq!(value(&session, BASE, "empty").as_deref(), Some(""));
    assert_eq!(value(&session, BASE, "session_id"), None);
    assert_eq!(
        value(&session, "https://auth.site.example/", "session_id").as_deref(),
        Some("9")
    );
    assert_eq!(
        report.other_hosts,
        [("other.example".to_owned(), "ads".to_owned())]
    );
    assert_eq!(report.expired, ["old"]);

    let broken = error("# Netscape HTTP Cookie File\nsite.example\tFALSE\n");
    assert!(broken.to_string().contains("line 2"), "{broken}");
}

#[test]
fn json_of_extensions_and_automation() {
    for text in [
        r#"[{"name":"a","value":"1","domain":"site.example","hostOnly":true,"path":"/","secure":true,"httpOnly":true,"expirationDate":4102444800.25,"sameSite":"lax","session":false,"storeId":null}]"#,
        r#"{"cookies":[{"name":"a","value":"1","domain":".site.example","path":"/","expires":-1}],"origins":[]}"#,
        r#"{"url":"https://site.example","version":1,"cookies":[{"name":"a","value":"1","domain":"site.example","expiry":4102444800}]}"#,
        r#"[{"name":"a","value":"1","domain":"site.example","expires":"2099-12-31T00:00:00.000Z"}]"#,
    ] {
        let (report, a, _) = import(text);
        assert_eq!(report.format, ImportFormat::Json);
        assert_eq!(a.as_deref(), Some("1"), "{text}");
    }
    assert!(
        error(r#"[{"name":"a"}]"#)
            .to_string()
            .contains("cookie 1 has no value")
    );
    assert!(error(r#"{"a":1}"#).to_string().contains("cookies"));
    assert!(error("[]").to_string().contains("no cookies"));
    assert!(error("[{").to_string().contains("cut off"));
}

#[test]
fn har_takes_the_youngest_value() {
    let text = r#"{"log":{"version":"1.2","entries":[
      {"request":{"url":"https://site.example/x","headers":[{"name":"Cookie","value":"a=1; gone=1"}]},
       "response":{"headers":[{"name":"Set-Cookie","value":"a=2; Path=/; Secure\ngone=; Max-Age=0"}]}},
      {"request":{"url":"https://site.example/y","headers":[],"cookies":[{"name":"%csrf","value":"x%2By=="}]},
       "response":{"headers":[]}},
      {"request":{"url":"https://ads.example/z","headers":[{"name":"cookie","value":"id=1"}]},"response":{}}]}}"#;
    let (report, a, csrf) = import(text);
    assert_eq!(report.format, ImportFormat::Har);
    assert_eq!(
        (a.as_deref(), csrf.as_deref()),
        (Some("2"), Some("x%2By=="))
    );
    assert_eq!(report.kept.len(), 2);
    assert_eq!(
        report.other_hosts,
        [("ads.example".to_owned(), "id".to_owned())]
    );
    let clean =
        error(r#"{"log":{"entries":[{"request":{"url":"https://site.example/"},"response":{}}]}}"#);
    assert!(clean.to_string().contains("sensitive data"), "{clean}");
}

#[test]
fn useless_texts_are_refused_and_the_session_stays() {
    let session = session();
    let base = Url::parse(BASE).unwrap();
    session.import("a=1", &base).unwrap();
    for text in [
        "",
        "hello",
        "<html><body>a=1</body></html>",
        "curl 'https://other.example/' -b 'a=2'",
        "[{\"name\":\"a\",\"value\":\"2\",\"domain\":\"other.example\"}]",
        "one line\nanother line",
    ] {
        session.import(text, &base).unwrap_err();
        assert_eq!(value(&session, BASE, "a").as_deref(), Some("1"), "{text}");
    }
    // A new session replaces the old one of that host.
    session.import("b=1", &base).unwrap();
    assert_eq!(value(&session, BASE, "a"), None);
}

#[test]
fn secure_cookies_reach_a_plain_proxy() {
    let base = Url::parse("http://proxy.local:8080/").unwrap();
    let session = Session::builder().base_url(base.clone()).build().unwrap();
    session
        .import(
            r#"[{"name":"a","value":"1","domain":"proxy.local","secure":true}]"#,
            &base,
        )
        .unwrap();
    assert!(session.jar().has(&base, "a"));
}

#[test]
fn nothing_shows_a_value() {
    let canary = "canary-91c2";
    let session = session();
    let base = Url::parse(BASE).unwrap();
    for text in [
        format!("a={canary}"),
        format!("curl 'https://other.example/{canary}' -b 'a={canary}'"),
        format!("curl 'https://site.example/' -b 'a={canary}"),
        format!("{{\"cookies\": \"{canary}\"}}"),
        format!("[{{\"value\": \"{canary}\"}}]"),
        format!("[{{\"value\": \"{canary}"),
        format!("# Netscape HTTP Cookie File\n{canary}\t{canary}\n"),
        canary.to_owned(),
        format!("a={canary}\u{1}"),
    ] {
        let shown = match session.import(&text, &base) {
            Ok(report) => format!("{report} {report:?} {session:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        assert!(!shown.contains(canary), "{shown}");
    }
    let found = Found::of_host("h", "n", canary);
    assert!(!format!("{found:?}").contains(canary));
}

#[test]
fn a_text_beyond_all_exports_is_refused() {
    let largest = usize::try_from(limits::IMPORT_BYTES).unwrap();
    for text in [
        " ".repeat(largest + 1),
        "\0".repeat(largest + 1),
        format!("[{}]", "[],".repeat(limits::JSON_CONTAINERS)),
    ] {
        let error = error(&text);
        assert!(matches!(error, ImportError::TooLarge { .. }), "{error}");
    }
    assert!(matches!(
        error(&"\0".repeat(1000)),
        ImportError::UnknownFormat
    ));
}

#[test]
fn a_report_is_safe_to_print() {
    let text = ".evil\u{202e}.example\tTRUE\t/\tTRUE\t0\tb\u{1b}[31mad\tx\nsite.example\tFALSE\t/\tTRUE\t0\ta\t1\n\
                site.example\tFALSE\t/\tTRUE\t0\tc\u{7}d\t1\nsite.example\tFALSE\t/\tTRUE\t1\te\u{9b}2Jf\t1";
    let (report, ..) = import(text);
    assert_eq!(report.other_hosts, [("evil.example".into(), "bad".into())]);
    assert_eq!(report.invalid, ["c d"]);
    assert_eq!(report.expired, ["ef"]);
    assert!(!format!("{report} {report:?}").contains(char::is_control));
}

#[test]
fn a_sanitized_har_says_how_to_export_one_that_has_cookies() {
    let har = r#"{"log":{"entries":[{"request":{"url":"https://site.example/","headers":[],"cookies":[]},"response":{"headers":[]}}]}}"#;
    let text = error(har).to_string();
    for word in [
        "Allow to generate HAR with sensitive data",
        "Export HAR (with sensitive data)",
        "Firefox",
    ] {
        assert!(text.contains(word), "{text}");
    }
}
