//! A recording of names and words that look like a service's, and are data.

use serde_json::{Value, json};

use super::planted::{entry, get, secret};

pub(super) fn names_and_words(session: &Value) -> Vec<Value> {
    let flow = "https://flow.polar.com";
    let auth = "https://auth.polar.com";
    let site = "https://runkeeper.com";
    let id = secret("id of a workout");
    let get_json =
        |url: String, body: Value| entry(get(&url), 200, "application/json", &body.to_string());
    let hop = |method: &str, url: String, status: u16, to: String, cookie: &str| {
        let mut hop = entry(get(&url), status, "text/html", "");
        hop["request"]["method"] = json!(method);
        hop["response"]["headers"] = json!([
            {"name": "Location", "value": to},
            {"name": "Set-Cookie", "value": format!("{cookie}=x; Path=/")},
        ]);
        hop
    };
    let as_kind = |kind: &str| {
        let mut session = session.clone();
        session["type"] = json!(secret(kind));
        session
    };
    let mut session_with_keys = session.clone();
    session_with_keys[secret("key with coordinates")] = json!(1);
    session_with_keys[secret("key with points")] = json!(1);
    session_with_keys[secret("user name as a key")] = json!(1);
    let page = format!(
        "<html><head><title>{0}</title></head><body><!-- {1} --><script>var t = '{2}'</script><{3} class='activitySubTitle {4}' id='{5}'>x</{3}>\
         <a href='/user/{0}/profile?e=1#{6}'>x</a><form action='/user/{7}/edit/activity'><input name='{8}' value='{9}'><input name='notes'></form></body></html>",
        secret("user name in a page"),
        secret("comment of a page"),
        secret("script of a page"),
        secret("element of a page"),
        secret("class of a page"),
        secret("id of a page"),
        secret("fragment"),
        secret("path of a form"),
        secret("field of a form"),
        secret("value of a field"),
    );
    let mut upload = get_json(
        format!("{site}/trackMultipleFileUpload"),
        json!({"trackFiles": {
            (format!("{}.tcx", secret("file name in an answer"))): 1,
            (format!("{} y", secret("key with a colon"))): 2,
            (secret("name in an answer")): 3,
        }, "error": "", (secret("name in an answer")): 4}),
    );
    upload["request"]["method"] = json!("POST");
    upload["request"]["postData"] = json!({"mimeType": "multipart/form-data", "params": [{"name": secret("multipart name"), "value": "x"}]});
    let mut sent_file = get_json(format!("{site}/trackMultipleFileUpload"), json!({}));
    sent_file["request"]["method"] = json!("POST");
    sent_file["request"]["postData"] = json!({"mimeType": "multipart/form-data; boundary=x", "text": format!(
        "--x\r\nContent-Disposition: form-data; name=\"trackFiles\"; filename=\"{}\"\r\n\r\n<gpx/>\r\n--x--",
        secret("name of a file that was sent")
    )});
    let mut export_page = entry(get(&format!("{site}/exportData")), 200, "text/html", "");
    export_page["response"]["content"]["text"] = json!(format!(
        "<html><form action='/exportData'><input name='{}'></form></html>",
        secret("field of the export form")
    ));
    let activity = json!({"activity_id": 1_800_000_002, "distance": "5.00", "distanceUnits": "km", "dayOfMonth": "4", "month": "May", "monthNum": "05", "year": "2026",
        "elapsedTime": "30:00", "username": secret("user name in a list"), "type": secret("serial as a word"), "mainText": "Running", "live": false});
    vec![
        get_json(
            format!("{flow}/api/account/users/current/user"),
            json!({
                "user": {
                    "id": 1, (format!("[{}", secret("key with a bracket"))): 1, "[\u{1b}[2J\ngeheim8": 1, (secret("user name as a key")): 1,
                    (secret("lower-case name as a key")): true, (secret("key with points")): 2,
                },
                "localizationInfo": {"measurementUnit": secret("serial as a word"), "timeZone": secret("zone")},
                "physicalInfo": {"trainingBackground": secret("phone as a word"), "typicalDay": secret("UUID as a word")},
            }),
        ),
        get_json(
            format!("{flow}/training/getCalendarEvents?start=1.11.2026&end=30.11.2026"),
            json!([
                session_with_keys,
                as_kind("name as a kind"),
                as_kind("serial as a kind")
            ]),
        ),
        get_json(
            format!("{flow}/api/training/analysis/{id}/summary"),
            json!({
                "id": 1, "startTrigger": secret("PIN as a word"), "trainingUserInfo": {"countryCode": secret("country code"), "city": secret("city")},
                "exercises": {
                    (secret("name of a map's member")): {"sportParent": secret("own sport"), "trainingStatistic": {(secret("illness as a kind")): {"a": 1}}},
                    "x": {(secret("key inside a map")): 2},
                },
            }),
        ),
        get_json(
            format!("{flow}/api/training/analysis/{id}/details"),
            json!({"laps": {"1": {"automaticLaps": [{(secret("key of a lap")): 1, (format!("a: {} z", secret("key with an escape"))): 2}]}}, "exercises": {}}),
        ),
        get_json(
            format!("{site}/activitiesByDateRange?userName=x"),
            json!({"activities": {
                "2026": {"May": [activity.clone()], (secret("month of a map")): [activity]}, (secret("year of a map")): {"May": []},
            }}),
        ),
        entry(
            get(&format!("{site}/user/x/activity/1800000002")),
            200,
            "text/html",
            &page,
        ),
        entry(
            get(&format!("{site}/edit/activity?activityId=1800000002")),
            200,
            "text/html",
            &page,
        ),
        upload,
        export_page,
        entry(
            get(&format!("{flow}/api/sports/sports")),
            200,
            &format!("application/{}", secret("content type")),
            "{\"1\": \"RUN\"}",
        ),
        entry(
            get(&format!("{flow}/api/training/analysis/2/summary")),
            500,
            "application/json",
            &json!({"error": secret("error message")}).to_string(),
        ),
        entry(
            get(&format!("{flow}/api/export/training/tcx/2")),
            200,
            "application/octet-stream",
            &format!(
                "<TrainingCenterDatabase><{0}/><UnitId>{1}</UnitId></TrainingCenterDatabase>",
                secret("element of a file"),
                secret("unit of a file")
            ),
        ),
        hop(
            "GET",
            format!("{auth}/login"),
            200,
            String::new(),
            &format!("csrf_{}", secret("cookie with digits")),
        ),
        hop(
            "POST",
            format!("{auth}/login"),
            302,
            format!(
                "{auth}/login?bad_credentials&{}=1",
                secret("query name of a refusal")
            ),
            "x",
        ),
        hop(
            "POST",
            format!("{auth}/login"),
            302,
            format!("{flow}/flowSso/redirect"),
            "x",
        ),
        hop(
            "GET",
            format!("{flow}/flowSso/redirect"),
            302,
            format!("{flow}/club/{}", secret("club in a redirect")),
            &format!("ingeborg.z-{}", secret("cookie with a name")),
        ),
        hop(
            "GET",
            format!("{flow}/club/{}", secret("club in a redirect")),
            500,
            String::new(),
            &format!("sess_{}", secret("cookie with a number")),
        ),
        hop(
            "GET",
            format!("{site}/login"),
            302,
            format!("{site}/user/{}/home", secret("user name in a redirect")),
            "x",
        ),
        entry(
            get(&format!(
                "{site}/user/{}/home",
                secret("user name in a redirect")
            )),
            200,
            "text/html",
            "<html></html>",
        ),
        get_json(
            format!(
                "{flow}/api/training/analysis/{}/summary?s={}",
                secret("token in a path"),
                secret("e-mail in Base64")
            ),
            json!({
                "id": super::planted::number("IMEI"), "deviceName": secret("e-mail in Base64"), "startTrigger": secret("IBAN as a word"),
                (secret("e-mail in Base64")): secret("IBAN as a word"), (secret("UUID of version 7 without hyphens")): 1,
                "exercises": {
                    (secret("UUID of version 7 without hyphens")): {"sportParent": secret("IBAN as a word"), (secret("IMEI")): secret("IMEI")},
                },
            }),
        ),
        sent_file,
        entry(
            get(&format!("https://{}/x", secret("host"))),
            200,
            "text/html",
            "<html></html>",
        ),
    ]
}
