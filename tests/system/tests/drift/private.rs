//! Eighty kinds of private data in a recording, in the facts and in the ledger: none of them is in what a user sends.

use std::collections::BTreeMap;
use std::path::Path;

use api_drift::redact::{Redactor, Rule};
use api_drift::{fixture, har};
use fake_services::synthetic::SyntheticTcx;
use fake_services::{PolarSession, PolarSport};
use serde_json::{Value, json};
use system_tests::World;

mod names;
mod planted;

use planted::{PLANTED, found, recording, secret};

use crate::bench::{services, world};

#[test]
fn the_recording_holds_all_of_it() {
    assert!(PLANTED.len() >= 80);
    let text = recording();
    let there = found(&text);
    let missing: Vec<&str> = PLANTED
        .iter()
        .map(|(kind, _)| *kind)
        .filter(|kind| !there.contains(kind))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// Facts that a redacted recording must keep, by the rule that keeps each.
fn told(redactor: &mut Redactor) -> BTreeMap<Rule, bool> {
    let services = services();
    let exchanges = har::read(&recording()).unwrap().exchanges;
    let entries: Vec<Value> = exchanges
        .iter()
        .filter_map(|it| {
            let service = services
                .iter()
                .find(|service| service.role_of(&it.url).is_some())?;
            Some(redactor.entry(service, it))
        })
        .collect();
    let text = Value::from(entries.clone()).to_string();
    assert_eq!(found(&text), Vec::<&str>::new(), "{text}");
    let of = |name: &str| {
        entries
            .iter()
            .find(|it| it["endpoint"] == name)
            .cloned()
            .unwrap_or_default()
    };
    let (account, calendar, summary) = (of("account"), of("calendar"), of("summary"));
    let session = &calendar["body"][0];
    let page = of("new activity")["page"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    let is_alias_of =
        |text: &Value, length: usize| text.as_str().is_some_and(|it| it.chars().count() == length);
    [
        (Rule::Booleans, session["allDay"] == "false"),
        (Rule::Zero, session["calories"] == 0),
        (Rule::Blanks, session["description"] == " "),
        (
            Rule::KnownNames,
            session.get("listItemId").is_some()
                && account["body"]["user"].get("firstName").is_some(),
        ),
        (
            Rule::NewNames,
            session.get("mood").is_some() && session.get("friends").is_some(),
        ),
        (
            Rule::NamesFromElsewhere,
            session["friends"]
                .as_object()
                .is_some_and(|it| it.values().any(|it| it.get("calories").is_some())),
        ),
        (
            Rule::Words,
            account["body"]["localizationInfo"]["measurementUnit"] == "METRIC",
        ),
        (
            Rule::NewWords,
            account["body"]["physicalInfo"]["trainingBackground"] == "OCCASIONAL",
        ),
        (Rule::Codes, summary["body"]["sportId"] == 27),
        (
            Rule::Forms,
            session["datetime"]
                .as_str()
                .is_some_and(|it| it.starts_with("20") && it.ends_with("T00:00:00.000Z")),
        ),
        (
            Rule::Units,
            of("month")["body"]
                .to_string()
                .contains("\"distanceUnits\":\"km\""),
        ),
        (
            Rule::Lengths,
            is_alias_of(&session["title"], secret("title").len()),
        ),
        (
            Rule::Paths,
            summary["path"] == "/api/training/analysis/{id}/summary",
        ),
        (
            Rule::ContentTypes,
            calendar["content_type"] == "application/json",
        ),
        (
            Rule::CookieNames,
            calendar["sets_cookies"]["known"] == json!(["FLOW_SESSION"]),
        ),
        (Rule::PageParts, page.contains("name=\"activityType\"")),
        (
            Rule::Elements,
            of("TCX export")["file"]["elements"]["Trackpoint"] == 1,
        ),
    ]
    .into()
}

#[test]
fn nothing_private_stays_and_every_rule_is_needed() {
    let services = services();
    let all = told(&mut Redactor::new(&services));
    assert!(all.values().all(|is_told| *is_told), "{all:?}");
    for rule in Rule::ALL {
        let without = told(&mut Redactor::new(&services).without(rule));
        assert!(!without[&rule], "without {rule:?} the file tells the same");
    }
}

#[test]
fn one_value_has_one_alias_within_a_file() {
    let services = services();
    let mut redactor = Redactor::new(&services);
    let exchanges = har::read(&recording()).unwrap().exchanges;
    let find = |name: &str| {
        exchanges
            .iter()
            .find(|it| services[0].endpoint_of(it).is_some_and(|e| e.name == name))
            .unwrap()
    };
    let calendar = redactor.entry(&services[0], find("calendar"));
    let summary = redactor.entry(&services[0], find("summary"));
    let id = &calendar["body"][0]["listItemId"];
    assert!(
        id.is_u64() && *id == summary["body"]["id"],
        "{calendar} {summary}"
    );
    let key = summary["body"]["exercises"]
        .as_object()
        .unwrap()
        .keys()
        .next()
        .unwrap();
    assert_eq!(*key, id.to_string());
}

#[test]
fn fixtures_hold_nothing_private_and_have_the_layout_of_the_tests() {
    let exchanges = har::read(&recording()).unwrap().exchanges;
    let files = fixture::write(&services(), &exchanges, "2026-11-28".parse().unwrap());
    let names: Vec<&str> = files.iter().map(|it| it.path.as_str()).collect();
    assert!(
        names.contains(&"polar-flow/fixtures/calendar/2026-11-recorded.json"),
        "{names:?}"
    );
    assert!(
        names.contains(&"polar-flow/shapes/calendar.txt"),
        "{names:?}"
    );
    assert!(
        names.contains(&"runkeeper/fixtures/new-activity/2026-11-recorded.html"),
        "{names:?}"
    );
    for file in &files {
        assert_eq!(
            found(&file.text),
            Vec::<&str>::new(),
            "{}: {}",
            file.path,
            file.text
        );
    }
    // The client reads them.
    let calendar = files
        .iter()
        .find(|it| it.path.ends_with("calendar/2026-11-recorded.json"))
        .unwrap();
    let events = polar_flow::calendar::decode(calendar.text.as_bytes(), None).unwrap();
    assert!(events.len() >= 2);
}

fn everything_below(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        match path.is_dir() {
            true => text.push_str(&everything_below(&path)),
            false => text.push_str(&std::fs::read_to_string(&path).unwrap()),
        }
    }
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn the_program_writes_nothing_private_and_overwrites_nothing() {
    let mut world: World = world().await;
    let id = secret("id of a workout").parse().unwrap();
    let start = "2026-11-03T04:41:17Z".parse().unwrap();
    let tcx = SyntheticTcx::new(start, PolarSport::RUNNING)
        .notes(secret("note"))
        .origin(60.169_857, 24.938_379);
    world
        .polar
        .add_session(PolarSession::new(id, 120, tcx.exercise(120)).note(secret("note")));
    let keys = "GET /training/getCalendarEvents";
    world.polar.faults().change(keys, |answer| {
        answer.json(|events| {
            for event in events.as_array_mut().unwrap() {
                event[secret("key with points")] = json!(1);
                event[secret("user name as a key")] = json!(1);
                event[format!("[{}", secret("key with a bracket"))] = json!(1);
            }
        });
    });
    world.sync(&["--json"]).await.expect(0);
    let look = world.sync(&["drift"]).await;
    // A run names its workouts on the terminal; a look does not.
    for text in [&look.stdout, &look.stderr] {
        assert_eq!(found(text), Vec::<&str>::new(), "{text}");
    }
    world.write("secret.har", recording().as_bytes());
    world.set("POLAR_EMAIL", secret("e-mail in a field"));
    world.set("POLAR_PASSWORD", secret("password in a form"));
    let id = secret("id of a workout");
    let ran = world
        .sync(&[
            "support",
            "report.json",
            "--har",
            "secret.har",
            "--workout",
            id,
        ])
        .await
        .expect(0);
    assert!(ran.stdout.contains("Nothing was sent"), "{}", ran.stdout);
    let path = world.home.path().join("report.json");
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(found(&text), Vec::<&str>::new(), "{text}");
    let document: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(document["workouts"][0]["state"], "delivered", "{text}");
    assert_eq!(document["ledger"][0]["states"]["delivered"], 3, "{text}");
    assert!(
        document["questions"]
            .as_array()
            .unwrap()
            .iter()
            .any(|it| it["answers"].as_object().is_some_and(|a| !a.is_empty())),
        "{text}"
    );
    let alias = document["workouts"][0]["id"].as_str().unwrap();
    assert!(
        text.matches(alias).count() >= 3,
        "the id has the same alias everywhere: {alias} {text}"
    );
    let again = world.sync(&["support", "report.json"]).await.expect(64);
    assert!(
        again.stderr.contains("is not overwritten"),
        "{}",
        again.stderr
    );
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
    world
        .sync(&["drift", "--har", "secret.har", "--write-fixture", "out"])
        .await;
    let fixtures = everything_below(&world.home.path().join("out"));
    assert!(
        fixtures.len() > 1000 && found(&fixtures).is_empty(),
        "{:?} {fixtures}",
        found(&fixtures)
    );
    let look = world.sync(&["drift", "--har", "secret.har"]).await;
    assert_eq!(
        found(&format!("{}{}", look.stdout, look.stderr)),
        Vec::<&str>::new(),
        "{look:?}"
    );
    // For programs, and for those whose page at a service is another.
    world.polar.faults().change("GET /api/account", |answer| {
        let page = format!("<html><title>{}</title></html>", secret("first name"));
        answer.body = page.into_bytes();
    });
    for args in [
        &["drift", "--har", "secret.har", "--json"][..],
        &["drift", "--json"],
    ] {
        let look = world.sync(args).await;
        assert_eq!(found(&look.stdout), Vec::<&str>::new(), "{look:?}");
        assert!(!look.stdout.contains('\u{1b}'), "{look:?}");
    }
}
