//! The list that the original project kept, as a file: JSON documents of the form `{"synced": [ids]}`.

use std::collections::BTreeSet;

use serde_json::{Deserializer, Value};

/// Reads the identifiers from text: one document, several in a row (as `mongoexport` writes them) or an array of them.
///
/// Documents without `synced` are passed over. Identifiers may be text or whole numbers; they come as text.
///
/// # Errors
/// A description of the problem. Also when something in a list is no identifier: leaving it out would send that workout again.
pub fn read(text: &str) -> Result<BTreeSet<String>, String> {
    let mut lists = None;
    for document in Deserializer::from_str(text).into_iter::<Value>() {
        match document.map_err(|error| format!("it is no JSON ({error})"))? {
            Value::Array(documents) => {
                for document in &documents {
                    collect(document, &mut lists)?;
                }
            }
            document => collect(&document, &mut lists)?,
        }
    }
    lists.ok_or_else(|| "there is no list `synced` in it, as in {\"synced\": [ids]}".to_owned())
}

fn collect(document: &Value, lists: &mut Option<BTreeSet<String>>) -> Result<(), String> {
    let Some(synced) = document.get("synced") else {
        return Ok(());
    };
    let Some(synced) = synced.as_array() else {
        return Err("`synced` is no list".to_owned());
    };
    let ids = lists.get_or_insert_default();
    for id in synced {
        ids.insert(text(id).ok_or_else(|| format!("`synced` has {id}, which is no identifier"))?);
    }
    Ok(())
}

/// An identifier as text. Whole numbers come in every form that JavaScript, Python and `mongoexport` have for them.
fn text(id: &Value) -> Option<String> {
    match id {
        Value::String(id) => Some(id.trim().to_owned()).filter(|id| !id.is_empty()),
        Value::Number(id) => match (id.as_i64(), id.as_f64()) {
            (Some(id), _) => Some(id.to_string()),
            (None, Some(id)) if id.fract() == 0.0 && id.abs() < 9_007_199_254_740_992.0 => {
                Some(format!("{id:.0}"))
            }
            _ => None,
        },
        Value::Object(typed) if typed.len() == 1 => ["$numberLong", "$numberInt", "$numberDouble"]
            .iter()
            .find_map(|name| typed.get(*name)?.as_str()?.parse().ok())
            .and_then(|number| text(&Value::Number(number))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn ids(text: &str) -> Vec<String> {
        read(text).unwrap().into_iter().collect()
    }

    #[test]
    fn every_form_of_the_list_is_read() {
        assert_eq!(
            ids(r#"{"synced": ["1", 2, 3.0, " 4 "]}"#),
            ["1", "2", "3", "4"]
        );
        let exported = r#"{"_id":{"$oid":"6"},"synced":["1",{"$numberLong":"8104216805"}]}
            {"_id":{"$oid":"7"},"user":"x"}
            {"_id":{"$oid":"8"},"synced":[{"$numberDouble":"7.0"}]}"#;
        assert_eq!(ids(exported), ["1", "7", "8104216805"]);
        assert_eq!(ids(r#"[{"synced": ["1"]}, {"synced": ["2"]}]"#), ["1", "2"]);
        assert!(ids(r#"{"synced": []}"#).is_empty());
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for text in [
            "",
            "{}",
            "1 2 3",
            r#"{"synced": "1"}"#,
            r#"{"synced": [null]}"#,
            r#"{"synced": [1.5]}"#,
            r#"{"synced": [""]}"#,
            r#"{"synced": [{"id": 5}]}"#,
            r#"{"synced": ["1"]"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
