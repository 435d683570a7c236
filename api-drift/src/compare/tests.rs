use super::*;
use serde_json::json;

const KNOWN: &str = ".: array\n[NOTE]: object\n[NOTE].type: text NOTE needed never null\n[RUN]: object\n\
    [RUN].distance: null | number\n[RUN].id: integer needed never null\n[RUN].laps: object (1 of 2)\n\
    [RUN].laps.*: object\n[RUN].laps.*.at: duration\n[RUN].load: null\n[RUN].title: text\n\
    [RUN].type: text RUN needed never null\n[RUN].unit: text KM/MI\n";

fn run() -> Value {
    json!({"type": "RUN", "id": 8_104_000_001_u64, "distance": 5000, "title": "PT5M", "unit": "KM", "load": {"a": 1},
           "laps": {"8104": {"at": "PT1M"}}})
}

fn found(change: impl Fn(&mut Value)) -> Vec<(String, Kind, Weight, String)> {
    let mut changed = run();
    change(&mut changed);
    let document = json!([run(), changed, {"type": "NOTE"}]);
    let like = Shape::new().tagged("type");
    let found = compare("list", &document, &Known::parse(KNOWN), &like);
    let tell = |it: Finding| (it.place, it.kind, it.weight, it.now);
    found.into_iter().map(tell).collect()
}

fn one(change: impl Fn(&mut Value)) -> (String, Kind, Weight, String) {
    let found = found(change);
    assert_eq!(found.len(), 1, "{found:?}");
    found.into_iter().next().unwrap()
}

fn expect(place: &str, kind: Kind, weight: Weight, now: &str) -> (String, Kind, Weight, String) {
    (place.to_owned(), kind, weight, now.to_owned())
}

#[test]
fn what_is_as_known_gives_nothing() {
    assert_eq!(found(|_| {}), []);
    assert_eq!(found(|run| run["distance"] = json!(null)), []);
}

#[test]
fn each_difference_is_named_once_and_weighed() {
    use Weight::{Additive, Breaking};
    let remove = |name: &'static str| {
        move |run: &mut Value| {
            run.as_object_mut().unwrap().remove(name);
        }
    };
    let set = |name: &'static str, value: Value| move |run: &mut Value| run[name] = value.clone();
    assert_eq!(
        one(remove("id")),
        expect("[RUN].id", Kind::Missing, Breaking, "absent from 1 of 2")
    );
    assert_eq!(
        one(remove("title")),
        expect("[RUN].title", Kind::Missing, Additive, "absent from 1 of 2")
    );
    assert_eq!(
        one(set("id", json!("x"))),
        expect("[RUN].id", Kind::Changed, Breaking, "integer or text")
    );
    assert_eq!(
        one(set("id", json!(null))),
        expect("[RUN].id", Kind::Changed, Breaking, "null or integer")
    );
    assert_eq!(
        one(set("title", json!(null))),
        expect("[RUN].title", Kind::Changed, Additive, "null or duration")
    );
    assert_eq!(
        one(set("unit", json!("YARD"))),
        expect("[RUN].unit", Kind::Word, Additive, "YARD")
    );
    assert_eq!(
        one(set("unit", json!("Jo lives here"))),
        expect("[RUN].unit", Kind::Word, Additive, "other text")
    );
    assert_eq!(
        one(set("mood", json!({"Anna": 1}))),
        expect("[RUN].mood", Kind::New, Additive, "object")
    );
    assert_eq!(
        one(set("jo@example.org", json!(1))).0,
        "[RUN].(a name that may be data)"
    );
    assert_eq!(
        one(set("type", json!("SWIM"))),
        expect("[SWIM]", Kind::New, Additive, "object")
    );
    assert_eq!(
        one(remove("type")),
        expect("[].type", Kind::Missing, Breaking, "absent from 1 entries")
    );
    assert_eq!(
        one(set("type", json!(5))),
        expect("[].type", Kind::Changed, Breaking, "integer")
    );
    assert_eq!(
        one(|run| run["laps"]["8104"]["at"] = json!(60)),
        expect(
            "[RUN].laps.*.at",
            Kind::Changed,
            Additive,
            "integer or duration"
        )
    );
}

/// Names that look like words of a service, and are data.
#[test]
fn only_known_names_and_words_are_shown() {
    let place = |name: &'static str| one(move |run| run[name] = json!(1)).0;
    for name in [
        "[inge@secret.example",
        "[\u{1b}[2J\nNothing changed.",
        "IngeborgZ",
        "HERZFEHLER",
        "a.b",
        ".start",
    ] {
        assert_eq!(place(name), format!("[RUN].{HIDDEN_NAME}"), "{name:?}");
    }
    assert_eq!(place("startTime"), "[RUN].startTime");
    for word in ["B7A1C2D9E5", "GUATEMALA", "PIN-4711-0815"] {
        assert_eq!(one(move |run| run["unit"] = json!(word)).3, HIDDEN_WORD);
        assert_eq!(
            one(move |run| run["type"] = json!(word)).0,
            format!("[{HIDDEN_WORD}]")
        );
    }
    assert_eq!(
        one(|run| run["laps"] = json!({"Albrechtine": {}})).0,
        format!("[RUN].laps.{HIDDEN_NAME}")
    );
    // Even one that would be a field's elsewhere: names of a map are data.
    assert_eq!(
        one(|run| run["laps"] = json!({"title": {}})).0,
        format!("[RUN].laps.{HIDDEN_NAME}")
    );
    let (place, _, _, now) = one(|run| {
        run["Inge"] = json!(1);
        run["Ludmilla"] = json!("x");
    });
    assert_eq!(
        (place, &*now),
        (format!("[RUN].{HIDDEN_NAME}"), "integer or text, 2 of them")
    );
}

#[test]
fn another_kind_of_document_is_one_difference() {
    let like = Shape::new().tagged("type");
    let found = compare("list", &json!({"events": []}), &Known::parse(KNOWN), &like);
    assert_eq!(found.len(), 2, "{found:?}");
    assert_eq!(found[0].kind, Kind::Changed);
    assert_eq!(found[1].place, "events");
}

#[test]
fn many_new_names_are_cut_off() {
    let document: Value = (10..36)
        .map(|n| (format!("mood{n}"), json!(1)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let found = compare("x", &document, &Known::parse(".: object\n"), &Shape::new());
    assert_eq!(found.len(), MOST_NEW + 1);
    let more = &found[MOST_NEW];
    assert_eq!((&*more.place, &*more.now), ("(more names)", "14 more"));
}
