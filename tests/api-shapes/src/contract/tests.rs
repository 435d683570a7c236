use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use web_session::decode::{self, Entries, Listing, essential, lenient};

use super::*;

#[derive(Serialize, Deserialize)]
struct Row {
    id: u64,
    #[serde(default, deserialize_with = "lenient")]
    note: Option<String>,
    #[serde(default, deserialize_with = "lenient")]
    laps: Vec<Lap>,
}

#[derive(Serialize, Deserialize)]
struct Lap {
    #[serde(deserialize_with = "essential")]
    at: u64,
    #[serde(default, deserialize_with = "lenient")]
    heart_rate: Option<u64>,
    #[serde(default, deserialize_with = "lenient")]
    by: BTreeMap<String, u64>,
}

web_session::lenient_objects!(Row, Lap);

const ROWS: &[(&str, &str)] = &[(
    "rows",
    r#"[{"id": 1, "note": "x", "laps": [{"at": 1, "heart_rate": 2, "by": {"a": 3, "b": 4}}, {"at": 5}]},
        {"id": 2, "note": null, "laps": []}]"#,
)];

fn listing(body: &[u8], observer: Option<&Observer>) -> Result<Value, DecodeIssue> {
    let rows: Listing<Row> = decode::from_slice("rows", body, observer)?;
    Ok(serde_json::to_value(rows.into_entries()).unwrap())
}

#[test]
fn a_contract_that_says_all_holds() {
    let contract = Contract {
        essential: &["[].id"],
        of_entry: &[("[].laps[]", "at")],
    };
    assert!(contract.check(ROWS, &listing).unwrap() > 150);
}

#[test]
fn what_the_contract_does_not_say_is_named() {
    let silent = Contract {
        essential: &[],
        of_entry: &[("[].laps[]", "at")],
    };
    let broken = silent.check(ROWS, &listing).unwrap_err();
    let ids = broken.iter().all(|line| {
        line.starts_with("rows: [0] ") || line.starts_with("rows: [1] ") || line.contains(".id ")
    });
    assert!(ids, "{broken:#?}");
    let greedy = Contract {
        essential: &["[].id"],
        of_entry: &[],
    };
    let broken = greedy.check(ROWS, &listing).unwrap_err();
    assert!(
        broken
            .iter()
            .all(|line| line.starts_with("rows: [0].laps[0].at ")),
        "{broken:#?}"
    );
}

#[test]
fn a_strict_field_and_a_silent_loss_are_found() {
    #[derive(Serialize, Deserialize)]
    struct Strict {
        #[serde(default)]
        note: Option<String>,
    }
    web_session::lenient_objects!(Strict);
    let nothing = Contract {
        essential: &[],
        of_entry: &[],
    };
    let documents = [("x", r#"[{"note": "x"}, {"note": "y"}]"#)];
    let strict = |body: &[u8], observer: Option<&Observer>| {
        let rows: Vec<Strict> = decode::from_slice("x", body, observer)?;
        Ok(serde_json::to_value(rows).unwrap())
    };
    let broken = nothing.check(&documents, &strict).unwrap_err();
    assert!(broken[0].contains("the answer is lost"), "{broken:#?}");
    let deaf = |body: &[u8], _: Option<&Observer>| {
        let Entries(rows) = decode::from_slice::<Entries<Vec<Strict>>>("x", body, None)?;
        Ok(serde_json::to_value(rows).unwrap())
    };
    let broken = nothing.check(&documents, &deaf).unwrap_err();
    assert!(broken[0].contains("in silence"), "{broken:#?}");
}

#[test]
fn paths_lead_to_a_place_or_through_it() {
    let place = |text: &str| steps_of(text);
    assert!(is_within("a.*.b[].c", &place("a.7.b[].c")));
    assert!(is_within("a.*.b[].c", &place("a.7")));
    assert!(!is_within("a.*.b[].c", &place("a.7.b[].d")));
    assert!(!is_within("a.b", &place("a.b.c")));
    assert!(!is_within("*", &place("[]")));
}
