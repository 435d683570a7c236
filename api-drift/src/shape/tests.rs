use serde_json::json;

use super::*;

fn learned(shape: Shape, documents: &[Value]) -> String {
    let mut shape = shape;
    documents.iter().for_each(|document| shape.learn(document));
    shape.to_string()
}

#[test]
fn types_presence_and_constants_are_learned_over_documents() {
    let text = learned(
        Shape::new(),
        &[
            json!({"a": 1, "unit": "METRIC", "name": "Jo"}),
            json!({"a": 1.5, "unit": "IMPERIAL", "b": []}),
        ],
    );
    assert_eq!(
        text,
        ".: object\na: integer | number\nb: array (1 of 2)\nname: text (1 of 2)\nunit: text IMPERIAL/METRIC\n"
    );
}

#[test]
fn names_that_are_data_are_one_place() {
    let document = json!({
        "8100000001": {"x": 1}, "8100000002": {"x": 2, "y": true},
        "charts": {"distance": 1, "pace": 2}, "f81d4fae-7dec-11d0-a765-00a0c91e6bf6": null
    });
    assert_eq!(
        learned(Shape::new().open_at("charts"), &[document]),
        ".: object\n*: null | object\n*.x: integer\n*.y: boolean (1 of 2)\ncharts: object\ncharts.*: integer\n"
    );
}

#[test]
fn kinds_are_kept_apart_by_their_tag() {
    let document =
        json!([{"type": "RUN", "km": 1}, {"type": "NOTE", "text": "x"}, {"type": "it's me"}]);
    let text = learned(Shape::new().tagged("type"), &[document]);
    assert!(text.contains("[RUN].km: integer\n"), "{text}");
    assert!(text.contains("[NOTE].text: text\n"), "{text}");
    assert!(text.contains("[].type: text\n"), "{text}");
    assert!(!text.contains("it's me"), "{text}");
}

#[test]
fn needs_are_found_by_taking_away() {
    #[derive(serde::Deserialize)]
    struct Row {
        #[serde(rename = "id")]
        _id: u64,
        #[serde(default, rename = "km")]
        _km: f64,
        #[serde(rename = "note")]
        _note: Option<String>,
    }
    let documents = [
        json!([{"id": 1, "km": 2.5, "note": "x"}]),
        json!([{"id": 2}]),
    ];
    let reads = |value: &Value| serde_json::from_value::<Vec<Row>>(value.clone()).is_ok();
    assert_eq!(
        Shape::new().with_needs(&documents, reads),
        ".: array\n[]: object\n[].id: integer needed never null\n[].km: number (1 of 2) never null\n\
         [].note: text (1 of 2)\n"
    );
}

#[test]
fn durations_are_one_type_and_words_in_capitals_stay_constants() {
    let text = learned(
        Shape::new(),
        &[
            json!({"a": "PT30S", "b": "PT1H2.5S", "c": "PAUSE", "d": "P1D"}),
            json!({"a": "PT5S", "b": null, "c": "PT", "d": "none"}),
        ],
    );
    assert_eq!(
        text,
        ".: object\na: duration\nb: null | duration\nc: text PAUSE/PT\nd: duration | text\n"
    );
}
