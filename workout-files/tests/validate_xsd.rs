//! Written files are valid: `xmllint` checks them against the schemas, which are not part
//! of the project (`WORKOUT_SCHEMAS`, or `schemas` in the corpus). Skips, and says so, without them.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;

use support::{corpus, samples};
use workout_files::Workout;

/// One schema that brings in the others, so that the extensions are checked too.
const TCX: &[(&str, &str)] = &[
    (
        workout_files::tcx::NAMESPACE,
        "TrainingCenterDatabasev2.xsd",
    ),
    (
        workout_files::tcx::ACTIVITY_EXTENSION,
        "ActivityExtensionv2.xsd",
    ),
    (
        workout_files::tcx::COURSE_EXTENSION,
        "CourseExtensionv1.xsd",
    ),
];
const GPX: &[(&str, &str)] = &[
    (workout_files::gpx::NAMESPACE, "gpx.xsd"),
    (
        workout_files::gpx::TRACKPOINT_EXTENSION_1,
        "TrackPointExtensionv1.xsd",
    ),
    (
        workout_files::gpx::TRACKPOINT_EXTENSION_2,
        "TrackPointExtensionv2.xsd",
    ),
];

fn schemas() -> Option<PathBuf> {
    let path = std::env::var_os("WORKOUT_SCHEMAS")
        .map(PathBuf::from)
        .or_else(|| Some(corpus()?.join("schemas")))
        .filter(|path| path.is_dir());
    let tool = Command::new("xmllint").arg("--version").output().is_ok();
    if path.is_none() || !tool {
        println!("skipped: needs xmllint and the schemas (set WORKOUT_SCHEMAS)");
        return None;
    }
    path
}

fn wrapper(schemas: &Path, parts: &[(&str, &str)], folder: &Path) -> PathBuf {
    let imports: String = parts
        .iter()
        .map(|(namespace, file)| {
            let location = schemas.join(file).canonicalize().unwrap();
            format!(
                "<xsd:import namespace=\"{namespace}\" schemaLocation=\"{}\"/>",
                location.display()
            )
        })
        .collect();
    let text = format!(
        "<xsd:schema xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">{imports}</xsd:schema>"
    );
    let path = folder.join("all.xsd");
    std::fs::write(&path, text).unwrap();
    path
}

fn check(schema: &Path, files: &[PathBuf]) {
    for chunk in files.chunks(100) {
        let output = Command::new("xmllint")
            .args(["--noout", "--nonet", "--schema"])
            .arg(schema)
            .args(chunk)
            .output()
            .unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        let complaints: Vec<_> = said
            .lines()
            .filter(|line| !line.ends_with(" validates"))
            .take(20)
            .collect();
        assert!(output.status.success(), "{complaints:#?}");
    }
}

/// Every workout that can be read here, with the name of its file.
fn readable() -> Vec<(String, Vec<Workout>)> {
    let fixtures = support::fixtures();
    ["polar-tcx", "other-tcx", "gpx"]
        .into_iter()
        .flat_map(samples)
        .chain(fixtures)
        .filter_map(|sample| {
            Some((
                sample.name,
                workout_files::read(&sample.bytes).ok()?.workouts,
            ))
        })
        .collect()
}

fn write_all(folder: &Path, write: impl Fn(&[Workout]) -> Vec<u8>) -> Vec<PathBuf> {
    readable()
        .into_iter()
        .map(|(name, workouts)| {
            let path = folder.join(format!("{name}.xml"));
            std::fs::write(&path, write(&workouts)).unwrap();
            path
        })
        .collect()
}

#[test]
fn tcx_is_valid() {
    let Some(schemas) = schemas() else { return };
    let folder = tempfile::tempdir().unwrap();
    let schema = wrapper(&schemas, TCX, folder.path());
    let files = write_all(folder.path(), |w| {
        workout_files::tcx::write(w).unwrap().bytes
    });
    println!("{} TCX files", files.len());
    check(&schema, &files);
    let plain = workout_files::WriteOptions::plain();
    check(
        &schema,
        &write_all(folder.path(), |w| {
            workout_files::tcx::write_with(w, &plain).unwrap().bytes
        }),
    );
}

#[test]
fn gpx_is_valid() {
    let Some(schemas) = schemas() else { return };
    let folder = tempfile::tempdir().unwrap();
    let schema = wrapper(&schemas, GPX, folder.path());
    let files = write_all(folder.path(), |w| {
        workout_files::gpx::write(w).unwrap().bytes
    });
    println!("{} GPX files", files.len());
    check(&schema, &files);
    let plain = workout_files::WriteOptions::plain();
    check(
        &schema,
        &write_all(folder.path(), |w| {
            workout_files::gpx::write_with(w, &plain).unwrap().bytes
        }),
    );
}
