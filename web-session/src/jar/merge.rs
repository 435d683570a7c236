//! Three-way merge of cookies: what the file held, what we have, what the file holds now.

use std::collections::BTreeMap;

use serde_json::Value;

/// Domain, path and name: what makes a cookie the same cookie.
pub(super) fn key(cookie: &Value) -> (String, String, String) {
    let name = cookie["raw_cookie"].as_str().unwrap_or_default();
    let name = name.split('=').next().unwrap_or_default();
    (
        cookie["domain"].to_string(),
        cookie["path"].to_string(),
        name.to_owned(),
    )
}

/// A cookie that only one side changed or removed follows that side. When both did, ours stays: it is the younger one,
/// because a deliberate change of cookies (a renewal) holds the file's lock and reloads first.
pub(super) fn three_way(base: &[Value], ours: &[Value], theirs: &[Value]) -> Vec<Value> {
    let base: BTreeMap<_, _> = base.iter().map(|c| (key(c), c)).collect();
    let ours: BTreeMap<_, _> = ours.iter().map(|c| (key(c), c)).collect();
    let theirs: BTreeMap<_, _> = theirs.iter().map(|c| (key(c), c)).collect();
    let mut keys: Vec<_> = ours.keys().chain(theirs.keys()).collect();
    keys.sort();
    keys.dedup();
    keys.into_iter()
        .filter_map(|key| {
            let (was, our, their) = (base.get(key), ours.get(key), theirs.get(key));
            if our == was { their } else { our }.map(|cookie| (*cookie).clone())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn jar(cookies: &[(&str, &str)]) -> Vec<Value> {
        cookies
            .iter()
            .map(|(name, value)| {
                json!({"raw_cookie": format!("{name}={value}"), "domain": {"HostOnly": "h"}, "path": ["/", true]})
            })
            .collect()
    }

    #[test]
    fn each_side_keeps_what_it_changed() {
        let base = jar(&[
            ("same", "1"),
            ("we", "1"),
            ("they", "1"),
            ("we_drop", "1"),
            ("they_drop", "1"),
            ("both", "1"),
        ]);
        let ours = jar(&[
            ("same", "1"),
            ("we", "2"),
            ("they", "1"),
            ("they_drop", "1"),
            ("both", "ours"),
            ("our_new", "1"),
        ]);
        let theirs = jar(&[
            ("same", "1"),
            ("we", "1"),
            ("they", "2"),
            ("we_drop", "1"),
            ("both", "theirs"),
            ("their_new", "1"),
        ]);
        let mut merged = three_way(&base, &ours, &theirs);
        merged.sort_by_key(key);
        assert_eq!(
            merged,
            jar(&[
                ("both", "ours"),
                ("our_new", "1"),
                ("same", "1"),
                ("their_new", "1"),
                ("they", "2"),
                ("we", "2")
            ])
        );
    }
}
