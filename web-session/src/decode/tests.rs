use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use serde_json::Value;

use super::*;

#[derive(Debug, Deserialize, PartialEq)]
struct Row {
    id: u64,
    kind: Option<Kind>,
}

#[derive(Debug, Deserialize, PartialEq)]
enum Kind {
    Known,
}

fn fail(body: &str) -> DecodeIssue {
    let with_observer: Observer = Arc::new(|_| {});
    let issue = from_slice::<Vec<Row>>("rows", body.as_bytes(), None).unwrap_err();
    let observed = from_slice::<Vec<Row>>("rows", body.as_bytes(), Some(&with_observer));
    assert_eq!(observed.unwrap_err(), issue, "an observer changes nothing");
    issue
}

/// The value and what was observed on the way.
fn observed<'de, T: Deserialize<'de>>(body: &'de str) -> (Result<T, DecodeIssue>, Vec<String>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&seen);
    let observer: Observer =
        Arc::new(move |observation| sink.lock().unwrap().push(observation.to_string()));
    let value = from_slice("x", body.as_bytes(), Some(&observer));
    let seen = seen.lock().unwrap().clone();
    (value, seen)
}

#[test]
fn errors_name_the_place_and_not_the_value() {
    let wrong = fail(r#"[{"id":1},{"id":"S3CR\"ET"}]"#);
    assert_eq!(wrong.path, "[1].id");
    assert_eq!(wrong.problem, "invalid type: string …, expected u64");
    assert!(!wrong.syntax);
    let secret = fail(r#"[{"id":1,"kind":"S3CRET"}]"#).problem;
    assert!(!secret.contains("S3CRET"), "{secret}");
    assert!(!fail(r#"[{"id":-77123}]"#).problem.contains("77123"));
    let missing = fail(r#"[{"id":1},{}]"#);
    assert_eq!(
        (missing.path.as_str(), missing.problem.as_str()),
        ("[1]", "missing field `id`")
    );
}

#[test]
fn cut_off_documents_are_syntax_errors() {
    for body in [r#"[{"id":1},{"#, "<html>", "", "[] trailing"] {
        assert!(fail(body).syntax, "{body}");
    }
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
struct Loose {
    #[serde(deserialize_with = "lenient")]
    whole: Option<u64>,
    #[serde(deserialize_with = "lenient")]
    small: Option<u8>,
    #[serde(deserialize_with = "lenient")]
    number: Option<f64>,
    #[serde(deserialize_with = "lenient")]
    flag: Option<bool>,
    #[serde(deserialize_with = "lenient")]
    text: Option<String>,
    #[serde(deserialize_with = "lenient")]
    any: Option<Value>,
    #[serde(deserialize_with = "lenient")]
    inner: Option<Inner>,
    #[serde(deserialize_with = "lenient")]
    list: Vec<Inner>,
    #[serde(deserialize_with = "lenient")]
    series: Vec<Option<f64>>,
    #[serde(deserialize_with = "lenient")]
    pairs: Vec<Vec<Option<f64>>>,
    #[serde(deserialize_with = "lenient")]
    by_id: BTreeMap<u64, Inner>,
    #[serde(deserialize_with = "lenient")]
    by_name: Option<BTreeMap<String, Option<Inner>>>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct Inner {
    #[serde(deserialize_with = "essential")]
    id: u64,
    #[serde(default, deserialize_with = "lenient")]
    note: Option<String>,
}

lenient_objects!(Loose, Inner);

fn inner(id: u64) -> Inner {
    Inner { id, note: None }
}

#[test]
fn a_lenient_field_costs_only_itself() {
    let kinds = [
        "true",
        "7",
        "-7",
        "0.25",
        "1e300",
        r#""S3CRET""#,
        r#"["S3CRET", {"a": [1]}]"#,
        r#"{"b": ["S3CRET"], "c": {}}"#,
    ];
    let fields = [
        "whole", "small", "number", "flag", "text", "inner", "list", "series", "pairs", "by_id",
        "by_name",
    ];
    for field in fields {
        for kind in kinds {
            let neighbour = if field == "whole" { "small" } else { "whole" };
            let body = format!(r#"{{"{field}": {kind}, "{neighbour}": 5}}"#);
            let (value, seen) = observed::<Loose>(&body);
            let value = value.unwrap_or_else(|e| panic!("{body}: {e}"));
            assert!(
                value.whole == Some(5) || value.small == Some(5),
                "{body}: {value:?}"
            );
            let misfits = seen.iter().filter(|seen| !seen.ends_with("is unknown"));
            assert!(misfits.count() <= 2, "{body}: {seen:?}");
            assert!(!seen.concat().contains("S3CRET"), "{body}: {seen:?}");
            assert_eq!(
                from_slice::<Loose>("x", body.as_bytes(), None).unwrap(),
                value
            );
        }
        let (value, seen) = observed::<Loose>(&format!(r#"{{"{field}": null}}"#));
        assert_eq!(
            (value.unwrap(), seen.len()),
            (Loose::default(), 0),
            "{field}"
        );
    }
}

#[test]
fn what_was_expected_and_found_is_observed_at_its_path() {
    let body = r#"[{"whole": "1", "small": 256, "flag": 0, "text": [1], "number": {}}]"#;
    let (value, seen) = observed::<Vec<Loose>>(body);
    assert_eq!(value.unwrap(), [Loose::default()]);
    assert_eq!(
        seen,
        [
            "x: [0].whole: expected a whole number, found text",
            "x: [0].small: expected a whole number, found a number",
            "x: [0].flag: expected true or false, found a number",
            "x: [0].text: expected text, found a list",
            "x: [0].number: expected a number, found an object",
        ]
    );
}

#[test]
fn numbers_are_read_in_every_spelling() {
    let body =
        r#"{"whole": 1102.4, "small": 3.0, "number": 7, "flag": "false", "series": [1, -2, 0.5]}"#;
    let (value, seen) = observed::<Loose>(body);
    let value = value.unwrap();
    assert_eq!((value.whole, value.small), (Some(1102), Some(3)));
    assert_eq!((value.number, value.flag), (Some(7.0), Some(false)));
    assert_eq!(value.series, [Some(1.0), Some(-2.0), Some(0.5)]);
    assert_eq!(seen, Vec::<String>::new());
    for absurd in ["-1", "1e20", "18446744073709551615", "-0.5"] {
        let body = format!(r#"{{"whole": {absurd}}}"#);
        let (value, seen) = observed::<Loose>(&body);
        assert_eq!((value.unwrap().whole, seen.len()), (None, 1), "{absurd}");
    }
}

#[test]
fn an_entry_costs_itself_and_a_place_in_a_series_stays() {
    let body = r#"{"list": [{"id": 1}, null, {}, {"id": "x"}, 7, {"id": 2, "note": 3}],
                   "series": [1, "x", null, 2], "pairs": [[1, {}], 5, [2, null]],
                   "by_id": {"4": {"id": 4}, "five": {"id": 5}, "6": null}}"#;
    let (value, seen) = observed::<Loose>(body);
    let value = value.unwrap();
    assert_eq!(value.list, [inner(1), inner(2)]);
    assert_eq!(value.series, [Some(1.0), None, None, Some(2.0)]);
    assert_eq!(value.pairs, [vec![Some(1.0), None], vec![Some(2.0), None]]);
    assert_eq!(value.by_id, BTreeMap::from([(4, inner(4))]));
    assert_eq!(
        seen,
        [
            "x: list[1] is left out: expected an object, found null",
            "x: list[2] is left out: missing field `id`",
            "x: list[3].id is left out: expected a whole number, found text",
            "x: list[4] is left out: expected an object, found a number",
            "x: list[5].note: expected text, found a number",
            "x: series[1]: expected a number, found text",
            "x: pairs[0][1]: expected a number, found an object",
            "x: pairs[1] is left out: expected a list, found a number",
            "x: by_id.five is left out: the name cannot be read",
            "x: by_id.6 is left out: expected an object, found null",
        ]
    );
}

#[test]
fn text_that_is_no_json_is_never_an_entry_that_is_left_out() {
    for body in [
        r#"{"list": [{"id": tru, "note": "x"}]}"#,
        r#"{"list": [{"id": "x"#,
        r#"{"list": [{}], "whole": 01}"#,
        r#"{"inner": {"note": nul"#,
    ] {
        let (value, _) = observed::<Loose>(body);
        assert!(value.as_ref().unwrap_err().syntax, "{body}: {value:?}");
        assert!(
            from_slice::<Loose>("x", body.as_bytes(), None)
                .unwrap_err()
                .syntax,
            "{body}"
        );
    }
}

#[test]
fn a_struct_is_no_list() {
    let (value, seen) = observed::<Loose>(r#"{"inner": [7, "x"]}"#);
    assert_eq!(value.unwrap().inner, None);
    assert_eq!(seen, ["x: inner: expected an object, found a list"]);
}

#[test]
fn unknown_fields_are_observed_and_ignored_ones_are_not() {
    #[derive(Debug, Deserialize)]
    struct Known {
        #[serde(default, rename = "looks")]
        _looks: Ignored,
    }
    let body = r#"[{"looks": {"a": [1, {"b": null}]}}, {"new": {"a": 1}, "n\u0065wer": 2}]"#;
    let (value, seen) = observed::<Vec<Known>>(body);
    assert_eq!(value.unwrap().len(), 2);
    assert_eq!(seen, ["x: [1].new is unknown", "x: [1].newer is unknown"]);
}

#[test]
fn a_reading_keeps_absent_null_and_unfit_apart() {
    #[derive(Deserialize)]
    struct Row<'a> {
        #[serde(default, borrow, deserialize_with = "reading")]
        kind: Reading<Cow<'a, str>>,
    }
    let found = |body: &'static str| {
        let (row, seen) = observed::<Row<'_>>(body);
        (row.unwrap().kind.found(), seen.len())
    };
    assert_eq!(found("{}"), ("nothing", 0));
    assert_eq!(found(r#"{"kind": null}"#), ("null", 0));
    assert_eq!(found(r#"{"kind": "x"}"#), ("a value", 0));
    assert_eq!(found(r#"{"kind": 1}"#), ("a number", 1));
    let (rows, seen) = observed::<Vec<Reading<Loose>>>("[{}, null, 3]");
    let found: Vec<_> = rows.unwrap().iter().map(Reading::found).collect();
    assert_eq!(found, ["a value", "null", "a number"]);
    assert_eq!(seen.len(), 1);
}

#[test]
fn keys_may_be_numbers_and_values_may_be_raw() {
    let body = r#"{"7": {"id": 1}, "8": {"id": 2}}"#;
    let (value, _) = observed::<BTreeMap<u64, Row>>(body);
    assert_eq!(value.unwrap()[&8].id, 2);
    let (value, _) = observed::<BTreeMap<i8, Row>>(r#"{"x": {"id": 1}}"#);
    assert!(value.is_err());
}

#[test]
fn a_finding_of_one_document_does_not_leak_into_the_next() {
    from_slice::<Loose>("x", br#"{"whole": "x"}"#, None).unwrap();
    let (_, seen) = observed::<Loose>(r#"{"whole": 1}"#);
    assert_eq!(seen, Vec::<String>::new());
}

#[test]
fn times_are_read_in_their_own_notation_only() {
    #[derive(Deserialize)]
    struct Row {
        #[serde(default, deserialize_with = "lenient")]
        day: Option<chrono::NaiveDate>,
        #[serde(default, deserialize_with = "lenient")]
        clock: Option<chrono::NaiveDateTime>,
        #[serde(default, deserialize_with = "lenient")]
        instant: Option<chrono::DateTime<chrono::Utc>>,
    }
    let body = r#"{"day": "2026-03-01", "clock": "2026-03-01T10:00:00", "instant": "2026-03-01T10:00:00+02:00"}"#;
    let (row, seen) = observed::<Row>(body);
    let row = row.unwrap();
    assert!(row.day.is_some() && row.clock.is_some());
    assert_eq!(row.instant.unwrap().to_string(), "2026-03-01 08:00:00 UTC");
    assert!(seen.is_empty(), "{seen:?}");
    let body = r#"{"day": 7, "clock": "2026-03-01T10:00:00Z", "instant": "2026-03-01T10:00:00"}"#;
    let (row, seen) = observed::<Row>(body);
    let row = row.unwrap();
    assert!(row.day.is_none() && row.clock.is_none() && row.instant.is_none());
    assert_eq!(
        seen[1],
        "x: clock: expected a date and time without a zone, found text"
    );
}
