//! Exports that hold no workout, and changes of some entries only.

use chrono::{DateTime, TimeDelta, Utc};
use fake_services::PolarSport;
use fake_services::synthetic::SyntheticTcx;
use fake_services::synthetic::polar_export::packed;
use serde_json::json;
use url::Url;

use super::*;
use crate::drift::{all_services, names};

const FIRST: u64 = 8_104_000_001;

fn at(path: &str, body: impl Into<Vec<u8>>) -> Exchange {
    let url = Url::parse("https://flow.polar.com").unwrap().join(path);
    let mut it = Exchange::new("GET", url.unwrap(), 200);
    it.body = Some(body.into());
    it
}

fn start() -> DateTime<Utc> {
    "2026-03-01T09:00:00Z".parse().unwrap()
}

/// The findings of the probes: weight, place and present form.
fn said(exchanges: &[Exchange]) -> Vec<(Weight, String, String)> {
    let probed = probe(&all_services(), exchanges);
    assert!(probed.asked > 0);
    let said = probed.findings.into_iter().map(|it| {
        assert!(names().text(&it.now), "`support` would not show {}", it.now);
        (it.weight, it.place, it.now)
    });
    said.collect()
}

#[test]
fn an_export_is_read_in_an_archive_as_well() {
    let tcx = SyntheticTcx::new(start(), PolarSport::RUNNING).seconds(120);
    let tcx = String::from_utf8(tcx.build()).unwrap();
    let file = |name: &str, content: &str| (name.to_owned(), content.to_owned());
    let good = packed(&[file("a.tcx", &tcx)]).unwrap();
    let cut = good[..good.len() / 2].to_vec();
    let page = packed(&[file("a.tcx", "<html>an error</html>")]).unwrap();
    let half = packed(&[file("a.tcx", &tcx), file("b.tcx", "an error")]).unwrap();
    let nothing = packed(&[file("a.tcx", "")]).unwrap();
    for (name, body, is_named) in [
        ("a plain file", tcx.clone().into_bytes(), false),
        ("an archive", good, false),
        ("an archive of empty files", nothing, false),
        (
            "garbage like an archive",
            b"PK\x03\x04 garbage".to_vec(),
            true,
        ),
        ("an archive that is cut off", cut, true),
        ("a page in an archive", page, true),
        ("a page beside a file", half, true),
        ("an archive without files", packed(&[]).unwrap(), false),
        (
            "a file without a workout",
            b"<TrainingCenterDatabase/>".to_vec(),
            true,
        ),
    ] {
        let path = format!("/api/export/training/tcx/{FIRST}?compress=true");
        let found = probe(&all_services(), &[at(&path, body)]).findings;
        let found: Vec<_> = found.iter().map(|it| (it.weight, &*it.now)).collect();
        let expected = [(Weight::Breaking, "no workout can be read")];
        assert_eq!(found, expected[..usize::from(is_named)], "{name}");
    }
}

/// A listing of ten sessions of different lengths, of which the first `changed` are edited.
fn listing(changed: usize, edit: impl Fn(&mut Value)) -> Exchange {
    let sessions = (0..10).map(|number: u32| {
        let at = start() + TimeDelta::days(number.into());
        let seconds = i64::from(1800 + 60 * number);
        let mut session = json!({
            "type": "EXERCISE", "listItemId": FIRST + u64::from(number), "timestamp": at.timestamp_millis(),
            "start": at.timestamp(), "end": at.timestamp() + seconds, "duration": seconds * 1000,
            "datetime": at.format("%Y-%m-%dT%H:%M:%S.000Z").to_string(), "distance": 5000.0,
        });
        if (number as usize) < changed {
            edit(&mut session);
        }
        session
    });
    let body: Value = sessions.collect();
    let path = "/training/getCalendarEvents?start=1.3.2026&end=31.3.2026";
    at(path, body.to_string())
}

#[test]
fn a_zone_or_a_unit_of_some_entries_is_named() {
    let earlier = |session: &mut Value| {
        let before = super::clock(&session["datetime"]).unwrap() - TimeDelta::hours(2);
        session["datetime"] = before.format("%Y-%m-%dT%H:%M:%S").to_string().into();
    };
    let seconds = |session: &mut Value| {
        let ms = session["duration"].as_i64().unwrap();
        session["duration"] = (ms / 1000).into();
    };
    // A pause of a tenth looks like yards.
    let pause = |session: &mut Value| {
        let end = session["end"].as_i64().unwrap();
        let length = end - session["start"].as_i64().unwrap();
        session["end"] = (end + length * 94 / 1000).into();
    };
    let edited = |session: &mut Value| session["datetime"] = "2020-01-01T00:07:30".into();
    // How many entries are edited, the edit, and the finding's place and first words.
    type Row<'e> = (usize, &'e dyn Fn(&mut Value), Option<(&'e str, &'e str)>);
    let (clock, length) = ("[EXERCISE].datetime", "[EXERCISE].duration");
    let rows: &[Row<'_>] = &[
        (0, &earlier, None),
        (1, &earlier, None),
        (2, &earlier, Some((clock, "2 of 10: "))),
        (10, &earlier, Some((clock, "differs by a whole number"))),
        (2, &seconds, Some((length, "2 of 10: "))),
        (4, &pause, None),
        (3, &edited, None),
    ];
    for (number, (changed, edit, expected)) in rows.iter().enumerate() {
        let said = said(&[listing(*changed, edit)]);
        let found = said.iter().map(|(_, place, now)| (&**place, &**now));
        let found: Vec<_> = found.collect();
        match expected {
            None => assert_eq!(found, [], "row {number}"),
            Some((place, words)) => {
                assert_eq!(found.len(), 1, "row {number}: {found:?}");
                assert_eq!(found[0].0, *place, "row {number}");
                assert!(found[0].1.starts_with(words), "row {number}: {found:?}");
                assert_eq!(said[0].0, Weight::Breaking, "row {number}");
            }
        }
    }
}
