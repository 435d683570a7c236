//! One recording in the writings of several programs.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::bench::*;

/// Headers as in HTTP/2: those that begin with a colon, and a cookie header for each cookie.
fn http2(entry: &mut Value) {
    let request = &mut entry["request"];
    request["httpVersion"] = json!("h2");
    request["headers"] = json!([
        {"name": ":authority", "value": "h.example"}, {"name": ":method", "value": "GET"}, {"name": ":path", "value": "/"},
        {"name": "cookie", "value": "FLOW_SESSION=x"}, {"name": "cookie", "value": "checker=x"},
    ]);
    let headers = entry["response"]["headers"].as_array_mut().unwrap();
    headers.insert(0, json!({"name": ":status", "value": "200"}));
}

/// What browsers add, of any depth and of any type.
fn with_additions(entry: &mut Value) {
    for (name, value) in [
        (
            "_initiator",
            json!({"type": "script", "stack": {"callFrames": [{"lineNumber": 7}], "parent": null}}),
        ),
        ("_priority", json!("High")),
        ("_webSocketMessages", json!([{"data": "x", "time": 1.5}])),
        ("cache", json!({"beforeRequest": null})),
        ("timings", json!({"blocked": -1, "ssl": -1, "wait": 12.5})),
        ("connection", json!(443)),
        ("pageref", json!("page_1")),
        ("comment", json!("")),
    ] {
        entry[name] = value;
    }
    entry["response"]["_transferSize"] = json!(null);
    entry["response"]["_error"] = json!(null);
    entry["response"]["content"]["compression"] = json!(-4);
}

fn in_base64(entry: &mut Value) {
    let content = &mut entry["response"]["content"];
    let text = content["text"].as_str().unwrap_or_default();
    content["text"] = STANDARD.encode(text).into();
    content["encoding"] = json!("base64");
}

/// The sizes of what came over the wire.
fn packed_sizes(entry: &mut Value) {
    entry["response"]["content"]["size"] = json!(17);
    entry["response"]["bodySize"] = json!(17);
}

fn without_headers(entry: &mut Value) {
    entry["response"].as_object_mut().unwrap().remove("headers");
    entry["request"].as_object_mut().unwrap().remove("headers");
    entry["request"]["cookies"] = json!([{"name": "checker", "value": "x"}]);
}

fn with_port(entry: &mut Value) {
    let url = entry["request"]["url"].as_str().unwrap_or_default();
    let url = url
        .replacen(".com/", ".com:443/", 1)
        .replacen("https", "HTTPS", 1);
    entry["request"]["url"] = url.into();
}

#[test]
fn a_recording_is_read_alike_whichever_program_wrote_it() {
    type Writing = (&'static str, fn(&mut Value));
    let rows: &[Writing] = &[
        ("as it is", |_| {}),
        ("HTTP/2", http2),
        ("additions", with_additions),
        ("Base64", in_base64),
        ("packed sizes", packed_sizes),
        ("no headers", without_headers),
        ("a port", with_port),
    ];
    let plain = looked(&base());
    for (name, edit) in rows {
        let mut entries = base();
        entries.iter_mut().for_each(edit);
        let report = looked(&entries);
        assert_eq!(report.seen, plain.seen, "{name}");
        assert!(report.findings.is_empty(), "{name}: {:?}", report.findings);
        assert!(report.notes.is_empty(), "{name}: {:?}", report.notes);
    }
}

#[test]
fn a_body_in_a_coding_that_is_not_read_is_no_difference() {
    let mut entries = base();
    let response = &mut entries[CALENDAR]["response"];
    response["content"]["text"] = STANDARD.encode([0x0b, 0x03, 0x80, 0xff, 0xfe, 0x03]).into();
    response["content"]["encoding"] = json!("base64");
    let headers = response["headers"].as_array_mut().unwrap();
    headers.push(json!({"name": "content-encoding", "value": "br"}));
    let report = looked(&entries);
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(report.seen["Polar Flow"]["calendar"].unseen, 1);
}

#[test]
fn requests_around_the_answers_are_no_difference() {
    let mut entries = base();
    let mut tunnel = get("https://flow.polar.com:443", "", "");
    tunnel["request"]["method"] = json!("CONNECT");
    let mut asked_before = get(&format!("{FLOW}/api/account/users/current/user"), "", "");
    asked_before["request"]["method"] = json!("OPTIONS");
    let mut socket = get("wss://flow.polar.com/live", "", "");
    socket["response"]["status"] = json!(101);
    let picture = get("data:image/png;base64,AAAA", "image/png", "");
    let blob = get("blob:https://flow.polar.com/0d1e", "text/plain", "");
    entries.extend([tunnel, asked_before, socket, picture, blob]);
    let report = looked(&entries);
    assert!(report.findings.is_empty(), "{:?}", report.findings);
    assert_eq!(report.compared(), looked(&base()).compared());
}

#[test]
fn an_upload_of_which_the_text_was_recorded_has_its_fields() {
    let body = |field: &str| {
        format!(
            "--x\r\nContent-Disposition: form-data; name=\"handleUpload\"\r\n\r\nhandleUpload\r\n--x\r\n\
             Content-Disposition: form-data; name=\"{field}\"; filename=\"my run.tcx\"\r\n\r\n<x/>\r\n--x--"
        )
    };
    for (field, expected) in [("trackFiles", None), ("filesV2", Some("not sent"))] {
        let mut entries = base();
        entries[UPLOAD]["request"]["postData"] =
            json!({"mimeType": "multipart/form-data; boundary=x", "text": body(field)});
        let report = looked(&entries);
        let found = report.findings.iter().next();
        assert_eq!(found.map(|it| &*it.now), expected, "{field}");
    }
}
