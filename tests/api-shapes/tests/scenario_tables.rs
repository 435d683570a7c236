//! The clients' tables of scenarios (`SCENARIOS.md`) are made from their tests: `/// Scenario: ...` above a test is a row. After a
//! change, `BLESS_SCENARIOS=1 cargo test -p api-shapes --test scenario_tables` writes them anew.
#![allow(clippy::unwrap_used, missing_docs)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// What stands above is written by hand.
const MARK: &str = "<!-- Made from the tests: everything below is overwritten. -->\n";

/// The Rust files below a folder, sorted.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let inside = |path: PathBuf| match path.is_dir() {
        true => files(&path),
        false => vec![path],
    };
    let all = paths.into_iter().flat_map(inside);
    all.filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .collect()
}

/// The scenarios of a file in its order, each with its tests.
fn scenarios(source: &str) -> Vec<(String, Vec<&str>)> {
    let mut found: Vec<(String, Vec<&str>)> = Vec::new();
    let mut above: Vec<String> = Vec::new();
    let (mut in_scenario, mut is_test) = (false, false);
    for line in source.lines().map(str::trim) {
        if let Some(doc) = line.strip_prefix("///") {
            match (doc.trim().strip_prefix("Scenario: "), above.last_mut()) {
                (Some(scenario), _) => {
                    above.push(scenario.to_owned());
                    in_scenario = true;
                }
                // A continued line is indented.
                (None, Some(scenario)) if in_scenario && doc.starts_with("   ") => {
                    *scenario = format!("{scenario} {}", doc.trim());
                }
                _ => in_scenario = false,
            }
        } else if line.starts_with("#[") {
            is_test |= line.contains("test");
        } else {
            let name = line
                .split_once("fn ")
                .and_then(|(_, rest)| rest.split('(').next());
            for scenario in above.drain(..) {
                assert!(is_test, "`{scenario}` does not stand above a test");
                let name = name.unwrap();
                match found.iter_mut().find(|(known, _)| *known == scenario) {
                    Some((_, tests)) => tests.push(name),
                    None => found.push((scenario, vec![name])),
                }
            }
            (in_scenario, is_test) = (false, false);
        }
    }
    found
}

/// The first line of a file's documentation.
fn title(source: &str) -> &str {
    let first = source
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("//! "));
    first.unwrap_or("Unit tests").trim_end_matches('.')
}

fn table(client: &Path) -> String {
    let mut text = String::new();
    for folder in ["tests", "src"] {
        for path in files(&client.join(folder)) {
            let source = std::fs::read_to_string(&path).unwrap();
            let rows = scenarios(&source);
            if rows.is_empty() {
                continue;
            }
            let place = path.strip_prefix(client).unwrap().display();
            write!(
                text,
                "\n## `{place}`\n\n{}.\n\n| scenario | test |\n|---|---|\n",
                title(&source)
            )
            .unwrap();
            for (scenario, tests) in rows {
                let tests: Vec<_> = tests.iter().map(|name| format!("`{name}`")).collect();
                writeln!(text, "| {scenario} | {} |", tests.join(", ")).unwrap();
            }
        }
    }
    text
}

#[track_caller]
fn the_table_is_made_from_the_tests(client: &str) {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = workspace.join(client).join("SCENARIOS.md");
    let kept = std::fs::read_to_string(&path).unwrap();
    let (by_hand, _) = kept.split_once(MARK).unwrap();
    let made = format!("{by_hand}{MARK}{}", table(&workspace.join(client)));
    assert!(made.matches("\n| ").count() > 50, "{made}");
    if std::env::var_os("BLESS_SCENARIOS").is_some() {
        std::fs::write(&path, &made).unwrap();
    }
    let now = std::fs::read_to_string(&path).unwrap();
    assert!(
        now == made,
        "{client}/SCENARIOS.md is out of date; run this test with BLESS_SCENARIOS=1"
    );
}

#[test]
fn the_table_of_polar_flow_is_made_from_its_tests() {
    the_table_is_made_from_the_tests("polar-flow");
}

#[test]
fn the_table_of_runkeeper_is_made_from_its_tests() {
    the_table_is_made_from_the_tests("runkeeper");
}

#[test]
fn scenarios_are_read_from_documentation() {
    let source = "/// Words.\n///\n/// Scenario: one\n///   goes on\n/// Scenario: two\n#[tokio::test]\nasync fn a_test() {}\n\
                  /// Scenario: two\n#[test]\nfn another() {}\n";
    let expected = [
        ("one goes on".to_owned(), vec!["a_test"]),
        ("two".to_owned(), vec!["a_test", "another"]),
    ];
    assert_eq!(scenarios(source), expected);
}
