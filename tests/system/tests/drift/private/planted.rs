//! The planted data, and a recording that holds them.

use serde_json::{Value, json};

/// Each of these is a secret, by its kind.
pub(super) const PLANTED: [(&str, &str); 88] = [
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
    // Names and words that look like a service's.
    ("key with a bracket", "inge@secret.example"),
    ("user name as a key", "IngeborgZ"),
    ("lower-case name as a key", "schwiegermutter"),
    ("key with points", "ludmilla.quetz"),
    ("key with a colon", "x: 61.169999"),
    ("key with an escape", "geheim8"),
    ("key with coordinates", "52.5163,13.3777"),
    ("serial as a word", "B7A1C2D9E5"),
    ("phone as a word", "F358401234567"),
    ("UUID as a word", "0A1B2C3D-7DEC-11D0-A765-00A0C91E6BF6"),
    ("PIN as a word", "PIN-4711-0815"),
    ("name as a kind", "ALBRECHT-SCHMIDT"),
    ("serial as a kind", "C0FFEE12345678"),
    ("country code", "QZ"),
    ("zone", "America/Guatemala"),
    ("name of a map's member", "Albrechtine"),
    ("key inside a map", "Kniebeschwerden"),
    ("illness as a kind", "HERZFEHLER"),
    ("own sport", "INGES_GEHEIMSPORT"),
    ("month of a map", "Heiratstag"),
    ("year of a map", "Ludmillajahr"),
    ("user name in a list", "ludmilla.q"),
    ("user name in a page", "ludmilla-page"),
    ("fragment", "fragLud"),
    ("comment of a page", "cmtLudmilla"),
    ("script of a page", "scrTok991"),
    ("class of a page", "klasseLud"),
    ("id of a page", "idLud"),
    ("element of a page", "x-ludmilla"),
    ("field of a form", "kontonummer_ludmilla"),
    ("value of a field", "DE44500105175407324931"),
    ("path of a form", "ludmillaPath"),
    ("file name in an answer", "ludmilla-abendrunde"),
    ("name in an answer", "Ludmillina"),
    ("user name in a redirect", "ludmillaquetz"),
    ("club in a redirect", "Turnverein-Ingeborg"),
    ("cookie with a name", "uid77120934"),
    ("cookie with a number", "9917263544"),
    ("cookie with digits", "f81d4fae7dec"),
    ("query name of a refusal", "ludmillaquery"),
    ("key of a lap", "Lieblingsrunde"),
    ("field of the export form", "exportfeldLud"),
    ("content type", "vnd.ludmilla"),
    ("error message", "Nutzer Ingeborg gesperrt"),
    ("multipart name", "mpNameLud"),
    ("unit of a file", "3991827364"),
    ("element of a file", "ElemLudmilla"),
    ("host", "ludmilla-nas.example"),
    // Numbers and codes that identify.
    ("IMEI", "490154203237518"),
    ("IBAN as a word", "FI2112345600000785"),
    (
        "UUID of version 7 without hyphens",
        "018f3b2a7c9d7000a1b2c3d4e5f60718",
    ),
    (
        "token in a path",
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJsdWRtaWxsYSJ9.c2lnbmVk",
    ),
    ("e-mail in Base64", "bHVkbWlsbGFAZXhhbXBsZS5vcmc"),
    ("name of a file that was sent", "Ludmillas_Morgenlauf"),
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
    let entries: Vec<Value> = entries
        .into_iter()
        .chain(super::names::names_and_words(&calendar[0]))
        .collect();
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
