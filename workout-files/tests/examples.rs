//! The programs in `examples/` run, and do what they say.
#![cfg(all(feature = "fit", feature = "plot"))]
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::fit::FitFile;

/// The program that cargo built beside this test.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(Path::parent).unwrap();
    let path = folder.join("examples").join(name);
    path.with_extension(std::env::consts::EXE_EXTENSION)
}

/// Runs an example; what it prints, and whether it ended well.
fn run(name: &str, arguments: &[&Path]) -> (String, bool) {
    let output = Command::new(program(name))
        .args(arguments)
        .output()
        .unwrap();
    let text = [output.stdout, output.stderr].concat();
    (String::from_utf8(text).unwrap(), output.status.success())
}

struct Files {
    folder: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let whole = FitFile::run(900).finish();
        std::fs::write(folder.path().join("run.fit"), &whole).unwrap();
        std::fs::write(folder.path().join("cut.fit"), &whole[..whole.len() / 2]).unwrap();
        Self { folder }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }
}

#[test]
fn read_and_print_shows_whole_and_cut_files() {
    let files = Files::new();
    let (text, good) = run("read_and_print", &[&files.path("run.fit")]);
    assert!(good && text.contains("1 laps, 900 trackpoints"), "{text}");
    assert!(text.contains("recorded by garmin fr945"), "{text}");
    let (text, good) = run("read_and_print", &[&files.path("cut.fit")]);
    assert!(
        good && text.contains("ends too early") && text.contains("1 laps, 450 trackpoints"),
        "{text}"
    );
}

#[test]
fn repair_for_destination_writes_a_file() {
    let files = Files::new();
    let output = files.path("out.tcx");
    let (text, good) = run("repair_for_destination", &[&files.path("run.fit"), &output]);
    assert!(good, "{text}");
    let written = workout_files::read(&std::fs::read(output).unwrap()).unwrap();
    assert_eq!(written.workouts[0].position_count(), 900);
}

#[test]
fn split_by_kilometre_prints_every_kilometre() {
    let files = Files::new();
    let (text, good) = run("split_by_kilometre", &[&files.path("run.fit")]);
    // 3 m per second: 5:33 for a kilometre, 2,697 m in all.
    assert!(
        good && text.contains("to 1.00 km: 5:33 min/km, 1"),
        "{text}"
    );
    assert!(text.contains("to 2.70 km: 5:33 min/km"), "{text}");
    assert_eq!(text.lines().count(), 4, "{text}");
}

#[test]
fn fit_to_tcx_keeps_the_route_as_compare_files_shows() {
    let files = Files::new();
    let (fit, tcx, picture) = (
        files.path("run.fit"),
        files.path("run.tcx"),
        files.path("picture.svg"),
    );
    let (text, good) = run("fit_to_tcx", &[&fit, &tcx]);
    assert!(good, "{text}");
    let (text, good) = run("compare_files", &[&fit, &tcx, &picture]);
    assert!(
        good && text.contains("the routes are up to 0.0 m apart"),
        "{text}"
    );
    assert!(std::fs::read_to_string(picture).unwrap().contains("</svg>"));
}

#[test]
fn examples_explain_how_to_call_them() {
    for name in [
        "read_and_print",
        "repair_for_destination",
        "split_by_kilometre",
        "compare_files",
        "fit_to_tcx",
    ] {
        let (text, good) = run(name, &[]);
        assert!(
            !good && text.contains(&format!("usage: {name}")),
            "{name}: {text}"
        );
    }
}
