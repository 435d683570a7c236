//! Recordings of browsers: what a look must name, and what it must be silent about.

use api_drift::Weight::{self, Additive, Breaking};
use serde_json::{Value, json};

mod bench;
mod programs;

use bench::*;

#[test]
fn what_the_client_cannot_use_is_named() {
    let rows: &[(&str, Edit, Weight, &str)] = &[
        (
            "start as day first",
            |it| sessions(it, "datetime", json!("04.05.2026 09:00")),
            Breaking,
            "calendar [EXERCISE].datetime",
        ),
        (
            "start as digits",
            |it| sessions(it, "datetime", json!("1777885200643")),
            Breaking,
            "calendar [EXERCISE].datetime",
        ),
        (
            "another word for the kind",
            // `eventType` says that it is one, so that all of them are moved.
            |it| sessions(it, "type", json!("WORKOUT")),
            Additive,
            "calendar [WORKOUT]",
        ),
        (
            "other words for both kinds",
            |it| {
                sessions(it, "type", json!("WORKOUT"));
                sessions(it, "eventType", json!("workout"));
            },
            Breaking,
            "calendar [EXERCISE].type",
        ),
        (
            "null",
            |it| body(&mut it[CALENDAR], |it| *it = Value::Null),
            Breaking,
            "calendar .",
        ),
        (
            "204",
            |it| status(&mut it[CALENDAR], 204),
            Breaking,
            "calendar ",
        ),
        (
            "no exercises",
            |it| body(&mut it[SUMMARY], |it| it["exercises"] = json!({})),
            Breaking,
            "summary exercises",
        ),
        (
            "exercises null",
            |it| body(&mut it[SUMMARY], |it| it["exercises"] = Value::Null),
            Breaking,
            "summary exercises",
        ),
        (
            "start of the summary",
            |it| body(&mut it[SUMMARY], |it| it["startDate"] = json!("4.5.2026")),
            Additive,
            "summary startDate",
        ),
        (
            "day as ordinal",
            |it| row(it, "dayOfMonth", json!("4th")),
            Breaking,
            "month activities.*.*[].dayOfMonth",
        ),
        (
            "day as date",
            |it| row(it, "dayOfMonth", json!("2026-05-04")),
            Breaking,
            "month activities.*.*[].dayOfMonth",
        ),
        (
            "distance with its unit",
            |it| row(it, "distance", json!("5.00 km")),
            Additive,
            "month activities.*.*[].distance",
        ),
        (
            "duration in words",
            |it| row(it, "elapsedTime", json!("30 min")),
            Additive,
            "month activities.*.*[].elapsedTime",
        ),
        (
            "upload 404",
            |it| status(&mut it[UPLOAD], 404),
            Breaking,
            "upload ",
        ),
        (
            "upload 410",
            |it| status(&mut it[UPLOAD], 410),
            Breaking,
            "upload ",
        ),
        (
            "upload 403",
            |it| status(&mut it[UPLOAD], 403),
            Breaking,
            "upload ",
        ),
        (
            "upload with other parts",
            |it| it[UPLOAD]["request"]["postData"]["params"] = json!([{"name": "filesV2[]"}]),
            Breaking,
            "upload sent field trackFiles",
        ),
        (
            "a page to sign in",
            |it| {
                text(&mut it[HOME], |_| {
                    "<html><input type=\"password\"></html>".into()
                })
            },
            Breaking,
            "home ",
        ),
    ];
    for (name, edit, weight, place) in rows {
        let mut entries = base();
        edit(&mut entries);
        let found = found(&entries);
        assert!(
            found.contains(&(*weight, (*place).to_owned())),
            "{name}: {found:?}"
        );
        let breaks = found.iter().any(|(weight, _)| *weight == Breaking);
        assert_eq!(breaks, *weight == Breaking, "{name}: {found:?}");
    }
}

#[test]
fn what_services_and_browsers_do_anyway_is_no_difference() {
    let rows: &[(&str, Edit)] = &[
        ("nothing", |_| {}),
        ("304 without a body", |it| {
            again(it, CALENDAR, |it| {
                status(it, 304);
                it["response"]["content"] = json!({"size": 0});
            })
        }),
        ("304 with the body of the cache", |it| {
            status(&mut it[CALENDAR], 304)
        }),
        ("broken off", |it| again(it, HOME, |it| status(it, 0))),
        ("a body that was left out", |it| {
            it[CALENDAR]["response"]["content"] = json!({"size": 0, "mimeType": "application/json"})
        }),
        ("a body that was cut off", |it| {
            let content = &mut it[CALENDAR]["response"]["content"];
            let text = content["text"].as_str().unwrap()[..200].to_owned();
            content["text"] = text.into();
        }),
        ("another spelling of the address", |it| {
            again(it, HOME, |it| {
                status(it, 301);
                it["request"]["url"] = "https://www.runkeeper.com/home".into();
                it["response"]["redirectURL"] = "https://runkeeper.com/home/".into();
            })
        }),
        ("an activity of another user", |it| {
            again(it, ACTIVITY, |it| status(it, 403))
        }),
        ("an activity that may not be seen", |it| {
            again(it, ACTIVITY, |it| {
                text(it, |_| {
                    "<html><body>[Failed to render \"pageContent\". See log for details.]</body></html>".into()
                });
            })
        }),
        ("a deleted workout", |it| {
            again(it, SUMMARY, |it| status(it, 404))
        }),
        ("a window that is too long", |it| {
            again(it, CALENDAR, |it| status(it, 400))
        }),
        ("an upload that is refused for its content", |it| {
            status(&mut it[UPLOAD], 400)
        }),
        ("a null entry, 5 empty months", |it| {
            body(&mut it[MONTH], |it| *it = json!({"activities": []}));
        }),
        ("a form to sign in in a corner", |it| {
            text(&mut it[HOME], |it| {
                it.replace(
                    "</body>",
                    "<dialog><input type=\"password\"></dialog></body>",
                )
            })
        }),
        ("words of other accounts", |it| {
            sessions(it, "allDay", json!("false"))
        }),
        ("a comment before the file", |it| {
            text(&mut it[TCX], |it| {
                format!(
                    "<?xml version=\"1.0\"?><!-- x --><?xml-stylesheet href=\"x\"?><!DOCTYPE x>{it}"
                )
            })
        }),
        ("status as text", |it| {
            it[CALENDAR]["response"]["status"] = json!("200")
        }),
    ];
    for (name, edit) in rows {
        let mut entries = base();
        edit(&mut entries);
        assert_eq!(found(&entries), [], "{name}");
    }
}

#[test]
fn what_the_client_reads_is_not_breaking() {
    let rows: &[(&str, Edit)] = &[
        ("a null entry", |it| {
            body(&mut it[CALENDAR], |it| {
                it.as_array_mut().unwrap().push(Value::Null)
            })
        }),
        ("id as text", |it| row(it, "activity_id", json!("18"))),
        ("day as number", |it| row(it, "dayOfMonth", json!(4))),
        ("distance as number", |it| row(it, "distance", json!(5.0))),
        ("distance null", |it| row(it, "distance", Value::Null)),
    ];
    for (name, edit) in rows {
        let mut entries = base();
        edit(&mut entries);
        let found = found(&entries);
        assert!(
            found.iter().all(|(weight, _)| *weight == Additive),
            "{name}: {found:?}"
        );
    }
}

#[test]
fn nothing_looked_at_is_counted_as_such() {
    for edit in [
        (|it| status(it, 0)) as fn(&mut Value),
        |it| it["response"]["content"] = json!({}),
        |it| it["request"]["url"] = "https://elsewhere.example/".into(),
    ] {
        let mut entries = base();
        entries.truncate(UPLOAD);
        entries.iter_mut().for_each(edit);
        let report = looked(&entries);
        assert_eq!((report.compared(), report.findings.len()), (0, 0));
    }
}

/// The sign-in with one thing otherwise, what must be named, and what must be noted.
#[test]
fn a_sign_in_is_compared_when_it_reached_its_end() {
    let without_cookies: Edit = |it| {
        for entry in it.iter_mut() {
            entry["request"]["headers"] = json!([]);
            let headers = entry["response"]["headers"].as_array_mut().unwrap();
            headers.retain(|it| it["name"] != "Set-Cookie");
        }
    };
    // The change, the findings, and a part of the note.
    type Row<'a> = (&'a str, Edit, &'a [(Weight, &'a str)], &'a str);
    let rows: &[Row<'_>] = &[
        ("as known", |_| {}, &[], ""),
        ("without cookies", without_cookies, &[], "no cookies"),
        (
            "signed in already: home",
            |it| *it = vec![hop("GET", format!("{FLOW}/"), 302, "/diary", &[])],
            &[],
            "",
        ),
        (
            "signed in already: sign-in page",
            |it| *it = vec![hop("GET", format!("{FLOW}/login"), 303, "/", &[])],
            &[],
            "",
        ),
        (
            "signed in at Runkeeper",
            |it| *it = vec![hop("GET", format!("{SITE}/login"), 302, "/home", &[])],
            &[],
            "",
        ),
        ("304", |it| status(&mut it[0], 304), &[], ""),
        (
            "wrong password: 401",
            |it| {
                status(&mut it[4], 401);
                it.truncate(5);
            },
            &[],
            "refused",
        ),
        (
            "wrong password: back to the form",
            |it| {
                it[4] = hop("POST", format!("{AUTH}/login"), 302, "/login?error", &[]);
                it.truncate(5);
            },
            &[],
            "refused",
        ),
        ("the recording stops", |it| it.truncate(5), &[], "middle"),
        (
            "joined cookies",
            |it| {
                it[6]["response"]["headers"] = json!([
                    {"name": "Set-Cookie", "value": "AWSALB=x; Expires=Wed, 21 Oct 2026 07:28:00 GMT, FLOW_SESSION=x; Path=/"},
                    {"name": "Location", "value": "/"}
                ]);
            },
            &[],
            "",
        ),
        (
            "the cookie is called otherwise",
            |it| {
                it[6] = hop(
                    "GET",
                    format!("{FLOW}/flowSso/redirect?code=x"),
                    302,
                    "/",
                    &["FLOW_TOKEN"],
                );
            },
            &[(Breaking, "sign-in FLOW_SESSION")],
            "",
        ),
        (
            "another field",
            |it| {
                it[4]["request"]["postData"]["text"] = "_csrf=x&email=x&password=x".into();
            },
            &[(Breaking, "sign-in POST auth:/login, sent field username")],
            "",
        ),
        (
            "the form is gone",
            |it| {
                status(&mut it[4], 404);
                it.truncate(5);
            },
            &[
                (Breaking, "sign-in FLOW_SESSION"),
                (Breaking, "sign-in POST auth:/login"),
            ],
            "",
        ),
    ];
    for (name, edit, expected, note) in rows {
        let mut entries = sign_in();
        edit(&mut entries);
        let mut expected: Vec<_> = expected
            .iter()
            .map(|(weight, place)| (*weight, (*place).to_owned()))
            .collect();
        expected.sort();
        assert_eq!(found(&entries), expected, "{name}");
        let notes = looked(&entries).notes;
        assert_eq!(notes.is_empty(), note.is_empty(), "{name}: {notes:?}");
        assert!(
            notes.iter().all(|it| it.contains(note)),
            "{name}: {notes:?}"
        );
    }
}
