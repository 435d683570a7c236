//! The planted data, and a recording that holds them.

use serde_json::{Value, json};

/// Each of these is a secret, by its kind.
pub(super) const PLANTED: [(&str, &str); 34] = [
    ("cookie with a percent sign", "S3c-percent-9f1"),
    ("cookie with a plus sign", "S3c-plus-9f2"),
    ("cookie with a caret", "S3c-caret-9f3"),
    ("cookie with a point", "S3c-point-9f4"),
    ("cookie that is set", "S3c-set-9f5"),
    ("bearer token", "eyJhbGciOiJSUzI1NiJ9.S3c-jwt.x"),
    ("token in a query", "S3c-query-9f6"),
    ("token in JSON in a form", "S3c-nested-9f7"),
    ("password in a form", "S3c-password-9f8"),
    ("e-mail in an address", "jo.secret@example.org"),
    ("e-mail in a field", "anna.secret@example.org"),
    ("e-mail as a name", "map.secret@example.org"),
    ("first name", "Friederike"),
    ("last name", "Zwiebelfisch"),
    ("name of a friend as a field", "Wolfgangsson"),
    ("note", "met the doctor at noon"),
    ("title", "Secret morning run"),
    ("birthday", "1979-08-23"),
    ("latitude", "60.169857"),
    ("longitude", "24.938379"),
    ("negative longitude", "-122.41942"),
    ("street", "Salaisuuskatu 12 B"),
    ("city", "Hämeenlinna"),
    ("country as a word", "FINLANDIA"),
    ("device serial", "B7A1C2D9"),
    ("device id", "0x00A1B2C3"),
    ("id of a workout", "8104216805"),
    ("id of the account", "51234567"),
    ("UUID", "f81d4fae-7dec-11d0-a765-00a0c91e6bf6"),
    ("time", "2026-11-03T06:41:17"),
    ("distance", "10437.8"),
    ("weight", "83.45"),
    ("phone", "+358401234567"),
    ("MAC address", "a0:9e:1a:5b:77:0c"),
];

pub(super) fn secret(kind: &str) -> &'static str {
    PLANTED.iter().find(|(known, _)| *known == kind).unwrap().1
}

pub(super) fn number(kind: &str) -> Value {
    serde_json::from_str(secret(kind)).unwrap()
}

pub(super) fn entry(request: Value, status: u16, kind: &str, body: &str) -> Value {
    json!({
        "startedDateTime": "2026-11-28T10:00:00.000Z",
        "request": request,
        "response": {"status": status, "headers": [
            {"name": "Content-Type", "value": kind},
            {"name": "Set-Cookie", "value": format!("FLOW_SESSION={}; Path=/", secret("cookie that is set"))},
        ], "content": {"mimeType": kind, "text": body, "size": body.len()}},
    })
}

pub(super) fn get(url: &str) -> Value {
    let cookies = format!(
        "%csrf={}; a+b={}; c^d={}; e.f={}",
        secret("cookie with a percent sign"),
        secret("cookie with a plus sign"),
        secret("cookie with a caret"),
        secret("cookie with a point")
    );
    json!({"method": "GET", "url": url, "headers": [
        {"name": "Cookie", "value": cookies},
        {"name": "Authorization", "value": format!("Bearer {}", secret("bearer token"))},
    ]})
}

/// A recording with everything in it, to both services.
pub(super) fn recording() -> String {
    let id = secret("id of a workout");
    let session = json!({
        "type": "EXERCISE", "eventType": "exercise", "listItemId": number("id of a workout"), "title": secret("title"),
        "datetime": format!("{}.000Z", secret("time")), "distance": number("distance"), "duration": 1_800_000, "calories": 0,
        "description": " ", "isTest": false, "allDay": "false", "mood": secret("note"), "url": format!("/training/analysis2/{id}"),
        "iconUrl": format!("https://cdn.example/{}", secret("UUID")),
        "friends": {(secret("name of a friend as a field")): {"street": secret("street"), "calories": 7}, "anna": secret("e-mail in a field")},
        (secret("e-mail as a name")): 1,
    });
    let calendar = json!([session, {"type": "RACE", "city": secret("city")}]);
    let account = json!({
        "user": {"id": number("id of the account"), "firstName": secret("first name"), "lastName": secret("last name"),
                 "userName": secret("e-mail in a field"), "country": secret("country as a word"), "phone": secret("phone"), "pictureUrl": null},
        "physicalInfo": {"birthday": secret("birthday"), "weight": number("weight"), "sex": "FEMALE", "trainingBackground": "OCCASIONAL"},
        "localizationInfo": {"measurementUnit": "METRIC"},
        "devices": [{"serial": secret("device serial"), "hw": secret("device id"), "mac": secret("MAC address")}],
    });
    let summary = json!({
        "id": number("id of a workout"), "startDate": secret("time"), "duration": "PT30M", "note": secret("note"), "deviceName": secret("device serial"),
        "latitude": number("latitude"), "longitude": number("longitude"), "sportId": 27,
        "exercises": {id: {"id": number("id of a workout"), "latitude": number("latitude"), "longitude": number("negative longitude"), "sport": {"id": 27}}},
    });
    let tcx = format!(
        "<?xml version=\"1.0\"?><TrainingCenterDatabase><Trackpoint><Time>{}Z</Time><Position><LatitudeDegrees>{}</LatitudeDegrees></Position></Trackpoint>\
         <Notes>{}</Notes></TrainingCenterDatabase>",
        secret("time"),
        secret("latitude"),
        secret("note")
    );
    let page = format!(
        "<html><head><title>{0} {1}</title><meta name=\"csrf-token\" content=\"{2}\"></head><body><a href=\"/user/{0}/profile\">{1}</a>\
         <form action=\"/new/activity?e={3}\"><input name=\"activityType\" value=\"{4}\"><input name=\"distance\" value=\"{5}\">\
         <input name=\"hidden\" value='{{\"token\": \"{2}\"}}'><textarea name=\"notes\">{4}</textarea></form></body></html>",
        secret("first name"),
        secret("last name"),
        secret("token in JSON in a form"),
        secret("e-mail in an address"),
        secret("note"),
        secret("distance")
    );
    let flow = "https://flow.polar.com";
    let site = "https://runkeeper.com";
    let mut login = get(&format!(
        "{flow}/flowSso/login?csrfToken={}",
        secret("token in a query")
    ));
    login["method"] = json!("POST");
    login["postData"] = json!({"mimeType": "application/json", "text": json!({"password": secret("password in a form")}).to_string()});
    let entries = vec![
        entry(login, 200, "text/html", &page),
        entry(
            get(&format!(
                "{flow}/api/account/users/current/user?e={}",
                secret("e-mail in an address")
            )),
            200,
            "application/json",
            &account.to_string(),
        ),
        entry(
            get(&format!(
                "{flow}/training/getCalendarEvents?start=1.11.2026&end=30.11.2026"
            )),
            200,
            "application/json",
            &calendar.to_string(),
        ),
        entry(
            get(&format!("{flow}/api/training/analysis/{id}/summary")),
            200,
            "application/json",
            &summary.to_string(),
        ),
        entry(
            get(&format!(
                "{flow}/api/export/training/tcx/{id}?compress=false"
            )),
            200,
            "application/octet-stream",
            &tcx,
        ),
        entry(get(&format!("{site}/home")), 200, "text/html", &page),
        entry(
            get(&format!("{site}/new/activity")),
            200,
            "text/html",
            &page,
        ),
        entry(
            get(&format!("{site}/unknown/{}", secret("first name"))),
            200,
            "application/json",
            &account.to_string(),
        ),
    ];
    json!({"log": {"creator": {"name": secret("first name")}, "entries": entries}}).to_string()
}

/// The planted data that stand in a text, in any writing that a reader would recognise.
pub(super) fn found(text: &str) -> Vec<&'static str> {
    let lower = text.to_lowercase();
    let is_in = |planted: &str| {
        let planted = planted.to_lowercase();
        lower.contains(&planted) || lower.contains(&planted.replace('@', "%40"))
    };
    PLANTED
        .iter()
        .filter(|(_, planted)| is_in(planted))
        .map(|(kind, _)| *kind)
        .collect()
}
