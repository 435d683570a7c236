//! The clients' tables of scenarios (`SCENARIOS.md`) name tests that exist.
#![allow(clippy::unwrap_used, missing_docs)]

use std::path::Path;

/// The source of every file below a folder, one after the other.
fn source(folder: &Path) -> String {
    let mut all = String::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            all += &source(&path);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            all += &std::fs::read_to_string(&path).unwrap();
        }
    }
    all
}

/// What stands in backquotes and looks like the name of a test, without the modules around it.
fn names(table: &str) -> Vec<&str> {
    table
        .split('`')
        .skip(1)
        .step_by(2)
        .filter_map(|quoted| quoted.rsplit("::").next())
        .filter(|name| name.matches('_').count() >= 2)
        .filter(|name| {
            name.bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        })
        .collect()
}

#[track_caller]
fn every_test_in_the_table_exists(client: &str) {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut all = String::new();
    for part in ["polar-flow", "runkeeper", "web-session", "workout-files"] {
        for folder in ["src", "tests"] {
            all += &source(&workspace.join(part).join(folder));
        }
    }
    let table = std::fs::read_to_string(workspace.join(client).join("SCENARIOS.md")).unwrap();
    let names = names(&table);
    assert!(names.len() > 40, "{}", names.len());
    for name in names {
        assert!(all.contains(&format!("fn {name}(")), "{name}");
    }
}

#[test]
fn every_test_in_the_table_of_polar_flow_exists() {
    every_test_in_the_table_exists("polar-flow");
}

#[test]
fn every_test_in_the_table_of_runkeeper_exists() {
    every_test_in_the_table_exists("runkeeper");
}
