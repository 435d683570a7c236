//! Recordings of browsers, written by code, and edits of them.

use api_drift::{Report, Weight, har, inspect};
use serde_json::{Value, json};

pub(super) const FLOW: &str = "https://flow.polar.com";
pub(super) const AUTH: &str = "https://auth.polar.com";
pub(super) const SITE: &str = "https://runkeeper.com";

pub(super) fn entry(method: &str, url: String, status: u16, kind: &str, body: &str) -> Value {
    json!({
        "request": {"method": method, "url": url, "headers": [{"name": "Cookie", "value": "FLOW_SESSION=x; checker=x"}]},
        "response": {
            "status": status,
            "headers": [{"name": "Content-Type", "value": kind}],
            "content": {"mimeType": kind, "size": body.len(), "text": body},
            "bodySize": body.len(),
        },
    })
}

pub(super) fn get(url: &str, kind: &str, body: &str) -> Value {
    entry("GET", url.to_owned(), 200, kind, body)
}

pub(super) const CALENDAR: usize = 0;
pub(super) const SUMMARY: usize = 1;
pub(super) const MONTH: usize = 2;
pub(super) const ACTIVITY: usize = 3;
pub(super) const UPLOAD: usize = 4;
pub(super) const HOME: usize = 5;
pub(super) const TCX: usize = 6;

/// One good answer of each of these.
pub(super) fn base() -> Vec<Value> {
    let session = |id: u64, day: u64| {
        let at = 1_777_852_800_000 + day * 86_400_000;
        json!({
            "trainingLoadProInterpretation": "High", "trainingLoadProIndex": 5, "isTest": false, "title": "00:30:00;5.0 km", "type": "EXERCISE",
            "listItemId": id, "hasTrainingTarget": false, "timestamp": at, "start": at / 1000, "end": at / 1000 + 1800, "allDay": false,
            "iconUrl": "https://p.example/i/1", "url": "/training/analysis2/1", "borderColor": "#A9D0F5", "textColor": "#000",
            "datetime": format!("2026-05-{:02}T00:00:00.000Z", 4 + day), "eventType": "exercise", "duration": 1_800_000, "distance": 5000.5,
            "calories": 300
        })
    };
    let calendar = json!([session(8_104_000_001, 0), session(8_104_000_002, 1)]).to_string();
    let summary =
        include_str!("../../../../../polar-flow/fixtures/analysis/2026-09-summary-manual.json");
    let month = json!({"activities": {"2026": {"May": [{
        "distance": "5.00", "distanceUnits": "km", "username": "runner", "activity_id": 18, "dayOfMonth": "4", "month": "May", "monthNum": "05",
        "year": "2026", "elapsedTime": "30:00", "type": "CARDIO", "mainText": "Running", "live": false
    }]}}}).to_string();
    let page = "<!DOCTYPE html><html><head><meta name=\"twitter:app:url:iphone\" content=\"x\"></head><body><div class=\"activitySubTitle\">\
                Mon May 04 00:00:00 GMT 2026 - Running</div><div id=\"totalDistance\"><span class=\"value\">5.00</span></div><div \
                id=\"totalDuration\"><span class=\"value\">30:00</span></div><div id=\"totalCalories\"><span class=\"value\">300</span></div>\
                </body></html>";
    let home = "<!DOCTYPE html><html><body><a href=\"/user/runner/profile\">Me</a></body></html>";
    let json = "application/json";
    let html = "text/html";
    let mut upload = entry(
        "POST",
        format!("{SITE}/trackMultipleFileUpload"),
        200,
        json,
        "{}",
    );
    upload["request"]["postData"] = json!({"mimeType": "multipart/form-data", "params": [{"name": "handleUpload"}, {"name": "trackFiles"}]});
    vec![
        get(
            &format!("{FLOW}/training/getCalendarEvents?start=1.5.2026&end=31.5.2026"),
            json,
            &calendar,
        ),
        get(
            &format!("{FLOW}/api/training/analysis/8104000001/summary"),
            json,
            summary,
        ),
        get(
            &format!("{SITE}/activitiesByDateRange?userName=runner&startDate=May-01-2026"),
            html,
            &month,
        ),
        get(&format!("{SITE}/user/runner/activity/18"), html, page),
        upload,
        get(&format!("{SITE}/home"), html, home),
        get(
            &format!("{FLOW}/api/export/training/tcx/8104000001?compress=false"),
            "application/octet-stream",
            "<TrainingCenterDatabase/>",
        ),
    ]
}

pub(super) fn hop(method: &str, url: String, status: u16, to: &str, cookies: &[&str]) -> Value {
    let mut hop = entry(
        method,
        url,
        status,
        "text/html",
        "<html><body>x</body></html>",
    );
    hop["request"]["headers"] = json!([]);
    let headers = hop["response"]["headers"].as_array_mut().unwrap();
    headers.extend(
        cookies
            .iter()
            .map(|it| json!({"name": "Set-Cookie", "value": format!("{it}=x; Path=/")})),
    );
    if !to.is_empty() {
        headers.push(json!({"name": "Location", "value": to}));
    }
    hop
}

pub(super) fn sign_in() -> Vec<Value> {
    let mut post = hop(
        "POST",
        format!("{AUTH}/login"),
        302,
        "/oauth/authorize?continue",
        &["session_id", "remember-me"],
    );
    post["request"]["postData"] = json!({
        "mimeType": "application/x-www-form-urlencoded", "text": "_csrf=x&username=x&password=x&remember-me=on"
    });
    vec![
        hop(
            "GET",
            format!("{FLOW}/login"),
            200,
            "",
            &["PLAY_SESSION_FLOW"],
        ),
        hop(
            "GET",
            format!("{FLOW}/flowSso/login"),
            302,
            &format!("{AUTH}/oauth/authorize?x=1"),
            &[],
        ),
        hop(
            "GET",
            format!("{AUTH}/oauth/authorize?x=1"),
            302,
            "/login",
            &["session_id"],
        ),
        hop("GET", format!("{AUTH}/login"), 200, "", &["XSRF-TOKEN"]),
        post,
        hop(
            "GET",
            format!("{AUTH}/oauth/authorize?continue"),
            302,
            &format!("{FLOW}/flowSso/redirect?code=x"),
            &["session_id"],
        ),
        hop(
            "GET",
            format!("{FLOW}/flowSso/redirect?code=x"),
            302,
            "/",
            &["FLOW_SESSION"],
        ),
        hop("GET", format!("{FLOW}/"), 200, "", &[]),
    ]
}

pub(super) fn looked(entries: &[Value]) -> Report {
    let text = json!({"log": {"entries": entries}}).to_string();
    let polar = polar_flow::drift::service(
        &polar_flow::service::Endpoints::default(),
        &polar_flow::drift::Addresses::default(),
    );
    let site = runkeeper::drift::service(
        &runkeeper::Endpoints::default(),
        &runkeeper::drift::Addresses::default(),
    );
    inspect(&[polar, site], &har::read(&text).unwrap().exchanges)
}

pub(super) fn found(entries: &[Value]) -> Vec<(Weight, String)> {
    let report = looked(entries);
    let found = report.findings.iter();
    let mut found: Vec<_> = found
        .map(|it| (it.weight, format!("{} {}", it.endpoint, it.place)))
        .collect();
    found.sort();
    found
}

pub(super) type Edit = fn(&mut Vec<Value>);

pub(super) fn body(entry: &mut Value, edit: impl Fn(&mut Value)) {
    let text = entry["response"]["content"]["text"].as_str().unwrap();
    let mut document: Value = serde_json::from_str(text).unwrap();
    edit(&mut document);
    let text = document.to_string();
    entry["response"]["content"]["size"] = text.len().into();
    entry["response"]["content"]["text"] = text.into();
}

pub(super) fn row(entries: &mut [Value], name: &str, value: Value) {
    body(&mut entries[MONTH], |it| {
        it["activities"]["2026"]["May"][0][name] = value.clone()
    });
}

pub(super) fn sessions(entries: &mut [Value], name: &str, value: Value) {
    body(&mut entries[CALENDAR], |it| {
        let all = it.as_array_mut().unwrap().iter_mut();
        all.for_each(|event| event[name] = value.clone());
    });
}

pub(super) fn status(entry: &mut Value, status: u16) {
    entry["response"]["status"] = status.into();
}

pub(super) fn again(entries: &mut Vec<Value>, index: usize, edit: impl Fn(&mut Value)) {
    let mut entry = entries[index].clone();
    edit(&mut entry);
    entries.push(entry);
}

pub(super) fn text(entry: &mut Value, edit: impl Fn(&str) -> String) {
    let content = &mut entry["response"]["content"];
    let text = edit(content["text"].as_str().unwrap());
    content["size"] = text.len().into();
    content["text"] = text.into();
}
